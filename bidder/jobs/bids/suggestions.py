"""Suggestions for a human: search terms to exclude or to add, and words that advertising law forbids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bidder.jobs.bids.config import LoadedBids
from bidder.reports.bids_data import Suggestion, WordWarning

if TYPE_CHECKING:
    from bidder.jobs.bids.reading import AccountData
    from bidder.keywords.result import Proposal


@dataclass(frozen=True)
class Suggestions:
    """Files for a human, and the same for the report."""

    files: dict[str, bytes] = field(default_factory=dict)
    terms: tuple[Suggestion, ...] = ()
    words: tuple[WordWarning, ...] = ()
    notes: tuple[str, ...] = ()


def suggest(loaded: LoadedBids, data: AccountData, proposal: Proposal) -> Suggestions:
    """Look through search terms, keywords and ads."""
    return Suggestions()
