"""What a plan may say about one campaign: curve, carryover, buying form, audience, season."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from bidder.calendar import DayRule, Weekday
from bidder.quantities import (
    Count,
    Index,
    Money,
    PositiveCount,
    PositiveMoney,
    Rate,
    Ratio,
    Share,
    Spec,
)


class HillCurve(Spec):
    """``ceiling * x^slope / (half_spend^slope + x^slope)``; S-shaped when slope > 1."""

    kind: Literal["hill"]
    """Kind of curve."""
    ceiling: PositiveCount
    """Conversions per period that no spend exceeds."""
    half_spend: PositiveMoney
    """Spend per period (currency units) at which half of the ceiling is reached."""
    slope: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Unitless; at most 1: concave, above 1: S-shaped."""


class LogCurve(Spec):
    """``scale * ln(1 + x / spend_scale)``."""

    kind: Literal["log"]
    """Kind of curve."""
    scale: PositiveCount
    """Conversions per period gained when 1 + spend / spend_scale grows by the factor e."""
    spend_scale: PositiveMoney
    """Spend per period (currency units) around which returns begin to fall."""


class PowerCurve(Spec):
    """``coefficient * x^exponent``."""

    kind: Literal["power"]
    """Kind of curve."""
    coefficient: PositiveCount
    """Conversions per period at a spend of one currency unit."""
    exponent: Annotated[float, Field(gt=0, le=1)]
    """Unitless elasticity: 1% more spend gives exponent% more conversions."""


