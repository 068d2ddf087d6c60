"""What each advertising platform takes: bid units and ranges, schedules, ways to write a modifier."""

from bidder.keywords.platforms.profile import ModifierStyle, PlatformProfile
from bidder.keywords.platforms.profiles import PROFILES

__all__ = ["PROFILES", "ModifierStyle", "PlatformProfile"]
