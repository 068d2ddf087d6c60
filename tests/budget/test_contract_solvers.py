"""Every solver installed here gives the same answers through its door."""

from __future__ import annotations

from typing import Any

import numpy as np
import pulp
import pytest
from engine_problems import campaign, hill, log, piecewise, plan, power, random_problem, solved
from scipy.optimize import linprog

from bidder.budget.linear import LinearProgram, Status
from bidder.budget.problem import Problem
from bidder.budget.region import Envelope, Region
from bidder.budget.segments import Frame, breakpoints
from bidder.budget.solve import NoPlanError, solve
from bidder.budget.solvers import installed, solver
from bidder.errors import SolverError

pytestmark = [
    pytest.mark.filterwarnings("ignore:Constructing Lp:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:PULP_CBC_CMD is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:pulp"),
]
NAMES = installed()


def test_the_usual_ones_are_here() -> None:
    assert {"highs", "cbc", "pulp:highs"} <= set(NAMES)


def program(seed: int, hard: bool = False) -> LinearProgram:
    """A dense random program with finite columns, both kinds of rows and an equality."""
    random = np.random.default_rng(seed)
    columns, rows = int(random.integers(2, 9)), int(random.integers(1, 6))
    matrix = random.normal(0, 1, (rows, columns)).round(3)
    low, high = -random.uniform(0, 2, columns), random.uniform(0.5, 3, columns)
    inside = matrix @ random.uniform(low, high)
    slack = random.uniform(0, 1, (2, rows))
    row_low, row_high = inside - slack[0], inside + slack[1]
    row_low[random.random(rows) < 0.4] = -np.inf
    row_high[random.random(rows) < 0.3] = np.inf
    if random.random() < 0.4:
        row_low[0] = row_high[0] = inside[0]
    if hard:
        reach = np.abs(matrix[0]) @ np.maximum(np.abs(low), high)
        row_low[0], row_high[0] = (inside[0] + random.uniform(-1, 1.5) * reach, np.inf)
    entries = [np.flatnonzero(matrix[:, j]) for j in range(columns)]
    start = np.concatenate([[0], np.cumsum([len(k) for k in entries])])
    return LinearProgram(
        random.normal(0, 1, columns).round(3),
        low,
        high,
        start.astype(np.int32),
        np.concatenate(entries).astype(np.int32),
        np.concatenate([matrix[k, j] for j, k in enumerate(entries)]),
        row_low,
        row_high,
    )


def dense(lp: LinearProgram) -> np.ndarray:
    matrix = np.zeros((lp.rows, lp.columns))
    for j in range(lp.columns):
        part = slice(lp.start[j], lp.start[j + 1])
        matrix[lp.index[part], j] = lp.value[part]
    return matrix


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("seed", range(6))
def test_duals_are_the_slopes_of_the_least_cost(name: str, seed: int) -> None:
    """Moving an active side by h moves the least cost by its dual times h, in every solver's sign."""
    lp = program(seed)
    answer = solver(name).solve(lp)
    assert answer.status is Status.OPTIMAL
    matrix = dense(lp)
    activity = matrix @ answer.primal
    assert np.all(activity <= lp.row_high + 1e-7)
    assert np.all(activity >= lp.row_low - 1e-7)
    step = 1e-6
    for row in range(lp.rows):
        tight = [
            side
            for side, end in ((1, lp.row_high[row]), (-1, lp.row_low[row]))
            if abs(activity[row] - end) < 1e-6
        ]
        if not tight:
            assert answer.duals[row] == pytest.approx(0.0, abs=1e-8)
            continue
        if len(tight) == 1:
            assert answer.duals[row] * tight[0] <= 1e-9
        costs = []
        for way in (1, -1):
            low, high = lp.row_low.copy(), lp.row_high.copy()
            low[row] += way * step * (-1 in tight)
            high[row] += way * step * (1 in tight)
            costs.append(_least_cost(lp, low, high))
        if None in costs:
            continue
        assert answer.duals[row] == pytest.approx((costs[0] - costs[1]) / (2 * step), abs=1e-5)


