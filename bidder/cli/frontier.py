"""``bidder frontier``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from bidder.cli.output import json_option, notes, printable, quiet_option, say, say_json, set_option
from bidder.cli.plan import gap_option, lang_option, solver_option

if TYPE_CHECKING:
    from bidder.jobs.frontier import FrontierOutcome


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@click.option("--from", "low", type=float, metavar="A", help="First budget; by default half of the config's.")
@click.option(
    "--to", "high", type=float, metavar="B", help="Last budget; by default one and a half times the config's."
)
@click.option("--steps", type=int, default=11, show_default=True, metavar="N", help="Number of budgets.")
@click.option(
    "--out", type=click.Path(file_okay=False),
    help="Folder for frontier.csv, frontier.json and frontier.html.",
)
@set_option
@solver_option
@gap_option
@lang_option
@json_option
@quiet_option
def command(
    config: str, low: float | None, high: float | None, steps: int, out: str | None,
    overrides: tuple[str, ...], solver: str, gap: float | None, lang: Any, as_json: bool, quiet: bool,
) -> None:
    """Show what more or less budget would bring under CONFIG's curves and limits.

    Each budget is solved to the same certified gap; `marginal` is what one more unit of it brings.
    """
    from bidder.cli.progress import watching
    from bidder.jobs.frontier import run_frontier

    with watching(quiet) as progress:
        outcome = run_frontier(
            config, low, high, steps, out, overrides=overrides, solver=solver, gap=gap, lang=lang,
            progress=progress,
        )
    notes(outcome.loaded.notes, quiet)
    if as_json:
        say_json(outcome.document)
    elif not quiet:
        _print(outcome)
    if out is not None and not quiet:
        click.echo(printable(f"written to {out}: {', '.join(outcome.files)}"), err=True)


def _print(outcome: FrontierOutcome) -> None:
    from bidder.cli import tables
    from bidder.money import minor_digits

    digits = minor_digits(outcome.loaded.spec.currency)
    metric = str(outcome.document["objective_metric"]).replace("_", " ")
    headers = ("budget", "spend", f"objective\n({metric})", "ROAS", "marginal")
    table = tables.new_table([(h, "right") for h in headers])
    found, most = outcome.found, outcome.found.budget[-1]
    best = max(v for v in found.objective if math.isfinite(v))
    for k, budget in enumerate(found.budget):
        values = (
            tables.money(budget, digits, most), tables.money(found.spend[k], digits, most),
            tables.money(found.objective[k], digits, best), tables.ratio(found.roas[k]),
            tables.ratio(found.marginal[k]),
        )
        table.add_row(*(tables.cell(v) for v in values))
    tables.show(table)
    missing = sum(not math.isfinite(v) for v in found.objective)
    if missing:
        say("")
        say(f"{tables.NOTHING}: no plan keeps all limits at this budget ({missing} of {len(found.budget)})")
