"""One side of a comparison: a config that is solved now, or the files of a finished run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bidder.budget.solvers import DEFAULT
from bidder.errors import InputError, Place, Problem
from bidder.files.tables import Row, Table, read_table
from bidder.jobs.outputs import (
    CONFIG_FILE,
    CONSTRAINT_COLUMNS,
    CONSTRAINTS_FILE,
    PLAN_FILE,
    SUMMARY_FILE,
    config_document,
    constraint_rows,
    plan_rows,
)
from bidder.jobs.progress import Progress

Cell = tuple[str, str]
"""Campaign (channel/campaign) and first day of the period."""


@dataclass(frozen=True)
class LimitState:
    """What a run says about one limit (of one period).

    Attributes
    ----------
    kind, unit : str
    limit, value, price : float or None
        None where the file has no number.
    binding : bool
    sentence : str
        The price in words.
    """

    kind: str
    unit: str
    limit: float | None
    value: float | None
    price: float | None
    binding: bool
    sentence: str


@dataclass(frozen=True)
class Side:
    """A plan to compare.

    Attributes
    ----------
    label : str
        The path as the user gave it.
    currency : str
    summary : dict
        As in summary.json; only what plan.csv tells when there is no summary.
    spend, revenue, conversions : dict
        By cell; currency units and conversions.
    limits : dict
        By name and first day of the period ("" over the horizon).
    config : dict or None
        The settings used; None where the run does not tell.
    """

    label: str
    currency: str
    summary: dict[str, Any]
    spend: dict[Cell, float]
    revenue: dict[Cell, float]
    conversions: dict[Cell, float]
    limits: dict[tuple[str, str], LimitState] = field(default_factory=dict)
    config: dict[str, Any] | None = None


def load_side(
    path: str | Path, overrides: Sequence[str] = (), solver: str = DEFAULT, watch: Progress | None = None
) -> Side:
    """Read a finished run (its folder, or its plan.csv), or solve a config.

    Raises
    ------
    InputError
        When there is nothing there, or it cannot be understood.
    InfeasibleError
        When a config has no plan.
    """
    place = Path(path)
    if place.is_dir():
        if not (place / PLAN_FILE).is_file():
            message, expected = f"no {PLAN_FILE} in this folder", "a folder written by bidder plan"
            raise InputError(Problem(message, expected, place=Place(str(path))))
        return _from_files(str(path), place)
    if place.suffix.lower() == ".csv":
        return _from_files(str(path), place.parent, place.name)
    return _from_config(path, overrides, solver, watch)


def _from_config(
    path: str | Path, overrides: Sequence[str], solver: str, watch: Progress | None
) -> Side:
    from bidder.jobs.config import load_plan
    from bidder.jobs.plan import solve_loaded, summary_of

    loaded = load_plan(path, overrides)
    plan = solve_loaded(loaded, solver, watch)
    return _side(
        str(path), summary_of(plan), _records(*plan_rows(plan)), _records(*constraint_rows(plan)),
        config_document(plan.spec),
    )


def _records(columns: Sequence[str], rows: list[list[object]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _side(
    label: str, summary: dict[str, Any], cells: list[dict[str, Any]], limits: list[dict[str, Any]],
    config: dict[str, Any] | None,
) -> Side:
    keys = [(f"{c['channel']}/{c['campaign']}", str(c["period_start"])) for c in cells]
    spend, revenue, conversions = (
        {k: float(c[name]) for k, c in zip(keys, cells, strict=True)} for name in _RESULTS
    )
    states = {(str(r["constraint"]), str(r["when"])): _state(r) for r in limits}
    currency = str(summary.get("currency", ""))
    return Side(label, currency, summary, spend, revenue, conversions, states, config)


_RESULTS = ("spend", "revenue", "conversions")


def _state(row: dict[str, Any]) -> LimitState:
    numbers = {name: _number(row[name]) for name in ("limit", "value", "shadow_price")}
    return LimitState(
        str(row["kind"]), str(row["unit"]), numbers["limit"], numbers["value"], numbers["shadow_price"],
        str(row["binding"]).lower() == "true", str(row["sentence"] or ""),
    )


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number else None


def _from_files(label: str, folder: Path, plan_file: str = PLAN_FILE) -> Side:
    table = read_table(folder / plan_file, ["channel", "campaign", "period_start", *_RESULTS])
    cells = [_checked(table, row) for row in table.rows]
    table.close()
    # Only the files of the same run belong to the table: plan.csv, not any other CSV beside it.
    own = plan_file == PLAN_FILE
    summary = _json(folder / SUMMARY_FILE) if own else None
    config = _json(folder / CONFIG_FILE) if own else None
    limits: list[dict[str, Any]] = []
    if own and (folder / CONSTRAINTS_FILE).is_file():
        limits = [dict(row.cells) for row in read_table(folder / CONSTRAINTS_FILE, CONSTRAINT_COLUMNS).rows]
    return _side(label, summary or {}, cells, limits, config)


def _checked(table: Table, row: Row) -> dict[str, Any]:
    """A row of plan.csv with its numbers; what is wrong is noted in the table."""
    units = {"spend": "currency units", "revenue": "currency units", "conversions": "conversions"}
    numbers = {name: table.number(row, name, unit) for name, unit in units.items()}
    table.day(row, "period_start")
    return {**row.cells, **numbers}


def _json(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        place = Place(str(path), getattr(error, "lineno", None), getattr(error, "colno", None))
        message = f"cannot be read: {getattr(error, 'msg', None) or error}"
        raise InputError(Problem(message, "JSON written by bidder plan", place=place)) from None
    if not isinstance(document, dict):
        raise InputError(Problem("not an object", "JSON written by bidder plan", place=Place(str(path))))
    return document
