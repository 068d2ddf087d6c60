"""From a specification to a plan: compile, solve, round, and say what everything is worth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bidder.budget.accounts import Accounts
from bidder.budget.actuals import Actuals
from bidder.budget.compile import compile_plan
from bidder.budget.conflicts import conflicts
from bidder.budget.extras import best_extras
from bidder.budget.linear import LinearSolver
from bidder.budget.outcomes import outcome_draws
from bidder.budget.problem import Problem
from bidder.budget.result import Plan, Round, Solution, relative_gap
from bidder.budget.rounding import round_plan
from bidder.budget.solve import NoPlanError, solve
from bidder.budget.solvers import DEFAULT
from bidder.budget.solvers import solver as open_solver
from bidder.budget.spec import PlanSpec
from bidder.budget.tables import cells_table, limits_table, pools_table, prices, totals
from bidder.errors import InfeasibleError

Floats = NDArray[np.float64]


def make_plan(
    spec: PlanSpec,
    actuals: Actuals | None = None,
    old_spend: Floats | None = None,
    solver: str = DEFAULT,
    start: Plan | None = None,
    on_round: Callable[[Round], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """The best plan a specification allows, with its certificate and prices.

    Parameters
    ----------
    actuals : Actuals, optional
        What was spent and earned in periods already past.
    old_spend : ndarray, shape (campaigns, periods), optional
        The earlier plan, when re-planning.
    solver : str
        Name as in :func:`bidder.budget.solvers.solver`.
    start : Plan, optional
        Of a nearby specification with the same cells: its solution is looked at closely first.
    on_round, stop : callable, optional
        Told of every round; asked between rounds whether to end with the best plan so far.

    Raises
    ------
    InfeasibleError
        The limits contradict each other; carries a smallest conflicting set.
    SolverError
        The solver is missing or failed.
    """
    problem, accounts = compile_plan(spec, actuals, old_spend)
    door = open_solver(solver)
    try:
        solution = solve(
            problem, door, spec.solver.gap, start.solution if start else None, on_round, stop
        )
    except NoPlanError:
        raise InfeasibleError(conflicts(problem, door, spec.currency)) from None
    rounded = round_plan(problem, solution, door)
    return _plan(spec, problem, accounts, solution, rounded.x, rounded.e, door)


def _plan(
    spec: PlanSpec, problem: Problem, accounts: Accounts, solution: Solution, x: Floats, e: Floats,
    door: LinearSolver,
) -> Plan:
    y = problem.cells.curves.value(x)
    objective = problem.objective(x, y, e)
    bound = max(solution.bound, objective)
    return Plan(
        spec=spec, problem=problem, accounts=accounts,
        status="optimal" if solution.gap <= spec.solver.gap else "stopped",
        objective=problem.sense * objective,
        upper_bound=problem.sense * bound,
        gap=relative_gap(objective, bound),
        spend=x, effect=y, extra=e,
        cells=cells_table(spec, problem, accounts, x, y, e),
        constraints=limits_table(spec, problem, x, y, e, prices(problem, solution)),
        pools=pools_table(spec, accounts, x, y),
        totals=totals(problem, accounts, x, y, e),
        draws=outcome_draws(spec, accounts, x, y, e),
        solution=solution, solver="newton" if solution.newton else door.name,
    )


def value_spend(
    spec: PlanSpec,
    spend: Floats,
    actuals: Actuals | None = None,
    old_spend: Floats | None = None,
    plan: Plan | None = None,
) -> Plan:
    """What a hand-made spend table is worth under the same curves, and which limits it breaks.

    Parameters
    ----------
    spend : ndarray, shape (campaigns, periods)
        Currency units.
    plan : Plan, optional
        The best plan, whose bound then stands in for this table's own.

    Returns
    -------
    Plan
        With ``status`` "valued": ``constraints`` has negative slack where a limit is broken and no
        prices; ``upper_bound`` and ``gap`` are those against ``plan`` if given, else nan.
    """
    problem, accounts = compile_plan(spec, actuals, old_spend)
    x = np.asarray(spend, dtype=np.float64).ravel()
    past = problem.cells.period < accounts.past_periods
    x = np.where(past, problem.cells.low, x)
    y = problem.cells.curves.value(x)
    e = best_extras(problem, x, y, open_solver("highs"))
    if e is None:
        e = problem.extras.low.copy()
    objective = problem.objective(x, y, e)
    bound = np.nan if plan is None else problem.sense * plan.upper_bound
    nothing = np.zeros(len(problem.rows))
    solution = Solution(x, y, e, objective, bound, nothing, np.zeros(len(x)), (), 0)
    return Plan(
        spec=spec, problem=problem, accounts=accounts, status="valued",
        objective=problem.sense * objective, upper_bound=problem.sense * bound,
        gap=float("nan") if plan is None else relative_gap(objective, bound),
        spend=x, effect=y, extra=e,
        cells=cells_table(spec, problem, accounts, x, y, e),
        constraints=limits_table(spec, problem, x, y, e),
        pools=pools_table(spec, accounts, x, y),
        totals=totals(problem, accounts, x, y, e),
        draws=outcome_draws(spec, accounts, x, y, e),
        solution=solution, solver="none",
    )
