"""One door to the change sheets of all platforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bidder.files.change_sheets import amazon, google, microsoft, plain
from bidder.files.change_sheets.contents import ChangeSheet
from bidder.files.change_sheets.tables import SheetReader
from bidder.keywords.platforms import PROFILES
from bidder.money import minor_digits

_WAYS = {
    "google_ads": (google.write, google.read),
    "microsoft_ads": (microsoft.write, microsoft.read),
    "amazon_ads": (amazon.write, amazon.read),
    "zhitongche": (plain.write, plain.read),
    "pinduoduo": (plain.write, plain.read),
    "generic": (plain.write, plain.read),
}


def write_change_sheets(
    platform: str, currency: str, sheet: ChangeSheet, *, prefix: str = ""
) -> dict[str, bytes]:
    """The files that put bids, schedules and modifiers into force; given the old ones, they restore them.

    Money is written exactly, modifiers in the platform's own style. What a platform has no place for is left
    out: schedules on Amazon, kinds of segments that take no modifiers, devices that nothing is known of.
    Text that a spreadsheet would run as a formula gets an apostrophe in front.

    Parameters
    ----------
    platform : str
        One of :data:`bidder.keywords.platforms.PROFILES`.
    currency : str
        ISO 4217 code.
    sheet : ChangeSheet
    prefix : str
        Put before every file name, such as "rollback_".

    Returns
    -------
    dict of str to bytes
        File name and content; empty when there is nothing to say.

    Raises
    ------
    ValueError
        For bids below 0, and for blocks that a table of hours cannot hold.
    """
    profile = PROFILES[platform]
    if len(sheet.bids) and int(sheet.bids.bid.min()) < 0:
        raise ValueError("a bid that is not known cannot be written")
    told = replace(
        sheet,
        blocks=sheet.blocks if profile.has_schedule else (),
        segments=tuple(one for one in sheet.segments if one.kind in profile.segments),
    )
    write, _ = _WAYS[platform]
    return {prefix + name: content for name, content in write(told, profile, minor_digits(currency)).items()}


def read_change_sheets(platform: str, files: Mapping[str, bytes]) -> ChangeSheet:
    """What change sheets say.

    Google Ads Editor and Microsoft have their own names for devices: they come back as desktop, mobile,
    tablet and tv. Editor's table holds no ids of keywords.

    Parameters
    ----------
    platform : str
    files : mapping of str to bytes
        As :func:`write_change_sheets` made them, with any prefix.

    Raises
    ------
    InputError
        With every cell that cannot be read.
    """
    _, read = _WAYS[platform]
    reader = SheetReader()
    sheet = read(dict(files), PROFILES[platform], reader)
    reader.close()
    return sheet
