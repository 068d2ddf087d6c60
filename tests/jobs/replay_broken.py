"""A strategy of one's own that fails in the third episode."""

from __future__ import annotations

import numpy as np

from bidder.auctions.strategies.base import Control, Requests, Strategy, StrategyParams, View


class BrokenParams(StrategyParams):
    """What the YAML may say."""

    kind: str
    """Kind of strategy."""
    limit: int
    """Episodes that go well."""


class Broken(Strategy):
    """Bids 50, for a while."""

    Params = BrokenParams

    def base(self, requests: Requests) -> np.ndarray:
        """Ones."""
        return np.ones(len(requests))

    def control(self, view: View) -> Control:
        """Fifty."""
        if view.episode >= self.params[0].limit:
            raise RuntimeError("no such\nluck")
        return Control(np.full(self.market.settings, 50.0))
