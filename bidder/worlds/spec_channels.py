"""What a world's YAML may say of its channels: search, display and retargeting."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bidder.worlds.spec_base import Name, Profile, Spec, Spread, Week
from bidder.worlds.spec_market import (
    Delay,
    DisplayCompetitor,
    DisplayPolicy,
    OrderValue,
    Prediction,
    SearchCompetitor,
    SearchPolicy,
)

MatchType = Literal["exact", "phrase", "broad"]
Probability = Annotated[float, Field(gt=0, le=0.5)]
Slots = Annotated[list[Annotated[float, Field(gt=0, le=1)]], Field(min_length=1, max_length=12)]


class KeywordClass(Spec):
    """Keywords of one class; each class is one campaign."""

    kind: Literal["core", "attribute", "audience", "long_tail"]
    """core: the product; attribute: colour, material, cut; audience: for whom; long_tail: all of these."""
    campaign: Name | None = None
    """Name of the campaign; by default the kind."""
    count: Annotated[int, Field(ge=1, le=20_000)]
    """Number of keywords."""
    traffic: Annotated[float, Field(gt=0, le=1e6)]
    """Weight of the class among all auctions."""
    concentration: Annotated[float, Field(ge=0, le=3)] = 1.0
    """Exponent of the falling popularity of its keywords (0: all alike)."""
    ctr: Probability
    """Mean click probability of an impression in the first slot."""
    cvr: Probability
    """Mean conversion probability of a click, before hours, weekdays and promotions."""
    rate_spread: Spread = 0.4
    """Standard deviation of the log CTR and CVR between keywords."""
    slot_spread: Spread = 0.1
    """Standard deviation of the log CVR between hours of the week, for each keyword on its own."""
    order_value: OrderValue = OrderValue()
    """What a conversion is worth."""
    cvr_by_hour: Profile | None = None
    """Relative CVR by local hour (mean 1 after scaling)."""
    cvr_by_weekday: Week | None = None
    """Relative CVR by weekday, Monday first (mean 1 after scaling)."""
    match_types: dict[MatchType, Annotated[float, Field(ge=0, le=1e6)]] = Field(
        default={"exact": 0.4, "phrase": 0.3, "broad": 0.3}, min_length=1
    )
    """Weights of the match types among its keywords."""
    words: list[Name] | None = Field(default=None, min_length=1, max_length=20_000)
    """Names to use first; the rest is put together from a list of Chinese product words."""

    @model_validator(mode="after")
    def _some_weight(self) -> KeywordClass:
        if not sum(self.match_types.values()) > 0:
            raise ValueError("match_types must hold a weight above 0")
        return self


class Search(Spec):
    """Keyword auctions: several slots, rank = bid x quality^squashing, paid by click (GSP)."""

    kind: Literal["search"]
    """What the channel sells."""
    auctions: Annotated[int, Field(ge=1, le=1_000_000_000)]
    """Expected number of auctions in the whole world."""
    keywords: Annotated[list[KeywordClass], Field(min_length=1, max_length=20)]
    """The keyword classes."""
    slots: Slots = Field(default=[1.0, 0.6, 0.35, 0.2])
    """Click rate of each slot relative to the first, falling."""
    squashing: Annotated[float, Field(ge=0, le=2)] = 1.0
    """Exponent on the quality in the rank, unitless."""
    floor: Annotated[float, Field(ge=0, le=1e6)] = 0.05
    """Lowest bid that can win, currency units per click."""
    prediction: Prediction = Prediction()
    """How impressions differ, and what predictions know of it."""
    delay: Delay = Delay()
    """Time from click to report of the conversion."""
    competitors: Annotated[list[SearchCompetitor], Field(min_length=1, max_length=50)]
    """The competitors."""
    ours: SearchPolicy = SearchPolicy()
    """How we bid while the world's history is made."""

    @model_validator(mode="after")
    def _sound(self) -> Search:
        if self.slots[0] != 1 or any(a < b for a, b in zip(self.slots, self.slots[1:], strict=False)):
            raise ValueError("slots must begin with 1 and fall")
        names = [k.campaign or k.kind for k in self.keywords]
        if len(set(names)) < len(names):
            raise ValueError("each keyword class needs a campaign of its own: give campaign")
        return self


class DisplayCampaign(Spec):
    """One campaign of ours in a display channel."""

    traffic: Annotated[float, Field(gt=0, le=1e6)] = 1.0
    """Weight among the channel's auctions."""
    ctr: Probability
    """Mean click probability of an impression."""
    cvr: Probability
    """Mean conversion probability of a click, before hours and promotions."""
    order_value: OrderValue = OrderValue()
    """What a conversion is worth."""
    cvr_by_hour: Profile | None = None
    """Relative CVR by local hour (mean 1 after scaling)."""
    cvr_by_weekday: Week | None = None
    """Relative CVR by weekday, Monday first (mean 1 after scaling)."""


class _Display(Spec):
    """What display and retargeting share."""

    payment: Literal["second_price", "first_price"] = "second_price"
    """What the winner of an impression pays."""
    placements: list[Name] = Field(default=["feed"], min_length=1, max_length=100)
    """Names of the places, each with an equal part of the auctions."""
    floor_cpm: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """Lowest bid that can win, currency units per 1000 impressions."""
    prediction: Prediction = Prediction()
    """How impressions differ, and what predictions know of it."""
    delay: Delay = Delay()
    """Time from click to report of the conversion."""
    competitors: Annotated[list[DisplayCompetitor], Field(min_length=1, max_length=50)]
    """The competitors."""
    ours: DisplayPolicy
    """How we bid while the world's history is made."""


class Display(_Display):
    """Impressions sold one by one to anybody: feed and banner."""

    kind: Literal["display"]
    """What the channel sells."""
    auctions: Annotated[int, Field(ge=1, le=1_000_000_000)]
    """Expected number of auctions in the whole world."""
    campaigns: Annotated[dict[Name, DisplayCampaign], Field(min_length=1, max_length=200)]
    """Our campaigns by name; each auction belongs to one of them."""


class Retargeting(_Display):
    """Impressions before the eyes of users who have visited the shop; campaigns `viewed` and `cart`."""

    kind: Literal["retargeting"]
    """What the channel sells."""
    auctions_per_visitor_day: Annotated[float, Field(gt=0, le=1e4)] = 4.0
    """Expected auctions a day for each user inside the window."""
    window_days: Annotated[float, Field(gt=0, le=365)] = 14.0
    """Days after a visit for which a user is seen."""
    viewed: DisplayCampaign
    """Users whose last visit ended without anything in the cart."""
    cart: DisplayCampaign
    """Users with something in the cart."""
    fading_days: Annotated[float, Field(gt=0, le=365)] = 7.0
    """Days after a visit in which the CVR falls to 1/e of its value."""


class Visitors(Spec):
    """The shop's users: they browse, put into the cart and buy."""

    users: Annotated[int, Field(ge=1, le=100_000_000)] = 100_000
    """Number of people who may ever come."""
    organic_visits: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    """Expected visits without a paid click in the whole world."""
    returning: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Share of organic visits by people who have come before."""
    visited_before: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Share of the users whose last visit lies in the 14 days before the world begins."""
    cart: Annotated[float, Field(ge=0, le=1)] = 0.12
    """Probability that a visit puts something into the cart."""
    buy: Annotated[float, Field(ge=0, le=1)] = 0.25
    """Probability that an organic visit with something in the cart ends with an order."""
    order_value: OrderValue = OrderValue()
    """What an organic order is worth."""
