"""Shadow prices against re-solved neighbours, and marginal returns against differences of the curve."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from engine_problems import Solved, campaign, hill, log, plan, power, solved

from bidder.budget.compile import compile_plan
from bidder.budget.solve import solve
from bidder.budget.spec import PlanSpec
from bidder.budget.tables import marginal_roas

DAYS = ["2026-03-02", "2026-03-03", "2026-03-04"]
PRECISION = 1e-3

BASE: dict[str, Any] = {
    "campaigns": {
        "search/a": campaign(
            hill(100, 50, 0.8), 10, margin=0.6, carryover={"kind": "geometric", "retention": 0.4}
        ),
        "search/b": campaign(log(50, 30), 12, margin=0.5),
        "social/c": campaign(power(5, 0.6), 8, margin=0.7),
    },
    "periods": 3,
    "budget": {"total": 240.0},
    "seasonality": [{"date": DAYS[1], "traffic": 1.4, "price": 1.1}],
}
SEARCH = {"channel": "search"}


def build(parts: dict[str, Any]) -> PlanSpec:
    parts = copy.deepcopy(parts)
    return plan(parts.pop("campaigns"), parts.pop("periods"), **parts)


def moved(parts: dict[str, Any], path: tuple[Any, ...], by: float) -> dict[str, Any]:
    """The plan with one number, at ``path``, moved."""
    parts = copy.deepcopy(parts)
    at = parts
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = at[path[-1]] + by
    return parts


def objective(parts: dict[str, Any]) -> float:
    problem, _ = compile_plan(build(parts))
    return problem.sense * solve(problem, gap=1e-11).objective


def total_price(found: Solved, name: str) -> float:
    """What moving the number in the YAML is worth: the sum over all limits made from it."""
    return sum(v for (n, _), v in found.prices.items() if n == name)


def one_limit(limit: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {**BASE, "constraints": [{"name": "it", **limit}], **parts}


MINIMISE = {"objective": {"minimize": "spend"}, "budget": {}}
CASES: list[Any] = [
    pytest.param(BASE, ("budget", "total"), "budget total", id="budget"),
    pytest.param(
        {**BASE, "search_spend": {"max": 60.0}}, ("search_spend", "max"), "search spend max", id="channel max"
    ),
    pytest.param(
        {**BASE, "social_spend": {"min": 150.0}},
        ("social_spend", "min"),
        "social spend min",
        id="channel min",
    ),
    pytest.param(
        {**BASE, "search_spend": {"share": [0.0, 0.3]}},
        ("search_spend", "share", 1),
        "search share max",
        id="share max",
    ),
    pytest.param(
        {**BASE, "social_spend": {"share": [0.7, 1.0]}},
        ("social_spend", "share", 0),
        "social share min",
        id="share min",
    ),
    pytest.param(
        {**BASE, "social_spend": {"per_period": {"max": 12.0}}},
        ("social_spend", "per_period", "max"),
        "social spend max per period",
        id="per period",
    ),
    pytest.param(
        one_limit({"kind": "spend", "max": 50.0, "scope": SEARCH}),
        ("constraints", 0, "max"),
        "it",
        id="spend max",
    ),
    pytest.param(
        one_limit({"kind": "spend", "min": 200.0, "scope": SEARCH}),
        ("constraints", 0, "min"),
        "it",
        id="spend min",
    ),
    pytest.param(
        one_limit({"kind": "share", "max": 0.3, "scope": SEARCH}), ("constraints", 0, "max"), "it", id="share"
    ),
    pytest.param(
        one_limit({"kind": "share", "min": 0.5, "scope": {"campaign": "social/c"}, "per": "period"}),
        ("constraints", 0, "min"),
        "it",
        id="share per period",
    ),
    pytest.param(one_limit({"kind": "roas", "min": 14.0}), ("constraints", 0, "min"), "it", id="roas"),
    pytest.param(
        one_limit({"kind": "roas", "min": 16.0, "scope": {"campaign": "social/c"}}),
        ("constraints", 0, "min"),
        "it",
        id="roas of one",
    ),
    pytest.param(one_limit({"kind": "cpa", "max": 0.75}), ("constraints", 0, "max"), "it", id="cpa"),
    pytest.param(
        one_limit({"kind": "outcome", "min": 95.0, "scope": {"campaign": "social/c"}}),
        ("constraints", 0, "min"),
        "it",
        id="conversions",
    ),
    pytest.param(
        one_limit({"kind": "outcome", "metric": "profit", "min": 800.0, "scope": {"campaign": "search/b"}}),
        ("constraints", 0, "min"),
        "it",
        id="profit",
    ),
    pytest.param(
        one_limit({"kind": "cash", "by": DAYS[1], "max": 120.0}), ("constraints", 0, "max"), "it", id="cash"
    ),
    pytest.param(
        one_limit({"kind": "stock", "max": 100.0, "scope": SEARCH}),
        ("constraints", 0, "max"),
        "it",
        id="stock",
    ),
    pytest.param(
        one_limit(
            {"kind": "lock", "spend": 60.0, "scope": {"campaign": "search/b"}, "dates": [DAYS[0], DAYS[0]]}
        ),
        ("constraints", 0, "spend"),
        None,
        id="lock",
    ),
    pytest.param(
        moved(BASE, ("budget", "total"), 0)
        | {"campaigns": {**BASE["campaigns"], "search/b": campaign(log(50, 30), 12, spend={"max": 12.0})}},
        ("campaigns", "search/b", "spend", "max"),
        "search/b spend max",
        id="cell max",
    ),
    pytest.param(
        moved(BASE, ("budget", "total"), 0)
        | {"campaigns": {**BASE["campaigns"], "search/b": campaign(log(50, 30), 12, spend={"min": 60.0})}},
        ("campaigns", "search/b", "spend", "min"),
        "search/b spend min",
        id="cell min",
    ),
    pytest.param(
        one_limit({"kind": "outcome", "metric": "revenue", "min": 1800.0}, **MINIMISE),
        ("constraints", 0, "min"),
        "it",
        id="least spend for revenue",
    ),
    pytest.param(
        one_limit({"kind": "outcome", "min": 150.0}, **MINIMISE),
        ("constraints", 0, "min"),
        "it",
        id="least spend for conversions",
    ),
    pytest.param(
        one_limit({"kind": "share", "max": 0.25, "scope": SEARCH}, **MINIMISE)
        | {
            "constraints": [
                {"name": "it", "kind": "share", "max": 0.25, "scope": SEARCH},
                {"kind": "outcome", "min": 150.0},
            ]
        },
        ("constraints", 0, "max"),
        "it",
        id="share in a least spend",
    ),
    pytest.param(
        {**BASE, "objective": {"maximize": "profit"}, "budget": {"total": 300.0}},
        ("budget", "total"),
        "budget total",
        id="budget for profit",
    ),
    pytest.param(
        {**BASE, "risk": {"objective": "mix", "draws": 40, "spread": 0.3, "level": 0.8}},
        ("budget", "total"),
        "budget total",
        id="budget under risk",
    ),
]


@pytest.mark.parametrize("parts, path, name", CASES)
def test_price_is_the_slope_of_the_objective(
    parts: dict[str, Any], path: tuple[Any, ...], name: str | None
) -> None:
    found = solved(build(parts), gap=1e-11)
    at: Any = parts
    for key in path:
        at = at[key]
    # Far above the noise of a solve (1e-11) and the minor unit of a cell's bound.
    step = 0.01 * max(1.0, round(abs(at) * 0.05)) if abs(at) >= 5 else 1e-3 * abs(at)
    high, low = (objective(moved(parts, path, s)) for s in (step, -step))
    want = (high - low) / (2 * step)
    price = sum(found.prices.values()) if name is None else total_price(found, name)
    if name is None:
        price = sum(v for (n, _), v in found.prices.items() if n.startswith("it"))
    assert abs(want) > 1e-6
    assert price == pytest.approx(want, rel=PRECISION)


def test_ramps() -> None:
    """A ramp stands in four rows; each way and day has its own price, their sum is that of the number."""
    for limit, word in (({"max": 8.0}, "ramp"), ({"max_percent": 12.0}, "ramp percent")):
        parts = one_limit({"kind": "ramp", **limit})
        key = next(iter(limit))
        found = solved(build(parts), gap=1e-11)
        price = sum(v for (n, _), v in found.prices.items() if n.startswith("it"))
        step = 0.01 * limit[key]
        want = (
            objective(moved(parts, ("constraints", 0, key), step))
            - objective(moved(parts, ("constraints", 0, key), -step))
        ) / (2 * step)
        assert price == pytest.approx(want, rel=PRECISION), word
        assert price > 0


def test_retargeting_audience() -> None:
    """A price per impression: another 1 / (cap * match rate) of an organic visitor a day brings one."""
    parts = {
        "campaigns": {
            "search/a": campaign(hill(100, 50), 10, visits={"cvr": 0.05}),
            "retargeting/r": campaign(
                hill(40, 30),
                30,
                retargeting={
                    "cpm": 20,
                    "daily_frequency_cap": 4,
                    "match_rate": 0.5,
                    "window_days": 1,
                    "organic_visits": 100.0,
                },
            ),
        },
        "periods": 1,
        "budget": {"total": 400.0},
    }
    found = solved(build(parts), gap=1e-11)
    price = found.price("retargeting/r audience", DAYS[0])
    path = ("campaigns", "retargeting/r", "retargeting", "organic_visits")
    want = (objective(moved(parts, path, 2.0)) - objective(moved(parts, path, -2.0))) / (4.0 * 4 * 0.5)
    assert price > 0
    assert price == pytest.approx(want, rel=PRECISION)


def test_lots() -> None:
    """Ten lots over two days: a kink, where the price lies between one lot less and one lot more."""
    parts = {
        "campaigns": {"s/k": campaign(log(50, 30), 12, buying={"form": "lots", "lot": 7.0, "max_lots": 10})},
        "periods": 2,
        "budget": {"total": 500.0},
    }
    found = solved(build(parts))
    path = ("campaigns", "s/k", "buying", "max_lots")
    here = objective(parts)
    gains = [abs(objective(moved(parts, path, s)) - here) for s in (1, -1)]
    assert gains[0] - 1e-6 <= found.price("s/k lots max") <= gains[1] + 1e-6


def test_prices_at_a_kink_lie_between_both_sides() -> None:
    """The budget ends at a corner of the curve: 5 a unit before it, 2 after."""
    curve = {"kind": "piecewise", "points": [[0, 0], [10, 50], [30, 90]]}
    found = solved(plan({"s/a": campaign(curve)}, budget={"total": 10}))
    assert 2 - 1e-9 <= found.price("budget total") <= 5 + 1e-9


def test_a_slack_limit_is_worth_nothing() -> None:
    parts = one_limit({"kind": "spend", "max": 239.0, "scope": SEARCH})
    found = solved(build(parts))
    assert found.price("it") == 0.0
    for limit in (
        {"kind": "roas", "min": 0.5},
        {"kind": "cpa", "max": 50.0},
        {"kind": "outcome", "min": 1.0},
        {"kind": "cash", "by": DAYS[1], "max": 239.0},
        {"kind": "stock", "max": 1e6},
        {"kind": "share", "max": 0.99, "scope": SEARCH},
        {"kind": "share", "min": 0.001, "scope": SEARCH},
    ):
        found = solved(build(one_limit(limit)))
        assert {k: v for k, v in found.prices.items() if k[0] == "it" and v} == {}


def test_signs_in_planners_words() -> None:
    """More of a most earns, more of a least costs; and so for least spend, where saving is negative."""
    up = solved(build(one_limit({"kind": "spend", "max": 50.0, "scope": SEARCH})))
    down = solved(build(one_limit({"kind": "spend", "min": 200.0, "scope": SEARCH})))
    assert up.price("it") > 0 > down.price("it")
    least = solved(build(one_limit({"kind": "outcome", "min": 150.0}, **MINIMISE)))
    assert least.price("it") > 0
    capped = {**one_limit({"kind": "share", "max": 0.25, "scope": SEARCH}, **MINIMISE)}
    capped["constraints"].append({"kind": "outcome", "min": 150.0})
    assert solved(build(capped)).price("it") < 0


def test_marginal_roas_is_the_slope_of_revenue() -> None:
    for after in (False, True):
        found = solved(build({**BASE, "count_after_end": after}))
        x, problem, accounts = found.solution.x, found.problem, found.accounts
        share = np.asarray(accounts.arrival.sum(axis=0)) + (accounts.after_end if after else 0.0)
        step = 1e-5 * np.maximum(x, 1.0)
        rise = problem.cells.curves.value(x + step) - problem.cells.curves.value(x - step)
        want = accounts.order_value[problem.cells.campaign] * share * rise / (2 * step)
        assert marginal_roas(problem, accounts, x) == pytest.approx(want, rel=1e-6)
        # Where nothing but the budget holds it back, every cell earns the budget's price.
        assert want == pytest.approx(found.price("budget total"), rel=1e-3)
