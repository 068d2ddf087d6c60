"""Odd plans: extreme scales, ties, nothing to decide, nothing to gain, effect that does harm."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engine_problems import Solved, campaign, hill, log, piecewise, plan, power, problem_of, solved

from bidder.budget.compile import compile_plan
from bidder.budget.curves import Shape, bank
from bidder.budget.region import Region
from bidder.budget.solve import NoPlanError, solve
from bidder.budget.solvers import solver
from bidder.budget.successive import Start, relax


@pytest.mark.parametrize("total", [1e-2, 1.0, 1e3, 1e6, 1e9, 1e12])
def test_budgets_of_every_size_give_the_same_plan(total: float) -> None:
    found = solved(
        plan(
            {"s/a": campaign(hill(100, total), 10), "s/b": campaign(hill(80, total / 3), 12)},
            budget={"total": total},
        ),
        gap=1e-9,
    )
    assert found.value == pytest.approx(909.41249290065, rel=1e-9)
    assert found.x.sum() == pytest.approx(total, rel=1e-9)
    assert found.price("budget total") * total == pytest.approx(450.245, rel=1e-3)


def test_campaigns_of_very_different_size() -> None:
    """A billion and a hundred in one budget: the small one still gets its due."""
    found = solved(
        plan(
            {"s/a": campaign(hill(1e7, 1e9), 200), "s/b": campaign(hill(10, 100), 50)}, budget={"total": 1e9}
        ),
        gap=1e-12,
    )
    slope = 200 * 1e7 * 1e9 / (1e9 + found.x[0, 0]) ** 2
    want = np.sqrt(50 * 10 * 100 / slope) - 100
    assert found.x[1, 0] == pytest.approx(want, rel=0.05)
    assert found.solution.gap < 1e-9


def test_a_cell_without_any_bound_of_its_own_does_not_blur_the_others() -> None:
    """A power curve has no ceiling: its most is billions, its spend a few units."""
    late = {"kind": "geometric", "retention": 0.4}
    spec = plan(
        {
            "s/a": campaign(hill(100, 50, 0.8), 10, carryover=late),
            "s/b": campaign(log(50, 30), 12),
            "t/c": campaign(power(5, 0.6), 8),
        },
        3,
        objective={"minimize": "spend"},
        constraints=[{"kind": "outcome", "metric": "revenue", "min": 1800}],
    )
    found = solved(spec, gap=1e-9)
    assert found.problem.cells.high.max() > 1e6
    assert found.solution.gap <= 1e-9


@pytest.mark.parametrize("periods", [1, 3])
@pytest.mark.parametrize("exact", [False, True])
def test_conversions_worth_nothing(periods: int, exact: bool) -> None:
    found = solved(
        plan(
            {"s/a": campaign(hill(100, 50), 0), "s/b": campaign(log(80, 20), 0)},
            periods,
            budget={"total": 300, "exact": exact},
        )
    )
    assert found.value == 0
    assert found.solution.bound == 0
    assert found.x.sum() == pytest.approx(300) if exact else found.x.sum() <= 300


def test_one_cell_and_one_period() -> None:
    found = solved(plan({"s/a": campaign(hill(100, 50), 10)}, budget={"total": 30}))
    assert found.x.tolist() == [[pytest.approx(30)]]
    assert solved(plan({"s/a": campaign(hill(100, 50), 10, spend={"max": 30})})).x.tolist() == [
        [pytest.approx(30)]
    ]


def test_all_cells_fixed() -> None:
    own = {"min": 20, "max": 20}
    found = solved(
        plan(
            {"s/a": campaign(hill(100, 50), 10, spend=own), "s/b": campaign(log(80, 20), 9, spend=own)},
            2,
            budget={"total": 300},
        )
    )
    assert np.all(found.x == 20)
    assert found.solution.gap == 0


def test_a_budget_of_one_minor_unit() -> None:
    found = solved(
        plan({"s/a": campaign(hill(100, 50), 10), "s/b": campaign(hill(80, 20), 12)}, budget={"total": 0.01})
    )
    assert found.x.ravel() == pytest.approx([0, 0.01], abs=1e-9)


def test_straight_curves_tie() -> None:
    found = solved(plan({f"s/{k}": campaign(power(2, 1.0), 3) for k in "abcd"}, 2, budget={"total": 50}))
    assert found.value == pytest.approx(300, rel=1e-12)
    assert found.price("budget total") == pytest.approx(6, rel=1e-9)


def test_flat_curves() -> None:
    nothing = campaign(piecewise((0, 0), (10, 0)), 10)
    found = solved(
        plan(
            {"s/a": nothing, "s/b": campaign(piecewise((0, 0), (5, 10), (20, 10)), 1)}, budget={"total": 300}
        )
    )
    assert found.value == pytest.approx(10)
    assert found.solution.gap == 0


def test_a_curve_flat_at_first() -> None:
    late = piecewise((0, 0), (10, 0), (20, 100))
    assert solved(
        plan({"s/a": campaign(late), "s/b": campaign(late)}, budget={"total": 20}), gap=1e-9
    ).value == pytest.approx(100)
    assert solved(
        plan({"s/a": campaign(late), "s/b": campaign(late)}, budget={"total": 30}), gap=1e-9
    ).value == pytest.approx(100)


def test_very_steep_s_shapes() -> None:
    """All or nothing around 50 each: 80 pay for one and a half; the half is worth nothing."""
    found = solved(
        plan({k: campaign(hill(100, 50, 20), 10) for k in ("s/a", "s/b", "s/c")}, budget={"total": 130}),
        gap=1e-8,
    )
    grid = np.linspace(0, 130, 13001)
    f = 1000 * grid**20 / (50.0**20 + grid**20)
    two = np.max(f + f[::-1])
    assert found.value == pytest.approx(two, rel=1e-4)


def test_very_flat_hill() -> None:
    """Slope 0.05: nearly all of the effect of any spend comes with the first cent."""
    found = solved(
        plan(
            {"s/a": campaign(hill(100, 50, 0.05), 10), "s/b": campaign(hill(90, 50, 0.05), 10)},
            budget={"total": 80},
        ),
        gap=1e-9,
    )
    a = np.geomspace(1e-3, 80 - 1e-3, 200_001)
    best = np.max(1000 / (1 + (50 / a) ** 0.05) + 900 / (1 + (50 / (80 - a)) ** 0.05))
    assert found.value == pytest.approx(best, rel=1e-8)


def test_negative_margins_under_a_budget_that_must_be_spent() -> None:
    """Every sale loses money and the budget is exact: the ends are all there is to choose from."""
    spec = plan(
        {"s/a": campaign(hill(100, 50), 10, margin=-0.5), "s/b": campaign(hill(80, 20), 12, margin=-0.2)},
        objective={"maximize": "profit"},
        budget={"total": 300, "exact": True},
    )
    found = solved(spec, gap=1e-9)
    assert found.value == pytest.approx(-0.2 * 12 * 75 - 300)
    assert found.x.ravel() == pytest.approx([0, 300], abs=1e-6)
    assert found.solution.gap <= 1e-9


def test_points_that_differ_by_rounding_alone_hide_no_corner() -> None:
    """A kept spend next to a corner, away from it by the last digit."""
    curves = bank(
        [(Shape.PIECEWISE, 0.0, 0.0, 0.0), (Shape.LOG, 2.0, 1.0, 0.0)],
        [(np.array([0.0, 0.1, 0.3, 0.9]), np.array([0.0, 0.3, 0.6, 0.9]))],
    )
    problem = problem_of(
        curves.scaled(np.array([1.1, 1.0]), np.ones(2)),
        0.0,
        [0.99, 3.0],
        [[1.0, 1.0]],
        [[0.0, 0.0]],
        [-np.inf],
        [1.5],
    )
    region = Region.whole(problem.cells)
    for noise in (0.0, 1e-17, 1e-16, 1e-15, -1e-16):
        found = relax(problem, region, solver(), 1e-9, Start(np.array([0.11 + noise, 0.33]), 0.1))
        assert found is not None
        assert found.gap <= 1e-9


@pytest.mark.parametrize("low, high", [(5.0, 4.0), (300.0, 200.0)])
def test_crossed_bounds_are_infeasible(low: float, high: float) -> None:
    problem, _ = compile_plan(
        plan(
            {"s/a": campaign(hill(100, 50), 10, spend={"max": high}), "s/b": campaign(log(9, 9))},
            constraints=[
                {
                    "kind": "lock",
                    "scope": {"campaign": "s/a"},
                    "spend": low,
                    "dates": ["2026-03-02", "2026-03-02"],
                }
            ],
        )
    )
    with pytest.raises(NoPlanError):
        solve(problem)


def test_stopping_early_is_honest() -> None:
    """Stopped after the first round: a feasible plan, and a bound that the optimum stays under."""
    spec = plan(
        {f"s/{k}": campaign(hill(100 + k, 50 + 9 * k, 0.7), 10) for k in range(6)},
        4,
        budget={"total": 900},
        constraints=[{"kind": "ramp", "max": 5.0}],
    )
    problem, _ = compile_plan(spec)
    stopped, whole = solve(problem, gap=1e-12, stop=lambda: True), solve(problem, gap=1e-9)
    assert len(stopped.rounds) == 1
    assert stopped.objective <= whole.bound
    assert stopped.bound >= whole.objective


def test_the_same_problem_gives_the_same_bytes() -> None:
    spec = plan(
        {f"s/{k}": campaign(hill(100 + k, 50 + 9 * k, 0.6 + 0.2 * k), 10) for k in range(6)},
        3,
        budget={"total": 500},
        constraints=[{"kind": "ramp", "max": 20}, {"kind": "roas", "min": 3}],
    )
    first, second = (solve(compile_plan(spec)[0]) for _ in range(2))
    for name in ("x", "y", "e", "duals", "reduced"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    assert (first.objective, first.bound) == (second.objective, second.bound)


@pytest.mark.parametrize(
    "change",
    [
        {"budget": {"total": 130.0}},
        {"constraints": [{"kind": "roas", "min": 9.0}]},
        {"budget": {"total": 500.0}},
    ],
)
def test_a_warm_start_changes_nothing(change: dict[str, Any]) -> None:
    campaigns = {
        "s/a": campaign(hill(100, 50), 10),
        "s/b": campaign(log(80, 20), 9),
        "t/c": campaign(power(4, 0.5), 8),
    }
    base = {"budget": {"total": 120.0}, "constraints": [{"kind": "roas", "min": 8.0}]}
    first = solve(compile_plan(plan(campaigns, 3, **base))[0])
    problem = compile_plan(plan(campaigns, 3, **{**base, **change}))[0]
    warm, cold = solve(problem, gap=1e-9, start=first), solve(problem, gap=1e-9)
    assert warm.gap <= 1e-9
    assert warm.objective == pytest.approx(cold.objective, rel=1e-8)


def test_a_start_of_another_shape_is_left_aside() -> None:
    other = solve(compile_plan(plan({"s/a": campaign(hill(100, 50), 10)}, budget={"total": 9}))[0])
    problem = compile_plan(plan({"s/a": campaign(hill(100, 50), 10)}, 2, budget={"total": 60}))[0]
    assert solve(problem, start=other).x == pytest.approx([30, 30], rel=1e-2)
    odd = replace(other, x=np.array([1e30, -5.0]), basis=None)
    assert solve(problem, gap=1e-9, start=odd).objective == pytest.approx(2 * 10 * 100 * 30 / 80, rel=1e-8)


def test_nothing_to_do() -> None:
    """Least spend that nothing asks for is no spend; that its objective is no -0 is for the reader."""
    found: Solved = solved(plan({"s/a": campaign(hill(100, 50), 10)}, objective={"minimize": "spend"}))
    assert found.x.sum() == 0
    assert found.value == 0
