"""Money and times of day as text, exactly."""

from __future__ import annotations

import re
from decimal import Decimal

from bidder.money import MICROS

_AMOUNT = re.compile(r"\d{1,13}(\.\d{1,6}0*)?", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d)", re.ASCII)


def micros_of(text: str) -> int:
    """The amount that a text stands for, in micros.

    Raises
    ------
    ValueError
        For a text that is no amount, or has parts of a micro.
    """
    if not _AMOUNT.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not an amount such as 1.25")
    return int(Decimal(text) * MICROS)


def time_text(minutes: int) -> str:
    """Minutes from midnight as 09:30; midnight at the end of a day is 24:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def minutes_of(text: str) -> int:
    """Minutes from midnight.

    Raises
    ------
    ValueError
        For anything but a time such as 09:30.
    """
    found = _TIME.fullmatch(text)
    minutes = int(found.group(1)) * 60 + int(found.group(2)) if found else -1
    if found is None or not 0 <= minutes <= 24 * 60 or int(found.group(2)) > 59:
        raise ValueError(f"{text[:40]!r} is not a time such as 09:30")
    return minutes
