"""Compiled rows lead to the optimum known by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from compile_reference import Reference
from scipy.optimize import linprog
from test_compile_parts import single
from test_compile_rows import PAST, plan, spends

from bidder.budget.compile import compile_plan


@pytest.mark.parametrize("past", [None, PAST])
def test_the_cheapest_sales_are_lost_first(past: Any) -> None:
    """One stock of 100 a week for feed (150 an order) and lots (190): feed loses before lots do."""
    pair = ["social/feed", "social/kol"]
    stock = {"kind": "stock", "max": 100, "per": "period", "scope": {"campaigns": pair}}
    spec = plan(stock, count_after_end=True)
    problem, _ = compile_plan(spec, past)
    x = spends()
    if past is not None:
        x[:, :2] = past.spend
    y = problem.cells.curves.value(x.ravel())
    fixed = problem.rows.at(x.ravel(), y, np.zeros(len(problem.extras)))
    matrix = problem.rows.extra.toarray()
    rows = np.abs(matrix).sum(axis=1) > 0
    room = [(problem.row_high - fixed)[rows], (fixed - problem.row_low)[rows]]
    found = linprog(
        -problem.extra_value,
        A_ub=np.vstack([matrix[rows], -matrix[rows]]),
        b_ub=np.concatenate(room).clip(max=1e12),
        bounds=list(zip(problem.extras.low, problem.extras.high, strict=True)),
    )
    assert found.status == 0
    ref = Reference(spec, x, past)
    want = ref.results(lambda c: c.order_value, after=True)
    for t in range(0 if past is None else 2, 6):
        feed, kol = (ref.delivered[n][t] for n in pair)
        gone = max(feed + kol - 100, 0.0)
        want -= 150 * min(gone, feed) + 190 * max(gone - feed, 0.0)
    assert problem.objective(x.ravel(), y, found.x) == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize("curve", [
    {"kind": "hill", "ceiling": 900, "half_spend": 400}, {"kind": "log", "scale": 90, "spend_scale": 50},
    {"kind": "power", "coefficient": 20, "exponent": 0.5},
])
def test_least_spend_leaves_room_for_effect_that_arrives_too_late(curve: dict[str, Any]) -> None:
    """Only half of the effect arrives within the single period, so twice as much is needed."""
    carry = {"carryover": {"kind": "weights", "weights": [0.5, 0.3, 0.2]}}
    spec = single(curve, periods=1, campaign=carry, objective={"minimize": "spend"},
                  constraints=[{"kind": "outcome", "min": 80}])
    problem, _ = compile_plan(spec)
    at_most = problem.rows.effect @ problem.cells.curves.value(problem.cells.high)
    assert problem.row_low[0] == 80
    assert at_most[0] > 80
