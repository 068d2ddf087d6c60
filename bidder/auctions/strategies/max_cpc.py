"""The full value of every impression."""

from __future__ import annotations

from typing import ClassVar, Literal

from bidder.arrays import Floats
from bidder.auctions.strategies.base import Control, Market, Requests, Strategy, View
from bidder.auctions.strategies.valuation import Valuation, ValueParams


class MaxCpcParams(ValueParams):
    """Parameters of :class:`MaxCpc`."""

    kind: Literal["max_cpc"]
    """Kind of strategy."""


class MaxCpc(Strategy):
    """``b = value_per_click * pctr``: truthful bidding up to a highest cost per click (Lee, Orten, Dasdan
    and Li, "Estimating conversion rate in display advertising from past performance data", KDD 2012,
    where bids are value x rate; "MCPC" in Cai et al., "Real-time bidding by reinforcement learning in display
    advertising", WSDM 2017, compared methods).

    With ``value_per_conversion`` the bid is ``value_per_conversion * pctr * pcvr``. Where clicks are
    paid, the bid is for a click and pctr is left out. Parameters: ``value_per_click`` or
    ``value_per_conversion``.
    """

    Params = MaxCpcParams
    paced: ClassVar[bool] = False
    steady: ClassVar[bool] = True

    def __init__(self, params: list[MaxCpcParams], market: Market) -> None:
        super().__init__(params, market)
        self.valuation = Valuation(params, market)

    def base(self, requests: Requests) -> Floats:
        """Chance of the valued event."""
        return self.valuation.base(requests)

    def control(self, view: View) -> Control:
        """The value of the event as the multiplier."""
        return Control(self.valuation.unit)
