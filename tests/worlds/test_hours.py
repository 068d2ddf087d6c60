"""Hours, seasons and traffic."""

import datetime as dt

import numpy as np
import pytest
from small_worlds import live, only

from bidder.worlds.hours import DAY, HOUR, make_hours
from bidder.worlds.spec import Calendar


def calendar(**more):
    return Calendar.model_validate({"start": "2026-11-09", "days": 7, **more})


def test_hours_follow_each_other_from_local_midnight():
    hours = make_hours(calendar())
    assert len(hours) == 7 * 24
    assert set(np.diff(hours.start)) == {HOUR}
    first = dt.datetime.fromtimestamp(hours.start[0] / 1e6, dt.UTC)
    assert first == dt.datetime(2026, 11, 8, 16, tzinfo=dt.UTC)  # midnight in Shanghai
    assert hours.end - hours.start[0] == 7 * DAY
    assert (hours.slot == np.arange(168)).all()  # 9 November 2026 is a Monday


@pytest.mark.parametrize(("start", "hours_of_day"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_days_on_which_clocks_change(start, hours_of_day):
    hours = make_hours(calendar(start=start, days=2, time_zone="Europe/Berlin"))
    assert np.bincount(hours.day).tolist() == [hours_of_day, 24]
    assert set(np.diff(hours.start)) == {HOUR}
    assert hours.share_by_end[hours_of_day - 1] == pytest.approx(1) == hours.share_by_end[-1]


def test_seasons_multiply_and_shares_add_up():
    seasons = [
        {"date": "2026-11-11", "traffic": 3, "price": 1.5, "conversion": 1.8, "phase": "peak"},
        {"dates": ["2026-11-10", "2026-11-11"], "traffic": 2},
    ]
    plain = make_hours(calendar())
    hours = make_hours(calendar(seasons=seasons))
    ratio = hours.traffic / plain.traffic
    assert np.allclose(ratio, np.repeat([1, 2, 6, 1, 1, 1, 1], 24))
    assert hours.phase[2] == "peak" and hours.peak[48:72].all() and hours.peak.sum() == 24
    assert set(hours.price[48:72]) == {1.5} and set(hours.conversion[:48]) == {1.0}
    ends = hours.share_by_end[23::24]
    assert np.allclose(ends, 1)
    assert (np.diff(hours.share_by_end.reshape(7, 24), axis=1) >= 0).all()


def test_traffic_drifts():
    hours = make_hours(calendar(drift=0.1, by_weekday=[1] * 7))
    days = np.bincount(hours.day, weights=hours.traffic)
    assert np.allclose(days[1:] / days[:-1], 1.1)


def test_promotion_day_lifts_auctions_by_its_index():
    season = "{date: 2026-11-11, traffic: 3, phase: peak}"
    flat = "calendar.by_weekday=[1, 1, 1, 1, 1, 1, 1]"
    lived = live(only("social", f"calendar.seasons=[{season}]", flat, "channels.social.auctions=50000"))
    hours = lived.world.hours
    day = np.searchsorted(hours.start[::24], lived.logs["social"].ts, side="right") - 1
    counts = np.bincount(day)
    expected = 50_000 * np.array([1, 1, 3]) / 5
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()
    hour = np.searchsorted(hours.start, lived.logs["social"].ts, side="right") - 1
    by_hour = np.bincount(hour, minlength=72)
    wanted = 50_000 * hours.traffic / hours.traffic.sum()
    assert ((by_hour - wanted) ** 2 / wanted).sum() < 72 + 5 * np.sqrt(2 * 72)
