"""Strategies that keep a budget and a cost per event or a return on spend."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_market import build, make_log, play, training_of

from bidder.auctions.rules import Episodes
from bidder.auctions.strategies.valuation import requests_of

VALUE = 12_000.0
TICKS = 200


@pytest.fixture(scope="module")
def log():
    return make_log(40_000, ctr=0.1, price=600.0)


@pytest.fixture(scope="module")
def plain(log):
    """Cost, clicks and wins of bids at the plain value."""
    won = log.pctr * VALUE >= log.market_price
    return int(log.market_price[won].sum()), int(log.click[won].sum()), int(won.sum())


def episodes(log) -> Episodes:
    return Episodes(auctions=len(log), tick_auctions=len(log) // TICKS)


def played(log, kinds, budget=10**12, training=None):
    strategy = build(kinds, budget, episodes(log), log.info, TICKS, training=training)
    return play(strategy, log, TICKS)


def best_multiplier(log, budget: float) -> float:
    """The multiplier of bids m * value that in hindsight would have spent the budget."""
    threshold = log.market_price / (log.pctr * VALUE)
    order = np.argsort(threshold)
    spent = np.cumsum(log.market_price[order])
    return float(threshold[order][np.searchsorted(spent, budget) - 1])


@pytest.mark.parametrize("kind", ["m_pid", "dual", "additive"])
@pytest.mark.parametrize("trained", [False, True])
def test_the_limit_on_cost_is_kept_where_it_binds(log, plain, kind, trained):
    most = [3000.0, 4000.0]  # about 4,500 at the plain value
    if kind == "m_pid":
        kinds = [{"kind": "m_pid", "value_per_click": VALUE, "max_cpc": m} for m in most]
    else:
        mirror = "additive" if kind == "additive" else "multiplicative"
        said = {"kind": "dual", "value_per_click": VALUE, "mirror": mirror}
        kinds = [{**said, "target_roas": VALUE / m} for m in most]
    training = training_of(make_log(40_000, seed=8, ctr=0.1, price=600.0)) if trained else None
    course = played(log, kinds, training=training)
    cpc = course.total("cost") / course.total("clicks")
    np.testing.assert_allclose(cpc, most, rtol=0.03)
    # All of it is used: clicks are those of the constant multiplier with that cost per click.
    threshold = log.market_price / (log.pctr * VALUE)
    order = np.argsort(threshold)
    cost, clicks = np.cumsum(log.market_price[order]), np.cumsum(log.click[order])
    for m, found in zip(most, course.total("clicks"), strict=True):
        best = clicks[np.flatnonzero(cost <= m * clicks)[-1]]
        assert found > 0.93 * best


@pytest.mark.parametrize("kinds", [
    {"kind": "m_pid", "max_cpc": 6000.0}, {"kind": "m_pid", "max_cpc": 50_000.0},
    {"kind": "dual", "target_roas": 1.5}, {"kind": "dual", "target_roas": 0.5},
    {"kind": "dual", "target_roas": 1.5, "mirror": "additive"},
])
def test_slack_limits_leave_the_plain_value(log, plain, kinds):
    course = played(log, [{"value_per_click": VALUE, **kinds}])
    assert course.total("impressions")[0] > 0.995 * plain[2]
    assert (np.array(course.multiplier) <= VALUE * (1 + 1e-12)).all()


@pytest.mark.parametrize("kind", ["m_pid", "dual"])
def test_of_two_limits_the_tighter_one_binds(log, plain, kind):
    """Combined by the minimum: a budget that binds is spent as if there were no other limit."""
    limits = {"max_cpc": 4000.0} if kind == "m_pid" else {"target_roas": 3.0}
    said = {"kind": kind, "value_per_click": VALUE, **limits}
    tight, loose = plain[0] // 5, 10**12
    both = played(log, [said, said], [tight, loose])
    shares = both.total("cost") / np.array([tight, loose])
    assert 0.95 < shares[0] <= 1.0
    assert both.total("cost")[1] / both.total("clicks")[1] == pytest.approx(4000, rel=0.03)
    without = {"kind": kind, "value_per_click": VALUE, **({"max_cpc": 1e9} if kind == "m_pid" else {})}
    alone = played(log, [without], tight)
    assert both.total("clicks")[0] > 0.97 * alone.total("clicks")[0]


@pytest.mark.parametrize("mirror", ["multiplicative", "additive"])
@pytest.mark.parametrize("tight", [1.5, 4, 12])
def test_dual_approaches_the_multiplier_of_hindsight(mirror, tight):
    log = make_log(60_000)
    full = int(log.market_price[log.pctr * VALUE >= log.market_price].sum())
    said = {"kind": "dual", "value_per_click": VALUE, "mirror": mirror}
    strategy = build([said], int(full / tight), Episodes(auctions=60_000, tick_auctions=60), log.info, 1000)
    course = play(strategy, log, 1000)
    alpha = np.array(course.multiplier)[300:, 0] / VALUE
    assert alpha.mean() == pytest.approx(best_multiplier(log, full / tight), rel=0.03)
    won = np.argsort(log.market_price / log.pctr)
    best = np.cumsum(log.pctr[won])[np.searchsorted(np.cumsum(log.market_price[won]), full / tight) - 1]
    mine = np.concatenate([w[0] for w in course.wins])
    assert log.pctr[mine].sum() > 0.97 * best


def test_dual_by_hand():
    """One look: half of the tenth planned was spent, and the return was twice the target."""
    from test_paced_contract import view_of

    log = make_log(100)
    said = {"kind": "dual", "value_per_click": 100.0, "target_roas": 2.0, "step": 2.0, "initial": 0.8}
    twice = [said, {**said, "mirror": "additive"}]
    strategy = build(twice, 1000, Episodes(auctions=100, tick_auctions=10), log.info, 10)
    first = strategy.control(view_of(strategy, 0, 10, spent=0, last=0)).multiplier
    np.testing.assert_allclose(first, [80, 80])
    second = strategy.control(view_of(strategy, 1, 10, spent=50, last=50, clicks=2)).multiplier
    eta = 2.0 / np.sqrt(10)
    g_budget = 1 - 50 / (1000 * 0.1)
    g_roas = (2 * 100 - 2 * 50) / (2 * 50)
    mu = 1 / (0.8 * 2 - 1)  # (1 + mu) / (2 mu) = 0.8
    lam = np.array([1.25 * np.exp(-eta * g_budget), 1.25 - eta * g_budget])
    mus = np.array([mu * np.exp(-eta * g_roas), mu - eta * g_roas])
    least = 1 / (1 * 2 - 1)  # alpha at most 1
    alpha = np.minimum(1 / np.maximum(lam, 1), (1 + np.maximum(mus, least)) / (2 * np.maximum(mus, least)))
    np.testing.assert_allclose(second, 100 * alpha)


def test_m_pid_by_hand():
    """p from the budget's error, q from the cost's, and the bid of the linear program's dual."""
    from test_paced_contract import view_of

    log = make_log(100)
    gains = {"kp": 2, "ki": 0, "kd": 0, "cost_kp": 30, "cost_ki": 0, "cost_kd": 0, "prior_events": 1}
    said = {"kind": "m_pid", "value_per_click": 100.0, "max_cpc": 40.0, "alpha": 0.75, "beta": 0.5, **gains}
    strategy = build([said], 1000, Episodes(auctions=100, tick_auctions=10), log.info, 10)
    strategy.control(view_of(strategy, 0, 10, spent=0, last=0))
    found = strategy.control(view_of(strategy, 1, 10, spent=300, last=300, clicks=2)).multiplier[0]
    u_p = 2 * (0.1 - 0.3)
    u_q = 30 * (80 - 300) / (300 + 40)
    u_q = max(u_q, -(np.log(1e3) - np.log(1e-2)))  # q at most 1,000
    p = np.exp(-(0.75 * u_p + 0.25 * u_q))
    q = 0.01 * np.exp(-(0.5 * u_q + 0.5 * u_p)) - 0.01
    assert found == pytest.approx(min((100 + q * 40) / (p + q), 100 / p), rel=1e-12)


