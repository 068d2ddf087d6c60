"""Exactly what ``curves.yaml``, written by ``bidder fit``, says; :class:`CurvesFile` is the root."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bidder.budget.spec import Spread
from bidder.calendar import Period
from bidder.quantities import Money, PositiveCount, PositiveMoney, Spec


class History(Spec):
    """The periods the curves were fitted on."""

    start: date
    """First day of the first period."""
    end: date
    """First day of the last period."""

    @model_validator(mode="after")
    def _ordered(self) -> History:
        if self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        return self


class FittedHill(Spec):
    """``ceiling * x^slope / (half_spend^slope + x^slope)`` after geometric carryover."""

    kind: Literal["hill"]
    """Kind of curve."""
    ceiling: PositiveCount
    """Revenue (currency units) or conversions per period that no spend exceeds, as unit says."""
    half_spend: PositiveMoney
    """Spend per period (currency units) at which half of the ceiling is reached."""
    slope: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Unitless; at most 1: concave, above 1: S-shaped."""
    retention: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Unitless: share of a period's remaining effect that waits for the next period."""
    carryover_periods: Annotated[int, Field(ge=1, le=400)] = 13
    """Length of the carryover in periods, the period of the spend included."""
    last_spend: Annotated[list[Money], Field(max_length=400)] = Field(default_factory=list)
    """Spend of the history's last periods, oldest first, currency units."""
    spread: Spread = 0.0
    """Standard deviation of the log effect, from the fit."""


class CurvesFile(Spec):
    """Fitted response curves by campaign."""

    schema_version: Literal[1]
    """Version of this format."""
    unit: Literal["revenue", "conversions"]
    """What the curves count: revenue (currency units) or conversions (number)."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """ISO 4217 code of the money in the file, when known."""
    period: Period
    """Length of the history's periods: day, week or month."""
    history: History
    """The periods the curves were fitted on."""
    curves: Annotated[dict[str, FittedHill], Field(min_length=1)]
    """The curves by name."""
