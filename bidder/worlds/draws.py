"""What is drawn alike in every channel: times, users, how impressions differ, order values, delays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Bytes, Codes, Floats, Ints
from bidder.auctions.log import MICROSECOND
from bidder.money import MICROS, minor_per_unit
from bidder.worlds.hours import DAY
from bidder.worlds.spec_market import Delay, OrderValue, Prediction

Floats32 = NDArray[np.float32]


@dataclass(frozen=True)
class Block:
    """A stretch of time that is made at once: an hour, or a part of one.

    Attributes
    ----------
    number : int
        From 0, over the whole world: the key of its random numbers.
    hour : int
        Number of the hour in the world.
    start, length : int
        Microseconds UTC, microseconds.
    share : float
        Share of the world's traffic that is expected in it.
    """

    number: int
    hour: int
    start: int
    length: int
    share: float


@dataclass(frozen=True)
class Difference:
    """How each of n impressions differs from the usual one, as factors with mean 1.

    Attributes
    ----------
    seen, hidden : ndarray of float64, shape (n,)
        What a prediction knows, and what it does not.
    """

    seen: Floats
    hidden: Floats


def times(rng: np.random.Generator, block: Block, n: int) -> Ints:
    """Rising times within the block."""
    ts = rng.integers(block.start, block.start + block.length, n)
    ts.sort()
    return ts


def pick(rng: np.random.Generator, edges: Floats, n: int) -> Codes:
    """Draw n of some choices; ``edges`` are the running sums of their shares, up to 1."""
    place = np.searchsorted(edges, rng.random(n), side="right")
    chosen: Codes = np.minimum(place, len(edges) - 1).astype(np.int32)
    return chosen


def difference(rng: np.random.Generator, prediction: Prediction, n: int) -> Difference:
    """Draw how impressions differ; the prediction's noise is the hidden part of the variance."""
    known = prediction.spread * (1 - prediction.noise) ** 0.5
    unknown = prediction.spread * prediction.noise**0.5
    return Difference(_unit(rng, known, n), _unit(rng, unknown, n))


def _unit(rng: np.random.Generator, spread: float, n: int) -> Floats:
    if spread == 0:
        return np.ones(n)
    normal = rng.standard_normal(n, dtype=np.float32)
    out: Floats = np.exp(np.float32(spread) * normal - np.float32(spread**2 / 2)).astype(np.float64)
    return out


def order_values(rng: np.random.Generator, mean: Floats, spread: Floats, currency: str) -> Ints:
    """Order values in millionths of the currency unit, whole minor units, shape as ``mean``.

    ``mean`` in currency units; ``spread`` is the standard deviation of the logarithm.
    """
    normal = rng.standard_normal(len(mean), dtype=np.float32).astype(np.float64)
    minor = np.rint(mean * minor_per_unit(currency) * np.exp(spread * normal - spread**2 / 2))
    values: Ints = np.maximum(minor, 1).astype(np.int64) * (MICROS // minor_per_unit(currency))
    return values


def one_order_value(rng: np.random.Generator, spec: OrderValue, n: int, currency: str) -> Ints:
    """Like :func:`order_values` where all are of one kind."""
    return order_values(rng, np.full(n, spec.mean), np.full(n, spec.spread), currency)


def delays(rng: np.random.Generator, spec: Delay, conversion: Bytes) -> Ints:
    """Microseconds (whole seconds) from click to report where there is a conversion, else 0."""
    out = np.zeros(len(conversion), dtype=np.int64)
    rows = np.flatnonzero(conversion)
    soon = rng.random(len(rows)) < spec.soon_share
    mean = np.where(soon, spec.soon_minutes * 60, spec.late_days * 86_400)
    seconds = rng.exponential(1.0, len(rows)) * mean
    whole = np.minimum(np.rint(seconds), np.rint(spec.most_days * 86_400))
    out[rows] = whole.astype(np.int64) * MICROSECOND
    return out


def reported_share(spec: Delay, elapsed: Ints) -> Floats:
    """True maturity: share of a click's conversions reported ``elapsed`` microseconds later."""
    days = elapsed / DAY
    waiting = spec.soon_share * np.exp(-days * 1440 / spec.soon_minutes)
    waiting = waiting + (1 - spec.soon_share) * np.exp(-days / spec.late_days)
    out: Floats = np.where(days >= spec.most_days, 1.0, 1 - waiting)
    return out


def hashed(users: Ints) -> NDArray[np.uint64]:
    """Users by a hash that is never 0 (SplitMix64's output function is one to one)."""
    z = users.astype(np.uint64) + np.uint64(1)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(factor)
    return z ^ (z >> np.uint64(31))
