"""A gap-free week of legal blocks for each campaign, from what clicks are worth by hour."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.keywords.data import HOURS_OF_WEEK, HourTable
from bidder.keywords.platforms import PlatformProfile
from bidder.keywords.result import Block, Schedule
from bidder.keywords.slots.effects import hour_effects
from bidder.keywords.slots.limits import hour_range, known, reachable
from bidder.keywords.spec_slots import SlotSpec

MINUTES = 24 * 60
_LITTLE = 1e-6
"""Weight of an hour without clicks, as a share of the average hour's."""


def make_schedule(
    campaigns: tuple[str, ...],
    hours: HourTable | None,
    spec: SlotSpec,
    profile: PlatformProfile,
    before: Floats | None,
) -> Schedule:
    """Make the week of every campaign.

    The modifier wanted for an hour is the relative value of its clicks. Blocks are the best ones (least
    squares weighted by clicks) of those that are legal on the platform, within ``spec.min`` and
    ``spec.max``, and in none of their hours further than ``spec.max_change`` from what is in force: the
    dynamic program sees only such blocks, so the limit holds hour by hour. Only where what is in force has
    more levels than the platform takes blocks, or is not legal itself, can no week keep the limit; then it
    is broken by as few steps as possible.

    Parameters
    ----------
    campaigns : tuple of str
        Those that get a week, in this order.
    hours : HourTable or None
        None without a report by hour: all weeks become flat.
    spec : SlotSpec
    profile : PlatformProfile
    before : ndarray of float64, shape (C, 168), or None
        Modifiers in force; None for a flat week.

    Returns
    -------
    Schedule
        A flat week that nothing keeps from being flat is one block of 1.0 a day.
    """
    effect, weight, flat = _wanted(campaigns, hours, spec, profile)
    in_force = known(before if profile.has_schedule else None, effect.shape)
    blocks = [
        block
        for c in range(len(campaigns))
        for block in _week(c, effect[c], weight[c], in_force[c], spec, profile)
    ]
    modifier = hourly(blocks, len(campaigns))
    return Schedule(campaigns, effect, modifier, tuple(blocks), flat)


def _wanted(
    campaigns: tuple[str, ...], hours: HourTable | None, spec: SlotSpec, profile: PlatformProfile
) -> tuple[Floats, Floats, dict[str, str]]:
    """Effects and weights of all campaigns, shape (C, 168), and why weeks are flat."""
    effect, weight = np.ones((len(campaigns), HOURS_OF_WEEK)), np.ones((len(campaigns), HOURS_OF_WEEK))
    reason = None
    if not profile.has_schedule:
        reason = f"{profile.name} takes no modifiers by hour"
    elif not spec.enabled:
        reason = "slots.enabled is off"
    elif hours is None:
        reason = "no report tells clicks by hour"
    if reason is not None or hours is None:
        return effect, weight, dict.fromkeys(campaigns, reason or "")
    found, why = hour_effects(hours, spec)
    place = {name: row for row, name in enumerate(hours.campaigns)}
    flat = {}
    for c, name in enumerate(campaigns):
        row = place.get(name)
        if row is None:
            flat[name] = "the report by hour has no such campaign"
            continue
        effect[c], clicks = found[row], hours.clicks[row]
        weight[c] = clicks + _LITTLE * max(float(clicks.mean()), _LITTLE)
        if name in why:
            flat[name] = why[name]
    return effect, weight, flat


def _week(
    campaign: int, effect: Floats, weight: Floats, in_force: Floats, spec: SlotSpec, profile: PlatformProfile
) -> list[Block]:
    slots = 60 // profile.slot_minutes
    first, last = hour_range(spec, profile)
    low, high = reachable(in_force, spec, profile)
    if np.all(effect == 1) and np.all(in_force == 1) and first <= profile.steps_per_unit <= last:
        return [Block(campaign, day, 0, 24 * 60, 1.0) for day in range(7)]  # as the search would find
    from bidder.keywords.slots.blocks import best_blocks  # loads the compiler

    most = min(profile.max_blocks, spec.blocks or profile.max_blocks)
    least = -(-spec.least_block_minutes // profile.slot_minutes)
    out = []
    for day in range(7):
        part = slice(day * 24, day * 24 + 24)
        spread = [np.repeat(x[part], slots) for x in (effect * profile.steps_per_unit, weight, low, high)]
        end, level = best_blocks(*spread, first, last, most, least)
        out += _blocks(campaign, day, end, level, profile)
    return out


def _blocks(campaign: int, day: int, end: Ints, level: Ints, profile: PlatformProfile) -> list[Block]:
    minutes = (end * profile.slot_minutes).tolist()
    modifiers = (level / profile.steps_per_unit).tolist()
    starts = [0, *minutes[:-1]]
    return [
        Block(campaign, day, start, stop, modifier)
        for start, stop, modifier in zip(starts, minutes, modifiers, strict=True)
    ]


def hourly(blocks: tuple[Block, ...] | list[Block], campaigns: int) -> Floats:
    """What blocks come to in each hour of the week, weighted by time; shape (C, 168)."""
    out = np.zeros((campaigns, HOURS_OF_WEEK))
    for block in blocks:
        edges = np.arange(block.start // 60, -(-block.end // 60))
        minutes = np.minimum(edges * 60 + 60, block.end) - np.maximum(edges * 60, block.start)
        out[block.campaign, block.weekday * 24 + edges] += block.modifier * (minutes / 60)
    return out
