"""The facts of a platform that bids and schedules have to keep to."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.money import MICROS, minor_per_unit


class ModifierStyle(StrEnum):
    """How an interface writes a modifier of 1.2."""

    MULTIPLIER = "multiplier"
    """``1.2``"""
    AT_PERCENT = "at_percent"
    """``@120%``"""
    PERCENT = "percent"
    """``120``"""
    PERCENT_CHANGE = "percent_change"
    """``20``"""
    PERMILLE = "permille"
    """``1200``"""


@dataclass(frozen=True)
class PlatformProfile:
    """One platform's rules, as data.

    Attributes
    ----------
    name : str
    bid_step_micros : int or None
        Bids are whole multiples of it; None for the currency's minor unit.
    min_bid_micros, max_bid_micros : int
        Range of bids.
    slot_minutes : int
        Blocks of a schedule begin and end on multiples of it.
    max_blocks : int
        Most blocks in one day.
    schedule_min, schedule_max, segment_min, segment_max : Decimal
        Range of modifiers by hour, and by device or audience.
    modifier_step : Decimal
        Modifiers are whole multiples of it.
    schedule_style, segment_style : ModifierStyle
    has_schedule : bool
        Whether the platform takes modifiers by hour at all.
    unlisted_serves : bool
        Whether an hour that the schedule does not name serves.
    automated : frozenset of str
        Names (case folded) of bid strategies under which the platform sets the bids itself.
    segments : frozenset of str
        Kinds of segments that take modifiers: "device", "audience".
    """

    name: str
    bid_step_micros: int | None
    min_bid_micros: int
    max_bid_micros: int
    slot_minutes: int
    max_blocks: int
    schedule_min: Decimal
    schedule_max: Decimal
    segment_min: Decimal
    segment_max: Decimal
    modifier_step: Decimal
    schedule_style: ModifierStyle
    segment_style: ModifierStyle
    has_schedule: bool
    unlisted_serves: bool
    automated: frozenset[str]
    segments: frozenset[str] = frozenset({"device", "audience"})

    @property
    def steps_per_unit(self) -> int:
        """Steps of a modifier in 1.0: 100 where modifiers are whole per cent."""
        return int(1 / self.modifier_step)

    def modifier_range(self, *, segment: bool = False) -> tuple[int, int]:
        """Lowest and highest legal modifier, in steps."""
        low, high = (
            (self.segment_min, self.segment_max) if segment else (self.schedule_min, self.schedule_max)
        )
        return -int(-low // self.modifier_step), int(high // self.modifier_step)

    def bid_step(self, currency: str) -> int:
        """Micros of one step of a bid."""
        return self.bid_step_micros or MICROS // minor_per_unit(currency)

    def legal_bid(self, bid: Ints, currency: str) -> Ints:
        """Bids in micros moved to the nearest legal ones, ties down; shape as ``bid``."""
        step = self.bid_step(currency)
        low, high = -(-self.min_bid_micros // step), self.max_bid_micros // step
        steps = (2 * np.asarray(bid, dtype=np.int64) + step - 1) // (2 * step)
        legal: Ints = np.clip(steps, max(low, 1), high) * step
        return legal

    def legal_modifier(self, modifier: Floats, *, segment: bool = False) -> Floats:
        """Modifiers moved to the nearest legal ones; shape as ``modifier``."""
        first, last = self.modifier_range(segment=segment)
        per_unit = self.steps_per_unit
        legal: Floats = np.clip(np.rint(np.asarray(modifier) * per_unit), first, last) / per_unit
        return legal
