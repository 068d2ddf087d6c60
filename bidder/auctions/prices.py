"""The distribution of the market price, as counted or as estimated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.auctions.arrays import Floats, Ints


@dataclass(frozen=True)
class PriceDistribution:
    """Probability that the market price is at most some amount.

    Attributes
    ----------
    price : ndarray of int64, shape (K,)
        Rising amounts in the log's unit.
    cdf : ndarray of float64, shape (K,)
        Probability of a market price of at most ``price``; never falling, at most 1. What is missing
        from 1 at the end lies above the last price.
    censored : bool
        Whether it was estimated from a log that knows the prices of won auctions alone.
    method : str
        ``counted``, ``kaplan_meier``, or the name of a fitted family such as ``lognormal``.
    """

    price: Ints
    cdf: Floats
    censored: bool = False
    method: str = "counted"

    def win_probability(self, bid: Floats) -> Floats:
        """Probability of winning with each bid when a tie wins, shape as ``bid``."""
        place = np.searchsorted(self.price, bid, side="right")
        known = np.concatenate([[0.0], self.cdf])
        won: Floats = known[place]
        return won
