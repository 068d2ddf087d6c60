"""``bidder bids nightly`` and ``backfill``."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from bidder.cli.output import json_option, notes, printable, quiet_option, say_json, set_option
from bidder.cli.plan import lang_option


def day(ctx: click.Context, param: click.Parameter, text: str | None) -> date | None:
    """A date such as 2026-10-14, or a complaint."""
    try:
        if text is not None and len(text) != len("2026-10-14"):
            raise ValueError
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a date such as 2026-10-14", ctx, param) from None


def date_option(command: Any) -> Any:
    """``--date``; arrives as ``last``."""
    return click.option(
        "--date", "last", callback=day, required=True, metavar="D",
        help="Last day of data used, such as 2026-10-14; the bids are for the day after it.",
    )(command)


def out_option(command: Any) -> Any:
    """``--out``."""
    return click.option(
        "--out", type=click.Path(file_okay=False),
        help="The run folder; by default runs/, the job's name, and the run's id.",
    )(command)


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@date_option
@click.option(
    "--auto-approve-within-guardrails", "auto_approve", is_flag=True,
    help="Approve and export a run that no account-wide check has stopped.",
)
@out_option
@set_option
@lang_option
@click.option("--no-report", is_flag=True, help="Leave out report.html.")
@click.option(
    "--log-json", type=click.Path(dir_okay=False), metavar="FILE",
    help="Append events to FILE, one JSON object a line, each with the run's id.",
)
@json_option
@quiet_option
def nightly(
    config: str, last: date, auto_approve: bool, out: str | None, overrides: tuple[str, ...], lang: Any,
    no_report: bool, log_json: str | None, as_json: bool, quiet: bool,
) -> int:
    """All of a night: confirm the last run, propose, enter it into the ledger, and export if allowed.

    Without --auto-approve-within-guardrails the run waits for `bidder bids approve` and `export`. A second
    start for the same night finds the same run and finishes what is missing.

    \b
    Exit codes for cron and systemd:
      0  done
      2  bad config or reports
      4  another start is at work, or the day's data is late or incomplete
      5  a guardrail stopped the night; nothing is exported
    """
    from bidder.cli.bids_table import print_night
    from bidder.cli.progress import watching
    from bidder.errors import ExitCode
    from bidder.jobs.bids.nightly import run_nightly
    from bidder.ledger.records import RunState

    with watching(quiet) as progress:
        outcome = run_nightly(
            config, last, out, overrides=overrides, auto_approve=auto_approve, lang=lang,
            report=not no_report, log_json=log_json, progress=progress,
        )
    notes(outcome.proposed.notes, quiet)
    stopped = outcome.run.state is RunState.STOPPED
    if as_json:
        exported = outcome.export
        say_json({
            **outcome.proposed.summary, "state": outcome.run.state.value,
            "folder": str(outcome.proposed.folder),
            "export": str(exported.folder) if exported else None,
            "sheets": list(exported.files) if exported else [],
            "confirmed": outcome.confirmed.run_id if outcome.confirmed else None,
            "confirmation": outcome.counts,
        })
    elif not quiet:
        print_night(outcome)
    if stopped:
        from bidder.jobs.bids.runs import open_run
        from bidder.jobs.bids.steps import stop_message

        click.echo(printable(stop_message(open_run(outcome.proposed.folder))), err=True)
    return int(ExitCode.GUARDRAIL if stopped else ExitCode.DONE)


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@click.option("--from", "first", callback=day, required=True, metavar="D", help="First last-day of data.")
@click.option("--to", "last", callback=day, required=True, metavar="D", help="Last one.")
@out_option
@set_option
@json_option
@quiet_option
def backfill(
    config: str, first: date, last: date, out: str | None, overrides: tuple[str, ...], as_json: bool,
    quiet: bool,
) -> None:
    """Compute past nights and enter them into the ledger; nothing is ever exported."""
    from bidder.cli.progress import watching
    from bidder.jobs.bids.nightly import run_backfill

    if first > last:
        raise click.UsageError(f"--from {first} lies after --to {last}")
    told: list[str] = []
    with watching(quiet) as progress:
        summaries = run_backfill(
            config, first, last, out, overrides=overrides, progress=progress,
            told=lambda day, said: told.append(f"{day}: {said}"),
        )
    if as_json:
        say_json(list(summaries))
    elif not quiet:
        for line in told:
            click.echo(printable(line))
