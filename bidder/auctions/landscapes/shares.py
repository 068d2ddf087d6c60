"""Exact integer shares of integer amounts, although the products may not fit into 64 bits."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Ints


def share_up(amount: Ints, part: Ints, whole: Ints) -> Ints:
    """``amount * part / whole`` rounded up; see :func:`share_down`."""
    guess, rest = _divided(amount, part, whole)
    share: Ints = guess - (-rest // whole)
    return share


def share_down(amount: Ints, part: Ints, whole: Ints) -> Ints:
    """``amount * part / whole`` rounded down.

    Parameters
    ----------
    amount, part, whole : ndarray of int64
        Shapes that go together; amounts from 0 to 2^53, whole positive and at most 2^53, part from 0 to
        whole.
    """
    guess, rest = _divided(amount, part, whole)
    share: Ints = guess + rest // whole
    return share


def _divided(amount: Ints, part: Ints, whole: Ints) -> tuple[Ints, Ints]:
    """A quotient that is right but for a few units, and the exact rest that it leaves."""
    guess = (amount.astype(np.float64) * part / whole).astype(np.int64)
    # The rest is small, so that it is right although both products wrap around.
    return guess, amount * part - guess * whole
