"""A random number for every auction, seed and purpose, by counting instead of by a running state.

The number depends on nothing else, so that neither the order of the work nor the number of workers nor
another strategy's draws can change it. SplitMix64's output function (Steele, Lea and Flood, "Fast
splittable pseudorandom number generators", OOPSLA 2014) over the key, twice.
"""

from __future__ import annotations

import numba
import numpy as np

from bidder.arrays import Floats, Ints

CLICK, CONVERSION, PARTICIPATION, BID, SLOT, COMPETITOR, COMPETITOR_CLICK, PRICE = range(8)
"""Purposes: each has a stream of its own."""

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_TO_UNIT = 1.0 / (1 << 53)


@numba.njit(cache=True, inline="always")
def _mix(z):  # type: ignore[no-untyped-def]
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return z ^ (z >> np.uint64(31))


@numba.njit(cache=True)
def uniform(seed, purpose, row):  # type: ignore[no-untyped-def]
    """A number in [0, 1) for one auction (int64 seed, purpose and row number)."""
    key = _mix(np.uint64(seed) * _GOLDEN + np.uint64(purpose) + np.uint64(1))
    word = _mix(key + (np.uint64(row) + np.uint64(1)) * _GOLDEN)
    return np.float64(word >> np.uint64(11)) * _TO_UNIT


@numba.njit(cache=True)
def _uniforms(seed, purpose, rows, out):  # type: ignore[no-untyped-def]
    for i in range(len(rows)):
        out[i] = uniform(seed, purpose, rows[i])


def uniforms(seed: int, purpose: int, rows: Ints) -> Floats:
    """A number in [0, 1) for each of the rows, shape as ``rows``."""
    out = np.empty(len(rows))
    _uniforms(seed, purpose, rows, out)
    return out
