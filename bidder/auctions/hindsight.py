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

from bidder.auctions import buckets
from bidder.auctions.arrays import Floats, Ints
from bidder.auctions.shares import share_up

MOST_EXACT = 1 << 20
"""Auctions of an episode that are kept for the exact bound; beyond them, sums on a grid of lambdas."""

_OCTAVES = 63  # no two positive int64 have a ratio outside
_FIRST = int(buckets.bucket(np.array([2.0**-_OCTAVES]))[0])
_BUCKETS = int(buckets.bucket(np.array([2.0**_OCTAVES]))[0]) - _FIRST + 1
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
        self._grid: Ints | None = None
        self._free = 0
        self._unknown = False

    def add(self, price: Ints, worth: Ints) -> None:
        """Add auctions of the open episode.

        Parameters
        ----------
        price : ndarray of int64, shape (n,)
            What winning each auction would have cost; -1 where it is not known: the episode then has
            no bound.
        worth : ndarray of int64, shape (n,)
        """
        self._unknown |= bool((price < 0).any())
        self._free += int(worth[(price == 0) & (worth > 0)].sum())
        useful = (price > 0) & (worth > 0)
        self._keep(price[useful], worth[useful])

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
        if self._unknown:
            found = None
        elif self._grid is None:
            found = exact_bounds(*self._columns(), budgets)
        else:
            found = _grid_bounds(self._grid, budgets)
        free = self._free
        self._open()
        return found and Bounds(found.worth + free, found.multiplier)

    def _columns(self) -> tuple[Ints, Ints]:
        none = np.zeros(0, dtype=np.int64)
        price, worth = zip(*self._kept, strict=True) if self._kept else ((none,), (none,))
        return np.concatenate(price), np.concatenate(worth)

    def _keep(self, price: Ints, worth: Ints) -> None:
        if not len(price):
            return
        self._kept.append((price, worth))
        self._rows += len(price)
        if self._rows > self.most_exact:
            if self._grid is None:
                self._grid = np.zeros((2, _BUCKETS), dtype=np.int64)
            for kept in self._kept:
                _add_to_grid(self._grid, *kept)
            self._kept = []


def exact_bounds(price: Ints, worth: Ints, budgets: Ints) -> Bounds:
    """The fractional knapsack's optimum for each budget, rounded up.

    Parameters
    ----------
    price, worth : ndarray of int64, shape (n,)
        Positive, below 2^53.
    budgets : ndarray of int64, shape (B,)
    """
    order = _falling(price, worth)
    price, worth = price[order], worth[order]
    cost = np.concatenate([[0], np.cumsum(price)])
    got = np.concatenate([[0], np.cumsum(worth)])
    whole = np.searchsorted(cost, budgets, side="right") - 1
    bound = got[whole]
    multiplier = np.zeros(len(budgets))
    part = whole < len(price)
    split = whole[part]
    bound[part] += share_up(worth[split], budgets[part] - cost[split], price[split])
    multiplier[part] = worth[split] / price[split]
    return Bounds(bound, multiplier)


def _falling(price: Ints, worth: Ints) -> Ints:
    """Positions in the falling order of worth / price, exactly."""
    ratio = worth / price
    order: Ints = np.argsort(-ratio, kind="stable")
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
def _sum_up(grid, bucket, price, worth):  # type: ignore[no-untyped-def]
    for i in range(len(bucket)):
        grid[0, bucket[i]] += price[i]
        grid[1, bucket[i]] += worth[i]


def _add_to_grid(grid: Ints, price: Ints, worth: Ints) -> None:
    _sum_up(grid, buckets.bucket(worth / price) - _FIRST, price, worth)


def _grid_bounds(grid: Ints, budgets: Ints) -> Bounds:
    """The lowest D(lambda) over lambda = 0 and the lower edges of all buckets."""
    price = np.cumsum(grid[0, ::-1])[::-1]
    worth = np.cumsum(grid[1, ::-1])[::-1]
    edge = buckets.lower_edge(np.arange(_BUCKETS) + _FIRST)
    # D is convex with slope budget - price: its lowest edge is next to where the price passes the budget.
    last = np.searchsorted(-price, -budgets, side="left")
    places = np.clip(last[:, None] + np.array([-1, 0]), 0, _BUCKETS - 1)
    value = worth[places] + edge[places] * (budgets[:, None] - price[places])
    value = np.column_stack([np.full(len(budgets), float(worth[0])), value])
    lambdas = np.column_stack([np.zeros(len(budgets)), edge[places]])
    best = np.argmin(value, axis=1)
    rows = np.arange(len(budgets))
    bound = np.ceil(value[rows, best] + _SLACK * float(worth[0])).astype(np.int64)
    return Bounds(np.minimum(bound, worth[0]), lambdas[rows, best])


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
