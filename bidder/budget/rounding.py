"""From a solved plan to whole minor units and lots, with every limit still holding exactly.

The solution is rounded to the nearest steps. How far each cell must then move for every row to hold
again, at the least loss, is a small linear program in steps around the rounded plan, whose sides are
whole numbers too: totals, caps and ramps over spend give whole answers or nearly so (their matrices
are close to network matrices, which are totally unimodular; Hoffman and Kruskal 1956). What is left
broken after rounding these moves is mended by local search. If that fails, the rows it failed on are
kept at a distance and the program is solved again, over a wider neighbourhood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.branch import Search
from bidder.budget.certificate import row_sizes
from bidder.budget.exact import Steps, WholeRows
from bidder.budget.extras import best_extras, rows_broken
from bidder.budget.linear import LinearProgram, LinearSolver, Status
from bidder.budget.problem import Form, Problem
from bidder.budget.region import Region
from bidder.budget.repair import Repair, Slopes
from bidder.budget.result import Solution
from bidder.budget.successive import Start
from bidder.errors import BidderError, ExitCode

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_WIDER = 8
_TIMES = 5
_MARGINS = 4
_FIRST_MARGIN = 0.5
"""Steps by which rows that whole steps cannot meet exactly are kept off their sides at first."""
_MOVES = 400
"""Moves of the local search after each linear program, and one more for every 5 rows."""
_IMPROVEMENTS = 20
_SMALL = 1000
"""Plans with no cell of more steps are looked at step by step."""


class RoundingError(BidderError):
    """No plan in whole steps near the solution was found that keeps every limit."""

    exit_code = ExitCode.INFEASIBLE


@dataclass(frozen=True)
class Rounded:
    """A plan in whole minor units and lots.

    Attributes
    ----------
    x : float array, shape (n,)
        Spend, currency units: the floats nearest to whole multiples of the minor unit or the lot.
    y : float array, shape (n,)
        True effect.
    e : float array, shape (k,)
        Best extras.
    objective : float
        Value of the problem here.
    """

    x: Floats
    y: Floats
    e: Floats
    objective: float


def round_plan(problem: Problem, solution: Solution, solver: LinearSolver) -> Rounded:
    """Round a solution so that every cell is in its own set and every row holds exactly.

    Rows over spend alone hold in integer arithmetic, their numbers read as the decimals they print
    as; rows with effects or extras hold in floats without tolerance. An exact amount that is no whole
    number of steps is met as nearly as steps can; so is a locked spend, and rows in which every
    spend is locked are not looked at.

    Raises
    ------
    RoundingError
        Nothing near the solution does: the limits leave no room for whole steps.
    """
    found = _Rounding(problem, solution, solver).found()
    if found is not None:
        return found
    if np.any(problem.cells.form == Form.LOTS):
        found = _Rounding(problem, solution, solver, lots_move=2).found()
        if found is not None:
            return found
    for inwards in (1e-6, 1e-5):
        closer = _searched(problem, solution, solver, inwards)
        found = None if closer is None else _Rounding(problem, closer, solver).found()
        if found is not None:
            return found
    raise RoundingError(
        f"the limits leave no room for a plan in whole steps of {problem.quantum:g} (and whole lots); "
        "loosen a limit that is met exactly"
    )


def _searched(problem: Problem, solution: Solution, solver: LinearSolver, inwards: float) -> Solution | None:
    """The solution of the problem with every inequality kept at a distance, all decisions open again."""
    sizes = row_sizes(problem, Region.whole(problem.cells))
    loose = problem.row_low < problem.row_high
    spare = np.where(loose, inwards * sizes + 2 * problem.quantum * _largest(problem), 0.0)
    low, high = problem.row_low + spare, problem.row_high - spare
    fits = low <= high
    tight = replace(
        problem, row_low=np.where(fits, low, problem.row_low), row_high=np.where(fits, high, problem.row_high)
    )
    region = Region.whole(problem.cells)
    start = Start(np.clip(solution.x, region.low, region.high), 0.25)
    incumbent = Search(tight, solver, 1e-6, None, None).run(start).incumbent
    if incumbent is None:
        return None
    return replace(solution, x=incumbent.x, e=incumbent.e, y=problem.cells.curves.value(incumbent.x))


def _largest(problem: Problem) -> Floats:
    spend = abs(problem.rows.spend)
    largest: Floats = spend.max(axis=1).toarray().ravel() if spend.shape[1] else np.zeros(spend.shape[0])
    return largest


class _Rounding:
    """One rounding: the decisions of one solution, and what all its attempts share."""

    def __init__(
        self, problem: Problem, solution: Solution, solver: LinearSolver, lots_move: int = 0
    ) -> None:
        self.problem, self.solution, self.solver = problem, solution, solver
        self.steps = Steps.of(problem, solution.x, lots_move)
        self.whole = WholeRows.of(problem, self.steps)
        rows, extra = problem.rows, abs(problem.rows.extra)
        touched = (extra @ np.ones(extra.shape[1])) > 0
        risky = np.zeros(len(rows), dtype=np.bool_)
        columns = np.ones(len(problem.extras), dtype=np.bool_)
        if problem.risk is not None:
            risky[problem.risk.rows], columns[problem.risk.columns] = True, False
        self.mixed = np.flatnonzero(touched & ~risky)
        self.columns = np.flatnonzero(columns)
        # The draws' rows can always be kept by the risk's own columns: they only price the cells.
        priced = np.where(risky, solution.duals, 0.0)
        self.spend_value = problem.spend_value - rows.spend.T @ priced
        self.effect_value = problem.effect_value - rows.effect.T @ priced
        self.extra_value = (problem.extra_value - rows.extra.T @ priced)[self.columns]
        self.floats = self._in_floats()

    def _in_floats(self) -> Flags:
        """Rows that are checked in floats: not over spend alone, and not over locked spend alone."""
        rows, steps = self.problem.rows, self.steps
        flags = np.ones(len(rows), dtype=np.bool_)
        flags[self.whole.number] = False
        open_cells = (~steps.locked).astype(np.float64)
        some = abs(rows.spend) @ open_cells + abs(rows.effect) @ open_cells
        some = some + abs(rows.extra) @ np.ones(len(self.problem.extras))
        checked: Flags = flags & (some > 0)
        return checked

    def found(self) -> Rounded | None:
        """The first attempt that keeps every row."""
        if np.any(self._broken_for_good()):
            return None
        for reach in self._reaches():
            repair = Repair(self.problem, self.steps, self.whole, self.steps.at, reach)
            margin = np.zeros(len(self.problem.rows))
            margin[repair.number[repair.uneven]] = _FIRST_MARGIN
            margin[self.mixed] = _FIRST_MARGIN
            found = self._attempts(repair, reach, margin)
            if found is not None:
                return self._improved(*found)
        return None

    def _attempts(self, repair: Repair, reach: int, margin: Floats) -> tuple[Rounded, Integers] | None:
        """Attempts within one reach, with growing margins on the rows that the ones before broke."""
        for margins in (margin, np.zeros_like(margin)):
            for _ in range(_MARGINS):
                moved = self._moved(repair, reach, margins)
                if moved is None:
                    break
                after = Repair(self.problem, self.steps, self.whole, moved, 1)
                loss, _ = self.worth(after.slopes)
                after.run(loss, _MOVES + len(after.number) // 5)
                rounded, broken = self._checked(after)
                if rounded is not None:
                    return rounded, after.at
                margins = margins + np.where(broken, 1.0 + margins, 0.0)
        return None

    def _improved(self, rounded: Rounded, at: Integers) -> Rounded:
        """Single steps of many cells at once while they pay: where a step is a good part of a spend."""
        small = np.max(self.steps.at, initial=0) <= _SMALL
        for _ in range(_IMPROVEMENTS if small else 1):
            repair = Repair(self.problem, self.steps, self.whole, at, 1)
            found = self._attempts(repair, 1, np.zeros(len(self.floats)))
            if found is None or found[0].objective <= rounded.objective:
                break
            rounded, at = found
        return rounded

    def _broken_for_good(self) -> Flags:
        """Rows over spend alone that no free cell can mend; those over locked spend alone are let be."""
        whole, steps = self.whole, self.steps
        open_entries = np.concatenate([[0], np.cumsum(~steps.locked[whole.cell])])
        some = open_entries[whole.start[1:]] > open_entries[whole.start[:-1]]
        stuck: Flags = (whole.grain == 0).astype(np.bool_) & some & whole.broken(steps.units(steps.at))
        return stuck

    def _reaches(self) -> Iterator[int]:
        free = self.steps.free
        reach = 16 if np.max(self.steps.at[free], initial=0) > _SMALL else 2
        for _ in range(_TIMES):
            yield reach
            reach *= _WIDER

    def worth(self, slopes: Slopes) -> tuple[Slopes, float]:
        """What the objective gains by a step up and loses by a step down, and a typical one: their unit."""
        up = (self.spend_value + self.effect_value * slopes.up) * self.steps.worth
        down = (self.spend_value + self.effect_value * slopes.down) * self.steps.worth
        sizes = np.abs(np.concatenate([up, down])[np.tile(self.steps.free, 2)])
        typical = max(float(np.median(sizes)), 1e-3 * float(np.max(sizes))) if len(sizes) else 1.0
        typical = typical if typical > 0 else 1.0
        return Slopes(up / typical, down / typical), typical

    def _checked(self, repair: Repair) -> tuple[Rounded | None, Flags]:
        """The plan if every row holds, else which rows to keep at a distance."""
        problem = self.problem
        broken = np.zeros(len(problem.rows), dtype=np.bool_)
        broken[repair.number] = repair.broken > 0
        if np.any(broken):
            return None, broken
        x = self.steps.money(repair.at)
        y = problem.cells.curves.value(x)
        e = best_extras(problem, x, y, self.solver)
        if e is None:
            broken[self.mixed] = True
            return None, broken
        broken = rows_broken(problem, x, y, e, self.floats)
        if np.any(broken):
            return None, broken
        return Rounded(x, y, e, problem.objective(x, y, e)), broken

    def _moved(self, repair: Repair, reach: int, margin: Floats) -> Integers | None:
        """Steps after the moves of the linear program; None when it is infeasible."""
        cells = np.flatnonzero(self.steps.free)
        if not len(cells):
            return repair.at
        program = _correction(self, repair, cells, reach, margin)
        if not program.rows:
            return repair.at
        answer = self.solver.solve(program)
        if answer.status is not Status.OPTIMAL:
            return None
        count = len(cells)
        moves = np.rint(answer.primal[:count] - answer.primal[count : 2 * count]).astype(np.int64)
        at = repair.at.copy()
        at[cells] = np.clip(at[cells] + moves, self.steps.low[cells], self.steps.high[cells])
        return at


def _correction(
    rounding: _Rounding, repair: Repair, cells: Integers, reach: int, margin: Floats
) -> LinearProgram:
    """The program of least loss: columns steps up, steps down, change of the extras."""
    steps, problem = rounding.steps, rounding.problem
    values, typical = rounding.worth(repair.slopes)
    at = repair.at[cells]
    up, down = _both_ways(repair, repair.number)
    spare = np.where(problem.row_low < problem.row_high, margin, 0.0)
    below, above = repair.below - spare[repair.number], repair.above - spare[repair.number]
    reachable = reach * np.asarray(abs(repair.matrix).sum(axis=1)).ravel()
    near = (below < reachable) | (above < reachable)
    below, above = _uncrossed(below[near], above[near])
    blocks = [[up[near][:, cells], -down[near][:, cells]]]
    low, high = [-below], [above]
    k = len(rounding.columns)
    extra_low = extra_high = extra_cost = np.zeros(k)
    if k:
        part, sides, scale = _extra_part(rounding, repair, spare)
        blocks[0].append(sparse.csr_array((int(near.sum()), k)))
        blocks.append([part[0][:, cells], -part[1][:, cells], part[2]])
        low.append(-sides[0])
        high.append(sides[1])
        e = np.clip(rounding.solution.e, problem.extras.low, problem.extras.high)
        extra_low = ((problem.extras.low - e)[rounding.columns]) / scale
        extra_high = ((problem.extras.high - e)[rounding.columns]) / scale
        extra_cost = -rounding.extra_value * scale / typical
    matrix = sparse.csc_array(sparse.block_array(blocks, format="csc"))
    matrix.sort_indices()
    zeros = np.zeros(2 * len(cells))
    return LinearProgram(
        np.concatenate([-values.up[cells], values.down[cells], extra_cost]),
        np.concatenate([zeros, extra_low]),
        np.concatenate([
            np.minimum(reach, steps.high[cells] - at), np.minimum(reach, at - steps.low[cells]), extra_high,
        ]).astype(np.float64),
        matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data,
        np.concatenate(low), np.concatenate(high),
    )


def _uncrossed(below: Floats, above: Floats) -> tuple[Floats, Floats]:
    """Sides whose margins have crossed meet in their middle."""
    crossed = below + above < 0
    middle = 0.5 * (above - below)
    return np.where(crossed, -middle, below), np.where(crossed, middle, above)


def _both_ways(repair: Repair, number: Integers) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Rows per step up and per step down."""
    rows, size = repair.problem.rows, 1.0 / repair.scaled(number, _middle(repair.slopes))[1]
    up, down = (
        sparse.csr_array(sparse.diags_array(size) @ sparse.csr_array(
            rows.spend[number] + rows.effect[number] @ sparse.diags_array(slope)
        ) @ sparse.diags_array(repair.steps.worth))
        for slope in (repair.slopes.up, repair.slopes.down)
    )
    return up, down


