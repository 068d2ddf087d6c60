"""Parts of a problem: what is left of it when only some of the planner's limits hold.

What the planner wrote once is one limit, even where it makes a row for every period: entries of
:class:`bidder.budget.problem.Limits` with the same path form a group that stays or goes together.
Rows without an entry belong to the model and always stay.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.certificate import Certificate
from bidder.budget.curves import Shape
from bidder.budget.problem import Cells, Extras, Form, Linear, Problem, Side
from bidder.budget.region import Region

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_WIDER = 1.001
_GENEROUS = 1000.0
_ALMOST_ALL = 1e4
_NOBODY = -1


@dataclass(frozen=True)
class Box:
    """Least and most spend of every cell, shape (n,), and the group each bound comes from (or -1)."""

    low: Floats
    high: Floats
    low_group: Integers
    high_group: Integers


@dataclass(frozen=True)
class Part:
    """The problem under some of its limits.

    Attributes
    ----------
    rows, cells : int arrays
        Numbers of the rows and cells kept, in the whole problem.
    crossed : int array
        Cells, in the whole problem, whose least spend is above their most.
    """

    problem: Problem
    region: Region
    rows: Integers
    cells: Integers
    box: Box
    crossed: Integers


@dataclass(frozen=True)
class Proof:
    """What an infeasible part's contradiction rests on.

    ``groups`` flags them; ``weight`` is each entry's share in it (not negative, 0 if none), shape (K,).
    """

    groups: Flags
    weight: Floats


class Parts:
    """All parts of one problem.

    Attributes
    ----------
    group : int array, shape (K,)
        Group of each entry of the limits, numbered by first appearance.
    bound : float array, shape (K,)
        Spend that an entry on a cell allows; as the cell's box has it where that is the same but for
        rounding to minor units.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = _without_risk(problem)
        self.limits = limits = problem.limits
        numbers: dict[object, int] = {}
        keys = [path or name for path, name in zip(limits.path, limits.name, strict=True)]
        self.group: Integers = np.array([numbers.setdefault(k, len(numbers)) for k in keys], dtype=np.int64)
        self.count = len(numbers)
        self.bound = self._bounds()
        self._own_low, self._own_high = self._model_box()

    def entries(self, group: int) -> Integers:
        """Entries of a group."""
        return np.flatnonzero(self.group == group)

    def part(self, active: Flags, all_cells: bool = False) -> Part:
        """The problem with only some groups; cells that nothing is said about are left out."""
        problem, box = self.problem, self.box(active)
        low, high = self._sides(active)
        rows = np.flatnonzero(np.isfinite(low) | np.isfinite(high))
        region = _closed(Region.whole(replace(problem.cells, low=box.low, high=box.high)))
        crossed = np.flatnonzero(region.low > region.high)
        extras = self._extras(region, active)
        spend, effect = problem.rows.spend[rows], problem.rows.effect[rows]
        used = np.zeros(len(problem.cells), dtype=np.bool_)
        used[spend.indices], used[effect.indices] = True, True
        used[:1] |= not np.any(used)
        cells = np.arange(len(used)) if all_cells else np.flatnonzero(used)
        kept = _take(region.cells, cells)
        part = replace(
            problem, cells=kept, row_low=low[rows], row_high=high[rows], extras=extras,
            rows=Linear(
                sparse.csr_array(spend[:, cells]), sparse.csr_array(effect[:, cells]),
                problem.rows.extra[rows], problem.rows.constant[rows],
            ),
            spend_value=problem.spend_value[cells], effect_value=problem.effect_value[cells],
        )
        return Part(part, Region(kept, region.low[cells], region.high[cells]), rows, cells, box, crossed)

    def support(self, part: Part, active: Flags, proof: Certificate) -> Proof:
        """The limits that a certificate of infeasibility makes use of."""
        weight = np.zeros(len(self.limits))
        duals, sides = np.zeros((2, len(self.problem.rows)))
        duals[part.rows] = proof.duals
        sides[part.rows] = _row_reach(part.problem, part.region)
        on_row = np.flatnonzero((self.limits.row >= 0) & active[self.group])
        row = self.limits.row[on_row]
        same = np.sign(duals[row]) == self.limits.row_side[on_row]
        weight[on_row] = np.where(same, np.abs(duals[row]) * sides[row], 0.0)
        groups = np.zeros(self.count, dtype=np.bool_)
        groups[self.group[weight > 1e-12 * max(float(weight.max(initial=0.0)), 1e-300)]] = True
        for side in Side:
            self._support_of_box(part, active, proof, side, groups, weight)
        return Proof(groups, weight)

    def crossing(self, part: Part, active: Flags) -> Proof:
        """The limits of one cell whose least spend is above its most: that with fewest limits."""
        box, cells = part.box, part.crossed
        limits = (box.low_group[cells] >= 0).astype(int) + (box.high_group[cells] >= 0)
        cell = int(cells[np.argmin(limits)])
        groups = np.zeros(self.count, dtype=np.bool_)
        for group in (box.low_group[cell], box.high_group[cell]):
            groups[group] |= group >= 0
        low = (self.limits.side == Side.MIN) & (self.group == box.low_group[cell])
        high = (self.limits.side == Side.MAX) & (self.group == box.high_group[cell])
        weight = ((self.limits.cell == cell) & (low | high)).astype(np.float64)
        return Proof(groups, weight)

    def box(self, active: Flags) -> Box:
        """Spends allowed by the cells' own limits and, above, by each row that sums spends."""
        limits = self.limits
        low, high = self._own_low.copy(), self._own_high.copy()
        low_group, high_group = np.full((2, len(low)), _NOBODY)
        for k in np.flatnonzero((limits.cell >= 0) & active[self.group]):
            cell, bound = limits.cell[k], self.bound[k]
            if limits.side[k] == Side.MAX and bound < high[cell]:
                high[cell], high_group[cell] = bound, self.group[k]
            if limits.side[k] == Side.MIN and bound > low[cell]:
                low[cell], low_group[cell] = bound, self.group[k]
        self._imply(active, low, high, high_group)
        return Box(low, high, low_group, high_group)

    def _bounds(self) -> Floats:
        limits, cells, quantum = self.limits, self.problem.cells, self.problem.quantum
        at = np.where(limits.cell >= 0, limits.cell, 0)
        if not len(cells):
            return limits.limit
        kept = np.where(limits.side == Side.MAX, cells.high[at], cells.low[at])
        bounds: Floats = np.where(np.abs(kept - limits.limit) <= quantum, kept, limits.limit)
        return bounds

    def _model_box(self) -> tuple[Floats, Floats]:
        """The box without any limit: past spend and the end of pay-per-sale, else 0 to plenty."""
        cells, limits = self.problem.cells, self.limits
        written = np.zeros(len(cells))
        least = np.flatnonzero((limits.cell >= 0) & (limits.side == Side.MIN))
        np.maximum.at(written, limits.cell[least], self.bound[least])
        step = np.where(cells.form == Form.LOTS, cells.lot, self.problem.quantum)
        own = cells.low > written + step + 1e-9 * cells.low
        low = np.where(own, cells.low, 0.0)
        high = np.maximum(self._plenty(), low)
        high = np.minimum(high, np.maximum(_last_sale(cells), low))
        return low, np.where(own & (cells.low == cells.high), low, high)

    def _plenty(self) -> Floats:
        """A most spend that is in nobody's way, for cells that no limit bounds.

        Far above what minimums ask for and what it takes to reach nearly all of a curve's effect,
        but no further: a box many orders wider than the plan costs the solver its precision.
        """
        cells, curves, rows = self.problem.cells, self.problem.cells.curves, self.problem.rows
        spends = np.isfinite(self.problem.row_low) & (np.diff(rows.effect.indptr) == 0)
        asked = _per_unit(rows.spend, np.where(spends, self.problem.row_low, 0.0))
        size = max(1.0, float(np.max(asked, initial=0.0)), float(np.max(cells.low, initial=0.0)))
        bent = (curves.shape == Shape.HILL) | (curves.shape == Shape.LOG)
        scale = np.where(bent, curves.b, 0.0) * curves.scale_in
        most = np.where(curves.shape == Shape.HILL, _ALMOST_ALL ** (1.0 / np.maximum(curves.c, 1.0)), 1.0)
        plenty = np.maximum(_GENEROUS * max(size, float(np.max(scale, initial=0.0))), most * scale)
        outcomes = np.isfinite(self.problem.row_low)
        wanted = _per_unit(rows.effect, np.where(outcomes, self.problem.row_low, 0.0))
        short = (curves.shape != Shape.HILL) & (curves.value(plenty) < wanted)
        plenty = np.where(short, np.maximum(plenty, cells.high), plenty)
        return np.asarray(np.minimum(plenty, 1e15))

    def _imply(self, active: Flags, low: Floats, high: Floats, high_group: Integers) -> None:
        _, most = self._sides(active)
        spend, effect, extra = self.problem.rows.spend, self.problem.rows.effect, self.problem.rows.extra
        plain = np.isfinite(most) & (np.diff(effect.indptr) == 0) & (np.diff(extra.indptr) == 0)
        row = np.repeat(np.arange(len(most)), np.diff(spend.indptr))
        plain[row[spend.data < 0]] = False
        pick = np.flatnonzero(plain[row] & (spend.data > 0))
        row, cell = row[pick], spend.indices[pick]
        # A little wider than it is: the row itself, not the box, should be what a proof rests on.
        bound = (most[row] - self.problem.rows.constant[row]) / spend.data[pick] * _WIDER
        order = np.lexsort((row, bound, cell))
        cell, first = np.unique(cell[order], return_index=True)
        bound, row = np.maximum(bound[order][first], low[cell]), row[order][first]
        tighter = bound < high[cell]
        owner = np.full(len(most), _NOBODY)
        upper = np.flatnonzero((self.limits.row >= 0) & (self.limits.row_side > 0) & active[self.group])
        owner[self.limits.row[upper]] = self.group[upper]
        high[cell[tighter]], high_group[cell[tighter]] = bound[tighter], owner[row[tighter]]

    def _sides(self, active: Flags) -> tuple[Floats, Floats]:
        limits = self.limits
        sides = []
        for side, ends in ((-1, self.problem.row_low), (1, self.problem.row_high)):
            mine = (limits.row >= 0) & (limits.row_side == side)
            keep = np.ones(len(ends), dtype=np.bool_)
            keep[limits.row[mine]] = False
            keep[limits.row[mine & active[self.group]]] = True
            sides.append(np.where(keep, ends, side * np.inf))
        return sides[0], sides[1]

    def _extras(self, region: Region, active: Flags) -> Extras:
        """Columns as wide as the model's rows need them over this box (what is lost, or moved)."""
        problem, extras = self.problem, self.problem.extras
        free = np.ones(len(problem.rows), dtype=np.bool_)
        free[self.limits.row[self.limits.row >= 0]] = False
        free &= np.isfinite(problem.row_low) | np.isfinite(problem.row_high)
        rows = np.flatnonzero(free)
        if not len(extras) or not len(rows):
            return extras
        high = np.maximum(region.high, region.low)
        reach = abs(problem.rows.spend[rows]) @ high
        reach = reach + abs(problem.rows.effect[rows]) @ problem.cells.curves.value(high)
        for side in (problem.row_low[rows], problem.row_high[rows]):
            reach = reach + np.where(np.isfinite(side), np.abs(side), 0.0)
        extra = problem.rows.extra[rows]
        most = extras.high.copy()
        row = np.repeat(np.arange(len(rows)), np.diff(extra.indptr))
        np.maximum.at(most, extra.indices, reach[row] / np.maximum(np.abs(extra.data), 1e-300))
        return replace(extras, high=most)

    def _support_of_box(
        self, part: Part, active: Flags, proof: Certificate, side: Side, groups: Flags, weight: Floats
    ) -> None:
        top = side is Side.MAX
        owner = (part.box.high_group if top else part.box.low_group)[part.cells]
        end = part.region.high if top else part.region.low
        slope = np.maximum(proof.gain, 0.0) * part.problem.cells.curves.slope(np.maximum(end, 1e-12))
        gained = (slope - proof.price) * int(side)
        smooth = part.problem.cells.curves.concave & (part.problem.cells.form == Form.ANY)
        pulled = gained > 1e-12 * (slope + np.abs(proof.price))
        wanted = np.where(smooth, pulled, (proof.gain != 0) | (proof.price != 0))
        held = (proof.x == end) & wanted & (owner >= 0)
        groups[owner[held]] = True
        share = np.where(held, np.abs(gained) * end, 0.0)
        whole = np.zeros(len(self.problem.cells))
        whole[part.cells] = share
        mine = (self.limits.cell >= 0) & (self.limits.side == side) & active[self.group]
        k = np.flatnonzero(mine)
        source = part.box.high_group if top else part.box.low_group
        cell = self.limits.cell[k]
        weight[k] = np.where(source[cell] == self.group[k], whole[cell], 0.0)


