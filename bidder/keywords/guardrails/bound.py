"""The guardrails of a bid, in the order in which they are applied."""

from __future__ import annotations

from enum import IntEnum


class Bound(IntEnum):
    """Which guardrail moved a bid last; the order is that of their numbers.

    The first group leaves a bid as it is, and nothing after it applies. The others move what is wanted,
    each within what the earlier ones of its kind allow: a later one wins over an earlier one.
    """

    NONE = 0
    AUTOMATED = 1
    """The campaign's bids are set by the platform: skipped."""
    NO_REFERENCE = 2
    """No bid is known to change from: skipped."""
    HUMAN_EDIT = 3
    """A human has set this bid within the last nights: left alone."""
    LEAST_DATA = 4
    """Fewer clicks than the least: left alone."""
    FIRST_PAGE = 5
    """Raised to the first-page bid, which value supports."""
    CLASS_MIN = 6
    CLASS_MAX = 7
    BID_MIN = 8
    BID_MAX = 9
    MAX_RAISE = 10
    """More than the most a bid may rise in one night."""
    MAX_CUT = 11
    """More than the most a bid may fall in one night."""
    PLATFORM = 12
    """Outside of what the platform takes."""
    LEAST_CHANGE = 13
    """Too small a change: left alone."""
