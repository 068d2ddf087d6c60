"""Exactly what a plan's YAML may say.

:class:`PlanSpec` is the root; campaigns are in :mod:`bidder.budget.spec_campaign`, limits in
:mod:`bidder.budget.spec_limits`. References between parts (a group's campaigns, dates inside the
horizon) are checked by :mod:`bidder.budget.check`, which can tell where each one stands.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from bidder.budget.spec_campaign import Campaign, Channel, Season
from bidder.budget.spec_limits import AnyLimit, Metric, Scope
from bidder.calendar import Horizon, Period
from bidder.quantities import Money, Percent, PositiveMoney, Share, Spec

MAX_PERIODS = 3660
Spread = Annotated[float, Field(ge=0, le=2)]


class HorizonSpec(Spec):
    """The days planned for."""

    start: date
    """First day."""
    periods: Annotated[int, Field(ge=1, le=MAX_PERIODS)] | None = None
    """Number of periods."""
    end: date | None = None
    """Last day (inclusive), in place of periods; must end a period."""
    period: Period = Period.DAY
    """day, week (seven days from the start) or month (to the same day of the next month)."""

    @model_validator(mode="after")
    def _length(self) -> HorizonSpec:
        if (self.periods is None) == (self.end is None):
            raise ValueError("give exactly one of periods and end")
        if self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        if self.start.year > 9000:
            raise ValueError("start must lie before the year 9000")
        if self.end is not None and self.resolve().end != self.end:
            nearest = self.resolve()
            if len(nearest) == MAX_PERIODS:
                raise ValueError(f"end {self.end} makes more than {MAX_PERIODS} periods")
            whole = f"the nearest whole one ends on {nearest.end}"
            raise ValueError(f"end {self.end} cuts a {self.period}; {whole}")
        return self

    def resolve(self) -> Horizon:
        """The horizon as periods."""
        if self.periods is not None:
            return Horizon.of(self.start, self.period, self.periods)
        assert self.end is not None
        days = (self.end - self.start).days + 1
        guess = {Period.DAY: days, Period.WEEK: round(days / 7), Period.MONTH: round(days / 30.44)}
        return Horizon.of(self.start, self.period, min(max(guess[self.period], 1), MAX_PERIODS))


class Objective(Spec):
    """What the plan is after."""

    maximize: Metric | None = None
    """revenue, profit, conversions, new_customers or lifetime_value."""
    minimize: Literal["spend"] | None = None
    """Least spend for what the constraints require."""

    @model_validator(mode="after")
    def _one(self) -> Objective:
        if (self.maximize is None) == (self.minimize is None):
            raise ValueError("give exactly one of maximize and minimize")
        return self


class Budget(Spec):
    """How much may be spent: a fixed total, an open budget with a floor on the last unit, or both."""

    total: PositiveMoney | None = None
    """Upper limit on the horizon's spend, currency units."""
    exact: bool = False
    """Spend the total to the last unit."""
    marginal_roas: Annotated[float, Field(gt=0, le=1e6)] | None = None
    """Spend only while the next unit still brings this much revenue (or lifetime value)."""
    marginal_cpa: PositiveMoney | None = None
    """Spend only while one more conversion (or new customer) costs no more than this, currency units."""

    @model_validator(mode="after")
    def _open(self) -> Budget:
        if self.marginal_roas is not None and self.marginal_cpa is not None:
            raise ValueError("give marginal_roas or marginal_cpa, not both")
        if self.exact and self.total is None:
            raise ValueError("exact needs a total")
        return self


class RiskObjective(StrEnum):
    """What is maximised over the draws."""

    MEAN = "mean"
    CVAR = "cvar"
    MIX = "mix"


class Risk(Spec):
    """Uncertainty of effects: lognormal factors with mean 1 on every campaign's effect."""

    objective: RiskObjective = RiskObjective.MEAN
    """mean, cvar (mean of the worst draws) or mix."""
    level: Annotated[float, Field(gt=0, lt=1)] = 0.9
    """CVaR level: 0.9 looks at the worst 10% of draws."""
    weight: Share = 0.5
    """With mix: weight of the CVaR; the mean has the rest."""
    draws: Annotated[int, Field(ge=2, le=100_000)] = 500
    """Number of draws."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of the draws."""
    spread: Spread = 0.2
    """Standard deviation of the log effect of a campaign not named below."""
    campaigns: dict[str, Spread] = Field(default_factory=dict)
    """Standard deviation of the log effect by channel/campaign."""
    channels: dict[str, Spread] = Field(default_factory=dict)
    """Standard deviation of a factor shared by all campaigns of a channel (makes them correlated)."""
    periods: Spread = 0.0
    """Standard deviation of a factor shared by everything in a period."""


class Replan(Spec):
    """How far the new plan may move from the old one in the periods still to come."""

    source: Annotated[str, Field(alias="from", min_length=1)]
    """Path of the old plan.csv, relative to this file."""
    max_change: Money | None = None
    """Most change of a campaign's spend in a period, currency units."""
    max_change_percent: Percent | None = None
    """Most change of a campaign's spend in a period, in percent of the old spend."""
    penalty: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """Objective lost per currency unit moved."""


class SolverSpec(Spec):
    """When the solver may stop."""

    gap: Annotated[float, Field(gt=0, le=1)] = 1e-6
    """Certified gap to reach, relative."""
    time_limit: Annotated[float, Field(gt=0, le=86_400)] = 120.0
    """Seconds after which the best plan so far is returned with the gap it has."""


class PlanSpec(Spec):
    """A budget plan."""

    name: Annotated[str, Field(min_length=1, max_length=200)] = "plan"
    """Name of the plan."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """ISO 4217 code, such as CNY."""
    horizon: HorizonSpec
    """The days planned for."""
    objective: Objective
    """What the plan is after."""
    budget: Budget = Budget()
    """How much may be spent."""
    seasonality: list[Season] = Field(default_factory=list)
    """Indices for all campaigns."""
    count_after_end: bool = False
    """Whether effect that arrives after the horizon counts in totals and the objective."""
    channels: Annotated[dict[str, Channel], Field(min_length=1)]
    """The channels by name."""
    groups: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(default_factory=dict)
    """Named groups of campaigns (channel/campaign) for use in scopes."""
    constraints: list[AnyLimit] = Field(default_factory=list)
    """Further limits."""
    risk: Risk | None = None
    """Uncertainty of effects."""
    actuals: str | None = None
    """Path of a CSV with what was really spent and earned in periods already past, relative to this
    file: channel, campaign, period_start, spend, conversions."""
    replan: Replan | None = None
    """Limits on the change from an earlier plan."""
    solver: SolverSpec = SolverSpec()
    """When to stop."""

    def campaigns(self) -> dict[str, Campaign]:
        """Every campaign by its full name ``channel/campaign``, in the order written."""
        return {
            f"{channel}/{name}": campaign
            for channel, spec in self.channels.items()
            for name, campaign in spec.campaigns.items()
        }


__all__ = [
    "Budget",
    "HorizonSpec",
    "Objective",
    "PlanSpec",
    "Replan",
    "Risk",
    "RiskObjective",
    "Scope",
    "SolverSpec",
]
