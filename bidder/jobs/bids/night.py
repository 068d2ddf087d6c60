"""What the ledger knows of the nights before, put together with the reports: everything one night needs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.jobs.bids.config import LoadedBids
from bidder.jobs.bids.keyword_rows import MATCH_NAMES, find_keywords
from bidder.jobs.bids.reading import AccountData
from bidder.keywords.data import MatchType, Night
from bidder.keywords.result import CarriedAlpha
from bidder.keywords.slots.week import hours_of_day

if TYPE_CHECKING:
    from bidder.keywords.data import KeywordTable
    from bidder.ledger.ledger import Ledger
    from bidder.ledger.records import KeywordKey, Run, Schedules


@dataclass(frozen=True)
class Memory:
    """What the ledger says of the account before the night; empty on the first one.

    Attributes
    ----------
    references : dict
        Recorded bid of this data date by keyword, micros: what it was before a run of the same date.
    edits : dict
        Last date on which a human's bid was found, by keyword.
    alpha : CarriedAlpha or None
        Of our bids in force.
    schedules : Schedules or None
        Schedule and segment modifiers in force.
    runs : tuple of Run
        Earlier nights, newest first.
    """

    references: Mapping[KeywordKey, int]
    edits: Mapping[KeywordKey, date]
    alpha: CarriedAlpha | None
    schedules: Schedules | None
    runs: tuple[Run, ...]

    def hashed(self) -> str:
        """64 hexadecimal digits, of what results depend on: references only restate what reports said."""
        edits = sorted([*key, day.isoformat()] for key, day in self.edits.items())
        schedules = self.schedules and [
            [[b.campaign, b.weekday, b.start, b.end, b.modifier] for b in self.schedules.blocks],
            [list(s) for s in self.schedules.segments],
        ]
        alpha = self.alpha and asdict(self.alpha)
        text = json.dumps([edits, alpha, schedules], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def remember(ledger: Ledger, loaded: LoadedBids, last: date) -> Memory:
    """Ask the ledger."""
    account, days = loaded.spec.account.name, loaded.spec.guardrails.respect_edits_days
    before = ledger.last_exported(account, last)
    runs = [run for run in ledger.history(account, 60) if run.key.data_date < last]
    return Memory(
        ledger.references(account, last),
        ledger.edits(account, last - timedelta(days=max(days - 1, 0)), last) if days else {},
        None if before is None else _carried(before.summary),
        ledger.schedule_in_force(account, last),
        tuple(runs),
    )


def _carried(summary: Mapping[str, Any]) -> CarriedAlpha | None:
    try:
        return CarriedAlpha(**summary["alpha"]["carried"])
    except (KeyError, TypeError):  # of another version
        return None


def make_night(loaded: LoadedBids, data: AccountData, memory: Memory, last: date) -> Night:
    """The night's arrays."""
    table = data.keywords
    reference = table.max_cpc.copy()
    _put(reference, table, memory.references, list(memory.references.values()))
    edited = np.full(len(table), -1, dtype=np.int64)
    _put(edited, table, memory.edits, [(last - day).days for day in memory.edits.values()])
    before = _schedule_before(table, memory.schedules)
    segments = tuple(_segments_before(one, memory.schedules) for one in data.segments)
    return Night(
        last.toordinal(), table, data.days, reference, edited, data.keyword_class, data.classes, data.hours,
        data.segments, data.landscape, before, segments,
    )


def _put(column: Ints, table: KeywordTable, keys: Iterable[KeywordKey], values: Sequence[int]) -> None:
    """Put values where their keywords stand."""
    if values:
        rows = find_keywords(table, *zip(*keys, strict=True))
        column[rows[rows >= 0]] = np.array(values, dtype=np.int64)[rows >= 0]


def key_of(table: KeywordTable, j: int) -> KeywordKey:
    """Campaign, ad group, keyword and match type, as they are written."""
    match = MATCH_NAMES[MatchType(int(table.match_type[j]))]
    return (table.campaigns[table.campaign[j]], table.ad_groups[table.ad_group[j]], table.keyword[j], match)


def _schedule_before(table: KeywordTable, schedules: Schedules | None) -> Floats | None:
    """Modifier of every hour of the week now in force: blocks by their share of the hour, shape (C, 168)."""
    if schedules is None or not schedules.blocks:
        return None
    number = {name: c for c, name in enumerate(table.campaigns)}
    week = np.ones((len(number), 7, 24 * 60))
    for block in schedules.blocks:
        if block.campaign in number:
            week[number[block.campaign], block.weekday, block.start : block.end] = block.modifier
    hours: Floats = week.reshape(len(number), 168, 60).mean(axis=2)
    return hours


def _segments_before(table: Any, schedules: Schedules | None) -> Floats | None:
    rows = [] if schedules is None else [s for s in schedules.segments if s[0] == table.kind]
    if not rows:
        return None
    campaigns = {name: c for c, name in enumerate(table.campaigns)}
    segments = {name: s for s, name in enumerate(table.segments)}
    out = np.ones((len(campaigns), len(segments)))
    for _, campaign, segment, modifier in rows:
        if campaign in campaigns and segment in segments:
            out[campaigns[campaign], segments[segment]] = modifier
    return out


def expected_hours(loaded: LoadedBids, last: date) -> tuple[int, ...]:
    """Local hours that the last day has."""
    return hours_of_day(last, loaded.spec.account.time_zone)
