"""Bids against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_market import build, make_log, play, training_of

from bidder.auctions.log import LogInfo
from bidder.auctions.rules import Episodes, Pricing, Rules
from bidder.auctions.strategies.base import Counts, Requests, View
from bidder.auctions.strategies.valuation import requests_of

INFO = LogInfo(("c",))
ALL = Episodes(auctions=3, tick_auctions=3)


def requests(pctr=(0.001, 0.004, 0.5), pcvr=(0.1, 0.2, 0.5)) -> Requests:
    n = len(pctr)
    return Requests(INFO, np.arange(n), np.arange(n), pctr=np.array(pctr), pcvr=np.array(pcvr))


def bids(kinds, said=None, budget=100, rules=None, **more) -> np.ndarray:
    """Bids of every setting, shape (S, n)."""
    strategy = build(kinds, budget, ALL, INFO, 1, rules=rules, **more)
    nothing = np.zeros(len(kinds), dtype=np.int64)
    counts = Counts(0, *(nothing,) * 6)
    limits = strategy.market.budget
    view = View(0, 0, "c", 0, 0.0, 1.0, limits, limits, counts, counts, counts)
    control = strategy.control(view)
    base = strategy.base(said or requests())
    return control.multiplier[:, None] * np.atleast_2d(base)


def test_constant_bids_the_same_everywhere():
    found = bids([{"kind": "constant", "bid": 42}, {"kind": "constant", "bid": 0}])
    assert found.tolist() == [[42.0] * 3, [0.0] * 3]


def test_random_bids_lie_below_the_highest_and_follow_the_seed():
    said = requests([0.1] * 20_000, [0.1] * 20_000)
    found = bids([{"kind": "random", "max": 80}, {"kind": "random", "max": 40}], said)
    assert found.min() >= 0 and found.max() < 80
    assert found[0].mean() == pytest.approx(40, rel=0.02)
    assert np.array_equal(found[0], 2 * found[1])  # one seed: one draw for both
    other = bids([{"kind": "random", "max": 80}] * 3, said, seeds=[7, 8, 7])
    assert np.array_equal(other[0], found[0]) and np.array_equal(other[2], found[0])
    assert abs(np.corrcoef(other[0], other[1])[0, 1]) < 0.05


def test_random_bids_do_not_depend_on_where_a_block_begins():
    strategy = build([{"kind": "random", "max": 1}], 1, ALL, INFO, 1)
    whole = Requests(INFO, np.arange(9), np.arange(100, 109))
    part = Requests(INFO, np.arange(4, 9), np.arange(104, 109))
    assert np.array_equal(strategy.base(whole)[4:], strategy.base(part))


def test_max_cpc_bids_the_value():
    found = bids([{"kind": "max_cpc", "value_per_click": 1000}])
    assert found.tolist() == [[1.0, 4.0, 500.0]]
    found = bids([{"kind": "max_cpc", "value_per_conversion": 10_000}])
    np.testing.assert_allclose(found, [[1.0, 8.0, 2500.0]])


def test_settings_may_value_clicks_and_conversions_side_by_side():
    found = bids([
        {"kind": "max_cpc", "value_per_click": 1000}, {"kind": "max_cpc", "value_per_conversion": 10_000},
    ])
    np.testing.assert_allclose(found, [[1.0, 4.0, 500.0], [1.0, 8.0, 2500.0]])


def test_where_clicks_are_paid_the_bid_is_for_a_click():
    rules = Rules(pricing=Pricing.CLICK)
    kinds = [{"kind": "max_cpc", "value_per_click": 7}, {"kind": "max_cpc", "value_per_conversion": 50}]
    np.testing.assert_allclose(bids(kinds, rules=rules), [[7, 7, 7], [5, 10, 25]])


def test_linear_bids_in_proportion():
    found = bids([{"kind": "linear", "base_bid": 10, "average_ctr": 0.004}])
    np.testing.assert_allclose(found, [[2.5, 10.0, 1250.0]])


@given(st.integers(1, 300), st.floats(1e-6, 0.2))
def test_linear_is_the_published_formula_to_a_rounding(base_bid, pctr):
    said = {"kind": "linear", "base_bid": base_bid, "average_ctr": 0.004436094317}
    found = bids([said], requests([pctr], [1]))
    assert found[0, 0] == pytest.approx(base_bid * pctr / 0.004436094317, rel=4e-16)


def test_ortb1_by_hand():
    # sqrt(c * pctr / lambda + c^2) - c = sqrt(50 * 0.004 / 5e-6 + 2500) - 50 = sqrt(42500) - 50
    found = bids([{"kind": "ortb1", "c": 50, "lambda": 5e-6}])
    assert found[0, 1] == pytest.approx(156.15528128088303, rel=1e-14)


def test_ortb2_by_hand():
    c, lam = 50.0, 5e-6
    root = (c * c * lam * lam + 0.004**2) ** 0.5
    by_paper = c * (((0.004 + root) / (c * lam)) ** (1 / 3) - (c * lam / (0.004 + root)) ** (1 / 3))
    found = bids([{"kind": "ortb2", "c": c, "lambda": lam}])
    assert found[0, 1] == pytest.approx(by_paper, rel=1e-13)


@pytest.mark.parametrize(("kind", "power"), [("ortb1", 1), ("ortb2", 2)])
def test_ortb_maximises_what_it_promises(kind, power):
    """The bid is the best one for (pctr - lambda b) w(b), the paper's Lagrangian, where a bid costs b."""
    c, lam = 80.0, 1e-5
    found = bids([{"kind": kind, "c": c, "lambda": lam}])[0]
    for pctr, bid in zip([0.001, 0.004, 0.5], found, strict=True):
        b = np.geomspace(bid / 50, bid * 50, 400_001)
        gain = (pctr - lam * b) * b**power / (c**power + b**power)
        assert b[np.argmax(gain)] == pytest.approx(bid, rel=1e-3)


