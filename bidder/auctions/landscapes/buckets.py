"""A fixed grid of amounts, fine enough for a landscape and small enough to keep in memory.

Every power of two is cut into 2^BITS equal buckets, as in an HDR histogram (Tene, 2012): a bucket is
at most 1/512 of its lower edge wide, and whole numbers below 1024 have buckets of their own. The grid
depends on nothing that is counted, so that counts of different pieces can be added in any order.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bidder.arrays import Floats, Ints

BITS = 9
"""Binary digits, behind the leading one, that tell two buckets apart."""

_SHIFT = 52 - BITS


def bucket(amount: Any) -> Ints:
    """Number of each amount's bucket, rising with the amount; amounts must be finite and at least 0."""
    # A positive float's bits, read as an integer, rise with it: exponent first, then the fraction.
    bits: Ints = np.ascontiguousarray(amount, dtype=np.float64).view(np.int64)
    number: Ints = bits >> _SHIFT
    return number


def lower_edge(number: Ints) -> Floats:
    """Smallest amount in each bucket; exact."""
    edge: Floats = (np.ascontiguousarray(number, dtype=np.int64) << _SHIFT).view(np.float64)
    return edge


def last_whole(number: Ints) -> Ints:
    """Largest whole number in each bucket (of those that hold any)."""
    last: Ints = np.ceil(lower_edge(number + 1)).astype(np.int64) - 1
    return last


def round_up(amount: Ints) -> Ints:
    """The last whole number of each amount's bucket."""
    return last_whole(bucket(amount))


def round_down(amount: Ints) -> Ints:
    """The greatest number that ends a bucket and is not above the amount; -1 below 0."""
    number = bucket(np.maximum(amount, 0))
    inside = last_whole(number) != amount
    before: Ints = np.where(inside, np.ceil(lower_edge(number)).astype(np.int64) - 1, amount)
    return before
