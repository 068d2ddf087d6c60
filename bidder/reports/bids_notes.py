"""Notes that come with a night, in the report's language.

Notes are sentences of the engine and of the readers, written for a terminal. Those that are always worded
alike are known here by their pattern and told anew; a note that nobody knows is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bidder.reports.bids_view import BidsView

Patterns = Sequence[tuple[str, str]]

NOTES: Patterns = (
    (r"no day tells bids, cost and clicks together, so the account's response is not known: alpha is "
     r"alpha\.start of the config", "bd_note_no_response"),
    (r"the expected spend of (?P<spend>[\d,.]+) is above the budget of (?P<budget>[\d,.]+): bids may not "
     r"fall further in one night", "bd_note_over_budget"),
)
FLAT: Patterns = ()
"""Why a campaign's week is flat."""
FILES: Patterns = ()
"""What a reader noticed in a file."""
WARNINGS: Patterns = ()
"""Why a word is not allowed."""


def told(view: BidsView) -> list[str]:
    """The notes of the night, each once."""
    notes = dict.fromkeys([*view.proposal.notes, *view.page.notes])
    return [_told(view, note, NOTES) for note in notes]


def flat_reason(view: BidsView, reason: str) -> str:
    """Why a campaign's week is flat."""
    return _told(view, reason, FLAT)


def file_note(view: BidsView, note: str) -> str:
    """A note on a file."""
    return _told(view, note, FILES)


def warning_reason(view: BidsView, reason: str) -> str:
    """Why a word is not allowed."""
    return _told(view, reason, WARNINGS)


def _told(view: BidsView, note: str, patterns: Patterns) -> str:
    for pattern, key in patterns:
        if found := re.fullmatch(pattern, note, re.DOTALL):
            return view.labels(key, **found.groupdict())
    return note[:1].upper() + note[1:]
