"""Price distributions: counted, Kaplan-Meier against scipy, and fitted families."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bidder.auctions.landscapes import buckets
from bidder.auctions.landscapes.landscape import MOST_EXACT, PriceCounter, count_prices
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import AuctionLog, LogInfo


def log(price, lost=None, censored=False):
    price = np.asarray(price, dtype=np.int64)
    info, campaign = LogInfo(("a",), censored=censored), np.zeros(len(price), dtype=np.int32)
    bids = None if lost is None else np.asarray(lost, dtype=np.int64)
    return AuctionLog(info, np.arange(len(price)), campaign, price, lost_bid=bids)


def counter(won, lost, win_on_tie=True):
    found = PriceCounter(win_on_tie)
    found.add_prices(np.array(won, dtype=np.int64))
    found.add_lost(np.array(lost, dtype=np.int64))
    return found


def test_counted_prices_are_shares():
    found = count_prices([log([3, 0, 3]), log([5])])
    assert found.price.tolist() == [0, 3, 5]
    assert found.cdf.tolist() == [0.25, 0.75, 1.0]
    assert (found.method, found.censored) == ("counted", False)


amounts = st.lists(st.integers(0, 12), max_size=40)


@given(amounts.filter(bool), amounts, st.booleans())
def test_the_product_limit_is_scipys(won, lost, win_on_tie):
    found = counter(won, lost, win_on_tie).distribution("kaplan_meier")
    right = np.array(lost, dtype=float) - (0 if win_on_tie else 1)
    expected = stats.ecdf(stats.CensoredData(uncensored=won, right=right)).cdf
    np.testing.assert_allclose(found.cdf, expected.evaluate(found.price), atol=1e-12)
    assert found.price.tolist() == sorted(set(won))


def test_a_censored_log_is_corrected():
    """Only cheap auctions were won: counting alone would make the market look cheap."""
    rng = np.random.default_rng(3)
    price, bid = rng.integers(0, 100, 60_000), rng.integers(0, 120, 60_000)
    won = bid >= price
    censored = log(np.where(won, price, -1), np.where(won, -1, bid), censored=True)
    found = count_prices([censored])
    assert found.censored and found.method == "kaplan_meier"
    chance = found.win_probability(np.array([24.0, 49.0, 74.0]))
    np.testing.assert_allclose(chance, [0.25, 0.5, 0.75], atol=0.01)
    naive = count_prices([censored], method="counted")
    assert naive.censored and naive.win_probability(np.array([49.0]))[0] > 0.6


def test_all_lost_none_lost_and_nothing_at_all():
    lost = counter([], [4, 7]).distribution()
    assert lost.price.tolist() == [7] and lost.cdf.tolist() == [0.0]
    assert lost.quantile(0.5) == -1 and lost.mean() == 7.0
    assert counter([2, 2], []).distribution("kaplan_meier").cdf.tolist() == [1.0]
    for method in ("auto", "kaplan_meier", "parametric", "gamma"):
        nothing = counter([], []).distribution(method)
        assert len(nothing.price) == 0
        assert nothing.win_probability(np.array([5.0])).tolist() == [0.0]
        assert np.isnan(nothing.mean())


def test_rows_that_say_nothing_are_counted():
    found = PriceCounter()
    found.add(log([-1, 5, -1], [-1, -1, 9], censored=True))
    found.add(log([-1, 5], censored=True))
    assert found.unknown == 2
    assert found.distribution().cdf.tolist() == [pytest.approx(2 / 3)]


def test_a_bid_of_zero_that_lost_with_ties_losing_says_nothing():
    assert counter([3], [0, 0], win_on_tie=False).distribution().cdf.tolist() == [1.0]


@given(st.lists(st.integers(0, 10**7), max_size=60), st.lists(st.integers(0, 10**7), max_size=60))
def test_pieces_in_any_order_and_merged_count_alike(first, second):
    together, parted, other = PriceCounter(), PriceCounter(), PriceCounter()
    together.add_prices(np.array(first + second, dtype=np.int64))
    parted.add_prices(np.array(second, dtype=np.int64))
    other.add_prices(np.array(first, dtype=np.int64))
    parted.merge(other)
    assert together.distribution().price.tolist() == parted.distribution().price.tolist()
    assert together.distribution().cdf.tolist() == parted.distribution().cdf.tolist()


def many():
    rng = np.random.default_rng(11)
    return rng.lognormal(11, 1, 40_000).astype(np.int64), rng.lognormal(11, 1, 40_000).astype(np.int64)


def test_many_prices_go_to_the_grid_and_stay_exact_at_its_edges():
    price, _ = many()
    found = PriceCounter()
    for start in range(0, len(price), 3_000):
        found.add_prices(price[start : start + 3_000])
    assert not found.exact
    landscape = found.distribution()
    assert len(landscape.price) < MOST_EXACT
    exact = np.searchsorted(np.sort(price), landscape.price, side="right") / len(price)
    np.testing.assert_allclose(landscape.cdf, exact, atol=1e-12)
    whole = PriceCounter()
    whole.add_prices(price[::-1])
    assert whole.distribution().cdf.tolist() == landscape.cdf.tolist()


def test_the_grid_hardly_changes_the_product_limit():
    price, bid = many()
    won = bid >= price
    coarse = counter(price[won], bid[~won]).distribution()
    exact = stats.ecdf(stats.CensoredData(uncensored=price[won], right=bid[~won])).cdf
    inside = coarse.price < np.quantile(bid, 0.99)
    np.testing.assert_allclose(coarse.cdf[inside], exact.evaluate(coarse.price[inside]), atol=3e-3)


def test_a_counter_on_the_grid_merges_with_an_exact_one():
    price, _ = many()
    coarse, small, whole = PriceCounter(), PriceCounter(), PriceCounter()
    coarse.add_prices(price)
    small.add_prices(np.array([50_001, 3]))
    whole.add_prices(np.append(price, [50_001, 3]))
    small.merge(coarse)
    assert small.distribution().price.tolist() == whole.distribution().price.tolist()


@given(st.lists(st.integers(0, 2**50), min_size=1))
def test_buckets_hold_what_they_say(values):
    amount = np.array(values)
    number = buckets.bucket(amount)
    up, down = buckets.round_up(amount), buckets.round_down(amount)
    assert (buckets.bucket(up) == number).all() and (buckets.bucket(up + 1) > number).all()
    assert (up >= amount).all() and (up <= amount * (1 + 1 / 512)).all()
    assert (down <= amount).all() and (buckets.round_up(np.maximum(down, 0)) == np.maximum(down, 0)).all()
    assert ((amount >= 1024) | (up == amount)).all()


DRAWS = {
    "lognormal": lambda rng, n: rng.lognormal(4, 0.7, n),
    "gamma": lambda rng, n: rng.gamma(2.5, 30, n),
    "weibull": lambda rng, n: 80 * rng.weibull(1.6, n),
}
TRUTH = {"lognormal": (np.exp(4), 0.7), "gamma": (30, 2.5), "weibull": (80, 1.6)}


@pytest.mark.parametrize("family", DRAWS)
@pytest.mark.parametrize("unit", [1, 10_000])
def test_the_right_family_is_found_from_censored_prices(family, unit):
    rng = np.random.default_rng(8)
    price = np.floor(DRAWS[family](rng, 60_000) * unit).astype(np.int64)
    bid = rng.integers(0, 150 * unit, 60_000)
    won = bid >= price
    found = counter(price[won], bid[~won]).distribution("parametric")
    assert found.method == family and found.censored
    fitted = dict(found.parameters)
    scale, shape = TRUTH[family]
    assert fitted["scale"] == pytest.approx(scale * unit, rel=0.03)
    assert fitted["shape"] == pytest.approx(shape, rel=0.03)
    # The fit knows the prices above every bid that the product limit cannot know.
    assert found.mean() == pytest.approx(price.mean(), rel=0.02)


def test_without_censoring_the_fit_is_scipys():
    price = np.random.default_rng(2).gamma(3, 10_000, 3_000).astype(np.int64)
    fitted = dict(counter(price, []).distribution("gamma").parameters)
    shape, _, scale = stats.gamma.fit(price + 0.5, floc=0)
    assert [fitted["shape"], fitted["scale"]] == pytest.approx([shape, scale], rel=2e-3)


ODD = [([0, 0, 1], []), ([0, 1], [0] * 50), ([5] * 99 + [6], []), ([0, 10**9], [3])]


@pytest.mark.parametrize("won, lost", ODD)
@pytest.mark.parametrize("family", ["lognormal", "gamma", "weibull", "parametric"])
def test_odd_logs_can_be_fitted(won, lost, family):
    found = counter(won, lost).distribution(family)
    assert (np.diff(found.cdf) >= 0).all() and found.cdf[0] >= 0 and found.cdf[-1] <= 1
    assert (np.diff(found.price) > 0).all()


def test_a_single_price_falls_back_and_says_so():
    found = counter([7, 7, 7], []).distribution("lognormal")
    assert found.method == "kaplan_meier" and found.price.tolist() == [7] and found.cdf.tolist() == [1.0]


def test_what_a_distribution_tells():
    prices = PriceDistribution(np.array([2, 5, 9]), np.array([0.2, 0.7, 0.9]))
    assert prices.pmf(6).tolist() == pytest.approx([0, 0, 0.2, 0, 0, 0.5, 0])
    assert prices.expected_payment(np.array([1.0, 5.0, 100.0])).tolist() == pytest.approx([0, 2.9, 4.7])
    assert prices.quantile(np.array([0.0, 0.2, 0.21, 0.9, 0.95])).tolist() == [2, 2, 5, 9, -1]
    assert prices.mean() == pytest.approx(0.4 + 2.5 + 1.8 + 0.9)
    assert PriceDistribution.of_counts(np.array([0, 0, 2, 0, 6])).cdf.tolist() == [0.25, 1.0]
