"""The cap on the product of the modifiers of one campaign, in whole steps."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, floor, prod

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.keywords.platforms import PlatformProfile
from bidder.keywords.slots.limits import steps_down, steps_up
from bidder.keywords.spec_slots import SlotSpec

_HALVINGS = 30
_NOISE = 1e-6


def capped(
    parts: list[Floats],
    highest_before: list[Floats],
    lowest_before: list[Floats],
    spec: SlotSpec,
    profile: PlatformProfile,
) -> list[Floats] | None:
    """Modifiers of a campaign whose product is within the cap, whichever of each kind come together.

    Parameters
    ----------
    parts : list of ndarrays
        Modifiers of blocks, and of each kind of segments. A bid may also meet none of a kind: 1.
    highest_before, lowest_before : list of ndarrays
        The highest and the lowest modifier in force where each of ``parts`` applies.
    spec : SlotSpec
    profile : PlatformProfile

    Returns
    -------
    list of ndarrays or None
        None where nothing had to change.
    """
    unit = profile.steps_per_unit
    steps = [np.rint(p * unit).astype(np.int64) for p in parts]
    whole = float(unit) ** len(parts)
    most, least = floor(spec.product_max * whole + _NOISE), ceil(spec.product_min * whole - _NOISE)

    def low_enough(trial: list[Ints]) -> bool:
        return prod(max(unit, *s.tolist()) for s in trial if len(s)) * _idle(trial, unit) <= most

    def high_enough(trial: list[Ints]) -> bool:
        return prod(min(unit, *s.tolist()) for s in trial if len(s)) * _idle(trial, unit) >= least

    if low_enough(steps) and high_enough(steps):
        return None
    floors = [steps_up(b - spec.max_change, profile) for b in highest_before]
    ceilings = [steps_down(b + spec.max_change, profile) for b in lowest_before]
    steps = _drawn(steps, lambda t, keep: _down(steps, floors, unit, t, keep), low_enough)
    raised = steps
    steps = _drawn(steps, lambda t, keep: _up(raised, ceilings, unit, t, keep), high_enough)
    return [s / unit for s in steps]


def _idle(trial: list[Ints], unit: int) -> int:
    """Factor of the kinds without a segment, whose modifier is 1."""
    kinds = sum(1 for s in trial if not len(s))
    return int(unit**kinds)


def _down(steps: list[Ints], floors: list[Ints], unit: int, power: float, keep: bool) -> list[Ints]:
    """Modifiers above 1 drawn towards 1, rounded towards 1, and with ``keep`` not below their floors."""
    drawn = [np.floor(unit * (s / unit) ** power + _NOISE).astype(np.int64) for s in steps]
    if keep:
        drawn = [np.maximum(d, f) for d, f in zip(drawn, floors, strict=True)]
    return [np.where(s > unit, np.clip(d, unit, s), s) for s, d in zip(steps, drawn, strict=True)]


def _up(steps: list[Ints], ceilings: list[Ints], unit: int, power: float, keep: bool) -> list[Ints]:
    """Modifiers below 1 drawn towards 1, rounded towards 1, and with ``keep`` not above their ceilings."""
    drawn = [np.ceil(unit * (s / unit) ** power - _NOISE).astype(np.int64) for s in steps]
    if keep:
        drawn = [np.minimum(d, c) for d, c in zip(drawn, ceilings, strict=True)]
    return [np.where(s < unit, np.clip(d, s, unit), s) for s, d in zip(steps, drawn, strict=True)]


def _drawn(
    steps: list[Ints], draw: Callable[[float, bool], list[Ints]], enough: Callable[[list[Ints]], bool]
) -> list[Ints]:
    """The modifiers drawn with the highest power (the least force) that is enough."""
    if enough(steps):
        return steps
    keep = enough(draw(0.0, True))
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if enough(draw(middle, keep)) else (low, middle)
    return draw(low, keep)
