"""One night, from arrays to a proposal: values are given, everything else is decided here.

The nightly job, the rehearsal on a synthetic market and replays call the same function.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from bidder.arrays import Bools, Floats
from bidder.keywords.bids.alpha import budget_aim, choose_alpha
from bidder.keywords.bids.expected import Outlook, effect, look_ahead
from bidder.keywords.bids.goal import Goal
from bidder.keywords.bids.response import Response, respond
from bidder.keywords.bids.wanted import Wanted, explorer, wanted_bids
from bidder.keywords.data import AccountDays, DayWeights, Night
from bidder.keywords.guardrails.account_stop import account_checks
from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.guardrails.guard import Guards
from bidder.keywords.platforms import PROFILES
from bidder.keywords.result import Alpha, Bids, CarriedAlpha, ClickValue, Proposal, Reason
from bidder.keywords.slots.schedule import make_schedule
from bidder.keywords.slots.segments import cap_product, segment_modifiers
from bidder.keywords.spec import BidsSpec
from bidder.money import MICROS

BUDGET_ROUNDS = 12
"""Most times that alpha is lowered until the guarded bids keep the budget."""
BUDGET_MARGIN = 1e-3
"""Share of the budget that the search for alpha may leave unused."""
TURNOVER_KEPT = 0.7
"""Share of the turnover of earlier nights that counts in the next one."""
UNTOUCHED = (Bound.AUTOMATED, Bound.NO_REFERENCE, Bound.HUMAN_EDIT, Bound.LEAST_DATA)


@dataclass(frozen=True)
class _Desk:
    """What every trial of an alpha needs."""

    night: Night
    value: ClickValue
    goal: Goal
    spec: BidsSpec
    guards: Guards
    outlook: Outlook
    explored: Floats

    def bids(self, alpha: float) -> Bids:
        """Guarded bids at an alpha."""
        wanted = wanted_bids(
            self.night, self.value, alpha, self.goal, self.spec, self.explored, self.outlook.cost
        )
        new, bound = self.guards.bids(wanted.wanted, wanted.supported)
        reason = np.where(self.night.reference_bid < 0, np.int8(Reason.NO_BID), wanted.reason)
        return _bids(self.night, wanted, new, reason, bound)

    def spend(self, bids: Bids) -> float:
        """Expected cost of the day, should moved bids cost more than expected by a standard deviation."""
        return self.outlook.high_spend(bids.old, bids.new)


def _bids(night: Night, wanted: Wanted, new: np.ndarray, reason: np.ndarray, bound: np.ndarray) -> Bids:
    return Bids(
        night.reference_bid, wanted.supported, wanted.wanted, new, reason.astype(np.int8), bound,
        wanted.explored,
    )


def worth_by_day(days: AccountDays, spec: BidsSpec) -> Floats:
    """Value reported for the clicks of each day: revenue, or conversions under a target CPA, shape (D,)."""
    worth: Floats = days.conversions if spec.target.cpa is not None else days.revenue / MICROS
    return worth


def propose(
    night: Night,
    value: ClickValue,
    weights: DayWeights,
    goal: Goal,
    spec: BidsSpec,
    *,
    before: CarriedAlpha | None = None,
    expected_hours: tuple[int, ...] | None = None,
) -> Proposal:
    """Decide the bids and schedules of a night.

    Parameters
    ----------
    night : Night
        ``days.value_clicks`` filled with ``value``.
    value : ClickValue
    weights : DayWeights
        Of the days of ``night.days``.
    goal : Goal
        Target and budget of the day that the bids are for.
    spec : BidsSpec
    before : CarriedAlpha, optional
        Of our bids that are in force.
    expected_hours : tuple of int, optional
        Local hours that the last day has; None where hours are not checked.

    Returns
    -------
    Proposal
        The same inputs give the same proposal, also on a second run of the same night: every change is
        measured from ``night.reference_bid``.
    """
    profile = PROFILES[spec.account.platform]
    response = respond(
        night.days, weights, worth_by_day(night.days, spec), goal.target, spec.alpha.response_days,
        goal.weekday,
    )
    outlook = look_ahead(night, value, response, goal)
    desk = _Desk(
        night, value, goal, spec, Guards.of(night, spec, profile), outlook,
        explorer(night, value, spec, outlook.cost),
    )
    alpha = choose_alpha(response, goal, spec.alpha, before)
    alpha, bids = _within_budget(desk, alpha, budget_aim(response, goal))
    turnover = before.turnover if before else 0.0
    expected = effect(outlook, bids.old, bids.new)
    moved = TURNOVER_KEPT * turnover + expected.moved
    alpha = replace(alpha, carried=replace(alpha.carried, turnover=moved))
    schedule = make_schedule(
        night.keywords.campaigns, night.hours, spec.slots, profile, night.schedule_before
    )
    in_force = night.segments_before or (None,) * len(night.segments)
    pairs = zip(night.segments, in_force, strict=True)
    segments = tuple(segment_modifiers(table, spec.slots, profile, old) for table, old in pairs)
    schedule, segments = cap_product(
        schedule, segments, spec.slots, profile, night.schedule_before, in_force
    )
    checks = account_checks(
        night.days, night.hours, expected_hours, bids.changed, _may_change(bids),
        expected.spend_before, expected.spend.mean, spec.guardrails.stop, spec.data.least_hours,
        maturity=weights.maturity, ordinary=weights.weight > 0,
        turnover=turnover,
    )
    return Proposal(
        night, value, goal.target, goal.budget, alpha, bids, schedule, segments,
        expected, checks, _notes(response, goal, expected.spend.mean),
    )


def _may_change(bids: Bids) -> Bools:
    may: Bools = ~np.isin(bids.bound_by, [int(b) for b in UNTOUCHED])
    return may


def _within_budget(desk: _Desk, alpha: Alpha, aim: float) -> tuple[Alpha, Bids]:
    """Lower alpha until the bids that guardrails make of it cost no more than the aim, prudently expected.

    Where the most that a bid may fall in one night does not allow that, alpha is the highest one that comes
    as near to it as may be, and a note says so.
    """
    bids = desk.bids(alpha.chosen)
    if aim == math.inf or desk.spend(bids) <= aim:
        return alpha, bids
    low, high = desk.spec.alpha.min, alpha.chosen
    best = desk.bids(low)
    reachable = max(aim, desk.spend(best) * (1 + BUDGET_MARGIN))
    for _ in range(BUDGET_ROUNDS):
        middle = (low * high) ** 0.5
        trial = desk.bids(middle)
        spend = desk.spend(trial)
        if spend > reachable:
            high = middle
            continue
        low, best = middle, trial
        if spend >= reachable * (1 - BUDGET_MARGIN):
            break
    season = alpha.chosen / alpha.carried.level
    carried = replace(alpha.carried, level=low / season)
    return replace(alpha, chosen=low, carried=carried, bound_by="budget"), best


def _notes(response: Response | None, goal: Goal, spend: float) -> tuple[str, ...]:
    notes = []
    if response is None:
        notes.append(
            "no day tells bids, cost and clicks together, so the account's response is not known: alpha is "
            "alpha.start of the config"
        )
    if goal.budget is not None and spend > goal.budget * (1 + 1e-9):
        notes.append(
            f"the expected spend of {spend:,.2f} is above the budget of {goal.budget:,.2f}: bids may not "
            "fall further in one night"
        )
    return tuple(notes)
