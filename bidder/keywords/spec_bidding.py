"""What a nightly job bids for: target, budget, value of a click, quality, multiplier, exploration."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from bidder.quantities import Index, PositiveMoney, Rate, Ratio, Share, Spec

Factor = Annotated[float, Field(gt=0, le=100)]
Days = Annotated[float, Field(gt=0, le=3650)]


class Target(Spec):
    """What is bid for: exactly one of roas, cpa and plan."""

    roas: Annotated[float, Field(gt=0, le=1e4)] | None = None
    """Revenue per unit of spend to reach."""
    cpa: PositiveMoney | None = None
    """Spend per conversion to reach, currency units."""
    plan: Annotated[str, Field(min_length=1, max_length=4000)] | None = None
    """plan.csv of a budget plan, seen from the config: gives the budget of the day and the marginal ROAS
    to bid at."""
    channel: str = "search"
    """The plan's channel that this account belongs to."""
    campaigns: Annotated[list[str], Field(max_length=1000)] | None = None
    """The plan's campaigns that this account runs; by default all of the channel."""

    @model_validator(mode="after")
    def _one(self) -> Target:
        if sum(x is not None for x in (self.roas, self.cpa, self.plan)) != 1:
            raise ValueError("give exactly one of roas, cpa and plan")
        return self


class DailyBudget(Spec):
    """What the account may spend in a day."""

    daily: PositiveMoney | None = None
    """Currency units; the expected spend of a day stays within it."""


class DayWeight(Spec):
    """Days that tell less, or nothing, about ordinary days; and what to expect of them."""

    dates: Annotated[list[date], Field(min_length=1, max_length=400)]
    """The days."""
    weight: Share = 0.0
    """Of their rows; 0 leaves them out."""
    traffic: Index = 1.0
    """Searches on such a day, relative to an ordinary one."""
    price: Index = 1.0
    """Prices of clicks, relative to an ordinary day."""
    conversion: Index = 1.0
    """Conversions per click, relative to an ordinary day."""


class ValueSpec(Spec):
    """How the value of a click is estimated."""

    half_life_days: Days = 45.0
    """Age at which a day counts half."""
    days: Annotated[list[DayWeight], Field(max_length=200)] = Field(default=[])
    """Promotion days and other exceptions."""
    maturity: Annotated[list[Share], Field(min_length=1, max_length=366)] | None = None
    """Share of a click's conversions that have been reported 0, 1, 2, ... days after the day of the click;
    by default fitted from a report of lags, and 1 without one."""
    strength: Annotated[float, Field(gt=0, le=1e7)] | None = None
    """Clicks that the parent's conversion rate is worth; by default fitted by maximum likelihood."""
    default_order_value: PositiveMoney | None = None
    """Revenue per conversion while the account has no conversion, currency units."""


class ClassRule(Spec):
    """Names a class of keywords; a keyword must fit everything that is given."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """brand, core, attribute, audience, long_tail or any other."""
    contains: Annotated[list[str], Field(max_length=1000)] = Field(default=[])
    """One of these texts stands in the keyword (case does not count)."""
    campaigns: Annotated[list[str], Field(max_length=1000)] = Field(default=[])
    """It is in one of these campaigns."""
    least_words: Annotated[int, Field(ge=1, le=50)] | None = None
    """It has at least so many words (in Chinese: 2 characters count as a word)."""


class QualityPolicy(Spec):
    """How quality scores move bids."""

    multipliers: dict[Annotated[int, Field(ge=1, le=10)], Factor] = Field(default={})
    """A planner's own factor on the bid for a score; a score that is not named takes the nearest named one.
    An unknown score is taken to be what its components and its group lead to expect, between the factors of
    the scores around that; where an account tells no score and no component, the factor is 1.
    Without a table, a change of quality moves the bid as the price of the position moves: old / new."""
    hold_position: bool = True
    """Whether a change of quality since the reference bid moves the bid that holds the position; only where
    both scores are known."""


class AlphaSpec(Spec):
    """The multiplier alpha of bid = alpha x value / target."""

    start: Factor = 1.0
    """Where nothing is known of the account's response."""
    min: Factor = 0.2
    """Lowest alpha."""
    max: Factor = 5.0
    """Highest alpha."""
    damping: Rate = 0.6
    """Share of the way to the wanted alpha that is gone in one night (of its logarithm)."""
    max_step: Annotated[float, Field(gt=0, le=2)] = 0.25
    """Most that the logarithm of alpha moves in one night."""
    response_days: Annotated[int, Field(ge=3, le=365)] = 42
    """Days from which the account's response is estimated."""
    dead_band: Annotated[float, Field(ge=0, le=0.2)] = 0.01
    """Where the wanted alpha is nearer than this share, alpha stays."""


class Exploration(Spec):
    """Trying keywords of which little is known, by a seeded draw of their value (Thompson sampling)."""

    enabled: bool = True
    """Whether values are drawn at all."""
    clicks: Annotated[float, Field(ge=0, le=1e6)] = 30
    """Keywords with fewer clicks than this are drawn for."""
    bound: Annotated[float, Field(gt=0, le=2)] = 0.3
    """A draw moves the value by at most this share up, and by its reciprocal down."""
    share_of_spend: Share = 0.1
    """Most that exploration may add to the expected spend of a day, as a share."""


class PositionTarget(Spec):
    """A share of impressions to hold for a class of keywords, such as brand terms."""

    keyword_class: Annotated[str, Field(min_length=1)]
    """Name of a class rule."""
    impression_share: Rate
    """Impressions won of those that could have been won."""
    max_cpa: PositiveMoney | None = None
    """Spend per conversion that holding it may cost at most, currency units."""
    elasticity: Annotated[float, Field(gt=0, le=10)] = 0.5
    """Percent more impression share for one percent more bid, as far as the account's own data does not
    tell."""
    max_ratio: Ratio = 3.0
    """Bid at most this many times the bid that value supports."""
