"""Bids in proportion to the predicted click rate."""

from __future__ import annotations

from typing import ClassVar, Literal

from bidder.arrays import Floats
from bidder.auctions.strategies.base import Control, Requests, Strategy, StrategyParams, View
from bidder.auctions.strategies.valuation import needed
from bidder.quantities import Money, Rate


class LinearParams(StrategyParams):
    """Parameters of :class:`Linear`."""

    kind: Literal["linear"]
    """Kind of strategy."""
    base_bid: Money
    """Bid for an impression of average click rate, in the log's unit."""
    average_ctr: Rate
    """Average click rate of the training data, clicks per impression."""


class Linear(Strategy):
    """``b = base_bid * pctr / average_ctr`` (Perlich et al., "Bid optimizing and inventory scoring in
    targeted online advertising", KDD 2012; "Lin" in Zhang, Yuan and Wang, "Optimal real-time
    bidding for display advertising", KDD 2014, compared strategies).

    Parameters: ``base_bid``, ``average_ctr``.
    """

    Params = LinearParams
    paced: ClassVar[bool] = False
    steady: ClassVar[bool] = True

    def base(self, requests: Requests) -> Floats:
        """The predicted click rate."""
        return needed(requests, "pctr")

    def control(self, view: View) -> Control:
        """Bid for one click of certain chance as the multiplier."""
        return Control(self.column("base_bid") / self.column("average_ctr"))
