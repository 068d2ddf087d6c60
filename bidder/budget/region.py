"""The set of spends each cell may have, and the concave envelope of its curve over that set.

A region is the problem's own sets, or a part of them that branching looks at. Over the hull of a
set the envelope of an S-shaped curve is a chord from the lower end to a tangent point, and the
curve itself from there on; for whole lots it is the hull of the curve's values at whole lots.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bidder.budget.curves import CurveBank, Shape, slope_inverse
from bidder.budget.problem import Cells, Form

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_BISECTIONS = 60


@dataclass(frozen=True)
class Region:
    """Spends allowed: for each cell an interval, possibly with a hole above 0, or whole lots.

    Attributes
    ----------
    cells : Cells
    low, high : float arrays, shape (n,)
        Ends of the hull of each cell's set.
    """

    cells: Cells
    low: Floats
    high: Floats

    @classmethod
    def whole(cls, cells: Cells) -> Region:
        """Everything the problem allows."""
        low, high = cells.low.copy(), cells.high.copy()
        lots = cells.form == Form.LOTS
        size = np.where(lots, cells.lot, 1.0)
        low = np.where(lots, np.ceil(low / size - 1e-9) * size, low)
        high = np.where(lots, np.floor(high / size + 1e-9) * size, high)
        on_off = cells.form == Form.ON_OFF
        on = on_off & (low > 0)
        low = np.where(on, np.maximum(low, cells.on_minimum), low)
        high = np.where(on_off & (high < cells.on_minimum), 0.0, high)
        return cls(cells, low, high)

    def narrowed(self, which: int | Flags, low: float | None = None, high: float | None = None) -> Region:
        """A part of the region: the hull of one cell, or of several, made smaller."""
        lows, highs = self.low.copy(), self.high.copy()
        if low is not None:
            lows[which] = low
        if high is not None:
            highs[which] = high
        return replace(self, low=lows, high=highs)

    def fixed(self, which: Flags, x: Floats) -> Region:
        """The region with some cells held at given spends."""
        return replace(self, low=np.where(which, x, self.low), high=np.where(which, x, self.high))

    @property
    def hole(self) -> Flags:
        """True where spend may be 0 or at least ``on_minimum`` but nothing between."""
        flags: Flags = (self.cells.form == Form.ON_OFF) & (self.low <= 0) & (self.high > 0)
        return flags

    @property
    def lots(self) -> Flags:
        """True where spend is in whole lots."""
        flags: Flags = self.cells.form == Form.LOTS
        return flags

    @property
    def curved_from(self) -> Floats:
        """Least spend, other than the lower end, from which the curve is concave, within the hull."""
        first = np.maximum(self.cells.curves.inflection, np.where(self.hole, self.cells.on_minimum, self.low))
        inside: Floats = np.clip(first, self.low, self.high)
        return inside

    def nearest(self, x: Floats) -> Floats:
        """The nearest allowed spends: holes are left, lots made whole."""
        x = np.clip(x, self.low, self.high)
        least = self.cells.on_minimum
        inside = self.hole & (x > 0) & (x < least)
        x = np.where(inside, np.where(x < 0.5 * least, 0.0, least), x)
        size = np.where(self.lots, self.cells.lot, 1.0)
        return np.where(self.lots, np.clip(np.round(x / size) * size, self.low, self.high), x)


    def at_most(self, x: Floats) -> Floats:
        """The nearest allowed spends that are not above ``x``, as far as the lower ends allow."""
        x = np.clip(x, self.low, self.high)
        x = np.where(self.hole & (x < self.cells.on_minimum), 0.0, x)
        size = np.where(self.lots, self.cells.lot, 1.0)
        return np.where(self.lots, np.maximum(np.floor(x / size + 1e-9) * size, self.low), x)


@dataclass(frozen=True)
class Envelope:
    """Concave envelope of every cell's curve over the hull of its set.

    Attributes
    ----------
    tangent : float array, shape (n,)
        End of the chord that begins at the lower end; the lower end itself where the curve is
        already concave.
    rise : float array, shape (n,)
        Slope of that chord.
    bottom : float array, shape (n,)
        Effect at the lower end.
    cornered : int array, shape (q,)
        The cells with piecewise curves, whose envelope has corners of its own.
    corner_x, corner_y : float arrays, shape (q, p)
        Their corners, the last one repeated to fill.
    """

    region: Region
    tangent: Floats
    rise: Floats
    bottom: Floats
    cornered: NDArray[np.int64]
    corner_x: Floats
    corner_y: Floats

    @classmethod
    def of(cls, region: Region) -> Envelope:
        """Tangent points by bisection on all cells at once; hulls of the piecewise curves."""
        curves = region.cells.curves
        bottom = curves.value(region.low)
        start = region.curved_from
        bent = (start > region.low) & (curves.shape != Shape.PIECEWISE)
        tangent = region.low.copy()
        if np.any(bent):
            which = np.flatnonzero(bent)
            tangent[which] = _tangents(
                curves.take(which), region.low[which], bottom[which], start[which], region.high[which]
            )
            if np.any(region.lots & bent):
                tangent = np.where(region.lots & bent, _whole_tangents(region, tangent, bottom), tangent)
        width = np.where(tangent > region.low, tangent - region.low, 1.0)
        rise = np.where(tangent > region.low, (curves.value(tangent) - bottom) / width, 0.0)
        return cls(region, tangent, rise, bottom, *_corners(region))

    def value(self, x: Floats) -> Floats:
        """Envelope at ``x`` of shape (n,) or (n, j), for smooth curves at spends of the set."""
        curve = self.region.cells.curves.value(x)
        tall = (slice(None),) + (None,) * (x.ndim - 1)
        chord = self.bottom[tall] + self.rise[tall] * (x - self.region.low[tall])
        above: Floats = np.where(x < self.tangent[tall], chord, curve)
        if len(self.cornered):
            above[self.cornered] = _interpolate(x[self.cornered], self.corner_x, self.corner_y)
        return above


def _interpolate(x: Floats, corner_x: Floats, corner_y: Floats) -> Floats:
    flat = x.reshape(len(x), -1)
    at = np.sum(flat[:, :, None] >= corner_x[:, None, 1:-1], axis=2)
    x0, y0 = np.take_along_axis(corner_x, at, 1), np.take_along_axis(corner_y, at, 1)
    x1, y1 = np.take_along_axis(corner_x, at + 1, 1), np.take_along_axis(corner_y, at + 1, 1)
    width = np.where(x1 > x0, x1 - x0, 1.0)
    part = np.clip((flat - x0) / width, 0.0, 1.0)
    value: Floats = (y0 + part * (y1 - y0)).reshape(x.shape)
    return value


def _corners(region: Region) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Hull corners of the piecewise cells: indices (q,), spends and effects (q, p)."""
    cells, curves = region.cells, region.cells.curves
    which = np.flatnonzero(curves.shape == Shape.PIECEWISE)
    hulls = []
    plain = curves.concave & ~region.hole & ~region.lots
    for cell in which:
        xs = curves.points[int(curves.a[cell])][0] * curves.scale_in[cell]
        low, high = region.low[cell], region.high[cell]
        least = cells.on_minimum[cell] if region.hole[cell] else low
        xs = np.concatenate([[low, high, least], xs[(xs > least) & (xs < high)]])
        if region.lots[cell]:
            lot = cells.lot[cell]
            xs = np.clip(np.concatenate([np.floor(xs / lot), np.ceil(xs / lot)]) * lot, low, high)
        xs = np.unique(xs)
        ys = curves.take(np.array([cell])).value(xs[None, :])[0]
        hulls.append((xs, ys) if plain[cell] else _upper_hull(xs, ys))
    longest = max((len(h[0]) for h in hulls), default=0)
    longest = max(longest, 2)
    corner_x, corner_y = (
        np.array([np.pad(h[k], (0, longest - len(h[k])), mode="edge") for h in hulls]).reshape(-1, longest)
        for k in (0, 1)
    )
    return which, corner_x, corner_y


