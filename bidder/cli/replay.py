"""``bidder replay``."""

from __future__ import annotations

from typing import Any

import click

from bidder.cli.output import json_option, notes, printable, quiet_option, say_json, set_option
from bidder.cli.plan import lang_option


@click.command()
@click.argument("config", type=click.Path(dir_okay=False))
@click.option(
    "--out", type=click.Path(file_okay=False),
    help="Folder for the files; by default runs/ and the experiment's name.",
)
@set_option
@click.option(
    "--workers", type=int, metavar="N",
    help="Processes to use; by default BIDDER_WORKERS, else 1. The results are the same.",
)
@click.option(
    "--cluster", metavar="ADDRESS",
    help="Run on the Dask cluster with this scheduler, tcp://host:port (needs the extra [distributed]).",
)
@click.option("--skip-bad-rows", is_flag=True, help="Leave bad rows of the log out and count them.")
@click.option("--fresh", is_flag=True, help="Throw away what earlier runs have finished; begin anew.")
@lang_option
@click.option("--no-report", is_flag=True, help="Leave out report.html.")
@json_option
@quiet_option
def command(
    config: str, out: str | None, overrides: tuple[str, ...], workers: int | None, cluster: str | None,
    skip_bad_rows: bool, fresh: bool, lang: Any, no_report: bool, as_json: bool, quiet: bool,
) -> None:
    """Replay a log of past auctions under every strategy and setting of CONFIG.

    CONFIG is the YAML of an experiment: those in simulations/ run as they are, and `bidder schema
    experiment` documents every field. Any field may hold a list, and is then swept.

    Writes results.csv, comparisons.csv, config.json, summary.json and report.html, and tuning.csv where
    parameters are tuned. Settings that an interrupted run has finished are not run again.
    """
    from bidder.cli.progress import watching
    from bidder.jobs.replay import run_replay
    from bidder.jobs.replay_pool import needs_compiling

    if not quiet and needs_compiling():
        click.echo("compiling (first run only)...", err=True)
    with watching(quiet) as progress:
        outcome = run_replay(
            config, out, overrides=overrides, workers=workers, cluster=cluster, skip_bad_rows=skip_bad_rows,
            report=not no_report, lang=lang, resume=not fresh, progress=progress,
        )
    notes(outcome.notes, quiet)
    if as_json:
        from bidder.jobs.replay_document import document

        say_json(document(outcome))
    elif not quiet:
        from bidder.cli.replay_table import print_results

        print_results(outcome)
    if not quiet:
        click.echo(printable(f"written to {outcome.folder}: {', '.join(outcome.files)}"), err=True)
