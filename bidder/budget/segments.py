"""The linear program of one round: every cell's envelope as a few straight segments.

Spend and effect are substituted by the segments' own columns, ``x = low + sum of d_j`` and
``y = F(low) + sum of slope_j d_j``, so that the program has no rows but the side constraints. Which
row an entry stands in never changes between rounds; a round only rewrites values, costs and bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.linear import At, Basis, LinearProgram
from bidder.budget.problem import Problem
from bidder.budget.region import Envelope, Region

Floats = NDArray[np.float64]

_SPREAD = np.array([-1.0, -0.25, 0.0, 0.25, 1.0])
"""Breakpoints around a cell's centre, in units of its window (on a log scale)."""

_BESIDE = np.array([-0.5, 0.5])
"""Breakpoints around the spend that must stay reachable, in the same units."""

_BELOW, _ABOVE, _CENTRE = 4, 5, 8
"""Columns of those two, and of the centre, among a cell's breakpoints before they are sorted."""


_NOISE = 1e-10
"""Distance of two breakpoints, relative to their size, below which they are the same."""


@dataclass(frozen=True)
class Frame:
    """What stays the same from round to round: entries' places, and scales.

    Attributes
    ----------
    segments : int
        Segments per cell.
    start, index : int arrays
        Column starts and row numbers of the program.
    spend, effect : float arrays, shape (nnz of cells,)
        Coefficients of a cell in the rows it is in, by cell.
    source : int array, shape (nnz of cells * segments,)
        For every entry of the segment columns, its place in ``spend`` and ``effect``.
    column : int array, same shape
        Its segment column.
    money, row_scale, objective_scale, extra_scale
        Scales that bring coefficients near 1.
    """

    problem: Problem
    segments: int
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    spend: Floats
    effect: Floats
    source: NDArray[np.int64]
    column: NDArray[np.int64]
    extra: Floats
    money: float
    row_scale: Floats
    objective_scale: float
    extra_scale: Floats

    @classmethod
    def of(cls, problem: Problem, segments: int, typical: Floats) -> Frame:
        """Lay out the entries; ``typical`` spends (n,) set the scales."""
        n, m, k = len(problem.cells), len(problem.rows), len(problem.extras)
        cell, row, spend, effect = merged_entries(problem)
        count = np.bincount(cell, minlength=n)
        first = np.concatenate([[0], np.cumsum(count)])
        lengths = np.repeat(count, segments)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        source = np.arange(starts[-1]) - np.repeat(starts[:-1] - np.repeat(first[:-1], segments), lengths)
        column = np.repeat(np.arange(n * segments), lengths)
        extra = problem.rows.extra.tocsc()
        money = max(float(np.mean(typical)), 1e-12)
        extra_scale = np.maximum(np.abs(problem.extras.high), np.abs(problem.extras.low))
        extra_scale = np.where(extra_scale > 0, extra_scale, 1.0)
        # By the envelope: at a small spend an S-shaped curve itself says nothing about its size.
        envelope = Envelope.of(Region.whole(problem.cells))
        effects = np.maximum(envelope.value(typical), 1e-300) / np.maximum(typical, 1e-300)
        sizes = (np.abs(spend) + np.abs(effect) * effects[cell]) * money
        row_scale = np.zeros(m)
        np.maximum.at(row_scale, row, sizes)
        np.maximum.at(row_scale, extra.indices, np.abs(extra.data) * extra_scale[_columns(extra)])
        row_scale = 1.0 / np.where(row_scale > 0, row_scale, 1.0)
        worth = np.abs(problem.spend_value + problem.effect_value * effects) * money
        objective_scale = 1.0 / _typical_worth(worth, np.abs(problem.extra_value) * extra_scale)
        return cls(
            problem, segments,
            np.concatenate([starts, starts[-1] + extra.indptr[1:]]).astype(np.int32),
            np.concatenate([row[source], extra.indices]).astype(np.int32),
            spend, effect, source, column, extra.data * extra_scale[_columns(extra)] if k else np.zeros(0),
            money, row_scale, objective_scale, extra_scale,
        )

    def program(self, envelope: Envelope, points: Floats) -> SegmentProgram:
        """The linear program for breakpoints ``points``, shape (n, segments + 1), sorted by row."""
        problem = self.problem
        effects = envelope.value(points)
        width = np.diff(points, axis=1)
        # Between points that differ by rounding alone a slope is noise; such a segment has its
        # neighbour's. Rounding may also lift a later slope by a hair over an earlier one.
        told = width > _NOISE * points[:, 1:]
        slope = np.where(told, np.diff(effects, axis=1) / np.where(told, width, 1.0), np.inf)
        ordered = np.minimum.accumulate(slope, axis=1)
        slope = np.where(np.isfinite(ordered), ordered, 0.0)
        flat = slope.ravel()
        values = self.spend[self.source] + flat[self.column] * self.effect[self.source]
        cells = values * self.money
        value = np.concatenate([cells, self.extra]) * self.row_scale[self.index]
        worth = (problem.spend_value[:, None] + problem.effect_value[:, None] * slope).ravel() * self.money
        base_x, base_y = points[:, 0], effects[:, 0]
        base = problem.rows.spend @ base_x + problem.rows.effect @ base_y + problem.rows.constant
        lp = LinearProgram(
            -np.concatenate([worth, problem.extra_value * self.extra_scale]) * self.objective_scale,
            np.concatenate([np.zeros(width.size), problem.extras.low / self.extra_scale]),
            np.concatenate([width.ravel() / self.money, problem.extras.high / self.extra_scale]),
            self.start, self.index, value,
            (problem.row_low - base) * self.row_scale, (problem.row_high - base) * self.row_scale,
        )
        return SegmentProgram(self, points, base_y, slope, lp)


