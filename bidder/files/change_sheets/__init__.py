"""Change sheets: the files that put bids, schedules and modifiers into force on a platform."""

from bidder.files.change_sheets.contents import ChangeSheet, SheetBids, SheetBlock, SheetSegment
from bidder.files.change_sheets.sheets import read_change_sheets, write_change_sheets

__all__ = [
    "ChangeSheet", "SheetBids", "SheetBlock", "SheetSegment", "read_change_sheets", "write_change_sheets",
]  # fmt: skip
