"""The most worth that anybody could have had with a budget, known only afterwards.

Choosing auctions to win is a knapsack. For every exchange rate lambda >= 0,

    D(lambda) = sum over auctions of max(0, worth - lambda * price) + lambda * budget

is an upper bound (weak duality), and the lowest one is the fractional knapsack's optimum: auctions in
the order of worth per price until the budget ends (Dantzig, "Discrete-variable extremum problems",
Operations Research 1957). Where an auction offers several slots, the steps of the upper concave hull of
its slots' (cost, worth) take the place of the auction (Sinha and Zoltners, "The multiple-choice
knapsack problem", Operations Research 1979): an auction's first step is always the better one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from bidder.arrays import Floats, Ints
from bidder.auctions.landscapes import buckets
from bidder.auctions.landscapes.shares import share_up

MOST_EXACT = 1 << 20
"""Auctions of an episode that are kept for the exact bound; beyond them, sums on a grid of lambdas."""

_SLACK = 1e-12
"""More than the rounding of a ratio can hide, relative to the worth."""
_EXACT_PRODUCT = 9e18


@dataclass(frozen=True)
class Bounds:
    """Upper bounds for one episode.

    Attributes
    ----------
    worth : ndarray of int64, shape (B,)
        Bound for each budget, rounded up.
    multiplier : ndarray of float64, shape (B,)
        The lambda behind it: worth of one more unit of the budget; 0 where the budget is enough for
        everything. Bidding worth / lambda is the best that could have been done.
    """

    worth: Ints
    multiplier: Floats


class HindsightBounds:
    """Upper bounds episode by episode, for many budgets at a time and in bounded memory.

    The bound is exact while an episode has at most ``most_exact`` auctions. Beyond that it is the best
    one on a fixed grid of lambdas, at most 0.2% higher.
    """

    def __init__(self, most_exact: int = MOST_EXACT) -> None:
        self.most_exact = most_exact
        self._open()

    def _open(self) -> None:
        self._kept: list[tuple[Ints, Ints]] = []
        self._rows = 0
        self._grid: Grid | None = None

    def add(self, price: Ints, worth: Ints) -> None:
        """Add auctions of the open episode; the arrays must stay as they are until it is closed.

        Parameters
        ----------
        price : ndarray of int64, shape (n,)
            What winning each auction would have cost; -1 where it is not known: the episode then has
            no bound.
        worth : ndarray of int64, shape (n,)
        """
        self._kept.append((price, worth))
        self._rows += len(price)
        if self._rows > self.most_exact:
            self._grid = self._grid or Grid(buckets.BITS)
            for kept in self._kept:
                self._grid.add(*kept)
            self._kept = []

    def add_slots(self, cost: Ints, worth: Ints) -> None:
        """Add auctions with several slots, of which one may be had.

        Parameters
        ----------
        cost, worth : ndarray of int64, shape (n, K)
            Of each slot; a cost of -1 for a slot that cannot be had.
        """
        step_cost = np.zeros(cost.shape, dtype=np.int64)
        step_worth = np.zeros(cost.shape, dtype=np.int64)
        _slot_steps(cost, worth, step_cost, step_worth)
        self.add(step_cost.ravel(), step_worth.ravel())

    def close_episode(self, budgets: Ints) -> Bounds | None:
        """The bounds of the open episode, which ends here; None when a price was not known.

        Parameters
        ----------
        budgets : ndarray of int64, shape (B,)
            At least 0.
        """
        budgets = np.asarray(budgets, dtype=np.int64)
        grid, kept = self._grid, self._kept
        self._open()
        if grid is not None:
            return grid.bounds(budgets)
        none = np.zeros(0, dtype=np.int64)
        price, worth = zip(*kept, strict=True) if kept else ((none,), (none,))
        return exact_bounds(np.concatenate(price), np.concatenate(worth), budgets)


class Grid:
    """Sums of price and worth over the auctions whose worth per price is in the same bucket.

    Parameters
    ----------
    bits : int
        Every power of two is cut into 2^bits buckets.

    Attributes
    ----------
    free : int
        Worth of the auctions that cost nothing.
    unknown : bool
        Whether there was an auction with an unknown price.
    """

    def __init__(self, bits: int) -> None:
        self._shift = 52 - bits
        # No two positive int64 have a ratio outside of these two.
        first, last = self._bits(np.array([2.0**-63, 2.0**63]))
        self._first, self._size = int(first), int(last - first) + 1
        self._sums = np.zeros((2, self._size + 1), dtype=np.int64)
        self.free, self.unknown = 0, False

    def _bits(self, ratio: Floats) -> Ints:
        bits: Ints = ratio.view(np.int64) >> self._shift
        return bits

    def add(self, price: Ints, worth: Ints) -> Ints:
        """Add auctions; the number of each one's bucket, beyond the last where there is nothing to buy."""
        number = self._bits(worth / np.maximum(price, 1)) - self._first
        free, unknown = _sum_up(self._sums, number, price, worth)
        self.free, self.unknown = self.free + free, self.unknown or unknown
        return number

    def from_there_up(self) -> tuple[Ints, Ints]:
        """Price and worth of all auctions in each bucket and above it, shape (buckets + 1,)."""
        price, worth = np.cumsum(self._sums[:, ::-1], axis=1)[:, ::-1]
        return price, worth

    def bounds(self, budgets: Ints) -> Bounds | None:
        """The lowest D(lambda) over lambda = 0 and the lower edges of all buckets."""
        if self.unknown:
            return None
        price, worth = self.from_there_up()
        edge = ((np.arange(self._size + 1) + self._first) << self._shift).view(np.float64)
        # D is convex with slope budget - price: its lowest edge is next to where the price passes the budget.
        last = np.searchsorted(-price, -budgets, side="left")
        places = np.clip(last[:, None] + np.array([-1, 0]), 0, self._size)
        value = worth[places] + edge[places] * (budgets[:, None] - price[places])
        value = np.column_stack([np.full(len(budgets), float(worth[0])), value])
        lambdas = np.column_stack([np.zeros(len(budgets)), edge[places]])
        best, rows = np.argmin(value, axis=1), np.arange(len(budgets))
        bound = np.ceil(value[rows, best] + _SLACK * float(worth[0])).astype(np.int64)
        return Bounds(np.minimum(bound, worth[0]) + self.free, lambdas[rows, best])