def _least_cost(lp: LinearProgram, low: np.ndarray, high: np.ndarray) -> float | None:
    matrix = dense(lp)
    upper, lower = np.isfinite(high), np.isfinite(low)
    found = linprog(
        lp.cost,
        np.vstack([matrix[upper], -matrix[lower]]),
        np.concatenate([high[upper], -low[lower]]),
        bounds=np.stack([lp.column_low, lp.column_high], axis=1),
        method="highs",
    )
    return found.fun if found.status == 0 else None


def test_pulps_own_highs_turns_the_sign_when_maximising_and_our_door_does_not() -> None:
    """max 3 x, x <= 4: one more unit of the limit is worth 3."""
    x = pulp.LpVariable("x", 0, 10)
    model = pulp.LpProblem("m", pulp.LpMaximize)
    model += 3 * x
    model += x <= 4, "cap"
    model.solve(pulp.HiGHS(msg=False))
    assert model.constraints["cap"].pi == pytest.approx(-3), "PuLP has mended its sign; the adapter may rest"
    for name in NAMES:
        lp = LinearProgram(
            np.array([-3.0]),
            np.zeros(1),
            np.full(1, 10.0),
            np.array([0, 1], np.int32),
            np.zeros(1, np.int32),
            np.ones(1),
            np.array([-np.inf]),
            np.array([4.0]),
        )
        assert solver(name).solve(lp).duals[0] == pytest.approx(-3), name
        found = solved(plan({"s/a": campaign(power(3, 1.0))}, budget={"total": 4}), name)
        assert found.price("budget total") == pytest.approx(3), name


PLANS: dict[str, Any] = {
    "budget": plan(
        {"s/a": campaign(hill(100, 50), 10), "s/b": campaign(log(40, 20), 12)}, 2, budget={"total": 90}
    ),
    "exact with shares": plan(
        {"s/a": campaign(hill(100, 50, 0.7), 10), "t/b": campaign(power(9, 0.5), 12)},
        2,
        budget={"total": 90, "exact": True},
        constraints=[{"kind": "share", "max": 0.4, "scope": {"channel": "s"}}],
    ),
    "roas and ramp": plan(
        {"s/a": campaign(hill(100, 50, 0.7), 10), "t/b": campaign(power(9, 0.5), 12)},
        3,
        constraints=[{"kind": "roas", "min": 8.0}, {"kind": "ramp", "max": 3.0}],
        budget={"total": 200},
        seasonality=[{"date": "2026-03-03", "traffic": 1.5}],
    ),
    "least spend": plan(
        {"s/a": campaign(hill(100, 50), 10), "s/b": campaign(log(40, 20), 12)},
        2,
        objective={"minimize": "spend"},
        constraints=[{"kind": "outcome", "min": 120}],
    ),
    "stock": plan(
        {"s/a": campaign(hill(100, 50), 10), "s/b": campaign(log(40, 20), 12)},
        2,
        budget={"total": 200},
        constraints=[{"kind": "stock", "max": 100}],
    ),
    "risk": plan(
        {"s/a": campaign(hill(100, 50), 10), "s/b": campaign(log(40, 20), 12)},
        budget={"total": 90},
        risk={"objective": "cvar", "draws": 15, "level": 0.7, "spread": 0.4},
    ),
    "s-shapes": plan(
        {"s/a": campaign(hill(100, 50, 3), 10), "s/b": campaign(hill(90, 40, 2), 12)}, budget={"total": 70}
    ),
    "corners": plan(
        {"s/a": campaign(piecewise((0, 0), (10, 50), (30, 90))), "s/b": campaign(log(20, 15), 2)},
        budget={"total": 33},
    ),
    "lots": plan(
        {
            "s/a": campaign(hill(100, 50), 10),
            "s/k": campaign(log(30, 12), 9, buying={"form": "lots", "lot": 11}),
        },
        budget={"total": 60},
    ),
}


