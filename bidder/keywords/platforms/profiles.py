"""The platforms that are known, as data."""

from __future__ import annotations

from decimal import Decimal

from bidder.keywords.platforms.profile import ModifierStyle, PlatformProfile

PROFILES: dict[str, PlatformProfile] = {
    "generic": PlatformProfile(
        name="generic", bid_step_micros=None, min_bid_micros=10_000, max_bid_micros=1_000_000_000,
        slot_minutes=60, max_blocks=24, schedule_min=Decimal("0.1"), schedule_max=Decimal(10),
        segment_min=Decimal("0.1"), segment_max=Decimal(10), modifier_step=Decimal("0.01"),
        schedule_style=ModifierStyle.MULTIPLIER, segment_style=ModifierStyle.MULTIPLIER, has_schedule=True,
        unlisted_serves=False, automated=frozenset(),
    ),
}
