"""Limits of bids as whole micros, exact from the decimal text of the config."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bidder.arrays import Bools, Ints
from bidder.keywords.spec_guardrails import BidRange
from bidder.money import MICROS

FAR = 2**61
"""Micros above every bid: amounts beyond it are taken for it, so that sums fit 64 bits."""


def exact(number: float) -> Fraction:
    """The decimal number that was written: 0.2 is one fifth, which the float 0.2 is not."""
    return Fraction(repr(float(number)))


def share_of(bid: Ints, share: Fraction, *, up: bool = False) -> Ints:
    """``bid x share`` in whole micros, rounded down (or up), without any error, shape as ``bid``."""
    above, below = share.numerator, share.denominator
    plus = below - 1 if up else 0
    if int(bid.max(initial=0)) * above + plus < 2**63:
        whole = (bid * above + plus) // below
    else:
        whole = (bid.astype(object) * above + plus) // below
    capped: Ints = np.minimum(whole, FAR).astype(np.int64)
    return capped


@dataclass(frozen=True)
class Interval:
    """Lowest and highest bid in micros, shape (J,); empty where ``low`` is above ``high``."""

    low: Ints
    high: Ints

    def within(self, other: Interval) -> Interval:
        """What both allow; where nothing is, what ``other`` allows."""
        low, high = np.maximum(self.low, other.low), np.minimum(self.high, other.high)
        none = low > high
        return Interval(np.where(none, other.low, low), np.where(none, other.high, high))

    def holds(self, bid: Ints) -> Bools:
        """Which bids lie in it."""
        inside: Bools = (bid >= self.low) & (bid <= self.high)
        return inside


def range_micros(bids: BidRange) -> tuple[int, int]:
    """Lowest and highest whole micros of a range."""
    low, high = exact(bids.min) * MICROS, exact(bids.max) * MICROS
    return min(-(-low.numerator // low.denominator), FAR), min(high.numerator // high.denominator, FAR)
