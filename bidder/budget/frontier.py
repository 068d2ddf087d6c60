"""The plan's value over a range of budgets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidder.budget.accounts import Accounts
from bidder.budget.actuals import Actuals
from bidder.budget.compile import compile_plan
from bidder.budget.problem import Problem
from bidder.budget.result import Solution
from bidder.budget.solve import NoPlanError, solve
from bidder.budget.solvers import DEFAULT
from bidder.budget.solvers import solver as open_solver
from bidder.budget.spec import PlanSpec
from bidder.budget.tables import prices, totals

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Frontier:
    """Best plans at several budgets; entries are nan where no plan exists.

    Attributes
    ----------
    budget, objective, upper_bound, gap, spend, revenue, roas : float arrays, shape (steps,)
        Before rounding to minor units.
    marginal : float array, shape (steps,)
        Objective gained by one more currency unit of budget (its shadow price).
    """

    budget: Floats
    objective: Floats
    upper_bound: Floats
    gap: Floats
    spend: Floats
    revenue: Floats
    roas: Floats
    marginal: Floats


def frontier(
    spec: PlanSpec,
    budgets: Iterable[float],
    actuals: Actuals | None = None,
    old_spend: Floats | None = None,
    solver: str = DEFAULT,
    start: Solution | None = None,
    on_step: Callable[[int], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Frontier:
    """Solve the plan for each budget, each from its neighbour's solution.

    Parameters
    ----------
    budgets : iterable of float
        Totals, currency units; they replace ``budget.total``.
    on_step : callable, optional
        Told the number of every step finished.
    """
    door = open_solver(solver)
    rows = []
    for number, budget in enumerate(budgets):
        replaced = spec.model_copy(update={"budget": spec.budget.model_copy(update={"total": float(budget)})})
        problem, accounts = compile_plan(replaced, actuals, old_spend)
        try:
            start = solve(problem, door, spec.solver.gap, start, stop=stop)
            rows.append([budget, *_figures(problem, accounts, start, budget)])
        except NoPlanError:
            rows.append([budget, *[np.nan] * 7])
        if on_step:
            on_step(number)
    return Frontier(*np.array(rows, dtype=np.float64).reshape(-1, 8).T)


def _figures(problem: Problem, accounts: Accounts, found: Solution, budget: float) -> list[float]:
    sums = totals(problem, accounts, found.x, found.y, found.e)
    # The solver keeps the budget to its tolerance; a reader sees it kept.
    spend = min(float(found.x.sum()), float(budget))
    return [
        problem.sense * found.objective, problem.sense * found.bound, found.gap,
        spend, sums["revenue"], sums["roas"], budget_price(problem, found),
    ]


def budget_price(problem: Problem, solution: Solution) -> float:
    """Shadow price of the budget: objective gained by one more currency unit of it."""
    kinds = np.array(problem.limits.kind)
    return float(np.sum(prices(problem, solution)[kinds == "budget"]))
