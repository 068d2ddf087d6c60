"""The same bid in every auction."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from bidder.arrays import Floats
from bidder.auctions.strategies.base import Control, Requests, Strategy, StrategyParams, View
from bidder.quantities import Money


class ConstantParams(StrategyParams):
    """Parameters of :class:`Constant`."""

    kind: Literal["constant"]
    """Kind of strategy."""
    bid: Money
    """The bid, in the log's unit."""


class Constant(Strategy):
    """``b = bid``: the plainest baseline (Zhang, Yuan and Wang, "Optimal real-time bidding for display
    advertising", KDD 2014, compared strategies: "Const").

    Parameters: ``bid``.
    """

    Params = ConstantParams
    paced: ClassVar[bool] = False
    steady: ClassVar[bool] = True

    def base(self, requests: Requests) -> Floats:
        """Ones."""
        return np.ones(len(requests))

    def control(self, view: View) -> Control:
        """The bid of every setting as the multiplier."""
        return Control(self.column("bid"))
