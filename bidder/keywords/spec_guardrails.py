"""What a night may never do."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from bidder.quantities import Count, PositiveMoney, Share, Spec

Change = Annotated[float, Field(gt=0, le=10)]


class BidRange(Spec):
    """Lowest and highest bid."""

    min: PositiveMoney
    """Currency units a click."""
    max: PositiveMoney
    """Currency units a click."""

    @model_validator(mode="after")
    def _ordered(self) -> BidRange:
        if self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}")
        return self


class StopRules(Spec):
    """When the whole night is stopped and nothing is exported."""

    spend_change: Change | None = 0.5
    """Expected spend of a day changes by more than this share; null: never. Where each bid moves by as much
    as ``max_raise`` and ``max_cut`` allow, it changes by +31% and -41% (at an elasticity of 1.5)."""
    changed_share: Share | None = 0.8
    """More than this share of the keywords that may change do; null: never."""
    jump_sigmas: Annotated[float, Field(gt=1, le=100)] | None = 5.0
    """The last day's clicks, cost or conversions lie further than this many standard deviations from the
    same weekday's past; null: never."""
    zero_conversions: Annotated[float, Field(gt=0, lt=1)] | None = 1e-6
    """The last days have no conversion though chance alone would do that less often; null: never."""
    least_keywords: Annotated[int, Field(ge=0)] = 20
    """Shares of keywords are only looked at from this many on."""


class Guardrails(Spec):
    """Applied in the order of :class:`bidder.keywords.guardrails.bound.Bound`."""

    max_raise: Change = 0.2
    """Most that a bid rises in one night, as a share of its reference bid."""
    max_cut: Annotated[float, Field(gt=0, lt=1)] = 0.3
    """Most that a bid falls in one night, as a share of its reference bid."""
    bid: BidRange
    """Range of every bid."""
    classes: Annotated[dict[str, BidRange], Field(max_length=50)] = Field(default={})
    """Range by keyword class, inside the one above."""
    least_clicks: Count = 0
    """Keywords with fewer clicks in the window keep their bid (explored ones too)."""
    least_change: Annotated[float, Field(ge=0, le=1)] = 0.01
    """A bid that would move by less than this share stays as it is."""
    first_page: bool = True
    """Whether a bid is raised to the first-page bid where value supports that."""
    respect_edits_days: Annotated[int, Field(ge=0, le=365)] = 7
    """Nights for which a bid that a human has set is left alone."""
    automated: Annotated[list[str], Field(max_length=100)] = Field(default=[])
    """More names of automated bid strategies, next to those the platform has."""
    stop: StopRules = StopRules()
    """When the whole night is stopped."""
