"""Problems to measure on, and the ways of solving them to beat."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse

from bidder.budget.curves import CurveBank, hill_bank
from bidder.budget.problem import Cells, Extras, Form, Linear, Problem

Floats = NDArray[np.float64]

SLOPES = {"concave": (0.5, 1.0), "S-shaped": (1.0, 3.0), "mixed": (0.5, 3.0)}
"""Ranges of the Hill curves' slopes."""

SEEDS = range(20)


def one_budget(n: int, seed: int, kind: str) -> Problem:
    """``n`` Hill curves, one budget, every spend between 0.05 and 3 times a lognormal base spend."""
    random = np.random.default_rng(seed)
    base = random.lognormal(0, 1, n) * 1000
    curves = hill_bank(
        random.lognormal(0, 0.5, n) * base * 3, base * random.uniform(0.5, 3, n),
        random.uniform(*SLOPES[kind], n),
    )
    rows = _Rows(n)
    rows.add(np.arange(n), 1.0, high=base.sum())
    return _problem(np.arange(n), np.zeros(n, dtype=np.int64), curves, 0.05 * base, 3 * base, rows)


def year(campaigns: int, periods: int, seed: int = 0) -> Problem:
    """A budget, limits per period and per campaign, five groups' caps and ROAS floors, and ramps."""
    base, curves, grid = _seasonal(campaigns, periods, seed)
    n = campaigns * periods
    rows = _Rows(n)
    rows.add(np.arange(n), 1.0, high=0.7 * base.sum())
    _add_sums(rows, base, grid)
    for group in range(5):
        cells = grid[group::5].ravel()
        rows.add(cells, 1.0, high=0.75 * base[cells].sum())
        rows.add(cells, -1.05, low=0.0, effect=1.0)
    for campaign in range(campaigns):
        step = 0.15 * base[grid[campaign, 0]]
        for period in range(1, periods):
            rows.add(grid[campaign, [period, period - 1]], np.array([1.0, -1.0]), low=-step, high=step)
    return _problem(*_place(grid), curves, 0 * base, 3 * base, rows)