def _rising(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    if points[0] != (0.0, 0.0):
        raise ValueError("the first point must be [0, 0]")
    for (x0, y0), (x1, y1) in pairwise(points):
        if x1 <= x0:
            raise ValueError(f"spend must rise from point to point, but {x1:g} follows {x0:g}")
        if y1 < y0:
            raise ValueError(f"conversions must not fall, but {y1:g} follows {y0:g}")
    return points


class PiecewiseCurve(Spec):
    """Straight lines between points; flat after the last one."""

    kind: Literal["piecewise"]
    """Kind of curve."""
    points: Annotated[
        list[tuple[Money, Count]], Field(min_length=2, max_length=200), AfterValidator(_rising)
    ]
    """Pairs [spend per period in currency units, conversions per period], from [0, 0] upwards."""


class FittedCurve(Spec):
    """A curve written by ``bidder fit``."""

    source: Annotated[str, Field(alias="from", min_length=1)]
    """Path of curves.yaml, relative to this file."""
    campaign: str | None = None
    """Name of the curve in that file; by default ``channel/campaign``, else the campaign's name."""


def _curve_tag(value: object) -> str | None:
    if isinstance(value, dict):
        return "from" if "from" in value or "source" in value else str(value.get("kind"))
    return "from" if isinstance(value, FittedCurve) else getattr(value, "kind", None)


Curve = Annotated[
    Annotated[HillCurve, Tag("hill")]
    | Annotated[LogCurve, Tag("log")]
    | Annotated[PowerCurve, Tag("power")]
    | Annotated[PiecewiseCurve, Tag("piecewise")]
    | Annotated[FittedCurve, Tag("from")],
    Discriminator(
        _curve_tag,
        custom_error_type="curve_kind",
        custom_error_message="unknown curve; expected kind hill, log, power, piecewise, or from: curves.yaml",
    ),
]


class GeometricCarryover(Spec):
    """Effect arrives with weights proportional to ``retention^k``, k periods later, summing to 1."""

    kind: Literal["geometric"]
    """Kind of carryover."""
    retention: Annotated[float, Field(ge=0, lt=1)]
    """Unitless: share of a period's remaining effect that waits for the next period."""
    periods: Annotated[int, Field(ge=1, le=400)] = 13
    """Length of the tail in periods, the period of the spend included."""


class WeightedCarryover(Spec):
    """Effect arrives with the given weights."""

    kind: Literal["weights"]
    """Kind of carryover."""
    weights: Annotated[list[Annotated[float, Field(ge=0, le=1)]], Field(min_length=1, max_length=400)]
    """Share of the effect arriving 0, 1, 2, ... periods after the spend; must sum to 1."""

    @model_validator(mode="after")
    def _whole(self) -> WeightedCarryover:
        if abs(sum(self.weights) - 1.0) > 1e-6:
            raise ValueError(f"weights must sum to 1, but sum to {sum(self.weights):g}")
        return self


Carryover = Annotated[GeometricCarryover | WeightedCarryover, Field(discriminator="kind")]


class PerClick(Spec):
    """Plain cost per click."""

    form: Literal["cpc"]
    """Buying form."""
    price: PositiveMoney
    """Cost of one click, currency units, at price index 1."""


class PerMille(Spec):
    """Plain cost per thousand impressions."""

    form: Literal["cpm"]
    """Buying form."""
    price: PositiveMoney
    """Cost of 1,000 impressions, currency units, at price index 1."""


class OnOff(Spec):
    """Either nothing, or at least a minimum."""

    form: Literal["on_off"]
    """Buying form."""
    minimum: PositiveMoney
    """Least spend of a period in which the campaign is on, currency units."""


class Lots(Spec):
    """Bought in whole lots, such as posts of one key opinion leader at a fixed fee."""

    form: Literal["lots"]
    """Buying form."""
    lot: PositiveMoney
    """Price of one lot, currency units."""
    max_lots: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Most lots over the horizon."""
    max_lots_per_period: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    """Most lots in one period."""


class Commission(Spec):
    """Pay per sale: spend = rate * revenue; takes the place of a curve."""

    form: Literal["commission"]
    """Buying form."""
    rate: Rate
    """Commission as a share of revenue (0.2 = 20%)."""
    max_conversions: PositiveCount
    """Most sales the partners can bring in a period at traffic and conversion index 1."""


Buying = Annotated[PerClick | PerMille | OnOff | Lots | Commission, Field(discriminator="form")]


class Visits(Spec):
    """How spend or conversions tell the number of visits, which feed retargeting pools."""

    cvr: Rate | None = None
    """Conversions per visit: visits = conversions / cvr."""
    cpc: PositiveMoney | None = None
    """Cost per click, currency units: visits = spend / cpc."""

    @model_validator(mode="after")
    def _one(self) -> Visits:
        if (self.cvr is None) == (self.cpc is None):
            raise ValueError("give exactly one of cvr and cpc")
        return self


class Retargeting(Spec):
    """Impressions are limited by the visitors that the other campaigns brought.

    In each period: 1000 * spend / cpm <= daily_frequency_cap * days * match_rate * pool, the pool
    being the visitors of the last window_days who have not bought.
    """

    cpm: PositiveMoney | None = None
    """Cost of 1,000 impressions, currency units; may be left out with buying form cpm."""
    daily_frequency_cap: Annotated[float, Field(gt=0, le=1000)]
    """Most impressions per person and day (commonly 3-7)."""
    match_rate: Rate
    """Share of visitors the ad platform can find again."""
    window_days: Annotated[int, Field(ge=1, le=540)]
    """Days a visitor stays in the pool (commonly 7-30, by purchase cycle)."""
    organic_visits: Count = 0.0
    """Visitors per day who come without advertising and have not bought."""
    visits_before: Count = 0.0
    """Visitors per day, not bought, brought by campaigns in the days before the horizon."""
    sources: list[str] | None = None
    """Campaigns (channel/campaign) whose visitors count; by default all others that state visits."""


class Season(Spec):
    """Seasonal indices on some days; entries that overlap are multiplied."""

    date: dt.date | None = None
    """One day."""
    dates: tuple[dt.date, dt.date] | None = None
    """First and last day (inclusive)."""
    weekdays: Annotated[list[Weekday], Field(min_length=1)] | None = None
    """mon, tue, wed, thu, fri, sat, sun."""
    traffic: Index = 1.0
    """Index of volume: how many more people can be reached (1 = normal)."""
    price: Index = 1.0
    """Index of CPC and CPM (1 = normal, 1.3 = 30% dearer)."""
    conversion: Index = 1.0
    """Index of the conversion rate (1 = normal)."""

    @model_validator(mode="after")
    def _when(self) -> Season:
        if self.date and self.dates:
            raise ValueError("give date or dates, not both")
        if not (self.date or self.dates or self.weekdays):
            raise ValueError("give date, dates or weekdays")
        if self.dates and self.dates[0] > self.dates[1]:
            raise ValueError("dates must be [first, last] with first not after last")
        return self

    @property
    def days(self) -> DayRule:
        """Which days the entry covers."""
        first, last = self.dates or (self.date, self.date)
        return DayRule(first, last, self.weekdays)


def ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    """Refuse [low, high] with low above high."""
    if bounds[0] > bounds[1]:
        raise ValueError(f"must be [least, most], but {bounds[0]:g} > {bounds[1]:g}")
    return bounds


ShareRange = Annotated[tuple[Share, Share], AfterValidator(ordered)]


class Bounds(Spec):
    """Least and most spend."""

    min: Money | None = None
    """Least spend, currency units."""
    max: Money | None = None
    """Most spend, currency units."""

    @model_validator(mode="after")
    def _ordered(self) -> Bounds:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}")
        return self


class CampaignSpend(Bounds):
    """Limits on a campaign's spend: min and max per period."""

    total: Bounds | None = None
    """Limits over the horizon, currency units."""
    share: ShareRange | None = None
    """Least and most share of the plan's total spend over the horizon."""


class Campaign(Spec):
    """One campaign of a channel."""

    curve: Curve | None = None
    """Expected conversions of a period as a function of its spend; left out with form commission."""
    order_value: Money = 1.0
    """Revenue per conversion, currency units."""
    margin: Annotated[float, Field(ge=-1, le=1)] = 1.0
    """Profit before advertising as a share of revenue: profit = margin * revenue - spend."""
    new_customer_share: Share = 1.0
    """Share of conversions that come from new customers."""
    lifetime_multiplier: Ratio = 1.0
    """Customer lifetime value as a multiple of the first order's revenue."""
    spend: CampaignSpend = CampaignSpend()
    """Limits on spend."""
    carryover: Carryover | None = None
    """How the effect of a period's spend is spread over later periods; by default none."""
    carry_in: Annotated[list[Money], Field(max_length=400)] = Field(default_factory=list)
    """Spend of the periods before the horizon, oldest first, currency units."""
    buying: Buying | None = None
    """How the campaign is bought; by default any amount."""
    visits: Visits | None = None
    """Visits brought, which feed retargeting pools; with form cpc they follow from the price."""
    retargeting: Retargeting | None = None
    """Makes this campaign depend on the visitors the others bring."""
    seasonality: list[Season] = Field(default_factory=list)
    """Indices of this campaign, multiplied with the channel's and the plan's."""

    @model_validator(mode="after")
    def _consistent(self) -> Campaign:
        commission = isinstance(self.buying, Commission)
        if commission and (self.curve or self.carryover or self.carry_in):
            raise ValueError("buying form commission takes no curve, carryover or carry_in")
        if commission and self.order_value <= 0:
            raise ValueError("buying form commission needs an order_value above 0")
        if not commission and self.curve is None:
            raise ValueError("curve is missing (only buying form commission does without)")
        if self.retargeting and self.retargeting.cpm is None and not isinstance(self.buying, PerMille):
            raise ValueError("retargeting needs cpm, or buying form cpm")
        return self


class ChannelSpend(Bounds):
    """Limits on a channel's spend: min and max over the horizon."""

    share: ShareRange | None = None
    """Least and most share of the plan's total spend over the horizon."""
    per_period: Bounds | None = None
    """Limits on the channel's spend in each period, currency units."""


class Channel(Spec):
    """A channel: search, social, retargeting or any other."""

    spend: ChannelSpend = ChannelSpend()
    """Limits on the channel's spend over the horizon."""
    campaigns: Annotated[dict[str, Campaign], Field(min_length=1)]
    """The channel's campaigns by name."""
    seasonality: list[Season] = Field(default_factory=list)
    """Indices of this channel, multiplied with the plan's."""
