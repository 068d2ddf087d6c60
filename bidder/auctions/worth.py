"""What an auction was expected to be worth when it was bid on: the measure of regret."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.auctions.log import AuctionLog

BILLION = 1_000_000_000
"""Worth is counted in whole billionths, so that sums are exact in any order."""
VALUE_UNIT = 1_000_000
"""``value`` is counted in millionths of the currency unit."""


class Objective(StrEnum):
    """What a campaign is after.

    clicks: expected clicks (pctr). conversions: expected conversions (pctr x pcvr). value: expected
    revenue (pctr x pcvr x value).
    """

    CLICKS = "clicks"
    CONVERSIONS = "conversions"
    VALUE = "value"

    @property
    def needs(self) -> tuple[str, ...]:
        """Columns that must be in the log."""
        return {"clicks": ("pctr",), "conversions": ("pctr", "pcvr"), "value": ("pctr", "pcvr", "value")}[
            self.value
        ]


def worth(log: AuctionLog, objective: Objective) -> Ints:
    """Expected worth of an impression in each auction, shape (n,).

    Billionths of a click, of a conversion, or of the currency unit; 0 where the log lacks a column
    that the objective needs.
    """
    if any(getattr(log, name) is None for name in objective.needs):
        return np.zeros(len(log), dtype=np.int64)
    unit = BILLION // VALUE_UNIT if objective is Objective.VALUE else BILLION
    first, *others = (getattr(log, name) for name in objective.needs)
    expected: Floats = first * float(unit)
    for column in others:
        expected *= column
    rounded: Ints = np.rint(expected, out=expected).astype(np.int64)
    return rounded