def growing(cells: int, periods: int = 20) -> Problem:
    """A budget, a limit per campaign and a limit per period: what grows is the number of campaigns."""
    base, curves, grid = _seasonal(cells // periods, periods, 0)
    rows = _Rows(cells)
    rows.add(np.arange(cells), 1.0, high=0.8 * base.sum())
    _add_sums(rows, base, grid)
    return _problem(*_place(grid), curves, 0 * base, 3 * base, rows)


def with_limit(problem: Problem, row: int, factor: float) -> Problem:
    """The problem with the upper side of one row changed."""
    high = problem.row_high.copy()
    high[row] *= factor
    return replace(problem, row_high=high)


def _seasonal(campaigns: int, periods: int, seed: int) -> tuple[Floats, CurveBank, NDArray[np.int64]]:
    random = np.random.default_rng(seed)
    n = campaigns * periods
    base = np.repeat(random.lognormal(0, 1, campaigns) * 1000, periods)
    wave = np.tile(1 + 0.4 * np.sin(np.arange(periods) / periods * 2 * np.pi), campaigns)
    season = wave * random.lognormal(0, 0.1, n)
    curves = hill_bank(
        np.repeat(random.lognormal(0, 0.5, campaigns), periods) * base * 3 * season,
        base * np.repeat(random.uniform(0.5, 3, campaigns), periods) * season,
        np.repeat(random.uniform(0.5, 1, campaigns), periods),
    )
    return base, curves, np.arange(n).reshape(campaigns, periods)


def _add_sums(rows: _Rows, base: Floats, grid: NDArray[np.int64]) -> None:
    for cells in grid.T:
        rows.add(cells, 1.0, high=0.95 * base[cells].sum())
    for cells in grid:
        rows.add(cells, 1.0, high=1.2 * base[cells].sum())


def _place(grid: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    campaign, period = np.indices(grid.shape)
    return campaign.ravel(), period.ravel()


class _Rows:
    def __init__(self, cells: int) -> None:
        self.cells = cells
        self.row: list[NDArray[np.int64]] = []
        self.column: list[NDArray[np.int64]] = []
        self.spend: list[Floats] = []
        self.effect: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(
        self, cells: NDArray[np.int64], spend: float | Floats,
        low: float = -np.inf, high: float = np.inf, effect: float = 0.0,
    ) -> None:
        self.row.append(np.full(len(cells), len(self.low)))
        self.column.append(cells)
        self.spend.append(np.broadcast_to(spend, len(cells)).astype(float))
        self.effect.append(np.full(len(cells), effect))
        self.low.append(low)
        self.high.append(high)

    def linear(self) -> Linear:
        m = len(self.low)
        at = np.concatenate(self.row), np.concatenate(self.column)

        def matrix(values: list[Floats]) -> sparse.csr_array:
            made = sparse.csr_array((np.concatenate(values), at), shape=(m, self.cells))
            made.eliminate_zeros()
            return made

        return Linear(matrix(self.spend), matrix(self.effect), sparse.csr_array((m, 0)), np.zeros(m))


def _problem(
    campaign: NDArray[np.int64], period: NDArray[np.int64], curves: CurveBank,
    low: Floats, high: Floats, rows: _Rows,
) -> Problem:
    n = len(low)
    zero = np.zeros(n)
    cells = Cells(campaign, period, curves, low, high, np.full(n, Form.ANY, dtype=np.int8), zero, zero)
    return Problem(
        cells, rows.linear(), np.array(rows.low), np.array(rows.high), Extras(np.zeros(0), np.zeros(0), ()),
        zero, np.ones(n), np.zeros(0), 0.0, 1, 0.01,
        None,  # type: ignore[arg-type]  # planner's words for the limits play no part in solving
    )


@dataclass(frozen=True)
class Rival:
    """What another way of solving reached, and how long it took (seconds)."""

    x: Floats
    value: float
    seconds: float


def slsqp(problem: Problem, start: Floats | None = None, gradient: bool = True) -> Rival:
    """Scipy's SLSQP as media-mix tools use it: ftol 1e-9, at most 1,000 iterations, uniform start."""
    curves, low, high = problem.cells.curves, problem.cells.low, problem.cells.high
    total = float(problem.row_high[0])
    ceiling, half, slope = curves.a, curves.b, curves.c

    def cost(x: Floats) -> float:
        return -float(np.sum(ceiling / (1.0 + (half / x) ** slope)))

    def cost_slope(x: Floats) -> Floats:
        ratio = (half / x) ** slope
        steep: Floats = -ceiling * slope * ratio / (x * (1.0 + ratio) ** 2)
        return steep

    ones = np.ones(len(low))
    limit = {"type": "ineq", "fun": lambda x: total - x.sum(), "jac": lambda x: -ones}
    first = np.clip(np.full(len(low), total / len(low)), low, high) if start is None else start
    before = time.perf_counter()
    found = optimize.minimize(
        cost, first, jac=cost_slope if gradient else None, method="SLSQP",
        bounds=np.stack([low, high], axis=1), constraints=[limit], options={"ftol": 1e-9, "maxiter": 1000},
    )
    seconds = time.perf_counter() - before
    x = np.clip(found.x, low, high)
    # What it overspends by rounding errors is taken off, so that nobody wins by breaking the limit.
    x = np.maximum(low, x * min(1.0, total / x.sum()))
    return Rival(x, -cost(x), seconds)


def slsqp_many(problem: Problem, starts: int = 20) -> float:
    """Best value of SLSQP from the uniform start and from random ones."""
    random = np.random.default_rng(0)
    low, high = problem.cells.low, problem.cells.high
    best = slsqp(problem).value
    for _ in range(starts - 1):
        x = random.uniform(low, high)
        left = max(float(problem.row_high[0] - low.sum()), 0.0)
        x = low + (x - low) * min(1.0, left / float((x - low).sum()))
        best = max(best, slsqp(problem, x).value)
    return best


def dual_optimum(problem: Problem) -> float:
    """Least upper bound over the budget's price, found by scipy and not by this project's engine."""
    low, high, total = problem.cells.low, problem.cells.high, float(problem.row_high[0])
    ceiling, half, slope = problem.cells.curves.a, problem.cells.curves.b, problem.cells.curves.c

    def fall(x: Floats) -> Floats:
        ratio = (half / x) ** slope
        steep: Floats = ceiling * slope * ratio / (x * (1.0 + ratio) ** 2)
        return steep

    def bound(price: float) -> float:
        left, right = low.copy(), high.copy()
        for _ in range(80):
            middle = 0.5 * (left + right)
            up = fall(middle) > price
            left, right = np.where(up, middle, left), np.where(up, right, middle)
        x = 0.5 * (left + right)
        return price * total + float(np.sum(ceiling / (1.0 + (half / x) ** slope) - price * x))

    steepest = float(np.max(fall(low)))
    found = optimize.minimize_scalar(
        bound, bounds=(0.0, steepest), method="bounded", options={"xatol": 1e-9 * steepest}
    )
    return float(found.fun)


def seconds_of(work: Callable[[], object], times: int = 3) -> float:
    """Median time of some runs."""
    taken = []
    for _ in range(times):
        before = time.perf_counter()
        work()
        taken.append(time.perf_counter() - before)
    return float(np.median(taken))