def _upper_hull(xs: Floats, ys: Floats) -> tuple[Floats, Floats]:
    """Upper concave hull of points sorted by x (Andrew's monotone chain)."""
    hull: list[tuple[float, float]] = []
    for x, y in zip(xs.tolist(), ys.tolist(), strict=True):
        while len(hull) >= 2:
            (x0, y0), (x1, y1) = hull[-2], hull[-1]
            if (y1 - y0) * (x - x0) > (y - y0) * (x1 - x0):
                break
            hull.pop()
        hull.append((x, y))
    table = np.array(hull)
    return table[:, 0], table[:, 1]


def _tangents(curves: CurveBank, low: Floats, bottom: Floats, start: Floats, high: Floats) -> Floats:
    # On [start, high] the curve is concave, so slope * (x - low) - (F(x) - F(low)) falls with x: its
    # root is where the chord touches; without a root the chord ends at start or high.
    tangent = np.maximum(start, low)
    # From 0 a Hill curve is touched where its elasticity is 1: t = slope - 1 with t = (x / half)^slope.
    from_zero = (low <= 0.0) & (curves.shape == Shape.HILL)
    slope = np.where(from_zero & (curves.c > 1.0), curves.c, 2.0)
    touch = np.where(curves.c > 1.0, curves.b * (slope - 1.0) ** (1.0 / slope), 0.0) * curves.scale_in
    tangent = np.where(from_zero, np.clip(touch, start, high), tangent)
    todo = np.flatnonzero(~from_zero)
    if len(todo):
        tangent[todo] = _bisect_tangents(curves.take(todo), low[todo], bottom[todo], start[todo], high[todo])
    return tangent


def _bisect_tangents(
    curves: CurveBank, low: Floats, bottom: Floats, start: Floats, high: Floats
) -> Floats:
    lo, hi = start.copy(), high.copy()
    for _ in range(_BISECTIONS):
        middle = 0.5 * (lo + hi)
        before = curves.slope(middle) * (middle - low) > curves.value(middle) - bottom
        lo, hi = np.where(before, middle, lo), np.where(before, hi, middle)
    at_start = curves.slope(start) * (start - low) <= curves.value(start) - bottom
    tangent: Floats = np.where(at_start, start, 0.5 * (lo + hi))
    return tangent


