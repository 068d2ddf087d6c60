"""Local search in whole steps: from a rounded plan that breaks a few rows to one that breaks none.

Each move takes one cell a few steps up or down; the row that is broken most is mended by the move
that adds least to the weighted violations, then loses least. Rows that stay broken gain weight
(breakout search, Morris 1993), so that a repair can travel along ramps that hang together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.exact import Steps, WholeRows
from bidder.budget.extras import INWARDS
from bidder.budget.problem import Problem

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_LOSS = 1e-3
"""Weight of a typical step's loss against one step's worth of violation."""
_MOST_AT_ONCE = 400
"""Cells looked at for one move."""
_PATIENCE = 150
"""Moves without a new least violation after which the search gives up."""
_STAY = 8
"""Moves for which a cell does not turn back."""


@dataclass(frozen=True)
class Slopes:
    """Effect per currency unit of each cell for the next steps up and down, shape (n,)."""

    up: Floats
    down: Floats


def chords(problem: Problem, steps: Steps, at: Integers, reach: int) -> Slopes:
    """Slopes of the chords over at most ``reach`` steps each way: at most the gain, at least the loss.

    Where the curve bends the other way the mean of both is used, so that going up and down at once
    never pays.
    """
    ahead, behind = np.minimum(reach, steps.high - at), np.minimum(reach, at - steps.low)
    x = steps.money(at)
    up = _chord(problem, x, steps.money(at + ahead))
    down = _chord(problem, steps.money(at - behind), x)
    up = np.where(ahead > 0, up, np.minimum(up, down))
    down = np.where(behind > 0, down, up)
    up = np.where(ahead > 0, up, down)
    convex = up > down
    mean = 0.5 * (up + down)
    return Slopes(np.where(convex, mean, up), np.where(convex, mean, down))


def _chord(problem: Problem, low: Floats, high: Floats) -> Floats:
    curves = problem.cells.curves
    first, last = curves.value(low), curves.value(high)
    width = high - low
    # A difference of nearly equal effects has few digits left; there the slope between them is as good.
    coarse = last - first > 1e-6 * np.abs(last)
    slope = curves.slope(0.5 * (low + high))
    slope = np.where(np.isfinite(slope), slope, 0.0)
    return np.where(coarse & (width > 0), (last - first) / np.where(width > 0, width, 1.0), slope)


class Repair:
    """A plan in whole steps, and how far each row without extras is from its sides.

    Rows are measured in the steps of their cell with the largest coefficient. Slacks of rows over
    spend alone are exact; those of rows with effects keep a hair's distance from their sides.

    Attributes
    ----------
    number : int array, shape (q,)
        Rows looked at: those without extras in which a cell is free.
    at : int array, shape (n,)
        Steps of each cell.
    above, below : float arrays, shape (q,)
        Slack to the upper and to the lower side; negative where broken.
    """

    def __init__(self, problem: Problem, steps: Steps, whole: WholeRows, at: Integers, reach: int) -> None:
        self.problem, self.steps, self.whole = problem, steps, whole
        self.at = at.copy()
        self.slopes = chords(problem, steps, at, reach)
        self._units = steps.units(at)
        self._x = steps.money(at)
        self._y = problem.cells.curves.value(self._x)
        mine = np.flatnonzero((whole.grain != 0).astype(np.bool_))
        self._whole = mine
        self._curved = curved_rows(problem, steps)
        self.number = np.concatenate([whole.number[mine], self._curved])
        slope = 0.5 * (self.slopes.up + self.slopes.down)
        self.matrix, self.size = self.scaled(self.number, slope)
        self._columns = self.matrix.tocsc()
        self._exact = whole.activity(self._units)[mine]
        self._per_step = (whole.scale[mine] * self.size[: len(mine)]).astype(np.float64)
        rows = problem.rows
        self._effects = sparse.csr_array(rows.effect[self._curved]).tocsc()
        self._spends = sparse.csr_array(rows.spend[self._curved]).tocsc()
        self._float = self._spends @ self._x + self._effects @ self._y + rows.constant[self._curved]
        hair = INWARDS * (
            abs(self._spends) @ self._x + abs(self._effects) @ self._y + np.abs(rows.constant[self._curved])
        )
        self._float_low = problem.row_low[self._curved] + 2 * hair
        self._float_high = problem.row_high[self._curved] - 2 * hair
        self._whole_columns = self._exact_columns()
        self.above, self.below = np.empty(len(self.number)), np.empty(len(self.number))
        self._measure(range(len(mine)), range(len(self._curved)))

    def scaled(self, number: Integers, slope: Floats) -> tuple[sparse.csr_array, Floats]:
        """Rows over the free cells per step, largest entry 1, and what 1 stands for in each row."""
        rows, free = self.problem.rows, self.steps.free
        pick = sparse.diags_array(np.where(free, self.steps.worth, 0.0))
        matrix = rows.spend[number] + rows.effect[number] @ sparse.diags_array(slope)
        matrix = sparse.csr_array(matrix @ pick)
        matrix.sum_duplicates()
        size = np.zeros(len(number))
        np.maximum.at(size, matrix.tocoo().coords[0], np.abs(matrix.data))
        size = np.where(size > 0, size, 1.0)
        return sparse.csr_array(sparse.diags_array(1.0 / size) @ matrix), size

    def _exact_columns(self) -> dict[int, list[tuple[int, int]]]:
        whole, columns = self.whole, dict[int, list[tuple[int, int]]]()
        place = np.full(len(whole), -1)
        place[self._whole] = np.arange(len(self._whole))
        row = np.repeat(place, np.diff(whole.start))
        wanted = (row >= 0) & self.steps.free[whole.cell]
        entries = zip(
            whole.cell[wanted].tolist(), row[wanted].tolist(), whole.coefficient[wanted].tolist(), strict=True
        )
        for cell, r, coefficient in entries:
            columns.setdefault(cell, []).append((r, coefficient))
        return columns

    def _measure(self, exact: range | list[int], curved: range | list[int]) -> None:
        whole, mine, first = self.whole, self._whole, len(self._whole)
        for r in exact:
            w = mine[r]
            per, now = self._per_step[r], self._exact[r]
            self.above[r] = (whole.high[w] - now) / per if whole.has_high[w] else np.inf
            self.below[r] = (now - whole.low[w]) / per if whole.has_low[w] else np.inf
        for r in curved:
            per = self.size[first + r]
            self.above[first + r] = (self._float_high[r] - self._float[r]) / per
            self.below[first + r] = (self._float[r] - self._float_low[r]) / per

    @property
    def broken(self) -> Floats:
        """Violation of each row looked at, in steps, shape (q,)."""
        violation: Floats = np.maximum(0.0, -np.minimum(self.above, self.below))
        return violation

    @property
    def uneven(self) -> NDArray[np.bool_]:
        """True where a row's coefficients differ in size, so that rounding its moves may break it."""
        flags: NDArray[np.bool_] = np.zeros(len(self.number), dtype=np.bool_)
        entries = self.matrix.tocoo()
        flags[entries.coords[0][(entries.data != 0) & (np.abs(entries.data) < 1 - 1e-12)]] = True
        flags[len(self._whole) :] = True
        return flags

    def move(self, cell: int, count: int) -> None:
        """Take a cell ``count`` steps up (down when negative)."""
        self.at[cell] += count
        change = count * self.steps.size[cell]
        self._units[cell] += change
        exact = []
        for r, coefficient in self._whole_columns.get(cell, ()):
            self._exact[r] += coefficient * change
            exact.append(r)
        curved = self._move_curved(cell) if len(self._curved) else []
        self._measure(exact, curved)

    def _move_curved(self, cell: int) -> list[int]:
        x = self._units[cell] / self.steps.unit
        y = float(self.problem.cells.curves.take(np.array([cell])).value(np.array([x]))[0])
        touched: list[int] = []
        for matrix, change in ((self._spends, x - self._x[cell]), (self._effects, y - self._y[cell])):
            entries = slice(matrix.indptr[cell], matrix.indptr[cell + 1])
            self._float[matrix.indices[entries]] += matrix.data[entries] * change
            touched += matrix.indices[entries].tolist()
        self._x[cell], self._y[cell] = x, y
        return touched

    def run(self, loss: Slopes, most: int) -> bool:
        """Mend every row; False when ``most`` moves were not enough.

        Parameters
        ----------
        loss : Slopes
            What the objective gains by a step up and loses by a step down, typically 1.
        """
        weight = np.ones(len(self.number))
        last = np.full((2, len(self.at)), -_STAY)
        least, since = np.inf, 0
        for turn in range(most):
            broken = self.broken
            total = float(np.sum(broken))
            if total == 0.0:
                return True
            least, since = (total, turn) if total < least else (least, since)
            if turn - since > _PATIENCE:
                return False
            found = self._best(int(np.argmax(broken * weight)), weight, loss, last, turn)
            weight[broken > 0] += 0.3
            if found is not None:
                cell, count = found
                last[int(count > 0), cell] = turn
                self.move(cell, count)
        return not np.any(self.broken > 0)

    def _best(
        self, row: int, weight: Floats, loss: Slopes, last: Integers, turn: int
    ) -> tuple[int, int] | None:
        matrix = self.matrix
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        cells, size = matrix.indices[entries].astype(np.int64), matrix.data[entries]
        way = np.sign(size) * (1 if self.below[row] < self.above[row] else -1)
        up = way > 0
        room = np.where(up, self.steps.high[cells] - self.at[cells], self.at[cells] - self.steps.low[cells])
        turned = last[(~up).astype(np.int64), cells]
        usable = (size != 0) & (room > 0) & (turn - turned >= _STAY)
        cost = np.where(up, -loss.up[cells], loss.down[cells])
        cells, size, up, room, cost = (v[usable] for v in (cells, size, up, room, cost))
        if not len(cells):
            return None
        if len(cells) > _MOST_AT_ONCE:
            kept = np.argsort(cost / np.abs(size), kind="stable")[:_MOST_AT_ONCE]
            cells, size, up, room, cost = (v[kept] for v in (cells, size, up, room, cost))
        wanted = np.ceil(self.broken[row] / np.abs(size) - 1e-9)
        column, place = self._gathered(cells)
        share = self._columns.data[place] * np.where(up, 1.0, -1.0)[column]
        touched = self._columns.indices[place]
        slack = np.where(share > 0, self.above[touched], self.below[touched])
        free = np.full(len(cells), np.inf)
        sized = np.abs(share) > 0
        np.minimum.at(free, column[sized], np.floor(slack[sized] / np.abs(share[sized]) + 1e-9))
        count = np.minimum(np.minimum(np.maximum(wanted, 1.0), np.maximum(free, 1.0)), room)
        change = share * count[column]
        before = np.maximum(0.0, -np.minimum(self.above[touched], self.below[touched]))
        after = np.maximum(0.0, -np.minimum(self.above[touched] - change, self.below[touched] + change))
        added = np.bincount(column, weights=weight[touched] * (after - before), minlength=len(cells))
        best = int(np.argmin(added + _LOSS * cost * count))
        return int(cells[best]), int(count[best]) * (1 if up[best] else -1)

    def _gathered(self, cells: Integers) -> tuple[Integers, Integers]:
        """Entries of some columns: which of ``cells``, and place in the matrix."""
        start, end = self._columns.indptr[cells].astype(np.int64), self._columns.indptr[cells + 1]
        length = end - start
        column = np.repeat(np.arange(len(cells)), length)
        first = np.repeat(start - (np.cumsum(length) - length), length)
        return column, first + np.arange(len(column))


def curved_rows(problem: Problem, steps: Steps) -> Integers:
    """Rows with effects and without extras in which a cell is free."""
    free = steps.free.astype(np.float64)
    effect, extra = abs(problem.rows.effect), abs(problem.rows.extra)
    has_effect = (effect @ np.ones(len(free))) > 0
    has_extra = (extra @ np.ones(extra.shape[1])) > 0
    some = (effect @ free + abs(problem.rows.spend) @ free) > 0
    return np.flatnonzero(has_effect & ~has_extra & some)
