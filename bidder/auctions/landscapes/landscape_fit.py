"""Families of distributions fitted to market prices by maximum likelihood, hidden prices included.

A price is an amount cut to whole units: the price p stands for an amount in [p, p + 1), so that the
likelihood of whole numbers is exact and a price of zero is nothing special. A price known to be above c
contributes the probability of an amount of at least c + 1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.auctions.landscapes import buckets
from bidder.auctions.landscapes.prices import PriceDistribution

_TINY = 1e-300
_TAIL = 1e-9
_OPTIONS: Any = {"xatol": 1e-6, "fatol": 1e-6, "maxiter": 400}
_WIDEST = 12.0
"""Limit of the logarithm of every parameter, relative to its start."""


@dataclass(frozen=True)
class Grouped:
    """Counted prices between two whole numbers, and counts of prices above some amount.

    Attributes
    ----------
    first, last : ndarray of int64, shape (K,)
        Lowest and highest price of each group.
    count : ndarray of int64, shape (K,)
    above : ndarray of int64, shape (C,)
        Amounts (at least -1) that the hidden prices exceeded.
    above_count : ndarray of int64, shape (C,)
    """

    first: Ints
    last: Ints
    count: Ints
    above: Ints
    above_count: Ints


Tails = Callable[[Floats, float, float], tuple[Floats, Floats]]
"""Probability of at most and of more than each amount, given scale and shape."""


def _lognormal(amount: Floats, scale: float, shape: float) -> tuple[Floats, Floats]:
    from scipy.special import ndtr

    with np.errstate(divide="ignore"):
        z = np.log(amount / scale) / shape
    below: Floats = ndtr(z)
    above: Floats = ndtr(-z)
    return below, above


def _gamma(amount: Floats, scale: float, shape: float) -> tuple[Floats, Floats]:
    from scipy.special import gammainc, gammaincc

    relative = amount / scale
    below = np.asarray(gammainc(shape, relative), dtype=np.float64)
    return below, np.asarray(gammaincc(shape, relative), dtype=np.float64)


def _weibull(amount: Floats, scale: float, shape: float) -> tuple[Floats, Floats]:
    with np.errstate(over="ignore"):
        power = (amount / scale) ** shape
    return -np.expm1(-power), np.exp(-power)


FAMILIES: dict[str, Tails] = {"lognormal": _lognormal, "gamma": _gamma, "weibull": _weibull}
"""Families by name, each with a scale and a shape."""


def fit_families(grouped: Grouped, names: Sequence[str]) -> PriceDistribution:
    """The named family with the lowest AIC (Akaike, 1974), at the highest likelihood.

    Raises
    ------
    KeyError
        For a name that is not in :data:`FAMILIES`.
    """
    fits = [(*_fit(grouped, FAMILIES[name]), name) for name in names]
    loss, scale, shape, name = min(fits)
    price = _support(FAMILIES[name], scale, shape, grouped)
    cdf, _ = FAMILIES[name](_next(price), scale, shape)
    parameters = (("scale", scale), ("shape", shape), ("aic", 2.0 * 2 + 2.0 * loss))
    return PriceDistribution(price, np.maximum.accumulate(cdf), bool(len(grouped.above)), name, parameters)


def _fit(grouped: Grouped, tails: Tails) -> tuple[float, float, float]:
    """Minus the log likelihood, scale and shape at the best fit."""
    from scipy.optimize import minimize

    middle = (grouped.first + grouped.last + 1) / 2.0
    centre = float(np.average(middle, weights=grouped.count))
    spread = np.sqrt(np.average((np.log(middle) - np.log(centre)) ** 2, weights=grouped.count))
    start: Any = np.log([centre, 1.0])

    def loss(logs: Floats) -> float:
        scale, shape = np.exp(np.clip(logs, start - _WIDEST, start + _WIDEST))
        return _loss(grouped, tails, float(scale), float(shape))

    shapes = np.log([0.1, 0.3, max(float(spread), 1e-3), 1.0, 3.0])
    first = min((start + np.array([0.0, shape]) for shape in shapes), key=loss)
    best = minimize(loss, first, method="Nelder-Mead", options=_OPTIONS)
    scale, shape = np.exp(np.clip(best.x, start - _WIDEST, start + _WIDEST))
    return float(best.fun), float(scale), float(shape)


def _next(price: Ints) -> Floats:
    return (price + 1).astype(np.float64)


def _loss(grouped: Grouped, tails: Tails, scale: float, shape: float) -> float:
    low_cdf, low_tail = tails(grouped.first.astype(np.float64), scale, shape)
    high_cdf, high_tail = tails(_next(grouped.last), scale, shape)
    # The difference of the smaller tails keeps its digits.
    inside = np.where(low_cdf < 0.5, high_cdf - low_cdf, low_tail - high_tail)
    _, hidden = tails(_next(grouped.above), scale, shape)
    known = grouped.count @ np.log(np.maximum(inside, _TINY))
    return -float(known + grouped.above_count @ np.log(np.maximum(hidden, _TINY)))


def _support(tails: Tails, scale: float, shape: float, grouped: Grouped) -> Ints:
    """Whole prices up to the tail of the fit, on the grid of buckets where they would be too many."""
    seen = int(grouped.last[-1])
    end = max(seen, int(grouped.above[-1]) if len(grouped.above) else 0)
    while tails(np.array([end + 1.0]), scale, shape)[1][0] > _TAIL and end < 1000 * (seen + 1):
        end = 2 * end + 1
    numbers = np.arange(buckets.bucket(np.array([1.0]))[0], buckets.bucket(np.array([float(end)]))[0] + 1)
    price: Ints = np.unique(np.concatenate([[0], buckets.last_whole(numbers)]))
    return price
