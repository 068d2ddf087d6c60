"""Carryover, seasons, audiences, buying forms, risk and re-planning against optima known by other means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from engine_answers import DAYS, A, B, best_split, pair, revenue, saturating, water_filling
from engine_problems import brute_force, campaign, hill, log, plan, solved

from bidder.budget.actuals import Actuals
from bidder.budget.compile import compile_plan
from bidder.budget.spec import PlanSpec


@pytest.mark.parametrize(
    "carryover, weights",
    [
        ({"kind": "geometric", "retention": 0.5, "periods": 3}, [4 / 7, 2 / 7, 1 / 7]),
        ({"kind": "weights", "weights": [0.2, 0.5, 0.3]}, [0.2, 0.5, 0.3]),
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_carryover(carryover: dict[str, Any], weights: list[float], after: bool) -> None:
    """Days whose effect comes too late count for less: equal marginal value with those shares."""
    spec = plan(
        {"s/a": campaign(A, 10, carryover=carryover, carry_in=[70, 30])},
        3,
        budget={"total": 120},
        count_after_end=after,
    )
    found = solved(spec)
    w = np.array(weights)
    share = np.ones(3) if after else np.array([1.0, w[0] + w[1], w[0]])
    x = water_filling(120, list(10 * share), [100] * 3, [50] * 3)
    before = saturating(np.array([70.0, 30.0]), 100, 50)
    still = before @ np.array([w[2], w[1] + w[2]])
    assert found.x.ravel() == pytest.approx(x, rel=2e-4)
    assert found.value == pytest.approx(10 * (share @ saturating(x, 100, 50) + still), rel=1e-8)


def test_seasonal_indices() -> None:
    """v d f(x / (p d)): twice the people, at 1.5 times the price, buying 1.2 times as often."""
    season = [{"date": DAYS[1], "traffic": 2.0, "price": 1.5, "conversion": 1.2}]
    found = solved(plan({"s/a": campaign(A, 10)}, 2, budget={"total": 150}, seasonality=season))
    best = best_split(
        lambda a: 10 * (saturating(a, 100, 50) + 2.4 * saturating((150 - a) / 3.0, 100, 50)), 0, 150
    )
    assert found.value == pytest.approx(best, rel=1e-9)


def retargeted(
    total: float, periods: int = 1, search: dict[str, Any] | None = None, window: int = 1
) -> PlanSpec:
    return plan(
        {
            "search/a": campaign(A, 10, visits={"cvr": 0.05}, **(search or {})),
            "retargeting/r": campaign(
                hill(40, 30),
                30,
                retargeting={
                    "cpm": 20,
                    "daily_frequency_cap": 4,
                    "match_rate": 0.5,
                    "window_days": window,
                    "organic_visits": 100,
                },
            ),
        },
        periods,
        budget={"total": total},
    )


def test_retargeting_depends_on_the_visitors_of_the_others() -> None:
    """1000 r / 20 <= 4 * 0.5 * (100 + (1 / 0.05 - 1) * conversions): r <= 4 + 0.76 conversions."""

    def value(a: float) -> float:
        r = min(200 - a, 0.04 * (100 + 19 * saturating(a, 100, 50)))
        return 10 * saturating(a, 100, 50) + 30 * saturating(r, 40, 30)

    best = max(value(a) for a in np.linspace(0, 200, 400_001))
    found = solved(retargeted(200))
    assert found.value == pytest.approx(best, rel=1e-7)


def test_starving_search_dries_up_the_pool() -> None:
    free, starved = (solved(retargeted(400, 3, search, window=2)) for search in ({}, {"spend": {"max": 2}}))
    people = [s.accounts.pools[0].people(s.solution.x, s.solution.y) for s in (free, starved)]
    assert np.all(people[1] < 0.3 * people[0])
    assert starved.x[1].sum() < 0.5 * free.x[1].sum()
    shown = 1000 * starved.x[1] / 20
    assert shown == pytest.approx(4 * 0.5 * people[1], rel=1e-6)
    assert starved.value < free.value


def test_a_click_that_buys_leaves_a_pool_that_is_worth_more() -> None:
    """Search sells for nothing but feeds the audience: every purchase takes a visitor away."""
    spec = plan(
        {
            "search/a": campaign(hill(100, 50), 0, visits={"cpc": 1.0}),
            "r/t": campaign(
                hill(50, 100),
                20,
                retargeting={"cpm": 10, "daily_frequency_cap": 5, "match_rate": 0.5, "window_days": 1},
            ),
        },
        budget={"total": 200},
    )
    found = solved(spec, gap=1e-8)

    def value(a: float) -> float:
        r = min(200 - a, 0.025 * (a - saturating(a, 100, 50)))
        return 20 * saturating(max(r, 0.0), 50, 100) if r >= 0 else -1.0

    best = max(value(a) for a in np.linspace(0, 200, 200_001))
    # The best is where both limits meet, and the grid only comes near.
    assert best <= found.value <= best * 1.00001
    assert found.solution.bound >= best * (1 - 1e-9)


def test_on_or_off() -> None:
    def spec(minimum: float) -> PlanSpec:
        return plan(
            {"s/a": campaign(A, 10), "s/b": campaign(B, 12, buying={"form": "on_off", "minimum": minimum})},
            budget={"total": 100},
        )

    for minimum in (20.0, 60.0, 95.0, 99.0):
        on = best_split(lambda b: revenue(100 - b, b), minimum, 100)
        assert solved(spec(minimum), gap=1e-9).value == pytest.approx(max(on, revenue(100, 0)), rel=1e-8)


def test_whole_lots_by_enumeration() -> None:
    lots = {"form": "lots", "lot": 12.0, "max_lots": 6, "max_lots_per_period": 4}
    spec = plan(
        {
            "s/a": campaign(A, 10),
            "t/k": campaign(hill(70, 30, 2.0), 9, buying=lots),
            "t/l": campaign(log(20, 15), 14, buying={"form": "lots", "lot": 7.5}),
        },
        2,
        budget={"total": 130},
    )
    best = -np.inf
    for k0 in range(5):
        for k1 in range(min(4, 6 - k0) + 1):
            for l0 in range(18):
                for l1 in range(18):
                    left = 130 - 12 * (k0 + k1) - 7.5 * (l0 + l1)
                    if left < 0:
                        continue
                    value = 2 * 10 * saturating(left / 2, 100, 50)
                    value += sum(9 * 70 * (12 * k) ** 2 / (30**2 + (12 * k) ** 2) for k in (k0, k1))
                    value += sum(14 * 20 * np.log1p(7.5 * n / 15) for n in (l0, l1))
                    best = max(best, value)
    found = solved(spec, gap=1e-9)
    assert found.value == pytest.approx(best, rel=1e-8)


def test_commission_is_paid_per_sale() -> None:
    """20% of 200 per sale, at most 10: a return of 5 whatever is spent, up to 400."""
    spec = plan(
        {
            "s/b": campaign(B, 12),
            "t/p": campaign(None, 200, buying={"form": "commission", "rate": 0.2, "max_conversions": 10}),
        },
        budget={"total": 300},
    )
    found = solved(spec)
    b = np.sqrt(12 * 80 * 20 / 5) - 20
    assert found.x.ravel() == pytest.approx([b, 300 - b], rel=1e-4)
    sales = found.solution.y[1]
    assert found.x[1, 0] == pytest.approx(0.2 * 200 * sales, rel=1e-9)
    spec = plan(
        {"t/p": campaign(None, 200, buying={"form": "commission", "rate": 0.2, "max_conversions": 10})},
        budget={"total": 3000},
    )
    assert solved(spec).x.sum() == pytest.approx(400, rel=1e-9)


def cvar(outcomes: np.ndarray, level: float) -> float:
    """Mean of the worst part of the draws, the last of them counted in part."""
    worst, left, total = np.sort(outcomes), (1 - level) * len(outcomes), 0.0
    for value in worst:
        part = min(1.0, left)
        total += part * value
        left -= part
        if left <= 1e-12:
            break
    return total / ((1 - level) * len(outcomes))


@pytest.mark.parametrize("kind, weight", [("mean", 0.0), ("cvar", 1.0), ("mix", 0.3)])
def test_risk(kind: str, weight: float) -> None:
    risk = {
        "objective": kind,
        "weight": 0.3,
        "draws": 37,
        "level": 0.85,
        "spread": 0.5,
        "campaigns": {"social/b": 0.1},
    }
    found = solved(pair(budget={"total": 100}, risk=risk))
    assert found.accounts.scenarios is not None
    factors = found.accounts.scenarios.factors

    def value(a: float, b: float) -> float:
        z = factors @ np.array([10 * saturating(a, 100, 50), 12 * saturating(b, 80, 20)])
        return float(weight * cvar(z, 0.85) + (1 - weight) * z.mean())

    a, b = found.x.ravel()
    assert found.value == pytest.approx(value(a, b), rel=1e-8)
    best = max(value(a, 100 - a) for a in np.linspace(0, 100, 20_001))
    assert found.value == pytest.approx(best, rel=1e-6)
    if kind == "cvar":
        assert b > solved(pair(budget={"total": 100})).x[1, 0]


def test_actuals_are_kept_and_the_rest_is_planned() -> None:
    past = Actuals(np.array([[30.0], [40.0]]), np.array([[35.0], [50.0]]))
    spec = pair(3, budget={"total": 220})
    found = solved(spec, actuals=past)
    assert found.x[:, 0].tolist() == [30.0, 40.0]
    x = water_filling(75, [10, 12], [100, 80], [50, 20])
    assert found.x[:, 1] == pytest.approx(x, rel=1e-4)
    assert found.value == pytest.approx(10 * 35 + 12 * 50 + 2 * revenue(*x), rel=1e-8)


def test_actuals_carry_over() -> None:
    """The measured day brought half of what its curve says, so its tail brings half too."""
    carried = {"kind": "weights", "weights": [0.6, 0.4]}
    past = Actuals(np.array([[50.0]]), np.array([[15.0]]))
    found = solved(plan({"s/a": campaign(A, 10, carryover=carried)}, 2, budget={"total": 80}), actuals=past)
    assert found.value == pytest.approx(
        10 * (15 + 0.5 * 0.4 * 50 + 0.6 * saturating(30.0, 100, 50)), rel=1e-9
    )


@pytest.mark.parametrize(
    "replan, best",
    [
        ({"max_change": 5}, lambda a: 45 <= a <= 55),
        ({"max_change_percent": 20}, lambda a: 40 <= a <= 60),
    ],
)
def test_replanning_within_limits(replan: dict[str, Any], best: Callable[[float], bool]) -> None:
    old = np.array([[50.0], [50.0]])
    found = solved(pair(budget={"total": 100}, replan={"from": "old.csv", **replan}), old_spend=old)
    value = max(revenue(a, 100 - a) for a in np.linspace(0, 100, 100_001) if best(a))
    assert found.value == pytest.approx(value, rel=1e-8)


@pytest.mark.parametrize("penalty", [0.01, 0.5, 50.0])
def test_replanning_at_a_price(penalty: float) -> None:
    old = np.array([[80.0], [20.0]])
    spec = pair(budget={"total": 100}, replan={"from": "old.csv", "penalty": penalty})
    found = solved(spec, old_spend=old)
    grid = np.linspace(0, 100, 400_001)
    value = np.max(revenue(grid, 100 - grid) - penalty * 2 * np.abs(grid - 80))
    assert found.value == pytest.approx(value, rel=1e-7)
    if penalty == 50.0:
        assert found.x.ravel() == pytest.approx([80, 20], rel=1e-6)


def test_three_cells_by_brute_force() -> None:
    spec = plan(
        {
            "s/a": campaign(hill(100, 50, 2.5), 10, spend={"max": 90}),
            "s/b": campaign(B, 12, spend={"max": 90}),
            "t/c": campaign(hill(90, 40, 3.0), 11, spend={"max": 90}),
        },
        budget={"total": 120},
        constraints=[{"kind": "share", "max": 0.5, "scope": {"channel": "t"}}],
    )
    problem, _ = compile_plan(spec)
    best, _ = brute_force(problem, 181)
    found = solved(spec, gap=1e-8)
    assert best <= found.value <= best * 1.002
