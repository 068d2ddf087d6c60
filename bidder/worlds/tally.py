"""What our own bidding brought: the sums behind reports, history and response curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Bytes, Codes, Floats, Ints
from bidder.worlds.hours import DAY, Hours
from bidder.worlds.market_search import MEASURES

IMPRESSIONS, CLICKS, COST, CONVERSIONS, REVENUE = range(5)
"""What is counted, int64; money in micros. Conversions and revenue stand with the click that brought
them, and only what is reported when the world ends."""
COUNTS = 5


@dataclass(frozen=True)
class Shown:
    """Our impressions in one block, n of them.

    Attributes
    ----------
    hour : int
        Number of the hour in the world.
    ts : ndarray of int64, shape (n,)
    campaign : ndarray of int32, shape (n,)
    keyword : ndarray of int32, shape (n,), or None
    click, conversion : ndarray of uint8, shape (n,)
        A conversion stands only where there is a click.
    cost, value : ndarray of int64, shape (n,)
        Micros.
    delay : ndarray of int64, shape (n,)
        Microseconds from click to report.
    """

    hour: int
    ts: Ints
    campaign: Codes
    keyword: Codes | None
    click: Bytes
    conversion: Bytes
    cost: Ints
    value: Ints
    delay: Ints


class Tally:
    """Sums of one channel; D days, H hours, C campaigns, L bid levels, K competitors.

    Attributes
    ----------
    by_hour : ndarray of int64, shape (H, C, 5)
    lag : ndarray of int64, shape (D, C, most + 1)
        Reported conversions by day of the click and whole days (24 hours) until the report.
    nights : ndarray of int64, shape (D, C, most + 2)
        The same by the number of midnights between click and report.
    report_day : ndarray of int64, shape (D, 2)
        Conversions and revenue (micros) by the local day of the report.
    response : ndarray of float64, shape (D, C, L, 5)
        Expected results of a day at each bid level, money in micros.
    rival_spend : ndarray of int64, shape (H, K)
        Spent since midnight at the end of the hour, micros.
    rival_multiplier : ndarray of float64, shape (H, K)
        Multiplier on bids during the hour.
    auctions : int
    """

    def __init__(
        self, hours: Hours, campaigns: int, keywords: int, levels: int, rivals: int, lag: int
    ) -> None:
        days = len(hours.dates)
        self._hours = hours
        self._day_starts = hours.start[np.searchsorted(hours.day, np.arange(days))]
        self.by_hour = np.zeros((len(hours), campaigns, COUNTS), dtype=np.int64)
        self.lag = np.zeros((days, campaigns, lag + 1), dtype=np.int64)
        self.nights = np.zeros((days, campaigns, lag + 2), dtype=np.int64)
        self.report_day = np.zeros((days, 2), dtype=np.int64)
        self.response: Floats = np.zeros((days, campaigns, levels, MEASURES))
        self.rival_spend = np.zeros((len(hours), rivals), dtype=np.int64)
        self.rival_multiplier = np.zeros((len(hours), rivals))
        self.auctions = 0
        self._today = np.zeros((keywords, COUNTS), dtype=np.int64)
        self._days: list[tuple[int, Ints, Ints]] = []

    def add(self, shown: Shown) -> None:
        """Count the impressions of a block."""
        report = shown.ts + shown.delay
        counted = np.zeros((len(shown.ts), COUNTS), dtype=np.int64)
        reported = (shown.conversion > 0) & (report < self._hours.end)
        counted[:, IMPRESSIONS] = 1
        counted[:, CLICKS] = shown.click
        counted[:, COST] = shown.cost
        counted[:, CONVERSIONS] = reported
        counted[:, REVENUE] = np.where(reported, shown.value, 0)
        np.add.at(self.by_hour[shown.hour], shown.campaign, counted)
        if shown.keyword is not None:
            np.add.at(self._today, shown.keyword, counted)
        self._add_reports(shown, report, reported)

    def _add_reports(self, shown: Shown, report: Ints, reported: np.ndarray) -> None:
        rows = np.flatnonzero(reported)
        day = np.searchsorted(self._day_starts, report[rows], side="right") - 1
        np.add.at(self.report_day[:, 0], day, 1)
        np.add.at(self.report_day[:, 1], day, shown.value[rows])
        waited = np.minimum(shown.delay[rows] // DAY, self.lag.shape[2] - 1)
        clicked = self._hours.day[shown.hour]
        np.add.at(self.lag[clicked], (shown.campaign[rows], waited), 1)
        np.add.at(self.nights[clicked], (shown.campaign[rows], day - clicked), 1)

    def end_day(self, day: int) -> None:
        """Put the day's keywords away."""
        shown = np.flatnonzero(self._today[:, IMPRESSIONS])
        self._days.append((day, shown, self._today[shown].copy()))
        self._today[:] = 0

    def keyword_days(self) -> list[tuple[int, Ints, Ints]]:
        """For each day its number, the keywords with impressions (n,), and their counts (n, 5)."""
        return self._days

    @property
    def spend_by_day(self) -> Ints:
        """Micros, shape (D,)."""
        spend = np.zeros(len(self._hours.dates), dtype=np.int64)
        np.add.at(spend, self._hours.day, self.by_hour[:, :, COST].sum(axis=1))
        return spend
