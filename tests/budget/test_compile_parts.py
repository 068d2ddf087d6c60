"""Cells, objective, bounds, risk and re-planning of compiled plans."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from compile_reference import Reference, limit_values
from scipy.optimize import linprog
from test_compile_rows import BASE, NAMES, PAST, plan, spends

from bidder.budget.compile import compile_plan
from bidder.budget.curves import slope_inverse
from bidder.budget.problem import Form
from bidder.budget.spec import PlanSpec
from bidder.errors import InputError

METRICS: dict[str, Any] = {
    "revenue": lambda c: c.order_value,
    "profit": lambda c: c.margin * c.order_value,
    "conversions": lambda c: 1.0,
    "new_customers": lambda c: c.new_customer_share,
    "lifetime_value": lambda c: c.order_value * c.lifetime_multiplier,
}


def single(curve: dict[str, Any] | None = None, periods: int = 3, **parts: Any) -> PlanSpec:
    """One campaign of one channel over some days."""
    campaign = {"curve": curve or {"kind": "hill", "ceiling": 50, "half_spend": 400}, "order_value": 20}
    campaign |= parts.pop("campaign", {})
    return PlanSpec.model_validate({
        "currency": "CNY", "horizon": {"start": "2026-03-02", "periods": periods},
        "objective": {"maximize": "revenue"}, "channels": {"a": {"campaigns": {"b": campaign}}}, **parts,
    })


@pytest.mark.parametrize("past", [None, PAST])
def test_effects_and_arrivals(past: Any) -> None:
    spec = plan(count_after_end=True)
    problem, accounts = compile_plan(spec, past)
    x = spends()
    if past is not None:
        x[:, :2] = past.spend
        assert np.all(problem.cells.low.reshape(5, 6)[:, :2] == past.spend)
        assert np.all(problem.cells.high.reshape(5, 6)[:, :2] == past.spend)
    ref = Reference(spec, x, past)
    y = problem.cells.curves.value(x.ravel())
    first = 0 if past is None else 2
    assert y.reshape(5, 6)[:, first:] == pytest.approx(np.array([ref.y[n][first:] for n in NAMES]))
    arrived = (accounts.arrival @ y + accounts.arrival_constant).reshape(5, 6)
    assert arrived == pytest.approx(np.array([ref.delivered[n] for n in NAMES]))
    late = (accounts.after_end * y).reshape(5, 6).sum(axis=1) + accounts.after_constant
    assert late == pytest.approx([ref.after[n] for n in NAMES])
    shares = np.asarray(accounts.arrival.sum(axis=0)) + accounts.after_end
    assert shares.reshape(5, 6)[:, first:] == pytest.approx(1.0)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("past", [None, PAST])
def test_objective(metric: str, after: bool, past: Any) -> None:
    spec = plan(objective={"maximize": metric}, count_after_end=after)
    problem, _ = compile_plan(spec, past)
    x = spends()
    if past is not None:
        x[:, :2] = past.spend
    ref = Reference(spec, x, past)
    want = ref.results(METRICS[metric], after=after) - (ref.spend() if metric == "profit" else 0.0)
    y = problem.cells.curves.value(x.ravel())
    assert problem.objective(x.ravel(), y, np.zeros(0)) == pytest.approx(want, rel=1e-12)
    assert problem.sense == 1 and problem.quantum == 0.01


def test_open_budget_and_least_spend() -> None:
    x = spends().ravel()
    for budget, metric, cost in (
        ({"marginal_roas": 2.5}, "revenue", 2.5), ({"marginal_cpa": 40}, "conversions", 1 / 40),
    ):
        spec = plan(objective={"maximize": metric}, budget=budget)
        problem, _ = compile_plan(spec)
        want = Reference(spec, spends()).results(METRICS[metric]) - cost * x.sum()
        assert problem.objective(x, problem.cells.curves.value(x), np.zeros(0)) == pytest.approx(want)
        assert np.all(problem.cells.high < 1e9)
    spec = plan({"kind": "outcome", "min": 500}, objective={"minimize": "spend"})
    problem, _ = compile_plan(spec)
    assert problem.objective(x, problem.cells.curves.value(x), np.zeros(0)) == pytest.approx(-x.sum())
    assert problem.sense == -1 and np.all(problem.cells.high < 1e9)


def test_commission_pays_its_rate_at_every_index() -> None:
    spec = plan(seasonality=[{"weekdays": ["mon"], "traffic": 2, "price": 3, "conversion": 0.5}])
    problem, _ = compile_plan(spec)
    mine = problem.cells.campaign == 4
    for part in (0.3, 1.0):
        x = problem.cells.high * part
        y = problem.cells.curves.value(x)
        assert x[mine] == pytest.approx(0.2 * 160 * y[mine], rel=1e-6)


def test_forms_and_bounds() -> None:
    parts = copy.deepcopy(BASE)
    parts["channels"]["search"]["campaigns"]["generic"]["buying"] = {"form": "on_off", "minimum": 700}
    parts["channels"]["search"]["campaigns"]["generic"]["spend"] = {"max": 4000.456}
    parts["channels"]["search"]["spend"] = {"max": 9000}
    parts["channels"]["social"]["campaigns"]["kol"]["spend"] = {"min": 100, "max": 5000}
    parts["constraints"] = [
        {"kind": "cash", "by": "2026-11-01", "max": 2000},
        {"kind": "spend", "scope": {"campaign": "social/feed"}, "per": "period", "max": 300},
    ]
    problem, _ = compile_plan(PlanSpec.model_validate(parts | {"budget": {"total": 12000}}))
    form, low, high = (getattr(problem.cells, k).reshape(5, 6) for k in ("form", "low", "high"))
    assert np.all(form[1] == Form.ON_OFF) and np.all(form[3] == Form.LOTS)
    assert np.all(problem.cells.on_minimum.reshape(5, 6)[1] == 700)
    assert np.all(low[3] == 1200) and np.all(high[3, 1:] == 4800)
    assert np.all(high[1, 1:] == 4000.45)
    # What only follows from limits on sums is a little wider, so that it never carries their price.
    assert high[3, 0] == 2400
    assert np.all((high[0, 1:] > 9000) & (high[0, 1:] < 9020))
    assert np.all((high[2, 1:] > 300) & (high[2, 1:] < 301))
    assert 2000 < high[0, 0] < 2003


@pytest.mark.parametrize("amount", [0.29, 0.57, 1.1, 8.41, 1234567.89, 99999999999.99])
def test_typed_cents_are_kept(amount: float) -> None:
    problem, _ = compile_plan(single(campaign={"spend": {"min": amount, "max": amount}}))
    assert np.all(problem.cells.low == amount) and np.all(problem.cells.high == amount)
    yen, _ = compile_plan(single(campaign={"spend": {"min": 1.5, "max": 9.5}}, currency="JPY"))
    assert np.all(yen.cells.low == 2) and np.all(yen.cells.high == 9) and yen.quantum == 1


@pytest.mark.parametrize("curve", [
    {"kind": "hill", "ceiling": 900, "half_spend": 400, "slope": 0.5},
    {"kind": "hill", "ceiling": 900, "half_spend": 400, "slope": 3},
    {"kind": "log", "scale": 300, "spend_scale": 100}, {"kind": "power", "coefficient": 20, "exponent": 0.5},
    {"kind": "piecewise", "points": [[0, 0], [900, 90]]},
])
@pytest.mark.parametrize("extra", [
    {"objective": {"maximize": "profit"}},
    {"constraints": [{"kind": "roas", "min": 1.0}]},
    {"objective": {"maximize": "conversions"}, "constraints": [{"kind": "cpa", "max": 20}]},
    {"objective": {"minimize": "spend"}, "constraints": [{"kind": "outcome", "min": 80}]},
    {"objective": {"minimize": "spend"}, "constraints": [{"kind": "outcome", "min": 8, "metric": "revenue"}]},
])
def test_derived_ceilings_hold_the_best_spend(curve: dict[str, Any], extra: dict[str, Any]) -> None:
    problem, _ = compile_plan(single(curve, periods=1, **extra))
    high = problem.cells.high[0]
    assert np.isfinite(high)
    # On a grid far beyond the ceiling, the best feasible spend lies within it.
    x = np.concatenate([[0.0], np.logspace(-2, 12, 4000)])
    y = problem.cells.curves.value(x[None, :])[0]
    ok = np.ones(len(x), dtype=bool)
    if len(problem.rows):
        activity = problem.rows.spend.toarray()[0, 0] * x + problem.rows.effect.toarray()[0, 0] * y
        ok = (activity >= problem.row_low[0]) & (activity <= problem.row_high[0])
    value = np.where(ok, problem.spend_value[0] * x + problem.effect_value[0] * y, -np.inf)
    assert x[np.argmax(value)] <= high


def test_a_forced_spend_fits_under_the_ceiling() -> None:
    most = {"kind": "share", "min": 0.9, "scope": {"campaign": "search/brand"}}
    spec = plan({"kind": "spend", "min": 5e8}, most, objective={"maximize": "profit"})
    problem, _ = compile_plan(spec)
    assert problem.cells.high[0] >= 5e8


def test_seasons_out_of_all_proportion_stay_finite() -> None:
    wild = [{"weekdays": ["mon"], "traffic": 1e4, "price": 1e-300, "conversion": 1e4}] * 40
    problem, _ = compile_plan(single(seasonality=wild, budget={"total": 1e13}))
    y = problem.cells.curves.value(problem.cells.high)
    assert np.all(np.isfinite(y)) and np.all(np.isfinite(problem.cells.high))


def test_curves_without_effect_stay_finite() -> None:
    problem, _ = compile_plan(plan(), PAST)
    curves, cells = problem.cells.curves, problem.cells
    for target in (0.0, 1e-9, 3.0):
        x = slope_inverse(curves, np.full(len(cells), target), cells.low, np.maximum(cells.high, cells.low))
        assert np.all(np.isfinite(x)) and np.all(np.isfinite(curves.value(x)))
    done = cells.period < 2
    assert np.all(curves.value(cells.high)[done] == 0) and np.all(curves.slope(cells.high)[done] == 0)


def test_a_fitted_curve_must_be_read_first() -> None:
    spec = single(campaign={"curve": {"from": "curves.yaml"}})
    with pytest.raises(InputError) as caught:
        compile_plan(spec)
    assert caught.value.problems[0].path == ("channels", "a", "campaigns", "b", "curve")


RISK = {"draws": 40, "seed": 3, "spread": 0.3, "campaigns": {"social/feed": 0.0}, "channels": {"search": 0.2}}


def test_factors_have_mean_one_and_are_correlated_within_a_channel() -> None:
    _, accounts = compile_plan(plan(risk={**RISK, "draws": 4000}))
    assert accounts.scenarios is not None
    factors = accounts.scenarios.factors
    assert factors.shape == (4000, 5)
    assert factors.mean(axis=0) == pytest.approx(1.0, abs=1e-12)
    assert np.all(factors[:, 2] == 1.0)
    logs = np.log(factors)
    assert logs[:, 0].std() == pytest.approx(np.hypot(0.3, 0.2), rel=0.05)
    assert np.corrcoef(logs[:, 0], logs[:, 1])[0, 1] == pytest.approx(0.04 / 0.13, abs=0.05)
    again = compile_plan(plan(risk={**RISK, "draws": 4000}))[1].scenarios
    assert again is not None and np.array_equal(factors, again.factors)
    by_period = compile_plan(plan(risk={**RISK, "periods": 0.1}))[1].scenarios
    assert by_period is not None and by_period.factors.shape == (40, 30)


@pytest.mark.parametrize("metric", ["revenue", "profit"])
@pytest.mark.parametrize("periods", [0.0, 0.2])
@pytest.mark.parametrize(("objective", "weight"), [("cvar", 1.0), ("mix", 0.3), ("mean", 0.0)])
def test_cvar_at_fixed_spend(metric: str, periods: float, objective: str, weight: float) -> None:
    risk = {**RISK, "objective": objective, "level": 0.8, "weight": 0.3, "periods": periods}
    stock = {"kind": "stock", "max": 200, "scope": {"channel": "social"}}
    spec = plan(stock, objective={"maximize": metric}, risk=risk, count_after_end=True)
    problem, accounts = compile_plan(spec, PAST)
    x = spends()
    x[:, :2] = PAST.spend
    y = problem.cells.curves.value(x.ravel())
    lost = np.array([3.0 if n.startswith("lost") else 0.0 for n in problem.extras.names])
    ref = Reference(spec, x, PAST)
    assert accounts.scenarios is not None
    factors = np.broadcast_to(
        accounts.scenarios.factors.reshape(40, 5, -1), (40, 5, 6)
    )
    # Each draw by itself: its effects, its commission; measured results and lost sales as they are.
    outcomes = []
    for k in range(40):
        total = 0.0
        for c, n in enumerate(NAMES):
            spec_c = spec.campaigns()[n]
            worth, rate = METRICS[metric](spec_c), 0.2 * 160 if n == "social/affiliate" else 0.0
            settled = ref.results(METRICS[metric], [n], after=True) - worth * sum(ref.y[n][2:])
            total += settled + worth * sum(ref.y[n][t] * factors[k, c, t] for t in range(2, 6))
            if metric == "profit":
                moved = rate * sum(ref.y[n][t] * (factors[k, c, t] - 1) for t in range(2, 6))
                total -= ref.spend([n]) + moved
        lost_worth = sum(METRICS[metric](spec.campaigns()[n.split()[1]]) * 3.0
                         for n in problem.extras.names if n.startswith("lost"))
        outcomes.append(total - lost_worth)
    z = np.array(outcomes)
    worst = np.sort(z)[: 8]
    want = (1 - weight) * z.mean() + weight * worst.mean()
    if objective == "mean":
        assert problem.risk is None
        assert problem.objective(x.ravel(), y, lost) == pytest.approx(want, rel=1e-9)
        return
    assert problem.risk is not None
    rows, columns = problem.risk.rows, problem.risk.columns
    assert problem.rows.at(x.ravel(), y, lost)[rows] - problem.row_low[rows] == pytest.approx(z, rel=1e-9)
    cap = problem.risk.cap
    assert problem.risk.total == weight and cap == pytest.approx(weight / (0.2 * 40))
    # The best eta and shortfalls at this spend: a small linear program within the columns' bounds.
    found = linprog(
        -problem.extra_value[columns], A_ub=-problem.rows.extra[rows][:, columns].toarray(), b_ub=z,
        bounds=list(zip(problem.extras.low[columns], problem.extras.high[columns], strict=True)),
    )
    e = lost.copy()
    e[columns] = found.x
    assert problem.objective(x.ravel(), y, e) == pytest.approx(want, rel=1e-9)
    assert problem.extras.low[columns[0]] < z.min() and z.max() < problem.extras.high[columns[0]]


def test_mean_of_the_outcomes_is_the_objective() -> None:
    spec = plan(objective={"maximize": "profit"}, risk={**RISK, "objective": "cvar"})
    problem, accounts = compile_plan(spec)
    plain, _ = compile_plan(plan(objective={"maximize": "profit"}))
    assert accounts.scenarios is not None and problem.risk is not None
    effects = problem.rows.effect[problem.risk.rows].toarray()
    assert effects.mean(axis=0) == pytest.approx(plain.effect_value)
    assert problem.rows.spend[problem.risk.rows].toarray()[0] == pytest.approx(plain.spend_value)


def test_replan_limits_and_penalty() -> None:
    old = spends(9)
    spec = plan(replan={"from": "plan.csv", "max_change": 500.005, "max_change_percent": 10, "penalty": 0.25})
    problem, accounts = compile_plan(spec, PAST, old)
    low, high = problem.cells.low.reshape(5, 6), problem.cells.high.reshape(5, 6)
    step = np.minimum(500.005, old * 0.1)
    smooth = np.ix_([0, 1, 2], [2, 3, 4, 5])
    assert np.all(low[smooth] >= (old - step)[smooth]) and np.all(high[smooth] <= (old + step)[smooth])
    assert np.all(high[smooth] >= (old + step)[smooth] - 0.01)
    assert accounts.old_spend is not None and np.array_equal(accounts.old_spend, old.ravel())
    assert problem.extras.names[0] == "moved search/brand 2026-11-09" and len(problem.extras) == 20
    # The least moved columns that the rows allow are the absolute changes.
    x = spends()
    x[:, :2] = PAST.spend
    y = problem.cells.curves.value(x.ravel())
    activity = problem.rows.at(x.ravel(), y, np.zeros(20)) - problem.row_low
    free = np.setdiff1d(np.arange(len(problem.rows)), problem.limits.row)
    needed = np.maximum(-activity[free][:20], -activity[free][20:])
    assert needed == pytest.approx(np.abs(x - old)[:, 2:].ravel())
    assert np.all(problem.extra_value == -0.25)
    found = limit_values(problem, x.ravel(), np.zeros(30), np.zeros(20))
    assert found["social/feed change up", "2026-11-09"] == x[2, 2]
    k = problem.limits.name.index("social/feed percent change down")
    assert problem.limits.limit[k] == pytest.approx(0.9 * old[2, 2])
    least, _ = compile_plan(plan({"kind": "outcome", "min": 9}, objective={"minimize": "spend"}, replan={
        "from": "plan.csv", "penalty": 0.5}), None, old)
    assert np.all(least.extra_value == -0.5) and len(least.extras) == 30


def test_permuting_campaigns_permutes_cells() -> None:
    constraints = [{"kind": "roas", "min": 2}, {"kind": "ramp", "max": 50, "scope": {"each": "campaign"}}]
    problem, _ = compile_plan(plan(*constraints))
    turned = copy.deepcopy(BASE)
    turned["channels"] = {
        k: {**v, "campaigns": dict(reversed(v["campaigns"].items()))}
        for k, v in reversed(BASE["channels"].items())
    }
    other, accounts = compile_plan(PlanSpec.model_validate({**turned, "constraints": constraints}))
    x = spends()
    order = [NAMES.index(n) for n in accounts.campaigns]
    y, y2 = problem.cells.curves.value(x.ravel()), other.cells.curves.value(x[order].ravel())
    assert y.reshape(5, 6)[order] == pytest.approx(y2.reshape(5, 6))
    assert problem.cells.high.reshape(5, 6)[order] == pytest.approx(other.cells.high.reshape(5, 6))
    assert limit_values(problem, x.ravel(), y, np.zeros(0)) == pytest.approx(
        limit_values(other, x[order].ravel(), y2, np.zeros(0)))


def test_large_plan_compiles() -> None:
    campaigns = {f"c{k}": {
        "curve": {"kind": "hill", "ceiling": 100 + k, "half_spend": 900}, "spend": {"max": 5000},
        "carryover": {"kind": "geometric", "retention": 0.5},
    } for k in range(10)}
    spec = PlanSpec.model_validate({
        "currency": "CNY", "horizon": {"start": "2026-01-05", "periods": 52, "period": "week"},
        "objective": {"maximize": "conversions"}, "budget": {"total": 1e6},
        "channels": {f"ch{k}": {"campaigns": campaigns} for k in range(5)},
        "constraints": [{"kind": "ramp", "max_percent": 30, "scope": {"each": "campaign"}},
                        {"kind": "spend", "max": 5e4, "per": "period"},
                        {"kind": "roas", "min": 0.001, "per": "period", "scope": {"each": "channel"}}],
    })
    problem, _ = compile_plan(spec)
    assert len(problem.cells) == 2600 and len(problem.rows) == 1 + 2 * 50 * 51 + 52 + 5 * 52
    assert np.all(np.diff(problem.rows.spend.indptr) > 0)
    keys = list(zip(problem.limits.name, problem.limits.when, strict=True))
    assert len(set(keys)) == len(keys) == len(problem.limits)
