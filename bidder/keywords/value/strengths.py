"""How strongly each level is shrunk to the one above: by maximum likelihood, level by level.

Each unit's counts are judged by what its siblings, without it, tell of their parent. Levels depend on
one another through the discounts of :mod:`bidder.keywords.value.hierarchy`, so they are fitted in turns until
nothing moves.

Without more spread than chance explains, the likelihood rises up to the highest strength
(:data:`CLICKS` or :data:`ORDERS`): then all units equal their parent. The same comes out where there is
nothing to tell from, such as a single keyword, or no conversion. With a handful of units a level's
strength is uncertain, and the highest one is a frequent estimate. With a handful of conversions it is
the lowest that likelihood alone would favour, since "they convert always or never" explains them best; so
strengths below half a conversion's worth of clicks (for orders: below one order) cost some likelihood, up
to about 5 in its logarithm for usual rates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, log, log1p

import numpy as np

from bidder.arrays import Bools, Ints
from bidder.keywords.value.condense import Cells, condensed
from bidder.keywords.value.hierarchy import LEVELS, Sums, Tree, from_the_others, summed
from bidder.keywords.value.likelihood import beta_binomial, gamma_gamma

CLICKS = (0.1, 1e7)
"""Lowest and highest strength of conversion rates."""
ORDERS = (0.01, 1e5)
"""Lowest and highest strength of revenue per conversion, conversions."""
SHAPES = (0.05, 400.0)
"""Lowest and highest shape of a keyword's orders: coefficients of variation from 4.5 to 0.05."""
NOTHING = 1e-9
"""Counts up to this are taken for none: what is left of a click when its weight has all but vanished."""
_ROUNDS = 8
_SETTLED = 0.05
_GRID = 19
_WELL_INSIDE = 0.6
_INDIFFERENT = 1e-3
_AT_ONCE = 65_536
_ENOUGH = 250_000
"""Of more units than this about so many are looked at: enough for a strength within about 5%, which moves
no estimate by more than a small part of its own uncertainty. All count in the levels above."""


@dataclass(frozen=True)
class Strengths:
    """Strengths of shrinkage to each of :data:`bidder.keywords.value.hierarchy.LEVELS`.

    ``shape`` is that of a keyword's orders; NaN for conversion rates.
    """

    levels: tuple[float, ...]
    shape: float = float("nan")


