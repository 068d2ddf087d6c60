"""What a night comes to: values, multiplier, bids, schedules, expectations, checks."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Bools, Codes, Floats, Ints
from bidder.keywords.data import Night, Small


@dataclass(frozen=True)
class ClickValue:
    """Estimated value of a click on each keyword, shape (J,) unless said otherwise.

    Attributes
    ----------
    cvr : ndarray of float64
        Conversions per click.
    cvr_strength : ndarray of float64
        Clicks that the estimate is worth: matured clicks + k.
    parent_cvr : ndarray of float64
        What the keyword was shrunk to.
    order_value : ndarray of float64
        Revenue per conversion, currency units.
    value : ndarray of float64
        ``cvr x order_value``, currency units.
    strengths : dict of str to float
        Fitted strength k of each level: ``ad_group`` (keywords shrunk to it), ``segment`` (campaign x match
        type x class), ``account``; the unit is clicks.
    """

    cvr: Floats
    cvr_strength: Floats
    parent_cvr: Floats
    order_value: Floats
    value: Floats
    strengths: dict[str, float]


@dataclass(frozen=True)
class CarriedAlpha:
    """What a night hands on to the next one.

    Attributes
    ----------
    free : float
        Alpha on the way to the target, as if there were no budget and the day were an ordinary one.
    level : float
        The chosen alpha, in terms of an ordinary day.
    gap : float
        Logarithm of alpha as chosen over alpha as then found in force: what guardrails make of it.
    day : int
        Ordinal of the day that the bids are for.
    turnover : float
        Share of the expected spend that our changes have moved from keyword to keyword, or added or taken
        away, in the last nights; older nights count less.
    """

    free: float
    level: float
    gap: float
    day: int
    turnover: float = 0.0


@dataclass(frozen=True)
class Alpha:
    """The account's multiplier: bid = alpha x value / target.

    Attributes
    ----------
    in_force : float
        What the bids of the last days come to.
    roas : float
        Alpha at which the target would be met; inf where there is none.
    budget : float
        Alpha at which the budget would be spent; inf without a budget.
    wanted : float
        The smaller one, within the limits of the spec.
    chosen : float
        After damping.
    bound_by : str
        "roas", "budget", "limit" or "none".
    roas_slope, cost_slope : float, NaN where nothing is known
        Elasticities used: d log ROAS / d log alpha (negative) and d log cost / d log alpha.
    source : str
        "response" (the account's own days) or "start" (nothing known).
    carried : CarriedAlpha
        What the next night goes on from.
    """

    in_force: float
    roas: float
    budget: float
    wanted: float
    chosen: float
    bound_by: str
    roas_slope: float
    cost_slope: float
    source: str
    carried: CarriedAlpha


class Reason(IntEnum):
    """Why a bid is what was wanted, before guardrails."""

    VALUE = 0
    """Value of a click, multiplier and target."""
    EXPLORE = 1
    """A draw, because little is known."""
    POSITION = 2
    """An impression share is to be held."""
    QUALITY = 3
    """Value as above, and the quality score has changed."""
    LANDSCAPE = 4
    """The best point of the bid simulator."""
    NO_BID = 5
    """No bid is known: nothing to change."""


@dataclass(frozen=True)
class Bids:
    """Bids of a night, shape (J,); money in micros.

    Attributes
    ----------
    old : ndarray of int64
        Reference bids; -1 where unknown.
    supported : ndarray of int64
        ``alpha x value / target``.
    wanted : ndarray of int64
        After exploration, positions and quality, before guardrails.
    new : ndarray of int64
        What is proposed; equals ``old`` where nothing changes; always legal for the platform where changed.
    reason : ndarray of int8
        Codes of :class:`Reason`.
    bound_by : ndarray of int8
        Codes of :class:`bidder.keywords.guardrails.bound.Bound`: the last guardrail that moved the bid.
    explored : ndarray of float64
        Factor that exploration put on the value; 1 without.
    """

    old: Ints
    supported: Ints
    wanted: Ints
    new: Ints
    reason: Small
    bound_by: Small
    explored: Floats

    @property
    def changed(self) -> Bools:
        """Which bids change."""
        changed: Bools = self.new != self.old
        return changed


@dataclass(frozen=True)
class Block:
    """Part of a day in one campaign's schedule: minutes from midnight, ``end`` up to 1440."""

    campaign: int
    weekday: int
    start: int
    end: int
    modifier: float


@dataclass(frozen=True)
class Schedule:
    """A gap-free week for each campaign.

    Attributes
    ----------
    campaigns : tuple of str, length C
    effect : ndarray of float64, shape (C, 168)
        Estimated relative value of a click in each hour, mean about 1.
    modifier : ndarray of float64, shape (C, 168)
        What the blocks come to in each hour, weighted by time.
    blocks : tuple of Block
        In the order of campaign, weekday and start.
    flat : dict of str to str
        Campaigns whose week is flat, each with the reason.
    """

    campaigns: tuple[str, ...]
    effect: Floats
    modifier: Floats
    blocks: tuple[Block, ...]
    flat: dict[str, str]


@dataclass(frozen=True)
class SegmentModifiers:
    """Modifiers for devices or audiences, shape (C, S)."""

    kind: str
    campaigns: tuple[str, ...]
    segments: tuple[str, ...]
    effect: Floats
    modifier: Floats


@dataclass(frozen=True)
class Range:
    """An estimate with an interval of 80%."""

    low: float
    mean: float
    high: float


@dataclass(frozen=True)
class Effect:
    """What is expected of a day, before and after the change; money in currency units.

    Attributes
    ----------
    keyword_spend_before, keyword_spend : ndarray of float64, shape (J,)
        Expected spend by keyword.
    """

    spend_before: float
    spend: Range
    conversions_before: float
    conversions: Range
    revenue_before: float
    revenue: Range
    roas_before: float
    roas: Range
    keyword_spend_before: Floats
    keyword_spend: Floats

    @property
    def moved(self) -> float:
        """Share of the expected spend that new bids move, from keyword to keyword or altogether."""
        change = float(np.abs(self.keyword_spend - self.keyword_spend_before).sum())
        return change / self.spend_before if self.spend_before > 0 else 0.0


@dataclass(frozen=True)
class Check:
    """One account-wide check; ``passed`` False stops the night.

    ``name`` is one of spend_change, changed_share, missing_hours, zero_conversions, jump_clicks, jump_cost,
    jump_conversions; ``value`` and ``limit`` are in the unit that ``unit`` names.
    """

    name: str
    passed: bool
    value: float
    limit: float
    unit: str
    message: str


@dataclass(frozen=True)
class Proposal:
    """A night's result."""

    night: Night
    value: ClickValue
    target: float
    """Value wanted for a unit of spend: the target ROAS; with a target CPA its reciprocal, values then being
    counted in conversions (order value 1)."""
    budget: float | None
    """Budget of the day, currency units."""
    alpha: Alpha
    bids: Bids
    schedule: Schedule
    segments: tuple[SegmentModifiers, ...]
    effect: Effect
    checks: tuple[Check, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def stopped(self) -> bool:
        """Whether an account-wide check stops the night."""
        return not all(check.passed for check in self.checks)


def codes(values: NDArray[np.integer] | Codes) -> Small:
    """Enumeration values as int8."""
    return np.asarray(values, dtype=np.int8)
