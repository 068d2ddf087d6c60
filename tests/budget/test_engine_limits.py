"""Every kind of limit and objective against an optimum known by hand or found by other means."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engine_answers import DAYS, A, B, C, best_split, pair, revenue, saturating, water_filling
from engine_problems import campaign, hill, log, piecewise, plan, power, slsqp, solved
from scipy.optimize import brentq

from bidder.budget.compile import compile_plan
from bidder.budget.solve import NoPlanError, solve
from bidder.budget.tables import conversions


def test_hill_curves_share_a_budget_at_equal_marginal_value() -> None:
    spec = plan(
        {"s/a": campaign(A, 10), "s/b": campaign(B, 12), "t/c": campaign(C, 7)}, budget={"total": 120}
    )
    found = solved(spec)
    x = water_filling(120, [10, 12, 7], [100, 80, 60], [50, 20, 90])
    assert found.x.ravel() == pytest.approx(x, rel=1e-4)
    assert found.value == pytest.approx(
        sum(
            w * saturating(v, c, h)
            for w, v, c, h in zip([10, 12, 7], x, [100, 80, 60], [50, 20, 90], strict=True)
        ),
        rel=1e-9,
    )


def test_log_curves_share_a_budget() -> None:
    """Marginal value a / (b + x) is equal, so b + x is in proportion to a."""
    found = solved(plan({"s/a": campaign(log(30, 10)), "s/b": campaign(log(10, 20))}, budget={"total": 90}))
    assert found.x.ravel() == pytest.approx([0.75 * 120 - 10, 0.25 * 120 - 20], rel=1e-4)
    assert found.value == pytest.approx(30 * np.log(1 + 80 / 10) + 10 * np.log(1 + 10 / 20), rel=1e-9)


def test_power_curves_share_a_budget() -> None:
    """With one exponent k, spends are in proportion to coefficient^(1 / (1 - k))."""
    found = solved(
        plan({"s/a": campaign(power(3, 0.5)), "s/b": campaign(power(1, 0.5))}, budget={"total": 100})
    )
    assert found.x.ravel() == pytest.approx([90, 10], rel=1e-4)
    assert found.value == pytest.approx(np.sqrt(10 * 100), rel=1e-9)


def test_straight_pieces_are_filled_steepest_first() -> None:
    found = solved(
        plan(
            {
                "s/a": campaign(piecewise((0, 0), (10, 50), (30, 90), (60, 90))),
                "s/b": campaign(piecewise((0, 0), (40, 120))),
            },
            budget={"total": 60},
        )
    )
    assert found.x.ravel() == pytest.approx([20, 40])
    assert found.value == pytest.approx(50 + 20 + 120)


@pytest.mark.parametrize("exact", [False, True])
def test_an_upper_budget_is_not_spent_where_it_earns_nothing(exact: bool) -> None:
    spec = plan(
        {"s/a": campaign(piecewise((0, 0), (10, 50)))},
        objective={"maximize": "profit"},
        budget={"total": 30, "exact": exact},
    )
    found = solved(spec)
    assert found.x.sum() == pytest.approx(30 if exact else 10)
    assert found.value == pytest.approx(50 - found.x.sum())


@pytest.mark.parametrize(
    "limit, best",
    [
        ({"social_spend": {"max": 30}}, revenue(70, 30)),
        ({"social_spend": {"min": 60}}, revenue(40, 60)),
        ({"search_spend": {"share": [0.0, 0.2]}}, revenue(20, 80)),
        ({"search_spend": {"share": [0.9, 1.0]}}, revenue(90, 10)),
        ({"social_spend": {"per_period": {"max": 25}}}, revenue(75, 25)),
        ({"social_spend": {"per_period": {"min": 65}}}, revenue(35, 65)),
    ],
)
def test_channel_limits(limit: dict[str, Any], best: float) -> None:
    assert solved(pair(budget={"total": 100}, **limit)).value == pytest.approx(best, rel=1e-9)


@pytest.mark.parametrize(
    "spend, best",
    [
        ({"min": 80}, revenue(80, 20)),
        ({"max": 20}, revenue(20, 80)),
        ({"total": {"min": 75}}, revenue(75, 25)),
        ({"total": {"max": 15}}, revenue(15, 85)),
        ({"share": [0.7, 1]}, revenue(70, 30)),
        ({"share": [0, 0.1]}, revenue(10, 90)),
    ],
)
def test_campaign_limits(spend: dict[str, Any], best: float) -> None:
    spec = plan(
        {"search/a": campaign(A, 10, spend=spend), "social/b": campaign(B, 12)}, budget={"total": 100}
    )
    assert solved(spec).value == pytest.approx(best, rel=1e-9)


SEARCH, SOCIAL = {"channel": "search"}, {"campaign": "social/b"}


@pytest.mark.parametrize(
    "limit, best",
    [
        ({"kind": "spend", "scope": SEARCH, "max": 30}, revenue(30, 70)),
        ({"kind": "spend", "scope": SOCIAL, "min": 70}, revenue(30, 70)),
        ({"kind": "spend", "scope": {"campaigns": ["search/a", "social/b"]}, "max": 60}, None),
        ({"kind": "spend", "scope": {"group": "both"}, "max": 60}, None),
        ({"kind": "spend", "max": 60}, None),
        ({"kind": "cash", "by": DAYS[0], "max": 60}, None),
        ({"kind": "share", "scope": SEARCH, "max": 0.3}, revenue(30, 70)),
        ({"kind": "share", "scope": SOCIAL, "min": 0.65}, revenue(35, 65)),
        ({"kind": "share", "scope": {"each": "channel"}, "min": 0.45, "max": 0.6}, revenue(55, 45)),
        ({"kind": "lock", "scope": SOCIAL, "dates": [DAYS[0], DAYS[0]], "spend": 25}, revenue(75, 25)),
    ],
)
def test_limits_on_spend(limit: dict[str, Any], best: float | None) -> None:
    if best is None:
        x = water_filling(60, [10, 12], [100, 80], [50, 20])
        best = revenue(*x)
    elif limit["kind"] == "share" and "each" in limit["scope"]:
        best = best_split(lambda a: revenue(a, 100 - a), 45, 55)
    spec = pair(budget={"total": 100}, constraints=[limit], groups={"both": ["search/a", "social/b"]})
    assert solved(spec).value == pytest.approx(best, rel=1e-9)


def test_a_roas_floor_spends_until_the_average_falls_to_it() -> None:
    """One campaign, no budget: 10 * 100 x / (50 + x) = 4 x at x = 200."""
    spec = plan({"s/a": campaign(A, 10)}, constraints=[{"kind": "roas", "min": 4.0}])
    assert solved(spec).x.ravel() == pytest.approx([200], rel=1e-6)


def test_a_roas_floor_over_two_campaigns() -> None:
    """Equal marginal revenue, and the average on the floor."""
    spec = pair(constraints=[{"kind": "roas", "min": 5.0}])

    def at(total: float) -> float:
        x = water_filling(total, [10, 12], [100, 80], [50, 20])
        return revenue(*x) - 5.0 * total

    total = brentq(at, 50, 2000)
    assert solved(spec).value == pytest.approx(5.0 * total, rel=1e-8)


def test_a_roas_floor_on_each_channel() -> None:
    spec = pair(constraints=[{"kind": "roas", "min": 5.0, "scope": {"each": "channel"}}])
    assert solved(spec).x.ravel() == pytest.approx([1000 / 5 - 50, 960 / 5 - 20], rel=1e-6)


def test_a_cpa_cap() -> None:
    """Spend / conversions = (50 + x) / 100 <= 2 up to x = 150."""
    spec = plan({"s/a": campaign(A, 10)}, constraints=[{"kind": "cpa", "max": 2.0}])
    assert solved(spec).x.ravel() == pytest.approx([150], rel=1e-6)


METRICS = {
    "revenue": lambda c: 10 * c,
    "profit": lambda c: 0.5 * 10 * c,
    "conversions": lambda c: c,
    "new_customers": lambda c: 0.3 * c,
    "lifetime_value": lambda c: 10 * 2.5 * c,
}


@pytest.mark.parametrize("metric", METRICS)
def test_an_outcome_floor_of_every_metric(metric: str) -> None:
    """Least spend that reaches the floor (60 conversions at a spend of 75); for profit spend is taken off."""
    x = 75.0
    wanted = float(METRICS[metric](60.0)) - (x if metric == "profit" else 0.0)
    spec = plan(
        {"s/a": campaign(A, 10, margin=0.5, new_customer_share=0.3, lifetime_multiplier=2.5)},
        objective={"minimize": "spend"},
        constraints=[{"kind": "outcome", "metric": metric, "min": wanted}],
    )
    found = solved(spec)
    assert found.x.ravel() == pytest.approx([x], rel=1e-6)
    assert found.value == pytest.approx(x, rel=1e-8)


def test_least_spend_over_two_campaigns() -> None:
    spec = pair(
        objective={"minimize": "spend"}, constraints=[{"kind": "outcome", "metric": "revenue", "min": 900}]
    )
    total = brentq(lambda k: revenue(*water_filling(k, [10, 12], [100, 80], [50, 20])) - 900, 1, 500)
    assert solved(spec).value == pytest.approx(total, rel=1e-8)


@pytest.mark.parametrize("metric", METRICS)
def test_objectives(metric: str) -> None:
    own = {"margin": 0.5, "new_customer_share": 0.3, "lifetime_multiplier": 2.5}
    other = {"margin": 0.2, "new_customer_share": 0.9, "lifetime_multiplier": 1.0}
    spec = plan(
        {"s/a": campaign(A, 10, **own), "s/b": campaign(B, 12, **other)},
        objective={"maximize": metric},
        budget={"total": 100, "exact": True},
    )
    worth = {
        "revenue": (10, 12),
        "profit": (5, 2.4),
        "conversions": (1, 1),
        "new_customers": (0.3, 0.9),
        "lifetime_value": (25, 12),
    }[metric]
    best = best_split(
        lambda a: worth[0] * saturating(a, 100, 50) + worth[1] * saturating(100 - a, 80, 20), 0, 100
    )
    assert solved(spec).value == pytest.approx(best - (100 if metric == "profit" else 0), rel=1e-8)


@pytest.mark.parametrize(
    "budget, objective, floor",
    [
        ({"marginal_roas": 4.0}, "revenue", 4.0),
        ({"marginal_cpa": 2.5}, "conversions", 0.4),
        ({"marginal_roas": 4.0, "total": 1e6}, "revenue", 4.0),
    ],
)
def test_an_open_budget_stops_at_the_marginal_floor(budget: Any, objective: str, floor: float) -> None:
    worth = (10, 12) if objective == "revenue" else (1, 1)
    found = solved(pair(objective={"maximize": objective}, budget=budget))
    x = [max(np.sqrt(w * c * h / floor) - h, 0) for w, c, h in zip(worth, (100, 80), (50, 20), strict=True)]
    assert found.x.ravel() == pytest.approx(x, rel=1e-4)


def test_an_open_budget_with_a_total_that_is_smaller() -> None:
    found = solved(pair(budget={"marginal_roas": 4.0, "total": 60}))
    assert found.x.ravel() == pytest.approx(water_filling(60, [10, 12], [100, 80], [50, 20]), rel=1e-4)


def test_limits_per_period_and_by_date() -> None:
    """Three equal days; one is capped, so the other two share what is left."""
    one = {"s/a": campaign(A, 10)}
    spec = plan(
        one, 3, budget={"total": 90}, constraints=[{"kind": "spend", "max": 12, "dates": [DAYS[1], DAYS[1]]}]
    )
    assert solved(spec).x.ravel() == pytest.approx([39, 12, 39], rel=1e-4)
    spec = plan(one, 3, budget={"total": 90}, constraints=[{"kind": "spend", "max": 20, "per": "period"}])
    assert solved(spec).x.ravel() == pytest.approx([20, 20, 20], rel=1e-6)
    spec = plan(
        one, 3, budget={"total": 90}, constraints=[{"kind": "spend", "min": 50, "dates": [DAYS[0], DAYS[0]]}]
    )
    assert solved(spec).x.ravel() == pytest.approx([50, 20, 20], rel=1e-4)
    spec = plan(one, 3, budget={"total": 90}, constraints=[{"kind": "cash", "by": DAYS[1], "max": 40}])
    assert solved(spec).x.ravel() == pytest.approx([20, 20, 50], rel=1e-4)


@pytest.mark.parametrize(
    "limit, best",
    [
        ({"max": 8}, [34 - 8, 34, 34 - 8 + 0]),
        ({"max_percent": 10}, None),
    ],
)
def test_ramps(limit: dict[str, Any], best: Any) -> None:
    """A middle day of twice the traffic would take more than its neighbours: the ramp holds it back."""
    season = [{"date": DAYS[1], "traffic": 2.0}]
    spec = plan(
        {"s/a": campaign(A, 10)},
        3,
        budget={"total": 86},
        seasonality=season,
        constraints=[{"kind": "ramp", **limit}],
    )
    found = solved(spec)
    if best is not None:
        assert found.x.ravel() == pytest.approx([26, 34, 26], rel=1e-4)
        return

    # First day a, then 1.1 a, and at least 0.9 of that: by hand the last is free above its least.
    def value(a: float) -> float:
        x = np.array([a, 1.1 * a, 86 - 2.1 * a])
        return float(np.sum(10 * np.array([1, 2, 1]) * saturating(x / [1, 2, 1], 100, 50)))

    high = 86 / (2.1 + 0.99)
    low = 86 / (2.1 + 1.21)
    assert found.value == pytest.approx(best_split(value, low, high), rel=1e-8)


def test_stock_loses_what_it_cannot_serve() -> None:
    """A stock of 60 conversions, 10 and 12 an order: the dearer ones are served."""
    spec = pair(budget={"total": 400}, constraints=[{"kind": "stock", "max": 60}])
    found = solved(spec)
    assert found.value == pytest.approx(720, rel=1e-8)
    arriving, lost = conversions(found.accounts, found.solution.y, found.solution.e)
    assert arriving.sum() == pytest.approx(60, rel=1e-6)
    assert np.all(lost >= -1e-9)


def test_stock_that_one_campaign_cannot_fill() -> None:
    """100 in stock: b's last sales are dearer than money can buy, a's fill the rest."""
    spec = pair(budget={"total": 90}, constraints=[{"kind": "stock", "max": 80}])

    def value(a: float) -> float:
        ca, cb = saturating(a, 100, 50), saturating(90 - a, 80, 20)
        return 12 * cb + 10 * min(ca, 80 - cb)

    best = max(value(a) for a in np.linspace(0, 90, 200_001))
    assert solved(spec).value == pytest.approx(best, rel=1e-6)


def test_stock_under_risk_spends_no_more_than_it_sells() -> None:
    spec = pair(
        2,
        budget={"total": 150},
        constraints=[{"kind": "stock", "max": 90}, {"kind": "roas", "min": 2.0}],
        risk={"objective": "mix", "draws": 20, "spread": 0.4, "level": 0.8},
    )
    found = solved(spec)
    assert found.solution.gap < 1e-9
    assert found.solution.e[:4].sum() == pytest.approx(0.0, abs=1e-5)


RICH = {
    "search/a": campaign(
        hill(100, 50, 0.8), 10, margin=0.6, carryover={"kind": "geometric", "retention": 0.4}
    ),
    "search/b": campaign(log(50, 30), 12, margin=0.5),
    "social/c": campaign(power(5, 0.6), 8, margin=0.7),
}


@pytest.mark.parametrize(
    "constraints",
    [
        [{"kind": "roas", "min": 5.0}, {"kind": "ramp", "max": 15, "scope": {"channel": "search"}}],
        [
            {"kind": "cpa", "max": 2.0, "scope": {"each": "campaign"}},
            {"kind": "share", "max": 0.5, "scope": SEARCH},
        ],
        [{"kind": "outcome", "metric": "profit", "min": 600}, {"kind": "cash", "by": DAYS[1], "max": 90}],
        [{"kind": "outcome", "min": 25, "scope": {"campaign": "social/c"}, "per": "period"}],
        [
            {"kind": "roas", "min": 6.0, "per": "period", "scope": {"group": "some"}},
            {"kind": "spend", "min": 60, "per": "period"},
        ],
        [
            {"kind": "ramp", "max_percent": 25},
            {"kind": "share", "min": 0.4, "per": "period", "scope": {"campaign": "social/c"}},
        ],
    ],
)
def test_several_limits_at_once_by_another_method(constraints: list[dict[str, Any]]) -> None:
    spec = plan(
        {k: {**v, "spend": {"min": 0.5}} for k, v in RICH.items()},
        3,
        budget={"total": 240},
        constraints=constraints,
        seasonality=[{"date": DAYS[1], "traffic": 1.4, "price": 1.1}],
        groups={"some": ["search/a", "search/b"]},
    )
    problem, _ = compile_plan(spec)
    reference = slsqp(problem, starts=6)
    try:
        found = solved(spec)
    except NoPlanError:
        assert reference == -np.inf
        return
    assert reference > -np.inf
    assert found.solution.bound >= reference - 1e-7 * abs(reference)
    assert found.value == pytest.approx(reference, rel=1e-6)


def test_limits_that_contradict_each_other() -> None:
    for constraints in (
        [{"kind": "spend", "max": 50}, {"kind": "outcome", "min": 100}],
        [{"kind": "roas", "min": 60}, {"kind": "spend", "min": 1}],
        [
            {"kind": "share", "min": 0.6, "scope": SEARCH},
            {"kind": "share", "min": 0.6, "scope": SOCIAL},
            {"kind": "spend", "min": 1},
        ],
    ):
        problem, _ = compile_plan(pair(budget={"total": 200}, constraints=constraints))
        with pytest.raises(NoPlanError):
            solve(problem)
