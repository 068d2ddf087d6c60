"""Microsoft Advertising: a bulk file, one table of records of several types.

https://learn.microsoft.com/advertising/bulk-service/bulk-file-schema, .../keyword,
.../campaign-daytime-criterion, .../campaign-deviceos-criterion, .../campaign-in-market-audience-association.
Criterions are added; the hours of one that is there already cannot be changed, so it has to be deleted
before. Microsoft reads them in the searcher's time zone unless the campaign's "Ad Schedule Use Searcher Time
Zone" is off.
"""

from __future__ import annotations

from bidder.files.change_sheets.amounts import micros_of
from bidder.files.change_sheets.contents import ChangeSheet, SheetBids, SheetBlock, SheetSegment, weeks
from bidder.files.change_sheets.devices import device_of
from bidder.files.change_sheets.google import DAYS
from bidder.files.change_sheets.tables import Layout, SheetReader, SheetRow, bid_columns, table_bytes
from bidder.keywords.platforms import PlatformProfile
from bidder.keywords.platforms.styles import read_modifier, write_modifier

FILE = "microsoft_bulk.csv"
COLUMNS = (
    "Type", "Status", "Id", "Parent Id", "Campaign", "Ad Group", "Client Id", "Keyword", "Match Type", "Bid",
    "Target", "Audience", "Bid Adjustment", "Name", "From Hour", "From Minute", "To Hour", "To Minute",
)  # fmt: skip
_VERSION = {"Type": "Format Version", "Name": "6.0"}
_HOURS, _DEVICE = "Campaign DayTime Criterion", "Campaign DeviceOS Criterion"
_AUDIENCE = "Campaign In Market Audience Association"
_DEVICES = {"desktop": "Computers", "mobile": "Smartphones", "tablet": "Tablets"}
_TIMES = ("From Hour", "From Minute", "To Hour", "To Minute")


def write(sheet: ChangeSheet, profile: PlatformProfile, digits: int) -> dict[str, bytes]:
    """The bulk file, when it has records."""
    blank = ("",) * (len(COLUMNS) - 10)
    keywords = bid_columns(
        sheet.bids, digits, str.capitalize,
        lambda b: ("Keyword", "Active", b.platform_id, "", b.campaign, b.ad_group, "", b.keyword,
                   b.match_type, b.bid, *blank),
    )  # fmt: skip
    others = [_hours(name, b, profile) for name, blocks in weeks(sheet.blocks).items() for b in blocks]
    others += [row for one in sheet.segments if (row := _segment(one, profile)) is not None]
    if not (len(sheet.bids) or others):
        return {}
    version, *rest = (tuple(row.get(name, "") for name in COLUMNS) for row in (_VERSION, *others))
    return {FILE: table_bytes(COLUMNS, Layout.UTF_8_BOM, (version,), keywords, rest)}


def _hours(campaign: str, block: SheetBlock, profile: PlatformProfile) -> dict[str, str]:
    times = (*divmod(block.start, 60), *divmod(block.end, 60))
    return {
        "Type": _HOURS, "Status": "Active", "Campaign": campaign, "Target": DAYS[block.weekday],
        "Bid Adjustment": write_modifier(block.modifier, profile.schedule_style),
        **dict(zip(_TIMES, map(str, times), strict=True)),
    }  # fmt: skip


def _segment(one: SheetSegment, profile: PlatformProfile) -> dict[str, str] | None:
    adjustment = write_modifier(one.modifier, profile.segment_style)
    row = {"Status": "Active", "Campaign": one.campaign, "Bid Adjustment": adjustment}
    if one.kind == "audience":
        return {"Type": _AUDIENCE, **row, "Audience": one.segment}
    device = _DEVICES.get(device_of(one.segment) or "")
    return None if device is None else {"Type": _DEVICE, **row, "Target": device}


def read(files: dict[str, bytes], profile: PlatformProfile, reader: SheetReader) -> ChangeSheet:
    """What the bulk file says."""
    bids: list[tuple[str, str, str, str, str, int]] = []
    blocks: list[SheetBlock] = []
    segments: list[SheetSegment] = []
    devices = {name: device for device, name in _DEVICES.items()}

    def adjusted(row: SheetRow) -> float:
        return row.parsed("Bid Adjustment", lambda text: read_modifier(text, profile.segment_style), 1.0)

    for file, content in files.items():
        for row in reader.rows(file, content, COLUMNS):
            campaign = row["Campaign"]
            if row["Type"] == "Keyword":
                texts = (campaign, row["Ad Group"], row["Keyword"], row["Match Type"].lower(), row["Id"])
                bids.append((*texts, row.parsed("Bid", micros_of, 0)))
            elif row["Type"] == _HOURS:
                hour, minute, end, last = (row.parsed(name, int, 0) for name in _TIMES)
                day = row.parsed("Target", DAYS.index, 0)
                blocks.append(SheetBlock(campaign, day, hour * 60 + minute, end * 60 + last, adjusted(row)))
            elif row["Type"] == _DEVICE:
                device = devices.get(row["Target"], row["Target"])
                segments.append(SheetSegment("device", campaign, device, adjusted(row)))
            elif row["Type"] == _AUDIENCE:
                segments.append(SheetSegment("audience", campaign, row["Audience"], adjusted(row)))
    return ChangeSheet(SheetBids.of(bids), tuple(blocks), tuple(segments))
