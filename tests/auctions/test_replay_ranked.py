"""Ranked auctions through the whole replay."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from replay_cases import Factor, FactorParams, random_log, with_rivals
from test_replay_reference import run

from bidder.auctions.engine.columns import take
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.ranked.competitors import fitted_competitors
from bidder.auctions.replay import Replay
from bidder.auctions.result import COUNTED
from bidder.auctions.rules import Episodes, Outcomes, OverBudget, Payment, Pricing, Rivals, Rules
from bidder.auctions.strategies.base import Market
from bidder.auctions.worth import Objective, worth

EPISODES = Episodes(auctions=70, tick_auctions=10)


@pytest.mark.parametrize("tie", [True, False])
@pytest.mark.parametrize("over", list(OverBudget))
@pytest.mark.parametrize("outcomes", list(Outcomes))
@pytest.mark.parametrize("pricing", list(Pricing))
def test_one_slot_without_quality_is_a_second_price_auction(tie, over, outcomes, pricing):
    """Ranked against competing bids or compared with the highest of them: the same to the last unit."""
    rng = np.random.default_rng(11)
    log = with_rivals(random_log(rng, 1_000), rng)
    one = Rules(win_on_tie=tie, over_budget=over, outcomes=outcomes, pricing=pricing, frequency_cap=4)
    params = [FactorParams(name="f", factor=f, enter=0.8) for f in (100.0, 400.0, 900.0)]
    single = run(log, one, EPISODES, [40, 300, 10**6], params, pieces=[333])
    ranked = run(log, replace(one, payment=Payment.GSP), EPISODES, [40, 300, 10**6], params, pieces=[333])
    for a, b in zip(single, ranked, strict=True):
        if tie:  # where ties lose, second price charges the market price, GSP the least bid that wins
            assert (a.episodes == b.episodes).all()
            assert a.bound == b.bound
        else:
            assert a.total("entered") > 0


@pytest.mark.parametrize("payment", [Payment.GSP, Payment.VCG])
def test_bound_holds_for_slots(payment):
    rng = np.random.default_rng(3)
    log = replace(with_rivals(random_log(rng, 700), rng), quality=rng.uniform(1, 10, 700))
    rules = Rules(payment=payment, slots=(1.0, 0.6, 0.3))
    params = [FactorParams(name="f", factor=f) for f in (50.0, 200.0, 400.0, 2_000.0)]
    for result in run(log, rules, EPISODES, [150] * 4, params):
        assert 0 < result.total("worth") <= result.bound


def test_bound_of_a_few_auctions_is_near_the_best_choice_of_slots():
    rng = np.random.default_rng(4)
    log = with_rivals(random_log(rng, 5), rng)
    rules = Rules(payment=Payment.GSP, slots=(1.0, 0.5))
    episodes = Episodes(auctions=5, tick_auctions=5)
    result = run(log, rules, episodes, [40], [FactorParams(name="f", factor=1.0)])[0]
    gains = worth(log, Objective.CLICKS)
    best = 0
    for choice in product((None, 0, 1), repeat=5):
        cost = gain = 0
        for i, slot in enumerate(choice):
            if slot is None:
                continue
            rivals = log.bids.bid[log.bids.offsets[i] : log.bids.offsets[i + 1]]
            rivals = rivals[rivals >= log.floor[i]]
            if slot > len(rivals):
                cost = 10**9
                break
            cost += max(int(log.floor[i]), int(rivals[slot]) if slot < len(rivals) else 0)
            gain += int(gains[i]) // (2 if slot else 1)
        if cost <= 40:
            best = max(best, gain)
    assert best <= result.bound <= best + int(gains.max())


def test_fitted_competitors_price_like_the_log():
    rng = np.random.default_rng(5)
    log = random_log(rng, 800)
    prices = PriceDistribution.of_counts(np.bincount(log.market_price))
    rules = Rules(payment=Payment.GSP, rivals=Rivals(fitted=3))
    market = Market(log.info, rules, EPISODES, np.array([200]), np.array([3]), prices=prices)
    replay = Replay(Factor, [FactorParams(name="f", factor=400.0)], market, Objective.CLICKS)
    for a, b in ((0, 300), (300, 800)):
        replay.feed(log.part(a, b))
    fitted = replay.finish()[0]
    table = fitted_competitors(log.market_price, 3, prices, 3, np.arange(800))
    logged = run(
        replace(log, bids=table), replace(rules, rivals=Rivals()), EPISODES, [200],
        [FactorParams(name="f", factor=400.0)],
    )[0]
    assert (fitted.episodes == logged.episodes).all()
    second = run(log, Rules(), EPISODES, [200], [FactorParams(name="f", factor=400.0)])[0]
    assert (fitted.episodes == second.episodes).all()


def test_competitors_with_small_budgets_leave_more_to_us():
    rng = np.random.default_rng(6)
    log = with_rivals(random_log(rng, 2_100), rng)
    params = [FactorParams(name="f", factor=300.0)] * 2
    shown = {}
    for budget in (10, 100, 10**9):
        rivals = Rivals(react=True, budgets=((budget,) * 4,))
        rules = Rules(payment=Payment.GSP, rivals=rivals)
        result = run(log, rules, EPISODES, [10**6] * 2, params, pieces=[1_000])
        assert (result[0].episodes == result[1].episodes).all()
        assert result[0].bound is None
        shown[budget] = result[0].total("impressions")
    still = run(log, Rules(payment=Payment.GSP), EPISODES, [10**6], params[:1])[0].total("impressions")
    assert shown[10] > shown[100] > still > shown[10**9]


def test_campaigns_meet_the_competitors_of_their_own_auctions():
    rng = np.random.default_rng(8)
    log = with_rivals(random_log(rng, 900, campaigns=2), rng)
    rules = Rules(payment=Payment.GSP, slots=(1.0, 0.5))
    params = [FactorParams(name="f", factor=400.0)]
    both = run(log, rules, EPISODES, [200], params, pieces=[500])[0]
    rows = []
    for code in range(2):
        mine = take(log, log.campaign == code)
        for i, row in enumerate(np.flatnonzero(log.campaign == code)):
            assert (mine.bids.part(i, i + 1).bid == log.bids.part(row, row + 1).bid).all()
        alone = replace(mine, info=replace(log.info, campaigns=("x",), rows=len(mine)))
        # Slots keep clicks by a draw for the row in the whole log: what does not depend on it is compared.
        rows.append(run(alone, rules, EPISODES, [200], params)[0].episodes)
    shown = [COUNTED.index(name) for name in ("auctions", "entered", "impressions", "cost", "worth")]
    assert (both.episodes[:, shown] == np.concatenate(rows)[:, shown]).all()