@dataclass(frozen=True)
class SegmentProgram:
    """One round's linear program, and how to read its answer."""

    frame: Frame
    points: Floats
    base_effect: Floats
    slope: Floats
    lp: LinearProgram

    def spend(self, primal: Floats) -> Floats:
        """Spend of each cell, shape (n,)."""
        frame = self.frame
        part = primal[: self.points.shape[0] * frame.segments].reshape(-1, frame.segments) * frame.money
        x: Floats = np.clip(self.points[:, 0] + part.sum(axis=1), self.points[:, 0], self.points[:, -1])
        return x

    def effect(self, primal: Floats) -> Floats:
        """Effect that the program states for each cell, shape (n,); less than the curve's if unwanted."""
        part = primal[: self.slope.size].reshape(self.slope.shape) * self.frame.money
        y: Floats = self.base_effect + np.sum(self.slope * part, axis=1)
        return y

    def value(self, primal: Floats) -> float:
        """Objective of the problem at the program's answer."""
        program, problem = self.lp, self.frame.problem
        base = problem.spend_value @ self.points[:, 0] + problem.effect_value @ self.base_effect
        gained = -float(program.cost @ primal) / self.frame.objective_scale
        return gained + float(base) + problem.constant

    def extras(self, primal: Floats) -> Floats:
        """The extra columns, shape (k,)."""
        frame = self.frame
        e: Floats = primal[self.points.shape[0] * frame.segments :] * frame.extra_scale
        return e

    def duals(self, duals: Floats) -> Floats:
        """Multipliers of the maximisation, from the solver's duals of the scaled minimisation."""
        unscaled: Floats = -duals * self.frame.row_scale / self.frame.objective_scale
        return unscaled


def moved_basis(basis: Basis, points: Floats, x: Floats) -> Basis:
    """A basis for new breakpoints that stands at the same spends.

    Segments below the old spend are full, those above empty; as many segments next to it are basic as
    the cell had basic segments before, so the basis keeps its size.

    Parameters
    ----------
    basis : Basis
        Of a program with as many segments per cell.
    points : ndarray, shape (n, segments + 1)
    x : ndarray, shape (n,)
        Spends the old basis stands at.
    """
    n, j = points.shape[0], points.shape[1] - 1
    basic = (basis.columns[: n * j].reshape(n, j) == At.BASIC).sum(axis=1)
    middles = 0.5 * (points[:, 1:] + points[:, :-1])
    filled = np.sum(middles < x[:, None], axis=1)
    order = np.abs(np.arange(j)[None, :] + 0.25 - filled[:, None])
    order = order + np.where(np.diff(points, axis=1) <= 0, j, 0)
    rank = np.argsort(np.argsort(order, axis=1, kind="stable"), axis=1, kind="stable")
    status = np.where(np.arange(j)[None, :] < filled[:, None], At.UPPER, At.LOWER)
    status = np.where(rank < basic[:, None], At.BASIC, status)
    columns = np.concatenate([status.ravel(), basis.columns[n * j :]]).astype(np.int8)
    return Basis(columns, basis.rows)


def _typical_worth(cells: Floats, extras: Floats) -> float:
    # With a pure CVaR, or when only violations count, no cell has a worth of its own.
    most = float(np.max(cells, initial=0.0))
    if most > 0:
        return max(float(np.median(cells)), most * 1e-3)
    return float(np.max(extras, initial=0.0)) or 1.0


def _columns(matrix: sparse.csc_array) -> NDArray[np.int64]:
    return np.repeat(np.arange(matrix.shape[1]), np.diff(matrix.indptr))