def _whole_tangents(region: Region, tangent: Floats, bottom: Floats) -> Floats:
    size = np.where(region.lots, region.cells.lot, 1.0)
    best, steepest = region.low.copy(), np.full(len(tangent), -np.inf)
    for whole in (np.floor(tangent / size), np.ceil(tangent / size)):
        at = np.clip(whole * size, region.low, region.high)
        width = at - region.low
        slope = np.where(
            width > 0, (region.cells.curves.value(at) - bottom) / np.where(width > 0, width, 1.0), -np.inf
        )
        best = np.where(slope > steepest, at, best)
        steepest = np.maximum(slope, steepest)
    return best


def maximisers(region: Region, gain: Floats, price: Floats) -> tuple[Floats, Floats]:
    """Maximise ``gain * F(x) - price * x`` in every cell over its own set, exactly.

    The candidates are the ends of the set, its first point above a hole, and the stationary point
    where the curve is concave; for lots the whole lots on both sides of these; for piecewise curves
    every corner. A negative gain turns the curve over: where it is concave, the ends of the set are
    all there is to try; below an inflection the least effect of the set stands in for the curve, so
    that the maximum is an upper bound that falls with the set's width.

    Parameters
    ----------
    gain, price : ndarray, shape (n,)
        Worth of a unit of effect, and cost of a unit of spend.

    Returns
    -------
    value, x : ndarray, shape (n,)
        The maximum and the spend at which it is reached.
    """
    curves, low, high = region.cells.curves, region.low, region.high
    start = region.curved_from
    wanted = np.where(gain > 0, np.maximum(price, 0.0) / np.where(gain > 0, gain, 1.0), np.inf)
    inner = np.where(price <= 0, high, slope_inverse(curves, wanted, start, high))
    inner = np.where((gain <= 0) & (price > 0), start, inner)
    if np.any(region.lots):
        points = _whole_candidates(region, inner, start)
    else:
        points = [low, high, inner, *([start] if np.any(start > low) else [])]
    best_value, best_x = np.full(len(low), -np.inf), low.copy()
    for x in points:
        value = gain * curves.value(x) - price * x
        better = value > best_value
        best_value, best_x = np.where(better, value, best_value), np.where(better, x, best_x)
    bent = (gain < 0) & (curves.inflection > low) & (high > low)
    if np.any(bent):
        at = np.where(price > 0, low, high)
        best_value = np.where(bent, gain * curves.value(low) - price * at, best_value)
        best_x = np.where(bent, at, best_x)
    return _piecewise_maximisers(region, gain, price, best_value, best_x)


def _whole_candidates(region: Region, inner: Floats, start: Floats) -> list[Floats]:
    size = np.where(region.lots, region.cells.lot, 1.0)

    def whole(count: Floats, otherwise: Floats) -> Floats:
        at = np.clip(count * size, region.low, region.high)
        return np.where(region.lots, at, otherwise)

    return [
        region.low, region.high,
        whole(np.floor(inner / size), inner), whole(np.ceil(inner / size), inner),
        whole(np.floor(start / size), start), whole(np.ceil(start / size), start),
    ]


def _piecewise_maximisers(
    region: Region, gain: Floats, price: Floats, best_value: Floats, best_x: Floats
) -> tuple[Floats, Floats]:
    curves = region.cells.curves
    for number, (xs, _) in enumerate(curves.points):
        mine = np.flatnonzero((curves.shape == Shape.PIECEWISE) & (curves.a == number) & ~region.lots)
        if not len(mine):
            continue
        part = curves.take(mine)
        least = np.where(region.hole[mine], region.cells.on_minimum[mine], region.low[mine])
        corners = np.clip(xs[None, :] * part.scale_in[:, None], least[:, None], region.high[mine][:, None])
        values = gain[mine][:, None] * part.value(corners) - price[mine][:, None] * corners
        at = np.argmax(values, axis=1)
        rows = np.arange(len(mine))
        better = values[rows, at] > best_value[mine]
        best_value[mine] = np.where(better, values[rows, at], best_value[mine])
        best_x[mine] = np.where(better, corners[rows, at], best_x[mine])
    for number, (xs, _) in enumerate(curves.points):
        mine = np.flatnonzero((curves.shape == Shape.PIECEWISE) & (curves.a == number) & region.lots)
        for cell in mine:
            lot = region.cells.lot[cell]
            near = xs * curves.scale_in[cell] / lot
            whole = np.clip(np.unique(np.concatenate([np.floor(near), np.ceil(near)])) * lot,
                            region.low[cell], region.high[cell])
            one = curves.take(np.array([cell]))
            values = gain[cell] * one.value(whole[None, :])[0] - price[cell] * whole
            at = int(np.argmax(values))
            if values[at] > best_value[cell]:
                best_value[cell], best_x[cell] = values[at], whole[at]
    return best_value, best_x
