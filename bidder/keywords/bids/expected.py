"""What is expected of the coming day, at the bids in force and at those proposed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.keywords.bids.elasticity import PRIOR, Elasticity
from bidder.keywords.bids.goal import Goal
from bidder.keywords.bids.response import ROAS_SLOPE, Response, bid_level
from bidder.keywords.data import KeywordTable, Night
from bidder.keywords.result import ClickValue, Effect, Range
from bidder.money import MICROS

Z80 = 1.2815515655446004
"""Standard normal deviate of an interval of 80%."""
LEVEL_NOISE = 0.2
"""Log standard deviation of a day's cost where the account's response is not known."""


@dataclass(frozen=True)
class Outlook:
    """The coming day by keyword at the bids in force, shape (J,); money in currency units.

    Attributes
    ----------
    cost, clicks, conversions, revenue : ndarray of float64
    move : ndarray of float64
        Log of the bid in force over the usual one.
    elasticity : Elasticity
        Of a keyword's cost to its own bid.
    fewer : float
        Elasticity of clicks over that of cost.
    noise : float
        Standard deviation of the log of the day's cost.
    """

    cost: Floats
    clicks: Floats
    conversions: Floats
    revenue: Floats
    move: Floats
    elasticity: Elasticity
    fewer: float
    noise: float

    def ratio(self, old: Ints, new: Ints, elasticity: Elasticity | None = None) -> Floats:
        """Cost after over cost before; 1 where one of the bids is unknown, shape (J,)."""
        known = (old > 0) & (new > 0)
        step = np.log(np.where(known, new, 1) / np.where(known, old, 1))
        log_cost = (elasticity or self.elasticity).log_cost
        ratio: Floats = np.exp(log_cost(self.move + step) - log_cost(self.move))
        return ratio

    def spend(self, old: Ints, new: Ints) -> float:
        """Expected cost of the day at new bids."""
        return float(self.cost @ self.ratio(old, new))

    def high_spend(self, old: Ints, new: Ints) -> float:
        """The same, should bids that are moved cost more than expected by a standard deviation."""
        return max(self.spend(old, new), float(self.cost @ self.ratio(old, new, self.elasticity.dear)))


def look_ahead(night: Night, value: ClickValue, response: Response | None, goal: Goal) -> Outlook:
    """The coming day at the reference bids.

    The account's expected cost is spread as keywords' cost was of late, moved by what their bids have moved
    since. Without a response (no bids in the reports) the mean day of the window stands for the account.
    """
    table, (spent, move) = night.keywords, _recent(night)
    elasticity, fall, noise, right = PRIOR, -ROAS_SLOPE, LEVEL_NOISE, 1.0
    if response is not None:
        elasticity, fall = response.elasticity, -response.roas_slope
        noise, right = response.cost_noise, response.calibration
    rise, moved = elasticity.mean, np.exp(elasticity.log_cost(move))
    fewer, total = 1 - fall / rise, float(spent @ moved)
    share = spent * moved / total if total > 0 else np.zeros(len(table))
    level = _mean_day(night) if response is None else response.cost * _since(
        response, total / max(float(spent.sum()), 1e-300),
        bid_level(night.reference_bid, value.value, table.clicks) * goal.target / response.in_force,
    )
    # The same bids on a day of other prices are what lower bids are on an ordinary one.
    cost = level * goal.traffic * goal.price ** (1 - rise)
    clicks = goal.traffic * goal.price ** (-rise * fewer)
    per_cost = np.where(table.cost > 0, table.clicks, 0) / np.maximum(table.cost / MICROS, 1e-300)
    daily = per_cost * moved ** (fewer - 1) * level * share * clicks
    conversions = daily * value.cvr * right * goal.conversion
    return Outlook(
        cost * share, daily, conversions, conversions * _order_value(table, value), move, elasticity, fewer,
        noise,
    )


def _recent(night: Night) -> tuple[Floats, Floats]:
    """What keywords cost of late (currency units), and log of the reference bids over those it was at, (J,).

    Where bids are not told, the whole window stands for it, and reference bids are taken for usual.
    """
    recent = night.keywords.recent
    if recent is None or not recent.cost.any():
        return night.keywords.cost / MICROS, np.zeros(len(night.keywords))
    known = (night.reference_bid > 0) & np.isfinite(recent.bid)
    move = np.log(np.where(known, night.reference_bid, 1.0) / np.where(known, recent.bid, 1.0))
    return recent.cost / MICROS, move


def _mean_day(night: Night) -> float:
    seen = int(night.days.present.sum())
    return float(night.keywords.cost.sum()) / MICROS / seen if seen else 0.0


def _since(response: Response, index: float, level: float) -> float:
    """Cost at the reference bids over that on the day of the response, which an earlier day may have been.

    ``index`` is what the reference bids make of the cost next to usual ones, ``level`` their alpha over that
    of the response, NaN where unknown.
    """
    if math.isfinite(response.index) and index > 0:
        return index / math.exp(response.index)
    return level**response.cost_slope if math.isfinite(level) else 1.0


def _order_value(table: KeywordTable, value: ClickValue) -> Floats:
    """Revenue per conversion in currency, also where values are counted in conversions."""
    conversions = float(table.conversions.sum())
    if conversions > 0 and np.all(value.order_value == 1.0):
        return np.full(len(table), float(table.revenue.sum()) / MICROS / conversions)
    return value.order_value


def effect(outlook: Outlook, old: Ints, new: Ints) -> Effect:
    """Expected spend, conversions, revenue and ROAS of the day before and after, with intervals of 80%.

    Spend is lognormal around its expectation; orders come by chance (Poisson) around theirs, and their
    number moves with the spend.
    """
    ratio = outlook.ratio(old, new)
    costs, more = outlook.cost * ratio, ratio**outlook.fewer
    spend = float(costs.sum())
    conversions, revenue = float(outlook.conversions @ more), float(outlook.revenue @ more)
    before = float(outlook.cost.sum()), float(outlook.conversions.sum()), float(outlook.revenue.sum())
    chance = 1 / math.sqrt(max(conversions, 1.0))
    both = math.hypot(outlook.noise, chance)
    roas = revenue / spend if spend > 0 else 0.0
    return Effect(
        before[0], _range(spend, outlook.noise), before[1], _range(conversions, both), before[2],
        _range(revenue, both), before[2] / before[0] if before[0] > 0 else 0.0, _range(roas, chance),
        outlook.cost, costs,
    )


def _range(mean: float, noise: float) -> Range:
    middle = mean * math.exp(-(noise**2) / 2)
    return Range(middle * math.exp(-Z80 * noise), mean, middle * math.exp(Z80 * noise))
