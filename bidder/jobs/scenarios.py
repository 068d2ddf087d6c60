"""What a report shows around a plan: the frontier over budgets, and other plans to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bidder.jobs.config import LoadedPlan
from bidder.jobs.progress import Progress
from bidder.reports.data import FrontierData, ScenarioRow

if TYPE_CHECKING:
    from bidder.budget.frontier import Frontier
    from bidder.budget.result import Plan

Floats = NDArray[np.float64]

SHARES = np.array([0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5])
"""Budgets of the report's frontier, as shares of the plan's own."""
OWN = 5

MAX_CELLS = 2_000
MAX_WORK = 20_000
"""Most cells, and most cells times branch-and-bound nodes, of a plan that is solved again for the
frontier. Counted, not timed: the same config has the same report on a slow machine.
"""

_NAMES = {
    "plan": ("this plan", "本方案"),
    "less": ("budget -10%", "预算 -10%"),
    "more": ("budget +10%", "预算 +10%"),
    "old": ("earlier plan", "原方案"),
    "solved": ("best split of that budget", "该预算下的最优分配"),
    "kept": ("its spend under the curves of now", "按当前曲线估算其投放"),
    "even": ("spread evenly", "平均投放"),
    "even_note": ("same total for each campaign, the same in every period", "各计划总额不变，每期相同"),
    "breaks": ("; breaks {n} of the plan's limits", "；突破 {n} 项限制"),
}


def surroundings(loaded: LoadedPlan, plan: Plan, solver: str, watch: Progress) -> Frontier | None:
    """Best plans from half to one and a half times the budget; None without a budget or when too large."""
    total = plan.spec.budget.total
    if total is None or plan.status != "optimal" or plan.spec.objective.maximize is None:
        return None
    if len(plan.spend) > MAX_CELLS or len(plan.spend) * plan.solution.nodes > MAX_WORK:
        return None
    from bidder.budget.frontier import frontier

    watch.stage("solving other budgets", len(SHARES))
    return frontier(
        loaded.spec, total * SHARES, loaded.actuals, loaded.old_plan, solver, plan.solution,
        on_step=lambda _: watch.step(),
    )


def as_report_data(found: Frontier | None, own: int | None) -> FrontierData | None:
    """The budgets for which there is a plan, as the report takes them; None when fewer than two have one."""
    if found is None:
        return None
    known = np.isfinite(found.objective)
    if known.sum() < 2:
        return None
    place = int(known[:own].sum()) if own is not None and known[own] else None
    return FrontierData(
        found.budget[known], found.objective[known], found.roas[known], found.marginal[known], place
    )


def scenarios(loaded: LoadedPlan, plan: Plan, around: Frontier | None, lang: str) -> tuple[ScenarioRow, ...]:
    """This plan beside others: other budgets, the same money spread evenly, the earlier plan."""
    word = {key: texts[lang == "zh"] for key, texts in _NAMES.items()}
    rows = [ScenarioRow(word["plan"], plan.totals["spend"], plan.objective, plan.totals["roas"])]
    if around is not None:
        for key, k in (("less", OWN - 1), ("more", OWN + 1)):
            if np.isfinite(around.objective[k]):
                spend, value, roas = (float(v[k]) for v in (around.spend, around.objective, around.roas))
                rows.append(ScenarioRow(word[key], spend, value, roas, word["solved"]))
    if plan.accounts.past_periods == 0 and len(plan.spec.horizon.resolve()) > 1:
        even = spread_evenly(plan)
        rows.append(_valued(loaded, plan, even, word["even"], word["even_note"], word["breaks"]))
    if loaded.old_plan is not None:
        rows.append(_valued(loaded, plan, loaded.old_plan, word["old"], word["kept"], word["breaks"]))
    return tuple(rows) if len(rows) > 1 else ()


def spread_evenly(plan: Plan) -> Floats:
    """The plan's total of each campaign, the same in every period, shape (campaigns, periods)."""
    spend = plan.spend.reshape(len(plan.accounts.campaigns), -1)
    even: Floats = np.repeat(spend.mean(axis=1, keepdims=True), spend.shape[1], axis=1)
    return even


def _valued(
    loaded: LoadedPlan, plan: Plan, spend: Floats, name: str, note: str, breaks: str
) -> ScenarioRow:
    from bidder.budget.plan import value_spend

    found = value_spend(loaded.spec, spend, loaded.actuals, loaded.old_plan, plan)
    broken = found.constraints.loc[found.constraints["slack"] < 0, ["constraint", "kind"]].drop_duplicates()
    if len(broken):
        note += breaks.format(n=len(broken))
    return ScenarioRow(name, found.totals["spend"], found.objective, found.totals["roas"], note)
