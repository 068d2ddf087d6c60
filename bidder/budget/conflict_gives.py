"""By how much one limit would have to move for all the others to hold.

The least movement d of a limit L is that of a problem with one more column: every row made from L
becomes ``activity - d * denominator <= rhs``. Constant denominators make this linear. Those of ratio
limits (shares, ROAS, CPA, percent) vary with the plan; then d is the least over all plans of the
largest violation / denominator, a generalised fractional program, solved by Dinkelbach's iteration
with Crouzeix' scaling (Crouzeix and Ferland 1991, "Algorithms for generalized fractional
programming"). S-shaped curves count with their envelopes: the limit may have to move further there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.conflict_parts import Part, Parts
from bidder.budget.elastic import find_feasible
from bidder.budget.linear import LinearSolver
from bidder.budget.problem import Extras, Linear, Problem, Side, Unit
from bidder.budget.region import Envelope
from bidder.budget.successive import FIRST_WINDOW, Start, relax

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_PRECISION = 1e-7
_FAR = 1e4
_STEPS = 20
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True)
class _Moved:
    """A limit on the move: its rows and denominators, the side each stands on, the way it moves."""

    part: Part
    rows: Linear
    denominators: Linear
    rhs: Floats
    row_side: Integers
    way: Integers

    def problem(self, base: float, weight: Floats, low: float, high: float) -> Problem:
        """Least movement ``base + t`` with t in [low, high] and ``weight`` in place of the denominators."""
        old = self.part.problem
        turn = sparse.diags_array(-base * self.way.astype(np.float64))
        own = self.rows
        spend = sparse.vstack([old.rows.spend, own.spend + turn @ self.denominators.spend], format="csr")
        effect = sparse.vstack([old.rows.effect, own.effect + turn @ self.denominators.effect], format="csr")
        extra = sparse.vstack([old.rows.extra, own.extra + turn @ self.denominators.extra], format="csr")
        column = np.concatenate([np.zeros(len(old.rows)), -self.way * weight])
        at = np.flatnonzero(column)
        movement = sparse.csr_array((column[at], (at, np.zeros(len(at), dtype=int))), shape=(len(column), 1))
        constant = own.constant - base * self.way * self.denominators.constant
        n, k = len(old.cells), len(old.extras)
        return replace(
            old,
            rows=Linear(
                sparse.csr_array(spend), sparse.csr_array(effect),
                sparse.csr_array(sparse.hstack([extra, movement], format="csr")),
                np.concatenate([old.rows.constant, constant]),
            ),
            row_low=np.concatenate([old.row_low, np.where(self.row_side < 0, self.rhs, -np.inf)]),
            row_high=np.concatenate([old.row_high, np.where(self.row_side > 0, self.rhs, np.inf)]),
            extras=Extras(
                np.append(old.extras.low, low), np.append(old.extras.high, high),
                (*old.extras.names, "movement"),
            ),
            spend_value=np.zeros(n), effect_value=np.zeros(n),
            extra_value=np.append(np.zeros(k), -1.0), constant=-base, sense=1,
        )

    def needed(self, x: Floats, y: Floats, e: Floats, weight: Floats) -> float:
        """Largest violation / denominator at a point."""
        over = self.way * (self.rows.at(x, y, e) - self.rhs)
        counts = weight > _NEGLIGIBLE * float(weight.max(initial=0.0))
        return float(np.max(np.where(counts, over, 0.0) / np.where(counts, weight, 1.0), initial=0.0))


def give(parts: Parts, group: int, among: Flags, solver: LinearSolver) -> float | None:
    """Least movement of one group's limit, in its own unit, with which everything else fits.

    Parameters
    ----------
    among : bool array
        Groups that conflict, this one with them: what it must give for these alone is quickly found
        and mostly enough for all.

    Returns
    -------
    float or None
        Not negative; None when no movement is enough.
    """
    entries = parts.entries(group)
    side = parts.limits.side[entries].astype(np.int64)
    ways = [np.ones_like(side), -np.ones_like(side)] if _fixed(parts, entries) else [side]
    few, every = among.copy(), np.ones(parts.count, dtype=np.bool_)
    few[group] = every[group] = False
    found = []
    for way in ways:
        least = _least(parts, few, entries, way, solver)
        if least is None:
            continue
        moved = _moved(parts, parts.part(every, all_cells=True), entries, way)
        if len(moved.part.crossed):
            continue
        if not _enough(moved, least * (1.0 + 2.0 * _PRECISION), solver):
            least = _least(parts, every, entries, way, solver)
        if least is not None:
            found.append(least)
    return min(found, default=None)


def _least(
    parts: Parts, active: Flags, entries: Integers, way: Integers, solver: LinearSolver
) -> float | None:
    moved = _moved(parts, parts.part(active, all_cells=True), entries, way)
    if len(moved.part.crossed):
        return None
    ratio = moved.denominators.spend.nnz + moved.denominators.effect.nnz + moved.denominators.extra.nnz
    return _by_ratio(moved, parts, entries, solver) if ratio else _by_amount(moved, solver)


def _enough(moved: _Moved, movement: float, solver: LinearSolver) -> bool:
    held = moved.problem(movement, np.zeros(len(moved.rhs)), 0.0, 0.0)
    return find_feasible(held, moved.part.region, solver).x is not None


def _fixed(parts: Parts, entries: Integers) -> bool:
    """Whether the limit is one number that spend must equal: both its sides move the same way."""
    limits = parts.limits
    both = len(np.unique(limits.side[entries])) == 2
    return both and limits.kind[int(entries[0])] != "replan" and len(np.unique(limits.limit[entries])) == 1


def _moved(parts: Parts, part: Part, entries: Integers, way: Integers) -> _Moved:
    problem, limits = parts.problem, parts.limits
    row, cell = limits.row[entries], limits.cell[entries]
    on_row = row >= 0
    pick = sparse.csr_array(
        (np.ones(on_row.sum()), (np.flatnonzero(on_row), row[on_row])), shape=(len(row), len(problem.rows))
    )
    at = np.flatnonzero(~on_row)
    unit = sparse.csr_array((np.ones(len(at)), (at, cell[at])), shape=(len(row), len(problem.cells)))
    rows = Linear(
        sparse.csr_array(pick @ problem.rows.spend + unit), sparse.csr_array(pick @ problem.rows.effect),
        sparse.csr_array(pick @ problem.rows.extra), pick @ problem.rows.constant,
    )
    row_side = np.where(on_row, limits.row_side[entries], limits.side[entries]).astype(np.int64)
    ends = np.where(row_side > 0, problem.row_high[row], problem.row_low[row]) if len(problem.rows) else 0.0
    all_of = limits.denominators
    denominators = Linear(
        all_of.spend[entries], all_of.effect[entries], all_of.extra[entries], all_of.constant[entries]
    )
    return _Moved(part, rows, denominators, np.where(on_row, ends, parts.bound[entries]), row_side, way)


def _by_amount(moved: _Moved, solver: LinearSolver) -> float | None:
    """Constant denominators: the movement is a column, of ever narrower range."""
    weight = moved.denominators.constant
    region = moved.part.region
    most = _reach(moved)
    problem = moved.problem(0.0, weight, 0.0, most)
    x = find_feasible(problem, region, solver).x
    if x is None:
        return None
    least = None
    for _ in range(_STEPS):
        problem = moved.problem(0.0, weight, 0.0, most)
        found = _closer(problem, moved, x, solver)
        if found is None:
            break
        x, least = found[0], float(found[2][-1])
        if most <= 4.0 * least or least <= _PRECISION * _reach(moved):
            return least
        most = 2.0 * least
    return _bisected(moved, solver, most) if least is None else least


def _by_ratio(moved: _Moved, parts: Parts, entries: Integers, solver: LinearSolver) -> float | None:
    """Denominators that vary: Dinkelbach's iteration from as far as the limit can sensibly move."""
    limit = float(np.max(np.abs(parts.limits.limit[entries])))
    base = _farthest(parts.limits.unit[int(entries[0])], Side(int(parts.limits.side[entries[0]])), limit)
    nothing = np.zeros(len(entries))
    region = moved.part.region
    x = find_feasible(moved.problem(base, nothing, -base, 0.0), region, solver).x
    if x is None:
        return None
    y, e = moved.part.problem.cells.curves.value(x), np.zeros(len(moved.part.problem.extras))
    weight = moved.denominators.at(x, y, e)
    for step in range(_STEPS):
        found = _closer(moved.problem(base, weight, -base, 0.0), moved, x, solver)
        if found is None:
            if step:
                return base
            return _bisected(moved, solver, base)
        x, y, e = found
        weight = moved.denominators.at(x, y, e[:-1])
        closer = min(moved.needed(x, y, e[:-1], weight), base)
        if base - closer <= _PRECISION * base and step:
            return closer
        base = closer
    return base


