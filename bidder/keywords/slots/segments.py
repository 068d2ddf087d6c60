"""Modifiers of devices and audiences, and the cap on the product of all modifiers of a bid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bidder.arrays import Floats
from bidder.keywords.data import SegmentTable
from bidder.keywords.platforms import PlatformProfile
from bidder.keywords.result import Schedule, SegmentModifiers
from bidder.keywords.slots.cap import capped
from bidder.keywords.slots.limits import known, reachable
from bidder.keywords.slots.schedule import hourly
from bidder.keywords.slots.shrinkage import layered
from bidder.keywords.spec_slots import SlotSpec


def segment_modifiers(
    table: SegmentTable, spec: SlotSpec, profile: PlatformProfile, before: Floats | None
) -> SegmentModifiers:
    """Modifiers of a kind of segments, by the estimator of hours.

    A segment's conversion rate in a campaign is shrunk to the segment's in the account, and that to 1.
    Campaigns below ``spec.least_clicks`` go to 1. Nothing moves further than ``spec.max_change`` in a night.

    Parameters
    ----------
    table : SegmentTable
    spec : SlotSpec
    profile : PlatformProfile
    before : ndarray of float64, shape (C, S), or None
        Modifiers in force; None for 1.

    Returns
    -------
    SegmentModifiers
        Without segments where the platform takes no modifiers of the kind, or the spec says that they are to
        be left alone.
    """
    wanted = spec.devices if table.kind == "device" else spec.audiences
    if not wanted or table.kind not in profile.segments:
        nothing = np.ones((len(table.campaigns), 0))
        return SegmentModifiers(table.kind, table.campaigns, (), nothing, nothing)
    effect = _effects(table, spec)
    low, high = reachable(known(before, effect.shape), spec, profile)
    steps = np.clip(np.rint(effect * profile.steps_per_unit).astype(np.int64), low, np.maximum(low, high))
    modifier = np.clip(steps, *profile.modifier_range(segment=True)) / profile.steps_per_unit
    return SegmentModifiers(table.kind, table.campaigns, table.segments, effect, modifier)


def _effects(table: SegmentTable, spec: SlotSpec) -> Floats:
    campaigns, segments = table.clicks.shape
    if not segments:
        return np.ones((campaigns, 0))
    cell = np.tile(np.arange(segments), (campaigns, 1))
    effect = layered(table.clicks, table.conversions, [cell, cell + np.arange(campaigns)[:, None] * segments])
    effect[table.raw_clicks.sum(axis=1) < spec.least_clicks] = 1.0
    return effect


def cap_product(
    schedule: Schedule,
    segments: tuple[SegmentModifiers, ...],
    spec: SlotSpec,
    profile: PlatformProfile,
    schedule_before: Floats | None = None,
    segments_before: tuple[Floats | None, ...] = (),
) -> tuple[Schedule, tuple[SegmentModifiers, ...]]:
    """Keep the product of an hour's, a device's and an audience's modifier within the cap.

    Where some combination leaves ``spec.product_min`` to ``spec.product_max``, all modifiers of the
    campaign on that side of 1 are drawn towards 1 by the same power, as little as is enough, and stay whole
    steps. None is drawn further than ``spec.max_change`` from what is in force, unless that breaks the cap
    itself: the cap comes first.

    Parameters
    ----------
    schedule : Schedule
    segments : tuple of SegmentModifiers
    spec : SlotSpec
    profile : PlatformProfile
    schedule_before, segments_before
        Modifiers in force, as they were given to :func:`bidder.keywords.slots.schedule.make_schedule` and
        :func:`segment_modifiers`; 1 by default.

    Returns
    -------
    schedule, segments
        The same where nothing had to give way.
    """
    rows = [{name: c for c, name in enumerate(one.campaigns)} for one in segments]
    old = [
        known(was if was is not None and was.shape == one.modifier.shape else None, one.modifier.shape)
        for one, was in zip(segments, (*segments_before, *(None,) * len(segments)), strict=False)
    ]
    in_force = known(schedule_before, schedule.modifier.shape)
    by_campaign: list[list[int]] = [[] for _ in schedule.campaigns]
    for b, block in enumerate(schedule.blocks):
        by_campaign[block.campaign].append(b)
    blocks, changed = list(schedule.blocks), [one.modifier.copy() for one in segments]
    for c, name in enumerate(schedule.campaigns):
        mine = by_campaign[c]
        spans = [_before(in_force[c], blocks[b].weekday, blocks[b].start, blocks[b].end) for b in mine]
        parts = [np.array([blocks[b].modifier for b in mine])]
        lows, highs = [np.array([s[0] for s in spans])], [np.array([s[1] for s in spans])]
        places = [(k, rows[k][name]) for k in range(len(segments)) if name in rows[k]]
        for k, row in places:
            parts.append(changed[k][row])
            lows.append(old[k][row])
            highs.append(old[k][row])
        done = capped(parts, lows, highs, spec, profile)
        if done is None:
            continue
        for b, modifier in zip(mine, done[0].tolist(), strict=True):
            blocks[b] = replace(blocks[b], modifier=modifier)
        for (k, row), modifier in zip(places, done[1:], strict=True):
            changed[k][row] = modifier
    capped_schedule = replace(
        schedule, blocks=tuple(blocks), modifier=hourly(blocks, len(schedule.campaigns))
    )
    return capped_schedule, tuple(replace(s, modifier=m) for s, m in zip(segments, changed, strict=True))


def _before(week: Floats, weekday: int, start: int, end: int) -> tuple[float, float]:
    """Highest and lowest modifier in force in the hours of a block."""
    part = week[weekday * 24 + start // 60 : weekday * 24 - (-end // 60)]
    return float(part.max()), float(part.min())
