"""First-price shading against trying every bid, and its pacing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.landscapes.shading import shading_table
from bidder.auctions.log import AuctionLog, LogInfo
from bidder.auctions.rules import Episodes, Payment, Rules
from bidder.auctions.strategies.base import Counts, Market, Requests, Training, View
from bidder.auctions.strategies.first_price_shading import FirstPriceShading, FirstPriceShadingParams

INFO = LogInfo(("a",))


def params(**more):
    given_ = {"name": "shade", "kind": "first_price_shading", "value_per_click": 1000.0} | more
    if "value_per_conversion" in more:
        del given_["value_per_click"]
    return FirstPriceShadingParams(**given_)


def market(settings, training=None, budget=1000, **rules):
    return Market(
        INFO, Rules(payment=Payment.FIRST_PRICE, **rules), Episodes(auctions=1000),
        np.full(settings, budget, dtype=np.int64), np.ones(settings, dtype=np.int64), 10, training,
    )


def requests(pctr, floor=None, pcvr=None):
    rows = np.arange(len(pctr))
    floors = None if floor is None else np.asarray(floor, dtype=np.int64)
    return Requests(INFO, rows, rows, pctr=np.asarray(pctr), pcvr=pcvr, floor=floors)


def training(prices, pctr, episodes=1.0):
    price = np.asarray(prices, dtype=np.int64)
    codes = np.zeros(len(price), dtype=np.int32)
    log = AuctionLog(INFO, np.arange(len(price)), codes, price, pctr=np.asarray(pctr))
    counted = PriceDistribution.of_counts(np.bincount(price))
    return Training(log, 1.0, episodes, counted)


histogram = st.lists(st.integers(0, 9), min_size=1, max_size=25).filter(any)


@given(
    histogram, st.booleans(), st.integers(0, 6), st.none() | st.integers(0, 20),
    st.lists(st.floats(0, 60), min_size=1, max_size=20),
)
def test_no_bid_has_more_expected_surplus(counts, win_on_tie, reserve, most, values):
    rules = Rules(Payment.FIRST_PRICE, win_on_tie=win_on_tie, reserve=reserve, max_bid=most)
    prices = PriceDistribution.of_counts(np.array(counts))
    table = shading_table(prices, rules)
    bids = np.arange((40 if most is None else most) + 1, dtype=np.float64)
    chance = prices.win_probability(bids if win_on_tie else bids - 1)
    chance = np.where(bids < reserve, 0.0, chance)
    for value in values:
        best = max(0.0, float(((value - bids) * chance).max()))
        bid = float(table.bids(np.array([value]))[0])
        won = chance[int(bid)]
        assert bid == int(bid) and bid <= bids[-1]
        assert (value - bid) * won == pytest.approx(best, abs=1e-12)
        if value > 0:
            cost = table.expected_cost(np.array([1.0]), np.array([0.0, 3.0]), value)
            assert cost == pytest.approx(3 * bid * won)
    found = table.bids(np.sort(values))
    assert (np.diff(found) >= 0).all() and (found <= np.sort(values)).all()


def test_a_uniform_market_is_shaded_by_half():
    """The textbook's answer: against one uniform competitor the best bid is half of the value."""
    table = shading_table(PriceDistribution.of_counts(np.ones(1001, dtype=np.int64)), Rules())
    value = np.array([100.0, 500.0, 900.0, 3000.0])
    assert table.bids(value) == pytest.approx([50, 250, 450, 1000], abs=1)


def test_a_market_without_known_prices_is_not_bid_on():
    nothing = PriceDistribution(np.array([], dtype=np.int64), np.array([]))
    for prices in (nothing, PriceDistribution(np.array([7]), np.array([0.0]))):
        assert shading_table(prices, Rules()).bids(np.array([0.0, 1e9])).tolist() == [0.0, 0.0]


def test_settings_bid_by_their_own_values_and_histograms():
    flat, dear = [1] * 1001, [0] * 900 + [1] * 101
    strategy = FirstPriceShading(
        [params(price_histogram=flat), params(price_histogram=flat, value_per_click=2000.0),
         params(price_histogram=dear, value_per_click=2000.0)],
        market(3),
    )
    bids = strategy.base(requests([0.1, 0.5]))
    assert bids.shape == (3, 2)
    assert bids[:2] == pytest.approx(np.array([[50, 250], [100, 500]]), abs=1)
    assert bids[2, 0] == 0 and bids[2, 1] > 900


