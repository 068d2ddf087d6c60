"""Spend as whole numbers: the steps each cell can take, and spend rows in exact integer arithmetic.

Every spend is a whole number of a unit so small that a minor unit and every lot are whole numbers
of it; a row over spend alone, times the common denominator of its coefficients, then has whole
numbers on both sides, and whether it holds is a question without tolerance. Numbers are read as the
decimals they print as, not as the binary fractions that stand for them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidder.budget.problem import Form, Problem
from bidder.budget.region import Region

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Whole = NDArray[np.object_]
"""Python integers of any size."""

_SHORT = 12
"""A decimal of at most this many digits that is within the last bits of a float is what was meant."""

_LCM = np.frompyfunc(math.lcm, 2, 1)
_GCD = np.frompyfunc(math.gcd, 2, 1)


def as_fraction(value: float) -> tuple[int, int]:
    """Numerator and denominator of the decimal that a float prints as.

    The last bits left by arithmetic are dropped where a short decimal is within them.

    >>> as_fraction(1.15), as_fraction(1 - 0.9)
    ((23, 20), (1, 10))
    """
    short = Decimal(f"{value:.15g}")
    if len(short.normalize().as_tuple().digits) > _SHORT:
        short = Decimal(repr(float(value)))
    return short.as_integer_ratio()


def as_fractions(values: Floats) -> tuple[Whole, Whole]:
    """Numerators and denominators of many floats; 0 for those not finite."""
    distinct, place = np.unique(np.where(np.isfinite(values), values, 0.0), return_inverse=True)
    table = np.array([as_fraction(v) for v in distinct.tolist()], dtype=object).reshape(-1, 2)
    place = place.reshape(-1)
    return table[place, 0], table[place, 1]


def _ceiling(numerator: Whole, denominator: Whole | int) -> Whole:
    up: Whole = -((-numerator) // denominator)
    return up


@dataclass(frozen=True)
class Steps:
    """What each cell can spend once its discrete decisions are made: whole steps in an interval.

    Attributes
    ----------
    unit : int
        Units per currency unit.
    size : object array of int, shape (n,)
        Units in a step: a minor unit, or a lot.
    low, high : int arrays, shape (n,)
        Steps; equal where the cell is fixed, off or in whole lots.
    at : int array, shape (n,)
        Steps nearest to the solution.
    worth : float array, shape (n,)
        Currency units in a step.
    locked : bool array, shape (n,)
        True where the problem itself leaves no choice.
    """

    unit: int
    size: Whole
    low: Integers
    high: Integers
    at: Integers
    worth: Floats
    locked: NDArray[np.bool_]

    @property
    def free(self) -> NDArray[np.bool_]:
        """True where spend can still move, shape (n,)."""
        flags: NDArray[np.bool_] = self.high > self.low
        return flags

    def units(self, steps: Integers) -> Whole:
        """Spends in units."""
        amounts: Whole = steps.astype(object) * self.size
        return amounts

    def money(self, steps: Integers) -> Floats:
        """Spends in currency units: the floats nearest to the exact amounts."""
        # The quotient of two Python integers is correctly rounded, whatever their size.
        return np.array((self.units(steps) / self.unit).tolist(), dtype=np.float64).reshape(len(steps))

    @classmethod
    def of(cls, problem: Problem, x: Floats, lots_move: int = 0) -> Steps:
        """Make the decisions that a solution's spends ``x`` (n,) have made, and round to the nearest.

        Parameters
        ----------
        lots_move : int
            How many lots a cell in whole lots may still move each way.
        """
        cells = problem.cells
        lots = cells.form == Form.LOTS
        top, bottom = as_fractions(np.where(lots, cells.lot, problem.quantum))
        unit = math.lcm(*set(bottom.tolist())) if len(cells) else 1
        size = top * (unit // bottom)
        x = Region.whole(cells).nearest(x)
        near = _nearest(x, size, unit)
        low, high = _inwards(problem, x, size, unit)
        locked = cells.low >= cells.high
        held = locked | lots | (low > high)
        move = np.where(lots & ~locked, lots_move, 0)
        low = np.where(held, np.maximum(near - move, np.minimum(low, near)), low)
        high = np.where(held, np.minimum(near + move, np.maximum(high, near)), high)
        worth = np.array((size / unit).tolist(), dtype=np.float64).reshape(len(x))
        return cls(unit, size, low, high, np.clip(near, low, high), worth, locked)


def _nearest(x: Floats, size: Whole, unit: int) -> Integers:
    top, bottom = as_fractions(x)
    twice = 2 * bottom * size
    # Half a step goes to the even one, as everywhere in money.
    doubled = 2 * top * unit + bottom * size
    near = doubled // twice
    tie = (doubled % twice == 0) & (near % 2 == 1)
    steps: Integers = (near - tie.astype(object)).astype(np.int64)
    return steps


def _inwards(problem: Problem, x: Floats, size: Whole, unit: int) -> tuple[Integers, Integers]:
    cells = problem.cells
    on_off = cells.form == Form.ON_OFF
    on = on_off & (x > 0)
    least = np.where(on, np.maximum(cells.low, cells.on_minimum), np.maximum(cells.low, 0.0))
    most = np.where(on_off & ~on, 0.0, cells.high)
    (top, bottom), (over, under) = as_fractions(least), as_fractions(most)
    low = _ceiling(top * unit, bottom * size)
    high = (over * unit) // (under * size)
    return low.astype(np.int64), high.astype(np.int64)


@dataclass(frozen=True)
class WholeRows:
    """The rows over spend alone, times their denominators: ``low <= coefficients . units <= high``.

    Attributes
    ----------
    number : int array, shape (p,)
        Which rows of the problem.
    start, cell : int arrays
        Row starts and cells of the entries.
    coefficient : object array of int, shape (nnz,)
    low, high : object arrays of int, shape (p,)
        Moved inwards to what the free cells can reach; 0 where there is no such side.
    has_low, has_high : bool arrays, shape (p,)
    grain : object array of int, shape (p,)
        Activities of free cells differ by multiples of this; 0 where no cell of the row is free.
    scale : object array of int, shape (p,)
        What one currency unit is in the row's whole numbers.
    """

    number: Integers
    start: Integers
    cell: Integers
    coefficient: Whole
    low: Whole
    high: Whole
    has_low: NDArray[np.bool_]
    has_high: NDArray[np.bool_]
    grain: Whole
    scale: Whole

    @classmethod
    def of(cls, problem: Problem, steps: Steps) -> WholeRows:
        """The rows of a problem that have neither effects nor extras in them."""
        matrix = problem.rows.spend.copy()
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        spend, effect, extra = (_lengths(part) for part in (matrix, problem.rows.effect, problem.rows.extra))
        number = np.flatnonzero((spend > 0) & (effect == 0) & (extra == 0))
        part = matrix[number]
        start, cell = part.indptr.astype(np.int64), part.indices.astype(np.int64)
        top, bottom = as_fractions(part.data)
        common = _by_row(_LCM, bottom, start)
        length = np.diff(start)
        coefficient = top * (np.repeat(common, length) // bottom)
        free = steps.free[cell]
        grain = _by_row(_GCD, np.where(free, coefficient * steps.size[cell], 0), start)
        fixed = np.where(free, 0, coefficient * steps.units(steps.at)[cell])
        base = _by_row(np.add, fixed, start)
        sides = problem.row_low[number], problem.row_high[number]
        scale = common * steps.unit
        low, high = _sides(sides, problem.rows.constant[number], scale, base, grain)
        return cls(
            number, start, cell, coefficient, low, high,
            np.isfinite(sides[0]), np.isfinite(sides[1]), grain, scale,
        )

    def __len__(self) -> int:
        return len(self.number)

    def activity(self, units: Whole) -> Whole:
        """Exact activity of each row at spends in units."""
        return _by_row(np.add, self.coefficient * units[self.cell], self.start)

    def broken(self, units: Whole) -> NDArray[np.bool_]:
        """True where a row does not hold."""
        activity = self.activity(units)
        above = self.has_high & (activity > self.high).astype(np.bool_)
        below: NDArray[np.bool_] = self.has_low & (activity < self.low).astype(np.bool_)
        return above | below


def _lengths(matrix: Any) -> Integers:
    counted = np.bincount(matrix.tocoo().coords[0][matrix.tocoo().data != 0], minlength=matrix.shape[0])
    lengths: Integers = counted.astype(np.int64)
    return lengths


def _by_row(combine: np.ufunc, values: Whole, start: Integers) -> Whole:
    if len(start) < 2:
        return np.zeros(0, dtype=object)
    rows: Whole = combine.reduceat(values.astype(object), start[:-1])
    return rows


def _sides(
    sides: tuple[Floats, Floats], constant: Floats, scale: Whole, base: Whole, grain: Whole
) -> tuple[Whole, Whole]:
    off, of = as_fractions(constant)
    grid = np.where(grain == 0, 1, grain)
    ends = []
    for values in sides:
        top, bottom = as_fractions(values)
        ends.append(((top * of - off * bottom) * scale - base * (bottom * of), bottom * of))
    (low, below), (high, above) = ends
    inner_low, inner_high = _ceiling(low, below * grid) * grid, (high // (above * grid)) * grid
    # An exact amount that no whole steps reach is met as nearly as they can.
    exact = np.isfinite(sides[0]) & (sides[0] == sides[1]) & (grain != 0).astype(np.bool_)
    nearest = ((2 * high + above * grid) // (2 * above * grid)) * grid
    inner_low, inner_high = np.where(exact, nearest, inner_low), np.where(exact, nearest, inner_high)
    return inner_low + base, inner_high + base