def test_m_pid_with_the_limit_on_another_event_bids_on_both(log):
    """Value by conversions, limit on clicks: pctr x (value x pcvr + q C) / (p + q)."""
    said = {"kind": "m_pid", "value_per_conversion": 120_000.0, "max_cpc": 3000.0}
    budget = int(log.market_price.sum() // 3)
    strategy = build([said, {**said, "max_cpc": 3500.0}], [budget, 10**12], episodes(log), log.info, TICKS)
    assert not strategy.steady
    course = play(strategy, log, TICKS)
    cpc = course.total("cost") / course.total("clicks")
    np.testing.assert_allclose(cpc, [3000, 3500], rtol=0.04)
    part = requests_of(log.part(0, 5))
    q = strategy.bonus / np.array([3000.0, 3500.0])
    by_hand = part.pctr * (120_000.0 * part.pcvr + q[:, None] * np.array([[3000.0], [3500.0]]))
    np.testing.assert_allclose(strategy.base(part), by_hand)


def test_m_pid_keeps_a_cost_per_conversion(log):
    said = {"kind": "m_pid", "value_per_conversion": 120_000.0, "max_cpa": 30_000.0}
    strategy = build([said], 10**12, episodes(log), log.info, TICKS)
    assert strategy.steady
    course = play(strategy, log, TICKS)
    assert course.total("cost")[0] / course.total("conversions")[0] == pytest.approx(30_000, rel=0.04)


@pytest.mark.parametrize("limits", [
    {"kind": "m_pid", "max_cpc": 3000.0}, {"kind": "dual", "target_roas": 4.0},
])
def test_many_short_episodes_with_few_clicks_each(limits):
    """What one episode with about four clicks cannot tell, earlier ones do."""
    log = make_log(60_000, ctr=0.01)
    said = {"value_per_click": VALUE, **limits}
    strategy = build([said], 10**9, Episodes(auctions=600, tick_auctions=30), log.info, 20)
    course = play(strategy, log, 20, episodes=100)
    assert course.total("cost")[0] / course.total("clicks")[0] == pytest.approx(3000, rel=0.06)


def test_first_levels_from_training_keep_both_limits(log):
    training = training_of(log)
    full = int(log.market_price[log.pctr * VALUE >= log.market_price].sum())
    said = [{"kind": "dual", "value_per_click": VALUE, **more} for more in ({}, {"target_roas": 4.0})]
    strategy = build(said, [full // 4, 10**12], episodes(log), log.info, TICKS, training=training)
    from test_paced_contract import view_of

    first = strategy.control(view_of(strategy, 0, TICKS, 0, 0)).multiplier / VALUE
    assert first[0] == pytest.approx(best_multiplier(log, full // 4), rel=1e-2)
    won = log.market_price <= first[1] * VALUE * log.pctr
    expected = VALUE * log.pctr[won].sum() / log.market_price[won].sum()
    assert expected == pytest.approx(4.0, rel=1e-2)
