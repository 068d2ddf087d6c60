"""Paced strategies spend a budget that binds, evenly, and bid the plain value where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_market import BY_HOUR, DAY, build, make_log, play, training_of

from bidder.auctions.rules import Episodes, Payment, Pricing, Rules

VALUE = 12_000.0
KINDS = ("pid", "ta_pid", "mystique", "m_pid", "throttling", "dual", "additive")
TIGHT = (1.3, 3.0, 10.0)
"""How many times the budget bids at the plain value would cost."""


def said(kind: str, **more) -> dict:
    if kind == "additive":
        return {"kind": "dual", "mirror": "additive", "value_per_click": VALUE, **more}
    limits = {"max_cpc": 1e9} if kind == "m_pid" else {}
    return {"kind": kind, "value_per_click": VALUE, **limits, **more}


def plain_cost(log) -> int:
    return int(log.market_price[log.pctr * VALUE >= log.market_price].sum())


def budgets(log, tight=TIGHT) -> list[int]:
    return [int(plain_cost(log) / t) for t in tight]


@pytest.fixture(scope="module")
def even():
    return make_log(40_000)


@pytest.fixture(scope="module")
def hourly():
    return make_log(40_000, by_hour=BY_HOUR)


def looks(kind: str) -> int:
    """Looks a day: every five minutes, for throttling's steps of 10% every minute as at LinkedIn."""
    return 1440 if kind == "throttling" else 288


def spent(course, strategy) -> np.ndarray:
    """Share of the budget spent before each tick and at the end, shape (ticks + 1, S)."""
    return np.vstack([course.spent, course.total("cost")]) / strategy.market.budget


