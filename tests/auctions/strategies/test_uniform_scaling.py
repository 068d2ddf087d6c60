"""Uniform bid scaling: the right two factors, in the right shares, by counted draws."""

import numpy as np
import pytest

from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import AuctionLog, LogInfo
from bidder.auctions.rules import Episodes, Pricing, Rules
from bidder.auctions.strategies.base import Counts, Market, Requests, Training, View
from bidder.auctions.strategies.uniform_scaling import UniformScaling, UniformScalingParams

INFO = LogInfo(("a",))
TICKS = 20


def params(**more):
    given = {"name": "scale", "kind": "uniform_scaling", "value_per_click": 1000.0} | more
    return UniformScalingParams(**given)


def training(price, pctr, weight=1.0, episodes=1.0, **columns):
    price = np.asarray(price, dtype=np.int64)
    codes = np.zeros(len(price), dtype=np.int32)
    log = AuctionLog(INFO, np.arange(len(price)), codes, price, pctr=np.asarray(pctr), **columns)
    return Training(log, weight, episodes, PriceDistribution.of_counts(np.bincount(price)))


def market(budgets, past, seeds=None, **rules):
    budgets = np.asarray(budgets, dtype=np.int64)
    seeds = np.ones(len(budgets), dtype=np.int64) if seeds is None else np.asarray(seeds)
    return Market(INFO, Rules(**rules), Episodes(auctions=1000), budgets, seeds, TICKS, past)


STEPS = training([10, 40, 50], [0.1, 0.2, 0.1])
"""Thresholds price / pctr: 100, 200 and 500."""


def view(tick, budgets, left=None, episode=0, campaign="a"):
    budget = np.asarray(budgets, dtype=np.int64)
    nothing = np.zeros(len(budget), dtype=np.int64)
    counts = Counts(0, *[nothing] * 6)
    balance = budget if left is None else np.asarray(left, dtype=np.int64)
    elapsed = tick / TICKS
    return View(tick, episode, campaign, tick, elapsed, 1 / TICKS, budget, balance, counts, counts, counts)


def course(strategy, budgets, episode=0):
    return np.array([strategy.control(view(t, budgets, episode=episode)).multiplier for t in range(TICKS)])




def test_two_factors_in_their_shares():
    budgets = [5, 55, 10, 5_000]
    found = course(UniformScaling([params()] * 4, market(budgets, STEPS)), budgets)
    # Steps of (cost, expected clicks): (10, 0.1), (50, 0.3), (100, 0.4).
    assert sorted(set(found[:, 0].round(6))) == [0, 100] and (found[:, 0] > 50).sum() == TICKS // 2
    assert sorted(set(found[:, 1].round(6))) == [200, 500] and (found[:, 1] > 300).sum() == TICKS // 10
    assert set(found[:, 2].round(6)) == {100.0}
    assert set(found[:, 3].round(6)) == {500.0}


def test_bids_do_not_depend_on_the_value_unless_capped():
    values_and_caps = ((1, None), (77, None), (150, 2), (150, 1))
    settings = [params(value_per_click=value, max_multiplier=cap) for value, cap in values_and_caps]
    strategy = UniformScaling(settings, market([5_000] * 4, STEPS))
    found = strategy.control(view(0, [5_000] * 4)).multiplier
    # The highest useful factor within the cap on the value: 500, 2 x 150 and 1 x 150.
    assert found.round(6).tolist() == [500, 500, 200, 100]


def test_totals_are_for_one_episode():
    past = training([10, 40, 50], [0.1, 0.2, 0.1], weight=3.0, episodes=6.0)
    found = course(UniformScaling([params()], market([25], past)), [25])
    assert set(found[:, 0].round(6)) == {200.0}


def test_the_factor_just_reaches_its_prices():
    """A threshold times its value may not fall short of the price by rounding."""
    rng = np.random.default_rng(0)
    price, pctr = rng.integers(1, 300, 20_000), rng.beta(2, 300, 20_000)
    for i in range(0, 20_000, 40):
        past = training(price[i : i + 1], pctr[i : i + 1])
        strategy = UniformScaling([params()], market([10**6], past))
        bid = strategy.control(view(0, [10**6])).multiplier[0] * pctr[i]
        assert np.floor(bid) == price[i]


def test_adapting_solves_for_the_balance_that_is_left():
    budgets = [100, 100]
    strategy = UniformScaling([params(adapt=True), params()], market(budgets, STEPS))
    strategy.control(view(0, budgets))
    # Half of the time and a twentieth of the money is left: 10 for a whole episode.
    found = strategy.control(view(10, budgets, left=[5, 5])).multiplier
    assert found.round(6).tolist() == [100, 500]
    # A last episode with half of the budget for half of the auctions is no reason to bid less.
    found = strategy.control(view(0, [50, 50], left=[50, 50])).multiplier
    assert found.round(6).tolist() == [500, 500]


def test_turns_come_from_the_seed_the_episode_and_the_campaign():
    budgets = [52] * 3
    first = course(UniformScaling([params()] * 3, market(budgets, STEPS, seeds=[1, 2, 1])), budgets)
    again = course(UniformScaling([params()] * 3, market(budgets, STEPS, seeds=[1, 2, 1])), budgets)
    assert (first == again).all() and (first[:, 0] == first[:, 2]).all()
    many = UniformScaling([params()] * 40, market([52] * 40, STEPS, seeds=np.arange(40)))
    found = course(many, [52] * 40)
    high = (found > 300).sum(axis=0)
    assert set(high) <= {0, 1} and 0.5 < high.mean() < 1  # a share of 0.04 of 20 ticks
    assert (found != course(many, [52] * 40, episode=1)).any()


def test_the_expected_spend_is_the_budget():
    rng = np.random.default_rng(6)
    size = 40_000
    price, pctr = rng.integers(0, 300, size), rng.beta(2, 300, size)
    past = training(price, pctr, episodes=40.0)
    budgets = np.array([500, 3_000, 20_000])
    strategy = UniformScaling([params()] * 3, market(budgets, past))
    base = strategy.base(Requests(INFO, np.arange(size), np.arange(size), pctr=pctr))
    assert base.shape == (size,)
    spent = np.zeros(3)
    for multiplier in course(strategy, budgets):
        won = np.floor(multiplier[:, None] * base) >= price
        spent += (won * price).sum(axis=1) / 40 / TICKS
    assert spent == pytest.approx(budgets, rel=0.01)


def test_clicks_paid_by_click_are_valued_by_click():
    past = training([10, 40, 50], [0.1, 0.2, 0.4])
    strategy = UniformScaling([params()], market([13], past, pricing=Pricing.CLICK))
    # A bid of 40 for every click costs 10 x 0.1 + 40 x 0.2 on average, one of 50 another 20.
    found = course(strategy, [13])[:, 0]
    assert sorted(set(found.round(6))) == [40, 50] and (found > 45).sum() == 4


def test_settings_with_different_events():
    past = training([10, 40, 50], [0.1, 0.2, 0.1], pcvr=np.array([0.5, 0.5, 0.1]))
    click, conversion = params(), params(value_per_click=None, value_per_conversion=9.0)
    budgets = [5_000, 5_000]
    strategy = UniformScaling([click, conversion], market(budgets, past))
    assert strategy.control(view(0, budgets)).multiplier.round(6).tolist() == [500, 5000]


def test_without_training_it_says_what_it_needs():
    with pytest.raises(ValueError, match="needs earlier auctions"):
        UniformScaling([params()], market([5], None))
