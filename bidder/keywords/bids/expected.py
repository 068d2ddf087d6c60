"""What is expected of the coming day, at the bids in force and at those proposed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.keywords.bids.goal import Goal
from bidder.keywords.bids.response import COST_SLOPE, ROAS_SLOPE, Response, bid_level
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
    cost_slope, click_slope : float
        Elasticities to a keyword's own bid.
    noise : float
        Standard deviation of the log of the day's cost.
    """

    cost: Floats
    clicks: Floats
    conversions: Floats
    revenue: Floats
    cost_slope: float
    click_slope: float
    noise: float

    def ratio(self, old: Ints, new: Ints) -> Floats:
        """Bids after over bids before; 1 where one of them is unknown, shape (J,)."""
        known = (old > 0) & (new > 0)
        ratio: Floats = np.where(known, new / np.where(known, old, 1), 1.0)
        return ratio

    def moved(self, old: Ints, new: Ints) -> float:
        """Share of the expected cost that new bids move, from keyword to keyword or altogether."""
        total = float(self.cost.sum())
        change = float(self.cost @ np.abs(self.ratio(old, new) ** self.cost_slope - 1))
        return change / total if total > 0 else 0.0

    def spend(self, old: Ints, new: Ints) -> float:
        """Expected cost of the day at new bids."""
        return float(self.cost @ self.ratio(old, new) ** self.cost_slope)


def look_ahead(night: Night, value: ClickValue, response: Response | None, goal: Goal) -> Outlook:
    """The coming day at the reference bids: the account's expected cost, spread as the window's cost was.

    The response is that of the last ordinary day; where the reference bids are others (after a promotion
    day, for instance) it is moved by what their level is. Without a response (no bids in the reports) the
    mean day of the window stands for it.
    """
    table, days = night.keywords, night.days
    spent = table.cost / MICROS
    total = float(spent.sum())
    seen = int(days.present.sum())
    rise, fall = COST_SLOPE, -ROAS_SLOPE
    level, noise, right = (total / seen if seen else 0.0), LEVEL_NOISE, 1.0
    if response is not None:
        rise, fall = response.cost_slope, -response.roas_slope
        noise, right = response.cost_noise, response.calibration
        now = bid_level(night.reference_bid, value.value, table.clicks) * goal.target / response.in_force
        level = response.cost * (now**rise if math.isfinite(now) else 1.0)
    # The same bids on a day of other prices are what lower bids are on an ordinary one.
    cost = level * goal.traffic * goal.price ** (1 - rise)
    clicks = goal.traffic * goal.price ** -(rise - fall)
    share = spent / total if total > 0 else np.zeros(len(table))
    daily = table.clicks * (level / total if total > 0 else 0.0) * clicks
    conversions = daily * value.cvr * right * goal.conversion
    return Outlook(
        cost * share, daily, conversions, conversions * _order_value(table, value), rise, rise - fall, noise
    )


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
    spend, more = outlook.spend(old, new), ratio**outlook.click_slope
    conversions, revenue = float(outlook.conversions @ more), float(outlook.revenue @ more)
    before = float(outlook.cost.sum()), float(outlook.conversions.sum()), float(outlook.revenue.sum())
    chance = 1 / math.sqrt(max(conversions, 1.0))
    both = math.hypot(outlook.noise, chance)
    roas = revenue / spend if spend > 0 else 0.0
    return Effect(
        before[0], _range(spend, outlook.noise), before[1], _range(conversions, both), before[2],
        _range(revenue, both), before[2] / before[0] if before[0] > 0 else 0.0, _range(roas, chance),
    )


def _range(mean: float, noise: float) -> Range:
    middle = mean * math.exp(-(noise**2) / 2)
    return Range(middle * math.exp(-Z80 * noise), mean, middle * math.exp(Z80 * noise))
