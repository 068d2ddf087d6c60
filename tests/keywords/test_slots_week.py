"""Hours that days really have, and hours of the week of moments, in 20 zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.keywords.slots.week import hour_of_week, hours_of_day

ZONES = (
    "Asia/Shanghai", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tehran", "Asia/Beirut", "Asia/Gaza",
    "Africa/Cairo", "Africa/Casablanca", "America/New_York", "America/St_Johns", "America/Santiago",
    "America/Havana", "America/Sao_Paulo", "Antarctica/Troll", "Atlantic/Azores", "Australia/Lord_Howe",
    "Europe/Berlin", "Europe/London", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "UTC",
)  # fmt: skip
ALL = tuple(range(24))


def slow_hours(day, zone):
    """Minute by minute: a new hour whenever the clock shows minute 0, and whenever it is set back."""
    clock, found, last = ZoneInfo(zone), [], None
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    for _ in range(56 * 60):
        local = moment.astimezone(clock).replace(tzinfo=None)
        if local.date() == day:
            inside = last is not None and last.date() == day
            if not inside or local < last or local.hour != last.hour:
                found.append(local.hour)
            last = local
        elif last is not None and last.date() == day:
            last = local
        moment += timedelta(minutes=1)
    return tuple(found)


def changes(zone, first=date(2009, 1, 1), last=date(2027, 1, 1)):
    """Days around each change of the clock."""
    clock, day, offset, out = ZoneInfo(zone), first, None, set()
    while day < last:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).astimezone(clock).utcoffset()
        if offset is not None and noon != offset:
            out |= {day - timedelta(days=1), day, day + timedelta(days=1)}
        offset, day = noon, day + timedelta(days=1)
    return sorted(out)


@pytest.mark.parametrize("zone", ZONES)
def test_days_around_every_change_of_the_clock_have_the_hours_of_a_minute_by_minute_walk(zone):
    days = changes(zone)[-8:] or [date(2026, 6, 1)]
    for day in days:
        assert hours_of_day(day, zone) == slow_hours(day, zone), day


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), "Europe/Berlin", (0, 1, *range(3, 24))),
        (date(2026, 10, 25), "Europe/Berlin", (0, 1, 2, 2, *range(3, 24))),
        (date(2026, 10, 4), "Australia/Lord_Howe", ALL),  # half of hour 2 is missing
        (date(2026, 4, 5), "Australia/Lord_Howe", (0, 1, 1, *range(2, 24))),  # half of hour 1 stands twice
        (date(2011, 12, 30), "Pacific/Apia", ()),  # the day that Samoa skipped
        (date(2026, 3, 29), "Antarctica/Troll", (0, *range(3, 24))),  # two hours at once
        (date(2026, 2, 15), "Africa/Casablanca", (0, 1, 2, 2, *range(3, 24))),  # Ramadan begins
        (date(2026, 9, 6), "America/Santiago", tuple(range(1, 24))),  # midnight itself is missing
        (date(2026, 10, 31), "America/Havana", ALL),
        (date(2026, 11, 1), "America/Havana", (0, 0, *range(1, 24))),
        (date(2026, 10, 24), "Atlantic/Azores", ALL),
        (date(2026, 6, 1), "Asia/Kathmandu", ALL),
    ],
)
def test_known_days(day, zone, hours):
    assert hours_of_day(day, zone) == hours


@pytest.mark.parametrize("zone", ZONES)
def test_hours_of_the_week_are_those_that_the_clock_shows(zone):
    rng = np.random.default_rng(3)
    begin = int(datetime(2009, 1, 1, tzinfo=UTC).timestamp())
    seconds = rng.integers(begin, begin + 17 * 365 * 86400, 3000)
    for day in changes(zone)[-6:]:
        noon = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        seconds = np.concatenate([seconds, noon + np.arange(-12, 36) * 1800 + 1799])
    found = hour_of_week(seconds * 1_000_000 + 999_999, zone)
    shown = [datetime.fromtimestamp(s, ZoneInfo(zone)) for s in seconds.tolist()]
    assert found.tolist() == [t.weekday() * 24 + t.hour for t in shown]


@given(st.lists(st.integers(-62_000_000_000, 250_000_000_000), min_size=1, max_size=20))
def test_moments_far_apart_do_not_need_a_table_of_all_between(seconds):
    found = hour_of_week(np.array(seconds) * 1_000_000, "UTC")
    epoch = datetime(1970, 1, 1)
    shown = [epoch + timedelta(seconds=s) for s in seconds]
    assert found.tolist() == [t.weekday() * 24 + t.hour for t in shown]


def test_moments_outside_of_the_calendar_are_refused():
    with pytest.raises(ValueError, match="years 1 to 9999"):
        hour_of_week(np.array([0, 2**62]), "UTC")
    assert hour_of_week(np.array([], dtype=np.int64), "UTC").shape == (0,)


def test_shapes_are_kept():
    moments = np.arange(6).reshape(2, 3) * 3_600_000_000
    assert hour_of_week(moments, "UTC").tolist() == [[72, 73, 74], [75, 76, 77]]  # a Thursday
