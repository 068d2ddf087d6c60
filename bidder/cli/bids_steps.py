"""``bidder bids propose``, ``approve``, ``export``, ``confirm`` and ``rollback``."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from bidder.cli.bids_nightly import date_option, day, out_option
from bidder.cli.output import json_option, notes, printable, quiet_option, say_json, set_option
from bidder.cli.plan import lang_option

if TYPE_CHECKING:
    from bidder.jobs.bids.steps import StepOutcome

run_argument = click.argument("run", type=click.Path())


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@date_option
@out_option
@set_option
@lang_option
@click.option("--no-report", is_flag=True, help="Leave out report.html.")
@json_option
@quiet_option
def propose(
    config: str, last: date, out: str | None, overrides: tuple[str, ...], lang: Any, no_report: bool,
    as_json: bool, quiet: bool,
) -> int:
    """New bids and a schedule for the day after D, with the reason of each.

    Writes bids.csv, schedule.csv, the platform's change sheets, summary.json and report.html into the run
    folder, and nothing anywhere else.
    """
    from bidder.cli.bids_table import print_proposal, short
    from bidder.cli.progress import watching
    from bidder.errors import ExitCode
    from bidder.jobs.bids.propose import run_propose
    from bidder.jobs.bids.runs import open_run
    from bidder.jobs.bids.steps import stop_message

    with watching(quiet) as progress:
        outcome = run_propose(
            config, last, out, overrides=overrides, lang=lang, report=not no_report, progress=progress
        )
    notes(outcome.notes, quiet)
    if as_json:
        say_json({**outcome.summary, "folder": str(outcome.folder), "files": list(outcome.files)})
    elif not quiet:
        print_proposal(outcome.summary)
    if not quiet:
        click.echo(printable(f"written to {short(outcome.folder)}"), err=True)
    if outcome.proposal.stopped:
        click.echo(printable(stop_message(open_run(outcome.folder))), err=True)
        return int(ExitCode.GUARDRAIL)
    return int(ExitCode.DONE)


@click.command()
@run_argument
@json_option
@quiet_option
def approve(run: str, as_json: bool, quiet: bool) -> None:
    """Enter RUN into the ledger and approve it."""
    from bidder.cli.bids_table import short
    from bidder.jobs.bids import steps
    from bidder.jobs.bids.runs import find_run

    folder = find_run(run)
    with steps.locked_ledger(folder) as ledger:
        done = steps.approve(folder, ledger, steps.user())
    _tell(steps.StepOutcome(done), as_json, quiet)
    if not (as_json or quiet):
        click.echo(printable(f"  next: bidder bids export {short(folder.path)}"))


@click.command()
@run_argument
@json_option
@quiet_option
def export(run: str, as_json: bool, quiet: bool) -> None:
    """Write the change sheets of an approved RUN, for upload."""
    from bidder.jobs.bids import steps
    from bidder.jobs.bids.runs import find_run

    folder = find_run(run)
    with steps.locked_ledger(folder) as ledger:
        _tell(steps.export(folder, ledger, steps.user()), as_json, quiet)


@click.command()
@run_argument
@click.option(
    "--report", "reports", multiple=True, type=click.Path(dir_okay=False), metavar="FILE",
    help="A later report that shows the bids in force; by default the config's reports.",
)
@click.option("--date", "last", callback=day, metavar="D", help="Day to look at; by default the next one.")
@json_option
@quiet_option
def confirm(run: str, reports: tuple[str, ...], last: date | None, as_json: bool, quiet: bool) -> None:
    """Compare a later report with what RUN exported: in force, not applied, edited by a human, missing."""
    from bidder.jobs.bids import steps
    from bidder.jobs.bids.confirming import bids_in_force
    from bidder.jobs.bids.runs import find_run

    folder = find_run(run)
    table = bids_in_force(folder, reports, last)
    with steps.locked_ledger(folder) as ledger:
        _tell(steps.confirm(folder.key.run_id, ledger, table, steps.user()), as_json, quiet)


@click.command()
@run_argument
@json_option
@quiet_option
def rollback(run: str, as_json: bool, quiet: bool) -> None:
    """Write the sheets that restore every bid and the schedule that RUN has changed."""
    from bidder.jobs.bids import steps
    from bidder.jobs.bids.runs import find_run

    folder = find_run(run)
    with steps.locked_ledger(folder) as ledger:
        _tell(steps.roll_back(folder, ledger, steps.user()), as_json, quiet)


def _tell(outcome: StepOutcome, as_json: bool, quiet: bool) -> None:
    from bidder.cli.bids_table import short

    run = outcome.run
    folder = short(outcome.folder) if outcome.folder else None
    if as_json:
        say_json({
            "run_id": run.run_id, "state": run.state.value, "folder": folder, "files": list(outcome.files),
            "counts": outcome.counts,
        })
    elif not quiet:
        click.echo(printable(f"{run.run_id}: {run.state.value.replace('_', ' ')}"))
        for took, count in (outcome.counts or {}).items():
            click.echo(f"  {took.replace('_', ' ')}: {count:,}")
        for name in outcome.files:
            click.echo(printable(f"  {folder}/{name}"))
