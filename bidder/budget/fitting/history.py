"""The history that curves are fitted to, and the part of it that is not advertising."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bidder.budget.fitting.spec import SeasonTerms, Trend
from bidder.calendar import Period

Floats = NDArray[np.float64]

YEAR_DAYS = 365.25
SEASON_LAG = {Period.DAY: 7, Period.WEEK: 52, Period.MONTH: 12}
"""Periods after which the seasonal-naive forecast repeats itself."""
PERIODS_PER_YEAR = {Period.DAY: 365, Period.WEEK: 52, Period.MONTH: 12}


@dataclass(frozen=True)
class History:
    """One row per period, in order and without gaps.

    Attributes
    ----------
    starts : tuple of date
        First day of each period, length T.
    period : Period
    result : ndarray, shape (T,)
        Revenue (currency units) or conversions (number) of each period.
    campaigns : tuple of str
        Names, length C.
    spend : ndarray, shape (T, C)
        Currency units per period.
    control_names : tuple of str
        Length P; a value of a category is named ``column=value``.
    controls : ndarray, shape (T, P)
        In the columns' own units; 0 or 1 for a value of a category.
    """

    starts: tuple[date, ...]
    period: Period
    result: Floats
    campaigns: tuple[str, ...]
    spend: Floats
    control_names: tuple[str, ...]
    controls: Floats

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True)
class Base:
    """Columns of everything that is not advertising.

    Attributes
    ----------
    columns : ndarray, shape (T, P)
        Unitless, of order 1.
    groups : tuple of str
        ``trend``, ``season`` or ``controls`` for each column.
    names : tuple of str
        Name of each column.
    """

    columns: Floats
    groups: tuple[str, ...]
    names: tuple[str, ...]


def dummies(name: str, values: Sequence[str], none: str) -> tuple[tuple[str, ...], Floats]:
    """One 0/1 column for each value of a category other than ``none`` and the empty text.

    Returns
    -------
    names : tuple of str
        ``name=value``, values in alphabetical order, length L.
    columns : ndarray, shape (len(values), L)
    """
    levels = sorted(set(values) - {none, ""})
    columns = np.array([[float(v == level) for level in levels] for v in values])
    return tuple(f"{name}={level}" for level in levels), columns.reshape(len(values), len(levels))


def base(history: History, trend: Trend, season: SeasonTerms) -> Base:
    """Trend, season and control columns of a history.

    Numbers among the controls are centred on their average and divided by their standard
    deviation, so that the trend carries the level of the result and a control's contribution is its
    departure from an average period. Values of a category stay 0 or 1.
    """
    parts = [
        *(("trend", name, column) for name, column in _trend(len(history), trend)),
        *(("season", name, column) for name, column in _season(history, season)),
        *(("controls", name, column) for name, column in _controls(history)),
    ]
    return Base(
        np.stack([column for _, _, column in parts], axis=1),
        tuple(group for group, _, _ in parts),
        tuple(name for _, name, _ in parts),
    )


def _trend(rows: int, trend: Trend) -> list[tuple[str, Floats]]:
    time = np.linspace(0.0, 1.0, rows) if rows > 1 else np.zeros(rows)
    columns = [("level", np.ones(rows))]
    if trend.kind != "none":
        columns.append(("slope", time))
    if trend.kind == "piecewise":
        inner = np.linspace(0.0, 1.0, trend.knots + 2)[1:-1]
        columns += [(f"knot {k + 1}", np.maximum(time - at, 0.0)) for k, at in enumerate(inner)]
    return columns


def _season(history: History, season: SeasonTerms) -> list[tuple[str, Floats]]:
    days = np.array([d.toordinal() for d in history.starts], dtype=np.float64)
    # More harmonics than half the periods of a year would repeat each other.
    most = (PERIODS_PER_YEAR[history.period] - 1) // 2
    columns: list[tuple[str, Floats]] = []
    for k in range(1, min(season.harmonics, most) + 1):
        angle = 2.0 * np.pi * k * days / YEAR_DAYS
        columns += [(f"sin {k}", np.sin(angle)), (f"cos {k}", np.cos(angle))]
    if history.period is Period.DAY and season.weekdays:
        weekday = np.array([d.weekday() for d in history.starts])
        sunday = (weekday == 6).astype(np.float64)
        # Effects that sum to zero over a week leave the level to the trend.
        columns += [(f"weekday {k}", (weekday == k).astype(np.float64) - sunday) for k in range(6)]
    return columns


def _controls(history: History) -> list[tuple[str, Floats]]:
    columns = []
    for k, name in enumerate(history.control_names):
        values = history.controls[:, k]
        if "=" not in name:
            width = float(values.std())
            values = (values - values.mean()) / (width if width > 0 else 1.0)
        columns.append((name, values))
    return columns
