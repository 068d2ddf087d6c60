"""What must hold for every plan: money never hurts, limits never help, names and units do not matter."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from engine_problems import Solved, plan, solved
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.budget.compile import compile_plan
from bidder.budget.solve import NoPlanError, solve
from bidder.budget.tables import limit_values, prices

GAP = 1e-9
FEW = settings(max_examples=25, deadline=None)

AMOUNT = st.floats(1, 500)


@st.composite
def curve(draw: Any, s_shaped: bool) -> dict[str, Any]:
    kind = draw(st.sampled_from(["hill", "log", "power", "piecewise"]))
    if kind == "hill":
        slope = draw(st.floats(0.4, 3.0 if s_shaped else 1.0))
        return {"kind": kind, "ceiling": draw(AMOUNT), "half_spend": draw(AMOUNT), "slope": slope}
    if kind == "log":
        return {"kind": kind, "scale": draw(AMOUNT), "spend_scale": draw(AMOUNT)}
    if kind == "power":
        return {"kind": kind, "coefficient": draw(st.floats(0.5, 20)), "exponent": draw(st.floats(0.3, 0.9))}
    widths = draw(st.lists(st.floats(5, 100), min_size=2, max_size=4))
    slopes = draw(st.lists(st.floats(0.1, 5), min_size=len(widths), max_size=len(widths)))
    slopes = slopes if s_shaped else sorted(slopes, reverse=True)
    xs = np.cumsum(widths)
    ys = np.cumsum(np.array(widths) * slopes)
    return {"kind": kind, "points": [[0, 0], *([float(x), float(y)] for x, y in zip(xs, ys, strict=True))]}


LIMITS: list[Any] = [
    {"kind": "spend", "max": 120.0, "scope": {"channel": "s"}},
    {"kind": "share", "max": 0.5, "scope": {"campaign": "s/c0"}},
    {"kind": "share", "min": 0.2, "scope": {"channel": "t"}},
    {"kind": "roas", "min": 4.0},
    {"kind": "cpa", "max": 9.0},
    {"kind": "ramp", "max": 25.0},
    {"kind": "ramp", "max_percent": 40.0},
    {"kind": "cash", "by": "2026-03-02", "max": 60.0},
    {"kind": "stock", "max": 150.0},
    {"kind": "spend", "max": 90.0, "per": "period"},
]


@st.composite
def plans(draw: Any, s_shaped: bool = False) -> dict[str, Any]:
    count = draw(st.integers(2, 4))
    campaigns = {
        f"{'s' if k % 2 == 0 else 't'}/c{k}": {
            "curve": draw(curve(s_shaped)),
            "order_value": draw(st.floats(1, 50)),
        }
        for k in range(count)
    }
    limits = draw(st.lists(st.sampled_from(LIMITS), max_size=3, unique_by=lambda limit: repr(limit)))
    return {
        "campaigns": campaigns,
        "periods": 2,
        "budget": {"total": draw(st.floats(50, 1000))},
        "constraints": copy.deepcopy(limits),
    }


def run(parts: dict[str, Any], gap: float = GAP) -> Solved | None:
    """The solved plan; None where there is none."""
    parts = copy.deepcopy(parts)
    spec = plan(parts.pop("campaigns"), parts.pop("periods"), **parts)
    problem, accounts = compile_plan(spec)
    try:
        return Solved(spec, problem, accounts, solve(problem, gap=gap))
    except NoPlanError:
        return None


def least(found: Solved) -> float:
    return found.solution.objective


def most(found: Solved) -> float:
    return found.solution.bound


def slack(*values: float) -> float:
    # What the rows' tolerance of 1e-6 may be worth.
    return 2e-6 * max(1e-6, *(abs(v) for v in values))


@FEW
@given(plans(), st.floats(1.0, 500))
def test_more_budget_never_hurts(parts: dict[str, Any], extra: float) -> None:
    first = run(parts)
    assert first is not None
    more = run({**parts, "budget": {"total": parts["budget"]["total"] + extra}})
    assert more is not None
    assert most(more) >= least(first) - slack(least(first))
    assert least(more) >= least(first) - slack(least(first))


@settings(max_examples=15, deadline=None)
@given(plans(s_shaped=True), st.floats(1.0, 500))
def test_more_budget_never_hurts_s_shapes(parts: dict[str, Any], extra: float) -> None:
    first, more = (
        run(parts, 1e-6),
        run({**parts, "budget": {"total": parts["budget"]["total"] + extra}}, 1e-6),
    )
    assert first is not None
    assert more is not None
    assert least(more) >= least(first) - 2 * slack(least(first))


@FEW
@given(plans(), st.sampled_from(LIMITS))
def test_another_limit_never_helps(parts: dict[str, Any], limit: dict[str, Any]) -> None:
    first, second = run(parts), run({**parts, "constraints": [*parts["constraints"], limit]})
    assert first is not None
    assert second is not None
    assert least(second) <= most(first) + slack(most(first))


@FEW
@given(plans())
def test_a_slack_limit_is_worth_nothing_and_a_binding_one_has_the_right_sign(parts: dict[str, Any]) -> None:
    found = run(parts)
    assert found is not None
    limits = found.problem.limits
    solution = found.solution
    _, room = limit_values(found.problem, solution.x, solution.y, solution.e)
    price = prices(found.problem, solution)
    loose = room > 1e-3 * np.maximum(np.abs(limits.limit), 1.0)
    assert np.all(price[loose] == 0.0)
    # One more unit of a most never costs, one more unit of a least never earns.
    assert np.all(price * limits.side >= -1e-9)


@FEW
@given(plans(), st.randoms(use_true_random=False))
def test_the_order_of_campaigns_does_not_matter(parts: dict[str, Any], random: Any) -> None:
    names = list(parts["campaigns"])
    random.shuffle(names)
    first, second = run(parts), run({**parts, "campaigns": {n: parts["campaigns"][n] for n in names}})
    assert first is not None
    assert second is not None
    assert least(second) == pytest.approx(least(first), rel=1e-6)
    if (
        first.solution.gap < 1e-8
        and all(c["curve"]["kind"] != "piecewise" for c in parts["campaigns"].values())
        and not any(limit["kind"] == "stock" for limit in parts["constraints"])
    ):
        order = [second.accounts.campaigns.index(n) for n in first.accounts.campaigns]
        scale = first.x.sum()
        assert second.x[order] == pytest.approx(first.x, abs=2e-3 * scale)


MONEY_FIELDS = {"half_spend", "spend_scale", "total", "order_value"}


def dearer(parts: dict[str, Any], factor: float) -> dict[str, Any]:
    """The same plan in another currency."""
    parts = copy.deepcopy(parts)
    parts["budget"]["total"] *= factor
    for campaign in parts["campaigns"].values():
        campaign["order_value"] *= factor
        own = campaign["curve"]
        for key in MONEY_FIELDS & set(own):
            own[key] *= factor
        if own["kind"] == "power":
            own["coefficient"] /= factor ** own["exponent"]
        if own["kind"] == "piecewise":
            own["points"] = [[x * factor, y] for x, y in own["points"]]
    for limit in parts["constraints"]:
        if limit["kind"] in {"spend", "cpa", "cash", "ramp"}:
            for key in {"max", "min"} & set(limit):
                limit[key] *= factor
    return parts


@FEW
@given(plans(), st.sampled_from([1e-2, 7.0, 1e4, 1e8]))
def test_the_currency_does_not_matter(parts: dict[str, Any], factor: float) -> None:
    first, second = run(parts), run(dearer(parts, factor))
    assert first is not None
    assert second is not None
    # Ends of cells are whole minor units, which count for more in a weak currency's favour.
    assert least(second) / factor == pytest.approx(least(first), rel=1e-5)


@FEW
@given(plans())
def test_the_gap_is_reached_and_every_row_holds(parts: dict[str, Any]) -> None:
    parts = copy.deepcopy(parts)
    found = solved(plan(parts.pop("campaigns"), parts.pop("periods"), **parts), gap=1e-6)
    assert found.solution.gap <= 1e-6
    assert found.solution.nodes == 1 or found.solution.objective <= found.solution.bound
