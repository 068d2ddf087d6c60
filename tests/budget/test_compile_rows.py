"""Every limit's value, from the compiled rows, equals what the plan says, at random spends."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from compile_reference import Reference, limit_values

from bidder.budget.actuals import Actuals
from bidder.budget.compile import compile_plan
from bidder.budget.problem import Side, Unit
from bidder.budget.spec import PlanSpec

BASE: dict[str, Any] = {
    "currency": "CNY",
    "horizon": {"start": "2026-10-26", "periods": 6, "period": "week"},
    "objective": {"maximize": "revenue"},
    "seasonality": [{"dates": ["2026-11-09", "2026-11-11"], "traffic": 2.0, "price": 1.3, "conversion": 1.5}],
    "channels": {
        "search": {
            "seasonality": [{"weekdays": ["sat", "sun"], "price": 0.9}],
            "campaigns": {
                "brand": {
                    "curve": {"kind": "hill", "ceiling": 400, "half_spend": 9000, "slope": 1.4},
                    "order_value": 180, "margin": 0.3, "new_customer_share": 0.4, "lifetime_multiplier": 2.5,
                    "carryover": {"kind": "geometric", "retention": 0.4, "periods": 4},
                    "carry_in": [3000, 5000], "visits": {"cvr": 0.04},
                },
                "generic": {
                    "curve": {"kind": "log", "scale": 90, "spend_scale": 2000}, "order_value": 210,
                    "buying": {"form": "cpc", "price": 1.5}, "margin": 0.25,
                },
            },
        },
        "social": {
            "campaigns": {
                "feed": {
                    "curve": {"kind": "power", "coefficient": 2.0, "exponent": 0.6}, "order_value": 150,
                    "carryover": {"kind": "weights", "weights": [0.5, 0.3, 0.2]},
                    "seasonality": [{"date": "2026-11-11", "conversion": 2.0}],
                },
                "kol": {
                    "curve": {"kind": "piecewise", "points": [[0, 0], [5000, 60], [12000, 100]]},
                    "buying": {"form": "lots", "lot": 1200, "max_lots": 20, "max_lots_per_period": 6},
                    "order_value": 190,
                },
                "affiliate": {
                    "buying": {"form": "commission", "rate": 0.2, "max_conversions": 80}, "order_value": 160,
                },
            },
        },
    },
}
NAMES = ["search/brand", "search/generic", "social/feed", "social/kol", "social/affiliate"]
SOCIAL = NAMES[2:]


def plan(*constraints: dict[str, Any], **parts: Any) -> PlanSpec:
    return PlanSpec.model_validate({**BASE, "constraints": list(constraints), **parts})


def spends(seed: int = 5) -> np.ndarray:
    x = np.random.default_rng(seed).uniform(500, 9000, (5, 6))
    x[4] = np.random.default_rng(seed).uniform(100, 1500, 6)
    return x


def at(
    spec: PlanSpec, actuals: Actuals | None = None, e: Any = None
) -> tuple[Any, dict[Any, float], Reference]:
    problem, _ = compile_plan(spec, actuals)
    x = spends()
    if actuals is not None:
        x[:, : actuals.periods] = actuals.spend
    y = problem.cells.curves.value(x.ravel())
    e = np.zeros(len(problem.extras)) if e is None else e
    return problem, limit_values(problem, x.ravel(), y, e), Reference(spec, x, actuals)


PAST = Actuals(np.full((5, 2), 2500.0) + np.arange(10).reshape(5, 2), np.array([
    [90.0, 120.0], [70.0, 60.0], [110.0, 140.0], [20.0, 30.0], [40.0, 42.0],
]))


@pytest.mark.parametrize("past", [None, PAST])
@pytest.mark.parametrize("after", [False, True])
def test_results_over_the_horizon(past: Actuals | None, after: bool) -> None:
    spec = plan(
        {"kind": "roas", "min": 3.0}, {"kind": "roas", "min": 2.0, "scope": {"each": "channel"}},
        {"kind": "cpa", "max": 60, "scope": {"campaigns": ["social/kol", "search/brand"]}},
        {"kind": "outcome", "metric": "profit", "min": 1000},
        {"kind": "outcome", "metric": "lifetime_value", "min": 5},
        {"kind": "outcome", "metric": "new_customers", "min": 7, "scope": {"channel": "search"}},
        {"kind": "outcome", "min": 7, "scope": {"campaign": "search/brand"}},
        {"kind": "roas", "min": 1.0, "dates": ["2026-11-02", "2026-11-20"]},
        count_after_end=after,
    )
    _, found, ref = at(spec, past)
    revenue = lambda c: c.order_value  # noqa: E731
    total = ref.results(revenue, after=after)
    want = {
        "roas min (everything)": total / ref.spend(),
        "roas min (channel search)": ref.results(revenue, NAMES[:2], after=after) / ref.spend(NAMES[:2]),
        "roas min (channel social)": ref.results(revenue, SOCIAL, after=after) / ref.spend(SOCIAL),
        "cpa max (campaigns social/kol, search/brand)":
            ref.spend([NAMES[0], NAMES[3]]) / ref.results(lambda c: 1, [NAMES[0], NAMES[3]], after=after),
        "outcome profit min (everything)":
            ref.results(lambda c: c.margin * c.order_value, after=after) - ref.spend(),
        "outcome lifetime value min (everything)":
            ref.results(lambda c: c.order_value * c.lifetime_multiplier, after=after),
        "outcome new customers min (channel search)":
            ref.results(lambda c: c.new_customer_share, NAMES[:2], after=after),
        "outcome conversions min (campaign search/brand)": ref.results(lambda c: 1, NAMES[:1], after=after),
        "roas min (everything, 2026-11-02 to 2026-11-20)":
            ref.results(revenue, periods=[1, 2, 3]) / ref.spend(periods=[1, 2, 3]),
    }
    lots = {k: v for k, v in found.items() if not k[0].startswith("social/kol")}
    assert {k[0] for k in lots} == set(want)
    for name, value in want.items():
        assert found[name, ""] == pytest.approx(value, rel=1e-9), name


@pytest.mark.parametrize("past", [None, PAST])
def test_results_per_period(past: Actuals | None) -> None:
    spec = plan(
        {"kind": "roas", "min": 3.0, "per": "period", "scope": {"each": "campaign", "channel": "social"}},
        {"kind": "cpa", "max": 50, "per": "period", "dates": ["2026-11-02", "2026-11-16"]},
        {"kind": "outcome", "min": 10, "per": "period", "metric": "profit"},
        count_after_end=True,
    )
    problem, found, ref = at(spec, past)
    first = past.periods if past else 0
    for t, when in enumerate(ref.whens):
        for n in SOCIAL:
            key = (f"roas min (campaign {n})", when)
            assert (key in found) == (t >= first)
            if key in found:
                want = ref.results(lambda c: c.order_value, [n], [t]) / ref.x[n][t]
                assert found[key] == pytest.approx(want, rel=1e-9)
        key = ("cpa max (everything, 2026-11-02 to 2026-11-16)", when)
        assert (key in found) == (max(first, 1) <= t <= 3)
        if key in found:
            assert found[key] == pytest.approx(ref.spend(periods=[t]) / ref.results(lambda c: 1, periods=[t]))
        if t >= first:
            profit = ref.results(lambda c: c.margin * c.order_value, periods=[t]) - ref.spend(periods=[t])
            assert found["outcome profit min (everything)", when] == pytest.approx(profit)
    assert set(problem.limits.unit) <= {Unit.ROAS, Unit.CPA, Unit.MONEY, Unit.LOTS}


@pytest.mark.parametrize("past", [None, PAST])
def test_spend_kinds(past: Actuals | None) -> None:
    spec = plan(
        {"kind": "spend", "min": 100, "max": 9e5}, {"kind": "spend", "min": 0},
        {"kind": "spend", "max": 5e4, "per": "period", "scope": {"group": "paid"}, "name": "paid cap"},
        {"kind": "share", "min": 0.1, "max": 0.7, "scope": {"each": "channel"}},
        {"kind": "share", "max": 0.5, "scope": {"campaign": "social/feed"}, "per": "period"},
        {"kind": "cash", "by": "2026-11-12", "max": 8e4},
        groups={"paid": ["search/brand", "social/feed"]},
    )
    problem, found, ref = at(spec, past)
    first = past.periods if past else 0
    assert found["spend max (everything)", ""] == pytest.approx(ref.spend())
    assert found["spend min (everything)", ""] == pytest.approx(ref.spend())
    assert found["share max (channel search)", ""] == pytest.approx(ref.spend(NAMES[:2]) / ref.spend())
    assert found["share min (channel social)", ""] == pytest.approx(ref.spend(SOCIAL) / ref.spend())
    # The week from 9 November counts by its four days up to the 12th.
    assert found["cash max by 2026-11-12 (everything)", ""] == pytest.approx(
        ref.spend(periods=[0, 1]) + ref.spend(periods=[2]) * 4 / 7
    )
    for t in range(first, 6):
        group = ["search/brand", "social/feed"]
        assert found["paid cap", ref.whens[t]] == pytest.approx(ref.spend(group, [t]))
        share = ref.x["social/feed"][t] / ref.spend(periods=[t])
        assert found["share max (campaign social/feed)", ref.whens[t]] == pytest.approx(share)
    assert ("paid cap", ref.whens[0]) in found or first
    assert not any(k[0].endswith("#2") for k in found)
    row = problem.limits.row[problem.limits.name.index("spend max (everything)")]
    assert problem.row_low[row] == 100 and problem.row_high[row] == 9e5


@pytest.mark.parametrize("past", [None, PAST])
def test_ramp(past: Actuals | None) -> None:
    spec = plan(
        {"kind": "ramp", "max": 500, "max_percent": 20, "scope": {"channel": "social"}},
        {"kind": "ramp", "max_percent": 150, "scope": {"each": "campaign"}, "name": "steady"},
    )
    problem, found, ref = at(spec, past)
    first = max(past.periods if past else 0, 1)
    for t in range(6):
        now, before = ref.spend(SOCIAL, [t]), ref.spend(SOCIAL, [t - 1]) if t else 0
        scope, when = "(channel social)", ref.whens[t]
        assert ((f"ramp up {scope}", when) in found) == (t >= first)
        if t < first:
            continue
        assert found[f"ramp up {scope}", when] == pytest.approx(now - before)
        assert found[f"ramp down {scope}", when] == pytest.approx(before - now)
        assert found[f"ramp percent up {scope}", when] == pytest.approx(100 * (now / before - 1))
        assert found[f"ramp percent down {scope}", when] == pytest.approx(100 * (1 - now / before))
        one = 100 * (ref.x["search/brand"][t] / ref.x["search/brand"][t - 1] - 1)
        assert found["steady percent up [search/brand]", when] == pytest.approx(one)
    assert not any("steady percent down" in k[0] for k in found)
    assert all(s == Side.MAX for s in problem.limits.side)


def test_limits_on_campaigns_channels_and_budget() -> None:
    parts = {**BASE, "budget": {"total": 200000, "exact": True}}
    search = {**BASE["channels"]["search"], "spend": {
        "min": 5, "max": 1e5, "share": [0.2, 1.0], "per_period": {"min": 1, "max": 2e4},
    }}
    brand = {**search["campaigns"]["brand"], "spend": {
        "min": 10.001, "max": 8000.009, "total": {"min": 60, "max": 4e4}, "share": [0.01, 0.5],
    }}
    search["campaigns"] = {**search["campaigns"], "brand": brand}
    parts["channels"] = {**BASE["channels"], "search": search}
    problem, found, ref = at(PlanSpec.model_validate(parts))
    whole = {
        "budget total": ref.spend(), "budget total min": ref.spend(),
        "search spend min": ref.spend(NAMES[:2]), "search spend max": ref.spend(NAMES[:2]),
        "search share min": ref.spend(NAMES[:2]) / ref.spend(),
        "search/brand total spend min": ref.spend(NAMES[:1]),
        "search/brand total spend max": ref.spend(NAMES[:1]),
        "search/brand share min": ref.spend(NAMES[:1]) / ref.spend(),
        "search/brand share max": ref.spend(NAMES[:1]) / ref.spend(),
        "social/kol lots max": ref.spend(["social/kol"]) / 1200,
    }
    dated = {
        "search spend min per period": lambda t: ref.spend(NAMES[:2], [t]),
        "search spend max per period": lambda t: ref.spend(NAMES[:2], [t]),
        "search/brand spend min": lambda t: ref.x["search/brand"][t],
        "search/brand spend max": lambda t: ref.x["search/brand"][t],
        "social/kol lots max per period": lambda t: ref.x["social/kol"][t],
    }
    want = {(k, ""): v for k, v in whole.items()}
    want |= {(k, when): value(t) for k, value in dated.items() for t, when in enumerate(ref.whens)}
    assert set(found) == set(want)
    for key, value in want.items():
        assert found[key] == pytest.approx(value, rel=1e-12), key
    limits = problem.limits
    paths = dict(zip(limits.name, limits.path, strict=True))
    assert paths["budget total"] == ("budget", "total")
    assert paths["search share min"] == ("channels", "search", "spend", "share", 0)
    assert paths["search/brand spend max"] == ("channels", "search", "campaigns", "brand", "spend", "max")
    assert paths["social/kol lots max"] == ("channels", "social", "campaigns", "kol", "buying", "max_lots")
    # Inwards to the minor unit in the cells, as written in the limits.
    assert problem.cells.low[0] == 10.01 and problem.cells.high[0] == 8000.0
    assert limits.limit[limits.name.index("search/brand spend max")] == 8000.009


def test_lock_and_names() -> None:
    brand = {"campaign": "search/brand"}
    lock = {"kind": "lock", "scope": brand, "dates": ["2026-11-02", "2026-11-15"], "spend": 700}
    cap = {"kind": "spend", "max": 1e5, "name": "cap"}
    problem, found, ref = at(plan(lock, cap, cap, {**cap, "min": 5}))
    assert list(problem.cells.low[:6]) == [0, 700, 700, 0, 0, 0]
    assert list(problem.cells.high[1:3]) == [700, 700]
    name = "lock max (campaign search/brand, 2026-11-02 to 2026-11-15)"
    assert found[name, "2026-11-02"] == ref.x["search/brand"][1]
    assert {k[0] for k in found if k[0].startswith("cap")} == {"cap", "cap #2", "cap max", "cap min"}


@pytest.mark.parametrize("past", [None, PAST])
def test_stock_takes_lost_sales_off_everywhere(past: Actuals | None) -> None:
    first = past.periods if past else 0
    spec = plan(
        {"kind": "stock", "max": 300, "scope": {"channel": "social"}, "dates": ["2026-11-02", "2026-11-20"]},
        {"kind": "stock", "max": 90, "per": "period", "scope": {"group": "pair"}},
        {"kind": "roas", "min": 1.0}, {"kind": "cpa", "max": 50, "per": "period"},
        {"kind": "outcome", "metric": "revenue", "min": 10, "scope": {"channel": "social"}},
        count_after_end=True, groups={"pair": ["social/feed", "search/brand"]},
    )
    problem, accounts = compile_plan(spec, past)
    e = np.random.default_rng(1).uniform(1, 9, len(problem.extras))
    problem, found, ref = at(spec, past, e)
    lost = dict(zip(problem.extras.names, e, strict=True))
    # Brand and feed in every period to come, lots where the first limit reaches, commission never.
    dated = [t for t in (1, 2, 3) if t >= first]
    assert len(lost) == 2 * (6 - first) + len(dated)
    gone = {
        (n, t): lost.get(f"lost {n} {when}", 0.0) for n in NAMES for t, when in enumerate(ref.whens)
    }
    assert accounts.lost @ e == pytest.approx([gone[n, t] for n in NAMES for t in range(6)])
    social = sum(ref.delivered[n][t] - gone[n, t] for n in SOCIAL for t in (1, 2, 3))
    assert found["stock max (channel social, 2026-11-02 to 2026-11-20)", ""] == pytest.approx(social)
    for t in range(first, 6):
        pair = ["social/feed", "search/brand"]
        served = sum(ref.delivered[n][t] - gone[n, t] for n in pair)
        assert found["stock max (group pair)", ref.whens[t]] == pytest.approx(served)
        cpa = ref.spend(periods=[t]) / sum(ref.delivered[n][t] - gone[n, t] for n in NAMES)
        assert found["cpa max (everything)", ref.whens[t]] == pytest.approx(cpa)
    order = {n: c.order_value for n, c in spec.campaigns().items()}
    missed = sum(order[n] * v for (n, _), v in gone.items())
    revenue = ref.results(lambda c: c.order_value, after=True) - missed
    assert found["roas min (everything)", ""] == pytest.approx(revenue / ref.spend())
    x = np.array([ref.x[n] for n in NAMES]).ravel()
    assert problem.objective(x, problem.cells.curves.value(x), e) == pytest.approx(revenue)
    # Nothing can be lost that does not arrive: some rows without a limit say so.
    activity = problem.rows.at(x, problem.cells.curves.value(x), e) - problem.row_low
    free = np.setdiff1d(np.arange(len(problem.rows)), problem.limits.row)
    kept = [ref.delivered[n][t] - gone[n, t] for n in NAMES for t in range(6) if gone[n, t]]
    assert activity[free] == pytest.approx(kept)
    assert np.all(np.isfinite(problem.extras.high)) and np.all(problem.extras.low == 0)


def test_retargeting_pool_by_days() -> None:
    parts = {**BASE, "channels": {**BASE["channels"], "remind": {"campaigns": {"cart": {
        "curve": {"kind": "hill", "ceiling": 100, "half_spend": 2000}, "buying": {"form": "cpm", "price": 30},
        "retargeting": {"daily_frequency_cap": 4, "match_rate": 0.6, "window_days": 10, "organic_visits": 50,
                        "visits_before": 20},
    }}}}}
    spec = PlanSpec.model_validate(parts)
    longer = Actuals(np.vstack([PAST.spend, [[300, 400]]]), np.vstack([PAST.conversions, [[5, 6]]]))
    for past in (None, longer):
        problem, accounts = compile_plan(spec, past)
        x = np.vstack([spends(), np.full(6, 900.0)])
        if past is not None:
            x[:, :2] = past.spend
        y = problem.cells.curves.value(x.ravel())
        ref, found = Reference(spec, x, past), limit_values(problem, x.ravel(), y, np.zeros(0))
        days, owner = ref.horizon.dates, ref.horizon.period_of_day
        per_day = []
        for t in owner:
            by_rate = ref.y["search/brand"][t] / (0.04 * ref.v["search/brand"][t]) - ref.y["search/brand"][t]
            clicks = ref.x["search/generic"][t] / (1.5 * ref.p["search/generic"][t])
            per_day.append((by_rate + clicks - ref.y["search/generic"][t]) / 7 + 50)
        visits = [70.0] * 9 + per_day  # 50 organic and 20 brought a day before the horizon
        pool = [sum(visits[k : k + 10]) for k in range(len(days))]
        means = [sum(pool[k] for k in range(len(days)) if owner[k] == t) / 7 for t in range(6)]
        assert accounts.pools[0].people(x.ravel(), y) == pytest.approx(means)
        for t, when in enumerate(ref.whens):
            key = ("remind/cart audience", when)
            assert (key in found) == (past is None or t >= 2)
            if key in found:
                shown = 1000 * 900 / (30 * ref.p["remind/cart"][t])
                assert found[key] == pytest.approx(shown - 4 * 7 * 0.6 * means[t])


def test_limits_wholly_in_the_past_are_left_out() -> None:
    spec = plan(
        {"kind": "spend", "max": 5e4, "dates": ["2026-10-26", "2026-11-02"]},
        {"kind": "roas", "min": 2, "dates": ["2026-10-26", "2026-11-02"], "per": "period"},
        {"kind": "cash", "by": "2026-11-08", "max": 5e4},
        {"kind": "stock", "max": 5, "dates": ["2026-10-26", "2026-11-02"]},
        {"kind": "lock", "spend": 5, "dates": ["2026-10-26", "2026-11-02"],
         "scope": {"campaign": "search/brand"}},
    )
    problem, _ = compile_plan(spec, PAST)
    assert set(problem.limits.name) == {"social/kol lots max", "social/kol lots max per period"}
    assert date.fromisoformat(min(w for w in problem.limits.when if w)) == date(2026, 11, 9)
    assert len(problem.extras) == 0
