"""The report of a night of bids: what was done, whether it may be trusted, what to do."""

from __future__ import annotations

from collections.abc import Callable

from bidder import __version__
from bidder.keywords.result import Proposal
from bidder.reports.bids_changes import changes_section, movers_section
from bidder.reports.bids_checks import guardrail_section
from bidder.reports.bids_data import BidsPage
from bidder.reports.bids_inputs import inputs_section, terms_section
from bidder.reports.bids_nights import nights_section
from bidder.reports.bids_slots import slots_section
from bidder.reports.bids_summary import summary_section
from bidder.reports.bids_value import value_section
from bidder.reports.bids_view import BidsView
from bidder.reports.labels import Labels
from bidder.reports.numbers import Lang, Numbers
from bidder.reports.page import Page, Section, render_page


def render_bids(proposal: Proposal, page: BidsPage, lang: Lang = "en") -> str:
    """The report of a night as one self-contained HTML text; the same inputs give the same bytes.

    Parameters
    ----------
    proposal : Proposal
    page : BidsPage
        Account, earlier nights, files that were read, suggestions, configuration.
    lang : "en" or "zh"

    Returns
    -------
    str
        Sections that have nothing to show are left out; tables are cut to a bounded length.
    """
    view = BidsView(proposal, page, Labels(lang), Numbers(lang, page.currency))
    makers: tuple[Callable[[BidsView], Section | None], ...] = (
        summary_section, movers_section, changes_section, guardrail_section, slots_section, nights_section,
        value_section, terms_section, inputs_section,
    )
    return render_page(
        Page(
            title=page.name,
            kicker=view.labels("bd_kicker"),
            subtitle=_subtitle(view),
            sections=[section for make in makers if (section := make(view)) is not None],
            footer=view.labels("bd_footer", version=__version__, run=page.run_id),
            labels=view.labels,
        )
    )


def _subtitle(view: BidsView) -> str:
    page = view.page
    day = view.numbers.day(page.data_date.isoformat(), year=True)
    return " · ".join([
        page.account, view.word("bd_platform", page.platform), view.labels("bd_data_up_to", day=day),
        page.time_zone, view.labels("bd_n_keywords", n=f"{len(view.proposal.night.keywords):,}"),
    ])
