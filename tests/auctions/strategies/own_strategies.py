"""Strategies as a user would write them."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Floats
from bidder.auctions.strategies.base import Requests, Strategy, StrategyParams


class HalfParams(StrategyParams):
    kind: str
    bid: float
    """Twice the bid."""


class Half(Strategy):
    Params = HalfParams
    paced = False

    def base(self, requests: Requests) -> Floats:
        return np.outer(self.column("bid"), np.full(len(requests), 0.5))


class Forgetful(Strategy):
    """Has no Params of its own."""

    def base(self, requests: Requests) -> Floats:
        return np.zeros(len(requests))


class Unfinished(Strategy):
    Params = HalfParams


class Oddly(Forgetful):
    Params = dict  # type: ignore[assignment]


class NoStrategy:
    Params = HalfParams


def function() -> None:
    """No class at all."""