def test_ortb_settings_share_bids_or_not():
    kinds = [{"kind": "ortb1", "c": c, "lambda": lam} for c, lam in ((50, 2e-5), (100, 1e-5), (50, 1e-5))]
    together = bids(kinds)
    alone = np.concatenate([bids([k]) for k in kinds])
    assert np.array_equal(together, alone)


@pytest.mark.parametrize("kind", ["ortb1", "ortb2"])
def test_ortb_without_parameters_spends_the_budget_of_the_training_part(kind):
    log = make_log(20_000, slope=0.0)
    budget = int(log.market_price.sum() / 10)
    episodes = Episodes(auctions=20_000, tick_auctions=20_000)
    fitted = build([{"kind": kind}], budget, episodes, log.info, 1, training=training_of(log))
    assert fitted.c[0] == np.median(log.market_price)
    rich = {"kind": kind, "c": fitted.c[0], "lambda": fitted.scale[0] / fitted.c[0]}
    cost = play(build([rich], 10**12, episodes, log.info, 1), log, 1).total("cost")[0]
    assert cost == pytest.approx(budget, rel=0.03)
    half = build([{"kind": kind}], budget // 2, episodes, log.info, 1, training=training_of(log, episodes=2))
    assert half.scale[0] == pytest.approx(fitted.scale[0], rel=1e-4)


@pytest.mark.parametrize("kind", ["ortb1", "ortb2"])
def test_ortb_needs_its_parameters_or_a_training_part(kind):
    with pytest.raises(ValueError, match="c is needed, or earlier auctions"):
        bids([{"kind": kind, "lambda": 1}])
    with pytest.raises(ValueError, match="lambda is needed, or earlier auctions"):
        bids([{"kind": kind, "c": 1}])


@pytest.mark.parametrize("said", [
    {"kind": "max_cpc", "value_per_click": 1}, {"kind": "linear", "base_bid": 1, "average_ctr": 0.1},
    {"kind": "ortb1", "c": 1, "lambda": 1}, {"kind": "pid", "value_per_click": 1},
])
def test_a_missing_column_is_named(said):
    without = Requests(INFO, np.arange(2), np.arange(2))
    with pytest.raises(ValueError, match="the log's column pctr is needed, and missing"):
        bids([said], without)


def test_requests_of_a_log_hold_no_outcome():
    log = make_log(10)
    found = requests_of(log)
    assert not hasattr(found, "click") and not hasattr(found, "market_price")
    assert np.array_equal(found.row, np.arange(10))
