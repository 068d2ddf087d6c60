"""Change sheets of a run, and the sheets that restore what was before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from bidder.files.change_sheets import (
    ChangeSheet,
    SheetBids,
    SheetBlock,
    SheetSegment,
    write_change_sheets,
)
from bidder.files.column_tables import like_formulas
from bidder.ledger.records import Changes, ScheduleRow, Schedules

if TYPE_CHECKING:
    from bidder.arrays import Bools, Ints

DAY = 24 * 60
CHANGE, ROLLBACK = "change_", "rollback_"
"""Put before the names of sheets that change, and that restore."""
BY_HAND_FILE = "by_hand.csv"
FOUND_BY_TEXT = ("google_ads", "zhitongche", "pinduoduo")
"""Platforms whose sheets name keywords by their text and not by an id."""


def change_sheets(
    platform: str, currency: str, changes: Changes, schedules: Schedules, before: Schedules | None
) -> dict[str, bytes]:
    """The platform's sheets for the changed bids, weeks and modifiers: file name and content.

    What is as it was before is left out: nothing is known to differ from a flat week and modifiers of 1
    where the ledger has no schedule in force. Where a platform finds keywords by their text, those that a
    spreadsheet would run as a formula stand in a file of their own, to be changed by hand: guarded by an
    apostrophe they would be other keywords.
    """
    weeks, were = _weeks(schedules), _weeks(before or Schedules())
    changed = [name for name in weeks if weeks[name] != were.get(name, _flat(name))]
    segments = tuple(SheetSegment(*s) for s in _moved(schedules, before))
    chosen = [weeks[name] for name in changed]
    return _sheets(platform, currency, changes, changes.new, chosen, segments, CHANGE)


def rollback_sheets(
    platform: str, currency: str, changes: Changes, schedules: Schedules, before: Schedules | None
) -> dict[str, bytes]:
    """The sheets that restore every bid, week and modifier that :func:`change_sheets` changes."""
    weeks, were = _weeks(schedules), _weeks(before or Schedules())
    restored = {name: were.get(name, _flat(name)) for name in weeks}
    changed = [restored[name] for name in weeks if weeks[name] != restored[name]]
    known = _modifiers(before)
    segments = tuple(SheetSegment(*s[:3], known.get(s[:3], 1.0)) for s in _moved(schedules, before))
    return _sheets(platform, currency, changes, changes.old, changed, segments, ROLLBACK)


def _sheets(
    platform: str, currency: str, changes: Changes, bid: Ints, weeks: list[list[ScheduleRow]],
    segments: tuple[SheetSegment, ...], prefix: str,
) -> dict[str, bytes]:
    by_hand = np.zeros(len(changes), dtype=np.bool_)
    if platform in FOUND_BY_TEXT:
        texts = (changes.campaign, changes.ad_group, changes.keyword)
        by_hand = np.any([like_formulas(text) for text in texts], axis=0)
    blocks = tuple(SheetBlock(*_row(row)) for week in weeks for row in week)
    sheet = ChangeSheet(_bids(changes, bid, ~by_hand), blocks, segments)
    files = write_change_sheets(platform, currency, sheet, prefix=prefix)
    if by_hand.any():
        rest = ChangeSheet(_bids(changes, bid, by_hand))
        (content,) = write_change_sheets("generic", currency, rest).values()
        files[prefix + BY_HAND_FILE] = content
    return files


def _modifiers(schedules: Schedules | None) -> dict[tuple[str, str, str], float]:
    told = (schedules or Schedules()).segments
    return {(kind, campaign, segment): modifier for kind, campaign, segment, modifier in told}


def _moved(schedules: Schedules, before: Schedules | None) -> list[tuple[str, str, str, float]]:
    known = _modifiers(before)
    return [s for s in schedules.segments if known.get(s[:3], 1.0) != s[3]]


def _bids(changes: Changes, bid: Ints, chosen: Bools) -> SheetBids:
    known = (bid >= 0) & chosen
    some: slice | Bools = slice(None) if known.all() else known  # nearly always all: no second copy then
    return SheetBids(
        changes.campaign[some], changes.ad_group[some], changes.keyword[some], changes.match_type[some],
        changes.platform_id[some], bid[some],
    )


def _weeks(schedules: Schedules) -> dict[str, list[ScheduleRow]]:
    weeks: dict[str, list[ScheduleRow]] = {}
    for row in schedules.blocks:
        weeks.setdefault(row.campaign, []).append(row)
    return {name: _ordered(rows) for name, rows in weeks.items()}


def _ordered(rows: Iterable[ScheduleRow]) -> list[ScheduleRow]:
    return sorted(rows, key=lambda row: (row.weekday, row.start))


def _flat(campaign: str) -> list[ScheduleRow]:
    return [ScheduleRow(campaign, weekday, 0, DAY, 1.0) for weekday in range(7)]


def _row(row: ScheduleRow) -> tuple[str, int, int, int, float]:
    return row.campaign, row.weekday, row.start, row.end, row.modifier
