"""All of a replay as plain data, for ``bidder replay --json`` and notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from bidder.jobs.replay_output import (
    COLUMNS,
    COMPARISON_COLUMNS,
    INTERVALS,
    comparison_rows,
    result_rows,
)

if TYPE_CHECKING:
    from bidder.jobs.replay import ReplayOutcome

EXACT = ("budget", "cost", "value", "worth", "bound")
"""Columns of results.csv that are written as decimals without loss; in JSON they are numbers."""


def document(outcome: ReplayOutcome) -> dict[str, Any]:
    """What summary.json says, the folder and its files, and every row of the two tables.

    ``results`` has the columns of results.csv by name, with the swept fields together in ``swept``;
    ``compared`` those of comparisons.csv, whose ``row`` counts from 2 as in the file.
    """
    _, results = result_rows(outcome.result, outcome.units)
    _, comparisons = comparison_rows(outcome.result, outcome.units)
    names = (*COLUMNS, *chain.from_iterable((f"{name}_low", f"{name}_high") for name in INTERVALS))
    return {
        **outcome.summary,
        "folder": str(outcome.folder),
        "files": list(outcome.files),
        "results": [
            {**_record(names, row), "swept": dict(setting.swept)}
            for row, setting in zip(results, outcome.result.settings, strict=True)
        ],
        "compared": [_record(COMPARISON_COLUMNS, row) for row in comparisons],
    }


def _record(names: Sequence[str], row: Sequence[object]) -> dict[str, object]:
    return {name: _number(name, value) for name, value in zip(names, row, strict=False)}


def _number(name: str, value: object) -> object:
    if name not in EXACT or not isinstance(value, str):
        return value
    return int(value) if value.lstrip("-").isdigit() else float(value)
