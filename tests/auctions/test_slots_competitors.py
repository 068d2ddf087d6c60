"""Drawn competitors and competitors who watch their budgets."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from bidder.arrays import fixed
from bidder.auctions.kernels.slots import RankedColumns, replay_ranked
from bidder.auctions.kernels.state import BALANCE, FIELDS
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import AuctionLog, CompetingBids, LogInfo
from bidder.auctions.ranked.competitors import Competitors, fitted_competitors, needed_budgets
from bidder.auctions.ranked.ranking import ranked_bids, ranked_rules, slot_millionths
from bidder.auctions.rules import Payment, Pricing, Rules
from bidder.errors import InputError

GRID = np.arange(10, 310, 3)
PRICES = PriceDistribution(GRID, np.linspace(0.01, 1.0, len(GRID)) ** 1.7)


def drawn_prices(n, seed=1):
    return GRID[np.searchsorted(PRICES.cdf, np.random.default_rng(seed).random(n))]


def test_the_highest_bid_is_the_market_price_and_each_bidder_has_the_root_of_its_distribution():
    n, bidders = 40_000, 4
    market = drawn_prices(n)
    drawn = fitted_competitors(market, bidders, PRICES, 7, np.arange(n))
    bid = drawn.bid.reshape(n, bidders)
    assert (bid[:, 0] == market).all()
    assert (np.diff(bid, axis=1) <= 0).all()
    assert set(drawn.bidder.reshape(n, bidders)[0]) == set(range(bidders))
    for code in range(bidders):
        mine = np.sort(drawn.bid[drawn.bidder == code])
        counted = np.searchsorted(mine, GRID, side="right") / n
        assert np.abs(counted - PRICES.cdf ** (1 / bidders)).max() < 0.02
    highest = drawn.bidder.reshape(n, bidders)[:, 0]
    assert np.abs(np.bincount(highest) / n - 1 / bidders).max() < 0.01


def test_drawn_bids_depend_on_the_row_alone():
    market = drawn_prices(500)
    rows = np.arange(500) + 12_345_678_901
    whole = fitted_competitors(market, 5, PRICES, -3, rows)
    part = fitted_competitors(market[100:250], 5, PRICES, -3, rows[100:250])
    cut = whole.part(100, 250)
    for name in ("offsets", "bidder", "bid", "quality"):
        assert getattr(part, name).tobytes() == getattr(cut, name).tobytes()
    other = fitted_competitors(market, 5, PRICES, 4, rows)
    assert (other.bid != whole.bid).any()


def test_prices_outside_the_distribution_and_a_single_bidder():
    market = np.array([0, 3, 1_000, 11])
    drawn = fitted_competitors(market, 3, PRICES, 1, np.arange(4)).bid.reshape(4, 3)
    assert drawn[:, 0].tolist() == market.tolist()
    assert (drawn <= market[:, None]).all()
    assert fitted_competitors(market, 1, PRICES, 1, np.arange(4)).bid.tolist() == market.tolist()


def test_what_cannot_be_drawn_is_refused_at_once():
    with pytest.raises(InputError) as caught:
        fitted_competitors(np.array([4, -1, -1]), 0, PRICES, 1, np.arange(3))
    assert len(caught.value.problems) == 2
    assert "2 auctions, first in row 1" in str(caught.value)


def log_of(bids, **columns):
    n = len(bids.offsets) - 1
    zeros = np.zeros(n, dtype=np.int64)
    return AuctionLog(LogInfo(("a",)), zeros, zeros.astype(np.int32), zeros, bids=bids, **columns)


def test_needed_budgets_by_hand():
    # Two slots, 1 and 0.5; competitor 0 pays 6 and 5, competitor 1 pays 2 and 7.
    bids = CompetingBids(
        np.array([0, 3, 5]), np.array([0, 1, 2, 1, 0], np.int32), np.array([9, 6, 2, 7, 5]), np.ones(5)
    )
    rules = Rules(payment=Payment.GSP, slots=(1.0, 0.5), reserve=1)
    assert needed_budgets(log_of(bids), rules, 4).tolist() == [6 + 1, 2 + 5, 0, 0]
    click = Rules(payment=Payment.GSP, slots=(1.0, 0.5), reserve=1, pricing=Pricing.CLICK)
    found = needed_budgets(log_of(bids, pctr=np.array([0.5, 0.1])), click, 3)
    assert found.tolist() == [4, 1, 0]  # 3.05 and 0.5 + 0.5
    assert needed_budgets(log_of(bids), click, 3).tolist() == [7, 6, 0]


def test_a_multiplier_follows_its_formula_and_bounds():
    state = Competitors(np.array([100, 100, 0]), 2, step=0.2, lowest=0.8, highest=1.25)
    assert state.multipliers.tolist() == [[1, 1, 0], [1, 1, 0]]
    state.update(np.array([[10, 0, 0], [5, 90, 0]]), 0.1)
    wanted = [[1.0, np.exp(0.2), 0.0], [np.exp(0.1), np.exp(-0.2), 0.0]]
    assert np.allclose(state.multipliers, wanted, rtol=1e-12)
    state.update(np.array([[90, 0, 0], [5, 0, 0]]), 0.2)
    assert state.multipliers[0].tolist() == [0.0, 1.25, 0.0]
    even = (100 - 5) * (0.2 - 0.1) / (1 - 0.1)
    assert state.multipliers[1, 0] == pytest.approx(np.exp(0.1 + 0.2 * (1 - 5 / even)))
    state.begin()
    assert state.multipliers[0, 0] == pytest.approx(np.exp(-0.2))
    assert state.spent.sum() == 0


def test_state_survives_pickling():
    state = Competitors(np.array([100, 50]), 3)
    state.update(np.array([[3, 4]] * 3), 0.25)
    copy = pickle.loads(pickle.dumps(state))
    for one in (state, copy):
        one.update(np.array([[30, 4]] * 3), 0.5)
    assert state.multipliers.tobytes() == copy.multipliers.tobytes()


def test_settings_do_not_know_each_other():
    rng = np.random.default_rng(2)
    spends = rng.integers(0, 30, (20, 3, 4))
    together = Competitors(np.full(4, 200), 3)
    alone = [Competitors(np.full(4, 200), 1) for _ in range(3)]
    for tick, spend in enumerate(spends):
        together.update(spend, (tick + 1) / 20)
        for s in range(3):
            alone[s].update(spend[s : s + 1], (tick + 1) / 20)
    assert together.multipliers.tolist() == [x.multipliers[0].tolist() for x in alone]


def test_competitors_with_half_their_needs_spread_it_over_the_episode():
    n, ticks, bidders = 4_000, 40, 4
    bids = fitted_competitors(drawn_prices(n), bidders, PRICES, 7, np.arange(n))
    rules = Rules(payment=Payment.GSP, slots=(1.0, 0.6), reserve=1)
    needs = needed_budgets(log_of(bids), rules, bidders)
    state, slots = Competitors(needs // 2, 1), slot_millionths(rules.slots)
    none, zeros, floats, nobody = (np.empty(0, kind) for kind in (np.int64, np.uint8, float, np.int32))
    columns = RankedColumns(
        np.arange(n), none, none, floats, floats, zeros, zeros, none, none, nobody, zeros, none
    )
    ours = np.zeros((1, FIELDS), np.int64)
    half, idle = None, fixed(np.full((1, n // ticks), -1.0))
    for tick in [*range(ticks), *range(ticks)]:  # a second episode over the same auctions
        if tick == 0:
            state.begin()
        start, stop = tick * n // ticks, (tick + 1) * n // ticks
        spend = np.zeros((1, bidders), np.int64)
        replay_ranked(
            start, stop, columns, ranked_bids(bids, factor=state.highest), idle,
            np.ones(1), np.ones(1), np.zeros(1, np.int64), ranked_rules(rules), slots, np.arange(1),
            state.multipliers, spend, np.zeros((1, 0), np.uint16), np.zeros((0, 1), np.uint8), ours,
        )
        state.update(spend, (tick + 1) / ticks)
        half = state.spent if tick == ticks // 2 - 1 else half
    assert (np.abs(state.spent / (needs // 2) - 1) < 2 / ticks).all()
    assert (np.abs(half / (needs // 2) - 1 / 2) < 5 / ticks).all()
    assert (state.multipliers < 0.95).all()
    assert ours[0, BALANCE] == 0
