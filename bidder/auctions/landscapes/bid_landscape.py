"""Bid landscapes: what a campaign would have got from past auctions if all bids had been m x value."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.auctions.log import AuctionLog
from bidder.auctions.rules import Payment, Pricing, Rules
from bidder.auctions.winning import least_payment, least_winning_bid
from bidder.keywords.bids.hull import concave_hull


@dataclass(frozen=True)
class Expected:
    """What a bid multiplier brings; arrays have the shape of the multipliers asked for."""

    impressions: Floats
    clicks: Floats
    cost: Floats
    worth: Floats


@dataclass(frozen=True)
class BidLandscape:
    """Impressions, clicks, cost and worth as step functions of the bid multiplier.

    Attributes
    ----------
    multiplier : ndarray of float64, shape (K,)
        Strictly rising; the first is 0. Row k holds from ``multiplier[k]`` up to the next one.
    impressions, clicks, cost, worth : ndarray of float64, shape (K,)
        Totals over the time that the landscape stands for; cost in the log's unit. Under first price
        the cost is that of the multiplier itself, and grows in proportion up to the next one.
    hull : ndarray of int64, shape (H,)
        Rows on the upper concave hull of (cost, worth).
    first_price : bool
    """

    multiplier: Floats
    impressions: Floats
    clicks: Floats
    cost: Floats
    worth: Floats
    hull: Ints
    first_price: bool = False

    def at_multiplier(self, multiplier: Floats | float) -> Expected:
        """What multipliers of at least 0 bring."""
        asked = np.asarray(multiplier, dtype=np.float64)
        row = np.searchsorted(self.multiplier, asked, side="right") - 1
        cost = self.cost[row]
        if self.first_price:
            known = self.multiplier[row]
            cost = np.where(known > 0, cost * asked / np.where(known > 0, known, 1.0), cost)
        return Expected(self.impressions[row], self.clicks[row], cost, self.worth[row])

    def up_to(self, multiplier: float) -> BidLandscape:
        """The landscape without the multipliers above one of at least 0."""
        rows = int(np.searchsorted(self.multiplier, multiplier, side="right"))
        names = ("multiplier", "impressions", "clicks", "cost", "worth")
        kept = {name: getattr(self, name)[:rows] for name in names}
        return replace(self, **kept, hull=concave_hull(kept["cost"], kept["worth"]))

    def for_budget(self, budget: float) -> tuple[float, float, float]:
        """The two multipliers, and the share of the higher one, with the most worth for a budget.

        Bidding ``m_high`` with probability ``share`` and ``m_low`` else costs the budget on average and
        has the most worth of all mixtures of uniform bids: the point of the concave hull at the budget
        (Feldman, Muthukrishnan, Pal and Stein, "Budget optimization in search-based advertising
        auctions", EC 2007, which also shows that it has at least 1 - 1/e of the best worth of any
        bids). Both are the highest useful multiplier when the budget is enough for it, and 0 when it
        is not enough for a multiplier of 0.

        Returns
        -------
        m_low, m_high, share : float
        """
        low, high, share = self.for_budgets(np.array([budget], dtype=np.float64))
        return float(low[0]), float(high[0]), float(share[0])

    def for_budgets(self, budget: Floats) -> tuple[Floats, Floats, Floats]:
        """Like :meth:`for_budget` for many budgets, shape (B,) each."""
        cost = self.cost[self.hull]
        above = np.searchsorted(cost, budget, side="right")
        low = np.clip(above - 1, 0, len(cost) - 1)
        high = np.clip(above, 0, len(cost) - 1)
        step = cost[high] - cost[low]
        share = np.where(step > 0, (budget - cost[low]) / np.where(step > 0, step, 1.0), 1.0)
        multiplier = self.multiplier[self.hull]
        return multiplier[low], multiplier[high], share


def bid_landscape(
    log: AuctionLog, value: Floats, worth: Floats, rules: Rules, weight: float = 1.0
) -> BidLandscape:
    """The landscape of bids m x value over a log's auctions.

    Auctions are won where ``m * value`` reaches the least winning bid, so that an auction's threshold
    is that bid divided by its value. Auctions with an unknown price, without a value, or above the bid
    cap cannot be won.

    Parameters
    ----------
    log : AuctionLog
    value, worth : ndarray of float64, shape (n,)
        What bids are proportional to, and what is to be had.
    rules : Rules
    weight : float
        Factor on every total: auctions for which each row stands, over the number of episodes.
    """
    least = least_winning_bid(log, rules)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        threshold = np.where(least == 0, 0.0, least / value)
    winnable = (least >= 0) & (threshold >= 0) & (threshold < np.inf)
    if rules.max_bid is not None:
        winnable &= least <= rules.max_bid
    rows = np.flatnonzero(winnable)
    rows = rows[np.argsort(threshold[rows], kind="stable")]
    threshold = threshold[rows]
    first_price = rules.payment is Payment.FIRST_PRICE
    paid = value[rows] if first_price else least_payment(log, rules)[rows].astype(np.float64)
    clicks = np.zeros(len(rows)) if log.pctr is None else log.pctr[rows]
    if rules.pricing is Pricing.CLICK:
        paid = paid * clicks
    return _steps(threshold, (np.ones(len(rows)), clicks, paid, worth[rows]), weight, first_price)


def _steps(
    threshold: Floats, columns: tuple[Floats, Floats, Floats, Floats], weight: float, first_price: bool
) -> BidLandscape:
    ends = np.flatnonzero(np.diff(threshold, append=np.inf) > 0)
    multiplier = threshold[ends]
    sums = [weight * np.cumsum(column)[ends] for column in columns]
    if not len(ends) or multiplier[0] > 0:
        multiplier = np.concatenate([[0.0], multiplier])
        sums = [np.concatenate([[0.0], column]) for column in sums]
    impressions, clicks, cost, worth = sums
    if first_price:
        cost = cost * multiplier
    return BidLandscape(
        multiplier, impressions, clicks, cost, worth, concave_hull(cost, worth), first_price
    )
