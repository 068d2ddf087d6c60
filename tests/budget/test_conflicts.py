"""Conflicting limits: known sets and movements by hand, and brute force through the compiler."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from bidder.budget.compile import compile_plan
from bidder.budget.conflicts import conflicts
from bidder.budget.elastic import find_feasible
from bidder.budget.region import Region
from bidder.budget.solve import NoPlanError, solve
from bidder.budget.solvers import solver
from bidder.budget.spec import PlanSpec
from bidder.errors import Conflict, InfeasibleError, Path

Document = dict[str, Any]


def hill(ceiling: float, half: float, slope: float = 1.0) -> Document:
    return {"kind": "hill", "ceiling": ceiling, "half_spend": half, "slope": slope}


def campaign(ceiling: float = 100, half: float = 1000, **more: Any) -> Document:
    return {"curve": hill(ceiling, half), "order_value": 200, **more}


def plan(
    *constraints: Document, budget: float | None = None, search: Document | None = None,
    social: Document | None = None, periods: int = 4, **more: Any,
) -> Document:
    """Search with campaigns a and b, social with c."""
    return {
        "name": "t", "currency": "CNY",
        "horizon": {"start": "2026-10-01", "periods": periods, "period": "day"},
        "objective": {"maximize": "revenue"}, "budget": {} if budget is None else {"total": budget},
        "channels": {
            "search": {"spend": search or {}, "campaigns": {"a": campaign(), "b": campaign(50)}},
            "social": {"spend": social or {}, "campaigns": {"c": campaign(80)}},
        },
        "constraints": list(constraints), **more,
    }


def explained(document: Document) -> list[Conflict]:
    problem, _ = compile_plan(PlanSpec.model_validate(document))
    return conflicts(problem, solver(), "CNY")


def gives(document: Document) -> dict[Path, float | None]:
    return {c.path: c.give for c in explained(document)}


def feasible(document: Document) -> bool:
    problem, _ = compile_plan(PlanSpec.model_validate(document))
    region = Region.whole(problem.cells)
    if np.any(region.low > region.high):
        return False
    if not len(problem.rows):
        return True
    found = find_feasible(problem, region, solver())
    assert found.x is None or found.violation <= 1e-7
    return found.x is not None


def moved(document: Document, path: Path, by: float) -> Document:
    """The document with the number at ``path`` moved by ``by``."""
    changed = copy.deepcopy(document)
    at = changed
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] += by
    return changed


SHARE_A = {"kind": "share", "scope": {"channel": "search"}, "min": 0.6}
SHARE_B = {"kind": "share", "scope": {"channel": "social"}, "min": 0.7}
BUDGET: Path = ("budget", "total")


def at(number: int, key: str) -> Path:
    return ("constraints", number, key)


def lock(day: int, spend: float, name: str = "search/b") -> Document:
    date = f"2026-10-{day:02d}"
    return {"kind": "lock", "scope": {"campaign": name}, "dates": [date, date], "spend": spend}


def test_channel_minimums_above_the_budget() -> None:
    found = explained(plan(budget=1000, search={"min": 700}, social={"min": 600}))
    assert [c.path for c in found] == [
        BUDGET, ("channels", "search", "spend", "min"), ("channels", "social", "spend", "min"),
    ]
    assert [c.give for c in found] == pytest.approx([300.0] * 3, rel=1e-6)
    assert [c.limit for c in found] == [1000, 700, 600]
    assert {c.unit for c in found} == {"CNY"}
    assert "would have to give 300 CNY" in str(InfeasibleError(found))


def test_share_minimums_above_one_need_spend_to_conflict() -> None:
    """Shares of nothing are no conflict; with some spend required, shares 0.6 + 0.7 are."""
    found = gives(plan(SHARE_A, SHARE_B, budget=5000, search={"min": 700}))
    assert found == {
        ("channels", "search", "spend", "min"): pytest.approx(700, rel=1e-5),
        at(0, "min"): pytest.approx(0.3, rel=1e-5), at(1, "min"): pytest.approx(0.3, rel=1e-5),
    }


def test_share_maximums_below_one() -> None:
    most = [{**SHARE_A, "max": 0.5}, {**SHARE_B, "max": 0.4}]
    for limit in most:
        del limit["min"]
    document = plan(*most, search={"min": 700})
    assert gives(document)[at(1, "max")] == pytest.approx(0.1, rel=1e-5)


def test_roas_floor_out_of_reach_of_a_minimum_spend() -> None:
    """10,000 a period on a only, h = 1000: revenue 200 * 100 * 10/11, ROAS 20/11."""
    document = plan(
        {"kind": "roas", "scope": {"campaign": "search/a"}, "min": 3},
        {"kind": "spend", "scope": {"campaign": "search/a"}, "min": 40000},
    )
    found = gives(document)
    assert found[at(0, "min")] == pytest.approx(3 - 20 / 11, rel=1e-6)
    # 20000 / (1000 + x) = 3 at x = 17000 / 3 a period.
    assert found[at(1, "min")] == pytest.approx(40000 - 4 * 17000 / 3, rel=1e-6)


def test_cpa_cap_below_the_cost_of_an_outcome_floor() -> None:
    """100 conversions of a over four periods cost 4 * 1000/3, 40/3 each; the cap allows 12."""
    scope = {"campaign": "search/a"}
    document = plan(
        {"kind": "cpa", "scope": scope, "max": 12}, {"kind": "outcome", "scope": scope, "min": 100}
    )
    found = gives(document)
    assert found[at(0, "max")] == pytest.approx(4 / 3, rel=1e-6)
    # (1000 + x) / 100 = 12 at x = 200 a period: 100 * 200 / 1200 conversions, four times.
    assert found[at(1, "min")] == pytest.approx(100 - 400 / 6, rel=1e-6)


def test_lock_above_a_campaigns_maximum() -> None:
    document = plan(lock(2, 800, "search/a"), budget=10000)
    document["channels"]["search"]["campaigns"]["a"]["spend"] = {"max": 500}
    found = explained(document)
    where = ("channels", "search", "campaigns", "a", "spend", "max")
    assert {c.path: c.give for c in found} == {
        where: pytest.approx(300, rel=1e-6), at(0, "spend"): pytest.approx(300, rel=1e-6),
    }
    assert any("2026-10-02" in c.name for c in found if c.path == where)


def test_cash_limit_against_a_minimum_spend() -> None:
    cash = {"kind": "cash", "by": "2026-10-02", "max": 500}
    dates = ["2026-10-01", "2026-10-02"]
    least = {"kind": "spend", "scope": {"channel": "search"}, "dates": dates, "min": 700}
    found = gives(plan(cash, least, budget=10000, search={"min": 3000}))
    assert found == {at(0, "max"): pytest.approx(200, rel=1e-6), at(1, "min"): pytest.approx(200, rel=1e-6)}


def test_ramp_against_two_locks() -> None:
    """100 and 900 two days apart: a step of 400 is needed, or locks 200 nearer."""
    ramp = {"kind": "ramp", "scope": {"campaign": "search/b"}, "max": 300}
    found = gives(plan(lock(1, 100), lock(3, 900), ramp, budget=10000))
    assert found == {
        at(0, "spend"): pytest.approx(200, rel=1e-6), at(1, "spend"): pytest.approx(200, rel=1e-6),
        at(2, "max"): pytest.approx(100, rel=1e-6),
    }


def test_percent_ramp_against_two_locks() -> None:
    """100 doubles to 400 in two days; 900 needs 225 at the start, or 200% a day."""
    ramp = {"kind": "ramp", "scope": {"campaign": "search/b"}, "max_percent": 100}
    found = gives(plan(lock(1, 100), lock(3, 900), ramp, budget=10000))
    assert found == {
        at(0, "spend"): pytest.approx(125, rel=1e-6), at(1, "spend"): pytest.approx(500, rel=1e-6),
        at(2, "max_percent"): pytest.approx(100, rel=1e-5),
    }


def test_exact_budget_moves_as_one_number() -> None:
    document = plan({"kind": "spend", "max": 800})
    document["budget"] = {"total": 1000, "exact": True}
    assert gives(document) == {
        BUDGET: pytest.approx(200, rel=1e-6), at(0, "max"): pytest.approx(200, rel=1e-6),
    }


def test_outcome_floor_above_what_the_budget_reaches() -> None:
    """The budget gives what the least spend for the outcome is above it."""
    floor = {"kind": "outcome", "metric": "revenue", "min": 60000}
    found = gives(plan(floor, budget=1000))
    least = plan(floor, objective={"minimize": "spend"})
    problem, _ = compile_plan(PlanSpec.model_validate(least))
    spend = float(solve(problem, gap=1e-8).x.sum())
    assert found[BUDGET] == pytest.approx(spend - 1000, rel=1e-6)
    best, _ = compile_plan(PlanSpec.model_validate(plan(budget=1000)))
    assert found[at(0, "min")] == pytest.approx(60000 - solve(best, gap=1e-8).objective, rel=1e-6)


def test_no_budget_is_enough_for_an_outcome_beyond_saturation() -> None:
    """4 * 230 conversions at most: the floor stands alone and has to give the difference."""
    found = gives(plan({"kind": "outcome", "min": 1000}, budget=1000))
    assert list(found) == [at(0, "min")]
    best, _ = compile_plan(PlanSpec.model_validate(plan(budget=1000)))
    assert found[at(0, "min")] == pytest.approx(1000 - solve(best, gap=1e-8).objective / 200, rel=1e-6)


def test_lots_give_whole_lots() -> None:
    document = plan(budget=10000)
    post = campaign(buying={"form": "lots", "lot": 1200, "max_lots": 2}, spend={"total": {"min": 3000}})
    document["channels"]["social"]["campaigns"] = {"post": post}
    found = {c.path[-1]: c for c in explained(document)}
    assert found["max_lots"].give == 1 and found["max_lots"].unit == "lots"
    assert found["min"].give == pytest.approx(600, rel=1e-6)


def test_minimum_and_maximum_of_one_cell_around_an_on_off_minimum() -> None:
    document = plan(budget=30000)
    spend = {"min": 100, "max": 600}
    document["channels"]["social"]["campaigns"]["c"] |= {
        "buying": {"form": "on_off", "minimum": 1000}, "spend": spend,
    }
    found = {p[-1]: g for p, g in gives(document).items()}
    assert found == {"max": pytest.approx(400, rel=1e-6), "min": pytest.approx(100, rel=1e-6)}


def test_minimum_above_the_last_sale_of_a_commission() -> None:
    """10 sales at 20 each are all there is: a minimum of 300 cannot be spent."""
    document = plan(budget=30000)
    document["channels"]["social"]["campaigns"]["c"] = {
        "order_value": 100, "spend": {"min": 300},
        "buying": {"form": "commission", "rate": 0.2, "max_conversions": 10},
    }
    (only,) = explained(document)
    assert only.path[-1] == "min" and only.give == pytest.approx(100, rel=1e-6)


def test_whole_lots_alone_in_the_way_give_the_tight_limits() -> None:
    document = plan(periods=1)
    document["channels"] = {"kol": {"campaigns": {"p": campaign(buying={"form": "lots", "lot": 1200})}}}
    document["budget"] = {"total": 3000, "exact": True}
    problem, _ = compile_plan(PlanSpec.model_validate(document))
    with pytest.raises(NoPlanError):
        solve(problem)
    (only,) = conflicts(problem, solver(), "CNY")
    assert only.path == BUDGET and only.give is None and "whole lots" in only.name


def test_conflict_stands_in_spite_of_risk_and_lost_sales() -> None:
    stock = {"kind": "stock", "max": 10}
    document = plan(
        stock, {"kind": "outcome", "min": 20}, budget=9000, risk={"objective": "cvar", "draws": 20}
    )
    assert gives(document) == {
        at(0, "max"): pytest.approx(10, rel=1e-6), at(1, "min"): pytest.approx(10, rel=1e-6),
    }


def test_two_conflicts_at_once_cannot_be_moved_away_one_by_one() -> None:
    document = plan(lock(1, 900, "social/c"), {"kind": "cash", "by": "2026-10-01", "max": 500},
                    budget=1000, search={"min": 2000})
    found = gives(document)
    assert len(found) == 2 and set(found.values()) == {None}


def irrelevant(count: int, periods: int) -> tuple[Document, np.ndarray]:
    """Many campaigns with three limits of their own each, all of which can hold."""
    random = np.random.default_rng(3)
    base = random.lognormal(0, 1, count) * 1000
    channels: Document = {f"ch{g}": {"campaigns": {}} for g in range(5)}
    limits: list[Document] = []
    for c in range(count):
        name = f"ch{c % 5}/c{c}"
        channels[f"ch{c % 5}"]["campaigns"][f"c{c}"] = {
            "curve": hill(3 * base[c], base[c], 0.8),
            "spend": {"min": 0.01 * base[c], "max": 3 * base[c], "total": {"max": 1.2 * base[c] * periods}},
        }
        limits.append({"kind": "ramp", "scope": {"campaign": name}, "max": 0.15 * base[c]})
        limits.append({"kind": "roas", "scope": {"campaign": name}, "min": 0.2})
    limits += [{"kind": "spend", "per": "period", "max": float(base.sum())}]
    document = plan(*limits, budget=float(0.8 * base.sum() * periods), periods=periods)
    document["channels"] = channels
    return document, base


@pytest.mark.parametrize("plant", ["locks", "minimums"])
def test_planted_conflict_among_hundreds_of_limits(plant: str) -> None:
    periods = 20
    document, base = irrelevant(50, periods)
    limits = document["constraints"]
    first = len(limits)
    if plant == "locks":
        limits += [lock(1, round(0.1 * base[7], 2), "ch2/c7"), lock(3, round(0.9 * base[7], 2), "ch2/c7")]
        want = {at(14, "max"), at(first, "spend"), at(first + 1, "spend")}
        amounts = [0.25 * base[7], 0.5 * base[7], 0.5 * base[7]]
    else:
        for g in range(5):
            least = round(0.85 * base[g::5].sum() * periods, 2)
            limits.append({"kind": "spend", "scope": {"channel": f"ch{g}"}, "min": least})
        want = {BUDGET, *(at(first + g, "min") for g in range(5))}
        amounts = [0.05 * base.sum() * periods] * 6
    assert len(limits) + 150 > 250
    found = gives(document)
    assert set(found) == want
    assert sorted(found.values()) == pytest.approx(sorted(amounts), rel=1e-4)


def random_plan(seed: int) -> Document:
    random = np.random.default_rng(seed)

    def some(low: float, high: float) -> float:
        return round(float(random.uniform(low, high)), 2)

    pool: list[Document] = [
        {"kind": "roas", "min": some(5, 25)},
        {"kind": "roas", "scope": {"channel": "social"}, "min": some(3, 20)},
        {"kind": "cpa", "scope": {"channel": "search"}, "max": some(8, 25)},
        {"kind": "outcome", "min": some(20, 300)},
        {"kind": "outcome", "scope": {"channel": "social"}, "metric": "revenue", "min": some(1000, 30000)},
        {"kind": "share", "scope": {"channel": "search"}, "min": some(0.2, 0.9)},
        {"kind": "share", "scope": {"channel": "search"}, "max": some(0.1, 0.7)},
        {"kind": "cash", "by": "2026-10-02", "max": some(100, 2000)},
        {"kind": "ramp", "scope": {"campaign": "search/b"}, "max": some(10, 300)},
        {"kind": "ramp", "scope": {"campaign": "social/c"}, "max_percent": some(5, 80)},
        {"kind": "ramp", "scope": {"each": "campaign"}, "max": some(50, 500)},
        {"kind": "spend", "scope": {"channel": "search"}, "per": "period", "min": some(10, 800)},
        {"kind": "spend", "scope": {"campaigns": ["search/a", "social/c"]}, "min": some(100, 3000)},
        {"kind": "spend", "scope": {"channel": "social"}, "max": some(100, 3000)},
        lock(1, some(0, 900)), lock(3, some(0, 900)), lock(3, some(0, 500), "social/c"),
    ]
    chosen = random.choice(len(pool), 8, replace=False)
    document = plan(*(pool[k] for k in sorted(chosen)), budget=some(300, 4000), periods=3)
    document["channels"]["search"]["campaigns"]["a"]["spend"] = {"max": some(100, 900)}
    return document


def kept(document: Document, paths: Iterable[Path]) -> Document:
    """The document with only some of its limits."""
    paths = set(paths)
    some = copy.deepcopy(document)
    numbers = {p[1] for p in paths if p[0] == "constraints"}
    some["constraints"] = [limit for k, limit in enumerate(document["constraints"]) if k in numbers]
    if BUDGET not in paths:
        some["budget"] = {}
    if not any(p[0] == "channels" for p in paths):
        del some["channels"]["search"]["campaigns"]["a"]["spend"]
    return some


INFEASIBLE = [seed for seed in range(60) if not feasible(random_plan(seed))]


def test_enough_random_plans_are_infeasible() -> None:
    assert len(INFEASIBLE) >= 15


@pytest.mark.parametrize("seed", INFEASIBLE)
def test_random_conflicts_are_irreducible_and_gives_are_least(seed: int) -> None:
    document = random_plan(seed)
    found = gives(document)
    assert found
    assert not feasible(kept(document, found))
    for path, give in found.items():
        assert feasible(kept(document, set(found) - {path})), path
        if give is not None:
            _check_give(document, path, give)


def _check_give(document: Document, path: Path, give: float) -> None:
    """Enough with a hair more (a minor unit more where spends of cells are rounded), too little without."""
    assert give > 0
    assert not any(feasible(d) for d in _both_ways(document, path, give * (1 - 1e-3)))
    hair = 0.01 if path[-1] in ("spend", "max") and path[0] != "budget" else 0.0
    assert any(feasible(d) for d in _both_ways(document, path, give * (1 + 1e-6) + hair))


def _both_ways(document: Document, path: Path, by: float) -> list[Document]:
    """The document with a limit moved up and down; without it where it would fall below 0."""
    limit: Any = document
    for key in path:
        limit = limit[key]
    ways = [moved(document, path, by)]
    if limit - by > 0 or path[-1] == "spend":
        return [*ways, moved(document, path, -min(by, limit))]
    if path[0] != "constraints" or path[-1] in ("max", "max_percent"):
        return ways
    others = [("constraints", k) for k in range(len(document["constraints"])) if k != path[1]]
    return [*ways, kept(document, [*others, BUDGET, ("channels",)])]
