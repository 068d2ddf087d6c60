"""Amazon Ads: a bulksheet of Sponsored Products, to be pasted into or saved as the workbook's sheet.

One row for an entity, the operation "Update", ids to know it by: https://advertising.amazon.com/help (bulk
operations). Bulksheets have no schedules, and audiences only get raises.
"""

from __future__ import annotations

from bidder.files.change_sheets.amounts import micros_of
from bidder.files.change_sheets.contents import ChangeSheet, SheetBids, SheetSegment
from bidder.files.change_sheets.tables import Layout, SheetReader, bid_columns, table_bytes
from bidder.keywords.platforms import PlatformProfile
from bidder.keywords.platforms.styles import read_modifier, write_modifier

FILE = "amazon_bulksheet.csv"
_CAMPAIGN, _GROUP = "Campaign Name (Informational only)", "Ad Group Name (Informational only)"
COLUMNS = (
    "Product", "Entity", "Operation", "Campaign ID", "Ad Group ID", "Keyword ID", _CAMPAIGN, _GROUP, "State",
    "Bid", "Keyword Text", "Match Type", "Audience ID", "Shopper Cohort Percentage",
)  # fmt: skip


def write(sheet: ChangeSheet, profile: PlatformProfile, digits: int) -> dict[str, bytes]:
    """The bulksheet, when it has rows."""
    keywords = bid_columns(
        sheet.bids, digits, str,
        lambda b: ("Sponsored Products", "Keyword", "Update", "", "", b.platform_id, b.campaign, b.ad_group,
                   "", b.bid, b.keyword, b.match_type, "", ""),
    )  # fmt: skip
    audiences = (
        ("Sponsored Products", "Bidding Adjustment", "Update", "", "", "", one.campaign, "", "", "", "", "",
         one.segment, write_modifier(one.modifier, profile.segment_style))
        for one in sheet.segments
    )  # fmt: skip
    if sheet.empty:
        return {}
    return {FILE: table_bytes(COLUMNS, Layout.UTF_8_BOM, keywords, audiences)}


def read(files: dict[str, bytes], profile: PlatformProfile, reader: SheetReader) -> ChangeSheet:
    """What the bulksheet says."""
    bids: list[tuple[str, str, str, str, str, int]] = []
    segments: list[SheetSegment] = []

    def modifier(text: str) -> float:
        return read_modifier(text, profile.segment_style)

    for file, content in files.items():
        for row in reader.rows(file, content, COLUMNS):
            if row["Entity"] == "Keyword":
                bid = row.parsed("Bid", micros_of, 0)
                texts = row["Keyword Text"], row["Match Type"], row["Keyword ID"]
                bids.append((row[_CAMPAIGN], row[_GROUP], *texts, bid))
            elif row["Entity"] == "Bidding Adjustment":
                value = row.parsed("Shopper Cohort Percentage", modifier, 1.0)
                segments.append(SheetSegment("audience", row[_CAMPAIGN], row["Audience ID"], value))
    return ChangeSheet(SheetBids.of(bids), (), tuple(segments))
