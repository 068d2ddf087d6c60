"""The upper bound: Lagrangian of the side constraints on the true curves.

For any multipliers pi of the rows, no feasible plan is worth more than

    pi . b + constant + sum over cells of max over x of (v - pi G) F(x) + (c - pi A) x
           + sum over extras of max over e of (h - pi H) e

(Lagrangian duality; Geoffrion 1974, "Lagrangean relaxation for integer programming"), where b takes a
row's upper side for positive pi and its lower side for negative pi. The one-dimensional maxima are
exact and over each cell's own set, so the bound needs neither the solver nor the segments: wrong
multipliers only make it weaker. For S-shaped curves it is the bound of their concave envelopes.
A negative gain is the rare case that a conversion is unwanted: it takes its buyer out of an audience
that is worth more, or earns a negative margin under a budget that must be spent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidder.budget.problem import Problem
from bidder.budget.region import Region, maximisers

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Certificate:
    """A bound, the multipliers it comes from, and each cell's maximiser.

    ``gain`` and ``price`` are what a unit of a cell's effect and spend are worth at these multipliers.
    """

    bound: float
    duals: Floats
    x: Floats
    gain: Floats
    price: Floats


def certify(problem: Problem, region: Region, duals: Floats) -> Certificate:
    """Bound at given multipliers.

    Parameters
    ----------
    duals : ndarray, shape (m,)
        Multipliers of a maximisation: positive for the upper side of a row, negative for the lower;
        those against a side that does not exist are set to 0.
    """
    duals = usable(problem, duals)
    sides = np.where(duals > 0, problem.row_high, problem.row_low)
    at_rows = float(np.sum(duals * np.where(duals == 0, 0.0, sides)))
    gain = problem.effect_value - problem.rows.effect.T @ duals
    price = problem.rows.spend.T @ duals - problem.spend_value
    value, x = maximisers(region, gain, price)
    reduced = problem.extra_value - problem.rows.extra.T @ duals
    if problem.risk is not None:
        # Exactly 0 by the projection above; what rounding leaves must not be multiplied by wide bounds.
        reduced = reduced.copy()
        worth = np.abs(reduced[problem.risk.columns]) < 1e-9
        reduced[problem.risk.columns[worth]] = 0.0
    extras = float(np.sum(np.where(reduced > 0, reduced * problem.extras.high, reduced * problem.extras.low)))
    # The rows' own constants are part of their activity.
    constant = problem.constant - float(duals @ problem.rows.constant)
    return Certificate(at_rows + float(np.sum(value)) + extras + constant, duals, x, gain, price)


def row_sizes(problem: Problem, region: Region) -> Floats:
    """Size of each row, against which a violation is measured: the larger of its side and its terms."""
    x = np.minimum(region.high, np.maximum(region.low, 1.0))
    y = problem.cells.curves.value(x)
    widest = np.maximum(np.abs(problem.extras.low), np.abs(problem.extras.high))
    terms = abs(problem.rows.spend) @ x + abs(problem.rows.effect) @ y + abs(problem.rows.extra) @ widest
    sides = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (problem.row_low, problem.row_high)]
    sizes: Floats = np.maximum.reduce([*sides, terms, np.full(len(terms), 1e-9)])
    return sizes


def usable(problem: Problem, duals: Floats) -> Floats:
    """Multipliers that only use sides which exist, and draw weights that make a CVaR."""
    duals = np.where((duals > 0) & ~np.isfinite(problem.row_high), 0.0, duals)
    duals = np.where((duals < 0) & ~np.isfinite(problem.row_low), 0.0, duals)
    if problem.risk is not None:
        risk = problem.risk
        duals[risk.rows] = -_capped_weights(-duals[risk.rows], risk.total, risk.cap)
    return duals


def _capped_weights(weights: Floats, total: float, cap: float) -> Floats:
    """Nearest weights in [0, cap] with the given sum (shift by bisection, then scale what is left)."""
    low, high = -cap - float(np.max(weights)), cap - float(np.min(weights))
    for _ in range(100):
        middle = 0.5 * (low + high)
        if np.sum(np.clip(weights + middle, 0.0, cap)) < total:
            low = middle
        else:
            high = middle
    shifted = np.clip(weights + high, 0.0, cap)
    free = (shifted > 0) & (shifted < cap)
    if np.any(free):
        shifted[free] += (total - np.sum(shifted)) / np.count_nonzero(free)
    return shifted
