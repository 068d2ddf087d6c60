"""Small plans and problems, and slow independent ways to solve them: the yardstick for the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import minimize

from bidder.budget.accounts import Accounts
from bidder.budget.compile import compile_plan
from bidder.budget.curves import CurveBank, Shape, bank
from bidder.budget.linear import LinearSolver
from bidder.budget.problem import Cells, Extras, Form, Limits, Linear, Problem, empty_rows
from bidder.budget.result import Solution
from bidder.budget.solve import solve
from bidder.budget.spec import PlanSpec
from bidder.budget.tables import prices

START = "2026-03-02"
"""A Monday."""


def hill(ceiling: float, half_spend: float, slope: float = 1.0) -> dict[str, Any]:
    return {"kind": "hill", "ceiling": ceiling, "half_spend": half_spend, "slope": slope}


def log(scale: float, spend_scale: float) -> dict[str, Any]:
    return {"kind": "log", "scale": scale, "spend_scale": spend_scale}


def power(coefficient: float, exponent: float) -> dict[str, Any]:
    return {"kind": "power", "coefficient": coefficient, "exponent": exponent}


def piecewise(*points: tuple[float, float]) -> dict[str, Any]:
    return {"kind": "piecewise", "points": [list(p) for p in points]}


def campaign(curve: dict[str, Any] | None, order_value: float = 1.0, **parts: Any) -> dict[str, Any]:
    own = {"order_value": order_value, **parts}
    return own if curve is None else {"curve": curve, **own}


def plan(campaigns: dict[str, dict[str, Any]], periods: int = 1, **parts: Any) -> PlanSpec:
    """A plan of daily periods; ``search_spend`` and the like set the spend of a channel."""
    channels: dict[str, Any] = {}
    for name, own in campaigns.items():
        channel, short = name.split("/")
        channels.setdefault(channel, {"campaigns": {}})["campaigns"][short] = own
    for channel in channels:
        spend = parts.pop(f"{channel}_spend", None)
        if spend is not None:
            channels[channel]["spend"] = spend
    return PlanSpec.model_validate(
        {
            "currency": "CNY",
            "horizon": {"start": START, "periods": periods},
            "objective": {"maximize": "revenue"},
            "channels": channels,
            **parts,
        }
    )


@dataclass(frozen=True)
class Solved:
    """A compiled plan and its solution; spends by campaign and period."""

    spec: PlanSpec
    problem: Problem
    accounts: Accounts
    solution: Solution

    @property
    def x(self) -> np.ndarray:
        return self.solution.x.reshape(len(self.accounts.campaigns), -1)

    @property
    def value(self) -> float:
        """Objective in the planner's sense."""
        return self.problem.sense * self.solution.objective

    @property
    def prices(self) -> dict[tuple[str, str], float]:
        limits = self.problem.limits
        return dict(
            zip(zip(limits.name, limits.when, strict=True), prices(self.problem, self.solution), strict=True)
        )

    def price(self, name: str, when: str = "") -> float:
        return self.prices[name, when]


def solved(
    spec: PlanSpec,
    solver: str | LinearSolver = "auto",
    gap: float = 1e-10,
    actuals: Any = None,
    old_spend: Any = None,
) -> Solved:
    problem, accounts = compile_plan(spec, actuals, old_spend)
    solution = solve(problem, solver, gap)
    check(problem, solution)
    return Solved(spec, problem, accounts, solution)