def _middle(slopes: Slopes) -> Floats:
    return 0.5 * (slopes.up + slopes.down)


def _extra_part(
    rounding: _Rounding, repair: Repair, spare: Floats
) -> tuple[tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array], tuple[Floats, Floats], Floats]:
    """Rows with extras: per step up, per step down, per scaled extra; slacks; scales of the extras."""
    problem, number, columns = rounding.problem, rounding.mixed, rounding.columns
    size = repair.scaled(number, _middle(repair.slopes))[1]
    up, down = _both_ways(repair, number)
    extra = sparse.csr_array(sparse.diags_array(1.0 / size) @ problem.rows.extra[number][:, columns])
    largest = np.zeros(len(columns))
    np.maximum.at(largest, extra.tocoo().coords[1], np.abs(extra.data))
    scale = 1.0 / np.where(largest > 0, largest, 1.0)
    e = np.clip(rounding.solution.e, problem.extras.low, problem.extras.high)
    x = rounding.steps.money(repair.at)
    activity = problem.rows.at(x, problem.cells.curves.value(x), e)[number]
    below = (activity - problem.row_low[number]) / size - spare[number]
    above = (problem.row_high[number] - activity) / size - spare[number]
    return (up, down, sparse.csr_array(extra @ sparse.diags_array(scale))), _uncrossed(below, above), scale
