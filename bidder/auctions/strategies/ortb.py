"""What the two ORTB formulas share: parameters, scale and fit to the training part."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from bidder.arrays import Floats
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.rules import Payment
from bidder.auctions.strategies.base import (
    EARLIER,
    Control,
    Market,
    Requests,
    Strategy,
    StrategyParams,
    View,
)
from bidder.auctions.strategies.valuation import needed
from bidder.quantities import PositiveMoney

_SAMPLE = 4096
_HALVINGS = 60
_SPAN = 1e12


class OrtbParams(StrategyParams):
    """Parameters of :class:`Ortb`."""

    c: PositiveMoney | None = None
    """Bid that wins every other auction, in the log's unit; by default the median price in training."""
    lambda_: Annotated[Annotated[float, Field(gt=0, le=1e12)] | None, Field(alias="lambda")] = None
    """Clicks that one unit of money must bring; by default what spends the budget in training."""


class Ortb(Strategy):
    """Optimal bids ``c * f(pctr / (c * lambda))`` for a family of winning curves.

    Both formulas of Zhang, Yuan and Wang ("Optimal real-time bidding for display advertising", KDD 2014,
    winning and bidding functions) are of this form: ``c`` only scales the bid, so that settings with the same
    ``c * lambda`` share their base bids.

    Without ``c`` it is the median market price of the training part, at which both families win half of
    the auctions. Without ``lambda`` it is found by bisection such that the training part, at its prices'
    distribution (taken as independent of the click rate, as in the paper), would have cost the budget.
    """

    Params: ClassVar[type[StrategyParams]] = OrtbParams
    paced: ClassVar[bool] = False
    steady: ClassVar[bool] = True

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        super().__init__(params, market)
        self.c: Floats = np.array([self._c(p) for p in params], dtype=np.float64)
        wanted = [self._lambda(s, p) for s, p in enumerate(params)]
        self.scale: Floats = self.c * np.array(wanted, dtype=np.float64)
        self.scales, self.which = np.unique(self.scale, return_inverse=True)

    @staticmethod
    @abstractmethod
    def shape(x: Floats) -> Floats:
        """The bid in units of c as a function of ``x = pctr / (c * lambda)``, shape as ``x``."""

    def base(self, requests: Requests) -> Floats:
        """Bids in units of c, shape (n,) when all settings have the same c * lambda, else (S, n)."""
        pctr = needed(requests, "pctr")
        shaped = [self.shape(pctr / scale) for scale in self.scales]
        return shaped[0] if len(shaped) == 1 else np.stack(shaped)[self.which]

    def control(self, view: View) -> Control:
        """c as the multiplier."""
        return Control(self.c)

    def _c(self, params: OrtbParams) -> float:
        if params.c is not None:
            return params.c
        prices = self._trained("c")
        return max(float(prices.quantile(np.array([0.5]))[0]), 1.0)

    def _lambda(self, s: int, params: OrtbParams) -> float:
        """The rate at which the training part would have cost the budget of an episode."""
        if params.lambda_ is not None:
            return params.lambda_
        prices, training = self._trained("lambda"), self.market.training
        if training is None or training.log.pctr is None or not len(training.log):
            raise ValueError(f"lambda is needed, or {EARLIER} with pctr to find it in")
        sample = np.quantile(training.log.pctr, (np.arange(_SAMPLE) + 0.5) / _SAMPLE)
        auctions = len(training.log) * training.weight / max(training.episodes, 1e-9)
        budget, c = float(self.market.budget[s]), float(self.c[s])
        middle = max(float(sample.mean()), 1e-12) / c
        low, high = middle / _SPAN, middle * _SPAN
        for _ in range(_HALVINGS):
            rate = float(np.sqrt(low * high))
            bids = c * self.shape(sample / (c * rate))
            spends = auctions * self._payment(prices, bids) > budget
            low, high = (rate, high) if spends else (low, rate)
        return high

    def _payment(self, prices: PriceDistribution, bids: Floats) -> float:
        rules = self.market.rules
        bids = np.minimum(bids, np.inf if rules.max_bid is None else rules.max_bid)
        if rules.payment is Payment.FIRST_PRICE:
            return float(np.mean(bids * prices.win_probability(bids)))
        return float(np.mean(prices.expected_payment(bids)))

    def _trained(self, what: str) -> PriceDistribution:
        if self.market.training is None:
            raise ValueError(f"{what} is needed, or {EARLIER} to find it in")
        return self.market.training.prices
