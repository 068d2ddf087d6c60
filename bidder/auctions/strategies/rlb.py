"""Reinforcement learning to bid."""

from __future__ import annotations

from typing import Literal

from bidder.arrays import Floats
from bidder.auctions.strategies.base import Requests
from bidder.auctions.strategies.valuation import needed
from bidder.auctions.strategies.value_table import TableParams, TableStrategy


class RlbParams(TableParams):
    """Parameters of :class:`Rlb`."""

    kind: Literal["rlb"]
    """Kind of strategy."""


class Rlb(TableStrategy):
    """Bid by a dynamic program over the auctions and the budget left (Cai et al., "Real-time bidding by
    reinforcement learning in display advertising", WSDM 2017, section 3: RLB).

    With n auctions (this one included) and budget b left, V(n, b) is the number of clicks to expect:

        V(n, b) = V(n-1, b) + sum over prices d = 0..a of m(d) (t + V(n-1, b-d) - V(n-1, b))

    where m is the distribution of prices, t the average click rate, and a the highest price for which
    the bracket is not negative. The bid is the highest d up to which pctr + V(n-1, b-d) - V(n-1, b)
    stays at or above 0.

    Parameters: ``average_ctr``, ``price_histogram``, ``step``.
    """

    Params = RlbParams

    def base(self, requests: Requests) -> Floats:
        """The predicted click rate."""
        return needed(requests, "pctr")
