"""``bidder replay``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bidder.cli.output import json_option, notes, printable, quiet_option, say, say_json, set_option
from bidder.cli.plan import lang_option

if TYPE_CHECKING:
    from bidder.jobs.replay import ReplayOutcome

MOST_ROWS = 20
"""Rows of the table on the terminal."""


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
@click.option("--fresh", is_flag=True, help="Throw away what earlier runs have finished; run it all again.")
@lang_option
@click.option("--no-report", is_flag=True, help="Leave out report.html.")
@json_option
@quiet_option
def command(
    config: str, out: str | None, overrides: tuple[str, ...], workers: int | None, cluster: str | None,
    skip_bad_rows: bool, fresh: bool, lang: Any, no_report: bool, as_json: bool, quiet: bool,
) -> None:
    """Replay a log of past auctions under every strategy and setting of CONFIG.

    Writes results.csv, comparisons.csv, config.json, summary.json and report.html. Settings that an
    interrupted run has finished are not run again.
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
        say_json(outcome.summary)
    elif not quiet:
        _print(outcome)
    if not quiet:
        click.echo(printable(f"written to {outcome.folder}: {', '.join(outcome.files)}"), err=True)


def _print(outcome: ReplayOutcome) -> None:
    from bidder.cli import tables

    result = outcome.result
    total = len(result.settings)
    rows = _shown(outcome)
    swept = list(dict.fromkeys(n for s in result.settings for n, _ in s.swept))
    swept = [name for name in swept if name not in ("episodes.budget", "seed")][:3]
    left = ["strategy", *(["part"] if result.settings[0].part != "all" else []), *swept]
    right = ["budget", "impressions", "clicks", "cost", "spent", "cpc", outcome.measure, "interval", "regret"]
    right = list(dict.fromkeys(right))
    table = tables.new_table([*((name, "left") for name in left), *((name, "right") for name in right)])
    for k in rows:
        cells = _cells(outcome, k)
        table.add_row(*(tables.cell(str(cells.get(name, ""))) for name in (*left, *right)))
    tables.show(table)
    if total > len(rows):
        say(f"and {total - len(rows):,} more in results.csv")


def _shown(outcome: ReplayOutcome) -> list[int]:
    """The rows to show: all, or those with the most of the measure, in the order of the file."""
    results = outcome.result.results
    best = sorted(range(len(results)), key=lambda k: (-results[k].total(outcome.measure), k))
    return sorted(best[:MOST_ROWS])


def _cells(outcome: ReplayOutcome, k: int) -> dict[str, str]:
    from bidder.auctions.metrics import metrics
    from bidder.cli import tables
    from bidder.jobs.replay_output import Scale, plain

    result, measure, scale = outcome.result, outcome.measure, Scale(outcome.units)
    setting, figures = result.settings[k], result.results[k]
    computed, interval = metrics(figures, setting, result.info), result.interval[k].get(measure)
    cpc = scale.price(computed["cpc"])
    cells = {
        "strategy": setting.strategy,
        "part": setting.part,
        "budget": _number(scale.mean(setting.budget, "cost")),
        "impressions": f"{figures.total('impressions'):,}",
        "clicks": f"{figures.total('clicks'):,}",
        "cost": _number(scale.mean(figures.total("cost"), "cost")),
        "spent": _share(computed["spent_share"]),
        "cpc": tables.NOTHING if cpc is None else _number(cpc),
        measure: _number(scale.mean(figures.total(measure), measure)),
        "interval": _ends(interval, measure, scale),
        "regret": _share(computed["regret"]),
    }
    return {**{name: str(plain(value)) for name, value in setting.swept}, **cells}


def _ends(interval: tuple[float, float] | None, measure: str, scale: Any) -> str:
    if interval is None:
        return ""
    return " to ".join(_number(scale.mean(end, measure)) for end in interval)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.4g}"


def _share(value: float | None) -> str:
    from bidder.cli import tables

    return tables.NOTHING if value is None else f"{value:.1%}"
