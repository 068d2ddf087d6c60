"""Exactly what the YAML of ``bidder fit`` may say; :class:`FitSpec` is the root."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bidder.calendar import Period
from bidder.quantities import Spec

RESERVED = frozenset({"date", "actual", "fitted", "trend", "season", "controls"})
"""Columns of the decomposition that a campaign's name may not shadow."""


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] >= bounds[1]:
        raise ValueError(f"must be [least, most], but {bounds[0]:g} is not below {bounds[1]:g}")
    return bounds


ColumnName = Annotated[str, Field(min_length=1, max_length=200)]
# A name that begins like a formula would be run by a spreadsheet that opens the decomposition.
CampaignName = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s=+\-@][^\r\n]*$")]


class DateColumn(Spec):
    """Where the periods stand."""

    column: ColumnName
    """Header of the column with each period's first day."""
    format: str | None = None
    """strptime format such as "%d/%m/%Y"; by default ISO 8601 (2026-10-20)."""


class ResultColumn(Spec):
    """What is explained."""

    column: ColumnName
    """Header of the column with the result of each period."""
    unit: Literal["revenue", "conversions"] = "revenue"
    """What the column counts: revenue (currency units) or conversions (number)."""


class CampaignColumns(Spec):
    """One campaign's columns."""

    spend: ColumnName
    """Header of the column with the campaign's spend in each period, currency units."""


class Control(Spec):
    """A column that moves the result but is not advertising."""

    column: ColumnName
    """Header of the column."""
    kind: Literal["number", "category"] = "number"
    """number: one linear coefficient; category: one coefficient for each value."""
    none: str = "na"
    """With category: the value that means "nothing", besides an empty cell."""


def _named(value: object) -> object:
    return {"column": value} if isinstance(value, str) else value


AnyControl = Annotated[Control, BeforeValidator(_named)]


class Trend(Spec):
    """How the result drifts when nothing else changes."""

    kind: Literal["none", "linear", "piecewise"] = "linear"
    """none: one level; linear: a straight line; piecewise: straight lines between knots."""
    knots: Annotated[int, Field(ge=1, le=20)] = 2
    """With piecewise: number of inner knots, evenly spaced."""


class SeasonTerms(Spec):
    """The yearly and weekly pattern."""

    harmonics: Annotated[int, Field(ge=0, le=26)] = 3
    """Pairs of sine and cosine of the year (0: no yearly pattern)."""
    weekdays: bool = True
    """With daily data: one effect for each day of the week."""


class CarryoverTerms(Spec):
    """How long spend goes on working."""

    max_retention: Annotated[float, Field(gt=0.001, le=0.99)] = 0.8
    """Highest share of a period's effect that may wait for the next period, unitless."""
    periods: Annotated[int, Field(ge=1, le=400)] = 13
    """Length of the tail in periods, the period of the spend included."""


class Shape(Spec):
    """Range of the Hill curve's parameters."""

    slope: Annotated[
        tuple[Annotated[float, Field(ge=0.1, le=20)], Annotated[float, Field(ge=0.1, le=20)]],
        AfterValidator(_rising),
    ] = (0.5, 3.0)
    """Least and most slope, unitless (at most 1: concave, above 1: S-shaped)."""
    half_spend: Annotated[
        tuple[Annotated[float, Field(gt=0, le=100)], Annotated[float, Field(gt=0, le=100)]],
        AfterValidator(_rising),
    ] = (0.1, 2.0)
    """Least half_spend as a multiple of the average spend of periods with spend, and most as a
    multiple of the highest spend of a period."""


class Prior(Spec):
    """What is believed before looking, as normal distributions; small values believe more.

    They decide only where the history does not.
    """

    ceiling: Annotated[float, Field(gt=0, le=1e3)] = 1.0
    """Standard deviation of a ceiling around 0, as a multiple of the average result."""
    retention: Annotated[float, Field(ge=0, lt=1)] = 0.3
    """Centre of the retention, unitless."""
    retention_spread: Annotated[float, Field(gt=0, le=10)] = 0.25
    """Standard deviation of the retention, unitless."""
    half_spend_spread: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Standard deviation of log half_spend around the average spend of periods with spend."""
    slope: Annotated[float, Field(ge=0.1, le=20)] = 1.0
    """Centre of the slope, unitless."""
    slope_spread: Annotated[float, Field(gt=0, le=10)] = 0.4
    """Standard deviation of the log slope."""


class FitSpec(Spec):
    """Response curves from a table with one row per period."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = "fit"
    """Name of the fit."""
    date: DateColumn
    """The column with the periods' first days."""
    period: Literal[Period.DAY, Period.WEEK, Period.MONTH] = Period.WEEK
    """How long one row is: day, week or month."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """ISO 4217 code of every money column, such as CNY; left out when not known."""
    result: ResultColumn
    """The column that is explained."""
    campaigns: Annotated[dict[CampaignName, CampaignColumns], Field(min_length=1, max_length=200)]
    """The campaigns by name."""
    controls: list[AnyControl] = Field(default_factory=list, max_length=200)
    """Columns that move the result besides advertising; a bare name means a number."""
    trend: Trend = Trend()
    """How the result drifts."""
    season: SeasonTerms = SeasonTerms()
    """The yearly and weekly pattern."""
    carryover: CarryoverTerms = CarryoverTerms()
    """How long spend goes on working."""
    shape: Shape = Shape()
    """Range of the curves' parameters."""
    prior: Prior = Prior()
    """What is believed where the history does not decide."""
    holdout: Annotated[float, Field(gt=0, le=0.5)] = 0.2
    """Share of the rows, the last ones, kept aside to measure the error of the forecast."""
    starts: Annotated[int, Field(ge=1, le=1000)] = 8
    """Number of seeded starting points; the best end point is kept."""
    draws: Annotated[int, Field(ge=20, le=10_000)] = 200
    """Number of seeded refits that measure the spread."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of the starting points and refits."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        taken: dict[str, str] = {self.date.column: "date"}
        uses = [
            (self.result.column, "result"),
            *((spec.spend, f"campaign {name}") for name, spec in self.campaigns.items()),
            *((spec.column, "controls") for spec in self.controls),
        ]
        for column, use in uses:
            if column in taken:
                raise ValueError(f"column {column!r} is used twice, by {taken[column]} and by {use}")
            taken[column] = use
        for name in sorted(RESERVED & set(self.campaigns)):
            raise ValueError(f"a campaign may not be named {name!r}, as a column of decomposition.csv is")
        return self
