"""One factor on all values, from the landscape of earlier auctions."""

from __future__ import annotations

import zlib
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from bidder.arrays import Floats, Ints
from bidder.auctions.draws import BID, uniforms
from bidder.auctions.landscapes.bid_landscape import BidLandscape, bid_landscape
from bidder.auctions.rules import Pricing
from bidder.auctions.strategies.base import EARLIER, Control, Market, Requests, Strategy, View
from bidder.auctions.strategies.valuation import Valuation, ValueParams, requests_of

_NUDGE = 1.0 + 1e-15
"""A threshold times its value may be rounded to just below the price that it stands for."""


class UniformScalingParams(ValueParams):
    """Parameters of :class:`UniformScaling`."""

    kind: Literal["uniform_scaling"]
    """Kind of strategy."""
    adapt: bool = False
    """Whether the factors are chosen anew at every tick, for the balance and the time that are left."""
    max_multiplier: Annotated[float, Field(gt=0, le=1e9)] | None = None
    """Highest factor on the value, unitless; left out: none."""


class UniformScaling(Strategy):
    """``b = m * v`` with one m for all auctions: two of them, in turn, so that the expected cost of the
    training auctions is the budget and no mixture of such bids has more expected value (Feldman,
    Muthukrishnan, Pal and Stein, "Budget optimization in search-based advertising auctions", EC 2007,
    section 4).

    Which of the two is bid in a tick is drawn: the higher one with the share p that the landscape
    gives, evenly spread, so that of k ticks p * k use it, give or take one; the seed decides which.
    With ``adapt`` the problem is solved anew at every tick, as if a whole episode were ahead in which
    money is as scarce as it is now. Auctions of a censored training log whose price is not known count
    as out of reach. Parameters: ``value_per_click`` or ``value_per_conversion``, ``adapt``,
    ``max_multiplier``.
    """

    Params = UniformScalingParams
    steady: ClassVar[bool] = True

    def __init__(self, params: list[UniformScalingParams], market: Market) -> None:
        super().__init__(params, market)
        self.valuation = Valuation(params, market)
        self.adapts = np.array([p.adapt for p in params], dtype=np.bool_)
        self.groups = self._groups()
        self.phase: dict[str, Floats] = {}

    def _groups(self) -> list[tuple[BidLandscape, Ints]]:
        """Landscapes in factors on the event's chance, each with the settings that use it."""
        caps = np.array([p.max_multiplier or np.inf for p in self.params]) * self.valuation.unit
        keys = list(zip(self.valuation.of_click.tolist(), caps.tolist(), strict=True))
        events = [of_click for of_click, _ in keys]
        whole = {of_click: self._landscape(events.index(of_click)) for of_click in set(events)}
        return [
            (whole[key[0]].up_to(key[1]), np.array([s for s, own in enumerate(keys) if own == key]))
            for key in sorted(set(keys))
        ]

    def _landscape(self, s: int) -> BidLandscape:
        training = self.market.training
        if training is None:
            raise ValueError(f"needs {EARLIER}")
        chance = np.atleast_2d(self.valuation.base(requests_of(training.log)))
        chance = chance[s if len(chance) > 1 else 0]
        worth = chance
        if self.market.rules.pricing is Pricing.CLICK and training.log.pctr is not None:
            worth = chance * training.log.pctr
        weight = training.weight / max(training.episodes, 1e-9)
        return bid_landscape(training.log, chance, worth, self.market.rules, weight)

    def base(self, requests: Requests) -> Floats:
        """Chance of the valued event: what it is worth only decides its part in the cap."""
        return self.valuation.base(requests)

    def control(self, view: View) -> Control:
        """One of the two factors of every setting."""
        multiplier, share = np.zeros((2, self.market.settings)), np.zeros(self.market.settings)
        budget = self._budget(view)
        for landscape, settings in self.groups:
            low, high, part = landscape.for_budgets(budget[settings])
            multiplier[:, settings] = low, high
            share[settings] = part
        before = self._phases(view) if view.tick == 0 else self.phase[view.campaign]
        after = before + share
        self.phase[view.campaign] = after
        turn = (np.floor(after) > np.floor(before)).astype(np.int64)
        return Control(np.take_along_axis(multiplier, turn[None], axis=0)[0] * _NUDGE)

    def _budget(self, view: View) -> Floats:
        """Budget of a full episode with as much money for its time as is left now."""
        full = self.market.budget.astype(np.float64)
        left = view.balance / np.maximum(view.budget, 1) / (1.0 - view.elapsed)
        return np.where(self.adapts, full * left, full)

    def _phases(self, view: View) -> Floats:
        """Where each setting's turns begin, in [0, 1), by seed, campaign and episode."""
        row = np.array([zlib.crc32(view.campaign.encode()) * 2**24 + view.episode], dtype=np.int64)
        seeds, which = np.unique(self.market.seed, return_inverse=True)
        drawn = np.array([uniforms(int(seed), BID, row)[0] for seed in seeds])
        return drawn[which]
