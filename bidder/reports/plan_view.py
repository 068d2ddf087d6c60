"""A plan as a report reads it: matrices by campaign and period, names, colours, words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bidder.budget.result import Plan
from bidder.reports.labels import Labels
from bidder.reports.numbers import Numbers
from bidder.reports.page import Key
from bidder.reports.theme import OTHERS, SERIES, colours

Floats = NDArray[np.float64]

MONEY_METRICS = {"revenue", "profit", "lifetime_value", "spend"}


@dataclass(frozen=True)
class PlanView:
    """A plan with what its sections share; matrices have shape (campaigns, periods)."""

    plan: Plan
    labels: Labels
    numbers: Numbers

    @cached_property
    def campaigns(self) -> tuple[str, ...]:
        """Full names ``channel/campaign``, in the order of the rows."""
        return self.plan.accounts.campaigns

    @cached_property
    def campaign_channels(self) -> tuple[str, ...]:
        """Channel of each campaign."""
        owner = {
            f"{channel}/{name}": channel
            for channel, spec in self.plan.spec.channels.items()
            for name in spec.campaigns
        }
        return tuple(owner[name] for name in self.campaigns)

    @cached_property
    def channels(self) -> tuple[str, ...]:
        """Channels in the order written."""
        return tuple(self.plan.spec.channels)

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """First days, ISO."""
        return tuple(d.isoformat() for d in self.plan.spec.horizon.resolve().starts)

    def column(self, name: str) -> Floats:
        """A column of the plan's cells as a matrix."""
        cells = self.plan.problem.cells
        out = np.zeros((len(self.campaigns), len(self.periods)))
        out[cells.campaign, cells.period] = self.plan.cells[name].to_numpy(dtype=np.float64)
        return out

    @cached_property
    def spend(self) -> Floats:
        """Spend, currency units."""
        return self.column("spend")

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Campaigns by falling spend."""
        return np.argsort(-self.spend.sum(axis=1), kind="stable").astype(np.int64)

    @cached_property
    def past(self) -> int:
        """Periods already past."""
        return int(self.plan.accounts.past_periods)

    @cached_property
    def colours(self) -> dict[str, str]:
        """Colour of each shown channel, the same in every chart."""
        return {**colours(self.shown_channels), self.others: OTHERS}

    @cached_property
    def others(self) -> str:
        """Name of what is grouped; no channel is called so."""
        name = self.labels("others")
        while name in self.plan.spec.channels:
            name += "*"
        return name

    @cached_property
    def shown_channels(self) -> tuple[str, ...]:
        """Channels with a colour of their own in the order written, then "others" if some have none."""
        if len(self.channels) <= len(SERIES):
            return self.channels
        sums = dict.fromkeys(self.channels, 0.0)
        for name, spend in zip(self.campaign_channels, self.spend.sum(axis=1), strict=True):
            sums[name] += float(spend)
        largest = sorted(self.channels, key=lambda name: -sums[name])[: len(SERIES)]
        return (*(name for name in self.channels if name in largest), self.others)

    def shown_as(self, channel: str) -> str:
        """The channel, or "others"."""
        return channel if channel in self.shown_channels else self.others

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Legend of the channels."""
        return tuple(Key(name, self.colours[name]) for name in self.shown_channels)

    def channel_matrix(self) -> Floats:
        """Spend by shown channel and period, shape (shown channels, periods)."""
        out = np.zeros((len(self.shown_channels), len(self.periods)))
        rows = [self.shown_channels.index(self.shown_as(c)) for c in self.campaign_channels]
        np.add.at(out, rows, self.spend)
        return out

    @cached_property
    def possible_impressions(self) -> dict[tuple[str, str], float]:
        """Impressions that a pool allows, by the limit's scope and first day."""
        return {
            (f"campaign {r['campaign']}", str(r["period_start"])): float(r["impressions_possible"])
            for r in self.plan.pools.to_dict("records")
        }

    # Words

    @cached_property
    def metric(self) -> str:
        """Label key of the objective: revenue, profit, ..., or spend when minimising."""
        objective = self.plan.spec.objective
        return str(objective.maximize) if objective.maximize else "spend"

    @property
    def minimising(self) -> bool:
        """Whether the objective is to spend least."""
        return self.metric == "spend"

    @property
    def averse(self) -> bool:
        """Whether the objective looks at the worst draws, and so is not an expected value."""
        risk = self.plan.spec.risk
        return risk is not None and str(risk.objective) != "mean"

    @property
    def adjusted(self) -> bool:
        """Whether the objective is not simply the metric: an open budget or a penalty is taken off."""
        budget, replan = self.plan.spec.budget, self.plan.spec.replan
        charged = budget.marginal_roas or budget.marginal_cpa or (replan is not None and replan.penalty)
        return bool(charged) and not self.minimising

    @property
    def objective_axis(self) -> str:
        """The objective with its unit, for an axis or a column."""
        if not self.adjusted:
            return self.axis_title(self.metric)
        if self.metric not in MONEY_METRICS:
            return self.objective_name
        return self.labels("currency_axis", name=self.objective_name, currency=self.currency_word)

    @property
    def certified(self) -> bool:
        """Whether there is a bound to compare with."""
        return bool(np.isfinite(self.plan.gap) and np.isfinite(self.plan.upper_bound))

    @property
    def objective_name(self) -> str:
        """The objective in words."""
        return self.labels("objective" if self.adjusted else self.metric)

    def objective_text(self, value: float, headline: bool = False) -> str:
        """A value of the objective with its unit."""
        if self.metric in MONEY_METRICS:
            return self.numbers.headline(value) if headline else self.numbers.sum(value)
        return self.numbers.count(value)

    def objective_cell(self, value: float) -> str:
        """A value of the objective for a table's cell."""
        return self.numbers.money(value) if self.metric in MONEY_METRICS else self.numbers.count(value)

    def axis_title(self, key: str) -> str:
        """A label with the currency when it is money."""
        if key not in MONEY_METRICS and key != "budget":
            return self.labels(key)
        return self.labels("currency_axis", name=self.labels(key), currency=self.currency_word)

    @property
    def currency_word(self) -> str:
        """The currency as an axis or sentence names it."""
        currency = self.plan.spec.currency
        return "元" if self.labels.lang == "zh" and currency == "CNY" else currency

    @property
    def period_word(self) -> str:
        """Heading of the column of periods."""
        return self.labels(str(self.plan.spec.horizon.period))

    @property
    def time_axis(self) -> str:
        """Expression for labels of periods."""
        return self.numbers.time_axis(str(self.plan.spec.horizon.period) == "month")

    @property
    def horizon_words(self) -> str:
        """How long the horizon is, in words."""
        return self.labels(f"periods_{self.plan.spec.horizon.period}", n=len(self.periods))

    @property
    def gap_words(self) -> str:
        """The certificate in words."""
        key = "gap_words_min" if self.minimising else "gap_words_max"
        return self.labels(key, gap=self.numbers.gap(self.plan.gap))

    def listing(self, items: list[str]) -> str:
        """Items as a list in a sentence."""
        if len(items) < 2:
            return "".join(items)
        return self.labels("list_comma").join(items[:-1]) + self.labels("list_and") + items[-1]

    def mean_marginal(self) -> Floats:
        """Marginal ROAS of each campaign over periods to come, averaged by spend, shape (campaigns,)."""
        marginal, weight = self.column("marginal_roas"), self.spend.copy()
        weight[:, : self.past] = 0.0
        weight[~np.isfinite(marginal)] = 0.0
        size = weight.sum(axis=1)
        total = (np.where(weight > 0, marginal, 0.0) * weight).sum(axis=1)
        mean: Floats = np.divide(total, size, out=np.full(len(size), np.nan), where=size > 0)
        return mean


def divide(above: float, below: float) -> float:
    """Ratio, nan where the divisor is not positive."""
    return above / below if below > 0 else float("nan")
