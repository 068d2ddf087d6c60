"""The hours of a world: when each begins, and how traffic, prices and conversion stand in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from bidder.arrays import Bools, Floats, Ints
from bidder.auctions.log import MICROSECOND
from bidder.worlds.spec import Calendar

HOUR = 3600 * MICROSECOND
DAY = 24 * HOUR
SLOTS = 168
"""Hours of the week."""


@dataclass(frozen=True)
class Hours:
    """The hours of a world in order, H in all (a day has 23 or 25 where clocks change), D days.

    Attributes
    ----------
    start : ndarray of int64, shape (H,)
        Microseconds UTC.
    day, hour, slot : ndarray of int64, shape (H,)
        Number of the local day from 0; local hour; hour of the week from Monday midnight.
    traffic : ndarray of float64, shape (H,)
        Relative traffic, with mean about 1 on ordinary days.
    price, conversion : ndarray of float64, shape (H,)
        Indices.
    peak : ndarray of bool, shape (H,)
        Whether competitors apply their promotion lift.
    share_by_end : ndarray of float64, shape (H,)
        Share of its day's traffic that has come by the end of the hour.
    dates : tuple of date, length D
    phase : tuple of str, length D
        Phase of the promotion, or "" on ordinary days.
    """

    start: Ints
    day: Ints
    hour: Ints
    slot: Ints
    traffic: Floats
    price: Floats
    conversion: Floats
    peak: Bools
    share_by_end: Floats
    dates: tuple[dt.date, ...]
    phase: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.start)

    @property
    def end(self) -> int:
        """When the world ends, microseconds UTC."""
        return int(self.start[-1]) + HOUR


def make_hours(calendar: Calendar) -> Hours:
    """Lay out the hours of a world."""
    dates = tuple(calendar.start + dt.timedelta(days=k) for k in range(calendar.days))
    start, day, hour = _clock(dates, ZoneInfo(calendar.time_zone))
    weekday = np.array([d.weekday() for d in dates])
    traffic, price, conversion, phase = _seasons(calendar, dates)
    by_weekday = scaled(calendar.by_weekday)[weekday]
    of_day = traffic * by_weekday * (1 + calendar.drift) ** np.arange(len(dates))
    of_hour = of_day[day] * scaled(calendar.by_hour)[hour]
    return Hours(
        start, day, hour, weekday[day] * 24 + hour, of_hour, price[day], conversion[day],
        np.array([p == "peak" for p in phase])[day], _share_by_end(of_hour, day), dates, phase,
    )


def scaled(weights: list[float]) -> Floats:
    """Weights with mean 1."""
    values = np.asarray(weights, dtype=np.float64)
    out: Floats = values / values.mean()
    return out


def _clock(dates: tuple[dt.date, ...], zone: ZoneInfo) -> tuple[Ints, Ints, Ints]:
    """Start, day and local hour of every hour between the first and the last local midnight."""
    first = dt.datetime.combine(dates[0], dt.time(), zone).timestamp()
    last = dt.datetime.combine(dates[-1] + dt.timedelta(days=1), dt.time(), zone).timestamp()
    seconds = np.arange(int(first), int(last), 3600)
    local = [dt.datetime.fromtimestamp(int(s), zone) for s in seconds]
    day = np.array([(t.date() - dates[0]).days for t in local], dtype=np.int64)
    hour = np.array([t.hour for t in local], dtype=np.int64)
    return seconds.astype(np.int64) * MICROSECOND, day, hour


def _seasons(
    calendar: Calendar, dates: tuple[dt.date, ...]
) -> tuple[Floats, Floats, Floats, tuple[str, ...]]:
    traffic, price, conversion = np.ones((3, len(dates)))
    phase = [""] * len(dates)
    for season in calendar.seasons:
        covered = season.days.covers(dates)
        traffic[covered] *= season.traffic
        price[covered] *= season.price
        conversion[covered] *= season.conversion
        for k in np.flatnonzero(covered):
            phase[int(k)] = season.phase or phase[int(k)]
    return traffic, price, conversion, tuple(phase)


def _share_by_end(traffic: Floats, day: Ints) -> Floats:
    total = np.bincount(day, weights=traffic)
    so_far = np.cumsum(traffic)
    before = np.concatenate([[0.0], np.cumsum(total)])[day]
    share: Floats = (so_far - before) / np.maximum(total[day], 1e-300)
    return share
