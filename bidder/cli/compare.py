"""``bidder compare``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bidder.cli.output import json_option, quiet_option, say, say_json, set_option
from bidder.cli.plan import solver_option

if TYPE_CHECKING:
    from rich.table import Table

    from bidder.jobs.compare import Comparison

TOP_REASONS = 12
MONEY = ("objective", "spend", "revenue", "profit", "lifetime_value", "cpa")


@click.command()
@click.argument("a", type=click.Path())
@click.argument("b", type=click.Path())
@set_option
@solver_option
@json_option
@quiet_option
def command(
    a: str, b: str, overrides: tuple[str, ...], solver: str, as_json: bool, quiet: bool
) -> None:
    """Compare two plans: what moved from A to B, what it is worth, and why.

    Each of A and B is a plan's config (solved now) or a folder that `bidder plan` has written.
    """
    from bidder.cli.progress import watching
    from bidder.jobs.compare import run_compare

    with watching(quiet) as progress:
        found = run_compare(a, b, overrides=overrides, solver=solver, progress=progress)
    if as_json:
        say_json(found.as_dict())
    elif not quiet:
        _print(found)


def _print(found: Comparison) -> None:
    from bidder.cli import tables
    from bidder.money import format_money

    tables.sentences([f"A: {found.a.label}", f"B: {found.b.label}", ""])
    say("what it is worth:")
    tables.show(_figures(found))
    say("")
    total = max(sum(found.a.spend.values()), sum(found.b.spend.values()), 1e-9)
    amount = format_money(found.moved, found.a.currency or "CNY")
    say(f"what moved: {amount} {found.a.currency} of spend ({found.moved / total:.1%})")
    if found.moved > 0:
        tables.show(_moves(found))
    say("")
    if not found.reasons:
        say("why: no setting and no limit's price differs")
        return
    say("why:")
    tables.sentences([r.text for r in found.reasons[:TOP_REASONS]], "- ")
    if len(found.reasons) > TOP_REASONS:
        say(f"- and {len(found.reasons) - TOP_REASONS} more (--json lists all)")


def _figures(found: Comparison) -> Table:
    from bidder.cli import tables

    table = tables.new_table([("", "left"), *((h, "right") for h in ("A", "B", "change", ""))])
    metric = str(found.a.summary.get("objective_metric", ""))
    for figure in found.figures:
        a, b, change = figure.a, figure.b, figure.change
        scale = max(abs(v) for v in (a, b) if v is not None)
        counted = figure.name == "objective" and metric in ("conversions", "new_customers")
        if figure.name in MONEY and not counted:
            shown = [tables.NOTHING if v is None else tables.money(v, 2, scale) for v in (a, b)]
        elif figure.name == "roas":
            shown = [tables.NOTHING if v is None else tables.ratio(v) for v in (a, b)]
        else:
            shown = [tables.NOTHING if v is None else tables.count(v) for v in (a, b)]
        moved = tables.NOTHING if change is None else tables.signed(change, 2, scale)
        part = f"{change / abs(a):+.1%}" if change and a else ""
        name = "ROAS" if figure.name == "roas" else "CPA" if figure.name == "cpa" else figure.name
        if figure.name == "objective" and metric:
            name = f"objective ({metric.replace('_', ' ')})"
        table.add_row(*(tables.cell(t) for t in (name.replace("_", " "), *shown, moved, part)))
    return table


def _moves(found: Comparison) -> Table:
    from bidder.cli import tables

    headers = ("spend A", "spend B", "change", "", "revenue\nchange")
    table = tables.new_table([("campaign", "left"), *((h, "right") for h in headers)])
    scale = max((abs(v) for m in found.moves for v in (m.spend_a, m.spend_b) if v is not None), default=0.0)
    for move in found.moves:
        part = f"{move.change / move.spend_a:+.1%}" if move.spend_a else ""
        earned = (move.revenue_b or 0.0) - (move.revenue_a or 0.0)
        both = (move.spend_a, move.spend_b)
        shown = [tables.NOTHING if v is None else tables.money(v, 2, scale) for v in both]
        changed = tables.signed(move.change, 2, scale)
        part = part if changed != "0" else ""
        values = (move.campaign, *shown, changed, part, tables.signed(earned, 2, scale))
        table.add_row(*(tables.cell(v) for v in values))
    return table
