"""Is there any plan at all? The same problem with every limit allowed to give, at a price.

The elastic problem (Chinneck 2008, "Feasibility and Infeasibility in Optimization", section 6.1)
minimises the sum of the limits' violations, each measured against the size of its row. It is solved
by the same rounds and bounded by the same certificate, so that "infeasible" is proved on the true
curves, not on a coarse grid of segments.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.certificate import Certificate, row_sizes
from bidder.budget.linear import LinearSolver
from bidder.budget.problem import Extras, Problem
from bidder.budget.region import Region
from bidder.budget.successive import FIRST_WINDOW, Start, relax

Floats = NDArray[np.float64]

PROVED = 1e-8
"""A violation, relative to its row's size, above which a problem counts as infeasible."""

REACHED = 1e-12
"""A violation at which a point counts as feasible without looking further."""

_RESTARTS = 10


@dataclass(frozen=True)
class Feasibility:
    """Either a feasible point, or the multipliers that prove there is none.

    ``violation`` is the least sum of violations found, relative to the rows' sizes.
    """

    x: Floats | None
    violation: float
    proof: Certificate | None


def elastic(problem: Problem, region: Region) -> Problem:
    """The problem of least violation: the objective is minus the sum of relative violations."""
    m, k = len(problem.rows), len(problem.extras)
    sizes = row_sizes(problem, region)
    above, below = np.flatnonzero(np.isfinite(problem.row_high)), np.flatnonzero(np.isfinite(problem.row_low))
    rows = np.concatenate([above, below])
    signs = np.concatenate([-np.ones(len(above)), np.ones(len(below))])
    slack = sparse.csr_array((signs * sizes[rows], (rows, np.arange(len(rows)))), shape=(m, len(rows)))
    most = _most_violation(problem, region)[rows] / sizes[rows]
    extras = Extras(
        np.concatenate([problem.extras.low, np.zeros(len(rows))]),
        np.concatenate([problem.extras.high, most]),
        (*problem.extras.names, *(f"violation {r}" for r in rows)),
    )
    columns = sparse.hstack([problem.rows.extra, slack], format="csr")
    n = len(problem.cells)
    return replace(
        problem,
        rows=replace(problem.rows, extra=sparse.csr_array(columns)),
        extras=extras, spend_value=np.zeros(n), effect_value=np.zeros(n),
        extra_value=np.concatenate([np.zeros(k), -np.ones(len(rows))]), constant=0.0, sense=1, risk=None,
    )


def _most_violation(problem: Problem, region: Region) -> Floats:
    y = problem.cells.curves.value(region.high)
    reach = abs(problem.rows.spend) @ region.high + abs(problem.rows.effect) @ y
    widest = np.maximum(np.abs(problem.extras.low), np.abs(problem.extras.high))
    reach = reach + abs(problem.rows.extra) @ widest
    sides = [np.where(np.isfinite(s), np.abs(s), 0.0) for s in (problem.row_low, problem.row_high)]
    most: Floats = reach + np.maximum(*sides) + np.abs(problem.rows.constant) + 1.0
    return most


def find_feasible(
    problem: Problem, region: Region, solver: LinearSolver, start: Start | None = None
) -> Feasibility:
    """A point of the region whose envelopes satisfy every row, or the proof that there is none.

    In a region many orders wider than the plan the rounds may end far from both; they go on from there.
    """
    soft = elastic(problem, region)
    violation, x = np.inf, region.low
    for _ in range(_RESTARTS):
        found = relax(soft, region, solver, gap=1e-9, start=start, cutoff=-PROVED, enough=-REACHED)
        if found is None:
            raise AssertionError("the elastic problem always has a solution")
        if found.bound <= -PROVED:
            return Feasibility(None, -found.value, found.certificate)
        violation, x = -found.value, found.x
        if violation <= PROVED:
            break
        start = Start(x, FIRST_WINDOW, keep=x)
    return Feasibility(x, violation, None)
