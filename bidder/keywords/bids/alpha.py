"""The account's multiplier: the smaller one of what target and budget allow, approached without cycling."""

from __future__ import annotations

import math

from bidder.keywords.bids.goal import Goal
from bidder.keywords.bids.response import Response
from bidder.keywords.result import Alpha
from bidder.keywords.spec_bidding import AlphaSpec

WINDUP = 0.5
"""Most that the logarithm of the last chosen alpha may be away from that of the bids in force: beyond it,
guardrails hold the bids, and a further step would be of no use."""


def choose_alpha(
    response: Response | None, goal: Goal, spec: AlphaSpec, previous: float | None = None
) -> Alpha:
    """Alpha of the night.

    Around the bids in force ROAS ~ alpha^-g and cost ~ alpha^e on an ordinary day. On a day with indices of
    traffic d, price p and conversion c, bids of alpha do what alpha/p does on an ordinary day, so that ROAS
    is c/p R(alpha/p) and cost d p C(alpha/p); both are solved for alpha in closed form. A marginal target m
    is reached at the average ROAS m e / (e - g).

    The ordinary part of the step is damped: the error of each night is (1 - damping) times the last one
    where the elasticities are right, and falls without changing its sign as long as they are wrong by less
    than the factor 1 / damping. A budget is not approached but kept: alpha never stays above it.

    Parameters
    ----------
    response : Response or None
        None where nothing is known of the account's response.
    goal : Goal
    spec : AlphaSpec
    previous : float, optional
        :attr:`Alpha.ordinary` of the bids in force, when they are ours.

    Returns
    -------
    Alpha
    """
    if response is None:
        start = previous or spec.start
        return Alpha(start, math.inf, math.inf, start, start, "none", math.nan, math.nan, "start", start)
    fall, rise = -response.roas_slope, response.cost_slope
    target = goal.target * (rise / max(rise - fall, 0.1) if goal.marginal else 1.0)
    ordinary = response.in_force * (response.roas / target) ** (1 / fall)
    season = goal.price * (goal.conversion / goal.price) ** (1 / fall)
    budget = _for_budget(response, goal)
    free = min(ordinary * season, budget)
    wanted = min(max(free, spec.min), spec.max)
    step = _damped(response.in_force, wanted / season, previous, spec)
    chosen = min(max(step * season, spec.min), spec.max)
    if budget < chosen:  # a budget is kept tonight, whatever the damping
        chosen = max(budget, spec.min)
    held = "budget" if budget < ordinary * season else "roas"
    return Alpha(
        response.in_force, ordinary * season, budget, wanted, chosen, held if wanted == free else "limit",
        response.roas_slope, response.cost_slope, "response", chosen / season,
    )


def _for_budget(response: Response, goal: Goal) -> float:
    if goal.budget is None:
        return math.inf
    cost = response.cost * goal.traffic * goal.price
    return float(goal.price * response.in_force * (goal.budget / cost) ** (1 / response.cost_slope))


def _damped(in_force: float, wanted: float, previous: float | None, spec: AlphaSpec) -> float:
    """One step of an integral controller on the logarithm, from the last alpha that was chosen.

    Guardrails keep the bids in force a little off the alpha they were made with; stepping from the chosen
    one takes that gap along, so that it is the bids in force that come to the wanted alpha.
    """
    error = math.log(wanted / in_force)
    gap = math.log(previous / in_force) if previous else 0.0
    step = min(max(spec.damping * error, -spec.max_step), spec.max_step)
    if abs(error) <= spec.dead_band:
        step = 0.0
    return in_force * math.exp(min(max(gap, -WINDUP), WINDUP) + step)