def _farthest(unit: Unit, side: Side, limit: float) -> float:
    if side is Side.MIN:
        return limit
    return 1.0 - limit if unit is Unit.SHARE else _FAR * max(limit, 1.0)


def _closer(
    problem: Problem, moved: _Moved, x: Floats, solver: LinearSolver
) -> tuple[Floats, Floats, Floats] | None:
    """Spend, effect and extras of the least movement, from a point known to be feasible."""
    for window in (0.1, FIRST_WINDOW):
        found = relax(problem, moved.part.region, solver, _PRECISION, Start(x, window, keep=x))
        if found is not None:
            return found.x, found.envelope.value(found.x), found.e
    return None


def _bisected(moved: _Moved, solver: LinearSolver, high: float) -> float:
    """Least movement by halving, where a solver fails on the program that minimises it."""
    low = 0.0
    while high - low > _PRECISION * high:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if _enough(moved, middle, solver) else (middle, high)
    return high


def _reach(moved: _Moved) -> float:
    """A movement beyond which nothing more can change."""
    region, extras = moved.part.region, moved.part.problem.extras
    terms = abs(moved.rows.spend) @ region.high
    terms = terms + abs(moved.rows.effect) @ Envelope.of(region).value(region.high)
    terms = terms + abs(moved.rows.extra) @ np.maximum(np.abs(extras.low), np.abs(extras.high))
    terms = terms + np.abs(moved.rhs) + np.abs(moved.rows.constant)
    return float(np.max(terms / np.maximum(np.abs(moved.denominators.constant), 1e-300)))