def check(problem: Problem, solution: Solution, tolerance: float = 1e-6) -> None:
    """A solution lies in every cell's set and satisfies every row, and says what it is worth."""
    x, y, e = solution.x, solution.y, solution.e
    cells = problem.cells
    slack = 1e-9 * np.maximum(cells.high, 1.0)
    assert np.all(x >= cells.low - slack)
    assert np.all(x <= cells.high + slack)
    lots = cells.form == Form.LOTS
    assert np.allclose(np.round(x[lots] / cells.lot[lots]) * cells.lot[lots], x[lots])
    off = (cells.form == Form.ON_OFF) & (x > 1e-9)
    assert np.all(x[off] >= cells.on_minimum[off] * (1 - 1e-9))
    np.testing.assert_allclose(y, cells.curves.value(x), rtol=1e-12, atol=0)
    activity = problem.rows.at(x, y, e)
    sizes = abs(problem.rows.spend) @ x + abs(problem.rows.effect) @ y + abs(problem.rows.extra) @ np.abs(e)
    sizes = np.maximum(sizes, 1e-6)
    assert np.all(activity <= problem.row_high + tolerance * np.maximum(sizes, np.abs(problem.row_high)))
    assert np.all(activity >= problem.row_low - tolerance * np.maximum(sizes, np.abs(problem.row_low)))
    assert problem.objective(x, y, e) == pytest.approx(solution.objective, rel=1e-12, abs=1e-12)
    assert solution.bound >= solution.objective


NO_LIMITS = Limits(
    (),
    (),
    (),
    (),
    (),
    np.zeros(0),
    np.zeros(0, np.int8),
    np.zeros(0, np.int64),
    np.zeros(0, np.int64),
    np.zeros(0, np.int8),
    (),
    empty_rows(0, 0),
)


def problem_of(
    curves: CurveBank,
    low: Any,
    high: Any,
    spend_rows: Any = (),
    effect_rows: Any = (),
    row_low: Any = (),
    row_high: Any = (),
    spend_value: Any = 0.0,
    effect_value: Any = 1.0,
    form: Any = None,
    on_minimum: Any = 0.0,
    lot: Any = 0.0,
) -> Problem:
    """A problem from dense arrays, without extras."""
    n, m = len(curves), len(row_low)

    def each(values: Any) -> np.ndarray:
        return np.broadcast_to(np.asarray(values, dtype=np.float64), n).copy()

    def rows(dense: Any) -> sparse.csr_array:
        return sparse.csr_array(np.asarray(dense, dtype=np.float64).reshape(m, n) if len(dense) else (m, n))

    cells = Cells(
        np.arange(n),
        np.zeros(n, np.int64),
        curves,
        each(low),
        each(high),
        np.zeros(n, np.int8) if form is None else np.asarray(form, np.int8),
        each(on_minimum),
        each(lot),
    )
    linear = Linear(rows(spend_rows), rows(effect_rows), sparse.csr_array((m, 0)), np.zeros(m))
    none = np.zeros(0)
    return Problem(
        cells,
        linear,
        np.asarray(row_low, float),
        np.asarray(row_high, float),
        Extras(none, none, ()),
        each(spend_value),
        each(effect_value),
        none,
        0.0,
        1,
        0.01,
        NO_LIMITS,
    )


def random_curves(
    random: np.random.Generator, n: int, s_shaped: bool = False, corners: bool = True
) -> CurveBank:
    """A mix of all shapes, half-saturated somewhere between 0.3 and 3."""
    points, shapes = [], []
    for _ in range(n):
        kind = int(random.integers(0, 4 if corners else 3))
        scale, reach = random.uniform(0.5, 5.0), random.uniform(0.3, 3.0)
        if kind == Shape.PIECEWISE:
            xs = np.concatenate([[0.0], np.cumsum(random.uniform(0.2, 1.5, 4))])
            rise = random.uniform(0.0, 2.0, 4)
            rise = rise if s_shaped else np.sort(rise)[::-1]
            shapes.append((Shape.PIECEWISE, float(len(points)), 0.0, 0.0))
            points.append((xs, np.concatenate([[0.0], np.cumsum(rise * np.diff(xs))])))
        elif kind == Shape.HILL:
            slope = random.uniform(1.2, 4.0) if s_shaped else random.uniform(0.4, 1.0)
            shapes.append((Shape.HILL, scale, reach, slope))
        elif kind == Shape.LOG:
            shapes.append((Shape.LOG, scale, reach, 0.0))
        else:
            shapes.append((Shape.POWER, scale, 1.0, random.uniform(0.3, 0.9)))
    made = bank(shapes, points)
    return made.scaled(random.uniform(0.5, 2.0, n), random.uniform(0.5, 2.0, n))


