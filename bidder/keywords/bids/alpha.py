"""The account's multiplier: the smaller one of what target and budget allow, approached without cycling."""

from __future__ import annotations

import math

from bidder.keywords.bids.goal import Goal
from bidder.keywords.bids.response import Response
from bidder.keywords.result import Alpha, CarriedAlpha
from bidder.keywords.spec_bidding import AlphaSpec

WIDEST_GAP = 0.5
"""Most that guardrails are taken to move the logarithm of alpha: beyond it they hold the bids, and asking for
more is of no use."""
WIDEST_LEAD = 1.0
"""Most that the logarithm of the alpha on the way to the target is away from that of the bids in force."""


SPECIAL_DAY_NOISE = 0.1
"""Log standard deviation of what a day with indices costs, as these are somebody's guess."""
MOST_TO_SPARE = 0.05


def budget_aim(response: Response | None, goal: Goal) -> float:
    """Expected cost that a budget is kept with, currency units; inf without a budget.

    It is one standard deviation of the forecast below the budget (no more than :data:`MOST_TO_SPARE`), so
    that a forecast that is a little too low does not break it.
    """
    if goal.budget is None:
        return math.inf
    noise = min(response.cost_noise, MOST_TO_SPARE) if response else 0.0
    special = (goal.traffic, goal.price, goal.conversion) != (1.0, 1.0, 1.0)
    return goal.budget * math.exp(-noise - (SPECIAL_DAY_NOISE if special else 0.0))


def choose_alpha(
    response: Response | None, goal: Goal, spec: AlphaSpec, before: CarriedAlpha | None = None
) -> Alpha:
    """Alpha of the night.

    Around the bids in force ROAS ~ alpha^-g and cost ~ alpha^e on an ordinary day. On a day with indices of
    traffic d, price p and conversion c, bids of alpha do what alpha/p does on an ordinary day, so that ROAS
    is c/p R(alpha/p) and cost d p C(alpha/p); both are solved for alpha in closed form. A marginal target m
    is reached at the average ROAS m e / (e - g).

    The way to the target is damped: of the error (in logarithms) each night leaves 1 - damping where the
    elasticities are right, and the error keeps its sign as long as they are wrong by less than the factor
    1 / damping. It is followed also while a budget holds alpha below it. A budget is not approached but
    kept: alpha never stays above what it allows.

    Parameters
    ----------
    response : Response or None
        None where nothing is known of the account's response.
    goal : Goal
    spec : AlphaSpec
    before : CarriedAlpha, optional
        Of our bids that are in force.

    Returns
    -------
    Alpha
    """
    if response is None:
        start = before.level if before else spec.start
        carried = CarriedAlpha(start, start, before.gap if before else 0.0, goal.day)
        return Alpha(start, math.inf, math.inf, start, start, "none", math.nan, math.nan, "start", carried)
    season = goal.price * (goal.conversion / goal.price) ** (-1 / response.roas_slope)
    ordinary, budget = _for_roas(response, goal), _for_budget(response, goal)
    roas = ordinary * season
    free = min(roas, budget)
    wanted = min(max(free, spec.min), spec.max)
    gap = _gap(response, before)
    way = _towards(min(max(ordinary, spec.min), spec.max), gap, response.in_force, before, spec)
    chosen = min(max(min(way * season, budget), spec.min), spec.max)
    bound = "limit" if wanted != free else "budget" if budget < roas else "roas"
    return Alpha(
        response.in_force, roas, budget, wanted, chosen, bound, response.roas_slope, response.cost_slope,
        "response", CarriedAlpha(way, chosen / season, gap, goal.day),
    )


def _for_roas(response: Response, goal: Goal) -> float:
    """Alpha that meets the target on an ordinary day."""
    fall, rise = -response.roas_slope, response.cost_slope
    target = goal.target * (rise / max(rise - fall, 0.1) if goal.marginal else 1.0)
    return float(response.in_force * (response.roas / target) ** (1 / fall))


def _for_budget(response: Response, goal: Goal) -> float:
    """Alpha that spends the budget of the day."""
    cost = response.cost * goal.traffic * goal.price
    aim = budget_aim(response, goal)
    return float(goal.price * response.in_force * (aim / cost) ** (1 / response.cost_slope))


def _gap(response: Response, before: CarriedAlpha | None) -> float:
    """What guardrails make of alpha, seen where the last day with a response is that of our last bids."""
    if before is None:
        return 0.0
    if before.day != response.day:
        return before.gap
    return min(max(math.log(before.level / response.in_force), -WIDEST_GAP), WIDEST_GAP)


def _towards(
    ordinary: float, gap: float, in_force: float, before: CarriedAlpha | None, spec: AlphaSpec
) -> float:
    """One damped step of the logarithm towards the alpha whose bids, as guardrails leave them, are wanted."""
    now, start = math.log(in_force), math.log(before.free if before else in_force)
    start = min(max(start, now - WIDEST_LEAD), now + WIDEST_LEAD)
    error = math.log(ordinary) + gap - start
    step = min(max(spec.damping * error, -spec.max_step), spec.max_step)
    return math.exp(start + (step if abs(error) > spec.dead_band else 0.0))
