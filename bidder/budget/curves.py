"""Response curves of many cells at once.

Every cell's curve is ``F(x) = scale_out * f(x / scale_in)`` with one of four base shapes f:

- Hill ``c x^s / (h^s + x^s)`` (Hill 1910; used for media by Jin et al. 2017, section 2.2),
- log ``a ln(1 + x / b)``,
- power ``a x^k`` with k <= 1,
- piecewise linear, flat after the last point.

With seasonal indices d (traffic), p (price) and v (conversion), ``scale_in = p d`` and
``scale_out = v d``: d times as many people can be reached, each costs p times as much and buys v
times as often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_NEWTON_STEPS = 12
_TINY = 1e-300


class Shape(IntEnum):
    """Base shape of a curve."""

    HILL = 0
    LOG = 1
    POWER = 2
    PIECEWISE = 3


@dataclass(frozen=True)
class CurveBank:
    """Curves of n cells.

    Attributes
    ----------
    shape : int array, shape (n,)
        Values of :class:`Shape`.
    a, b, c : float arrays, shape (n,)
        Hill: ceiling, half_spend, slope. Log: scale, spend_scale. Power: coefficient, exponent (in
        c). Piecewise: number of its point list (in a).
    scale_in, scale_out : float arrays, shape (n,)
    points : tuple of (spend, effect) arrays
        Point lists of the piecewise curves.
    """

    shape: NDArray[np.int8]
    a: Floats
    b: Floats
    c: Floats
    scale_in: Floats
    scale_out: Floats
    points: tuple[tuple[Floats, Floats], ...] = ()

    def __len__(self) -> int:
        return len(self.a)

    def take(self, which: NDArray[np.int64] | NDArray[np.bool_]) -> CurveBank:
        """The curves of some cells."""
        return CurveBank(
            self.shape[which], self.a[which], self.b[which], self.c[which],
            self.scale_in[which], self.scale_out[which], self.points,
        )

    def scaled(self, scale_in: Floats, scale_out: Floats) -> CurveBank:
        """Curves with further scales multiplied in."""
        return CurveBank(
            self.shape, self.a, self.b, self.c,
            self.scale_in * scale_in, self.scale_out * scale_out, self.points,
        )

    @property
    def inflection(self) -> Floats:
        """Spend up to which a smooth curve is convex (0 where it is concave), shape (n,).

        For a Hill curve with slope s > 1: ``h ((s - 1) / (s + 1))^(1/s)``.
        """
        s = np.where(self.shape == Shape.HILL, self.c, 1.0)
        bent = s > 1.0
        safe = np.where(bent, s, 2.0)
        at = np.where(bent, self.b * ((safe - 1) / (safe + 1)) ** (1 / safe), 0.0)
        inflection: Floats = at * self.scale_in
        return inflection

    @property
    def knee(self) -> Floats:
        """A typical spend, where returns are falling clearly, shape (n,).

        Hill: half_spend; log: spend_scale; piecewise: the last corner; a power curve has no scale of
        its own, so infinite there.
        """
        ends = np.array([xs[-1] for xs, _ in self.points] or [0.0])
        last = ends[np.where(self.shape == Shape.PIECEWISE, self.a, 0).astype(np.int64)]
        at = np.where(self.shape == Shape.PIECEWISE, last, self.b)
        spend: Floats = np.where(self.shape == Shape.POWER, np.inf, at) * self.scale_in
        return spend

    @property
    def concave(self) -> NDArray[np.bool_]:
        """True where the curve is concave everywhere, shape (n,)."""
        flags = self.inflection <= 0.0
        for number, (xs, ys) in enumerate(self.points):
            slopes = np.diff(ys) / np.diff(xs)
            if np.any(np.diff(slopes) > 1e-12 * np.abs(slopes[:-1])):
                flags &= ~((self.shape == Shape.PIECEWISE) & (self.a == number))
        return flags

    def value(self, x: Floats) -> Floats:
        """Effect at spend ``x``: shape (n,) or (n, j) -> the same shape."""
        return _evaluate(self, x, slope=False)

    def slope(self, x: Floats) -> Floats:
        """Derivative at ``x`` (to the right, for piecewise curves), same shape as ``x``."""
        return _evaluate(self, x, slope=True)


def _column(values: Floats, like: Floats) -> Floats:
    return values.reshape(values.shape + (1,) * (like.ndim - 1))


def _evaluate(bank: CurveBank, x: Floats, slope: bool) -> Floats:
    scale_in = _column(bank.scale_in, x)
    u = np.maximum(np.asarray(x, dtype=np.float64) / scale_in, 0.0)
    out = np.zeros_like(u)
    base = _SLOPES if slope else _VALUES
    present = np.bincount(bank.shape, minlength=4)
    for shape in Shape:
        count = present[shape]
        if not count:
            continue
        which = slice(None) if count == len(bank) else np.flatnonzero(bank.shape == shape)
        part = u[which]
        if shape is Shape.PIECEWISE:
            out[which] = _piecewise(bank, bank.a[which].astype(np.int64), part, slope)
            continue
        a, b, c = (_column(v[which], part) for v in (bank.a, bank.b, bank.c))
        out[which] = base[shape](part, a, b, c)
    out *= _column(bank.scale_out, x)
    if slope:
        out /= scale_in
    return out


def _hill(u: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    # As 1 / (1 + (h/x)^s) the power cannot overflow into nan for large x.
    with np.errstate(divide="ignore", over="ignore"):
        value: Floats = a / (1.0 + np.exp(c * (np.log(b) - np.log(u))))
    return value


def _hill_slope(u: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        t = np.exp(c * (np.log(u) - np.log(b)))
        inside = a * c * t / (np.maximum(u, _TINY) * (1.0 + t) ** 2)
    at_zero = np.where(c == 1.0, a / b, np.where(c < 1.0, np.inf, 0.0))
    slope: Floats = np.where(u <= _TINY, at_zero, np.where(np.isfinite(inside), inside, 0.0))
    return slope


def _log(u: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    value: Floats = a * np.log1p(u / b)
    return value


def _log_slope(u: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    slope: Floats = a / (b + u)
    return slope


def _power(u: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    value: Floats = a * u**c
    return value


def _power_slope(u: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        slope: Floats = a * c * u ** (c - 1.0)
    return slope


_VALUES = {Shape.HILL: _hill, Shape.LOG: _log, Shape.POWER: _power}
_SLOPES = {Shape.HILL: _hill_slope, Shape.LOG: _log_slope, Shape.POWER: _power_slope}


def _piecewise(bank: CurveBank, lists: Integers, u: Floats, slope: bool) -> Floats:
    out = np.empty_like(u)
    for number in np.unique(lists):
        xs, ys = bank.points[number]
        mine = lists == number
        if slope:
            slopes = np.append(np.diff(ys) / np.diff(xs), 0.0)
            at = np.searchsorted(xs, u[mine], side="right") - 1
            out[mine] = slopes[np.clip(at, 0, len(slopes) - 1)]
        else:
            out[mine] = np.interp(u[mine], xs, ys)
    return out


def bank(
    shapes: Sequence[tuple[Shape, float, float, float]], points: Sequence[tuple[Floats, Floats]] = ()
) -> CurveBank:
    """Curves from (shape, a, b, c) tuples, scales 1."""
    table = np.array([s[1:] for s in shapes], dtype=np.float64).reshape(-1, 3)
    ones = np.ones(len(table))
    kinds = np.array([int(s[0]) for s in shapes], dtype=np.int8)
    return CurveBank(kinds, table[:, 0], table[:, 1], table[:, 2], ones, ones.copy(), tuple(points))


def hill_bank(ceiling: Floats, half_spend: Floats, slope: Floats) -> CurveBank:
    """Hill curves from arrays, scales 1."""
    n = len(ceiling)
    return CurveBank(
        np.zeros(n, dtype=np.int8), np.asarray(ceiling, float), np.asarray(half_spend, float),
        np.asarray(slope, float), np.ones(n), np.ones(n),
    )


def slope_inverse(curves: CurveBank, target: Floats, low: Floats, high: Floats) -> Floats:
    """The spend in ``[low, high]`` where a falling slope equals ``target``.

    ``[low, high]`` must lie where the curve is concave. Log, power and Hill curves with slope 1 are
    solved in closed form, other Hill curves by Newton's method; piecewise curves are not solved here
    (their slope has no inverse) and give ``low``.

    Parameters
    ----------
    target : ndarray, shape (n,)
        Effect per currency unit; not negative.

    Returns
    -------
    ndarray, shape (n,)
        Clipped to the interval.
    """
    x = low.copy()
    present = np.bincount(curves.shape, minlength=4)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        base = target * curves.scale_in / curves.scale_out
        for shape, inverse in _INVERSES.items():
            if not present[shape]:
                continue
            which = np.flatnonzero(curves.shape == shape) if present[shape] < len(x) else slice(None)
            x[which] = inverse(base[which], curves.a[which], curves.b[which], curves.c[which])
        x = np.nan_to_num(x * curves.scale_in, nan=0.0, posinf=np.inf)
    at: Floats = np.clip(x, low, high)
    return at


def _hill_inverse(base: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    # With s = ln(u/b), ln f' = ln(a c / b) + (c - 1) s - 2 ln(1 + e^(c s)) is concave in s and falls
    # beyond the inflection, so Newton's steps from the right of the root never pass it. Both
    # asymptotes lie above the curve: the nearer of their roots is to the right.
    if np.all(c == 1.0):
        return np.asarray(np.sqrt(a * b / base) - b)
    level = np.log(base * b / (a * c))
    bent = c > 1.0
    right = -level / (c + 1.0)
    s = np.where(c < 1.0, np.minimum(right, level / np.where(c < 1.0, c - 1.0, -1.0)), right)
    inflection = np.where(bent, np.log((c - 1.0) / (c + 1.0)) / c, -np.inf)
    s = np.maximum(s, inflection)
    for _ in range(_NEWTON_STEPS):
        t = np.exp(c * s)
        excess = (c - 1.0) * s - 2.0 * np.log1p(t) - level
        fall = (c - 1.0) - 2.0 * c * t / (1.0 + t)
        step = excess / np.minimum(fall, -1e-12)
        s = np.maximum(s - np.where(np.isfinite(step), step, 0.0), inflection)
    u: Floats = b * np.exp(s)
    return np.where(np.isposinf(base), 0.0, np.where(base <= 0.0, np.inf, u))


def _log_inverse(base: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    u: Floats = a / base - b
    return u


def _power_inverse(base: Floats, a: Floats, b: Floats, c: Floats) -> Floats:
    straight = c == 1.0
    safe = np.where(straight, 0.5, c)
    u: Floats = (base / (a * safe)) ** (1.0 / (safe - 1.0))
    return np.where(straight, np.where(base < a, np.inf, 0.0), u)


_INVERSES = {Shape.HILL: _hill_inverse, Shape.LOG: _log_inverse, Shape.POWER: _power_inverse}
