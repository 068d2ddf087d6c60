"""Many multipliers over the same base bids at once.

While multipliers do not change, an auction is won by exactly the settings whose multiplier is large
enough. So the settings are sorted by multiplier, every auction is put into the bin of the smallest
multiplier that wins it, and sums over the bins give every setting's results: the work hardly grows with
the number of settings. A setting whose balance may have got in the way is played
auction by auction instead, so that the results are those of :mod:`.single` to the last unit.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from bidder.arrays import Floats
from bidder.auctions.kernels.single import CLIP, RUN, cut, fits, one_by_one, play
from bidder.auctions.kernels.state import (
    BALANCE,
    CLICKS,
    CONVERSIONS,
    COST,
    ENTERED,
    FIELDS,
    IMPRESSIONS,
    STOPPED,
    VALUE,
    WORTH,
)

CELLS = 4096
"""Cells that the table has at least, roughly."""

STRETCH = 8192
"""Most auctions put into bins at once: long enough to spread the work of summing the bins, short enough
that playing one stretch auction by auction, when a budget ends in it, costs little."""

CHEAP = (16, 256, 4096)
"""Lists of the cheapest auctions of a stretch hold one in so many."""


class Ladder(NamedTuple):
    """Multipliers in rising order, with a table that tells about where a number stands among them.

    The table has a cell for every value of a float's upper bits, so that cells are even in the logarithm.
    """

    multiplier: np.ndarray
    order: np.ndarray
    start: np.ndarray
    first_cell: int
    shift: int


def ladder(multiplier: Floats) -> Ladder:
    """Sort multipliers (at least 0, shape (S,)) and make their table."""
    order = np.argsort(multiplier, kind="stable")
    rising = multiplier[order]
    positive = rising[rising > 0]
    low, high = (float(positive[0]), float(positive[-1])) if len(positive) else (1.0, 1.0)
    wanted = CELLS + 8 * len(rising)
    shift = 52
    while shift > 30 and (_bits(high) >> shift) - (_bits(low) >> shift) < wanted // 2:
        shift -= 1
    first_cell = _bits(low) >> shift
    cells = np.arange(first_cell, (_bits(high) >> shift) + 2)
    start = np.searchsorted(rising, (cells << shift).view(np.float64), side="left")
    return Ladder(rising, order, start.astype(np.int32), first_cell, shift)


def _bits(number: float) -> int:
    return int(np.float64(number).view(np.int64))


@numba.njit(cache=True, inline="always")
def _wins(m, base, least, money):  # type: ignore[no-untyped-def]
    return cut(m * base, money) >= least


@numba.njit(cache=True)
def _places(steps, base, least, money, place):  # type: ignore[no-untyped-def]
    """For each auction the number of multipliers too small to win it.

    The table gives a first guess from the quotient of price and base; the winning rule itself, which is
    monotone in the multiplier, then has the last word.
    """
    ratio = np.empty(len(base))
    for i in range(len(base)):
        ratio[i] = least[i] / base[i] if least[i] > 0 and base[i] > 0 else (np.inf if least[i] > 0 else 0.0)
    bits = ratio.view(np.int64)
    last, size = len(steps.start) - 1, len(steps.multiplier)
    for i in range(len(base)):
        cell = min(max((bits[i] >> steps.shift) - steps.first_cell, 0), last)
        k = np.int64(steps.start[cell])
        while k < size and not _wins(steps.multiplier[k], base[i], least[i], money):
            k += 1
        while k > 0 and _wins(steps.multiplier[k - 1], base[i], least[i], money):
            k -= 1
        place[i] = k


@numba.njit(cache=True)
def _fill(start, stop, columns, base, first, steps, money, bins, free):  # type: ignore[no-untyped-def]
    """Put auctions into bins (impressions, clicks, cost, worth).

    Returns the lowest price of any auction that a balance of 0 cannot win; what it can win (a floor
    and price of 0) is summed in ``free``.
    """
    place = np.empty(RUN, dtype=np.int64)
    clicks_known = len(columns.click) > 0
    for at in range(start, stop, RUN):
        end = min(at + RUN, stop)
        _places(steps, base[at - first : end - first], columns.least[at:end], money, place)
        for i in range(at, end):
            one = bins[place[i - at]]
            one[0] += 1
            one[1] += np.int64(columns.click[i]) if clicks_known else 0
            one[2] += columns.price[i]
            one[3] += columns.worth[i]
    cheapest = np.inf
    for i in range(start, stop):
        least = np.float64(columns.least[i])
        if least > 0:
            cheapest = least if least < cheapest else cheapest
        else:
            free[IMPRESSIONS] += 1
            free[CLICKS] += np.int64(columns.click[i]) if clicks_known else 0
            free[WORTH] += columns.worth[i]
    return cheapest


@numba.njit(cache=True)
def _fill_specials(start, stop, columns, base, first, steps, money, bins, free):  # type: ignore[no-untyped-def]
    """Put conversions and their values into bins."""
    place = np.empty(1, dtype=np.int64)
    for c in range(np.searchsorted(columns.special, start), np.searchsorted(columns.special, stop)):
        i = columns.special[c]
        _places(steps, base[i - first : i - first + 1], columns.least[i : i + 1], money, place)
        bins[place[0], 0] += 1
        bins[place[0], 1] += columns.paid[c]
        if columns.least[i] <= 0:
            free[CONVERSIONS] += 1
            free[VALUE] += columns.paid[c]


@numba.njit(cache=True)
def _note(start, stop, columns, base, first, s, m, limit, money, won):  # type: ignore[no-untyped-def]
    """Mark the conversions that a setting won at prices up to ``limit``."""
    for c in range(np.searchsorted(columns.special, start), np.searchsorted(columns.special, stop)):
        i = columns.special[c]
        if cut(m * base[i - first], money) >= columns.least[i] and columns.least[i] <= limit:
            won[c, s] = 1


@numba.njit(cache=True)
def _count(state, s, entered, counts):  # type: ignore[no-untyped-def]
    state[s, ENTERED] += entered
    state[s, BALANCE] -= counts[COST]
    for f in range(IMPRESSIONS, FIELDS):
        state[s, f] += counts[f]


@numba.njit(cache=True)
def _cheap(start, stop, least):  # type: ignore[no-untyped-def]
    """Positions of the cheapest auctions of a stretch, a list for each of CHEAP, and their highest prices.

    What little is left when a budget has ended can buy nothing else.
    """
    sample = np.sort(least[start:stop:16].astype(np.float64))
    limits = np.empty(len(CHEAP))
    lists = []
    positions = np.arange(start, stop)
    for j in range(len(CHEAP)):
        limits[j] = sample[len(sample) // CHEAP[j]]
        positions = positions[least[positions] <= limits[j]]
        lists.append(positions)
    return limits, lists


@numba.njit(cache=True)
def _rest(start, stop, columns, base, first, s, m, seed, money, cheap, shown, won, state):  # type: ignore[no-untyped-def]
    """Play a stretch in which the balance of a setting is in the way."""
    limits, lists = cheap
    at = start
    while at < stop:
        balance = state[s, BALANCE]
        if money.over_budget == CLIP and balance <= limits[0]:
            j = len(limits) - 1
            while balance > limits[j]:
                j -= 1
            positions = lists[j][np.searchsorted(lists[j], at) :]
            one_by_one(positions, columns, base, first, s, m, 1.0, seed, money, shown, won, state)
            state[s, ENTERED] += stop - at - len(positions)
            return
        end = min(at + RUN, stop)
        play(at, end, columns, base, first, s, m, 1.0, seed, money, shown, won, state)
        at = end


@numba.njit(cache=True)
def _stretch(start, stop, columns, base, first, steps, seeds, money, shown, won, state):  # type: ignore[no-untyped-def]
    settings = len(steps.multiplier)
    bins = np.zeros((settings + 1, 4), dtype=np.int64)
    brought = np.zeros((settings + 1, 2), dtype=np.int64)
    free = np.zeros(FIELDS, dtype=np.int64)
    cheapest = _fill(start, stop, columns, base, first, steps, money, bins, free)
    _fill_specials(start, stop, columns, base, first, steps, money, brought, free)
    highest_base = base[start - first : stop - first].max()
    counts = np.zeros(FIELDS, dtype=np.int64)
    left = []
    for k in range(settings):
        s, m = steps.order[k], steps.multiplier[k]
        counts[IMPRESSIONS] += bins[k, 0]
        counts[CLICKS] += bins[k, 1]
        counts[COST] += bins[k, 2]
        counts[WORTH] += bins[k, 3]
        counts[CONVERSIONS] += brought[k, 0]
        counts[VALUE] += brought[k, 1]
        if state[s, STOPPED]:
            continue
        balance = state[s, BALANCE]
        if fits(balance, counts[COST], cut(m * highest_base, money), money.over_budget):
            _count(state, s, stop - start, counts)
            if len(won) > 0:
                _note(start, stop, columns, base, first, s, m, np.inf, money, won)
        elif money.over_budget == CLIP and balance < cheapest:
            _count(state, s, stop - start, free)
            if len(won) > 0:
                _note(start, stop, columns, base, first, s, m, 0.0, money, won)
        else:
            left.append(k)
    if len(left) > 0:
        cheap = _cheap(start, stop, columns.least)
        for k in left:
            s, m = steps.order[k], steps.multiplier[k]
            _rest(start, stop, columns, base, first, s, m, seeds[s], money, cheap, shown, won, state)


@numba.njit(cache=True)
def replay_binned(start, stop, columns, base, first, steps, seeds, money, shown, won, state):  # type: ignore[no-untyped-def]
    """Play the auctions ``start`` to ``stop`` for every setting, second price, paid by impression.

    Parameters
    ----------
    base : ndarray of float64, shape (n,)
        Base bids that all settings share, at least 0, from the auction ``first`` on.
    steps : Ladder
        Of the settings' multipliers.

    The others are as in :func:`bidder.auctions.kernels.single.replay_single`.
    """
    for at in range(start, stop, STRETCH):
        end = min(at + STRETCH, stop)
        _stretch(at, end, columns, base, first, steps, seeds, money, shown, won, state)
