"""A plan on one screen: a line for each channel and campaign, the proof in words, the best prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from bidder.budget.result import Plan

TOP_PRICES = 6
MONEY_METRICS = frozenset({"revenue", "profit", "lifetime_value", "spend"})


@dataclass(frozen=True)
class Line:
    """One line of the overview; ``campaign`` is empty for a channel, both for the total.

    Attributes
    ----------
    spend, revenue : float
        Currency units.
    share : float
        Of the total spend.
    conversions : float
    marginal : float
        Revenue of the next unit of spend, averaged over the periods to come by their spend; nan
        without spend.
    """

    channel: str
    campaign: str
    spend: float
    share: float
    conversions: float
    revenue: float
    marginal: float

    @property
    def roas(self) -> float:
        """Revenue per spend; nan without spend."""
        return self.revenue / self.spend if self.spend > 0 else float("nan")


def overview(plan: Plan) -> list[Line]:
    """Channels in the order written, each followed by its campaigns; the total at the end.

    Sums are over the horizon; what arrives after its end is left out.
    """
    cells = plan.cells
    total = float(cells["spend"].sum())
    lines = []
    for channel, content in plan.spec.channels.items():
        inside = cells["channel"] == channel
        lines.append(_line(channel, "", cells[inside], total))
        lines += [
            _line(channel, name, cells[inside & (cells["campaign"] == name)], total)
            for name in content.campaigns
        ]
    return [*lines, _line("", "", cells, total)]


def _line(channel: str, campaign: str, cells: pd.DataFrame, total: float) -> Line:
    spend, marginal = cells["spend"].to_numpy(), cells["marginal_roas"].to_numpy()
    weight = np.where(np.isfinite(marginal) & ~cells["past"].to_numpy(dtype=bool), spend, 0.0)
    mean = float(weight @ np.where(weight > 0, marginal, 0.0) / weight.sum()) if weight.sum() > 0 else np.nan
    own = float(spend.sum())
    return Line(
        channel, campaign, own, own / total if total else 0.0, float(cells["conversions"].sum()),
        float(cells["revenue"].sum()), mean,
    )


def headline(plan: Plan) -> list[str]:
    """The result, and how good it is proved to be, in words."""
    from bidder.reports.numbers import Numbers

    totals, metric = plan.totals, str(plan.spec.objective.maximize or "spend")
    spent = f"{_amount(plan, 'spend', totals['spend'])}, ROAS {totals['roas']:.2f}"
    lines = [f"{metric.replace('_', ' ')} {_amount(plan, metric, totals[metric])} for a spend of {spent}"]
    if metric == "spend":
        lines = [f"least spend {spent}"]
    elif abs(plan.objective - totals[metric]) > 1e-9 * max(abs(totals[metric]), 1.0):
        lines.append(f"objective ({objective_words(plan)}): {_amount(plan, metric, plan.objective)}")
    gap, bound = Numbers("en", plan.spec.currency).gap(plan.gap), _amount(plan, metric, plan.upper_bound)
    if metric == "spend":
        proof = f"proved: no plan can do with less than {bound}; this one is at most {gap} above it"
    else:
        proof = f"proved: no plan can reach more than {bound}; this one is at most {gap} below it"
    lines.append(proof + (" (stopped by the time limit)" if plan.status == "stopped" else ""))
    return lines + _asides(plan)


def _asides(plan: Plan) -> list[str]:
    lost = float(np.nansum(plan.cells["lost"].to_numpy(dtype=np.float64)))
    lines = [f"{lost:,.0f} conversions are lost for want of stock"] if lost >= 0.5 else []
    later = plan.totals["conversions_after_end"]
    if later >= 0.5:
        counted = "these are counted" if plan.accounts.count_after_end else "these are not counted"
        lines.append(f"{later:,.0f} more conversions arrive after the end; {counted}")
    return lines


def objective_words(plan: Plan) -> str:
    """What is maximised, in words."""
    spec, budget = plan.spec, plan.spec.budget
    name = str(spec.objective.maximize or "spend").replace("_", " ")
    if budget.marginal_roas is not None:
        name += f" less {budget.marginal_roas:g} x spend"
    if budget.marginal_cpa is not None:
        name += f" less spend / {budget.marginal_cpa:g}"
    if spec.replan is not None and spec.replan.penalty:
        name += f" less {spec.replan.penalty:g} x spend moved"
    if spec.risk is None or spec.risk.objective == "mean":
        return name
    tail = f"mean of the worst {1 - spec.risk.level:.0%} of draws"
    if spec.risk.objective == "cvar":
        return f"{name}, {tail}"
    return f"{name}, {1 - spec.risk.weight:.0%} mean and {spec.risk.weight:.0%} {tail}"


def _amount(plan: Plan, metric: str, value: float) -> str:
    return f"{value:,.0f} {plan.spec.currency}" if metric in MONEY_METRICS else f"{value:,.1f}"


def best_prices(plan: Plan) -> list[str]:
    """Sentences about the binding limits, the most valuable first."""
    from bidder.reports.labels import Labels
    from bidder.reports.numbers import Numbers
    from bidder.reports.plan_limits import priced_limits
    from bidder.reports.plan_view import PlanView

    view = PlanView(plan, Labels("en"), Numbers("en", plan.spec.currency))
    return [priced.sentence for priced in priced_limits(view)[:TOP_PRICES]]
