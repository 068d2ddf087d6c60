"""The best blocks of a day: weighted least squares by an exact dynamic program."""

from __future__ import annotations

import numba
import numpy as np

from bidder.arrays import Floats, Ints

BROKEN = 1e9
"""What it costs to break a limit by one step, so that as few steps as possible are broken before anything
else is weighed."""
_EQUAL, _ROUNDING = 1e-9, 1e-12


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _costs(
    wanted: Floats, weight: Floats, low: Ints, high: Ints, first: int, last: int, least: int
) -> tuple[Floats, Ints]:  # pragma: no cover - compiled
    """Cost and level (in steps) of every block from slot i to before slot j, shape (n, n + 1)."""
    n = len(wanted)
    center = int(np.rint((wanted * weight).sum() / weight.sum()))  # sums of small numbers stay exact
    cost = np.full((n, n + 1), np.inf)
    level = np.zeros((n, n + 1), np.int64)
    for i in range(n):
        total = sums = squares = 0.0
        lowest, highest = first, last
        for j in range(i + 1, n + 1):
            w, x = weight[j - 1], wanted[j - 1] - center
            total += w
            sums += w * x
            squares += w * x * x
            lowest, highest = max(lowest, low[j - 1]), min(highest, high[j - 1])
            if j - i < least:
                continue
            # Between limits that contradict each other all levels break them by the same.
            m = min(max(center + int(np.rint(sums / total)), min(lowest, highest)), max(lowest, highest))
            m = min(max(m, first), last)
            broken, off = max(lowest - m, 0) + max(m - highest, 0), float(m - center)
            level[i, j] = m
            cost[i, j] = max(squares - 2.0 * off * sums + off * off * total, 0.0) + BROKEN * broken
    return cost, level


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _cheapest(cost: Floats, most: int) -> tuple[Floats, Ints]:  # pragma: no cover - compiled
    """Cost of the best k blocks that end before slot j, and where the last one begins."""
    n = len(cost)
    best = np.full((most + 1, n + 1), np.inf)
    begin = np.zeros((most + 1, n + 1), np.int64)
    best[0, 0] = 0.0
    for k in range(1, most + 1):
        for j in range(1, n + 1):
            for i in range(j):
                total = best[k - 1, i] + cost[i, j]
                if total < best[k, j]:
                    best[k, j] = total
                    begin[k, j] = i
    return best, begin


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def best_blocks(
    wanted: Floats, weight: Floats, low: Ints, high: Ints, first: int, last: int, most: int, least: int
) -> tuple[Ints, Ints]:  # pragma: no cover - compiled
    """Cut a day into blocks of one level each.

    The mean over slots of ``(wanted - level)^2``, weighted, is the least that is possible with at most
    ``most`` blocks of at least ``least`` slots, levels whole steps between ``first`` and ``last`` and, in
    every slot, between ``low`` and ``high`` (Bellman 1961, *On the approximation of curves by line segments
    using dynamic programming*; O(most n^2)). Where that cannot be, as few steps as possible lie outside of
    ``low`` to ``high``. Of equally good cuts the one with the fewest blocks is taken.

    Parameters
    ----------
    wanted : ndarray of float64, shape (n,)
        In steps.
    weight : ndarray of float64, shape (n,)
        Above 0.
    low, high : ndarray of int64, shape (n,)
        Steps.
    first, last : int
        Legal range, steps.
    most, least : int
        Blocks, and slots in a block.

    Returns
    -------
    end, level : ndarray of int64
        Slot before which each block ends, and its level in steps.
    """
    n = len(wanted)
    cost, level = _costs(wanted, weight / weight.sum(), low, high, first, last, min(least, n))
    best, begin = _cheapest(cost, min(most, n))
    fewest, lowest = 1, best[:, n].min()
    while best[fewest, n] > lowest + _EQUAL + _ROUNDING * lowest:
        fewest += 1
    end, levels = np.empty(fewest, np.int64), np.empty(fewest, np.int64)
    j = n
    for k in range(fewest, 0, -1):
        i = begin[k, j]
        end[k - 1], levels[k - 1] = j, level[i, j]
        j = i
    return end, levels
