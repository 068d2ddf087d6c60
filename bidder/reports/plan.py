"""The report of a budget plan."""

from __future__ import annotations

from collections.abc import Callable

from bidder import __version__
from bidder.budget.result import Plan
from bidder.reports.data import FrontierData, ScenarioRow
from bidder.reports.labels import Labels
from bidder.reports.numbers import Lang, Numbers
from bidder.reports.page import Page, Section, render_page
from bidder.reports.plan_frontier import frontier_section
from bidder.reports.plan_limits import limits_section
from bidder.reports.plan_returns import response_section
from bidder.reports.plan_situations import pools_section, replan_section, risk_section, scenario_section
from bidder.reports.plan_spend import spend_section
from bidder.reports.plan_summary import inputs_section, proof_section, summary_section
from bidder.reports.plan_view import PlanView


def render_plan(
    plan: Plan,
    *,
    lang: Lang = "en",
    frontier: FrontierData | None = None,
    scenarios: tuple[ScenarioRow, ...] = (),
    inputs_yaml: str = "",
) -> str:
    """The report of a plan as one self-contained HTML text; the same inputs give the same bytes.

    Parameters
    ----------
    plan : Plan
    lang : "en" or "zh"
    frontier : FrontierData, optional
        Best plans over a range of budgets.
    scenarios : tuple of ScenarioRow
        Other plans to compare with; the first is the reference.
    inputs_yaml : str
        The configuration as its author wrote it.

    Returns
    -------
    str
        Sections that have nothing to show are left out.
    """
    view = PlanView(plan, Labels(lang), Numbers(lang, plan.spec.currency))
    makers: tuple[Callable[[], Section | None], ...] = (
        lambda: summary_section(view),
        lambda: spend_section(view),
        lambda: limits_section(view),
        lambda: response_section(view),
        lambda: frontier_section(view, frontier),
        lambda: pools_section(view),
        lambda: scenario_section(view, scenarios),
        lambda: risk_section(view),
        lambda: replan_section(view),
        lambda: inputs_section(view, inputs_yaml),
        lambda: proof_section(view),
    )
    sections = [section for make in makers if (section := make()) is not None]
    return render_page(
        Page(
            title=plan.spec.name,
            kicker=view.labels("budget_plan"),
            subtitle=_subtitle(view),
            sections=sections,
            footer=view.labels(
                "footer",
                version=__version__,
                solver=plan.solver,
                rounds=len(plan.solution.rounds),
                nodes=plan.solution.nodes,
                gap=view.numbers.gap(plan.gap),
            ),
            labels=view.labels,
        )
    )


def _subtitle(view: PlanView) -> str:
    horizon = view.plan.spec.horizon.resolve()
    return view.labels(
        "subtitle",
        first=view.numbers.day(horizon.starts[0].isoformat(), year=True),
        last=view.numbers.day(horizon.end.isoformat(), year=True),
        periods=view.horizon_words,
        campaigns=len(view.campaigns),
        channels=len(view.channels),
    )