def merged_entries(problem: Problem) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    """Entries of spend and effect rows on one pattern: cell, row, spend and effect coefficients."""
    spend, effect = problem.rows.spend.tocoo(), problem.rows.effect.tocoo()
    m = max(len(problem.rows), 1)
    keys = np.concatenate([
        spend.coords[1].astype(np.int64) * m + spend.coords[0],
        effect.coords[1].astype(np.int64) * m + effect.coords[0],
    ])
    places, inverse = np.unique(keys, return_inverse=True)
    split = spend.nnz
    spends, effects = (
        np.asarray(np.bincount(at, weights=data, minlength=len(places)), dtype=np.float64)
        for at, data in ((inverse[:split], spend.data), (inverse[split:], effect.data))
    )
    return (places // m).astype(np.int64), (places % m).astype(np.int64), spends, effects


def breakpoints(envelope: Envelope, centre: Floats, window: Floats, keep: Floats) -> Floats:
    """Breakpoints of every cell: both ends, a few around ``centre``, ``keep``, and the tangent point.

    Parameters
    ----------
    centre, window, keep : ndarray, shape (n,)
        Where to look closely, how widely (natural log), and a spend that must stay reachable.

    Returns
    -------
    ndarray, shape (n, 11)
        Sorted within each row.
    """
    region = envelope.region
    low, high = region.low, region.high
    near = np.maximum(centre, negligible(high, centre, keep))[:, None] * np.exp(window[:, None] * _SPREAD)
    beside = keep[:, None] * np.exp(window[:, None] * _BESIDE)
    sides = np.stack([low, keep, envelope.tangent, high], axis=1)
    points = np.clip(np.concatenate([sides, beside, near], axis=1), low[:, None], high[:, None])
    lots = region.lots
    if np.any(lots):
        points[lots] = _whole_points(region.cells.lot[lots], points[lots], keep[lots], low[lots], high[lots])
    if len(envelope.cornered):
        points[envelope.cornered] = _near_corners(envelope, keep, points.shape[1])
    hole = np.flatnonzero(region.hole)
    if len(hole):
        # Nothing between 0 and the least spend when on is allowed: the chord has no corner there.
        inside = (points[hole] > 0) & (points[hole] < envelope.tangent[hole][:, None])
        inside &= points[hole] != keep[hole][:, None]
        points[hole] = np.where(inside, 0.0, points[hole])
    ordered: Floats = np.sort(points, axis=1)
    return ordered


def negligible(high: Floats, centre: Floats, keep: Floats) -> Floats:
    """Spends too small to look at, shape (n,): next to the largest of all cells, and to the cell's most.

    The most alone would not do: where no limit bounds a cell it is far beyond anything worth spending.
    """
    largest = float(max(np.max(centre, initial=0.0), np.max(keep, initial=0.0)))
    floor: Floats = np.maximum(1e-9 * (np.minimum(high, largest) if largest > 0 else high), 1e-300)
    return floor


def _whole_points(lot: Floats, points: Floats, keep: Floats, low: Floats, high: Floats) -> Floats:
    whole = np.round(points / lot[:, None])
    # However narrow the window, the whole lots on both sides of the spends looked at stay in sight.
    held, centre = keep / lot, whole[:, _CENTRE]
    whole[:, _BELOW] = np.ceil(held - 1e-9) - 1.0
    whole[:, _ABOVE] = np.floor(held + 1e-9) + 1.0
    whole[:, _CENTRE - 1] = np.minimum(whole[:, _CENTRE - 1], centre - 1.0)
    whole[:, _CENTRE + 1] = np.maximum(whole[:, _CENTRE + 1], centre + 1.0)
    clipped: Floats = np.clip(whole * lot[:, None], low[:, None], high[:, None])
    return clipped


def _near_corners(envelope: Envelope, keep: Floats, count: int) -> Floats:
    xs = envelope.corner_x
    if xs.shape[1] >= count - 1:
        at = np.sum(xs <= keep[envelope.cornered][:, None], axis=1) - 1
        inner = count - 3
        first = np.clip(at - inner // 2, 0, xs.shape[1] - inner)
        picked = np.take_along_axis(xs, first[:, None] + np.arange(inner)[None, :], axis=1)
        xs = np.concatenate([xs[:, :1], picked, xs[:, -1:]], axis=1)
    held = np.clip(keep[envelope.cornered], xs[:, 0], xs[:, -1])[:, None]
    full = np.concatenate([xs, held], axis=1)
    return np.asarray(np.pad(full, ((0, 0), (0, count - full.shape[1])), mode="edge"), dtype=np.float64)
