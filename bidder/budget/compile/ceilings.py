"""A finite most spend for every cell.

What the planner wrote is kept to the minor unit. Bounds that only follow from limits on sums, or
from the objective, are set a little wider than they are: they keep the search finite, and must
never be what holds a cell back, or the price of the true limit would vanish in them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidder.budget.compile.carryover import weights_of
from bidder.budget.compile.draft import Draft
from bidder.budget.compile.grid import Grid
from bidder.budget.compile.objective import conversion_worth, spend_cost
from bidder.budget.compile.retargeting import click_price
from bidder.budget.compile.scopes import targets
from bidder.budget.curves import CurveBank
from bidder.budget.spec_campaign import Lots
from bidder.budget.spec_limits import CpaCap, Metric, OutcomeFloor, RoasFloor
from bidder.money import minor_per_unit
from bidder.quantities import HUGE

Floats = NDArray[np.float64]

_WIDER = 1.001
_SATURATED = 0.999999
_LAST_RESORT = 1e9
_GRID = np.logspace(-6, 13, 153)


def settle(draft: Draft) -> tuple[Floats, Floats]:
    """Least and most spend of every cell, in whole minor units and lots; past cells at actual spend.

    A least above its most is left so: the limits contradict each other.
    """
    grid = draft.model.grid
    step = 1.0 / minor_per_unit(grid.spec.currency)
    high = np.minimum(draft.high, _commission_ceiling(grid))
    prices = [c.buying.lot if isinstance(c.buying, Lots) else 0.0 for c in grid.campaigns]
    lots = np.repeat(prices, grid.shape[1])
    high = np.minimum(high, draft.implied * _WIDER + step + lots)
    unbounded = ~np.isfinite(high)
    if np.any(unbounded):
        high[unbounded] = _derived(draft, high, unbounded)[unbounded]
    low, high = _up(draft.low, step), _down(np.minimum(high, HUGE), step)
    whole = np.where(lots > 0, lots, 1.0)
    low = np.where(lots > 0, _up(low, whole), low)
    high = np.where(lots > 0, _down(high, whole), high)
    for ends in (low, high):
        ends.reshape(grid.shape)[:, : grid.past] = grid.actual_spend
    return low, high


def _down(amount: Floats, step: Floats | float) -> Floats:
    """Largest multiple of ``step`` not above ``amount``; a multiple is kept in spite of its last digit."""
    count = amount / step
    near = np.rint(count)
    same = np.abs(count - near) <= 4.0 * np.spacing(np.abs(count))
    whole = np.where(same, near, np.floor(count))
    return _multiple(whole, step)


def _up(amount: Floats, step: Floats | float) -> Floats:
    return -_down(-amount, step) + 0.0


def _multiple(whole: Floats, step: Floats | float) -> Floats:
    # 29 / 100 is the float nearest to 0.29; 29 * 0.01 is not.
    amount: Floats = whole / np.rint(1.0 / step) if np.ndim(step) == 0 else whole * step
    return amount


def _commission_ceiling(grid: Grid) -> Floats:
    """Beyond the partners' last sale nothing more can be paid for."""
    scale_in, _ = grid.scales()
    most = np.array([
        grid.base.points[int(grid.base.a[k])][0][-1] if rate > 0 else np.inf
        for k, rate in enumerate(grid.commission)
    ])
    ceiling: Floats = (most[:, None] * scale_in).ravel()
    return ceiling


class _Outlook:
    """How much a campaign's cells can bring, on a grid of spends; optimistic and pessimistic curves."""

    def __init__(self, grid: Grid) -> None:
        scale_in, scale_out = grid.scales()
        spends = np.broadcast_to(_GRID, (grid.shape[0], len(_GRID)))
        self.best = grid.base.scaled(scale_in.min(axis=1), scale_out.max(axis=1)).value(spends)
        worst: CurveBank = grid.base.scaled(scale_in.max(axis=1), scale_out.min(axis=1))
        self.worst = worst.value(spends)
        with np.errstate(over="ignore"):
            most = worst.value(np.full(grid.shape[0], 1e300))
        # Curves without a ceiling (log, power) never reach their value far outside the grid.
        self.saturation = _first(self.worst >= _SATURATED * most[:, None])

    def break_even(self, worth: Floats, cost: float) -> Floats:
        """Spend above which a cell's value stays below its cost, shape (C,); inf if there is none."""
        pays = worth[:, None] * self.best >= cost * _GRID
        last = np.where(pays.any(axis=1), len(_GRID) - np.argmax(pays[:, ::-1], axis=1), 0)
        return np.append(_GRID, np.inf)[last]

    def reach(self, worth: Floats, wanted: Floats) -> Floats:
        """Spend at which a single cell brings ``wanted``, shape (C,); inf if it never does."""
        return _first(worth[:, None] * self.worst >= wanted[:, None])


def _first(reached: NDArray[np.bool_]) -> Floats:
    found = np.where(reached.any(axis=1), np.argmax(reached, axis=1), len(_GRID))
    return np.append(_GRID, np.inf)[found]


