"""The bids that are wanted, before guardrails."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.keywords.bids.exploration import explored_factor, limit_spend
from bidder.keywords.bids.goal import Goal
from bidder.keywords.bids.position import position_bids
from bidder.keywords.data import LandscapePoints, Night, Small
from bidder.keywords.quality.quality import quality_factor
from bidder.keywords.result import ClickValue, Reason, codes
from bidder.keywords.spec import BidsSpec
from bidder.money import MICROS

HIGHEST = 10**15
"""Micros: no bid is wanted above this."""


@dataclass(frozen=True)
class Wanted:
    """Bids before guardrails, shape (J,); see :class:`bidder.keywords.result.Bids`."""

    supported: Ints
    wanted: Ints
    reason: Small
    explored: Floats


def micros(amount: Floats) -> Ints:
    """Currency units as the nearest whole micros, shape as ``amount``."""
    whole: Ints = np.rint(np.clip(amount * MICROS, 0, HIGHEST)).astype(np.int64)
    return whole


def explorer(night: Night, value: ClickValue, spec: BidsSpec, expected_cost: Floats) -> Floats:
    """Factor on the value of each keyword that a night's draws make, shape (J,); 1 without a draw."""
    if not spec.exploration.enabled:
        return np.ones(len(night.keywords))
    factor = explored_factor(value, night.keywords, spec.exploration, spec.seed, night.day)
    return limit_spend(factor, expected_cost, spec.exploration.share_of_spend)


def wanted_bids(
    night: Night, value: ClickValue, alpha: float, goal: Goal, spec: BidsSpec, explored: Floats,
    expected_cost: Floats,
) -> Wanted:
    """Bids of alpha x value / target, moved by what else is wanted of them.

    A later one wins: value, a draw of exploration, the best point of a bid simulator, an impression share
    to hold. A planner's table of quality multipliers applies to all of them; without one, a change of the
    quality score moves only the bids that are about a position or a price.

    Parameters
    ----------
    expected_cost : ndarray of float64, shape (J,)
        Of the coming day at the bids in force, currency units.
    """
    quality = quality_factor(night.keywords, spec.quality)
    planned = quality if spec.quality.multipliers else np.ones(len(night.keywords))
    held = np.ones(len(night.keywords)) if spec.quality.multipliers else quality
    worth = alpha * value.value / goal.target * planned
    supported = micros(worth)
    wanted, reason = micros(worth * explored), np.full(len(worth), Reason.VALUE, dtype=np.int8)
    reason[explored != 1] = Reason.EXPLORE
    if spec.quality.multipliers:
        reason[(planned != 1) & (explored == 1)] = Reason.QUALITY
    if night.landscape is not None:
        best = _landscape_bids(
            night.landscape, night, value, goal, expected_cost, held, spec.target.cpa is not None
        )
        known = best >= 0
        wanted, reason = np.where(known, best, wanted), np.where(known, Reason.LANDSCAPE, reason)
    if spec.positions:
        bids, aimed = position_bids(night, supported, value, spec.positions)
        moved = aimed & (held != 1)
        wanted = np.where(aimed, micros(bids / MICROS * held), wanted)
        reason = np.where(moved, Reason.QUALITY, np.where(aimed, Reason.POSITION, reason))
    return Wanted(supported, wanted, codes(np.asarray(reason)), explored)


def _landscape_bids(
    points: LandscapePoints, night: Night, value: ClickValue, goal: Goal, expected_cost: Floats, held: Floats,
    counted: bool,
) -> Ints:
    """Best points of the bid simulator, within what the other keywords leave of the budget.

    The price of a rank scales with 1 / quality: points that were simulated before a change of the score
    move with it. Where conversions are ``counted``, revenue is not what is wanted.
    """
    from bidder.keywords.bids.landscape import solve_landscape  # loads the compiler

    covered = np.zeros(len(night.keywords), dtype=np.bool_)
    covered[points.keyword] = True
    budget = None
    if goal.budget is not None:
        budget = max(goal.budget - float(expected_cost[~covered].sum()), 0.0)
    moved = held[points.keyword]
    scaled = LandscapePoints(
        points.keyword, micros(points.bid / MICROS * moved), points.clicks, points.cost * moved,
        np.full(len(points.keyword), np.nan) if counted else points.revenue,
    )
    target, least = (None, goal.target) if goal.marginal else (goal.target, None)
    return solve_landscape(scaled, value.value, len(night.keywords), budget, target, least).bid