@numba.njit(cache=True)
def _sum_up(sums, number, price, worth):  # type: ignore[no-untyped-def]
    """Add to the buckets' sums; worth that is free, and whether a price is not known."""
    free, unknown, nothing = 0, False, sums.shape[1] - 1
    for i in range(len(number)):
        if price[i] > 0 and worth[i] > 0:
            sums[0, number[i]] += price[i]
            sums[1, number[i]] += worth[i]
            continue
        number[i] = nothing
        unknown |= price[i] < 0
        if price[i] == 0 and worth[i] > 0:
            free += worth[i]
    return free, unknown


def exact_bounds(price: Ints, worth: Ints, budgets: Ints) -> Bounds | None:
    """The fractional knapsack's optimum for each budget, rounded up; None when a price is not known.

    Only the auctions in the buckets where the budgets end need to be put in order.

    Parameters
    ----------
    price, worth : ndarray of int64, shape (n,)
        Below 2^53; see :meth:`HindsightBounds.add`.
    budgets : ndarray of int64, shape (B,)
    """
    grid = Grid(_COARSE)
    number = grid.add(price, worth)
    if grid.unknown:
        return None
    above_cost, above_worth = grid.from_there_up()
    ends = np.searchsorted(-above_cost, -budgets, side="left") - 1
    wanted = np.zeros(len(above_cost), dtype=np.bool_)
    wanted[ends[ends >= 0]] = True
    rows = np.flatnonzero(wanted[number])
    rows = rows[_falling(price[rows], worth[rows])]
    price, worth, number = price[rows], worth[rows], number[rows]
    cost, got = _before(price, number, above_cost), _before(worth, number, above_worth)
    bound = np.full(len(budgets), above_worth[0])
    multiplier = np.zeros(len(budgets))
    part = ends >= 0
    split = np.searchsorted(cost, budgets[part], side="right") - 1
    bound[part] = got[split] + share_up(worth[split], budgets[part] - cost[split], price[split])
    multiplier[part] = worth[split] / price[split]
    return Bounds(bound + grid.free, multiplier)


_COARSE = 5
"""As a first sieve: few enough buckets to be added up for every episode."""


def _before(amount: Ints, number: Ints, above: Ints) -> Ints:
    """What all auctions before each one add up to; the rows fall, and ``above`` is by bucket."""
    sums = np.cumsum(amount) - amount
    first = np.searchsorted(-number, -number, side="left")
    before: Ints = above[number + 1] + sums - sums[first]
    return before


def _falling(price: Ints, worth: Ints) -> Ints:
    """Positions in the falling order of worth / price, exactly."""
    ratio = worth / price
    order: Ints = np.argsort(-ratio)
    ratio, price, worth = ratio[order], price[order], worth[order]
    # A correctly rounded quotient never falls where the exact one rises, so that only equal ones can be
    # out of order. Of those, the products are so close that their difference is right although both wrap.
    equal = ratio[1:] == ratio[:-1]
    wrong = equal & (worth[1:] * price[:-1] - worth[:-1] * price[1:] > 0)
    if not wrong.any():
        return order
    starts = np.flatnonzero(np.concatenate([[True], ~equal, [True]]))
    for group in np.unique(np.searchsorted(starts, np.flatnonzero(wrong), side="right") - 1):
        rows = np.arange(starts[group], starts[group + 1])
        rows = np.array(sorted(rows, key=lambda row: _key(int(worth[row]), int(price[row]))))
        order[starts[group] : starts[group + 1]] = order[rows]
    return order


def _key(worth: int, price: int) -> int:
    """Falls with worth / price; exact for numbers below 2^53."""
    return -((worth << 120) // price)


@numba.njit(cache=True)
def _slot_steps(cost, worth, step_cost, step_worth):  # type: ignore[no-untyped-def]
    slots = cost.shape[1]
    for i in range(len(cost)):
        at_cost, at_worth, made = np.int64(0), np.int64(0), 0
        while made < slots:
            best = -1
            for k in range(slots):
                if cost[i, k] < 0 or worth[i, k] <= at_worth:
                    continue
                if best < 0 or _steeper(
                    worth[i, k] - at_worth, cost[i, k] - at_cost,
                    worth[i, best] - at_worth, cost[i, best] - at_cost,
                ):
                    best = k
            if best < 0:
                break
            step_cost[i, made] = max(cost[i, best] - at_cost, 0)
            step_worth[i, made] = worth[i, best] - at_worth
            at_cost, at_worth = max(cost[i, best], at_cost), worth[i, best]
            made += 1


@numba.njit(cache=True)
def _steeper(worth, cost, other_worth, other_cost):  # type: ignore[no-untyped-def]
    """Whether a step brings more worth per cost than another one (the bigger one of equals)."""
    if cost <= 0 or other_cost <= 0:
        if cost <= 0 and other_cost <= 0:
            return worth > other_worth
        return cost <= 0
    first, second = float(worth) * float(other_cost), float(other_worth) * float(cost)
    if max(first, second) < _EXACT_PRODUCT:
        exact, other = worth * other_cost, other_worth * cost
        return exact > other or (exact == other and worth > other_worth)
    return first > second
