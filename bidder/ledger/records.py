"""What the ledger keeps: runs, their changes, and what really took effect."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Ints, Texts


class RunState(StrEnum):
    """How far a run has come. PLANNED -> APPROVED -> EXPORTED -> CONFIRMED; APPROVED, EXPORTED and
    CONFIRMED -> ROLLED_BACK; a stopped run stays STOPPED; a run of a past day stays BACKFILLED."""

    PLANNED = "planned"
    APPROVED = "approved"
    EXPORTED = "exported"
    CONFIRMED = "confirmed"
    ROLLED_BACK = "rolled_back"
    STOPPED = "stopped"
    BACKFILLED = "backfilled"


MOVES: dict[RunState, frozenset[RunState]] = {
    RunState.PLANNED: frozenset({RunState.APPROVED}),
    RunState.APPROVED: frozenset({RunState.EXPORTED, RunState.ROLLED_BACK}),
    RunState.EXPORTED: frozenset({RunState.CONFIRMED, RunState.ROLLED_BACK}),
    RunState.CONFIRMED: frozenset({RunState.ROLLED_BACK}),
    RunState.ROLLED_BACK: frozenset(),
    RunState.STOPPED: frozenset(),
    RunState.BACKFILLED: frozenset(),
}
"""Which states a run may move to."""


@dataclass(frozen=True)
class RunKey:
    """What makes a run the same run: account, last day of data, and hashes of config and inputs."""

    account: str
    data_date: date
    config_hash: str
    input_hash: str

    @property
    def run_id(self) -> str:
        """The date and 12 hexadecimal digits: ``2026-10-14-3f2a9c01b7de``."""
        parts = [self.account, self.data_date.isoformat(), self.config_hash, self.input_hash]
        digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()
        return f"{self.data_date.isoformat()}-{digest[:12]}"


@dataclass(frozen=True)
class Run:
    """One run as the ledger has it; ``summary`` is what summary.json says."""

    key: RunKey
    state: RunState
    created: datetime
    """UTC; every moment the ledger gives back is."""
    summary: dict[str, Any]
    moved: dict[RunState, datetime] = field(default_factory=dict)
    """When each later state was reached, UTC."""
    who: dict[RunState, str] = field(default_factory=dict)
    """By whom: a user name, or "nightly"."""

    @property
    def run_id(self) -> str:
        """See :attr:`RunKey.run_id`."""
        return self.key.run_id


@dataclass(frozen=True)
class Changes:
    """Changed bids of a run, n of them, in the order of campaign, ad group, keyword and match type.

    Attributes
    ----------
    campaign, ad_group, keyword, match_type : ndarray of str objects, shape (n,)
    platform_id : ndarray of str objects, shape (n,)
        "" where there is none.
    old, new : ndarray of int64, shape (n,)
        Micros.
    reason, bound_by : ndarray of str objects, shape (n,)
    clicks : ndarray of int64, shape (n,)
        Clicks of the window that the bid was made from.
    value_per_click : ndarray of float64, shape (n,)
        Currency units.
    """

    campaign: Texts
    ad_group: Texts
    keyword: Texts
    match_type: Texts
    platform_id: Texts
    old: Ints
    new: Ints
    reason: Texts
    bound_by: Texts
    clicks: Ints
    value_per_click: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.keyword)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        columns: Sequence[NDArray[Any]] = (
            self.campaign, self.ad_group, self.keyword, self.match_type, self.platform_id, self.old, self.new,
            self.reason, self.bound_by, self.clicks, self.value_per_click,
        )
        return iter(zip(*(c.tolist() for c in columns), strict=True))


class Took(StrEnum):
    """What became of one changed bid."""

    EFFECT = "effect"
    """The bid is in force as exported."""
    NOT_APPLIED = "not_applied"
    """The old bid still stands."""
    EDITED = "edited"
    """Another bid stands: a human has set it."""
    MISSING = "missing"
    """The report does not hold the keyword."""


@dataclass(frozen=True)
class Effects:
    """What a later report says of a run's changes, in the order of the changes, n of them."""

    took: Texts
    """Values of :class:`Took`."""
    found: Ints
    """Bid found, micros; -1 where the keyword is missing."""


@dataclass(frozen=True)
class ScheduleRow:
    """One block of an exported schedule; minutes from midnight."""

    campaign: str
    weekday: int
    start: int
    end: int
    modifier: float


@dataclass(frozen=True)
class Schedules:
    """The schedule and the segment modifiers of a run, as exported."""

    blocks: tuple[ScheduleRow, ...] = ()
    segments: tuple[tuple[str, str, str, float], ...] = ()
    """kind (device or audience), campaign, segment, modifier."""


KeywordKey = tuple[str, str, str, str]
"""Campaign, ad group, keyword, match type."""
