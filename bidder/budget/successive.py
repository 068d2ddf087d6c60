"""Successive piecewise-linear programs: solve, bound, refine around the solution, repeat.

Each round's linear program is an inner approximation of the concave envelopes, so its solutions are
feasible for them; its duals give the bound (:mod:`bidder.budget.certificate`) and, through each
cell's maximiser at those duals, the place where the next round looks more closely. The spend of the
last round stays a breakpoint, so that the value never falls. Before the first round and between
rounds :mod:`bidder.budget.newton` may find the exact optimum and spare the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidder.budget.certificate import Certificate, certify
from bidder.budget.linear import Basis, LinearSolver, Status
from bidder.budget.newton import FEW_STEPS, STEPS, settle
from bidder.budget.problem import Problem
from bidder.budget.region import Envelope, Region, maximisers
from bidder.budget.result import Round, relative_gap
from bidder.budget.segments import Frame, breakpoints, moved_basis, negligible
from bidder.errors import SolverError

Floats = NDArray[np.float64]

SEGMENTS = 10
"""Segments per cell (one less than the breakpoints)."""

MAX_ROUNDS = 40
FIRST_WINDOW = 1.0
SHRINK = 0.25
NARROWEST = 1e-6
_PATIENCE = 4
_TRIES = 3
_ROOT_STEPS, _ROOT_TIGHT = 60, 1e-9
_WORTHLESS = 1e-9


@dataclass(frozen=True)
class Start:
    """Where to look first: spends (n,), width of the look (natural log), a basis and multipliers (m,)."""

    x: Floats
    window: float
    basis: Basis | None = None
    keep: Floats | None = None
    duals: Floats | None = None


@dataclass(frozen=True)
class Relaxed:
    """Solution of the concave relaxation over a region.

    ``value`` is the best value reached on the envelopes, ``bound`` the least upper bound found.
    ``unstated`` is the effect that the program left out where more effect is worth nothing (stock sold
    out) or does harm; no plan can leave it out.
    """

    x: Floats
    e: Floats
    value: float
    bound: float
    certificate: Certificate
    rounds: tuple[Round, ...]
    envelope: Envelope
    basis: Basis | None
    window: float
    unstated: Floats
    newton: bool = False

    @property
    def gap(self) -> float:
        """Relative distance between value and bound."""
        return relative_gap(self.value, self.bound)


def first_look(problem: Problem, region: Region) -> Floats:
    """Spends of the problem without side constraints but one price that meets the tightest total.

    A row with coefficient 1 on every cell's spend (a budget) sets one price for all; the spends at
    that price are close to the solution wherever little else binds.
    """
    _, total = _tightest_total(problem)
    gain = np.maximum(problem.effect_value, 0.0)
    if not np.any(gain > 0):
        gain = np.ones_like(gain)

    def spend_at(price: float) -> Floats:
        return maximisers(region, gain, price - problem.spend_value)[1]

    free = spend_at(0.0)
    if total is None:
        return free if problem.sense > 0 else np.clip(region.cells.curves.knee, region.low, region.high)
    if float(free.sum()) <= total:
        return free
    # One price, found on a log scale between "everything is worth it" and "nothing is".
    high = 1.0
    least = float(region.low.sum())
    while float(spend_at(high).sum()) > max(total, least * (1 + 1e-9)) and high < 1e30:
        high *= 64.0
    low = high / 64.0
    while float(spend_at(low).sum()) < total and low > 1e-30:
        low /= 64.0
    return _spend_at_root(spend_at, total, float(np.log(low)), float(np.log(high)))


def _spend_at_root(spend_at: Callable[[float], Floats], total: float, low: float, high: float) -> Floats:
    """Spends that add up to at most a total, between two prices' logarithms (Illinois method; Ford 1995)."""
    x = spend_at(float(np.exp(high)))
    above, below = float(spend_at(float(np.exp(low))).sum()) - total, float(x.sum()) - total
    kept = 0
    for step in range(_ROOT_STEPS):
        if high - low < 1e-12 or above <= 0.0 or float(x.sum()) > total * (1 - _ROOT_TIGHT):
            break
        # Where spend jumps, only halving closes in.
        part = 0.5 if step >= _ROOT_STEPS // 3 else above / (above - below)
        middle = low + part * (high - low)
        tried = spend_at(float(np.exp(middle)))
        left = float(tried.sum()) - total
        if left > 0:
            low, above = middle, left
            below = 0.5 * below if kept > 0 else below
            kept = 1
        else:
            high, below, x = middle, left, tried
            above = 0.5 * above if kept < 0 else above
            kept = -1
    return x


