"""Branch and bound over the cells whose envelope is not tight.

A concave problem is solved by its relaxation alone. With S-shaped curves, campaigns that are off or
at a minimum, and whole lots, the relaxation may put a few cells (about as many as there are binding
rows: Shapley-Folkman, see Aubin and Ekeland 1976) where the curve lies under its envelope or where
spend is not allowed. Each such cell is a yes-or-no decision; they are branched on one at a time,
best bound first, until the best plan found is within the gap of the best bound left.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bidder.budget.certificate import row_sizes
from bidder.budget.elastic import find_feasible
from bidder.budget.extras import best_extras
from bidder.budget.linear import LinearSolver
from bidder.budget.orbits import alike, orbits
from bidder.budget.problem import Problem
from bidder.budget.region import Envelope, Region
from bidder.budget.result import NOTHING, Round, relative_gap
from bidder.budget.segments import Frame
from bidder.budget.successive import (
    FIRST_WINDOW,
    SEGMENTS,
    Relaxed,
    Start,
    first_look,
    relax,
    typical_spend,
)
from bidder.budget.whole_rows import with_whole_rows

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MAX_NODES = 20_000
TOLERANCE = 1e-6
"""Largest violation of a row, relative to its size, in a plan that counts as feasible."""
_LOOSE = 1e-9
_TRIES = 30
_UP = (0.5, 2.0)
_BISECTIONS = 60
_HARMLESS = 1e-10


@dataclass(frozen=True)
class Incumbent:
    """The best plan found so far, with the relaxation (all decisions made) that it comes from."""

    x: Floats
    e: Floats
    objective: float
    relaxed: Relaxed


@dataclass(frozen=True)
class Branched:
    """Outcome of the search."""

    incumbent: Incumbent | None
    bound: float
    rounds: tuple[Round, ...]
    nodes: int


@dataclass(order=True)
class _Node:
    key: float
    number: int
    region: Region = field(compare=False)
    relaxed: Relaxed = field(compare=False)


class Search:
    """One search; keeps the best plan found and the open nodes."""

    def __init__(
        self, problem: Problem, solver: LinearSolver, gap: float,
        on_round: Callable[[Round], None] | None, stop: Callable[[], bool] | None,
    ) -> None:
        self.problem, self.solver, self.gap = with_whole_rows(problem), solver, gap
        self.on_round, self.stop = on_round, stop
        self.sizes = row_sizes(problem, Region.whole(problem.cells))
        self.incumbent: Incumbent | None = None
        self.rounds: list[Round] = []
        self.nodes = 0
        self.next_dive = 0
        self.typical: Floats | None = None

    def run(self, start: Start | None) -> Branched:
        """Search from the whole region."""
        root = Region.whole(self.problem.cells)
        if np.any(root.low > root.high):
            return Branched(None, -np.inf, (), 0)
        start = start or Start(first_look(self.problem, root), FIRST_WINDOW)
        self.typical = typical_spend(root, start.x)
        relaxed = self._relax(root, start, report=True)
        if relaxed is None:
            return Branched(None, -np.inf, tuple(self.rounds), self.nodes)
        bound = self._best_first(root, relaxed)
        return Branched(self.incumbent, bound, tuple(self.rounds), self.nodes)

    def _relax(self, region: Region, start: Start, report: bool = False) -> Relaxed | None:
        self.nodes += 1
        # A node's own gap must leave room for the search to close.
        gap, note = (self.gap, self._note) if report else (0.5 * self.gap, None)
        found = relax(
            self.problem, region, self.solver, gap, start, lambda: self.frame,
            cutoff=self._cutoff(), on_round=note, stop=self.stop,
        )
        if found is not None:
            return found
        feasible = find_feasible(self.problem, region, self.solver, Start(start.x, FIRST_WINDOW))
        if feasible.x is None:
            return None
        return relax(
            self.problem, region, self.solver, self.gap, Start(feasible.x, 0.1, keep=feasible.x),
            lambda: self.frame, cutoff=self._cutoff(), on_round=note, stop=self.stop,
        )

    @cached_property
    def frame(self) -> Frame:
        """Layout of the linear programs: the same for all nodes."""
        assert self.typical is not None
        return Frame.of(self.problem, SEGMENTS, self.typical)

    @cached_property
    def orbits(self) -> NDArray[np.int64]:
        """Which cells can change places."""
        return orbits(self.problem)

    def _note(self, done: Round) -> None:
        self.rounds.append(done)
        if self.on_round:
            self.on_round(done)

    def _cutoff(self) -> float:
        if self.incumbent is None:
            return -np.inf
        return self.incumbent.objective + self.gap * max(abs(self.incumbent.objective), NOTHING)

    def _best_first(self, root: Region, relaxed: Relaxed) -> float:
        self._consider(root, relaxed)
        open_nodes = [_Node(-relaxed.bound, 0, root, relaxed)]
        closed = -np.inf
        number = 0
        while open_nodes:
            best = open_nodes[0]
            if -best.key <= self._cutoff() or self.nodes >= MAX_NODES or (self.stop and self.stop()):
                return max(-best.key, closed)
            node = heapq.heappop(open_nodes)
            split = decision(self.problem, node.region, node.relaxed, self.orbits)
            if split is None:
                # Tight everywhere: nothing left to decide, its bound is as good as it gets.
                closed = max(closed, node.relaxed.bound)
                continue
            for child in split:
                found = self._relax(child, _from(node.relaxed, child))
                if found is None:
                    continue
                bound = min(found.bound, node.relaxed.bound)
                if bound <= self._cutoff():
                    closed = max(closed, bound)
                    continue
                number += 1
                self._consider(child, found)
                heapq.heappush(open_nodes, _Node(-bound, number, child, found))
            if self.on_round and self.incumbent and open_nodes:
                left = relative_gap(self.incumbent.objective, max(-open_nodes[0].key, closed))
                self.on_round(Round(len(self.rounds), self.nodes, left))
        return closed

    def _consider(self, region: Region, relaxed: Relaxed) -> None:
        """Look for plans near a relaxation: always by rounding, and now and then by diving."""
        self._keep(region, relaxed)
        if self.nodes >= self.next_dive:
            for up in _UP:
                self._dive(region, relaxed, up)
            self.next_dive = 2 * self.nodes

    def _dive(self, region: Region, relaxed: Relaxed, up: float) -> None:
        """Decide every loose cell, solve what is left, and again, until nothing is loose."""
        for _ in range(_TRIES):
            loose = loose_cells(self.problem, region, relaxed)
            if not np.any(loose):
                return
            region = decided(region, relaxed, loose, up)
            found = self._relax(region, _from(relaxed, region))
            if found is None:
                return
            relaxed = found
            self._keep(region, relaxed)

    def _keep(self, region: Region, relaxed: Relaxed) -> None:
        for x in candidates(self.problem, region, relaxed):
            found = feasible_plan(self.problem, x, self.solver, self.sizes)
            if found is not None and (self.incumbent is None or found[1] > self.incumbent.objective):
                self.incumbent = Incumbent(x, *found, relaxed)


def _from(relaxed: Relaxed, region: Region) -> Start:
    x = np.clip(relaxed.x, region.low, region.high)
    return Start(x, max(0.05, relaxed.window), relaxed.basis)


def candidates(problem: Problem, region: Region, relaxed: Relaxed) -> list[Floats]:
    """Allowed spends to try: the program's, rounded; rounded down; the least that bring its effects.

    Where more effect is worth nothing, a program may spend more than it needs to.
    """
    x = region.nearest(relaxed.x)
    down = region.at_most(relaxed.x)
    tried = [x] if np.array_equal(x, down) else [x, down]
    some = np.flatnonzero((relaxed.unstated > 0) & (x > region.low))
    if not len(some):
        return tried
    curves = problem.cells.curves.take(some)
    wanted = curves.value(x[some]) - relaxed.unstated[some]
    low, high = region.low[some], x[some]
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        enough = curves.value(middle) >= wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    least = x.copy()
    least[some] = high
    return [*tried, region.nearest(least)]


def feasible_plan(
    problem: Problem, x: Floats, solver: LinearSolver, sizes: Floats
) -> tuple[Floats, float] | None:
    """Extras and objective of spends on the true curves; None where a row does not hold.

    Where more effect is worth nothing (stock sold out), a linear program may state less effect than
    the curve gives, so lost sales and the like are worked out anew from the curve.
    """
    y = problem.cells.curves.value(x)
    e = best_extras(problem, x, y, solver)
    if e is None or worst_violation(problem, x, y, e, sizes) > TOLERANCE:
        return None
    return e, problem.objective(x, y, e)


def worst_violation(problem: Problem, x: Floats, y: Floats, e: Floats, sizes: Floats) -> float:
    """Largest violation of a row on the true curves, relative to its size."""
    activity = problem.rows.at(x, y, e)
    over = np.maximum(activity - problem.row_high, problem.row_low - activity) / sizes
    return float(np.max(over, initial=0.0))


def loose_cells(problem: Problem, region: Region, relaxed: Relaxed) -> Flags:
    """Cells whose spend is not allowed, or whose curve lies under the envelope there."""
    x = relaxed.x
    allowed = np.abs(region.nearest(x) - x) <= 1e-9 * np.maximum(region.high, 1e-9)
    above = relaxed.envelope.value(x) - problem.cells.curves.value(region.nearest(x))
    size = np.maximum(relaxed.envelope.value(region.high), 1e-300)
    loose: Flags = (~allowed | (above > _LOOSE * size) | harmed(relaxed)) & (region.high > region.low)
    return loose


def harmed(relaxed: Relaxed) -> Flags:
    """Cells whose unstated effect does harm: the plan is worth less than its relaxation says."""
    harm = -relaxed.certificate.gain * relaxed.unstated
    flags: Flags = harm > _HARMLESS * max(abs(relaxed.value), 1e-9)
    return flags


def decided(region: Region, relaxed: Relaxed, loose: Flags, up: float) -> Region:
    """A region in which the loose cells are decided: at the bottom, or where the curve is concave.

    ``up`` is the part of the way to the tangent point from which a cell goes up; whole lots go to
    the nearest. Cells whose effect does harm stay where they are.
    """
    low, high = region.low.copy(), region.high.copy()
    x = relaxed.x
    lots = region.lots & loose
    size = np.where(lots, region.cells.lot, 1.0)
    whole = np.where(up <= 1.0, np.round(x / size), np.floor(x / size + 1e-9)) * size
    low, high = np.where(lots, whole, low), np.where(lots, whole, high)
    harmful = loose & ~lots & harmed(relaxed)
    held = region.nearest(x)
    low, high = np.where(harmful, held, low), np.where(harmful, held, high)
    bent = loose & ~lots & ~harmful
    chord = relaxed.envelope.tangent - region.low
    way = (x - region.low) / np.where(chord > 0, chord, 1.0)
    goes_up = bent & (way >= up)
    low = np.where(goes_up, region.curved_from, low)
    high = np.where(bent & ~goes_up, region.low, high)
    return Region(region.cells, np.minimum(low, high), high)


def decision(
    problem: Problem, region: Region, relaxed: Relaxed, orbit: NDArray[np.int64]
) -> tuple[Region, Region] | None:
    """The two parts to look at next, split at the loose cell that costs most; None if none is loose.

    In one part the cell is high; in the other neither it nor any that can change places with it is.
    """
    loose = loose_cells(problem, region, relaxed)
    if not np.any(loose):
        return None
    x = relaxed.x
    above = relaxed.envelope.value(x) - problem.cells.curves.value(region.nearest(x))
    above = np.maximum(above, relaxed.unstated)
    loss = np.where(loose, np.abs(relaxed.certificate.gain) * np.maximum(above, 0.0), -1.0)
    away = np.abs(region.nearest(x) - x) * np.maximum(np.abs(relaxed.certificate.price), 1e-12)
    cell = int(np.argmax(np.where(loose, loss + 1e-6 * away, -1.0)))
    below, above_ = _parts(region, relaxed.envelope, cell, float(x[cell]))
    return region.narrowed(alike(orbit, region, cell), high=below), region.narrowed(cell, low=above_)


def _parts(region: Region, envelope: Envelope, cell: int, x: float) -> tuple[float, float]:
    if region.lots[cell]:
        lot = float(region.cells.lot[cell])
        least = min(np.floor(x / lot + 1e-9) * lot, region.high[cell] - lot)
        return float(max(least, region.low[cell])), float(least + lot)
    if region.hole[cell]:
        return 0.0, float(region.cells.on_minimum[cell])
    end = float(envelope.tangent[cell])
    low, high = float(region.low[cell]), float(region.high[cell])
    end = end if end > low else high
    at = float(np.clip(x, low + 0.1 * (end - low), end - 0.1 * (end - low)))
    return at, at
