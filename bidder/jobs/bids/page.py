"""What the report of a night shows besides the proposal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidder.jobs.bids.config import LoadedBids
from bidder.jobs.source import source_text
from bidder.ledger.records import Run, RunKey
from bidder.reports.bids_data import BidsPage, DataRow, NightRow

if TYPE_CHECKING:
    from bidder.files.platform_reports.opening import ReportFacts
    from bidder.jobs.bids.night import Memory
    from bidder.jobs.bids.reading import AccountData
    from bidder.jobs.bids.suggestions import Suggestions
    from bidder.keywords.result import Proposal

NIGHTS = 30
"""Most earlier nights that are shown."""


def page_of(
    loaded: LoadedBids, key: RunKey, proposal: Proposal, data: AccountData, memory: Memory,
    suggestions: Suggestions,
) -> BidsPage:
    """Everything around the proposal."""
    account = loaded.spec.account
    nights = [row for run in memory.runs if (row := _night(run)) is not None]
    return BidsPage(
        loaded.spec.name, key.run_id, account.name, account.platform, account.currency, account.time_zone,
        key.data_date, tuple(reversed(nights[:NIGHTS])), tuple(_file(f) for f in data.facts),
        suggestions.terms, suggestions.words, (*proposal.notes, *suggestions.notes),
        source_text(loaded.document), _target_kind(loaded),
    )


def _target_kind(loaded: LoadedBids) -> str:
    target = loaded.spec.target
    return "marginal" if target.plan is not None else "cpa" if target.cpa is not None else "roas"


def _night(run: Run) -> NightRow | None:
    said = run.summary
    try:
        return NightRow(
            run.key.data_date, str(run.state), said["alpha"]["chosen"], said["alpha"]["in_force"],
            said["expected"]["roas"]["mean"], said["expected"]["spend"]["mean"], said["changed"],
        )
    except KeyError:  # of another version
        return None


def _file(facts: ReportFacts) -> DataRow:
    delimiter = "tabs" if facts.delimiter == "\t" else facts.delimiter
    text = (facts.encoding, delimiter, facts.decimal)
    written = (f"workbook, sheet {facts.sheet!r}",) if facts.sheet else text
    written = (*written, facts.currency or "")
    return DataRow(
        facts.file, str(facts.reader), str(facts.kind), facts.rows, facts.first, facts.last,
        " ".join(word for word in written if word), facts.notes,
    )
