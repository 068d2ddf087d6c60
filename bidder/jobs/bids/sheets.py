"""Change sheets of a run, and the sheets that restore what was before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bidder.files.change_sheets import (
    ChangeSheet,
    SheetBids,
    SheetBlock,
    SheetSegment,
    write_change_sheets,
)
from bidder.ledger.records import Changes, ScheduleRow, Schedules

if TYPE_CHECKING:
    from bidder.arrays import Ints

DAY = 24 * 60
ROLLBACK = "rollback_"
"""Put before the names of sheets that restore."""


def change_sheets(
    platform: str, currency: str, changes: Changes, schedules: Schedules, before: Schedules | None
) -> dict[str, bytes]:
    """The platform's sheets for the changed bids, weeks and modifiers: file name and content.

    What is as it was before is left out: nothing is known to differ from a flat week and modifiers of 1
    where the ledger has no schedule in force.
    """
    old = before or Schedules()
    weeks, were = _weeks(schedules), _weeks(old)
    changed = [name for name in weeks if weeks[name] != were.get(name, _flat(name))]
    blocks = tuple(SheetBlock(*_row(row)) for name in changed for row in weeks[name])
    known = {(kind, campaign, segment): m for kind, campaign, segment, m in old.segments}
    segments = tuple(SheetSegment(*s) for s in schedules.segments if known.get(s[:3], 1.0) != s[3])
    sheet = ChangeSheet(_bids(changes, changes.new), blocks, segments)
    return write_change_sheets(platform, currency, sheet)


def rollback_sheets(
    platform: str, currency: str, changes: Changes, schedules: Schedules, before: Schedules | None
) -> dict[str, bytes]:
    """The sheets that restore every bid, week and modifier that :func:`change_sheets` changes."""
    old = before or Schedules()
    weeks, were = _weeks(schedules), _weeks(old)
    restored = [were.get(name, _flat(name)) for name in weeks]
    changed = [week for name, week in zip(weeks, restored, strict=True) if weeks[name] != week]
    known = {(kind, campaign, segment): m for kind, campaign, segment, m in old.segments}
    segments = tuple(
        SheetSegment(*s[:3], known.get(s[:3], 1.0))
        for s in schedules.segments
        if known.get(s[:3], 1.0) != s[3]
    )
    blocks = tuple(SheetBlock(*_row(row)) for week in changed for row in week)
    sheet = ChangeSheet(_bids(changes, changes.old), blocks, segments)
    return write_change_sheets(platform, currency, sheet, prefix=ROLLBACK)


def _bids(changes: Changes, bid: Ints) -> SheetBids:
    known = bid >= 0
    return SheetBids(
        changes.campaign[known], changes.ad_group[known], changes.keyword[known], changes.match_type[known],
        changes.platform_id[known], bid[known],
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