def random_problem(
    seed: int, n: int, s_shaped: bool = False, forms: bool = False, corners: bool = True, hard: bool = False
) -> Problem:
    """A budget, a group cap, a floor on a ratio and a ramp; with ``hard`` it may have no solution."""
    random = np.random.default_rng(seed)
    curves = random_curves(random, n, s_shaped, corners)
    high = random.uniform(1.0, 4.0, n)
    low = np.where(random.random(n) < 0.3, random.uniform(0.0, 0.3, n), 0.0)
    group = random.random(n) < 0.5
    total = float(high.sum()) * random.uniform(0.2, 0.7)
    ratio = random.uniform(0.2, 3.0 if hard else 0.8)
    # A floor on effect per spend of everything, a group's most, and two cells kept close.
    spend = [
        np.ones(n),
        group.astype(float),
        -ratio * np.ones(n),
        np.eye(n)[0] - np.eye(n)[n - 1],
        np.ones(n),
    ]
    effect = [np.zeros(n), np.zeros(n), np.ones(n), np.zeros(n), np.zeros(n)]
    cap = 0.5 * total + low[group].sum()
    row_low = [-np.inf, -np.inf, 0.0, -0.5 if n > 1 else -np.inf, total * random.uniform(0.0, 1.3)]
    row_high = [total, cap, np.inf, 0.5 if n > 1 else np.inf, np.inf]
    if not hard:
        row_low[2] = 0.0 if not s_shaped and not np.any(low > 0) else -np.inf
        row_low[4] = -np.inf
    form, on_minimum, lot = np.zeros(n, np.int8), np.zeros(n), np.zeros(n)
    if forms:
        form = random.integers(0, 3, n).astype(np.int8)
        on_minimum = np.where(form == Form.ON_OFF, random.uniform(0.2, 0.6, n) * high, 0.0)
        lot = np.where(form == Form.LOTS, high / random.uniform(2.1, 6.0, n), 0.0)
        low = np.zeros(n)
        row_low[3], row_high[3] = -np.inf, np.inf
    return problem_of(
        curves,
        low,
        high,
        spend,
        effect,
        row_low,
        row_high,
        spend_value=-random.uniform(0.0, 0.3),
        effect_value=random.uniform(0.3, 2.0, n),
        form=form,
        on_minimum=on_minimum,
        lot=lot,
    )


def violation(problem: Problem, x: np.ndarray, e: np.ndarray | None = None) -> float:
    """Largest absolute violation of a row at spends ``x``."""
    e = np.zeros(len(problem.extras)) if e is None else e
    activity = problem.rows.at(x, problem.cells.curves.value(x), e)
    return float(np.max(np.maximum(activity - problem.row_high, problem.row_low - activity), initial=0.0))


def worth(problem: Problem, x: np.ndarray, e: np.ndarray | None = None) -> float:
    e = np.zeros(len(problem.extras)) if e is None else e
    return problem.objective(x, problem.cells.curves.value(x), e)


