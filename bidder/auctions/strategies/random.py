"""A bid at random."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from bidder.arrays import Floats
from bidder.auctions.draws import BID, uniforms
from bidder.auctions.strategies.base import Control, Requests, Strategy, StrategyParams, View
from bidder.quantities import Money


class RandomParams(StrategyParams):
    """Parameters of :class:`Random`."""

    kind: Literal["random"]
    """Kind of strategy."""
    max: Money
    """The highest bid, in the log's unit."""


class Random(Strategy):
    """``b ~ U[0, max]``, drawn anew for every auction (Zhang, Yuan and Wang, "Optimal real-time bidding
    for display advertising", KDD 2014, compared strategies: "Rand").

    The draw depends on the seed and the auction's row alone, so that two settings with the same seed
    bid in proportion. Parameters: ``max``.
    """

    Params = RandomParams
    paced: ClassVar[bool] = False
    steady: ClassVar[bool] = True

    def base(self, requests: Requests) -> Floats:
        """A number in [0, 1) for each auction, shape (n,) when there is one seed, else (S, n)."""
        seeds, which = np.unique(self.market.seed, return_inverse=True)
        drawn = [uniforms(int(seed), BID, requests.row) for seed in seeds]
        return drawn[0] if len(seeds) == 1 else np.stack(drawn)[which]

    def control(self, view: View) -> Control:
        """The highest bid of every setting as the multiplier."""
        return Control(self.column("max"))
