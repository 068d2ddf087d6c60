"""``bidder fit``: response curves from history."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from bidder.cli.output import (
    coloured,
    interactive,
    json_option,
    printable,
    quiet_option,
    say,
    say_json,
    set_option,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bidder.jobs.fit import FitOutcome

WIDTH = 120
"""Columns of the table where there is no terminal to ask."""


@click.command()
@click.argument("history", type=click.Path(dir_okay=False))
@click.option(
    "--config", required=True, type=click.Path(dir_okay=False), help="YAML that says what the columns mean."
)
@click.option(
    "--out", type=click.Path(file_okay=False),
    help="Folder for curves.yaml, fit.json, decomposition.csv and fit.html.",
)
@set_option
@json_option
@quiet_option
def command(
    history: str, config: str, out: str | None, overrides: tuple[str, ...], as_json: bool, quiet: bool
) -> None:
    """Fit response curves to HISTORY, a CSV with one row per day, week or month.

    Says how far the curves can be trusted: the error on held-out periods beside seasonal-naive, the
    spread of every effect, and what the history cannot tell. A plan takes the curves with
    `curve: {from: curves.yaml}`.
    """
    from bidder.jobs.fit import run_fit

    with _Progress(interactive() and not quiet) as report:
        outcome = run_fit(history, config, out, overrides=overrides, progress=report)
    if not quiet:
        for finding in outcome.result.warnings:
            click.echo(printable(f"warning: {finding.text}"), err=True)
    if as_json:
        say_json(outcome.document)
    elif not quiet:
        _print(outcome, out)


class _Progress:
    """A progress bar on a terminal, nothing elsewhere."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._bar: Any = None

    def __enter__(self) -> Callable[[str, int, int], None] | None:
        if not self._wanted:
            return None
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._bar.start()
        self._task = self._bar.add_task("fit")
        return self._report

    def _report(self, what: str, done: int, total: int) -> None:
        self._bar.update(self._task, description=what, completed=done, total=total)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()


def _print(outcome: FitOutcome, out: str | None) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(
        highlight=False, no_color=not coloured(), width=None if sys.stdout.isatty() else WIDTH
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("campaign")
    revenue = outcome.spec.result.unit == "revenue"
    curve = ("ceiling", "half_spend", "slope", "retention", "share")
    for header in (*curve, "ROAS" if revenue else "per unit spent", "90% of refits", "marginal", "spread"):
        table.add_column(header, justify="right")
    for c in outcome.result.campaigns:
        band = c.intervals["return_on_spend"]
        cells = (
            f"{c.ceiling:,.0f}", f"{c.half_spend:,.0f}", f"{c.slope:.2f}", f"{c.retention:.2f}",
            f"{c.share:.1%}", f"{c.return_on_spend:.3g}", f"{band.shown_low:.3g} to {band.high:.3g}",
            f"{c.marginal_return:.3g}", f"{c.spread:.2f}",
        )
        table.add_row(Text(printable(c.name)), *cells)
    console.print(table)
    say(error_sentence(outcome))
    if out is not None:
        click.echo(printable(f"written to {out}"), err=True)


def error_sentence(outcome: FitOutcome) -> str:
    """The held-out error beside seasonal-naive, in one line."""
    held = outcome.result.holdout
    periods = f"{len(held.actual)} {outcome.spec.period.value}s"
    text = f"held-out error over the last {periods}: {_error(held.error)}"
    if held.naive_error is None:
        text += "; no seasonal-naive (history too short)"
    else:
        text += f"; seasonal-naive: {_error(held.naive_error)}"
    return f"{text}; without campaigns: {_error(held.without_error)}"


def _error(error: Any) -> str:
    return ", ".join(
        f"{name} {'n/a' if value is None else f'{value:.1%}'}"
        for name, value in (("MAPE", error.mape), ("NRMSE", error.nrmse))
    )