def _derived(draft: Draft, high: Floats, unbounded: NDArray[np.bool_]) -> Floats:
    """A most spend for cells that no limit bounds, shape (n,).

    Where spend costs m per unit of objective, a plan of value above that of the least spends cannot
    spend more on a cell than twice what all cells together could ever earn back; with v F(x) < m x / 2
    beyond R_i, no cell needs more than ``2 (sum_i R_i + least spends)``. A ROAS floor or CPA cap
    works like a cost on its scope. Without either: where the curve has all but ended.
    """
    grid = draft.model.grid
    outlook = _Outlook(grid)
    forced = _forced(draft)
    known = np.where(unbounded, np.inf, high).reshape(grid.shape)
    needed = _needed(grid, outlook)
    bound = np.full(grid.shape[0], np.inf)
    cost = spend_cost(grid)
    if cost > 0 and grid.spec.objective.maximize is not None:
        bound[:] = _earned(outlook, known, grid.everyone, conversion_worth(grid), cost)
        finite = needed[np.isfinite(needed)]
        bound += 2.0 * finite.sum() * grid.shape[1] if len(finite) else 0.0
    elif grid.spec.objective.minimize is not None:
        bound = np.minimum(outlook.saturation, needed)
        feeds = np.array([click_price(c) is not None for c in grid.campaigns])
        if any(c.retargeting for c in grid.campaigns):
            # Clicks feed audiences even where the campaign itself has nothing more to win.
            bound = np.where(feeds, bound.sum() * grid.shape[1], bound)
    bound = np.minimum(bound, _by_ratio(draft, outlook, known))
    bound = np.where(np.isfinite(bound), bound, outlook.saturation)
    bound = np.where(np.isfinite(bound), 2.0 * bound + 1.0, _LAST_RESORT) + 2.0 * forced
    return np.repeat(np.minimum(bound, HUGE), grid.shape[1])


def _earned(
    outlook: _Outlook, known: Floats, members: NDArray[np.int64], worth: Floats, cost: float
) -> float:
    roots = np.minimum(outlook.break_even(worth, 0.5 * cost)[:, None], known)
    return float(2.0 * roots[members].sum())


def _by_ratio(draft: Draft, outlook: _Outlook, known: Floats) -> Floats:
    """Bounds from ROAS floors and CPA caps over the whole horizon, shape (C,)."""
    grid = draft.model.grid
    bound = np.full(grid.shape[0], np.inf)
    carried = draft.model.carried
    constant = carried.arrival_constant.reshape(grid.shape).sum(axis=1) + carried.after_constant
    for limit in grid.spec.constraints:
        if not isinstance(limit, RoasFloor | CpaCap) or limit.dates is not None:
            continue
        roas = isinstance(limit, RoasFloor)
        worth = grid.worth(Metric.REVENUE if roas else Metric.CONVERSIONS)
        cost = limit.min if isinstance(limit, RoasFloor) else 1.0 / limit.max
        for target in targets(grid, limit.scope):
            members = target.members
            most = _earned(outlook, known, members, worth, cost)
            most += 2.0 * float(worth[members] @ constant[members]) / cost
            bound[members] = np.minimum(bound[members], most)
    return bound


def _needed(grid: Grid, outlook: _Outlook) -> Floats:
    """Spend at which a cell alone could meet the largest outcome floor, shape (C,); inf without one."""
    needed = np.full(grid.shape[0], -np.inf)
    arriving = np.array([_least_share(weights_of(c)) for c in grid.campaigns])
    for limit in grid.spec.constraints:
        if isinstance(limit, OutcomeFloor):
            worth = grid.worth(limit.metric)
            alone = outlook.reach(worth, limit.min / arriving)
            if limit.metric is Metric.PROFIT:
                alone = np.maximum(alone, outlook.break_even(worth, 0.5))
            for target in targets(grid, limit.scope):
                needed[target.members] = np.maximum(needed[target.members], alone[target.members])
    return np.where(needed < 0, np.inf, needed)


def _least_share(weights: Floats) -> float:
    """Share of an effect that may be all of it to arrive where it is wanted; specks are left out."""
    return float(weights[weights >= 0.01 * weights.max()].min())


def _forced(draft: Draft) -> float:
    """Spend that minimums can force on a cell: their sum, raised by the shares it must be a part of."""
    grid = draft.model.grid
    least = float(draft.low.sum()) + draft.required + float(grid.actual_spend.sum())
    ranges = [c.spend.share for c in grid.spec.channels.values()] + [c.spend.share for c in grid.campaigns]
    ranges += [(limit.min or 0.0, 1.0 if limit.max is None else limit.max)
               for limit in grid.spec.constraints if limit.kind == "share"]
    smallest = min((part for r in ranges if r for part in (r[1], 1.0 - r[0]) if part > 0), default=1.0)
    return least / max(smallest, 1e-3)
