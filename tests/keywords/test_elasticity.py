"""Elasticities between keywords: found where they are known, and the same as a general optimiser finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from bidder.keywords.bids.elasticity import (
    DISPERSION,
    LEAST,
    MOST,
    PRIOR,
    Elasticity,
    cost_index,
    fit_elasticity,
)
from bidder.keywords.data import BidMoves

FIRST = 739_000


def moves(day, move, usual, cost, clicks=1000):
    """Cells; ``clicks`` of each."""
    size = len(day)
    return BidMoves(
        FIRST + np.asarray(day, dtype=np.int64), np.asarray(move, dtype=np.float64),
        np.full(size, clicks, dtype=np.int64), np.rint(cost).astype(np.int64),
        np.asarray(usual, dtype=np.float64),
    )


def market(truth, days=10, cells=12, clicks=1000, seed=3):
    """Days that differ in all but how keywords' costs compare."""
    rng = np.random.default_rng(seed)
    day = np.repeat(np.arange(days), cells)
    move = rng.uniform(-0.6, 0.6, days * cells)
    usual = rng.uniform(1e7, 1e9, days * cells)
    traffic = rng.lognormal(0, 0.8, days)[day]
    return moves(day, move, usual, usual * traffic * np.exp(truth.log_cost(move)), clicks)


@pytest.mark.parametrize("truth", [Elasticity(1.0, 1.0), Elasticity(0.8, 2.4), Elasticity(2.2, 1.4)])
def test_much_data_tells_the_truth_whatever_moves_the_days(truth):
    cells = market(truth, clicks=100_000)
    found = fit_elasticity(cells, np.ones(len(cells.day)))
    assert (found.down, found.up) == pytest.approx((truth.down, truth.up), abs=0.01)


def test_little_data_leaves_the_prior():
    truth = Elasticity(0.8, 3.0)
    few, more, many = (
        fit_elasticity(market(truth, days=1, clicks=clicks), np.ones(12)).up for clicks in (1, 100, 10_000)
    )
    assert PRIOR.up < few < PRIOR.up + 0.05 < more < many < truth.up


def test_all_bids_moved_alike_tell_nothing():
    day, ones = np.repeat(np.arange(5), 4), np.ones(20)
    move = np.repeat([-0.4, 0.0, 0.3, 0.2, -0.1], 4)
    assert fit_elasticity(moves(day, move, ones * 1e6, ones * 3e6), ones) == PRIOR


def test_nothing_to_go_by():
    none = np.zeros(0)
    assert fit_elasticity(moves(none, none, none, none), none) == PRIOR
    cells = market(Elasticity(1, 1))
    assert fit_elasticity(cells, np.zeros(len(cells.day))) == PRIOR
    free = moves([0, 0], [-0.1, 0.1], [1e6, 1e6], np.zeros(2))
    assert fit_elasticity(free, np.ones(2)) == PRIOR


def log_posterior(found, cells, weight):
    """From its definition, day by day."""
    elasticity = Elasticity(*found)
    per_click = cells.cost.sum() / cells.clicks.sum()
    total = -((found - np.array([PRIOR.down, PRIOR.up])) ** 2).sum() / (2 * PRIOR.up_sd**2)
    for day in np.unique(cells.day):
        here = cells.day == day
        expected = cells.usual[here] * np.exp(elasticity.log_cost(cells.move[here]))
        counts = weight[here] * cells.cost[here] / per_click / DISPERSION
        total += counts @ np.log(expected / expected.sum())
    return total


@given(st.integers(0, 10**6), st.integers(1, 400))
def test_as_a_general_optimiser_finds_it(seed, clicks):
    rng = np.random.default_rng(seed)
    day, size = np.sort(rng.integers(0, 4, 15)), 15
    cells = moves(
        day, rng.normal(0, 0.4, size), rng.uniform(1e6, 1e8, size), rng.uniform(1e6, 1e8, size), clicks
    )
    weight = rng.uniform(0.1, 1, size)
    found = fit_elasticity(cells, weight)
    best = minimize(
        lambda x: -log_posterior(x, cells, weight), [PRIOR.down, PRIOR.up], bounds=[(LEAST, MOST)] * 2
    )
    ours = log_posterior(np.array([found.down, found.up]), cells, weight)
    assert ours >= -best.fun - 1e-4 * abs(best.fun)


def test_the_index_is_the_mean_of_what_moves_make_of_costs():
    cells = moves([0, 0, 2], [-1.0, 0.5, 0.1], [1e6, 3e6, 2e6], np.ones(3))
    index = cost_index(cells, Elasticity(1.0, 2.0), FIRST, 4)
    assert index[[0, 2]] == pytest.approx([np.log((np.exp(-1) + 3 * np.e) / 4), 0.2])
    assert np.isnan(index[[1, 3]]).all()
