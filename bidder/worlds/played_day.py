"""What one played day came to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bidder.arrays import Codes, Floats, Ints
from bidder.money import MICROS
from bidder.worlds.hours import SLOTS
from bidder.worlds.keywords import Keywords
from bidder.worlds.tally import CLICKS, CONVERSIONS, COST, COUNTS, IMPRESSIONS, REVENUE, Shown


@dataclass(frozen=True)
class Offer:
    """Our bids of a day: micros, shape (J,), 0 for none; and factors by hour of the week, shape (C, 168)."""

    bids: Ints
    schedule: Floats

    @classmethod
    def checked(cls, bids: Ints, schedule: Floats | None, keywords: Keywords) -> Offer:
        """An offer that makes sense; a flat week by default.

        Raises
        ------
        ValueError
            When a shape is wrong, a bid below 0, or a factor not a number above 0.
        """
        given = np.ascontiguousarray(bids, dtype=np.int64)
        shape = (len(keywords.campaigns), SLOTS)
        factors = np.ones(shape) if schedule is None else np.asarray(schedule, dtype=np.float64)
        if given.shape != (len(keywords),) or factors.shape != shape:
            raise ValueError(f"bids have the shape {given.shape} and the schedule {factors.shape}")
        if (given < 0).any() or not (np.isfinite(factors).all() and (factors > 0).all()):
            raise ValueError("bids must be at least 0, and factors by hour numbers above 0")
        return cls(given, factors)


@dataclass(frozen=True)
class Sales:
    """Conversions of a day's clicks, n of them, whenever they are reported.

    Attributes
    ----------
    keyword : ndarray of int32, shape (n,)
    hour : ndarray of int64, shape (n,)
        Hour of the day that the click came in, counted from its first one.
    reported : ndarray of int64, shape (n,)
        Microseconds UTC.
    value : ndarray of int64, shape (n,)
        Micros.
    """

    keyword: Codes
    hour: Ints
    reported: Ints
    value: Ints


@dataclass(frozen=True)
class Expected:
    """Expectation of a day at the bids in force, over all draws of clicks and orders; currency units."""

    impressions: float
    clicks: float
    spend: float
    conversions: float
    revenue: float

    @property
    def roas(self) -> float:
        """Revenue per unit of spend; 0 without spend."""
        return self.revenue / self.spend if self.spend > 0 else 0.0


@dataclass(frozen=True)
class DayResult:
    """One day of J keywords in C campaigns, over h hours (23 to 25).

    Attributes
    ----------
    day : int
        From 0.
    date : date
    bids : ndarray of int64, shape (J,)
        In force, before modifiers; micros.
    campaign : ndarray of int32, shape (J,)
    shown : ndarray of int64, shape (J, 3)
        Impressions, clicks, cost in micros.
    shown_by_hour : ndarray of int64, shape (h, C, 3)
    sales : Sales
    levels : ndarray of float64, shape (L,)
        Factors on the bids.
    expected_by_level : ndarray of float64, shape (J, L, 5)
        Expected impressions, clicks, cost, conversions and revenue given the searches and the competitors'
        bids of the day, but not the draws of clicks and orders; money in micros. As if there were no budget.
    """

    day: int
    date: dt.date
    bids: Ints
    campaign: Codes
    shown: Ints
    shown_by_hour: Ints
    sales: Sales
    levels: Floats
    expected_by_level: Floats

    @classmethod
    def empty(
        cls, day: int, date: dt.date, bids: Ints, campaign: Codes, levels: Floats, expected: Floats
    ) -> DayResult:
        """A day on which nothing was shown."""
        nothing = np.zeros(0, dtype=np.int64)
        sales = Sales(nothing.astype(np.int32), nothing, nothing, nothing)
        campaigns = int(campaign.max()) + 1
        shown, by_hour = np.zeros((len(bids), 3), np.int64), np.zeros((0, campaigns, 3), np.int64)
        return cls(day, date, bids, campaign, shown, by_hour, sales, levels, expected)

    def by_keyword(self, known_by: int | None = None) -> Ints:
        """Counts with the conversions reported before a moment (microseconds UTC), or all; shape (J, 5)."""
        counts = np.zeros((len(self.bids), COUNTS), dtype=np.int64)
        counts[:, : COST + 1] = self.shown
        self._add_sales(counts, self.sales.keyword, known_by)
        return counts

    def by_hour(self, known_by: int | None = None) -> Ints:
        """The same by hour and campaign, shape (h, C, 5)."""
        hours, campaigns, _ = self.shown_by_hour.shape
        counts = np.zeros((hours, campaigns, COUNTS), dtype=np.int64)
        counts[:, :, : COST + 1] = self.shown_by_hour
        place = self.sales.hour * campaigns + self.campaign[self.sales.keyword]
        self._add_sales(counts.reshape(-1, COUNTS), place, known_by)
        return counts

    def _add_sales(self, counts: Ints, place: Ints | Codes, known_by: int | None) -> None:
        known = slice(None) if known_by is None else self.sales.reported < known_by
        np.add.at(counts[:, CONVERSIONS], place[known], 1)
        np.add.at(counts[:, REVENUE], place[known], self.sales.value[known])

    @property
    def expected(self) -> Expected:
        """At the bids in force (the level nearest to 1)."""
        return self.expected_at(int(np.argmin(np.abs(self.levels - 1.0))))

    def expected_at(self, level: int) -> Expected:
        """At a level, by its place in ``levels``."""
        total = self.expected_by_level[:, level].sum(axis=0).tolist()
        return Expected(
            total[IMPRESSIONS], total[CLICKS], total[COST] / MICROS, total[CONVERSIONS],
            total[REVENUE] / MICROS,
        )


def add_up(blocks: Sequence[Shown], frame: DayResult, hours: Ints) -> DayResult:
    """A day's result from the impressions of its blocks; ``hours`` are the numbers of its hours."""
    campaigns = int(frame.campaign.max()) + 1
    keyword = np.concatenate([b.keyword for b in blocks if b.keyword is not None])
    hour = np.concatenate([np.full(len(b.ts), b.hour - hours[0]) for b in blocks])
    click, cost = (np.concatenate([getattr(b, name) for b in blocks]) for name in ("click", "cost"))
    counted = np.column_stack([np.ones(len(keyword), np.int64), click.astype(np.int64), cost])
    shown = np.zeros((len(frame.bids), 3), dtype=np.int64)
    np.add.at(shown, keyword, counted)
    by_hour = np.zeros((len(hours), campaigns, 3), dtype=np.int64)
    np.add.at(by_hour, (hour, frame.campaign[keyword]), counted)
    return replace(frame, shown=shown, shown_by_hour=by_hour, sales=_sales(blocks, keyword, hour))


def _sales(blocks: Sequence[Shown], keyword: Codes, hour: Ints) -> Sales:
    names = ("ts", "delay", "value", "conversion")
    ts, delay, value, conversion = (np.concatenate([getattr(b, n) for b in blocks]) for n in names)
    rows = np.flatnonzero(conversion)
    return Sales(keyword[rows], hour[rows], ts[rows] + delay[rows], value[rows])
