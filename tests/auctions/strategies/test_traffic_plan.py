"""The line that paced spend follows."""

from __future__ import annotations

import numpy as np
import pytest
from test_paced_contract import counts
from tiny_market import BY_HOUR, DAY, HOUR, make_log, training_of

from bidder.auctions.log import LogInfo
from bidder.auctions.rules import Episodes, Rules
from bidder.auctions.strategies.base import Market, View
from bidder.auctions.strategies.traffic import TrafficPlan, hours_of_week

BEGIN = 20_000 * DAY
INFO = LogInfo(("c",), first_ts=BEGIN, last_ts=BEGIN + DAY - 1)


def market(episodes=None, training=None, info=INFO) -> Market:
    one = np.array([1])
    return Market(info, Rules(), episodes or Episodes(days=1, tick_us=HOUR), one, one, 24, training)


def look(moment: int, begin=BEGIN, length=DAY, tick=HOUR) -> View:
    elapsed = (moment - begin) / length
    nothing = counts(1)
    share, money = min(tick / length, 1 - elapsed), np.ones(1, dtype=np.int64)
    return View(3, 0, "c", moment, elapsed, share, money, money, nothing, nothing, nothing)


def test_without_a_forecast_the_line_is_time():
    assert TrafficPlan([None], market()).at(look(BEGIN + 6 * HOUR)) == pytest.approx((0.25, 1 / 24))


def test_given_weights_are_followed_by_the_hour_and_within():
    plan = TrafficPlan([BY_HOUR.tolist()], market())
    whole = BY_HOUR.sum()
    for hour in range(24):
        done, coming = plan.at(look(BEGIN + hour * HOUR))
        assert done == pytest.approx(BY_HOUR[:hour].sum() / whole, abs=1e-6)
        assert coming == pytest.approx(BY_HOUR[hour] / whole, abs=1e-6)
    done, _ = plan.at(look(BEGIN + 9 * HOUR + HOUR // 4))
    assert done == pytest.approx((BY_HOUR[:9].sum() + BY_HOUR[9] / 4) / whole, abs=1e-6)


def test_an_episode_may_begin_at_any_hour_and_last_for_days():
    begin = BEGIN + 8 * HOUR
    plan = TrafficPlan([BY_HOUR.tolist()], market(Episodes(days=3, tick_us=HOUR)))
    whole = BY_HOUR.sum()
    done, _ = plan.at(look(begin + DAY, begin, 3 * DAY))
    assert done == pytest.approx(1 / 3, abs=1e-6)
    done, coming = plan.at(look(begin + 3 * DAY - HOUR, begin, 3 * DAY))
    assert done + coming == pytest.approx(1.0) and coming == pytest.approx(BY_HOUR[7] / whole / 3, abs=1e-6)
    done, _ = plan.at(look(begin, begin, 3 * DAY))
    assert done == pytest.approx(0, abs=1e-9)


def test_the_whole_campaign_as_one_episode():
    whole = Episodes(start=BEGIN, end=BEGIN + DAY, tick_us=HOUR)
    for episodes in (whole, Episodes(tick_us=HOUR)):
        done, _ = TrafficPlan([BY_HOUR.tolist()], market(episodes)).at(look(BEGIN + 12 * HOUR))
        assert done == pytest.approx(BY_HOUR[:12].sum() / BY_HOUR.sum(), abs=1e-6)


def test_counted_episodes_and_untimed_logs_need_no_forecast():
    counted = TrafficPlan([BY_HOUR.tolist()], market(Episodes(auctions=10, tick_auctions=1)))
    untimed = TrafficPlan([BY_HOUR.tolist()], market(info=LogInfo(("c",), timed=False)))
    for plan in (counted, untimed):
        assert plan.at(look(BEGIN + 6 * HOUR)) == pytest.approx((0.25, 1 / 24))


def test_settings_may_differ():
    plan = TrafficPlan([BY_HOUR.tolist(), None, [1.0] * 24], market())
    done, coming = plan.at(look(BEGIN + 6 * HOUR))
    assert done == pytest.approx([BY_HOUR[:6].sum() / BY_HOUR.sum(), 0.25, 0.25], abs=1e-6)
    assert done[1] == 0.25 and np.isfinite(coming).all()


def test_an_hour_without_weight_does_not_stop_the_clock():
    weights = [0.0] * 12 + [1.0] * 12
    done, coming = TrafficPlan([weights], market()).at(look(BEGIN + HOUR))
    assert 0 < done < 1e-5 and 0 < coming < 1e-5
    done, coming = TrafficPlan([[0.0] * 24], market()).at(look(BEGIN + 6 * HOUR))
    assert done == pytest.approx(0.25) and coming == pytest.approx(1 / 24)


def test_it_never_counts_above_the_whole():
    """A day with 25 hours: what lies behind 24 of them is no more than the end."""
    plan = TrafficPlan([BY_HOUR.tolist()], market())
    done, coming = plan.at(look(BEGIN + 24 * HOUR + HOUR // 2, length=25 * HOUR))
    assert coming >= 0 and done + coming <= 1.0


@pytest.mark.parametrize("days", [1, 3, 20])
def test_hours_are_learnt_from_the_training_part(days):
    log = make_log(200_000, days=days, by_hour=BY_HOUR)
    learnt = hours_of_week(log)
    expected = np.tile(BY_HOUR / BY_HOUR.sum(), 7)
    np.testing.assert_allclose(learnt / learnt.sum() * 7, expected, rtol=0.2 if days < 20 else 0.25)


def test_hours_held_more_often_do_not_look_busier():
    """A log from noon to the next day's evening holds the afternoon twice."""
    log = make_log(100_000, days=2)
    part = log.part(*np.searchsorted(log.ts, [BEGIN + 12 * HOUR, BEGIN + 42 * HOUR]))
    learnt = hours_of_week(part)
    assert learnt.max() < 1.15 * learnt.min()


def test_a_training_part_of_some_hours_tells_nothing():
    log = make_log(1000, days=1, by_hour=BY_HOUR)
    short = log.part(*np.searchsorted(log.ts, [BEGIN + 3 * HOUR, BEGIN + 9 * HOUR]))
    assert (hours_of_week(short) == 1).all()
    plan = TrafficPlan([None], market(training=training_of(short)))
    assert plan.at(look(BEGIN + 6 * HOUR))[0] == pytest.approx(0.25)
