"""Newton's method on the dual against linear programs, and where it must give up."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from engine_problems import check, problem_of, random_problem

from bidder.budget.certificate import certify
from bidder.budget.curves import Shape, bank, hill_bank
from bidder.budget.newton import settle
from bidder.budget.problem import Extras
from bidder.budget.region import Region
from bidder.budget.solve import NoPlanError, solve
from bidder.budget.solvers.highs import Highs


def rounds_alone() -> Highs:
    return Highs(newton=False)


def roots(weights, budget):
    """Maximise sum of w sqrt(x) with one budget: x is as w^2, the price sqrt(sum w^2 / budget) / 2."""
    n = len(weights)
    curves = bank([(Shape.POWER, w, 0.0, 0.5) for w in weights])
    return problem_of(curves, 0.0, 10 * budget, [np.ones(n)], [np.zeros(n)], [-np.inf], [budget])


def test_known_optimum_and_price():
    weights = np.array([1.0, 2.0, 5.0])
    problem = roots(weights, 60.0)
    found = settle(problem, Region.whole(problem.cells), np.array([0.1]))
    assert found is not None
    np.testing.assert_allclose(found.x, [2.0, 8.0, 50.0], rtol=1e-9)
    np.testing.assert_allclose(found.duals, [0.5 * np.sqrt(30.0 / 60.0)], rtol=1e-9)
    assert found.bound == pytest.approx(np.sqrt(30.0 * 60.0), rel=1e-12)


def test_slack_rows_have_no_price():
    problem = roots(np.array([1.0, 2.0, 5.0]), 60.0)
    problem = replace(problem, cells=replace(problem.cells, high=np.full(3, 1.5)))
    found = settle(problem, Region.whole(problem.cells), np.array([0.7]))
    assert found is not None
    assert found.duals.tolist() == [0.0]
    assert found.x.tolist() == [1.5] * 3


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("hard", [False, True])
def test_same_optimum_as_linear_programs(seed, hard):
    problem = random_problem(seed, 6, corners=False, hard=hard)
    try:
        rounds = solve(problem, rounds_alone(), 1e-8)
    except NoPlanError:
        with pytest.raises(NoPlanError):
            solve(problem, gap=1e-8)
        return
    found = solve(problem, gap=1e-8)
    check(problem, found)
    assert found.gap <= 1e-8
    assert found.objective == pytest.approx(rounds.objective, rel=1e-7, abs=1e-9)


def test_most_concave_problems_need_no_linear_program():
    settled = 0
    for seed in range(40):
        problem = random_problem(seed, 6, corners=False)
        region = Region.whole(problem.cells)
        found = settle(problem, region, np.zeros(len(problem.rows)))
        if found is not None:
            settled += 1
            rounds = solve(problem, rounds_alone(), 1e-8)
            assert found.bound == pytest.approx(rounds.objective, rel=1e-7, abs=1e-9)
    assert settled >= 30


def test_the_bound_never_rises():
    problem = random_problem(3, 8, corners=False)
    region = Region.whole(problem.cells)
    for start in (np.zeros(len(problem.rows)), np.full(len(problem.rows), 0.3)):
        found = settle(problem, region, start)
        assert found is None or found.bound <= certify(problem, region, start).bound * (1 + 1e-12)


def test_gives_up_where_spend_jumps():
    curves = hill_bank(np.full(2, 10.0), np.full(2, 5.0), np.full(2, 3.0))
    problem = problem_of(curves, 0.0, 20.0, [np.ones(2)], [np.zeros(2)], [-np.inf], [7.0])
    assert settle(problem, Region.whole(problem.cells), np.array([1.0])) is None
    found = solve(problem)
    check(problem, found)
    assert found.gap <= 1e-6


def test_gives_up_on_extras():
    problem = roots(np.ones(2), 1.0)
    problem = replace(
        problem, extras=Extras(np.zeros(1), np.ones(1), ("lost",)), extra_value=np.zeros(1),
        rows=replace(problem.rows, extra=type(problem.rows.extra)((1, 1))),
    )
    assert settle(problem, Region.whole(problem.cells), np.zeros(1)) is None


def test_gives_up_on_limits_that_contradict_each_other():
    curves = bank([(Shape.POWER, w, 0.0, 0.5) for w in (1.0, 2.0)])
    both = [np.ones(2), np.ones(2)]
    problem = problem_of(curves, 0.0, 100.0, both, 0 * np.array(both), [-np.inf, 12.0], [10.0, np.inf])
    started = time.perf_counter()
    assert settle(problem, Region.whole(problem.cells), np.zeros(2)) is None
    assert time.perf_counter() - started < 5
    with pytest.raises(NoPlanError):
        solve(problem)


def test_same_bytes_twice():
    problem = random_problem(11, 9, corners=False)
    first, second = solve(problem), solve(problem)
    assert first.x.tobytes() == second.x.tobytes()
    assert first.duals.tobytes() == second.duals.tobytes()


def test_stops_when_asked():
    problem = roots(np.array([1.0, 2.0, 5.0]), 60.0)
    assert settle(problem, Region.whole(problem.cells), np.array([0.1]), stop=lambda: True) is None