def opening_duals(problem: Problem, region: Region, x: Floats) -> Floats:
    """Multipliers (m,) that go with a first look: the price of the tightest total, and nothing else."""
    duals = np.zeros(len(problem.rows))
    row, _ = _tightest_total(problem)
    slope = problem.cells.curves.slope(x)
    inside = (x > region.low) & (x < region.high) & np.isfinite(slope)
    if row is not None and np.any(inside):
        worth = problem.effect_value[inside] * slope[inside] + problem.spend_value[inside]
        duals[row] = max(float(np.median(worth)), 0.0)
    return duals


def _tightest_total(problem: Problem) -> tuple[int | None, float | None]:
    """The row with the least upper side among those that sum all spends and nothing else, and that side."""
    spend = problem.rows.spend
    n = len(problem.cells)
    counts, effects = np.diff(spend.indptr), np.diff(problem.rows.effect.indptr)
    rows = np.flatnonzero((counts == n) & (effects == 0) & np.isfinite(problem.row_high))
    totals = [
        (float(problem.row_high[r] - problem.rows.constant[r]), int(r))
        for r in rows
        if np.all(spend.data[spend.indptr[r] : spend.indptr[r + 1]] == 1.0)
    ]
    total, row = min(totals, default=(None, None))
    return row, total


