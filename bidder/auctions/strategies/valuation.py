"""What an impression is worth to the advertiser, for strategies that start from its value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import model_validator

from bidder.arrays import Floats, Ints
from bidder.auctions.rules import Pricing
from bidder.auctions.strategies.base import Counts, Market, Requests, StrategyParams
from bidder.quantities import PositiveMoney

if TYPE_CHECKING:
    from bidder.auctions.log import AuctionLog


class ValueParams(StrategyParams):
    """Exactly one of ``value_per_click`` and ``value_per_conversion``."""

    value_per_click: PositiveMoney | None = None
    """What a click is worth, in the log's unit."""
    value_per_conversion: PositiveMoney | None = None
    """What a conversion is worth, in the log's unit."""

    @model_validator(mode="after")
    def _one_value(self) -> ValueParams:
        if (self.value_per_click is None) == (self.value_per_conversion is None):
            raise ValueError("exactly one of value_per_click and value_per_conversion must be given")
        return self


class Valuation:
    """Values of impressions (of clicks, where clicks are paid) for S settings.

    The value of setting s in auction i is ``unit[s] * base[i]``: pctr or pctr x pcvr as the base when
    impressions are paid; 1 or pcvr when clicks are paid.

    Attributes
    ----------
    unit : ndarray of float64, shape (S,)
        Value of a click or of a conversion, in the log's unit.
    shared : bool
        Whether all settings value the same event, so that one base serves them all.
    """

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        self.of_click = np.array([p.value_per_click is not None for p in params], dtype=np.bool_)
        units = [p.value_per_click or p.value_per_conversion for p in params]  # both are above 0
        self.unit: Floats = np.array(units, dtype=np.float64)
        self.shared = bool(self.of_click.all() or not self.of_click.any())
        self.per_click = market.rules.pricing is Pricing.CLICK

    def base(self, requests: Requests) -> Floats:
        """Chance of the valued event, shape (n,) when all settings value the same one, else (S, n)."""
        if self.shared:
            return self._chance(requests, 0)
        both = {bool(c): self._chance(requests, int(np.argmax(self.of_click == c))) for c in self.of_click}
        return np.stack([both[bool(c)] for c in self.of_click])

    def _chance(self, requests: Requests, s: int) -> Floats:
        return chance(requests, bool(self.of_click[s]), self.per_click)

    def won(self, counts: Counts) -> Floats:
        """Value of the clicks or of the conversions reported, shape (S,), in the log's unit."""
        events: Ints = np.where(self.of_click, counts.clicks, counts.conversions)
        won: Floats = self.unit * events
        return won


def chance(requests: Requests, of_click: bool, per_click: bool) -> Floats:
    """Chance of a click, or of a conversion, from what is paid: an impression or a click; shape (n,)."""
    clicked = np.ones(len(requests)) if per_click else needed(requests, "pctr")
    return clicked if of_click else clicked * needed(requests, "pcvr")


def needed(requests: Requests, column: str) -> Floats:
    """A column of the requests without which the strategy cannot bid.

    Raises
    ------
    ValueError
        When the log has no such column.
    """
    found: Floats | None = getattr(requests, column)
    if found is None:
        raise ValueError(f"the log's column {column} is needed, and missing")
    return found


def requests_of(log: AuctionLog) -> Requests:
    """The requests of a whole log (of the training part), without what only comes after the bid."""
    return Requests(
        info=log.info, ts=log.ts, row=np.arange(log.first_row, log.first_row + len(log)),
        channel=log.channel, keyword=log.keyword, placement=log.placement, user=log.user, floor=log.floor,
        pctr=log.pctr, pcvr=log.pcvr, quality=log.quality, last_visit=log.last_visit,
    )
