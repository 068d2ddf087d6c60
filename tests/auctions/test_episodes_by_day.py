"""Where episodes and ticks begin: in zones whose days have 23, 24 or 25 hours, or half-hour offsets, and in
episodes of very many auctions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from bidder.auctions.engine.clock import clock, local_midnight
from bidder.auctions.experiments.spec_parts import day_start
from bidder.auctions.log import LogInfo
from bidder.auctions.result import STEPS
from bidder.auctions.rules import Episodes

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000

# A zone, and a day on which (or near which) something happens to its clocks.
CASES = [
    ("UTC", "2026-03-29"), ("Asia/Shanghai", "2026-11-11"), ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-11-01"),
    ("America/Los_Angeles", "2026-03-08"),
    ("America/St_Johns", "2026-11-01"), ("Asia/Kolkata", "2026-06-01"), ("Asia/Kathmandu", "2026-06-01"),
    ("Australia/Lord_Howe", "2026-04-05"), ("Australia/Lord_Howe", "2026-10-04"),
    ("Pacific/Chatham", "2026-09-27"), ("Pacific/Kiritimati", "2026-01-01"),
    ("Pacific/Pago_Pago", "2026-01-01"),
    ("Pacific/Apia", "2011-12-30"),  # did not take place
    ("America/Sao_Paulo", "2018-11-04"), ("Asia/Beirut", "2026-03-29"),  # no midnight
    ("Atlantic/Azores", "2026-10-25"),  # midnight twice
    ("Africa/Casablanca", "2026-02-15"), ("Antarctica/Troll", "2026-03-29"),
    ("America/Santiago", "2026-09-06"),
]


def log_around(day: str, days: int = 3) -> np.ndarray:
    middle = (datetime.fromisoformat(day).replace(tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    return np.arange(middle - days * 1440 * MINUTE, middle + days * 1440 * MINUTE, 7 * MINUTE, dtype=np.int64)


def local_dates(ts: np.ndarray, zone: str) -> list[date]:
    return [(EPOCH + timedelta(microseconds=int(t))).astimezone(ZoneInfo(zone)).date() for t in ts]


@pytest.mark.parametrize(("zone", "day"), CASES)
@pytest.mark.parametrize("length", [1, 2])
def test_every_auction_is_in_the_episode_of_its_local_day(zone, day, length):
    ts = log_around(day)
    cut = Episodes(days=length, time_zone=zone, tick_us=60 * MINUTE)
    watch = clock(cut, LogInfo(("c",), rows=len(ts), first_ts=int(ts[0]), last_ts=int(ts[-1])))
    dates = local_dates(ts, zone)
    expected = [(d - dates[0]).days // length for d in dates]
    for pieces in ([(0, len(ts))], [(k, min(k + 100, len(ts))) for k in range(0, len(ts), 100)]):
        segments = [(a, s) for a, b in pieces for s in watch.cuts(ts[a:b], a)]
        found = [s.episode for _, s in segments for _ in range(s.start, s.stop)]
        assert found == expected
        days = [s.day for _, s in segments for _ in range(s.start, s.stop)]
        assert days == [d.toordinal() for d in dates]
        for offset, s in segments:
            assert 0 <= s.elapsed < 1 and 0 < s.tick_share <= 1 - s.elapsed + 1e-12
            assert s.now <= ts[offset + s.start]


@pytest.mark.parametrize(("zone", "day"), CASES)
def test_borders_of_days_and_of_parts_are_the_same(zone, day):
    for k in range(-2, 3):
        one = date.fromisoformat(day) + timedelta(days=k)
        assert local_midnight(one.toordinal(), zone) == day_start(one, zone)


@pytest.mark.parametrize("size", [1, 7, 60, 100, 10**12])
@pytest.mark.parametrize("tick", [1, 3, 50, 10**12])
@pytest.mark.parametrize("seen", [0, 1, 93, 10**12 - 5])
def test_counted_episodes_are_cut_by_counting(size, tick, seen):
    watch = clock(Episodes(auctions=size, tick_auctions=tick), LogInfo(("c",), timed=False))
    found = watch.cuts(np.arange(200, dtype=np.int64), seen)
    assert [s.start for s in found] == [0, *(s.stop for s in found[:-1])] and found[-1].stop == 200
    for s in found:
        inside = range(seen + s.start, seen + s.stop)
        assert {(k // size, k % size // tick, k % size * STEPS // size) for k in inside} == {
            (s.episode, s.tick, s.step)
        } or -(-size // tick) >= STEPS  # then parts follow the ticks
        assert {(k // size, k % size // tick) for k in inside} == {(s.episode, s.tick)}