def test_equal_settings_share_their_bids_and_conversions_count():
    flat = [1] * 1001
    strategy = FirstPriceShading([params(price_histogram=flat, value_per_conversion=10_000.0)] * 4, market(4))
    bids = strategy.base(requests([0.1, 0.5], pcvr=np.array([0.1, 0.02])))
    assert bids == pytest.approx([50, 50], abs=1)
    assert strategy.control(view(0, 4)).multiplier.tolist() == [1.0] * 4


def test_bids_depend_on_their_own_auction_alone():
    rng = np.random.default_rng(0)
    past = training(rng.integers(0, 300, 3000), rng.beta(2, 20, 3000))
    strategy = FirstPriceShading([params(landscape="parametric", pace=True), params()], market(2, past))
    pctr, floor = rng.beta(2, 20, 400), rng.integers(0, 50, 400)
    whole = strategy.base(requests(pctr, floor))
    for start, stop in ((0, 1), (17, 203), (399, 400)):
        part = strategy.base(requests(pctr[start:stop], floor[start:stop]))
        assert (part == whole[:, start:stop]).all()


def test_a_known_floor_below_the_value_is_reached():
    strategy = FirstPriceShading([params(price_histogram=[1] * 1001)], market(1))
    bids = strategy.base(requests([0.1, 0.1, 0.1], floor=[20, 80, 200]))
    assert bids == pytest.approx([50, 80, 50], abs=1)


def test_training_prices_are_fitted_as_asked():
    rng = np.random.default_rng(4)
    price = rng.lognormal(4, 0.5, 20_000).astype(np.int64)
    past = training(price, np.full(len(price), 0.1))
    counted, fitted = (
        FirstPriceShading([params(landscape=how)], market(1, past)).base(requests([0.05, 0.1, 0.3]))
        for how in (None, "lognormal")
    )
    assert fitted == pytest.approx(counted, rel=0.06)
    assert (np.diff(counted) > 0).all()


def test_without_any_prices_it_says_what_it_needs():
    with pytest.raises(ValueError, match="needs price_histogram, or earlier auctions"):
        FirstPriceShading([params()], market(1))


def view(tick, settings, spent=0, balance=1000, last=100, campaign="a"):
    nothing = np.zeros(settings, dtype=np.int64)
    cost = np.full(settings, spent, dtype=np.int64)
    counts = Counts(last if tick else 0, nothing, nothing, nothing, cost, nothing, nothing)
    money = np.full(settings, balance, dtype=np.int64)
    budget = np.full(settings, 1000, dtype=np.int64)
    return View(tick, 0, campaign, tick * 100, tick / 10, 0.1, budget, money, counts, counts, counts)


def test_pacing_lowers_values_after_too_much_spend_and_never_raises_them_above_the_true_ones():
    both = [params(price_histogram=[1] * 1001, pace=pace) for pace in (True, False)]
    strategy = FirstPriceShading(both, market(2))

    def bids(*look, **more):
        assert strategy.control(view(*look, **more)).multiplier.tolist() == [1, 1]
        return np.atleast_2d(strategy.base(requests([0.8])))[:, 0]

    assert bids(0, 2) == pytest.approx([400], abs=1)
    assert bids(1, 2, spent=200, balance=800) == pytest.approx([400 * np.exp(-0.1), 400], abs=1)
    # As planned for the balance: 800 over 9 ticks.
    assert bids(2, 2, spent=89, balance=711) == pytest.approx([400 * np.exp(-0.1), 400], abs=1)
    for tick in range(3, 9):
        last = bids(tick, 2, spent=0, balance=711)
    assert last == pytest.approx([400], abs=1)


def test_paced_values_spend_the_budget_of_the_training_part():
    rng = np.random.default_rng(9)
    size = 50_000
    price, pctr = rng.integers(0, 400, size), rng.beta(2, 10, size)
    past = training(price, pctr, episodes=50.0)
    budgets = np.array([3_000, 20_000, 10**9])
    paced = FirstPriceShading([params(pace=True)] * 3, replace(market(3, past), budget=budgets))
    bids = paced.base(requests(pctr))
    spent = (np.where(bids >= price, bids, 0)).sum(axis=1) / 50
    assert spent[:2] == pytest.approx(budgets[:2], rel=0.02)
    unpaced = FirstPriceShading([params()], market(1, past)).base(requests(pctr))
    assert (bids[2] == unpaced).all()
