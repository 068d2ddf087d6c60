"""Bid landscapes against brute force: playing every multiplier, and every mixture of two."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.auctions.landscapes.bid_landscape import bid_landscape
from bidder.auctions.log import AuctionLog, LogInfo
from bidder.auctions.rules import Payment, Pricing, Rules
from bidder.auctions.winning import least_payment, least_winning_bid
from bidder.keywords.bids.hull import concave_hull


def log(price, value, floor=None):
    price = np.asarray(price, dtype=np.int64)
    codes = np.zeros(len(price), dtype=np.int32)
    floors = None if floor is None else np.asarray(floor, dtype=np.int64)
    pctr = np.asarray(value, dtype=np.float64) / 100
    return AuctionLog(LogInfo(("a",)), np.arange(len(price)), codes, price, pctr=pctr, floor=floors)


def landscape(auctions, rules, weight=1.0):
    array = np.array(auctions, dtype=np.int64).reshape(-1, 3)
    past = log(array[:, 0], array[:, 1], array[:, 2])
    value = array[:, 1].astype(np.float64)
    return bid_landscape(past, value, value, rules, weight), past


auction = st.tuples(st.integers(-1, 20), st.integers(0, 9), st.integers(0, 10))
some_rules = st.builds(
    Rules, payment=st.sampled_from([Payment.SECOND_PRICE, Payment.FIRST_PRICE]),
    pricing=st.sampled_from(list(Pricing)), win_on_tie=st.booleans(), integer=st.just(False),
    max_bid=st.none() | st.integers(1, 25), reserve=st.integers(0, 5),
)


@given(st.lists(auction, max_size=12), some_rules, st.fractions(0, 30, max_denominator=9))
def test_each_multiplier_brings_what_playing_it_brings(auctions, rules, multiplier):
    found, past = landscape(auctions, rules, weight=2.0)
    impressions = clicks = cost = worth = 0.0
    for (price, value, _), least, paid in zip(
        auctions, least_winning_bid(past, rules), least_payment(past, rules), strict=True
    ):
        bid = multiplier * value
        if price < 0 or bid < least or least > (rules.max_bid or 10**9):
            continue
        impressions, clicks, worth = impressions + 2, clicks + 2 * value / 100, worth + 2 * value
        paid = float(bid) if rules.payment is Payment.FIRST_PRICE else paid
        cost += 2 * paid * (value / 100 if rules.pricing is Pricing.CLICK else 1)
    # A multiplier that just reaches a threshold may be rounded to its other side.
    near = min((abs(float(multiplier) - m) for m in found.multiplier if m), default=1)
    if 0 < near < 1e-9:
        return
    got = found.at_multiplier(float(multiplier))
    assert [got.impressions, got.clicks, got.worth] == pytest.approx([impressions, clicks, worth])
    assert got.cost == pytest.approx(cost)


@given(st.lists(auction, max_size=12), some_rules, st.floats(0, 200))
def test_the_two_multipliers_are_the_best_mixture_for_the_budget(auctions, rules, budget):
    found, _ = landscape(auctions, rules)
    low, high, share = found.for_budget(budget)
    points = [found.at_multiplier(m) for m in (low, high)]
    cost, worth = (
        (1 - share) * float(getattr(points[0], name)) + share * float(getattr(points[1], name))
        for name in ("cost", "worth")
    )
    assert 0 <= low <= high and 0 <= share <= 1 and cost <= budget * (1 + 1e-9) + 1e-9
    best = 0.0
    pairs = list(zip(found.cost, found.worth, strict=True))
    for cheap, less in pairs:
        for dear, more in pairs:
            if cheap <= budget < dear:
                best = max(best, less + (more - less) * (budget - cheap) / (dear - cheap))
        best = max(best, less if cheap <= budget else 0.0)
    assert worth == pytest.approx(best)


def test_known_answer():
    """Thresholds 1, 2 and 5; the middle step is below the hull."""
    past = log([10, 40, 50], [10, 20, 10])
    found = bid_landscape(past, 100 * past.pctr, np.array([10.0, 1.0, 30.0]), Rules())
    assert found.multiplier.tolist() == [0, 1, 2, 5]
    assert found.cost.tolist() == [0, 10, 50, 100] and found.worth.tolist() == [0, 10, 11, 41]
    assert found.multiplier[found.hull].tolist() == [0, 1, 5]
    assert found.for_budget(55) == (1.0, 5.0, 0.5)
    assert found.for_budget(5) == (0.0, 1.0, 0.5)
    assert found.for_budget(1000) == (5.0, 5.0, 1.0)


def test_nothing_known_bids_nothing():
    found = bid_landscape(log([-1], [3]), np.array([3.0]), np.array([3.0]), Rules())
    assert found.for_budget(7) == (0.0, 0.0, 1.0)
    assert float(found.at_multiplier(9.0).impressions) == 0


def test_values_that_say_nothing_are_never_won():
    value = np.array([np.nan, 0.0, 5e-324, 2.0, -1.0])
    found = bid_landscape(log([3, 3, 3, 3, 3], np.zeros(5)), value, np.ones(5), Rules())
    assert found.multiplier.tolist() == [0.0, 1.5] and found.impressions.tolist() == [0.0, 1.0]


def test_a_large_log_is_bought_to_the_budget():
    rng = np.random.default_rng(1)
    price, pctr = rng.integers(0, 300, 200_000), rng.beta(2, 400, 200_000)
    past = log(price, 100 * pctr)
    found = bid_landscape(past, pctr, pctr, Rules())
    low, high, share = found.for_budget(1_000_000)
    spent = [float(price[m * pctr >= price].sum()) for m in (low * (1 + 1e-12), high * (1 + 1e-12))]
    assert (1 - share) * spent[0] + share * spent[1] == pytest.approx(1_000_000, rel=1e-6)
    assert high / low < 1.01


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=15))
def test_the_hull_is_above_every_point_and_concave(points):
    points = sorted(points)
    cost, worth = (np.array(column, dtype=np.float64) for column in zip(*points, strict=True))
    hull = concave_hull(cost, worth)
    assert (np.interp(cost, cost[hull], worth[hull]) >= worth - 1e-9)[cost >= cost[hull][0]].all()
    assert (np.diff(cost[hull]) > 0).all() and (np.diff(worth[hull]) > 0).all()
    slopes = np.diff(worth[hull]) / np.diff(cost[hull])
    assert (np.diff(slopes) < 0).all()
    assert worth[hull][-1] == worth.max()