def _without_risk(problem: Problem) -> Problem:
    """Risk only values plans, it forbids none: its rows lose their sides."""
    if problem.risk is None:
        return problem
    low, high = problem.row_low.copy(), problem.row_high.copy()
    low[problem.risk.rows], high[problem.risk.rows] = -np.inf, np.inf
    value = problem.extra_value.copy()
    value[problem.risk.columns] = 0.0
    return replace(problem, row_low=low, row_high=high, extra_value=value, risk=None)


def _closed(region: Region) -> Region:
    """Ends that differ by rounding alone are made one."""
    same = (region.low > region.high) & (region.low - region.high <= 1e-9 * np.abs(region.low))
    return replace(region, high=np.where(same, region.low, region.high))


def _last_sale(cells: Cells) -> Floats:
    """Most that can be paid for sales: the end of a straight line from 0, unless the box goes beyond."""
    end = np.full(len(cells), np.inf)
    for number, (xs, ys) in enumerate(cells.curves.points):
        if len(xs) == 2 and xs[0] == 0 and ys[0] == 0:
            mine = (cells.curves.shape == Shape.PIECEWISE) & (cells.curves.a == number)
            last = xs[-1] * cells.curves.scale_in
            end = np.where(mine & (cells.high <= last), last, end)
    return end


def _take(cells: Cells, which: Integers) -> Cells:
    return Cells(
        cells.campaign[which], cells.period[which], cells.curves.take(which), cells.low[which],
        cells.high[which], cells.form[which], cells.on_minimum[which], cells.lot[which],
    )


def _per_unit(matrix: sparse.csr_array, sides: Floats) -> Floats:
    """Largest ``|side / coefficient|`` of each column, shape (n,): what it takes to meet a row alone."""
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    amounts = np.zeros(matrix.shape[1])
    np.maximum.at(amounts, matrix.indices, np.abs(sides[row]) / np.maximum(np.abs(matrix.data), 1e-300))
    return amounts


def _row_reach(problem: Problem, region: Region) -> Floats:
    spend, effect = abs(problem.rows.spend), abs(problem.rows.effect)
    reach: Floats = spend @ region.high + effect @ problem.cells.curves.value(region.high)
    return reach
