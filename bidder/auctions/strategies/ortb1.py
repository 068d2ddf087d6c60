"""Optimal real-time bidding when the chance to win is b / (c + b)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bidder.arrays import Floats
from bidder.auctions.strategies.ortb import Ortb, OrtbParams


class Ortb1Params(OrtbParams):
    """Parameters of :class:`Ortb1`."""

    kind: Literal["ortb1"]
    """Kind of strategy."""


class Ortb1(Ortb):
    """``b = sqrt(c * pctr / lambda + c^2) - c``, optimal when a bid b wins with chance ``b / (c + b)``
    and costs b (Zhang, Yuan and Wang, "Optimal real-time bidding for display advertising", KDD 2014,
    the first winning function).

    Parameters: ``c`` and ``lambda``; see :class:`~bidder.auctions.strategies.ortb.Ortb`.
    """

    Params = Ortb1Params

    @staticmethod
    def shape(x: Floats) -> Floats:
        """``sqrt(x + 1) - 1``, without the loss of digits at small x."""
        bid: Floats = x / (np.sqrt(x + 1.0) + 1.0)
        return bid
