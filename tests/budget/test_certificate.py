"""The bound is never beaten, whatever the multipliers, and it needs no solver."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from engine_problems import (
    brute_force,
    campaign,
    hill,
    log,
    plan,
    problem_of,
    random_points,
    random_problem,
    slsqp,
    solved,
    violation,
    worth,
)

from bidder.budget.certificate import certify
from bidder.budget.compile import compile_plan
from bidder.budget.curves import hill_bank
from bidder.budget.problem import Problem
from bidder.budget.region import Region
from bidder.budget.solve import NoPlanError, solve

SEEDS = range(40)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pulp")


def best_of_random(problem: Problem, seed: int, count: int = 4000) -> float:
    random = np.random.default_rng(seed)
    points = random_points(problem, random, count)
    # Half of them shrunk into the tightest row, so that some are feasible.
    values = [worth(problem, x) for x in points if violation(problem, x) <= 1e-12]
    return max(values, default=-np.inf)


@pytest.mark.parametrize("forms", [False, True])
@pytest.mark.parametrize("s_shaped", [False, True])
def test_any_multipliers_bound_every_feasible_plan(s_shaped: bool, forms: bool) -> None:
    for seed in SEEDS:
        problem = random_problem(seed, 1 + seed % 5, s_shaped, forms, hard=seed % 2 == 0)
        best = best_of_random(problem, seed, 400)
        random = np.random.default_rng(seed + 1000)
        region = Region.whole(problem.cells)
        for _ in range(12):
            duals = random.normal(0, 10.0 ** random.uniform(-3, 2), len(problem.rows))
            assert certify(problem, region, duals).bound >= best - 1e-9 * max(abs(best), 1.0)


def test_any_multipliers_bound_plans_with_extras() -> None:
    """Stock, risk and all: the columns beside spend have their part of the bound."""
    spec = plan(
        {"s/a": campaign(hill(100, 50), 10), "s/b": campaign(log(40, 20), 12)},
        periods=2,
        budget={"total": 150},
        constraints=[{"kind": "stock", "max": 90}, {"kind": "roas", "min": 2.0}],
        risk={"objective": "mix", "draws": 20, "spread": 0.4, "level": 0.8},
    )
    found = solved(spec)
    random = np.random.default_rng(3)
    region = Region.whole(found.problem.cells)
    assert found.solution.gap < 1e-9
    for _ in range(200):
        duals = found.solution.duals * random.uniform(0, 2) + random.normal(0, 1.0, len(found.problem.rows))
        assert certify(found.problem, region, duals).bound >= found.solution.objective - 1e-9


def test_the_best_multipliers_are_those_of_the_solution() -> None:
    for seed in SEEDS:
        problem = random_problem(seed, 4, corners=False)
        solution = solve(problem, gap=1e-10)
        region = Region.whole(problem.cells)
        own = certify(problem, region, solution.duals).bound
        size = max(abs(solution.objective), 1e-3)
        assert own == pytest.approx(solution.bound, abs=1e-6 * size)
        random = np.random.default_rng(seed)
        for _ in range(5):
            other = solution.duals + random.normal(0, 0.2, len(problem.rows))
            assert certify(problem, region, other).bound >= solution.bound - 1e-8 * size


def test_the_bound_needs_no_solver() -> None:
    problem = random_problem(5, 5)
    duals = np.array([0.3, 0.1, -0.2, 0.05, 0.0])
    region = Region.whole(problem.cells)
    assert certify(problem, region, duals).bound == certify(problem, region, duals).bound
    bounds = [solve(problem, name, gap=1e-9).bound for name in ("auto", "highs", "cbc")]
    assert bounds == pytest.approx([bounds[0]] * 3, rel=1e-8)


def test_multipliers_of_sides_that_do_not_exist_count_nothing() -> None:
    problem = problem_of(
        hill_bank(np.array([5.0]), np.array([1.0]), np.array([1.0])),
        0.0,
        3.0,
        [[1.0], [1.0]],
        [[0.0], [0.0]],
        [-np.inf, 0.5],
        [2.0, np.inf],
    )
    region = Region.whole(problem.cells)
    assert (
        certify(problem, region, np.array([-7.0, 7.0])).bound == certify(problem, region, np.zeros(2)).bound
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_optimum_of_concave_problems_by_another_method(seed: int) -> None:
    problem = random_problem(seed, 5, corners=False)
    problem = replace(problem, cells=replace(problem.cells, low=np.maximum(problem.cells.low, 1e-3)))
    try:
        solution = solve(problem, gap=1e-10)
    except NoPlanError:
        assert slsqp(problem) == -np.inf
        return
    reference = slsqp(problem)
    assert solution.bound >= reference - 1e-7 * abs(reference)
    assert solution.objective == pytest.approx(reference, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("forms", [False, True])
@pytest.mark.parametrize("seed", range(25))
def test_branching_finds_what_brute_force_finds(seed: int, forms: bool) -> None:
    """S-shapes, corners that bend upwards, campaigns on or off, whole lots: two and three cells."""
    n = 2 + seed % 2
    problem = random_problem(seed, n, s_shaped=True, forms=forms, hard=seed % 3 == 0)
    best, _ = brute_force(problem, {2: 401, 3: 61}[n])
    try:
        solution = solve(problem, gap=1e-8)
    except NoPlanError:
        assert best == -np.inf
        return
    assert solution.bound >= best - 1e-9 * max(abs(best), 1.0)
    assert solution.objective >= best - 1e-8 * max(abs(best), 1.0)
    assert solution.gap <= 1e-8 or solution.objective < 1e-6
    if np.isfinite(best) and not np.any(problem.cells.low > 0):
        # The grid is fine enough to come near.
        assert solution.objective <= best + 0.1 * max(abs(best), 0.1)


def test_a_known_optimum_that_local_search_misses() -> None:
    """Two equal S-shapes and money for one: all on one, not half on each."""
    curve = hill(100, 50, 4.0)
    found = solved(plan({"s/a": campaign(curve), "s/b": campaign(curve)}, budget={"total": 80}), gap=1e-9)
    grid = np.linspace(0, 80, 8001)
    f = 100 * grid**4 / (50.0**4 + grid**4)
    assert found.value == pytest.approx(np.max(f + f[::-1]), rel=1e-6)
    assert sorted(found.x.ravel())[0] < 20


def test_a_compiled_plan_is_bounded_at_random_spends() -> None:
    spec = plan(
        {
            "s/a": campaign(hill(100, 50, 2.0), 10, spend={"max": 90}),
            "s/b": campaign(log(40, 20), 12),
            "t/c": campaign(hill(50, 10), 9, buying={"form": "on_off", "minimum": 30}),
        },
        periods=3,
        budget={"total": 300},
        constraints=[{"kind": "ramp", "max": 40}],
    )
    problem, _ = compile_plan(spec)
    solution = solve(problem, gap=1e-8)
    random = np.random.default_rng(0)
    points = random_points(problem, random, 20000)
    good = [worth(problem, x) for x in points if violation(problem, x) <= 1e-9]
    assert len(good) > 50
    assert solution.bound >= max(good)