def slsqp(problem: Problem, starts: int = 4, seed: int = 0) -> float:
    """Best feasible value of a smooth problem by sequential quadratic programming from random starts."""
    n, k = len(problem.cells), len(problem.extras)
    size = max(float(np.mean(problem.cells.high)), 1e-12)
    most = np.where(np.isfinite(problem.extras.high), problem.extras.high, size)
    scale = np.concatenate([np.full(n, size), np.maximum(most, 1e-12)])
    low = np.concatenate([problem.cells.low, problem.extras.low]) / scale
    high = np.concatenate([problem.cells.high, problem.extras.high]) / scale
    curves, rows = problem.cells.curves, problem.rows
    spend, effect, extra = (m.toarray() for m in (rows.spend, rows.effect, rows.extra))
    weight = 1.0 / np.maximum(
        np.abs(spend) @ np.full(n, size) + np.abs(effect) @ curves.value(np.full(n, size)), 1e-9
    )

    def at(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.maximum(z[:n] * scale[:n], 0.0), z[n:] * scale[n:]

    def activity(z: np.ndarray) -> np.ndarray:
        x, e = at(z)
        return weight * rows.at(x, curves.value(x), e)

    def slope_at(x: np.ndarray) -> np.ndarray:
        return np.minimum(curves.slope(np.maximum(x, 1e-9 * size)), 1e12)

    def jacobian(z: np.ndarray) -> np.ndarray:
        x, _ = at(z)
        inner = np.hstack([spend + effect * slope_at(x), extra]) * scale
        return weight[:, None] * inner

    worths = abs(problem.objective(problem.cells.high, curves.value(problem.cells.high), np.zeros(k))) or 1.0

    def loss(z: np.ndarray) -> float:
        x, e = at(z)
        return -problem.objective(x, curves.value(x), e) / worths

    def gradient(z: np.ndarray) -> np.ndarray:
        x, _ = at(z)
        inner = np.concatenate(
            [problem.spend_value + problem.effect_value * slope_at(x), problem.extra_value]
        )
        return -inner * scale / worths

    sides = [
        {
            "type": "ineq",
            "fun": lambda z, r=r, s=s, b=b: s * (b * weight[r] - activity(z)[r]),
            "jac": lambda z, r=r, s=s: -s * jacobian(z)[r],
        }
        for r in range(len(rows))
        for s, b in ((1.0, problem.row_high[r]), (-1.0, problem.row_low[r]))
        if np.isfinite(b)
    ]
    random = np.random.default_rng(seed)
    best = -np.inf
    for _ in range(starts):
        z0 = low + random.uniform(0.02, 0.5, n + k) * (high - low)
        found = minimize(
            loss,
            z0,
            jac=gradient,
            method="SLSQP",
            bounds=list(zip(low, high, strict=True)),
            constraints=sides,
            options={"ftol": 1e-14, "maxiter": 500},
        )
        x, e = at(np.clip(found.x, low, high))
        act = weight * rows.at(x, curves.value(x), e)
        over = np.max(
            np.maximum(act - weight * problem.row_high, weight * problem.row_low - act), initial=0.0
        )
        if over < 1e-9:
            best = max(best, -loss(found.x) * worths)
    return best


def brute_force(
    problem: Problem, points: int = 201, tolerance: float = 1e-9
) -> tuple[float, np.ndarray | None]:
    """Best value on a grid of all allowed spends of a few cells, and where."""
    cells = problem.cells
    axes = []
    for k in range(len(cells)):
        if cells.form[k] == Form.LOTS:
            axes.append(
                np.arange(
                    np.ceil(cells.low[k] / cells.lot[k] - 1e-9),
                    np.floor(cells.high[k] / cells.lot[k] + 1e-9) + 1,
                )
                * cells.lot[k]
            )
            continue
        least = cells.on_minimum[k] if cells.form[k] == Form.ON_OFF else cells.low[k]
        axis = np.linspace(least, cells.high[k], points)
        axes.append(np.append(0.0, axis) if cells.form[k] == Form.ON_OFF else axis)
    grid = np.stack([g.ravel() for g in np.meshgrid(*axes, indexing="ij")])
    effects = np.stack(
        [cells.curves.take(np.array([k])).value(grid[k][None, :])[0] for k in range(len(cells))]
    )
    activity = problem.rows.spend @ grid + problem.rows.effect @ effects + problem.rows.constant[:, None]
    low, high = (s[:, None] for s in (problem.row_low, problem.row_high))
    good = np.all((activity <= high + tolerance) & (activity >= low - tolerance), axis=0)
    if not np.any(good):
        return -np.inf, None
    values = problem.spend_value @ grid + problem.effect_value @ effects + problem.constant
    at = int(np.argmax(np.where(good, values, -np.inf)))
    return float(values[at]), grid[:, at]


def random_points(problem: Problem, random: np.random.Generator, count: int) -> np.ndarray:
    """Allowed spends, shape (count, n), feasible for the rows or not."""
    cells = problem.cells
    part = random.random((count, len(cells))) ** random.uniform(0.3, 4.0, (count, 1))
    x = cells.low + part * (cells.high - cells.low)
    lots = np.where(cells.form == Form.LOTS, cells.lot, 1.0)
    x = np.where(cells.form == Form.LOTS, np.floor(x / lots) * lots, x)
    return np.where((cells.form == Form.ON_OFF) & (x < cells.on_minimum), 0.0, x)
