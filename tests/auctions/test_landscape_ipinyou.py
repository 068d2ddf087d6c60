"""Landscapes of a real log: prices hidden as a bidder would not have seen them, and then estimated."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

from bidder.auctions.landscapes.hindsight import HindsightBounds
from bidder.auctions.landscapes.landscape import PriceCounter

DATA = Path(os.environ.get("BIDDER_DATA", Path(__file__).parents[3] / "shared" / "data")) / "ipinyou"
THETA, INFO = DATA / "2997.test.theta.txt", DATA / "2997.info.json"

pytestmark = pytest.mark.skipif(
    not (THETA.exists() and INFO.exists()), reason="needs the iPinYou sample (BIDDER_DATA)"
)


@pytest.fixture(scope="module")
def auctions():
    return np.loadtxt(THETA, usecols=(1, 2)).T


def test_hidden_prices_are_estimated(auctions):
    price = auctions[0].astype(np.int64)
    bid = np.random.default_rng(1).integers(0, 300, len(price))
    won = bid >= price
    counter = PriceCounter()
    counter.add_prices(price[won])
    counter.add_lost(bid[~won])
    truth = PriceCounter()
    truth.add_prices(price)
    at = np.arange(301, dtype=np.float64)
    true = truth.distribution().win_probability(at)
    estimated = counter.distribution().win_probability(at)
    naive = counter.distribution("counted").win_probability(at)
    error, naive_error = np.abs(estimated - true).max(), np.abs(naive - true).max()
    assert error < 0.01
    assert naive_error > 10 * error


def test_a_histogram_is_the_log_that_it_counts():
    counts = np.array(json.loads(INFO.read_text())["price_counter_train"])
    counter, other = PriceCounter(), PriceCounter()
    counter.add_counts(counts)
    other.add_prices(np.repeat(np.arange(len(counts)), counts))
    assert (counter.distribution().cdf == other.distribution().cdf).all()
    assert counter.distribution().pmf(300) == pytest.approx(counts / counts.sum())


def test_the_bound_of_every_episode_is_above_greedy_buying(auctions):
    price, worth = auctions[0].astype(np.int64), np.rint(auctions[1] * 1e9).astype(np.int64)
    budgets = np.array([1_969, 7_877, 31_508])
    exact, coarse = HindsightBounds(), HindsightBounds(most_exact=0)
    for start in range(0, len(price), 1000):
        mine = slice(start, start + 1000)
        for bounds in (exact, coarse):
            bounds.add(price[mine], worth[mine])
        best, near = exact.close_episode(budgets), coarse.close_episode(budgets)
        assert (best.worth <= near.worth).all() and (near.worth <= best.worth * 1.002).all()
        order = np.argsort(-worth[mine] / np.maximum(price[mine], 1))
        for budget, bound in zip(budgets, best.worth, strict=True):
            whole = worth[mine][order][np.cumsum(price[mine][order]) <= budget].sum()
            assert whole <= bound <= whole + worth[mine].max()
