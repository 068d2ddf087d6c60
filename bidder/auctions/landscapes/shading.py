"""Bid shading: the bid with the highest expected surplus in a first-price auction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Floats
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.rules import Rules
from bidder.keywords.bids.hull import concave_hull


@dataclass(frozen=True)
class ShadingTable:
    """The best bid for every value: a step function that never falls.

    Attributes
    ----------
    value : ndarray of float64, shape (K,)
        Strictly rising; bid k is the best one for values above ``value[k]`` up to ``value[k + 1]``.
    bid : ndarray of float64, shape (K,)
        Strictly rising, in the log's unit. Below ``value[0]`` the bid is 0.
    win_probability : ndarray of float64, shape (K,)
        Of each bid.
    """

    value: Floats
    bid: Floats
    win_probability: Floats

    def bids(self, value: Floats) -> Floats:
        """The best bid for each value, shape as ``value``."""
        best: Floats = np.concatenate([[0.0], self.bid])[np.searchsorted(self.value, value, side="left")]
        return best

    def expected_cost(self, value: Floats, weight: Floats, factor: float) -> float:
        """Mean payments of the best bids for many values times a factor, added up.

        Parameters
        ----------
        value : ndarray of float64, shape (n,)
            Rising.
        weight : ndarray of float64, shape (n + 1,)
            Weight of all values before each one, and of all.
        factor : float
            Positive.
        """
        with np.errstate(over="ignore"):
            least = self.value / factor
        above = weight[-1] - weight[np.searchsorted(value, least, side="right")]
        return float(np.diff(self.bid * self.win_probability, prepend=0.0) @ above)


def shading_table(prices: PriceDistribution, rules: Rules) -> ShadingTable:
    """The bid that maximises ``(value - bid) * F(bid)`` for every value.

    F, the probability of winning, only rises at the least bids that win against some market price, so
    that no other bid can be best. As ``value * F - bid * F`` is linear in the value, the best of them
    is read off the upper concave hull of the points (bid * F, F): exact, and monotone in the value.

    Parameters
    ----------
    prices : PriceDistribution
        Of the market price.
    rules : Rules
        For ties, the reserve and the highest bid.
    """
    bid = prices.price.astype(np.float64)
    if not rules.win_on_tie:
        bid = bid + 1.0 if rules.integer else np.nextafter(bid, np.inf)
    bid = np.maximum(bid, float(rules.reserve))
    allowed = bid <= (np.inf if rules.max_bid is None else rules.max_bid)
    bid, chance = np.append(0.0, bid[allowed]), np.append(0.0, prices.cdf[allowed])
    # Of equal bids (raised to the reserve) the last one wins against all of their prices.
    last = np.flatnonzero(np.diff(bid, append=np.inf) > 0)
    bid, chance = bid[last], chance[last]
    hull = concave_hull(bid * chance, chance)
    bid, chance = bid[hull], chance[hull]
    value = np.diff(bid * chance) / np.diff(chance)
    return ShadingTable(value, bid[1:], chance[1:])
