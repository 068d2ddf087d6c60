"""Competitors: their budgets bind, and they react to their own spend."""

import numpy as np
import pytest
from small_worlds import live, only

BUDGET = 12.0
RIVALS = "channels.social.competitors=[{name: paced, cpm: 20, daily_budget: 12, pacing: {speed: 4}}, " \
    "{name: fast, cpm: 20, daily_budget: 12, pacing: {speed: 0}}, {name: rich, cpm: 20}]"


@pytest.fixture(scope="module")
def lived():
    season = "calendar.seasons=[{date: 2026-11-11, traffic: 2, phase: peak}]"
    return live(only("social", RIVALS, season, "channels.social.ours.cpm=0.1"))


def end_of_day(lived):
    return lived.world.channels["social"].tally.rival_spend[23::24] / 1e6


def test_budgets_bind_up_to_the_last_impression(lived):
    dearest = lived.logs["social"].market_price.max() / 1e6
    spent = end_of_day(lived)
    assert (spent[:, :2] <= BUDGET + dearest).all()
    assert (spent[:, 1] >= BUDGET).all()
    assert (spent[:, 2] > BUDGET).all()


def test_pacing_spends_later_and_unpaced_ones_run_dry(lived):
    spend = lived.world.channels["social"].tally.rival_spend.reshape(3, 24, 3) / 1e6
    noon = spend[:, 12]
    assert (noon[:, 0] < noon[:, 1]).all()
    dry = np.argmax(spend[:, :, 1] >= BUDGET, axis=1)
    assert (dry < 20).all()
    multiplier = lived.world.channels["social"].tally.rival_multiplier.reshape(3, 24, 3)
    assert (multiplier[:, 0] == 1).all()  # every day begins afresh
    assert (multiplier[:, 6:20, 0].mean(axis=1) < 0.8).all() and (multiplier[:, :, 1:] == 1).all()


def test_competitors_weaken_late_in_the_day():
    """With all budgets tight, the evening is cheaper than the morning."""
    rivals = "channels.social.competitors=[{name: a, count: 3, cpm: 20, daily_budget: 6}]"
    lived = live(only("social", rivals))
    log, hours = lived.logs["social"], lived.world.hours
    hour = hours.hour[np.searchsorted(hours.start, log.ts, side="right") - 1]
    morning, evening = log.market_price[hour < 9], log.market_price[hour >= 20]
    assert evening.mean() < 0.9 * morning.mean()


def test_promotion_lifts_bids_and_budgets_on_peak_days_only():
    lift = "channels.social.competitors=[{name: a, cpm: 20, takes_part: 1, taste: 0, daily_budget: 12, " \
        "pacing: {speed: 0}, promotion: {bid: 2, budget: 3}}]"
    season = "calendar.seasons=[{date: 2026-11-11, traffic: 1, phase: peak}]"
    lived = live(only("social", lift, season, "channels.social.ours.cpm=0.1"))
    log = lived.logs["social"]
    day = np.searchsorted(lived.world.hours.start[::24], log.ts, side="right") - 1
    bid = [np.median(log.market_price[(day == d) & (log.market_price > 0)]) for d in range(3)]
    assert bid[2] / bid[0] == pytest.approx(2, rel=0.05) and bid[1] / bid[0] == pytest.approx(1, rel=0.05)
    assert lived.world.channels["social"].rivals.today[0] == 36e6  # three times the usual budget


def test_search_budgets_bind_too():
    rivals = "channels.search.competitors=[{name: a, count: 3, value_share: 0.3, daily_budget: 200}]"
    lived = live(only("search", rivals))
    spent = lived.world.channels["search"].tally.rival_spend[23::24] / 1e6
    assert (spent.max(axis=1) > 150).all()
    assert (spent < 200 + 50).all()


def test_our_own_budget_is_never_overdrawn():
    lived = live(only("search", "channels.search.ours.daily_budget=100"))
    tally = lived.world.channels["search"].tally
    assert (tally.spend_by_day <= 100e6).all() and (tally.spend_by_day > 80e6).all()
