"""Change sheets of a run, and the sheets that restore what was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bidder.jobs.bids.config import LoadedBids

if TYPE_CHECKING:
    from bidder.keywords.result import Proposal


def change_sheets(loaded: LoadedBids, proposal: Proposal) -> dict[str, bytes]:
    """The platform's own sheets for the changed bids and the new schedule: file name and content."""
    return {}