def check_even(shares, line, ticks, first=0.12, then=0.05):
    assert (shares[-1] >= 0.95).all() and (shares[-1] <= 1.0).all(), shares[-1]
    assert (shares[int(0.9 * ticks)] < 0.999).all()
    off = np.abs(shares - line[:, None])
    assert (off.max(axis=0) < first).all(), off.max(axis=0)
    assert (off[ticks // 2 :].max(axis=0) < then).all(), off[ticks // 2 :].max(axis=0)


@pytest.mark.parametrize("ticks", [150, 400])
@pytest.mark.parametrize("kind", KINDS)
def test_a_binding_budget_is_spent_evenly_on_steady_traffic(even, kind, ticks):
    episodes = Episodes(auctions=len(even), tick_auctions=len(even) // ticks)
    strategy = build([said(kind)] * 3, budgets(even), episodes, even.info, ticks)
    shares = spent(play(strategy, even, ticks), strategy)
    check_even(shares, np.linspace(0, 1, ticks + 1), ticks)


@pytest.mark.parametrize("kind", KINDS)
def test_spend_follows_the_traffic_of_the_hours(hourly, kind):
    """The line comes from the weights given or from the training part: both are kept."""
    ticks = looks(kind)
    episodes = Episodes(days=1, tick_us=DAY // ticks)
    line = np.concatenate([[0], np.cumsum(np.repeat(BY_HOUR, ticks // 24))])
    training = training_of(make_log(30_000, seed=5, days=3, by_hour=BY_HOUR, first_day=19_990), episodes=2.25)
    for more, known in (({"traffic": BY_HOUR.tolist()}, None), ({}, training)):
        kinds, limits = [said(kind, **more)] * 3, budgets(hourly)
        strategy = build(kinds, limits, episodes, hourly.info, ticks, training=known)
        shares = spent(play(strategy, hourly, ticks, by_time=True), strategy)
        check_even(shares, line / line[-1], ticks)


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_forecast_spend_is_even_in_time(hourly, kind):
    """Also where the traffic is not: cheap nights are bid up, busy evenings down."""
    ticks = looks(kind)
    strategy = build([said(kind)], int(plain_cost(hourly) / 8), Episodes(days=1, tick_us=DAY // ticks),
                     hourly.info, ticks)
    shares = spent(play(strategy, hourly, ticks, by_time=True), strategy)
    check_even(shares, np.linspace(0, 1, ticks + 1), ticks, then=0.07)


@pytest.mark.parametrize("kind", KINDS)
def test_a_slack_budget_leaves_the_plain_value(even, kind):
    ticks = 150
    episodes = Episodes(auctions=len(even), tick_auctions=len(even) // ticks)
    strategy = build([said(kind)] * 2, [int(plain_cost(even) * 1.2), 10**13], episodes, even.info, ticks)
    course = play(strategy, even, ticks)
    np.testing.assert_allclose(np.array(course.multiplier), VALUE, rtol=2e-3)
    if kind == "throttling":
        assert np.array(course.participation)[30:].min() == 1.0  # after the slow start
    else:
        wins = (even.pctr * VALUE >= even.market_price).sum()
        np.testing.assert_allclose(course.total("impressions"), wins, rtol=2e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_few_looks_with_a_training_part(even, kind):
    """A day of 24 looks: where to begin is known from before."""
    episodes = Episodes(auctions=len(even), tick_auctions=len(even) // 24)
    training = training_of(make_log(40_000, seed=9))
    strategy = build([said(kind)] * 3, budgets(even), episodes, even.info, 24, training=training)
    shares = spent(play(strategy, even, 24), strategy)
    check_even(shares, np.linspace(0, 1, 25), 24, first=0.15, then=0.1)


@pytest.mark.parametrize("kind", KINDS)
def test_later_episodes_begin_where_earlier_ones_were(kind):
    """Ten episodes of 2,000 auctions with 20 looks each: from the second on nothing has to be learnt."""
    log, episodes, ticks = make_log(20_000, seed=3), 10, 20
    each = int(plain_cost(log) / episodes / 6)
    strategy = build([said(kind)], each, Episodes(auctions=2000, tick_auctions=100), log.info, ticks)
    course = play(strategy, log, ticks, episodes=episodes)
    shares = np.array([t["cost"][0] for t in course.totals]) / each
    assert shares.max() <= 1.0 and shares[2:].mean() > 0.95
    half = np.array(course.spent).reshape(episodes, ticks)[2:, ticks // 2].mean() / each
    assert 0.4 < half < 0.6


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rules", [
    Rules(payment=Payment.FIRST_PRICE), Rules(integer=True, max_bid=150), Rules(pricing=Pricing.CLICK),
])
def test_other_rules_are_paced_as_well(kind, rules):
    log, ticks = make_log(40_000, ctr=0.05), 200
    if rules.pricing is Pricing.CLICK:  # the bid is for a click: prices are as well
        value, limits = 120.0, int(log.market_price.sum() * 0.05 / 4)
    else:
        value, limits = 1500.0, int(log.market_price.sum() / 8)
    episodes = Episodes(auctions=len(log), tick_auctions=len(log) // ticks)
    one = {**said(kind), "value_per_click": value}
    strategy = build([one], limits, episodes, log.info, ticks, rules=rules)
    shares = spent(play(strategy, log, ticks), strategy)
    check_even(shares, np.linspace(0, 1, ticks + 1), ticks, first=0.13, then=0.08)


def test_throttling_enters_with_a_probability_and_bids_in_full(even):
    ticks = 200
    episodes = Episodes(auctions=len(even), tick_auctions=len(even) // ticks)
    strategy = build([said("throttling")] * 3, budgets(even), episodes, even.info, ticks)
    course = play(strategy, even, ticks)
    chance = np.array(course.participation)
    assert chance.min() > 0 and chance.max() <= 1
    assert (np.array(course.multiplier) == VALUE).all()
    assert chance[0].tolist() == pytest.approx([0.1] * 3)  # slow start
    steps = chance[1:] / chance[:-1]
    inside = (chance[1:] < 1) & (chance[:-1] < 1)
    assert np.isclose(np.minimum(abs(steps - 1.1), abs(steps - 0.9)), 0)[inside].all()
    assert chance[ticks // 2 :].mean(axis=0) == pytest.approx([1 / t for t in TIGHT], rel=0.15)


def test_a_fast_finish_spends_before_the_end(even):
    ticks = 400
    episodes = Episodes(auctions=len(even), tick_auctions=len(even) // ticks)
    one = said("throttling", fast_finish=22 / 24)
    strategy = build([one], budgets(even)[1], episodes, even.info, ticks)
    shares = spent(play(strategy, even, ticks), strategy)[:, 0]
    assert shares[int(ticks * 0.93)] > 0.97 and 0.95 < shares[int(ticks * 0.9)] < 1


def test_pid_by_hand():
    """Two looks with gains 2, 3 and 0.5: u = kp e + ki sum + kd slope, e = planned - spent share."""
    log = make_log(100)
    one = {"kind": "pid", "value_per_click": 100.0, "kp": 2, "ki": 3, "kd": 0.5, "initial": 0.5}
    strategy = build([one], 1000, Episodes(auctions=100, tick_auctions=10), log.info, 10)
    from test_paced_contract import view_of

    first = strategy.control(view_of(strategy, 0, 10, spent=0, last=0)).multiplier[0]
    second = strategy.control(view_of(strategy, 1, 10, spent=300, last=300)).multiplier[0]
    third = strategy.control(view_of(strategy, 2, 10, spent=300, last=0)).multiplier[0]
    assert first == pytest.approx(50)
    u = 2 * -0.2 + 3 * (-0.2 * 0.1) + 0.5 * -0.2 / 0.1
    assert second == pytest.approx(50 * np.exp(u))
    u = 2 * -0.1 + 3 * (-0.2 * 0.1 - 0.1 * 0.1) + 0.5 * 0.1 / 0.1
    assert third == pytest.approx(50 * np.exp(u))
