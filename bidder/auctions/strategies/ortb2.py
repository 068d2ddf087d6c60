"""Optimal real-time bidding when the chance to win is b^2 / (c^2 + b^2)."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bidder.arrays import Floats
from bidder.auctions.strategies.ortb import Ortb, OrtbParams


class Ortb2Params(OrtbParams):
    """Parameters of :class:`Ortb2`."""

    kind: Literal["ortb2"]
    """Kind of strategy."""


class Ortb2(Ortb):
    """``b = c * (u^(1/3) - u^(-1/3))`` with ``u = (pctr + sqrt(c^2 lambda^2 + pctr^2)) / (c lambda)``,
    optimal when a bid b wins with chance ``b^2 / (c^2 + b^2)`` and costs b (Zhang, Yuan and Wang,
    "Optimal real-time bidding for display advertising", KDD 2014, the second winning
    function).

    Parameters: ``c`` and ``lambda``; see :class:`~bidder.auctions.strategies.ortb.Ortb`.
    """

    Params = Ortb2Params

    @staticmethod
    def shape(x: Floats) -> Floats:
        """``u^(1/3) - u^(-1/3)`` with ``u = x + sqrt(1 + x^2)``, which is ``2 sinh(asinh(x) / 3)``."""
        bid: Floats = 2.0 * np.sinh(np.arcsinh(x) / 3.0)
        return bid
