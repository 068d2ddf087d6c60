"""Upper concave hulls: what is worth buying at some exchange rate between cost and worth."""

from __future__ import annotations

import numba
import numpy as np

from bidder.arrays import Floats, Ints


@numba.njit(cache=True)
def _hull(cost, worth, kept):  # type: ignore[no-untyped-def]
    n = 0
    for k in range(len(cost)):
        if n and worth[k] <= worth[kept[n - 1]]:
            continue
        while n:
            i = kept[n - 1]
            if cost[k] <= cost[i]:
                n -= 1
                continue
            if n < 2:
                break
            h = kept[n - 2]
            rise = (worth[i] - worth[h]) * (cost[k] - cost[i])
            if rise > (worth[k] - worth[i]) * (cost[i] - cost[h]):
                break
            n -= 1
        kept[n] = k
        n += 1
    return n


def concave_hull(cost: Floats, worth: Floats) -> Ints:
    """Positions of the points that span the upper concave hull up to the highest worth.

    Andrew's monotone chain (1979) over points whose cost never falls. Along the positions cost and
    worth rise strictly, and worth per cost of the steps falls strictly.

    Parameters
    ----------
    cost, worth : ndarray of float64, shape (K,)

    Returns
    -------
    ndarray of int64, shape (H,), at least one when K is.
    """
    kept = np.empty(len(cost), dtype=np.int64)
    return kept[: _hull(cost, worth, kept)]
