"""Periods and windows against counting days one by one."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.calendar import DayRule, Horizon, Period, Weekday, period_start

HORIZONS = st.builds(
    Horizon.of,
    st.dates(date(1970, 1, 1), date(2100, 12, 31)),
    st.sampled_from(list(Period)),
    st.integers(1, 40),
)


@settings(max_examples=150, deadline=None)
@given(HORIZONS)
def test_periods_cover_every_day_once(horizon: Horizon) -> None:
    days = horizon.dates
    assert days[0] == horizon.starts[0]
    assert days[-1] == horizon.end
    assert len(days) == int(horizon.days.sum()) == (horizon.end - days[0]).days + 1
    assert np.all(horizon.days >= 1)
    owner = horizon.period_of_day
    for number, first in enumerate(horizon.starts):
        assert days[int(np.flatnonzero(owner == number)[0])] == first


@pytest.mark.parametrize(
    "start, want",
    [
        (date(2026, 1, 31), [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]),
        (date(2024, 1, 31), [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30)]),
        (date(2025, 11, 30), [date(2025, 11, 30), date(2025, 12, 30), date(2026, 1, 30), date(2026, 2, 28)]),
    ],
)
def test_months_are_anchored_to_their_day(start: date, want: list[date]) -> None:
    assert [period_start(start, Period.MONTH, k) for k in range(4)] == want


def test_a_week_has_seven_days_across_clock_changes_and_years() -> None:
    horizon = Horizon.of(date(2026, 12, 28), Period.WEEK, 3)
    assert horizon.days.tolist() == [7, 7, 7]
    assert horizon.end == date(2027, 1, 17)


@settings(max_examples=100, deadline=None)
@given(HORIZONS, st.integers(-50, 400))
def test_fraction_until_counts_days(horizon: Horizon, offset: int) -> None:
    last = horizon.starts[0] + timedelta(days=offset)
    owner, days = horizon.period_of_day, horizon.dates
    want = [np.mean([days[k] <= last for k in np.flatnonzero(owner == t)]) for t in range(len(horizon))]
    assert horizon.fraction_until(last) == pytest.approx(want)


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.sampled_from(list(Period)),
    st.integers(1, 6),
    st.integers(1, 90),
)
def test_window_weights_count_visitors_day_by_day(
    start: date, period: Period, count: int, window: int
) -> None:
    horizon = Horizon.of(start, period, count)
    visits = np.arange(1.0, count + 1)
    per_day = (visits / horizon.days)[horizon.period_of_day]
    seen = [per_day[max(0, d - window + 1) : d + 1].sum() for d in range(len(per_day))]
    owner = horizon.period_of_day
    want = [np.mean([seen[d] for d in np.flatnonzero(owner == t)]) for t in range(count)]
    assert horizon.window_weights(window) @ visits == pytest.approx(want)
    earlier = [np.mean([max(window - 1 - d, 0) for d in np.flatnonzero(owner == t)]) for t in range(count)]
    assert horizon.window_weights(window, before=1) == pytest.approx(earlier)


def test_periods_within_and_averages() -> None:
    horizon = Horizon.of(date(2026, 3, 2), Period.WEEK, 4)
    assert horizon.periods_within(date(2026, 3, 9), date(2026, 3, 22)).tolist() == [1, 2]
    assert horizon.periods_within(None, None).tolist() == [0, 1, 2, 3]
    assert horizon.periods_within(date(2026, 3, 3), date(2026, 3, 8)).tolist() == []
    assert horizon.average(np.arange(28.0)).tolist() == [3.0, 10.0, 17.0, 24.0]


def test_day_rules() -> None:
    days = [date(2026, 3, 2) + timedelta(days=k) for k in range(14)]
    weekend = DayRule(weekdays=[Weekday.SAT, Weekday.SUN]).covers(days)
    assert np.flatnonzero(weekend).tolist() == [5, 6, 12, 13]
    both = DayRule(date(2026, 3, 8), date(2026, 3, 14), [Weekday.SUN, Weekday.SAT]).covers(days)
    assert np.flatnonzero(both).tolist() == [6, 12]
    assert DayRule(first=date(2026, 3, 14)).covers(days).sum() == 2
    assert [w.number for w in Weekday] == list(range(7))
