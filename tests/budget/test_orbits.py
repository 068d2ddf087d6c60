"""Equal days: decisions that can change places are made once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bidder.budget.compile import compile_plan
from bidder.budget.orbits import orbits
from bidder.budget.solve import solve
from bidder.budget.spec import PlanSpec

S_SHAPED = {"curve": {"kind": "hill", "ceiling": 300, "half_spend": 6000, "slope": 2.2}, "order_value": 200}
ON_OFF = {
    "curve": {"kind": "hill", "ceiling": 300, "half_spend": 6000}, "order_value": 200,
    "buying": {"form": "on_off", "minimum": 5000},
}


def month(campaign: dict[str, Any], **parts: Any) -> PlanSpec:
    other = {"curve": {"kind": "hill", "ceiling": 400, "half_spend": 9000}, "order_value": 180}
    return PlanSpec.model_validate({
        "currency": "CNY", "horizon": {"start": "2026-11-02", "periods": 28},
        "objective": {"maximize": "revenue"}, "budget": {"total": 100000},
        "channels": {"s": {"campaigns": {"a": campaign, "b": other}}},
        **parts,
    })


def test_days_are_alike_unless_something_tells_them_apart() -> None:
    problem, _ = compile_plan(month(S_SHAPED))
    assert [len(set(part)) for part in orbits(problem).reshape(2, 28)] == [1, 1]
    weekend = month(S_SHAPED, seasonality=[{"weekdays": ["sat", "sun"], "traffic": 1.2}])
    a = orbits(compile_plan(weekend)[0]).reshape(2, 28)[0]
    assert len(set(a)) == 2 and np.array_equal(a[:7], a[7:14])
    ramp = month(S_SHAPED, constraints=[{"kind": "ramp", "scope": {"each": "campaign"}, "max": 2000}])
    assert len(set(orbits(compile_plan(ramp)[0]))) == 56
    cash = month(S_SHAPED, constraints=[{"kind": "cash", "by": "2026-11-08", "max": 30000}])
    a = orbits(compile_plan(cash)[0]).reshape(2, 28)[0]
    assert len(set(a[:7])) == 1 and len(set(a[7:])) == 1 and a[0] != a[7]


@pytest.mark.parametrize("campaign", [S_SHAPED, ON_OFF], ids=["S-shaped", "on_off"])
def test_a_month_of_equal_days_is_decided(campaign: dict[str, Any]) -> None:
    """How many days are on is one number: try them all, each a concave problem."""
    problem, _ = compile_plan(month(campaign))
    found = solve(problem, gap=1e-6)
    assert found.gap <= 1e-6 and found.nodes < 500
    best = -np.inf
    for on in range(21):
        # With k equal days on and 28 days of b, the best split of the budget by line search.
        spend = np.linspace(0, 100000, 400001)
        each = spend / max(on, 1)
        curves = problem.cells.curves
        a, b = (curves.take(np.array([k])) for k in (0, 28))
        gained = on * 200 * a.value(each[None, :])[0] * (on > 0)
        gained = np.where((each >= 5000) | (campaign is S_SHAPED) | (on == 0), gained, -np.inf)
        rest = (100000 - spend) if on else np.full_like(spend, 100000.0)
        best = max(best, float(np.max(gained + 28 * 180 * b.value((rest / 28)[None, :])[0])))
    assert found.objective >= best * (1 - 1e-6)
    assert found.bound >= best * (1 - 1e-9)
