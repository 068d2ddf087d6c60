"""``bidder replay``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from bidder.cli.output import json_option, notes, printable, quiet_option, say, say_json, set_option
from bidder.cli.plan import lang_option

if TYPE_CHECKING:
    from bidder.auctions.result import Setting
    from bidder.jobs.replay import ReplayOutcome

MOST_ROWS = 20
"""Rows of the table on the terminal."""
WIDEST = 24
"""Characters of the table's columns of names and swept fields."""


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

    result, rows = outcome.result, _shown(outcome)
    cells = [_cells(outcome, k) for k in rows]
    left = ("strategy", "part", "setting")
    right = ("budget", "impressions", "clicks", "cost", "spent", "cpc", outcome.measure, "interval", "regret")
    told = {name for name in (*left, *right) if any(c[name] not in ("", tables.NOTHING) for c in cells)}
    if "setting" in told:
        told -= {"impressions", "cpc"}  # all of it would not fit into a line
    parts = {one["part"] for one in cells}
    if len(parts) == 1 and "part" in told:
        told.remove("part")
        say(f"on the part {parts.pop()} of the log:")
    names = [name for name in dict.fromkeys((*left, *right)) if name in told]
    table = tables.new_table([(n, "left" if n in left else "right") for n in names])
    for name, column in zip(names, table.columns, strict=True):
        lines = [line for one in cells for line in one[name].split("\n")]
        column.min_width = min(max(map(len, [name, *lines])), WIDEST)
    for one in cells:
        table.add_row(*(tables.cell(one[name]) for name in names))
    tables.show(table)
    if len(result.settings) > len(rows):
        say(f"and {len(result.settings) - len(rows):,} more in results.csv")


def _shown(outcome: ReplayOutcome) -> list[int]:
    """The rows to show: all, or those of the last part with the most of the measure, in their order."""
    settings, results = outcome.result.settings, outcome.result.results
    if len(settings) <= MOST_ROWS:
        return list(range(len(settings)))
    last = [k for k, setting in enumerate(settings) if setting.part == settings[-1].part]
    best = sorted(last, key=lambda k: (-results[k].total(outcome.measure), k))
    return sorted(best[:MOST_ROWS])


def _swept(setting: Setting) -> str:
    """What is swept besides the budget, a line for each field: ``base_bid 10``."""
    from bidder.jobs.replay_output import plain

    values = [(name, value) for name, value in setting.swept if name != "episodes.budget"]
    lines = [f"{name.rpartition('.')[2]} {plain(value)}" for name, value in values]
    return "\n".join(line if len(line) <= WIDEST else line[: WIDEST - 3] + "..." for line in lines)


def _cells(outcome: ReplayOutcome, k: int) -> dict[str, str]:
    from bidder.auctions.metrics import metrics
    from bidder.cli import tables
    from bidder.jobs.replay_output import Scale

    result, measure, scale = outcome.result, outcome.measure, Scale(outcome.units)
    setting, figures = result.settings[k], result.results[k]
    computed, interval = metrics(figures, setting, result.info), result.interval[k].get(measure)
    cpc = scale.price(computed["cpc"])
    return {
        "strategy": setting.strategy,
        "part": "" if setting.part == "all" else setting.part,
        "setting": _swept(setting),
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


def _ends(interval: tuple[float, float] | None, measure: str, scale: Any) -> str:
    if interval is None:
        return ""
    return " to ".join(_number(scale.mean(end, measure)) for end in interval)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.4g}"


def _share(value: float | None) -> str:
    from bidder.cli import tables

    return tables.NOTHING if value is None else f"{value:.1%}"
