"""What a world's YAML may say of a channel's market: competitors, and our own simple policy."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bidder.worlds.spec_base import Amount, Name, Spec, Spread


class Pacing(Spec):
    """How a competitor reacts to its own spend."""

    speed: Annotated[float, Field(ge=0, le=100)] = 5.0
    """How strongly bids follow: every hour they are multiplied by
    exp(speed x (planned - spent) / daily budget); 0: not at all (bids until the money is gone)."""
    lowest: Annotated[float, Field(gt=0, le=1)] = 0.2
    """Least multiplier on the bids, unitless."""
    highest: Annotated[float, Field(ge=1, le=5)] = 1.0
    """Most multiplier on the bids, unitless."""


class PromotionLift(Spec):
    """What a competitor does on days whose phase is peak."""

    bid: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Factor on its bids, unitless."""
    budget: Annotated[float, Field(gt=0, le=100)] = 1.0
    """Factor on its daily budget, unitless."""


class Competitor(Spec):
    """One competitor, or several of the same kind."""

    name: Name
    """Name; several of a kind get a number behind it."""
    count: Annotated[int, Field(ge=1, le=50)] = 1
    """How many of this kind there are."""
    daily_budget: Annotated[float, Field(gt=0, le=1e9)] = 1e9
    """Currency units for a local day, each."""
    takes_part: Annotated[float, Field(gt=0, le=1)] = 0.7
    """Probability of bidding in an auction."""
    spread: Spread = 0.3
    """Standard deviation of the log bid between auctions."""
    taste: Spread = 0.3
    """Standard deviation of the log bid between keywords (search) or campaigns (display), fixed for the
    whole world."""
    insight: Annotated[float, Field(ge=0, le=2)] = 0.5
    """Exponent on how much likelier than usual this very impression is to be clicked: 0 bids the same for
    all, 1 in proportion."""
    pacing: Pacing = Pacing()
    """How it reacts to its own spend."""
    promotion: PromotionLift = PromotionLift()
    """What it does on peak days."""


class SearchCompetitor(Competitor):
    """A competitor that bids for clicks."""

    value_share: Annotated[float, Field(gt=0, le=5)] = 0.25
    """Bid as a share of what a click on the keyword is worth to us (true CVR x order value)."""
    quality: Annotated[float, Field(ge=1, le=10)] = 6.0
    """Mean quality score over keywords, 1 to 10."""


class DisplayCompetitor(Competitor):
    """A competitor that bids for impressions."""

    cpm: Amount
    """Median bid, currency units per 1000 impressions."""


class SearchPolicy(Spec):
    """How we bid in search while the world's history is made."""

    roas: Annotated[float, Field(gt=0, le=1e3)] = 4.0
    """Bid = expected value of a click / this, unitless."""
    bid_error: Spread = 0.3
    """Standard deviation of the log error of a keyword's bid, fixed for the whole world."""
    daily_budget: Annotated[float, Field(gt=0, le=1e9)] = 1e9
    """Currency units for a local day; bids stop when it is spent."""
    level_spread: Spread = 0.3
    """Standard deviation of the log factor on all bids of a day, so that history shows several levels."""


class DisplayPolicy(Spec):
    """How we bid for impressions while the world's history is made."""

    cpm: Amount
    """Bid for an impression with the campaign's average CTR, currency units per 1000; bids are in
    proportion to the predicted CTR."""
    daily_budget: Annotated[float, Field(gt=0, le=1e9)] = 1e9
    """Currency units for a local day; bids stop when it is spent."""
    level_spread: Spread = 0.3
    """Standard deviation of the log factor on all bids of a day, so that history shows several levels."""


class Prediction(Spec):
    """How impressions differ, and how much of it the predictions know."""

    spread: Spread = 0.4
    """Standard deviation of the log true rate between impressions of one keyword or campaign."""
    noise: Annotated[float, Field(ge=0, le=1)] = 0.3
    """Share of that variance that pctr and pcvr do not see; they stay calibrated (as long as rates are
    well below 1, where they are cut)."""


class OrderValue(Spec):
    """What a conversion is worth."""

    mean: Amount = 200.0
    """Mean, currency units."""
    spread: Spread = 0.4
    """Standard deviation of the log order value between orders."""


class Delay(Spec):
    """Time from a click to the report of its conversion: a mixture of two exponentials, capped."""

    soon_share: Annotated[float, Field(ge=0, le=1)] = 0.6
    """Share of conversions of the quick kind."""
    soon_minutes: Annotated[float, Field(gt=0, le=1e4)] = 20.0
    """Mean delay of the quick kind, minutes."""
    late_days: Annotated[float, Field(gt=0, le=60)] = 2.0
    """Mean delay of the slow kind, days."""
    most_days: Annotated[float, Field(gt=0, le=90)] = 30.0
    """Longest delay, days; longer ones are reported then."""
