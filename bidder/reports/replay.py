"""The report of a replay: which strategy to use, how sure that is, and why."""

from __future__ import annotations

from collections.abc import Callable

from bidder import __version__
from bidder.auctions.result import ExperimentResult
from bidder.reports.labels import Labels
from bidder.reports.numbers import Lang
from bidder.reports.page import Page, Section, render_page
from bidder.reports.replay_change import change_section
from bidder.reports.replay_compare import compare_section, drift_section, tuning_section
from bidder.reports.replay_course import course_section
from bidder.reports.replay_market import market_section
from bidder.reports.replay_money import money_section
from bidder.reports.replay_rules import reading_section, rules_section
from bidder.reports.replay_summary import subtitle, summary_section
from bidder.reports.replay_sweep import budget_section, parameter_section, regret_section
from bidder.reports.replay_table import settings_section
from bidder.reports.replay_view import ReplayView


def render_replay(result: ExperimentResult, lang: Lang = "en") -> str:
    """The report of a replay as one self-contained HTML text; the same result gives the same bytes.

    Parameters
    ----------
    result : ExperimentResult
    lang : "en" or "zh"

    Returns
    -------
    str
        Sections that have nothing to show are left out.
    """
    view = ReplayView(result, Labels(lang))
    makers: tuple[Callable[[ReplayView], Section | None], ...] = (
        summary_section, compare_section, money_section, budget_section, change_section, parameter_section,
        course_section, regret_section, market_section, tuning_section, drift_section, settings_section,
        rules_section, reading_section,
    )
    return render_page(
        Page(
            title=result.name,
            kicker=view.labels("rp_kicker"),
            subtitle=subtitle(view),
            sections=[section for make in makers if (section := make(view)) is not None],
            footer=_footer(view),
            labels=view.labels,
        )
    )


def _footer(view: ReplayView) -> str:
    seeds = sorted({s.seed for s in view.result.settings})
    if len(seeds) == 1:
        text = view.labels("rp_seed_is", seed=seeds[0])
    elif seeds:
        text = view.labels("rp_seeds_are", n=len(seeds), first=seeds[0], last=seeds[-1])
    else:
        text = view.labels("rp_no_settings")
    return view.labels("rp_footer", version=__version__, seed=text)
