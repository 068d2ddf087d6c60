"""The distribution of the market price, as counted or as estimated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Floats, Ints


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
    parameters : tuple of (str, float)
        Of a fitted family, by name; with ``aic``, Akaike's criterion of the fit.
    """

    price: Ints
    cdf: Floats
    censored: bool = False
    method: str = "counted"
    parameters: tuple[tuple[str, float], ...] = ()

    @classmethod
    def of_counts(cls, counts: Ints) -> PriceDistribution:
        """From a histogram: how often each price 0, 1, 2, ... was seen."""
        counts = np.asarray(counts, dtype=np.int64)
        price: Ints = np.flatnonzero(counts).astype(np.int64)
        total = max(int(counts.sum()), 1)
        return cls(price, np.cumsum(counts[price]) / total)

    def win_probability(self, bid: Floats) -> Floats:
        """Probability of winning with each bid when a tie wins, shape as ``bid``."""
        place = np.searchsorted(self.price, bid, side="right")
        known = np.concatenate([[0.0], self.cdf])
        won: Floats = known[place]
        return won

    @property
    def mass(self) -> Floats:
        """Probability of each listed price, shape (K,)."""
        return np.diff(self.cdf, prepend=0.0)

    def quantile(self, share: Floats | float) -> Ints:
        """The lowest price that is not exceeded with each probability; -1 where it is above the last.

        Shape as ``share``.
        """
        # A share such as 0.3 is seldom met exactly by a running sum.
        place = np.searchsorted(self.cdf, np.asarray(share) - 1e-12, side="left")
        found: Ints = np.concatenate([self.price, [-1]]).astype(np.int64)[place]
        return found

    def mean(self) -> float:
        """Mean price, what lies above the last price counted as the last one; NaN without prices.

        This restricted mean is a lower bound of the mean when probability is missing at the end.
        """
        if not len(self.price):
            return float("nan")
        missing = max(1.0 - float(self.cdf[-1]), 0.0)
        return float(self.mass @ self.price) + missing * float(self.price[-1])

    def pmf(self, limit: int) -> Floats:
        """Probability of each price 0..limit, shape (limit + 1,); what is missing from 1 is above."""
        within = int(np.searchsorted(self.price, limit, side="right"))
        pmf = np.zeros(limit + 1)
        pmf[self.price[:within]] = self.mass[:within]
        return pmf

    def expected_payment(self, bid: Floats) -> Floats:
        """Mean payment for an auction under second price when a tie wins, shape as ``bid``.

        The sum of price x probability over the prices up to the bid: lost auctions pay nothing.
        """
        paid = np.concatenate([[0.0], np.cumsum(self.mass * self.price)])
        payment: Floats = paid[np.searchsorted(self.price, bid, side="right")]
        return payment
