"""How far modifiers may move in one night, in whole steps of the platform."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.keywords.platforms import PlatformProfile
from bidder.keywords.spec_slots import SlotSpec

_NOISE = 1e-7


def steps_up(value: float | Floats, profile: PlatformProfile) -> Ints:
    """The first whole step that is not below a modifier."""
    steps: Ints = np.ceil(np.asarray(value) * profile.steps_per_unit - _NOISE).astype(np.int64)
    return steps


def steps_down(value: float | Floats, profile: PlatformProfile) -> Ints:
    """The last whole step that is not above a modifier."""
    steps: Ints = np.floor(np.asarray(value) * profile.steps_per_unit + _NOISE).astype(np.int64)
    return steps


def known(before: Floats | None, shape: tuple[int, ...]) -> Floats:
    """Modifiers in force, 1 where none is known."""
    if before is None:
        return np.ones(shape)
    return np.where(np.isfinite(before), before, 1.0)


def reachable(before: Floats, spec: SlotSpec, profile: PlatformProfile) -> tuple[Ints, Ints]:
    """Lowest and highest steps that ``max_change`` allows, given what is in force."""
    return steps_up(before - spec.max_change, profile), steps_down(before + spec.max_change, profile)


def hour_range(spec: SlotSpec, profile: PlatformProfile) -> tuple[int, int]:
    """Lowest and highest modifier of an hour in steps: the spec's where the platform takes them."""
    first, last = profile.modifier_range()
    low = max(spec.product_min, spec.min if spec.min is not None else 0.0)
    high = min(spec.product_max, spec.max if spec.max is not None else spec.product_max)
    lowest, highest = int(steps_up(low, profile)), int(steps_down(high, profile))
    lowest = min(max(lowest, first), last)
    return lowest, min(max(highest, lowest), last)
