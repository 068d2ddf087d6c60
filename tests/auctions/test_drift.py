"""Drift of prices, click probabilities and clicks between parts of a log."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.auctions.experiments.drift import DriftCounter, drift, population_stability
from bidder.auctions.log import AuctionLog, LogInfo


def log(price, pctr=None, click=None):
    price = np.asarray(price, dtype=np.int64)
    codes = np.zeros(len(price), dtype=np.int32)
    return AuctionLog(LogInfo(("a",)), np.arange(len(price)), codes, price, pctr=pctr, click=click)


def sample(seed, size=20_000, dearer=1.0):
    rng = np.random.default_rng(seed)
    price = (dearer * rng.lognormal(8, 0.6, size)).astype(np.int64)
    return log(price, rng.beta(2, 500, size), rng.binomial(1, 0.01, size).astype(np.uint8))


def test_by_hand():
    first, last = np.array([50, 50]), np.array([25, 75])
    shares = [(50.5 / 101, 50.5 / 101), (25.5 / 101, 75.5 / 101)]
    expected = sum((q - p) * np.log(q / p) for p, q in zip(*shares, strict=True))
    assert population_stability(first, last, 2) == pytest.approx(expected)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30), st.integers(1, 12))
def test_it_is_zero_for_the_same_and_never_negative(counts, bins):
    counts = np.array(counts)
    assert population_stability(counts, counts, bins) == 0
    assert population_stability(counts, counts[::-1], bins) >= 0


def test_the_same_market_is_stable_and_a_dearer_one_is_not():
    steady, dearer = (drift({"train": [sample(1)], "test": [sample(2, dearer=d)]}) for d in (1.0, 1.5))
    assert [d.column for d in steady] == ["market_price", "pctr", "click"]
    assert all(d.stability < 0.01 for d in steady)
    assert dearer[0].stability > 0.25 and dearer[1].stability < 0.01
    train, test = dearer[0].mean
    assert test / train == pytest.approx(1.5, rel=0.02)
    assert dearer[1].mean[0] == pytest.approx(sample(1).pctr.mean())


def test_twice_the_clicks_are_seen():
    few, many = np.zeros(1000, dtype=np.uint8), np.zeros(1000, dtype=np.uint8)
    few[:100], many[:400] = 1, 1
    found = drift({"a": [log(np.full(1000, 5), click=few)], "b": [log(np.full(1000, 5), click=many)]})
    assert found[1].mean == (0.1, 0.4) and found[1].stability > 0.25
    assert found[0].stability == 0


def test_pieces_in_any_order_give_the_same():
    first, last = sample(3), sample(4)
    whole = drift({"a": [first], "b": [last]})
    cut = DriftCounter()
    for part, log_, start, stop in (
        ("a", first, 7000, 20_000), ("b", last, 3, 20_000), ("a", first, 0, 7000), ("b", last, 0, 3)
    ):
        cut.add(part, log_.part(start, stop))
    assert cut.result() == whole


def test_what_cannot_be_compared_is_left_out():
    assert drift({"a": [log([1, 2])]}) == ()
    assert drift({"a": [log([-1, -1])], "b": [log([3])]}) == ()
    found = drift({"a": [log([4, -1])], "middle": [log([6])], "b": [log([8], np.array([0.1]))]})
    assert [(d.column, d.parts, d.mean) for d in found] == [("market_price", ("a", "middle", "b"), (4, 6, 8))]
    assert DriftCounter().result() == ()
