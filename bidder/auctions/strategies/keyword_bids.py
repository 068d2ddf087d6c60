"""The nightly keyword bids, replayed: the very functions of :mod:`bidder.keywords`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, model_validator

from bidder.arrays import Floats, Ints
from bidder.auctions.log import AuctionLog
from bidder.auctions.rules import Pricing
from bidder.auctions.strategies.base import (
    EARLIER,
    Control,
    Counts,
    Market,
    Requests,
    Strategy,
    StrategyParams,
    View,
)
from bidder.auctions.strategies.valuation import needed, requests_of
from bidder.auctions.worth import VALUE_UNIT
from bidder.keywords.bids.alpha import choose_alpha
from bidder.keywords.bids.goal import Goal
from bidder.keywords.bids.response import respond
from bidder.keywords.data import AccountDays, DayWeights, KeywordTable
from bidder.keywords.result import CarriedAlpha
from bidder.keywords.spec_bidding import AlphaSpec, ValueSpec
from bidder.keywords.value.click_value import click_value
from bidder.money import MICROS
from bidder.quantities import PositiveMoney

DAYS = 42
"""Episodes from which the response is estimated."""


class KeywordBidsParams(StrategyParams):
    """Parameters of :class:`KeywordBids`."""

    kind: Literal["keyword_bids"]
    """Kind of strategy."""
    target_roas: Annotated[float, Field(gt=0, le=1e6)] | None = None
    """Unitless: revenue wanted for each unit of spend."""
    target_cpa: PositiveMoney | None = None
    """Spend wanted for a conversion, in the log's unit."""
    alpha: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Unitless: multiplier of the first episode."""
    damping: Annotated[float, Field(gt=0, le=1)] = 0.6
    """Unitless: share of the way to the wanted multiplier that is gone in one episode."""

    @model_validator(mode="after")
    def _one_target(self) -> KeywordBidsParams:
        if (self.target_roas is None) == (self.target_cpa is None):
            raise ValueError("exactly one of target_roas and target_cpa must be given")
        return self


@dataclass
class _Course:
    """Finished episodes of one campaign: totals before each look, and the multipliers bid with."""

    alpha: Floats
    seen: list[tuple[Counts, Floats]] = field(default_factory=list)
    carried: dict[int, CarriedAlpha] = field(default_factory=dict)


class KeywordBids(Strategy):
    """``b = alpha * value of a click / target``, the value shrunk from keyword to campaign to account.

    Values are estimated once, from the earlier auctions, by
    :func:`bidder.keywords.value.click_value.click_value`. At the beginning of every episode alpha is chosen
    from the campaign's own episodes by :func:`bidder.keywords.bids.alpha.choose_alpha`: the smaller one of
    what the target and the budget allow, damped. A keyword that the earlier auctions do not hold is worth
    what its campaign's clicks are. Where impressions are paid, the bid is multiplied by pctr. Parameters:
    ``target_roas`` or ``target_cpa``, ``alpha``, ``damping``.
    """

    Params = KeywordBidsParams
    paced: ClassVar[bool] = False
    steady: ClassVar[bool] = True

    def __init__(self, params: list[KeywordBidsParams], market: Market) -> None:
        super().__init__(params, market)
        if market.training is None:
            raise ValueError(f"needs {EARLIER}")
        one = (market.info.per_currency or 0) * market.info.price_for
        if not one and any(p.target_roas is not None for p in params):
            raise ValueError("needs log.per_currency: how many units of the log make one of the currency")
        self.unit = np.array([p.target_cpa or one for p in params], dtype=np.float64)
        """What value is counted in, in the log's unit: a currency unit, or the target CPA."""
        self.target = np.array([p.target_roas or 1.0 for p in params])
        self.counted = [p.target_cpa is not None for p in params]
        self.values = {c: self._values(market.training.log, c) for c in set(self.counted)}
        self.earlier = self._clicks(market.training.log)
        self.courses: dict[str, _Course] = {}

    def _values(self, log: AuctionLog, counted: bool) -> tuple[Floats, float]:
        """Value of a click on each keyword, and of a mean click, in currency units or conversions."""
        table = _table(log, len(dict(self.market.info.words).get("keyword", ())))
        alike = np.zeros(len(table), dtype=np.int32)
        value = click_value(table, alike, ValueSpec(), count_conversions=counted)
        clicks = table.weighted_clicks
        mean = float(clicks @ value.value / clicks.sum()) if clicks.sum() else float(value.value.mean())
        return value.value, mean

    def _clicks(self, log: AuctionLog) -> tuple[Ints, Floats]:
        """Keyword and price of a click of the earlier clicks whose price is known."""
        assert log.keyword is not None and log.click is not None
        row = np.flatnonzero((log.click > 0) & (log.market_price >= 0))
        price = log.market_price[row].astype(np.float64)
        if self.market.rules.pricing is not Pricing.CLICK:
            price = price / np.maximum(needed(requests_of(log), "pctr")[row], 1e-12)
        return log.keyword[row].astype(np.int64), price

    def _mean_value(self, s: int, alpha: float) -> float:
        """Value of a mean click bought at an alpha, from the earlier auctions that it would have won.

        Bids that follow the value buy clicks that are worth more than the mean one.
        """
        value, mean = self.values[self.counted[s]]
        keyword, price = self.earlier
        worth = np.where(keyword >= 0, value[keyword], mean)
        won = price <= alpha * worth * (self.unit[s] / self.target[s])
        return float(worth[won].mean()) if won.any() else mean

    def base(self, requests: Requests) -> Floats:
        """Bid at alpha 1, in the log's unit, shape (S, n)."""
        keyword = needed(requests, "keyword").astype(np.int64)
        chance = np.ones(len(requests))
        if self.market.rules.pricing is not Pricing.CLICK:
            chance = needed(requests, "pctr")
        bids = [
            np.where(keyword >= 0, value[keyword], mean) * (chance * unit / target)
            for (value, mean), unit, target in zip(
                (self.values[c] for c in self.counted), self.unit, self.target, strict=True
            )
        ]
        return np.stack(bids)

    def control(self, view: View) -> Control:
        """Alpha of the episode."""
        course = self.courses.setdefault(view.campaign, _Course(self.column("alpha")))
        if view.tick == 0:
            course.seen.append((view.before, course.alpha))
            if len(course.seen) > 1:
                course.alpha = np.array([self._alpha(course, view, s) for s in range(len(self.params))])
        return Control(course.alpha)

    def _alpha(self, course: _Course, view: View, s: int) -> float:
        """The next alpha of one setting, from what its finished episodes brought."""
        target = float(self.target[s])
        days = self._days(course, s)
        goal = Goal(target, budget=float(self.market.budget[s] / self.unit[s]), day=len(days.day))
        weights = DayWeights(days.day, np.ones(len(days.day)), np.ones(len(days.day)))
        worth = days.conversions if self.counted[s] else days.revenue / MICROS
        response = respond(days, weights, worth, target, DAYS, goal.weekday)
        spec = AlphaSpec(min=1e-3, max=100.0, damping=self.params[s].damping)
        alpha = choose_alpha(response, goal, spec, course.carried.get(s))
        course.carried[s] = alpha.carried
        return alpha.chosen

    def _days(self, course: _Course, s: int) -> AccountDays:
        """Finished episodes as days; money in what value is counted in."""
        totals = np.array([
            [c.impressions[s], c.clicks[s], c.cost[s], c.conversions[s], c.value[s]] for c, _ in course.seen
        ])
        shown, clicks, cost, conversions, revenue = np.diff(totals, axis=0).T
        alpha = np.array([a[s] for _, a in course.seen[1:]])  # each beside the totals at its episode's end
        value = clicks * np.array([self._mean_value(s, a) for a in alpha.tolist()])
        return AccountDays(
            np.arange(len(clicks), dtype=np.int64), np.ones(len(clicks), dtype=np.bool_), shown, clicks,
            np.rint(cost / self.unit[s] * MICROS).astype(np.int64), revenue * (MICROS // VALUE_UNIT),
            conversions.astype(np.float64), alpha / self.target[s], value.astype(np.float64),
        )


def _table(log: AuctionLog, keywords: int) -> KeywordTable:
    """The keywords of earlier auctions with their clicks, orders and revenue."""
    for name in ("keyword", "click", "conversion"):
        if getattr(log, name) is None:
            raise ValueError(f"the log's column {name} is needed, and missing")
    assert log.keyword is not None and log.click is not None and log.conversion is not None
    row = np.flatnonzero((log.click > 0) & (log.keyword >= 0))
    code = log.keyword[row].astype(np.int64)
    count = max(keywords, 1)
    clicks = np.bincount(code, minlength=count)
    conversions = np.bincount(code, log.conversion[row], minlength=count).astype(np.float64)
    worth = (log.value[row] if log.value is not None else np.zeros(len(row))) * log.conversion[row]
    revenue = np.bincount(code, worth / VALUE_UNIT, minlength=count).astype(np.float64)
    campaign = np.zeros(count, dtype=np.int32)
    campaign[log.keyword[log.keyword >= 0]] = log.campaign[log.keyword >= 0]
    unknown, none = np.full(count, -1, dtype=np.int64), np.zeros(count, dtype=np.int8)
    groups = len(log.info.campaigns)
    return KeywordTable(
        log.info.campaigns, log.info.campaigns, np.arange(groups, dtype=np.int32),
        np.full(count, "", dtype=object), none, campaign, campaign, clicks, clicks,
        np.zeros(count, dtype=np.int64), np.rint(revenue * MICROS).astype(np.int64), conversions,
        clicks.astype(np.float64), clicks.astype(np.float64), conversions, revenue, unknown, unknown, none,
        none, none, none, none, np.full(count, np.nan), np.full(count, "", dtype=object),
    )