def relax(
    problem: Problem,
    region: Region,
    solver: LinearSolver,
    gap: float,
    start: Start | None = None,
    frame: Callable[[], Frame] | None = None,
    cutoff: float = -np.inf,
    enough: float = np.inf,
    max_rounds: int = MAX_ROUNDS,
    on_round: Callable[[Round], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Relaxed | None:
    """Solve the concave relaxation over a region to a certified gap.

    Parameters
    ----------
    gap : float
        Relative gap between the envelopes' value and the bound at which to stop.
    frame : callable, optional
        Lays out the linear programs, asked only if there are any.
    cutoff : float
        Stop as soon as the bound is no better than this (branch and bound has no use for more).
    enough : float
        Stop as soon as the value is at least this.
    stop : callable, optional
        Asked between rounds; True ends the search with what there is.

    Returns
    -------
    Relaxed or None
        None when a round's program is infeasible: the breakpoints may be too coarse, or the
        constraints contradict each other; :mod:`bidder.budget.elastic` tells which.
    """
    envelope = Envelope.of(region)
    if start is None:
        start = Start(first_look(problem, region), FIRST_WINDOW)
    centre, keep = start.x, start.x if start.keep is None else start.keep
    window, basis = start.window, start.basis
    best: Certificate | None = None
    rounds: list[Round] = []
    settler = _Settler(problem, envelope, gap, solver, on_round, stop)
    settled = settler.first(start)
    if settled is not None:
        return settled
    layout = frame() if frame else Frame.of(problem, SEGMENTS, typical_spend(region, start.x))
    distances: list[float] = []
    widths = np.full(len(centre), window)
    x, e, value, unstated = keep, np.zeros(len(problem.extras)), -np.inf, np.zeros(len(keep))
    for number in range(max_rounds):
        points = breakpoints(envelope, centre, widths, keep)
        if basis is not None:
            basis = moved_basis(basis, points, x)
        program = layout.program(envelope, points)
        answer = solver.solve(program.lp, basis)
        if answer.status is not Status.OPTIMAL:
            if answer.status is Status.INFEASIBLE:
                return None
            if number == 0:
                raise SolverError(f"solver {solver.name!r} failed on a linear program ({answer.status})")
            break
        x, e, basis = program.spend(answer.primal), program.extras(answer.primal), answer.basis
        value = program.value(answer.primal)
        found = certify(problem, region, program.duals(answer.duals))
        unstated = _unstated(problem, found, envelope.value(x) - program.effect(answer.primal))
        if best is None or found.bound < best.bound:
            best = found
        distances.append(best.bound - value)
        rounds.append(Round(number, program.lp.columns, relative_gap(value, best.bound)))
        if on_round:
            on_round(rounds[-1])
        done = rounds[-1].gap <= gap or best.bound <= cutoff or value >= enough or _stuck(distances)
        if done or (stop is not None and stop()):
            break
        settled = settler.after(x, found.duals, rounds, basis)
        if settled is not None:
            return settled
        window *= SHRINK
        widths = _widths(widths, centre, found.x, x, region)
        centre, keep = found.x, x
    assert best is not None
    return Relaxed(x, e, value, best.bound, best, tuple(rounds), envelope, basis, window, unstated)


class _Settler:
    """Newton's method beside the rounds: tried before the first and, a few times, after one."""

    def __init__(
        self, problem: Problem, envelope: Envelope, gap: float, solver: LinearSolver,
        on_round: Callable[[Round], None] | None, stop: Callable[[], bool] | None,
    ) -> None:
        self.problem, self.envelope, self.gap = problem, envelope, gap
        self.on_round, self.stop = on_round, stop
        smooth = not np.any(envelope.region.lots) and not len(envelope.cornered)
        self.tries = _TRIES if solver.newton and smooth else 0

    def first(self, start: Start) -> Relaxed | None:
        """From multipliers that are known; from a guess only where no curve is bent."""
        region, x = self.envelope.region, start.x if start.keep is None else start.keep
        if start.duals is not None:
            return self.after(x, start.duals, [], start.basis)
        if not self.tries or np.any(self.envelope.tangent > region.low):
            return None
        return self.after(x, opening_duals(self.problem, region, x), [], start.basis)

    def after(self, x: Floats, duals: Floats, rounds: list[Round], basis: Basis | None) -> Relaxed | None:
        """From multipliers whose spends ``x`` all lie where the curves are their own envelopes."""
        problem, envelope = self.problem, self.envelope
        under = (x > envelope.region.low) & (x < envelope.tangent * (1 - 1e-9))
        if not self.tries or np.any(under):
            return None
        self.tries -= 1
        found = settle(problem, envelope.region, duals, self.stop, FEW_STEPS if rounds else STEPS)
        if found is None:
            return None
        e = np.zeros(0)
        value = problem.objective(found.x, envelope.value(found.x), e)
        done = Round(len(rounds), len(x), relative_gap(value, found.bound))
        # Spends that pass their own bound keep the limits only as far as rounding errors matter here.
        if max(done.gap, relative_gap(-value, -found.bound)) > self.gap:
            return None
        if self.on_round:
            self.on_round(done)
        return Relaxed(
            found.x, e, value, found.bound, found, (*rounds, done), envelope, basis, 0.0, np.zeros(len(x)),
            newton=True,
        )


def typical_spend(region: Region, x: Floats) -> Floats:
    """A size for each cell's spend, to set scales by: ``x``, or where that is 0 what its curve suggests."""
    guess = np.minimum(1e-3 * region.high, region.cells.curves.knee)
    size: Floats = np.maximum(np.where(x > 0, x, guess), 1e-12)
    return size


def _stuck(distances: list[float]) -> bool:
    """Several rounds without a real gain: rounding errors are all that is left."""
    return len(distances) > _PATIENCE and distances[-1] > 0.7 * distances[-1 - _PATIENCE]


def _unstated(problem: Problem, found: Certificate, missing: Floats) -> Floats:
    terms = np.abs(problem.effect_value) + abs(problem.rows.effect).T @ np.abs(found.duals)
    unstated: Floats = np.where(found.gain <= _WORTHLESS * terms, np.maximum(missing, 0.0), 0.0)
    return unstated


def _widths(widths: Floats, before: Floats, centre: Floats, keep: Floats, region: Region) -> Floats:
    # Look more closely only where the centre has stopped moving; where the duals' maximiser and the
    # program's spend disagree, look at all of what is between.
    floor = negligible(region.high, centre, keep)
    at = np.log(np.maximum(centre, floor))
    moved = np.abs(at - np.log(np.maximum(before, floor)))
    apart = np.abs(at - np.log(np.maximum(keep, floor)))
    closer = np.where(moved < 0.5 * widths, SHRINK * widths, widths)
    wide: Floats = np.clip(np.maximum(closer, 1.2 * apart), NARROWEST, FIRST_WINDOW)
    return wide
