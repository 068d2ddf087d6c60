"""Hours of the week in account time, with summer time and skipped days as they really were."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from bidder.arrays import Ints

_QUARTER = timedelta(minutes=15)
_QUARTER_MICROS = 900_000_000
"""Zones have been whole quarter hours apart since 1972, and clocks have been changed on them."""
_AT_ONCE = 4_000_000
"""Quarter hours (114 years) up to which a table of all of them is made."""


def hours_of_day(day: date, zone: str) -> tuple[int, ...]:
    """Local hours that a day really has, in the order in which they begin.

    The hour that clocks jump over is left out, the one that is lived through again stands twice; where
    clocks are changed by half an hour, the hour that half of is repeated stands twice as well. A day that a
    zone skipped altogether has no hours.

    Parameters
    ----------
    day : date
    zone : str
        Time zone, such as Asia/Shanghai.

    Returns
    -------
    tuple of int

    Examples
    --------
    >>> hours_of_day(date(2026, 3, 29), "Europe/Berlin")[:4]
    (0, 1, 3, 4)
    """
    clock = ZoneInfo(zone)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=15)
    hours: list[int] = []
    last: tuple[int, timedelta | None] | None = None
    for _ in range((15 + 24 + 13) * 4):
        local = moment.astimezone(clock)
        seen = (local.hour, local.utcoffset())
        if local.date() == day and seen != last:
            # A changed clock begins a new hour only where it shows other minutes than it would have.
            if last is None or seen[0] != last[0] or _set_back(seen[1], last[1]):
                hours.append(local.hour)
            last = seen
        moment += _QUARTER
    return tuple(hours)


def _set_back(now: timedelta | None, before: timedelta | None) -> bool:
    return now is not None and before is not None and now < before


def hour_of_week(ts_utc_micros: Ints, zone: str) -> Ints:
    """Hour of the week in local time, 0 (Monday from midnight) to 167, of moments.

    Parameters
    ----------
    ts_utc_micros : ndarray of int64
        Microseconds since 1970 in UTC, of years 1 to 9999.
    zone : str
        Time zone.

    Returns
    -------
    ndarray of int64
        Same shape. Both runs of a repeated hour are the same hour of the week.

    Raises
    ------
    ValueError
        For moments outside of years 1 to 9999.
    """
    quarters = np.asarray(ts_utc_micros, dtype=np.int64) // _QUARTER_MICROS
    if not quarters.size:
        return quarters
    first, span = int(quarters.min()), int(quarters.max()) - int(quarters.min()) + 1
    if span > _AT_ONCE:
        told, place = np.unique(quarters, return_inverse=True)
        return _local_hours(told, zone)[place.reshape(quarters.shape)]
    present = np.zeros(span, dtype=np.bool_)
    present[quarters - first] = True
    table = np.zeros(span, dtype=np.int64)
    told = np.flatnonzero(present)
    table[told] = _local_hours(told + first, zone)
    hours: Ints = table[quarters - first]
    return hours


def _local_hours(quarters: Ints, zone: str) -> Ints:
    clock, epoch = ZoneInfo(zone), datetime(1970, 1, 1, tzinfo=UTC)
    hours = np.empty(len(quarters), dtype=np.int64)
    try:
        for k, quarter in enumerate(quarters.tolist()):
            local = (epoch + quarter * _QUARTER).astimezone(clock)
            hours[k] = local.weekday() * 24 + local.hour
    except OverflowError:
        raise ValueError("moments must lie in years 1 to 9999") from None
    return hours
