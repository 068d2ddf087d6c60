"""Bids below the value, by as much as pays in a first-price auction."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from bidder.arrays import Floats, Ints
from bidder.auctions.landscapes.landscape import PriceCounter
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.landscapes.shading import ShadingTable, shading_table
from bidder.auctions.rules import Pricing
from bidder.auctions.strategies.base import EARLIER, Control, Market, Requests, Strategy, Training, View
from bidder.auctions.strategies.valuation import Valuation, ValueParams, requests_of
from bidder.quantities import Rate

LEAST = 1e-4
"""Pacing never multiplies values by less."""
_HALVINGS = 40

Counts = Annotated[list[Annotated[int, Field(ge=0, le=2**53)]], Field(min_length=1, max_length=1_000_000)]


class FirstPriceShadingParams(ValueParams):
    """Parameters of :class:`FirstPriceShading`."""

    kind: Literal["first_price_shading"]
    """Kind of strategy."""
    landscape: Literal["kaplan_meier", "lognormal", "gamma", "weibull", "parametric"] | None = None
    """How the distribution of the market price is estimated: kaplan_meier, a family, or parametric for
    the family that fits best; left out: counted where every price is known, else kaplan_meier."""
    price_histogram: Counts | None = None
    """Earlier auctions for each market price 0, 1, 2, ...; left out: the prices of the training log."""
    pace: bool = False
    """Whether the budget is spread over the episode."""
    pace_step: Rate = 0.1
    """With pace: the largest relative change of the factor on the value from one look to the next."""


class FirstPriceShading(Strategy):
    """``b = argmax over b of (v - b) F(b)``, F the estimated probability that a bid of b wins (Pan et
    al., "Bid shading by win-rate estimation and surplus maximization", AdKDD 2020, section 3; Zhou et
    al., "An efficient deep distribution network for bid shading in first-price auctions", KDD 2021,
    section 3: there F is a lognormal or another family), v the value of the impression. A floor that is
    known and below the value is bid at least.

    With ``pace``, v is replaced by f * v. An episode begins with the factor f of at most 1 at which the
    expected cost of the training auctions is the budget (1 without them). After every tick f is
    multiplied by ``exp(pace_step * (target - spent) / target)``, the target being the balance that there
    was, spread evenly over the rest of the episode: adaptive pacing (Balseiro and Gur, "Learning in
    repeated auctions with budgets", Management Science 2019) in the factor's logarithm.
    Parameters: ``value_per_click`` or ``value_per_conversion``, ``landscape``, ``price_histogram``,
    ``pace``, ``pace_step``.
    """

    Params = FirstPriceShadingParams

    def __init__(self, params: list[FirstPriceShadingParams], market: Market) -> None:
        super().__init__(params, market)
        self.valuation = Valuation(params, market)
        self.paces = np.array([p.pace for p in params], dtype=np.bool_)
        self.step = self.column("pace_step")
        tables: dict[Hashable, ShadingTable] = {}
        self.tables = [_table(p, market, tables) for p in params]
        self.first = self._factors()
        self.factor = self.first
        self.last: dict[str, tuple[Floats, float]] = {}
        """By campaign: factor on the value in the tick before, and its length."""

    def _factors(self) -> Floats:
        """Factor on the value that every setting begins with: 1 where it is not paced."""
        factors = np.ones(self.market.settings)
        training = self.market.training
        if training is None or not self.paces.any():
            return factors
        chance = np.atleast_2d(self.valuation.base(requests_of(training.log)))
        charged = _charged(self.market, training)
        known: dict[bool, tuple[Floats, Floats]] = {}
        for s in np.flatnonzero(self.paces):
            event = bool(self.valuation.of_click[s])
            if event not in known:
                known[event] = _rising(chance[s if len(chance) > 1 else 0], charged)
            unit, budget = float(self.valuation.unit[s]), float(self.market.budget[s])
            factors[s] = _factor(self.tables[s], *known[event], unit, budget)
        return factors

    def base(self, requests: Requests) -> Floats:
        """Shaded bids, shape (n,) when all settings bid alike, else (S, n)."""
        chance = self.valuation.base(requests)
        unit, of_click = self.valuation.unit * self.factor, self.valuation.of_click
        bids: dict[Hashable, Floats] = {}
        keys = [(id(self.tables[s]), unit[s], of_click[s]) for s in range(self.market.settings)]
        for s, key in enumerate(keys):
            if key not in bids:
                value = unit[s] * (chance if chance.ndim == 1 else chance[s])
                bids[key] = _at_least(self.tables[s].bids(value), value, requests.floor)
        return bids[keys[0]] if len(bids) == 1 else np.stack([bids[key] for key in keys])

    def control(self, view: View) -> Control:
        """Move the factors of paced settings towards an even spend."""
        factor, length = self.last[view.campaign] if view.tick else (self.first, 0.0)
        if view.last.auctions:
            spent = view.last.cost
            target = (view.balance + spent) * length / (1.0 - view.elapsed + length)
            error = np.where(target > 0, (target - spent) / np.where(target > 0, target, 1.0), 0.0)
            steered = factor * np.exp(self.step * np.clip(error, -1.0, 1.0))
            factor = np.where(self.paces, np.clip(steered, LEAST, 1.0), 1.0)
        self.last[view.campaign] = factor, view.tick_share
        self.factor = factor
        return Control(np.ones(self.market.settings))


def _table(
    params: FirstPriceShadingParams, market: Market, known: dict[Hashable, ShadingTable]
) -> ShadingTable:
    histogram = params.price_histogram
    key = params.landscape, None if histogram is None else tuple(histogram)
    if key not in known:
        known[key] = shading_table(_prices(params, market), market.rules)
    return known[key]


def _prices(params: FirstPriceShadingParams, market: Market) -> PriceDistribution:
    counter = PriceCounter(market.rules.win_on_tie)
    if params.price_histogram is not None:
        counter.add_counts(np.array(params.price_histogram, dtype=np.int64))
    elif market.training is None:
        raise ValueError(f"needs price_histogram, or {EARLIER}")
    elif params.landscape is None:
        return market.training.prices
    else:
        counter.add(market.training.log)
    return counter.distribution(params.landscape or "auto")


def _charged(market: Market, training: Training) -> Floats:
    """How many payments of an episode each training auction stands for when it is won."""
    charged = np.full(len(training.log), training.weight / max(training.episodes, 1e-9))
    if market.rules.pricing is Pricing.CLICK and training.log.pctr is not None:
        charged *= training.log.pctr
    return charged


def _rising(chance: Floats, charged: Floats) -> tuple[Floats, Floats]:
    """Chances in rising order, and how often those before each one are charged."""
    order = np.argsort(chance, kind="stable")
    return chance[order], np.concatenate([[0.0], np.cumsum(charged[order])])


def _factor(table: ShadingTable, chance: Floats, charged: Floats, unit: float, budget: float) -> float:
    """The highest factor of at most 1 at which the expected cost stays within the budget."""
    if table.expected_cost(chance, charged, unit) <= budget:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if table.expected_cost(chance, charged, middle * unit) <= budget:
            low = middle
        else:
            high = middle
    return max(low, LEAST)


def _at_least(bids: Floats, value: Floats, floor: Ints | None) -> Floats:
    if floor is None:
        return bids
    return np.where((bids < floor) & (value > floor), floor, bids)
