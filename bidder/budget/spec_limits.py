"""What a plan may say about limits: the ``constraints`` list."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bidder.quantities import Count, Money, Percent, PositiveCount, PositiveMoney, Share, Spec


class Per(StrEnum):
    """Whether a limit holds for the sum over the horizon or in every period."""

    HORIZON = "horizon"
    PERIOD = "period"


class Metric(StrEnum):
    """What is counted."""

    REVENUE = "revenue"
    PROFIT = "profit"
    CONVERSIONS = "conversions"
    NEW_CUSTOMERS = "new_customers"
    LIFETIME_VALUE = "lifetime_value"


class Scope(Spec):
    """Which campaigns a limit is about; everything when left out."""

    channel: str | None = None
    """A channel's name."""
    campaign: str | None = None
    """A campaign as channel/campaign."""
    campaigns: Annotated[list[str], Field(min_length=1)] | None = None
    """Several campaigns as channel/campaign."""
    group: str | None = None
    """A name from ``groups``."""
    each: Literal["channel", "campaign"] | None = None
    """One limit of its own for every channel or campaign (within channel, campaigns or group, if given)."""

    @model_validator(mode="after")
    def _one(self) -> Scope:
        given = [k for k in ("channel", "campaign", "campaigns", "group") if getattr(self, k) is not None]
        if len(given) > 1:
            raise ValueError(f"give one of channel, campaign, campaigns, group; not {' and '.join(given)}")
        return self


class Limit(Spec):
    """What every kind of limit has."""

    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Name in reports; by default made from kind and scope."""
    scope: Scope = Scope()
    """Which campaigns; everything when left out."""


class DatedLimit(Limit):
    """A limit on all or some of the horizon."""

    per: Per = Per.HORIZON
    """horizon: on the sum; period: in each period."""
    dates: tuple[date, date] | None = None
    """Only the periods that begin in [first, last] (inclusive)."""

    @model_validator(mode="after")
    def _dates(self) -> DatedLimit:
        if self.dates and self.dates[0] > self.dates[1]:
            raise ValueError("dates must be [first, last] with first not after last")
        return self


def _some(limit: DatedLimit, low: float | None, high: float | None) -> None:
    if low is None and high is None:
        raise ValueError("give min, max or both")
    if low is not None and high is not None and low > high:
        raise ValueError(f"min {low:g} is above max {high:g}")


class SpendLimit(DatedLimit):
    """Least or most spend."""

    kind: Literal["spend"]
    """Kind of limit."""
    min: Money | None = None
    """Least spend, currency units."""
    max: Money | None = None
    """Most spend, currency units."""

    @model_validator(mode="after")
    def _given(self) -> SpendLimit:
        _some(self, self.min, self.max)
        return self


class ShareLimit(DatedLimit):
    """Least or most share of the plan's total spend (over the same dates)."""

    kind: Literal["share"]
    """Kind of limit."""
    min: Share | None = None
    """Least share, 0 to 1."""
    max: Share | None = None
    """Most share, 0 to 1."""

    @model_validator(mode="after")
    def _given(self) -> ShareLimit:
        _some(self, self.min, self.max)
        if self.scope == Scope():
            raise ValueError("a share needs a scope (everything is always 100% of everything)")
        return self


class RoasFloor(DatedLimit):
    """Revenue of at least ``min`` per unit of spend."""

    kind: Literal["roas"]
    """Kind of limit."""
    min: Annotated[float, Field(gt=0, le=1e9)]
    """Least revenue / spend, unitless."""


class CpaCap(DatedLimit):
    """Spend of at most ``max`` per conversion."""

    kind: Literal["cpa"]
    """Kind of limit."""
    max: PositiveMoney
    """Most spend / conversions, currency units."""


class OutcomeFloor(DatedLimit):
    """At least this much outcome."""

    kind: Literal["outcome"]
    """Kind of limit."""
    metric: Metric = Metric.CONVERSIONS
    """What is counted."""
    min: PositiveCount
    """Least outcome, in the metric's unit (currency units or a count)."""


class CashLimit(Limit):
    """Spend from the start of the horizon up to a date (a period cut by it counts by its days)."""

    kind: Literal["cash"]
    """Kind of limit."""
    by: date
    """Last day counted."""
    max: Money
    """Most cumulative spend, currency units."""


class RampLimit(Limit):
    """How far spend may change from one period to the next."""

    kind: Literal["ramp"]
    """Kind of limit."""
    max: Money | None = None
    """Most change, up or down, currency units."""
    max_percent: Percent | None = None
    """Most change, up or down, in percent of the earlier period's spend."""

    @model_validator(mode="after")
    def _given(self) -> RampLimit:
        if self.max is None and self.max_percent is None:
            raise ValueError("give max, max_percent or both")
        return self


class Lock(Limit):
    """Fixed spend of a campaign in some periods."""

    kind: Literal["lock"]
    """Kind of limit."""
    dates: tuple[date, date]
    """Periods that begin in [first, last] (inclusive)."""
    spend: Money
    """Spend per period, currency units."""

    @model_validator(mode="after")
    def _one_campaign(self) -> Lock:
        if self.scope.campaign is None:
            raise ValueError("a lock needs scope: {campaign: channel/campaign}")
        if self.dates[0] > self.dates[1]:
            raise ValueError("dates must be [first, last] with first not after last")
        return self


class StockLimit(DatedLimit):
    """Conversions that can be served; demand beyond the stock is lost, not forbidden."""

    kind: Literal["stock"]
    """Kind of limit."""
    max: Count
    """Units in stock, conversions."""


AnyLimit = Annotated[
    SpendLimit | ShareLimit | RoasFloor | CpaCap | OutcomeFloor | CashLimit | RampLimit | Lock | StockLimit,
    Field(discriminator="kind"),
]