@pytest.mark.parametrize("name", [n for n in NAMES if n != "highs"])
@pytest.mark.parametrize("which", PLANS)
def test_every_solver_gives_the_same_plan_bound_and_prices(name: str, which: str) -> None:
    own, other = solved(PLANS[which], gap=1e-7), solved(PLANS[which], name, gap=1e-7)
    assert other.value == pytest.approx(own.value, rel=1e-6)
    assert other.solution.bound == pytest.approx(own.solution.bound, rel=1e-6)
    assert other.solution.gap <= 1e-6
    prices, others = own.prices, other.prices
    for key, price in prices.items():
        assert np.sign(others[key]) == np.sign(price), key
        if which not in {"stock", "lots", "s-shapes"}:
            assert others[key] == pytest.approx(price, rel=2e-3), key


@pytest.mark.parametrize("name", NAMES)
def test_every_solver_sees_what_is_infeasible(name: str) -> None:
    for constraints in (
        [{"kind": "spend", "max": 50}, {"kind": "outcome", "min": 100}],
        [{"kind": "outcome", "min": 1e4}],
    ):
        with pytest.raises(NoPlanError):
            solved(
                plan(
                    {"s/a": campaign(hill(100, 50), 10), "s/b": campaign(log(20, 20), 12)},
                    budget={"total": 90},
                    constraints=constraints,
                ),
                name,
            )
    impossible = program(1)
    impossible = LinearProgram(
        impossible.cost,
        impossible.column_low,
        impossible.column_high,
        impossible.start,
        impossible.index,
        impossible.value,
        np.full(impossible.rows, 1e4),
        np.full(impossible.rows, np.inf),
    )
    assert solver(name).solve(impossible).status is Status.INFEASIBLE


def test_a_basis_of_an_earlier_round_is_taken_up() -> None:
    lp = program(3)
    first = solver().solve(lp)
    again = solver().solve(lp, first.basis)
    assert again.primal == pytest.approx(first.primal)
    assert again.basis is not None


@pytest.mark.parametrize(
    "name, hint",
    [("higs", "did you mean 'highs'"), ("pulp:nonsense", "not installed"), ("", "expected one of")],
)
def test_unknown_solvers(name: str, hint: str) -> None:
    with pytest.raises(SolverError, match=hint):
        solver(name)


def first_program(problem: Problem) -> LinearProgram:
    region = Region.whole(problem.cells)
    middle = 0.5 * (region.low + region.high)
    frame = Frame.of(problem, 10, np.maximum(middle, 1e-6))
    envelope = Envelope.of(region)
    return frame.program(envelope, breakpoints(envelope, middle, np.ones(len(middle)), middle)).lp


def agree(count: int) -> None:
    """One program each of ``count`` random problems, about half of them without a solution."""
    feasible = 0
    for seed in range(count):
        lp = (
            first_program(random_problem(seed, 1 + seed % 6, hard=True))
            if seed % 2
            else program(seed, hard=True)
        )
        own, other = solver("highs").solve(lp), solver("cbc").solve(lp)
        assert own.status is other.status, seed
        if own.status is Status.OPTIMAL:
            feasible += 1
            assert lp.cost @ other.primal == pytest.approx(lp.cost @ own.primal, rel=1e-6, abs=1e-7), seed
    assert 0.2 * count < feasible < 0.9 * count


def test_highs_and_cbc_agree_on_five_hundred_problems() -> None:
    agree(500)


@pytest.mark.slow
def test_whole_searches_agree_on_a_hundred_problems() -> None:
    for seed in range(100):
        problem = random_problem(seed, 1 + seed % 4, s_shaped=seed % 3 == 0, hard=True)
        values = []
        for name in ("highs", "cbc"):
            try:
                values.append(solve(problem, name, gap=1e-7).objective)
            except NoPlanError:
                values.append(-np.inf)
        assert values[1] == pytest.approx(values[0], rel=1e-6, abs=1e-7), seed
