"""From a problem to a feasible point with a certificate and prices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bidder.budget.branch import Branched, Incumbent, Search, candidates, feasible_plan
from bidder.budget.certificate import row_sizes
from bidder.budget.linear import LinearSolver
from bidder.budget.problem import Problem
from bidder.budget.region import Region
from bidder.budget.result import NOTHING, Round, Solution
from bidder.budget.solvers import DEFAULT
from bidder.budget.solvers import solver as open_solver
from bidder.budget.successive import Relaxed, Start, relax
from bidder.errors import SolverError

Floats = NDArray[np.float64]

PRICE_WINDOW = 1e-3
"""Breakpoints this close (natural log) to the solution give prices within about 0.02%."""


_ROUNDING = 2e-6
"""A feasible plan may pass its bound by what the rows' tolerance is worth, never by more."""


class NoPlanError(Exception):
    """No plan satisfies every limit; the caller explains which limits conflict."""


def solve(
    problem: Problem,
    solver: str | LinearSolver = DEFAULT,
    gap: float = 1e-6,
    start: Solution | None = None,
    on_round: Callable[[Round], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solution:
    """Solve a budget problem to a certified gap.

    Parameters
    ----------
    solver : str or LinearSolver
        Name as in :func:`bidder.budget.solvers.solver`, or an open door.
    gap : float
        Relative gap to reach.
    start : Solution, optional
        Of a nearby problem with the same cells (another budget, another limit): looked at closely first.
    on_round : callable, optional
        Told of every round.
    stop : callable, optional
        Asked between rounds; True ends the search with the best plan so far.

    Raises
    ------
    NoPlanError
        The limits contradict each other.
    SolverError
        The solver is missing or failed, or was stopped before there was any plan.
    """
    door = open_solver(solver) if isinstance(solver, str) else solver
    first = _start(problem, start)
    found = Search(problem, door, gap, on_round, stop).run(first)
    if found.incumbent is None and np.isfinite(found.bound):
        raise SolverError("the search ended before it found a plan or proved that there is none")
    if found.incumbent is None:
        raise NoPlanError
    return _solution(problem, door, found, _priced(problem, door, found.incumbent, stop))


def _start(problem: Problem, start: Solution | None) -> Start | None:
    if start is None or len(start.x) != len(problem.cells):
        return None
    region = Region.whole(problem.cells)
    x = np.clip(start.x, region.low, region.high)
    duals = start.duals if len(start.duals) == len(problem.rows) else None
    return Start(x, WARM_WINDOW, start.basis if _fits(problem, start) else None, duals=duals)


WARM_WINDOW = 0.25
"""How closely to look around the solution of a nearby problem (natural log)."""


def _fits(problem: Problem, start: Solution) -> bool:
    return start.basis is not None and len(start.basis.rows) == len(problem.rows)


def _priced(
    problem: Problem, door: LinearSolver, incumbent: Incumbent, stop: Callable[[], bool] | None
) -> Relaxed:
    """The relaxation with all decisions made, looked at closely enough for its duals to be prices."""
    relaxed = incumbent.relaxed
    if relaxed.window <= PRICE_WINDOW or (stop is not None and stop()):
        return relaxed
    region = relaxed.envelope.region
    start = Start(
        relaxed.certificate.x, PRICE_WINDOW, relaxed.basis, keep=relaxed.x, duals=relaxed.certificate.duals
    )
    return relax(problem, region, door, 1e-9, start, max_rounds=1) or relaxed


def _solution(problem: Problem, door: LinearSolver, found: Branched, priced: Relaxed) -> Solution:
    assert found.incumbent is not None
    x, e, objective = found.incumbent.x, found.incumbent.e, found.incumbent.objective
    region = priced.envelope.region
    sizes = row_sizes(problem, region)
    for closer in candidates(problem, region, priced):
        better = feasible_plan(problem, closer, door, sizes)
        if better is not None and better[1] >= objective:
            x, (e, objective) = closer, better
    if objective > found.bound + _ROUNDING * max(abs(found.bound), NOTHING):
        raise AssertionError(f"a plan worth {objective} beats its own upper bound {found.bound}")
    gain, price = priced.certificate.gain, priced.certificate.price
    slope = problem.cells.curves.slope(x)
    reduced = gain * np.where(np.isfinite(slope), slope, 0.0) - price
    return Solution(
        x, problem.cells.curves.value(x), e, objective, max(found.bound, objective),
        priced.certificate.duals, reduced, found.rounds, found.nodes, priced.basis,
        newton=found.incumbent.relaxed.newton,
    )
