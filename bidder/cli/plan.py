"""``bidder plan``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bidder.cli.output import (
    json_option,
    notes,
    printable,
    quiet_option,
    say,
    say_json,
    set_option,
)

if TYPE_CHECKING:
    from bidder.jobs.plan import PlanOutcome


def solver_option(command: Any) -> Any:
    """``--solver``."""
    return click.option(
        "--solver", default="auto", show_default=True, metavar="NAME",
        help="auto (Newton's method, else HiGHS), or linear programs by highs, cbc, or pulp:NAME for any\n"
        "solver that PuLP finds on this machine.",
    )(command)


def gap_option(command: Any) -> Any:
    """``--gap``."""
    return click.option(
        "--gap", type=float, metavar="G", help="Certified gap to reach, such as 1e-4, in place of solver.gap."
    )(command)


def lang_option(command: Any) -> Any:
    """``--lang``."""
    return click.option(
        "--lang", type=click.Choice(["en", "zh"]), default="en", show_default=True,
        help="Language of the report.",
    )(command)


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@click.option(
    "--out", type=click.Path(file_okay=False),
    help="Folder for the files; by default runs/ and the plan's name.",
)
@set_option
@solver_option
@gap_option
@lang_option
@click.option("--no-report", is_flag=True, help="Leave out report.html and the extra solves it needs.")
@json_option
@quiet_option
def command(
    config: str, out: str | None, overrides: tuple[str, ...], solver: str, gap: float | None, lang: Any,
    no_report: bool, as_json: bool, quiet: bool,
) -> None:
    """Find the best split of spend for CONFIG, prove how good it is, and price every limit.

    Writes plan.csv, constraints.csv, summary.json, config.json and report.html.
    """
    from bidder.cli.progress import watching
    from bidder.jobs.plan import run_plan

    with watching(quiet) as progress:
        outcome = run_plan(
            config, out, overrides=overrides, solver=solver, gap=gap, lang=lang, report=not no_report,
            progress=progress,
        )
    notes(outcome.notes, quiet)
    if as_json:
        say_json(outcome.summary)
    elif not quiet:
        _print(outcome)
    if not quiet:
        click.echo(printable(f"written to {outcome.folder}: {', '.join(outcome.files)}"), err=True)


def _print(outcome: PlanOutcome) -> None:
    from bidder.cli import tables
    from bidder.jobs.overview import best_prices, headline, overview
    from bidder.money import minor_digits

    plan = outcome.plan
    tables.show(tables.overview_table(overview(plan), minor_digits(plan.spec.currency)))
    say("")
    tables.sentences(headline(plan))
    prices = best_prices(plan)
    if prices:
        say("")
        say("what the limits are worth:")
        tables.sentences(prices, "- ")
