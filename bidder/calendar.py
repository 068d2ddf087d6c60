"""Periods, weekdays and promotion days.

A horizon is a row of consecutive periods. Everything a plan says by date (seasonal indices, cash
limits, visiting windows) is turned into numbers per period here, once.
"""

from __future__ import annotations

import calendar as _months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Period(StrEnum):
    """How long one period of a horizon is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Weekday(StrEnum):
    """Day of the week, Monday first (the order of ``date.weekday``)."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @property
    def number(self) -> int:
        """0 for Monday to 6 for Sunday."""
        return list(Weekday).index(self)


def known_zone(name: str) -> str:
    """The name of a time zone, checked.

    Raises
    ------
    ValueError
        For a name that the time zone database does not have.
    """
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"time zone {name!r} is not known; expected a name such as Asia/Shanghai") from error
    return name


def period_start(start: date, period: Period, number: int) -> date:
    """First day of period ``number`` (0 is the first) of a horizon beginning at ``start``.

    Months are anchored to the day of the month of ``start`` and clipped to the month's length, so a
    horizon from 31 January has periods from 31 January, 28 February, 31 March.
    """
    if period is Period.DAY:
        return start + timedelta(days=number)
    if period is Period.WEEK:
        return start + timedelta(weeks=number)
    months = start.year * 12 + start.month - 1 + number
    year, month = divmod(months, 12)
    last = _months.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(start.day, last))


@dataclass(frozen=True)
class Horizon:
    """Consecutive periods.

    Attributes
    ----------
    starts : tuple of date
        First day of each period.
    end : date
        Last day of the last period (inclusive).
    period : Period
    """

    starts: tuple[date, ...]
    end: date
    period: Period

    @classmethod
    def of(cls, start: date, period: Period, periods: int) -> Horizon:
        """A horizon of ``periods`` periods from ``start``."""
        firsts = [period_start(start, period, k) for k in range(periods + 1)]
        return cls(tuple(firsts[:-1]), firsts[-1] - timedelta(days=1), period)

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def days(self) -> NDArray[np.int64]:
        """Days in each period, shape (periods,)."""
        ordinals = [d.toordinal() for d in self.starts] + [self.end.toordinal() + 1]
        lengths: NDArray[np.int64] = np.diff(np.asarray(ordinals, dtype=np.int64)).astype(np.int64)
        return lengths

    @property
    def dates(self) -> list[date]:
        """Every day of the horizon, in order."""
        first = self.starts[0]
        return [first + timedelta(days=k) for k in range(int(self.days.sum()))]

    @property
    def period_of_day(self) -> NDArray[np.int64]:
        """For every day of the horizon, the number of its period."""
        return np.repeat(np.arange(len(self)), self.days)

    def fraction_until(self, last: date) -> Floats:
        """Share of each period's days that lie on or before ``last``, shape (periods,).

        >>> Horizon.of(date(2026, 11, 2), Period.WEEK, 2).fraction_until(date(2026, 11, 8))
        array([1., 0.])
        """
        passed = np.array([(last - d).days + 1 for d in self.starts], dtype=np.float64)
        clipped: Floats = np.clip(passed / self.days, 0.0, 1.0)
        return clipped

    def periods_within(self, first: date | None, last: date | None) -> NDArray[np.int64]:
        """Numbers of the periods whose first day lies in ``[first, last]`` (open where None)."""
        keep = [
            k
            for k, d in enumerate(self.starts)
            if (first is None or d >= first) and (last is None or d <= last)
        ]
        return np.asarray(keep, dtype=np.int64)

    def average(self, per_day: Floats) -> Floats:
        """Mean over each period of a value given per day, shape (days,) -> (periods,)."""
        sums = np.bincount(self.period_of_day, weights=per_day, minlength=len(self))
        mean: Floats = sums / self.days
        return mean

    def window_weights(self, window_days: int, before: int = 0) -> Floats:
        """How many of the last ``window_days`` days' visitors an average day of a period sees.

        Element (t, s) is the share of period s's visitors who are inside the window on an average
        day of period t, when visits are spread evenly over a period's days; a day's window holds
        the day itself and the ``window_days - 1`` days before it.

        Parameters
        ----------
        window_days : int
            Length of the window in days.
        before : int
            Return, in place of the matrix, the average number of window days that lie before the
            horizon, when 1.

        Returns
        -------
        ndarray
            Shape (periods, periods), lower triangular; or (periods,) with ``before=1``.
        """
        days = np.arange(int(self.days.sum()))
        if before:
            return self.average(np.maximum(window_days - 1 - days, 0).astype(np.float64))
        edges = np.concatenate([[0], np.cumsum(self.days)])
        window_start = (days - window_days + 1)[:, None]
        overlap = np.minimum(days[:, None] + 1, edges[None, 1:]) - np.maximum(window_start, edges[None, :-1])
        share = np.maximum(overlap, 0) / self.days[None, :]
        return np.stack([self.average(share[:, s]) for s in range(len(self))], axis=1)


@dataclass(frozen=True)
class DayRule:
    """Which days a seasonal entry covers: a date range and/or some weekdays (both must match)."""

    first: date | None = None
    last: date | None = None
    weekdays: Sequence[Weekday] | None = None

    def covers(self, days: Sequence[date]) -> NDArray[np.bool_]:
        """True for each covered day, shape (len(days),)."""
        numbers = None if self.weekdays is None else {w.number for w in self.weekdays}
        return np.array(
            [
                (self.first is None or d >= self.first)
                and (self.last is None or d <= self.last)
                and (numbers is None or d.weekday() in numbers)
                for d in days
            ],
            dtype=np.bool_,
        )
