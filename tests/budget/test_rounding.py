"""Rounded plans keep every limit exactly: checked here in fractions, apart from the code under test."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from bidder.budget.compile import compile_plan
from bidder.budget.curves import CurveBank, Shape, bank, hill_bank
from bidder.budget.exact import as_fraction
from bidder.budget.extras import best_extras
from bidder.budget.problem import Cells, Extras, Form, Limits, Linear, Problem, empty_rows
from bidder.budget.rounding import Rounded, RoundingError, round_plan
from bidder.budget.solve import NoPlanError, solve
from bidder.budget.solvers import solver
from bidder.budget.spec import PlanSpec
from bidder.errors import SolverError

INF = np.inf
DOOR = solver("highs")


def no_limits(n: int, k: int) -> Limits:
    none, sides = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int8)
    return Limits((), (), (), (), (), np.zeros(0), sides, none, none, sides, (), empty_rows(n, k))


class Rows:
    """Collects dense rows over n cells and one optional extra column."""

    def __init__(self, n: int, extras: int = 0) -> None:
        self.n, self.extras = n, extras
        self.rows: list[tuple[Any, Any, Any, float, float]] = []

    def add(
        self, spend: Any, low: float = -INF, high: float = INF, effect: Any = None, extra: Any = None
    ) -> None:
        nothing = np.zeros(self.n)
        self.rows.append((
            np.asarray(spend, float), nothing if effect is None else effect,
            np.zeros(self.extras) if extra is None else extra, low, high,
        ))

    def problem(
        self, cells: Cells, quantum: float = 0.01, spend_value: float = 0.0, high: Any = None
    ) -> Problem:
        m, k = len(self.rows), self.extras
        spend, effect, extra = (
            sparse.csr_array(np.array([r[part] for r in self.rows], dtype=float).reshape(m, width))
            for part, width in ((0, self.n), (1, self.n), (2, k))
        )
        return Problem(
            cells, Linear(spend, effect, extra, np.zeros(m)),
            *(np.array([r[side] for r in self.rows], dtype=float) for side in (3, 4)),
            Extras(np.zeros(k), np.zeros(k) if high is None else np.asarray(high, float), ("lost",) * k),
            np.full(self.n, spend_value), np.ones(self.n), -np.ones(k), 0.0, 1, quantum, no_limits(self.n, k),
        )


def cells_of(
    curves: CurveBank, low: Any, high: Any, form: Any = None, on: Any = None, lot: Any = None
) -> Cells:
    n = len(curves)

    def full(values: Any) -> Any:
        return np.broadcast_to(np.zeros(n) if values is None else np.asarray(values, float), n).copy()

    return Cells(
        np.arange(n), np.zeros(n, dtype=np.int64), curves, full(low), full(high),
        full(form).astype(np.int8), full(on), full(lot),
    )


def exactly(value: float) -> Fraction:
    return Fraction(Decimal(repr(float(value))))


def amounts_of(problem: Problem, rounded: Rounded) -> list[Fraction]:
    """The exact spends, each a whole number of steps inside its own set."""
    cells, quantum = problem.cells, exactly(problem.quantum)
    amounts = []
    for j, x in enumerate(rounded.x.tolist()):
        step = exactly(cells.lot[j]) if cells.form[j] == Form.LOTS else quantum
        amount = round(Fraction(x) / step) * step
        assert float(amount) == x
        if cells.low[j] < cells.high[j]:
            off = amount == 0 and cells.form[j] == Form.ON_OFF and cells.low[j] <= 0
            least = max(cells.low[j], cells.on_minimum[j]) if cells.form[j] == Form.ON_OFF else cells.low[j]
            assert off or exactly(least) <= amount <= exactly(cells.high[j])
        amounts.append(amount)
    return amounts


def assert_kept(problem: Problem, rounded: Rounded) -> None:
    """Every cell in its set, every row held: in fractions over spend alone, else without tolerance."""
    amounts = amounts_of(problem, rounded)
    assert np.array_equal(rounded.y, problem.cells.curves.value(rounded.x))
    assert np.all(rounded.e >= problem.extras.low) and np.all(rounded.e <= problem.extras.high)
    rows = problem.rows
    for r in range(len(rows)):
        (s, a), (g, b), (h, c) = (_entries(part, r) for part in (rows.spend, rows.effect, rows.extra))
        low, high = problem.row_low[r], problem.row_high[r]
        if not len(g) and not len(h):
            if np.all(problem.cells.low[s] == problem.cells.high[s]):
                continue  # nothing to choose: locked amounts go to their nearest steps
            activity = sum((exactly(v) * amounts[j] for j, v in zip(s, a, strict=True)), Fraction(0))
            assert not np.isfinite(high) or activity <= exactly(high), r
            assert not np.isfinite(low) or activity >= exactly(low), r
        else:
            value = math.fsum([*(a * rounded.x[s]), *(b * rounded.y[g]), *(c * rounded.e[h])])
            assert low <= value <= high, r


def _entries(matrix: Any, row: int) -> tuple[Any, Any]:
    entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
    kept = matrix.data[entries] != 0
    return matrix.indices[entries][kept], matrix.data[entries][kept]


def rounded_plan(problem: Problem, gap: float = 1e-6) -> tuple[Rounded, float]:
    """The rounded plan, checked, and its relative loss against the solution."""
    solution = solve(problem, DOOR, gap)
    rounded = round_plan(problem, solution, DOOR)
    assert_kept(problem, rounded)
    assert rounded.objective == problem.objective(rounded.x, rounded.y, rounded.e)
    return rounded, (solution.objective - rounded.objective) / max(abs(solution.objective), 1e-9)


def hills(n: int, seed: int, size: float = 1000.0) -> tuple[CurveBank, Any]:
    random = np.random.default_rng(seed)
    base = random.lognormal(0, 0.7, n) * size
    return hill_bank(3 * base, base * random.uniform(0.5, 3, n), random.uniform(0.5, 1, n)), base


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.3, (3, 10)), (1.15, (23, 20)), (1 - 0.9, (1, 10)), (1 - 0.7, (3, 10)), (1e13, (10**13, 1)),
        (-0.01, (-1, 100)),
    ],
)
def test_numbers_are_the_decimals_they_print_as(value: float, expected: tuple[int, int]) -> None:
    assert as_fraction(value) == expected


def test_a_number_without_a_short_decimal_keeps_all_its_digits() -> None:
    assert Fraction(*as_fraction(2 / 3)) == exactly(2 / 3)


@pytest.mark.parametrize(("quantum", "total"), [(1.0, 100_003.0), (0.01, 3_000_000.01), (0.001, 99_999.999)])
def test_an_exact_budget_is_met_to_the_last_minor_unit(quantum: float, total: float) -> None:
    curves, _ = hills(30, 1)
    rows = Rows(30)
    rows.add(np.ones(30), total, total)
    rounded, loss = rounded_plan(rows.problem(cells_of(curves, 0, total), quantum))
    assert sum(exactly(v) for v in rounded.x) == exactly(total)
    assert loss < 10 * quantum**2 / total + 1e-9


def test_equal_cells_share_what_does_not_divide() -> None:
    rows = Rows(3)
    rows.add(np.ones(3), 100.0, 100.0)
    curves = hill_bank(np.full(3, 10.0), np.full(3, 50.0), np.ones(3))
    rounded, _ = rounded_plan(rows.problem(cells_of(curves, 0, 100)))
    assert sorted(rounded.x.tolist()) == [33.33, 33.33, 33.34]


def test_a_total_that_is_no_whole_number_of_steps_is_met_as_nearly_as_steps_can() -> None:
    rows = Rows(2)
    rows.add(np.ones(2), 100.004, 100.004)
    problem = rows.problem(cells_of(hills(2, 3)[0], 0, 100))
    rounded = round_plan(problem, solve(problem, DOOR), DOOR)
    assert sum(exactly(v) for v in rounded.x) == 100


def test_locked_spend_is_rounded_and_the_rest_makes_up_for_it() -> None:
    rows = Rows(3)
    rows.add(np.ones(3), 5000.0, 5000.0)
    low, high = [1234.567, 0, 0], [1234.567, 4000, 4000]
    rounded, _ = rounded_plan(rows.problem(cells_of(hills(3, 4)[0], low, high)))
    assert rounded.x[0] == 1234.57
    assert sum(exactly(v) for v in rounded.x) == 5000


def test_bounds_are_rounded_inwards() -> None:
    rows = Rows(2)
    rows.add(np.ones(2), -INF, 1e6)
    rounded, _ = rounded_plan(rows.problem(cells_of(hills(2, 4)[0], 10.001, [99.999, 50.005])))
    assert rounded.x.tolist() == [99.99, 50.0]


def test_a_share_typed_as_a_decimal_is_met_on_the_edge() -> None:
    # 1 - 0.9 leaves 0.09999999999999998 in floats; exactly nine tenths must still be allowed.
    rows = Rows(2)
    rows.add(np.ones(2), 100.0, 100.0)
    rows.add([1 - 0.9, -0.9], -INF, 0.0)
    curves = hill_bank(np.array([1000.0, 1.0]), np.array([500.0, 500.0]), np.ones(2))
    rounded, _ = rounded_plan(rows.problem(cells_of(curves, 0, 100)))
    assert rounded.x.tolist() == [90.0, 10.0]


def test_no_plan_in_whole_steps_is_said_to_be_none() -> None:
    rows = Rows(2)
    rows.add(np.ones(2), 0.03, 0.03)
    rows.add([1.0, -1.0], 0.0, 0.0)
    problem = rows.problem(cells_of(hills(2, 5)[0], 0, 1))
    with pytest.raises(RoundingError):
        round_plan(problem, solve(problem, DOOR), DOOR)


def test_lots_give_way_when_nothing_else_can() -> None:
    # Two thirds of the spend at most: 4 lots of 5 are too many, which no minor unit can mend.
    rows = Rows(2)
    rows.add([1.0, -2.0], -INF, 0.0)
    rows.add([1.0, 1.0], -INF, 6.0)
    curves = hill_bank(np.array([10.0, 1.0]), np.array([5.0, 5.0]), np.ones(2))
    problem = rows.problem(cells_of(curves, 0, 6, form=Form.LOTS, lot=1.0))
    solution = solve(problem, DOOR)
    assert solution.x.tolist() == [4.0, 2.0]
    wrong = replace(solution, x=np.array([5.0, 1.0]))
    rounded = round_plan(problem, wrong, DOOR)
    assert_kept(problem, rounded)
    assert rounded.x.tolist() == [4.0, 2.0]


@pytest.mark.parametrize("seed", range(8))
def test_a_budget_of_a_few_steps_is_as_good_as_any(seed: int) -> None:
    random = np.random.default_rng(seed)
    n, total = 4, float(random.integers(3, 9))
    curves = hill_bank(random.uniform(5, 20, n), random.uniform(1, 8, n), random.uniform(0.5, 1, n))
    rows = Rows(n)
    rows.add(np.ones(n), total if seed % 2 else -INF, total)
    rows.add([1.0, 1.0, -1.0, -1.0], -INF, 1.0)
    problem = rows.problem(cells_of(curves, 0, total), quantum=1.0, spend_value=-0.3)
    rounded, _ = rounded_plan(problem)
    best = -INF
    for whole in itertools.product(range(int(total) + 1), repeat=n):
        x = np.array(whole, dtype=float)
        activity = problem.rows.spend @ x
        if np.all(activity <= problem.row_high) and np.all(activity >= problem.row_low):
            best = max(best, problem.objective(x, curves.value(x), np.zeros(0)))
    assert rounded.objective == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("percent", [False, True])
def test_ramps_that_hang_together_are_mended_together(percent: bool) -> None:
    n = 40
    curves, base = hills(n, 6)
    rows = Rows(n)
    rows.add(np.ones(n), 20_000.0, 20_000.0)
    for t in range(1, n):
        step = np.zeros(n)
        step[t], step[t - 1] = 1.0, -1.07 if percent else -1.0
        rows.add(step, -INF if percent else -math.pi, 0.0 if percent else math.pi)
    _, loss = rounded_plan(rows.problem(cells_of(curves, 0, 3 * base.max())))
    assert loss < 1e-5


def big(campaigns: int, periods: int) -> Problem:
    """Budget, weekly and yearly limits, group caps, group ROAS floors, ramps both ways."""
    random = np.random.default_rng(0)
    n = campaigns * periods
    base = np.repeat(random.lognormal(0, 1, campaigns) * 1000, periods)
    season = np.tile(1 + 0.4 * np.sin(np.arange(periods) / periods * 2 * np.pi), campaigns)
    season = season * random.lognormal(0, 0.1, n)
    ceiling = np.repeat(random.lognormal(0, 0.5, campaigns), periods) * base * 3 * season
    half = base * np.repeat(random.uniform(0.5, 3, campaigns), periods) * season
    curves = hill_bank(ceiling, half, np.repeat(random.uniform(0.5, 1, campaigns), periods))
    index = np.arange(n).reshape(campaigns, periods)
    groups = [index[g::5].ravel() for g in range(5)]
    spend = [np.arange(n), *index.T, *index, *groups, *groups]
    values = [np.full(len(s), 1.0) for s in spend]
    for g in range(5):
        values[-1 - g] = np.full(len(groups[g]), -1.05)
    high = [0.8 * base.sum(), *(0.95 * base[s].sum() for s in index.T), *(1.2 * base[s].sum() for s in index)]
    high += [*(0.75 * base[s].sum() for s in groups), *[INF] * 5]
    low = [-INF] * (len(high) - 5) + [0.0] * 5
    effect = [np.zeros(0, dtype=int)] * (len(high) - 5) + groups
    for c, t in itertools.product(range(campaigns), range(1, periods)):
        spend.append(index[c, [t, t - 1]])
        values.append(np.array([1.0, -1.0]))
        effect.append(np.zeros(0, dtype=int))
        high.append(0.15 * base[index[c, 0]])
        low.append(-high[-1])

    def matrix(which: list[Any], data: list[Any]) -> sparse.csr_array:
        start = np.cumsum([0, *map(len, which)])
        return sparse.csr_array((np.concatenate(data), np.concatenate(which), start), shape=(len(which), n))

    m = len(high)
    rows = Linear(
        matrix(spend, values), matrix(effect, [np.ones(len(e)) for e in effect]),
        sparse.csr_array((m, 0)), np.zeros(m),
    )
    nothing = Extras(np.zeros(0), np.zeros(0), ())
    return Problem(
        cells_of(curves, 0, 3 * base), rows, np.array(low), np.array(high), nothing,
        np.zeros(n), np.ones(n), np.zeros(0), 0.0, 1, 0.01, no_limits(n, 0),
    )


def test_a_year_of_fifty_campaigns_keeps_every_limit_and_loses_next_to_nothing() -> None:
    problem = big(50, 52)
    _, loss = rounded_plan(problem)
    assert loss < 1e-7


# Problems at random


SHAPES = (Shape.HILL, Shape.LOG, Shape.POWER)


def random_problem(seed: int) -> Problem:
    random = np.random.default_rng(seed)
    campaigns, periods = int(random.integers(1, 4)), int(random.integers(1, 5))
    n, digits = campaigns * periods, int(random.choice([0, 2, 3]))
    quantum = 10.0**-digits
    base = random.lognormal(0, 0.7, n) * float(random.choice([10 * quantum, 1000, 1e6]))
    slope = random.uniform(0.5, 1.0, n) if random.random() < 0.8 else random.uniform(0.7, 2.5, n)
    typed = {
        Shape.HILL: lambda i: (3 * base[i], base[i] * 1.5, slope[i]),
        Shape.LOG: lambda i: (2 * base[i], base[i], 0.0),
        Shape.POWER: lambda i: (2 * base[i] ** 0.4, 0.0, 0.6),
    }
    kinds = [SHAPES[k] for k in random.integers(0, 3, n)]
    curves = bank([(kind, *typed[kind](i)) for i, kind in enumerate(kinds)])
    cells = random_cells(random, curves, base, np.repeat(np.arange(campaigns), periods), digits)
    rows = Rows(n, extras=int(random.random() < 0.3))
    random_rows(random, rows, base, cells.campaign, np.tile(np.arange(periods), campaigns), digits)
    if rows.extras:
        demand = curves.value(base).sum() * 0.8
        rows.add(np.zeros(n), -INF, demand, np.ones(n), [-1.0])
        rows.add(np.full(n, -0.8), 0.0, INF, np.ones(n), [-1.0])
    return rows.problem(cells, quantum, -0.1, [curves.value(cells.high).sum()] * rows.extras)


def random_cells(random: Any, curves: CurveBank, base: Any, campaign: Any, digits: int) -> Cells:
    n, quantum = len(base), 10.0**-digits
    low, high = np.zeros(n), np.maximum(np.round(3 * base, digits + 1), quantum)
    form, on, lot = np.zeros(n), np.zeros(n), np.zeros(n)
    for c in np.unique(campaign):
        mine, kind = campaign == c, random.random()
        if kind < 0.15:
            form[mine], on[mine] = Form.ON_OFF, max(round(0.4 * base[mine].min(), digits), quantum)
        elif kind < 0.25:
            form[mine], lot[mine] = Form.LOTS, max(round(0.25 * base[mine].min(), digits), quantum)
        elif kind < 0.45:
            low[mine] = np.round(0.2 * base[mine], digits + 1)
        elif kind < 0.5:
            low[mine] = high[mine] = np.round(0.7 * base[mine], digits + 2)
    return replace(cells_of(curves, low, np.maximum(low, high), form, on, lot), campaign=campaign)


def random_rows(random: Any, rows: Rows, base: Any, campaign: Any, period: Any, digits: int) -> None:
    n, total = rows.n, round(base.sum() * random.uniform(0.5, 1.2), digits)
    rows.add(np.ones(n), total if random.random() < 0.5 else -INF, total)
    for c in np.unique(campaign):
        mine = (campaign == c).astype(float)
        share = round(random.uniform(0.2, 0.7), 2)
        if random.random() < 0.3:
            rows.add(mine - share, -INF, 0.0)
        if random.random() < 0.1:
            rows.add(mine - share / 5, 0.0)
        if random.random() < 0.3:
            rows.add(mine, -INF, base[mine > 0].sum() * 0.8)
        if random.random() < 0.3:
            rows.add(-round(random.uniform(0.8, 1.3), 2) * mine, 0.0, INF, mine)
        if random.random() < 0.4:
            percent, most = random.random() < 0.5, 0.15 * base[mine > 0][0]
            places = np.flatnonzero(mine)
            for before, after in itertools.pairwise(places.tolist()):
                step = np.zeros(n)
                step[after], step[before] = 1.0, -1.15 if percent else -1.0
                rows.add(step, -INF if percent else -most, 0.0 if percent else most)
    for t in np.unique(period):
        if random.random() < 0.3:
            upto = (period <= t).astype(float)
            rows.add(upto, -INF, base[upto > 0].sum() * 0.85)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_every_limit_of_a_random_problem_holds_after_rounding(seed: int) -> None:
    problem = random_problem(seed)
    asked = itertools.count()
    try:
        solution = solve(problem, DOOR, 1e-5, stop=lambda: next(asked) > 80)
    except (NoPlanError, SolverError):
        # No plan, or none found in the time given: nothing to round.
        return
    steps = np.where(problem.cells.form == Form.LOTS, 0.0, solution.x / problem.quantum)
    try:
        rounded = round_plan(problem, solution, DOOR)
    except RoundingError:
        # A few steps in all may leave nothing whole between the limits; more must not.
        assert np.max(steps) < 1000
        return
    assert_kept(problem, rounded)
    if np.max(steps) > 1e5:
        assert rounded.objective > solution.objective - 1e-4 * abs(solution.objective)


# Extras


def stock_problem(stock: float = 100.0, high: float = 1e6) -> Problem:
    rows = Rows(2, extras=2)
    rows.add([0.0, 0.0], -INF, stock, np.ones(2), [-1.0, -1.0])
    rows.add([0.0, 0.0], 0.0, INF, np.array([1.0, 0.0]), [-1.0, 0.0])
    rows.add([0.0, 0.0], 0.0, INF, np.array([0.0, 1.0]), [0.0, -1.0])
    rows.add([1.0, 1.0], -INF, 150.0)
    curves = bank([(Shape.POWER, 1.0, 0.0, 1.0)] * 2)
    problem = rows.problem(cells_of(curves, 0, 100), high=[high, high])
    return replace(problem, effect_value=np.array([1.0, 2.0]), extra_value=np.array([-1.0, -2.0]))


def test_what_is_lost_is_the_cheapest() -> None:
    x = np.array([80.0, 70.0])
    lost = best_extras(stock_problem(), x, x, DOOR)
    assert lost == pytest.approx([50.0, 0.0], abs=1e-9)


def test_nothing_is_lost_below_the_stock() -> None:
    x = np.array([20.0, 70.0])
    assert best_extras(stock_problem(), x, x, DOOR).tolist() == [0.0, 0.0]


def test_extras_that_cannot_hold_are_none() -> None:
    x = np.array([80.0, 70.0])
    assert best_extras(stock_problem(high=10.0), x, x, DOOR) is None


def test_no_extras_are_empty() -> None:
    problem = Rows(2).problem(cells_of(hills(2, 1)[0], 0, 1))
    assert best_extras(problem, np.zeros(2), np.zeros(2), DOOR).shape == (0,)


def test_a_plan_with_stock_is_rounded_with_its_losses() -> None:
    problem = stock_problem()
    rounded, loss = rounded_plan(replace(problem, spend_value=np.full(2, -0.5)))
    assert loss < 1e-6
    assert rounded.e[0] + rounded.e[1] >= rounded.y.sum() - 100.0


# From written plans


def written(posts: bool = False, **parts: Any) -> PlanSpec:
    def campaign(ceiling: float, **own: Any) -> dict[str, Any]:
        curve = {"kind": "hill", "ceiling": ceiling, "half_spend": 3000, "slope": 0.9}
        return {"curve": curve, "order_value": 200, "margin": 0.4, **own}

    channels: dict[str, Any] = {
        "search": {"campaigns": {"brand": campaign(90.0), "generic": campaign(150.0, spend={"min": 33.335})}},
        "social": {"spend": {"share": [0.3, 0.4]}, "campaigns": {"feed": campaign(120.0)}},
    }
    if posts:
        lots = {"form": "lots", "lot": 1200, "max_lots": 40}
        channels["social"]["campaigns"]["posts"] = campaign(40.0, buying=lots)
    return PlanSpec.model_validate({
        "name": "written", "currency": "CNY", "horizon": {"start": "2026-10-20", "periods": 14},
        "objective": {"maximize": "revenue"}, "budget": {"total": 100_000.01, "exact": True},
        "channels": channels, **parts,
    })


WRITTEN: dict[str, dict[str, Any]] = {
    "lots": {"posts": True},
    "shares and roas": {"constraints": [
        {"kind": "roas", "min": 2.0}, {"kind": "roas", "min": 1.8, "scope": {"channel": "social"}},
    ]},
    "yen": {"currency": "JPY", "budget": {"total": 100_000, "exact": True}},
    "dinar": {"currency": "KWD", "budget": {"total": 99_999.999, "exact": True}},
    "stock": {"constraints": [{"kind": "stock", "max": 400, "scope": {"channel": "search"}}]},
    "ramp": {"constraints": [{"kind": "ramp", "max_percent": 5, "scope": {"channel": "search"}}]},
    "risk": {"risk": {"spread": 0.3, "draws": 50, "seed": 1, "objective": "cvar", "level": 0.8}},
}


@pytest.mark.parametrize("name", WRITTEN)
def test_written_plans_hold_exactly(name: str) -> None:
    problem, _ = compile_plan(written(**WRITTEN[name]))
    rounded, loss = rounded_plan(problem, 1e-3 if name == "lots" else 1e-6)
    assert loss < (1e-4 if name == "yen" else 1e-5)
    total = {"yen": "100000", "dinar": "99999.999"}.get(name, "100000.01")
    assert sum(exactly(v) for v in rounded.x) == Fraction(total)
