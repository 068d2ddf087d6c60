"""The best points of the keywords' bid simulators, chosen together under a budget and a target.

The choice of a point for each keyword is relaxed to the upper concave hull of its (cost, worth), from no
bid at all on. A budget and a target are then both limits on how far to walk down one list, the steps of
all hulls by falling return: total worth is concave in total cost, so that either limit admits just a
first part of the list. The return of the step at which the walk stops is the multiplier that solves the
dual (Sinha and Zoltners 1979, "The multiple-choice knapsack problem"); that step is left out, for half a
step is not a bid.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from bidder.arrays import Bools, Floats, Ints
from bidder.keywords.data import LandscapePoints

ROUNDING = 1e-12
"""Limits are loosened by this share, so that a sum which meets one to the last digit is within it."""
COARSE_BITS = 48
"""Low bits of a return that its class leaves out: a class is a sixteenth of a power of two wide."""


@dataclass(frozen=True)
class LandscapeSolution:
    """A point of each keyword's bid simulator.

    Attributes
    ----------
    bid : ndarray of int64, shape (J,)
        Micros; -1 where a keyword has no points. A bid is never 0: a keyword that is best left without a
        bid gets that of its lowest point. What it may still cost and earn there is not in ``cost`` and
        ``worth``, which count it as not bid on.
    cost, worth : float
        Of a day, at the chosen points; currency units.
    bound : float
        No choice within the limits is worth more; currency units. ``bound - worth`` is at most what the
        step that was left out would add.
    price : float
        Worth that the next currency unit of cost would bring, by the return of the step that a limit
        broke; 0 where neither budget nor target stops the walk.
    """

    bid: Ints
    cost: float
    worth: float
    bound: float
    price: float


@dataclass(frozen=True)
class _Steps:
    """Steps of all hulls, S of them, by keyword and falling return; ``first`` has the shape (J + 1,)."""

    first: Ints
    point: Ints
    cost: Floats
    gain: Floats
    rate: Floats


@dataclass(frozen=True)
class _Limits:
    budget: float
    target: float

    def hold(self, cost: Floats, worth: Floats) -> Bools:
        held: Bools = (cost <= self.budget) & (worth >= self.target * cost)
        return held

    def share(self, cost: float, worth: float, step_cost: float, step_gain: float) -> float:
        """Share of a step that still fits after ``cost`` and ``worth``, between 0 and 1."""
        share, short = 1.0, self.target * step_cost - step_gain
        if step_cost > 0:
            share = min(share, (self.budget - cost) / step_cost)
        if short > 0:
            share = min(share, (worth - self.target * cost) / short)
        return max(share, 0.0)


def solve_landscape(
    points: LandscapePoints, value: Floats, keywords: int, budget: float | None, target: float | None,
    least_return: float | None = None,
) -> LandscapeSolution:
    """Points of most total worth within the limits, up to one step of one keyword.

    A point is worth its revenue, or where the platform does not tell it, its clicks times the value of a
    click. Steps of equal return are taken in the order of keywords. Points without a finite worth and a
    finite cost of at least 0 are left out.

    Parameters
    ----------
    points : LandscapePoints
        In the order of keyword and bid.
    value : ndarray of float64, shape (J,)
        Of a click, currency units.
    keywords : int
        J.
    budget : float or None
        Most that all keywords may cost a day, currency units; None for no limit.
    target : float or None
        Least total worth per total cost; None for none.
    least_return : float or None
        Least worth per cost of what a point adds to a cheaper one of the same keyword; None for none.
    """
    start = np.searchsorted(points.keyword, np.arange(keywords + 1)).astype(np.int64)
    cost, worth = np.ascontiguousarray(points.cost, dtype=np.float64), _worth(points, value)
    steps = _hull_steps(start, cost, worth, (least_return or 0.0) * (1 - ROUNDING))
    limits = _Limits(
        np.inf if budget is None else max(budget, 0.0) * (1 + ROUNDING), (target or 0.0) * (1 - ROUNDING)
    )
    taken, lost, price = _walk(steps, limits)
    chosen = _last_points(steps, taken)
    bid = np.full(keywords, -1, dtype=np.int64)
    known = start[1:] > start[:-1]
    bid[known] = points.bid[np.where(chosen >= 0, chosen, start[:-1])[known]]
    bought = chosen[chosen >= 0]
    total = float(worth[bought].sum())
    return LandscapeSolution(bid, float(cost[bought].sum()), total, total + lost, price)


def _worth(points: LandscapePoints, value: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        by_clicks = points.clicks * value[points.keyword]
    worth: Floats = np.where(np.isnan(points.revenue), by_clicks, points.revenue)
    return worth


def _walk(steps: _Steps, limits: _Limits) -> tuple[Bools, float, float]:
    """Which steps are taken, what the broken one would still add, and its return.

    Classes of similar return are taken whole while they fit, and only one that does not is sorted. The
    bits of floats that are not negative rise with them.
    """
    kind = (steps.rate.view(np.int64) >> COARSE_BITS).astype(np.int64)
    costs, gains = np.bincount(kind, steps.cost), np.bincount(kind, steps.gain)
    whole = np.zeros(len(costs), dtype=np.bool_)
    parts: list[Ints] = []
    cost = worth = lost = price = 0.0
    for k in np.flatnonzero(np.bincount(kind))[::-1]:
        if limits.hold(cost + costs[k], worth + gains[k]):
            whole[k] = True
            cost, worth = float(cost + costs[k]), float(worth + gains[k])
            continue
        inside = np.flatnonzero(kind == k)
        inside = inside[np.argsort(-steps.rate[inside], kind="stable")]
        upto_cost = np.cumsum(np.append(cost, steps.cost[inside]))
        upto_worth = np.cumsum(np.append(worth, steps.gain[inside]))
        held = limits.hold(upto_cost[1:], upto_worth[1:])
        # Added in another order the class may fit after all; then the walk goes on.
        n = len(held) if held.all() else int(np.argmin(held))
        parts.append(inside[:n])
        cost, worth = float(upto_cost[n]), float(upto_worth[n])
        if n < len(held):
            broken = inside[n]
            gain, price = float(steps.gain[broken]), float(steps.rate[broken])
            lost = gain * limits.share(cost, worth, float(steps.cost[broken]), gain)
            break
    taken: Bools = whole[kind]
    for part in parts:
        taken[part] = True
    return taken, lost, price


def _last_points(steps: _Steps, taken: Bools) -> Ints:
    """Point that the taken steps of each keyword lead to, shape (J,); -1 for none.

    Returns fall strictly within a keyword, so that its taken steps are its first ones.
    """
    upto = np.concatenate([[0], np.cumsum(taken)])
    count = np.diff(upto[steps.first])
    chosen = np.full(len(count), -1, dtype=np.int64)
    some = count > 0
    chosen[some] = steps.point[(steps.first[:-1] + count - 1)[some]]
    return chosen


def _hull_steps(start: Ints, cost: Floats, worth: Floats, least: float) -> _Steps:
    n = len(cost)
    first, point = np.empty(len(start), dtype=np.int64), np.empty(n, dtype=np.int64)
    step_cost, gain, rate = np.empty(n), np.empty(n), np.empty(n)
    order = np.empty(int(np.diff(start).max(initial=0)), dtype=np.int64)
    s = _hulls(start, cost, worth, least, order, first, point, step_cost, gain, rate)
    return _Steps(first, point[:s], step_cost[:s], gain[:s], rate[:s])


@numba.njit(cache=True)
def _by_cost(cost, worth, low, high, order):  # type: ignore[no-untyped-def]
    """Usable points in ``order`` by cost, equal ones as they came; simulators mostly list them so."""
    n = 0
    for k in range(low, high):
        if not (0 <= cost[k] < np.inf and worth[k] < np.inf):
            continue
        m = n
        while m and cost[order[m - 1]] > cost[k]:
            order[m] = order[m - 1]
            m -= 1
        order[m] = k
        n += 1
    return n


@numba.njit(cache=True)
def _hulls(start, cost, worth, least, order, first, point, step_cost, gain, rate):  # type: ignore[no-untyped-def]
    """Monotone chains as in :mod:`bidder.keywords.bids.hull`, all from no cost and no worth.

    It compares returns as they will be sorted, so that rounding cannot put a keyword's second step before
    its first.
    """
    s = 0
    for j in range(len(start) - 1):
        base = s
        first[j] = s
        for m in range(_by_cost(cost, worth, start[j], start[j + 1], order)):
            k = order[m]
            if not worth[k] > (worth[point[s - 1]] if s > base else 0.0):
                continue
            while True:
                more_cost = cost[k] - (cost[point[s - 1]] if s > base else 0.0)
                more_worth = worth[k] - (worth[point[s - 1]] if s > base else 0.0)
                slope = more_worth / more_cost if more_cost > 0 else np.inf
                if s == base or slope < rate[s - 1]:
                    break
                s -= 1
            point[s], step_cost[s], gain[s], rate[s] = k, more_cost, more_worth, slope
            s += 1
        while s > base and rate[s - 1] < least:
            s -= 1
    first[len(start) - 1] = s
    return s