def _brent(likelihood: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    from scipy.optimize import minimize_scalar

    bounds = log(low), log(high)
    inside = minimize_scalar(
        lambda x: -likelihood(exp(x)), bounds=bounds, method="bounded", options={"xatol": 1e-3}
    )
    return exp(float(inside.x)), -float(inside.fun)


def most_likely(
    likelihood: Callable[[float], float], low: float, high: float, near: float | None = None
) -> float:
    """Where a function of a positive number is highest: a grid of logarithms, then Brent's method.

    Where it is as high at ``high`` as anywhere, that is the answer. With ``near`` the grid is spared when
    there is a maximum within a factor of 2 of it.
    """
    if near is not None and low * 2 < near < high / 2:
        found, _ = _brent(likelihood, near / 2, near * 2)
        if abs(log(found / near)) < _WELL_INSIDE:
            return found
    grid = np.geomspace(low, high, _GRID)
    heights = np.array([likelihood(float(x)) for x in grid])
    best = int(np.argmax(heights))
    if heights[-1] >= heights[best] - _INDIFFERENT:
        return high
    found, height = _brent(likelihood, float(grid[max(best - 1, 0)]), float(grid[best + 1]))
    return found if height > heights[best] else float(grid[best])


def _enough(units: Ints) -> Ints:
    """A part of many units, drawn with a fixed seed: neighbours may take turns in being alike."""
    if len(units) <= _ENOUGH:
        return units
    drawn = np.random.default_rng(0).random(len(units), dtype=np.float32) < _ENOUGH / len(units)
    return units[drawn]


def _cells(
    tree: Tree, levels: Sequence[Sums], strengths: Sequence[float], prior: tuple[float, float], level: int,
    tells: Ints,
) -> Cells:  # fmt: skip
    """Units that tell something, each with what the others tell; in pieces that stay in the cache."""
    count, total = levels[level][0][tells], levels[level][1][tells]
    mean, doubt = np.empty_like(count), np.empty_like(count)
    for begin in range(0, len(tells), _AT_ONCE):
        piece = slice(begin, begin + _AT_ONCE)
        mean[piece], doubt[piece] = from_the_others(tree, levels, strengths, prior, level, tells[piece])
    return condensed(count, total, mean, doubt)


def _in_turns(
    tree: Tree, own: Sums, prior: tuple[float, float], telling: Callable[[Sums], Bools],
    fit: Callable[[int, Cells, float | None], float], start: Sequence[float], highest: float,
) -> tuple[float, ...]:  # fmt: skip
    """Fit each level given the others, from the account down, until none moves."""
    counted = np.flatnonzero((own[0] > 0) | (own[1] > 0))  # the rest adds nothing, and is most of it
    tree = Tree((tree.parents[0][counted], *tree.parents[1:]), tree.sizes)
    own = own[0][counted], own[1][counted]
    strengths: list[float] = list(start)
    for turn in range(_ROUNDS):
        before = list(strengths)
        levels = summed(tree, own, strengths)
        for level in reversed(range(len(LEVELS))):
            tells = _enough(np.flatnonzero(telling(levels[level])))
            if not levels[level][1][tells].any():
                strengths[level] = highest
                continue
            cells = _cells(tree, levels, strengths, prior, level, tells)
            strengths[level] = fit(level, cells, strengths[level] if turn else None)
        if all(abs(log(a / b)) < _SETTLED for a, b in zip(strengths, before, strict=True)):
            break
    return tuple(strengths)


def _reluctance(strength: float, weak: float) -> float:
    """Logarithm of a prior density of log k: even above ``weak``, falling like k below it."""
    return -log1p(weak / strength)


def rate_strengths(tree: Tree, own: Sums, prior: tuple[float, float], noise: float = 1.0) -> Strengths:
    """Strengths of conversion rates, in the unit of the (weighted) clicks in ``own``.

    Parameters
    ----------
    tree : Tree
    own : two ndarrays of float64, shape (J,)
        Matured clicks and conversions of the keywords.
    prior : tuple of float
        Clicks and conversions added to the account's.
    noise : float
        Clicks behind a weighted click.
    """
    weak = 0.5 * (float(own[0].sum()) + prior[0]) / (float(own[1].sum()) + prior[1])

    def fit(level: int, cells: Cells, near: float | None) -> float:
        return most_likely(lambda k: beta_binomial(cells, k, noise) + _reluctance(k, weak), *CLICKS, near)

    start = (100.0, 300.0, 300.0)
    return Strengths(_in_turns(tree, own, prior, lambda sums: sums[0] > NOTHING, fit, start, CLICKS[1]))


def order_strengths(tree: Tree, own: Sums, prior: tuple[float, float], noise: float = 1.0) -> Strengths:
    """Strengths of revenue per conversion, in the unit of the (weighted) conversions in ``own``.

    The shape of orders is fitted with the keywords' level, in alternation. Keywords without conversions
    or without revenue tell nothing here.

    Parameters
    ----------
    tree, noise
        As above.
    own : two ndarrays of float64, shape (J,)
        Conversions and revenue of the keywords.
    prior : tuple of float
        Conversions and revenue added to the account's.
    """
    shape, mean = 4.0, prior[1] / prior[0]

    def fit(level: int, cells: Cells, near: float | None) -> float:
        nonlocal shape
        strength = most_likely(
            lambda k: gamma_gamma(cells, k, shape, noise) + _reluctance(k, 1.0), *ORDERS, near
        )
        if level == 0:
            last = None if near is None else shape
            shape = most_likely(lambda s: gamma_gamma(cells, strength, s, noise), *SHAPES, last)
        return strength

    def telling(sums: Sums) -> Bools:
        tells: Bools = (sums[0] > NOTHING) & (sums[1] > NOTHING * mean)
        return tells

    return Strengths(_in_turns(tree, own, prior, telling, fit, (10.0, 30.0, 30.0), ORDERS[1]), shape)
