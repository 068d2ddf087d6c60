"""Newton's method on the dual: prices at which every cell's own best spend keeps every limit.

The bound of :mod:`bidder.budget.certificate` is a convex function of the multipliers, smooth wherever
the cells' best spends move smoothly with their prices. Its gradient is what each row has left, its
Hessian is ``B W B'`` with ``B = A + G F'(x)`` and ``W = 1 / (-gain F''(x))`` over the cells between
their ends. Projected Newton steps (Bertsekas 1982, "Projected Newton methods for optimization problems
with simple constraints") with Levenberg's damping find the least bound; the spends there keep every
limit, so bound and value meet. Whether they do is checked, never assumed: where cells stand at a kink
(straight stretches of an envelope, whole lots) the method gives up, and linear programs take over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from bidder.budget.certificate import Certificate, certify, row_sizes
from bidder.budget.problem import Problem
from bidder.budget.region import Region

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

STEPS = 80
FEW_STEPS = 15
"""Enough from the multipliers of a linear program."""

SETTLED = 1e-10
"""Largest violation or unused priced limit, relative to its row, at which a point is a solution."""

_MOST_PRODUCTS = 5e7
"""Size of the Hessian beyond which linear programs are cheaper."""
_REFUSALS = 5
_LEAST_DAMPING, _FIRST_DAMPING, _MOST_DAMPING = 1e-9, 1e-1, 1e4
_LEAST_STEP = 1e-3
_ARMIJO = 1e-4
_NUDGE = 1e-5
_FAR = 1e6
"""A bound this far below the first, relative to it, belongs to a problem without any plan."""


@dataclass(frozen=True)
class _Point:
    """Where the method stands: which rows have a price or need one, and what they have left.

    ``side`` is 1 where a row's upper side counts, -1 where its lower does, 0 where neither does.
    """

    at: Certificate
    side: NDArray[np.int8]
    left: Floats
    residual: float


def settle(
    problem: Problem,
    region: Region,
    duals: Floats,
    stop: Callable[[], bool] | None = None,
    steps: int = STEPS,
) -> Certificate | None:
    """The least bound, if the spends that belong to it keep every limit.

    Parameters
    ----------
    duals : ndarray, shape (m,)
        Multipliers to start from, with signs as in :func:`bidder.budget.certificate.certify`.
    stop : callable, optional
        Asked before every step; True gives up.
    steps : int
        How many to take at most.

    Returns
    -------
    Certificate or None
        Its ``x`` is feasible and its bound is reached there, up to :data:`SETTLED`; None where the
        method does not get that far, or the problem is not of its kind.
    """
    if len(problem.extras) or _products(problem) > _MOST_PRODUCTS:
        return None
    sizes = row_sizes(problem, region)
    point = _point(problem, certify(problem, region, duals), sizes)
    first, damping, refused = point.at.bound, _LEAST_DAMPING, 0
    for _ in range(steps):
        if point.residual <= SETTLED:
            return point.at
        if refused >= _REFUSALS or damping > _MOST_DAMPING or (stop is not None and stop()):
            return None
        # Limits that contradict each other drive the multipliers beyond all bounds.
        with np.errstate(over="ignore", invalid="ignore"):
            step = _direction(problem, region, point, sizes, damping)
            if step is None:
                return None
            found, length = _searched(problem, region, point, step)
            if found is not None and found.bound < -_FAR * (abs(first) + 1.0):
                return None
        if found is not None:
            point = _point(problem, found, sizes)
        refused = refused + 1 if found is None else 0
        if length == 1.0:
            damping = max(0.01 * damping, _LEAST_DAMPING)
        elif length < 0.2:
            damping = max(10 * damping, _FIRST_DAMPING)
    return None


def _products(problem: Problem) -> float:
    columns = np.concatenate([problem.rows.spend.indices, problem.rows.effect.indices])
    return float(np.sum(np.bincount(columns).astype(np.float64) ** 2))


def _point(problem: Problem, at: Certificate, sizes: Floats) -> _Point:
    low, high = problem.row_low, problem.row_high
    activity = problem.rows.at(at.x, problem.cells.curves.value(at.x), np.zeros(0))
    wanted = np.where(activity > high, 1, np.where(activity < low, -1, 0))
    side = np.where(at.duals != 0, np.sign(at.duals), wanted)
    side = np.where(low == high, 1, side).astype(np.int8)
    left = np.where(side > 0, high, low)
    left = np.where(side != 0, left - activity, 0.0)
    return _Point(at, side, left, float(np.max(np.abs(left) / sizes, initial=0.0)))


def _direction(
    problem: Problem, region: Region, point: _Point, sizes: Floats, damping: float
) -> Floats | None:
    curves, x, gain = problem.cells.curves, point.at.x, point.at.gain
    slope = _finite(curves.slope(x))
    nudge = _NUDGE * np.maximum(x, 1e-12)
    bend = -gain * _finite((curves.slope(x + nudge) - curves.slope(x - nudge)) / (2 * nudge))
    weight = np.where(bend > 0, 1.0 / np.where(bend > 0, bend, 1.0), 0.0)
    inside = (x > region.low) & (x < region.high) & (gain > 0)
    rows = np.flatnonzero(point.side)
    terms = _terms(problem, rows, slope, sizes)
    hessian = sparse.csr_array(_columns_scaled(terms, np.where(inside, weight, 0.0)) @ terms.T)
    # A row none of whose cells can move yet is scaled as if they could: its price has some way to go.
    could = np.bincount(
        np.repeat(np.arange(len(rows)), np.diff(terms.indptr)),
        weights=terms.data**2 * weight[terms.indices], minlength=len(rows),
    )
    could = np.maximum(could, 1e-12 * np.max(could, initial=0.0))
    if not np.all(could > 0):
        return None
    extra = damping * could + np.where(hessian.diagonal() < 1e-3 * could, could, 0.0)
    try:
        factors = splu(
            (hessian + sparse.diags_array(extra)).tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
    except RuntimeError:
        return None
    step = np.zeros(len(sizes))
    step[rows] = -factors.solve(point.left[rows] / sizes[rows]) / sizes[rows]
    return step if np.all(np.isfinite(step)) else None


def _finite(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, 0.0)


def _terms(problem: Problem, rows: Integers, slope: Floats, sizes: Floats) -> sparse.csr_array:
    """Derivative of the rows' activity with respect to spend, each row in units of its size."""
    terms = problem.rows.spend[rows]
    if problem.rows.effect.nnz:
        terms = sparse.csr_array(terms + _columns_scaled(problem.rows.effect[rows], slope))
    terms.data /= np.repeat(sizes[rows], np.diff(terms.indptr))
    return terms


def _columns_scaled(matrix: sparse.csr_array, by: Floats) -> sparse.csr_array:
    data = matrix.data * by[matrix.indices]
    return sparse.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _searched(
    problem: Problem, region: Region, point: _Point, step: Floats
) -> tuple[Certificate | None, float]:
    """The first point along the step, bent at 0, where the bound falls enough; and the part of the step."""
    before, free = point.at, problem.row_low == problem.row_high
    rounding = 1e-13 * abs(before.bound)
    length = 1.0
    while length > _LEAST_STEP:
        duals = before.duals + length * step
        duals = np.where(~free & (duals * point.side < 0), 0.0, duals)
        found = certify(problem, region, duals)
        promised = float(point.left @ (duals - before.duals))
        if found.bound <= before.bound + _ARMIJO * min(promised, 0.0) + rounding:
            return found, length
        length *= 0.4
    return None, length
