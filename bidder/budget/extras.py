"""The best extra columns (lost sales, moved spend, risk) for spends and effects that are settled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.linear import LinearProgram, LinearSolver, Status
from bidder.budget.problem import Problem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

INWARDS = 1e-12
"""Part of a row's size by which its sides are kept, so that no order of summation breaks them."""

_SWEEPS = 3


@dataclass(frozen=True)
class _Rows:
    """Rows ``low <= H e <= high`` with the settled part taken to the sides; ``size`` of their terms."""

    matrix: sparse.csr_array
    low: Floats
    high: Floats
    size: Floats


def best_extras(problem: Problem, x: Floats, y: Floats, solver: LinearSolver) -> Floats | None:
    """The extras worth most at given spends and effects.

    A linear program over the extra columns alone, whose answer is then moved, column by column, to
    the last bit that the rows leave.

    Parameters
    ----------
    x, y : ndarray, shape (n,)
        Spends (currency units) and effects.

    Returns
    -------
    ndarray, shape (k,), or None
        None when no extras satisfy the rows that have extras in them.
    """
    if not len(problem.extras):
        return np.zeros(0)
    rows = _rows(problem, x, y)
    for margin in (2e-9, 0.0):
        e = _solved(problem, rows, solver, margin)
        if e is not None:
            return _settled(problem, rows, e)
    return None


def _rows(problem: Problem, x: Floats, y: Floats) -> _Rows:
    matrix = problem.rows.extra.tocsr()
    touched = np.flatnonzero(np.diff(matrix.indptr) > 0)
    spend, effect = problem.rows.spend[touched], problem.rows.effect[touched]
    constant = problem.rows.constant[touched]
    settled = spend @ x + effect @ y + constant
    low, high = problem.row_low[touched], problem.row_high[touched]
    sides = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (low, high)]
    size = abs(spend) @ np.abs(x) + abs(effect) @ np.abs(y) + np.abs(constant) + np.maximum(*sides)
    # Equality is as close as floats can be; an inequality is kept with a hair to spare.
    hair = np.where(low < high, INWARDS * size, 0.0)
    return _Rows(matrix[touched], low - settled + hair, high - settled - hair, size)


def _solved(problem: Problem, rows: _Rows, solver: LinearSolver, margin: float) -> Floats | None:
    extras, matrix = problem.extras, rows.matrix.tocsc()
    scale = np.maximum(np.maximum(np.abs(extras.low), np.abs(extras.high)), 1e-12)
    values = matrix.data * np.repeat(scale, np.diff(matrix.indptr))
    largest = np.zeros(matrix.shape[0])
    np.maximum.at(largest, matrix.indices, np.abs(values))
    row_scale = 1.0 / np.where(largest > 0, largest, 1.0)
    spare = np.where(rows.low < rows.high, margin, 0.0)
    low, high = rows.low * row_scale + spare, rows.high * row_scale - spare
    crossed = low > high
    low, high = np.where(crossed, rows.low * row_scale, low), np.where(crossed, rows.high * row_scale, high)
    cost = -problem.extra_value * scale
    cost = cost / max(float(np.max(np.abs(cost))), 1e-300)
    answer = solver.solve(LinearProgram(
        cost, extras.low / scale, extras.high / scale, matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32), values * row_scale[matrix.indices], low, high,
    ))
    if answer.status is not Status.OPTIMAL:
        return None
    e: Floats = np.clip(answer.primal * scale, extras.low, extras.high)
    return e


def _settled(problem: Problem, rows: _Rows, e: Floats) -> Floats:
    """Move each column in turn to where the rows end, in the direction that is worth more."""
    matrix, e = rows.matrix.tocsc(), e.copy()
    worth = problem.extra_value
    activity = rows.matrix @ e
    for _ in range(_SWEEPS):
        before = e.copy()
        for k in np.argsort(-np.abs(worth), kind="stable").tolist():
            entries = slice(matrix.indptr[k], matrix.indptr[k + 1])
            touched, step = matrix.indices[entries], matrix.data[entries]
            now = activity[touched]
            down, up = _room(rows.low[touched] - now, rows.high[touched] - now, step)
            low, high = e[k] + down, e[k] + up
            best = high if worth[k] > 0 else low if worth[k] < 0 else e[k]
            best = min(max(best, low), max(low, high))
            best = float(np.clip(best, problem.extras.low[k], problem.extras.high[k]))
            activity[touched] += step * (best - e[k])
            e[k] = best
        activity = rows.matrix @ e
        if np.array_equal(before, e):
            break
    return e


def _room(low: Floats, high: Floats, step: Floats) -> tuple[float, float]:
    """How far a column can go down and up; where a row is broken, the least move that mends it."""
    at_low, at_high = low / step, high / step
    down = np.where(step > 0, at_low, at_high)
    up = np.where(step > 0, at_high, at_low)
    return float(np.max(down, initial=-np.inf)), float(np.min(up, initial=np.inf))


def rows_broken(problem: Problem, x: Floats, y: Floats, e: Floats, which: Flags | None = None) -> Flags:
    """True where a row does not hold, with sums rounded once; equalities to within their rounding.

    Parameters
    ----------
    which : bool array, shape (m,), optional
        Rows to look at; the others count as kept.
    """
    rows = problem.rows
    activity = rows.at(x, y, e)
    size = abs(rows.spend) @ np.abs(x) + abs(rows.effect) @ np.abs(y) + abs(rows.extra) @ np.abs(e)
    hair = INWARDS * (size + np.abs(rows.constant))
    close = (activity > problem.row_high - hair) | (activity < problem.row_low + hair)
    if which is not None:
        close &= which
    broken = np.zeros(len(rows), dtype=np.bool_)
    parts = [(rows.spend.tocsr(), x), (rows.effect.tocsr(), y), (rows.extra.tocsr(), e)]
    for r in np.flatnonzero(close).tolist():
        exact = math.fsum([float(rows.constant[r]), *(t for part, at in parts for t in _terms(part, at, r))])
        slack = 4 * hair[r] if problem.row_low[r] == problem.row_high[r] else 0.0
        broken[r] = exact > problem.row_high[r] + slack or exact < problem.row_low[r] - slack
    return broken


def _terms(matrix: Any, at: Floats, row: int) -> list[float]:
    entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
    terms: list[float] = (matrix.data[entries] * at[matrix.indices[entries]]).tolist()
    return terms
