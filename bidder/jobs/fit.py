"""From a history file to response curves, end to end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidder.budget.fitting.spec import FitSpec
from bidder.files.atomic import OutputFolder
from bidder.files.yaml_reader import read_document
from bidder.jobs.fit_history import read_history
from bidder.jobs.fit_output import curves_text, decomposition_rows, fit_document
from bidder.jobs.outputs import json_text

if TYPE_CHECKING:
    from bidder.budget.fitting.history import History
    from bidder.budget.fitting.result import FitResult

Progress = Callable[[str, int, int], None]
OUTPUTS = ("curves.yaml", "decomposition.csv", "fit.html", "fit.json")


@dataclass(frozen=True)
class FitOutcome:
    """A fit with what it was made from.

    Attributes
    ----------
    spec : FitSpec
    history : History
    result : FitResult
    document : dict
        What fit.json says.
    """

    spec: FitSpec
    history: History
    result: FitResult
    document: dict[str, Any]


def run_fit(
    history: str | Path,
    config: str | Path,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    progress: Progress | None = None,
) -> FitOutcome:
    """Fit response curves to a history.

    Parameters
    ----------
    history : path
        CSV with one row per period.
    config : path
        YAML of :class:`~bidder.budget.fitting.spec.FitSpec`.
    out : path, optional
        Folder for curves.yaml, fit.json, decomposition.csv and fit.html.
    overrides : sequence of str
        ``key.sub=value`` settings over what the YAML says.
    progress : callable, optional
        Called with what is being done, how many are done, and how many there are.

    Raises
    ------
    InputError
        With every problem of the YAML, else with every problem of the CSV.
    """
    spec, _ = read_document(config, FitSpec, tuple(overrides))
    table = read_history(history, spec)

    from bidder.budget.fitting.fit import fit

    result = fit(table, spec, progress)
    outcome = FitOutcome(spec, table, result, fit_document(result, table, spec))
    if out is not None:
        _write(outcome, out)
    return outcome


def _write(outcome: FitOutcome, out: str | Path) -> None:
    from bidder.reports.fit_report import render_fit

    with OutputFolder(out, last="fit.json") as folder:
        folder.text("curves.yaml", curves_text(outcome.result, outcome.history, outcome.spec))
        folder.table("decomposition.csv", *decomposition_rows(outcome.result, outcome.history))
        folder.text("fit.html", render_fit(outcome.result, outcome.history, outcome.spec))
        folder.text("fit.json", json_text(outcome.document))
