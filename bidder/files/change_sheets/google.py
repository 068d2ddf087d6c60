"""Google Ads Editor: one table for keywords, campaigns and audiences.

Columns: https://support.google.com/google-ads/editor/answer/57747 (headers in English, an empty cell changes
nothing); schedules: https://support.google.com/google-ads/editor/answer/57751; device modifiers are changes
in per cent: https://support.google.com/google-ads/editor/answer/30532.
"""

from __future__ import annotations

import re

from bidder.files.change_sheets.amounts import micros_of, minutes_of, time_text
from bidder.files.change_sheets.contents import ChangeSheet, SheetBids, SheetBlock, SheetSegment, weeks
from bidder.files.change_sheets.devices import device_of
from bidder.files.change_sheets.tables import Layout, SheetReader, SheetRow, bid_columns, table_bytes
from bidder.keywords.platforms import PlatformProfile
from bidder.keywords.platforms.styles import read_modifier, write_modifier

FILE = "google_ads_editor.csv"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DEVICES = {
    "desktop": "Desktop Bid Modifier", "mobile": "Mobile Bid Modifier", "tablet": "Tablet Bid Modifier",
    "tv": "TV Screen Bid Modifier",
}  # fmt: skip
COLUMNS = (
    "Campaign", "Ad Group", "Keyword", "Criterion Type", "Max CPC", "Ad Schedule", *_DEVICES.values(),
    "Audience", "Bid Modifier",
)  # fmt: skip
_BLOCK = re.compile(r"\(([A-Z][a-z]+)(@\d+%)?\[(\d\d:\d\d)-(\d\d:\d\d)\]\)", re.ASCII)


def write(sheet: ChangeSheet, profile: PlatformProfile, digits: int) -> dict[str, bytes]:
    """The table, when it has rows."""
    blank = ("",) * (len(COLUMNS) - 5)
    keywords = bid_columns(
        sheet.bids, digits, str.capitalize,
        lambda b: (b.campaign, b.ad_group, b.keyword, b.match_type, b.bid, *blank),
    )
    others = _campaigns(sheet, profile) + _audiences(sheet, profile)
    if not (len(sheet.bids) or others):
        return {}
    rest = (tuple(row.get(name, "") for name in COLUMNS) for row in others)
    return {FILE: table_bytes(COLUMNS, Layout.UTF_16_TABS, keywords, rest)}


def _campaigns(sheet: ChangeSheet, profile: PlatformProfile) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {
        name: {"Campaign": name, "Ad Schedule": schedule_cell(blocks, profile)}
        for name, blocks in weeks(sheet.blocks).items()
    }
    for one in sheet.segments:
        device = device_of(one.segment) if one.kind == "device" else None
        if device is not None:
            row = found.setdefault(one.campaign, {"Campaign": one.campaign})
            row[_DEVICES[device]] = write_modifier(one.modifier, profile.segment_style)
    return list(found.values())


def schedule_cell(blocks: list[SheetBlock], profile: PlatformProfile) -> str:
    """A campaign's week in one cell: ``(Monday@120%[09:00-12:00]);(Monday@90%[12:00-24:00])``."""
    return ";".join(
        f"({DAYS[b.weekday]}{write_modifier(b.modifier, profile.schedule_style)}"
        f"[{time_text(b.start)}-{time_text(b.end)}])"
        for b in blocks
    )


def _audiences(sheet: ChangeSheet, profile: PlatformProfile) -> list[dict[str, str]]:
    return [
        {"Campaign": one.campaign, "Audience": one.segment,
         "Bid Modifier": write_modifier(one.modifier, profile.segment_style)}
        for one in sheet.segments if one.kind == "audience"
    ]  # fmt: skip


def read(files: dict[str, bytes], profile: PlatformProfile, reader: SheetReader) -> ChangeSheet:
    """What the table says."""
    bids: list[tuple[str, str, str, str, str, int]] = []
    blocks: list[SheetBlock] = []
    segments: list[SheetSegment] = []

    def modifier(text: str) -> float:
        return read_modifier(text, profile.segment_style)

    for file, content in files.items():
        for row in reader.rows(file, content, COLUMNS):
            campaign = row["Campaign"]
            if row["Max CPC"]:
                bid = row.parsed("Max CPC", micros_of, 0)
                bids.append(
                    (campaign, row["Ad Group"], row["Keyword"], row["Criterion Type"].lower(), "", bid)
                )
            elif row["Bid Modifier"]:
                value = row.parsed("Bid Modifier", modifier, 1.0)
                segments.append(SheetSegment("audience", campaign, row["Audience"], value))
            else:
                blocks += _schedule(row, profile)
                segments += [
                    SheetSegment("device", campaign, device, row.parsed(column, modifier, 1.0))
                    for device, column in _DEVICES.items()
                    if row[column]
                ]
    return ChangeSheet(SheetBids.of(bids), tuple(blocks), tuple(segments))


def _schedule(row: SheetRow, profile: PlatformProfile) -> list[SheetBlock]:
    def parse(text: str) -> list[SheetBlock]:
        found = []
        for part in text.split(";") if text else []:
            block = _BLOCK.fullmatch(part)
            if block is None or block.group(1) not in DAYS:
                raise ValueError(f"{part[:60]!r} is not written like (Monday@120%[09:00-12:00])")
            day, factor, start, end = block.groups()
            value = read_modifier(factor or "@100%", profile.schedule_style)
            found.append(
                SheetBlock(row["Campaign"], DAYS.index(day), minutes_of(start), minutes_of(end), value)
            )
        return found

    return row.parsed("Ad Schedule", parse, [])
