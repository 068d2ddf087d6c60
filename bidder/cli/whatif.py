"""``bidder whatif``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bidder.cli.output import json_option, notes, printable, quiet_option, say, say_json, set_option
from bidder.cli.plan import gap_option, solver_option

if TYPE_CHECKING:
    from rich.table import Table

    from bidder.budget.result import Plan
    from bidder.jobs.whatif import Broken, WhatIf

TOP_BROKEN = 15


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@click.argument("spend", metavar="SPEND.csv", type=click.Path(dir_okay=False))
@click.option(
    "--out", type=click.Path(file_okay=False),
    help="Folder for plan.csv (the split with its results), constraints.csv, broken.csv and whatif.json.",
)
@set_option
@solver_option
@gap_option
@json_option
@quiet_option
def command(
    config: str, spend: str, out: str | None, overrides: tuple[str, ...], solver: str, gap: float | None,
    as_json: bool, quiet: bool,
) -> None:
    """Value a hand-made split under CONFIG's curves: what it brings, which limits it breaks, and what it
    leaves on the table.

    SPEND.csv has the columns channel, campaign, period_start and spend; a plan.csv will do.
    """
    from bidder.cli.progress import watching
    from bidder.jobs.whatif import run_whatif

    with watching(quiet) as progress:
        outcome = run_whatif(
            config, spend, out, overrides=overrides, solver=solver, gap=gap, progress=progress
        )
    notes(outcome.notes, quiet)
    if as_json:
        say_json(outcome.as_dict())
    elif not quiet:
        _print(outcome)
    if out is not None and not quiet:
        click.echo(printable(f"written to {out}: {', '.join(outcome.files)}"), err=True)


def _print(outcome: WhatIf) -> None:
    from bidder.cli import tables

    tables.show(_figures(outcome))
    say("")
    tables.sentences(outcome.sentences())
    say("")
    worst: dict[str, list[Broken]] = {}
    for broken in outcome.broken:
        worst.setdefault(broken.name, []).append(broken)
    if not worst and not outcome.odd:
        say("your split keeps every limit")
        return
    lines = [_broken(found, outcome.loaded.spec.currency) for found in worst.values()]
    lines += outcome.odd
    say("your split breaks limits:")
    tables.sentences(lines[:TOP_BROKEN], "- ")
    if len(lines) > TOP_BROKEN:
        say(f"- and {len(lines) - TOP_BROKEN} more (--json or --out list all)")


def _figures(outcome: WhatIf) -> Table:
    from bidder.cli import tables
    from bidder.money import minor_digits

    spec = outcome.loaded.spec
    digits = minor_digits(spec.currency)
    shown: list[tuple[str, Plan]] = [("your split", outcome.own)]
    if outcome.same is not None and outcome.same is not outcome.best:
        shown.append(("best of the same total", outcome.same))
    if outcome.best is not None:
        shown.append(("the plan", outcome.best))
    metric = str(spec.objective.maximize or spec.objective.minimize).replace("_", " ")
    headers = ("spend", "conversions", "revenue", "ROAS", f"objective\n({metric})")
    table = tables.new_table([("", "left"), *((h, "right") for h in headers)])
    scale = max(p.totals["revenue"] for _, p in shown)
    for name, plan in shown:
        totals = plan.totals
        values = (
            name, tables.money(totals["spend"], digits, scale), tables.count(totals["conversions"]),
            tables.money(totals["revenue"], digits, scale), tables.ratio(totals["roas"]),
            tables.money(plan.objective, digits, scale),
        )
        table.add_row(*(tables.cell(v) for v in values))
    return table


def _broken(found: list[Broken], currency: str) -> str:
    """A limit that is broken, with the worst of its periods."""
    broken = found[0]
    more = f" (worst of {len(found)} periods)" if len(found) > 1 else ""
    return f"{_beyond(broken, currency)}{more}"


def _beyond(broken: Broken, currency: str) -> str:
    when = f" on {broken.when}" if broken.when else ""
    unit = currency if broken.unit == "money" else broken.unit
    word = "over" if broken.side == "max" else "under"
    if broken.kind == "retargeting":
        return f"{broken.name}{when}: {broken.by:,.0f} impressions more than its audience can be shown"
    if broken.unit == "share":
        limit, by = f"{broken.limit:.1%}", f"{100 * broken.by:.2f} percentage points"
    elif broken.unit == "revenue per spend":
        limit, by = f"{broken.limit:,.2f}", f"{broken.by:,.3g}"
    else:
        limit, by = f"{broken.limit:,.2f} {unit}", f"{broken.by:,.2f} {unit}"
    return f"{broken.name}{when}: {by} {word} the limit of {limit}"
