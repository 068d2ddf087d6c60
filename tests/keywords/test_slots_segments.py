"""Device and audience modifiers, and the cap on the product of everything."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.keywords.data import HourTable, SegmentTable
from bidder.keywords.platforms import PROFILES
from bidder.keywords.result import Block, Schedule, SegmentModifiers
from bidder.keywords.slots.schedule import hourly, make_schedule
from bidder.keywords.slots.segments import cap_product, segment_modifiers
from bidder.keywords.spec_slots import SlotSpec

NAMES = ("a", "b")


def table(rates, kind="device", clicks=50_000, raw=None):
    rates = np.asarray(rates, dtype=np.float64)
    counts = np.full(rates.shape, float(clicks))
    raw = counts.astype(np.int64) if raw is None else raw
    segments = ("mobile", "desktop", "tablet")[: rates.shape[1]]
    return SegmentTable(kind, NAMES[: len(rates)], segments, counts, counts * rates, counts * rates * 80, raw)


def test_a_device_that_sells_better_gets_more_in_nightly_steps():
    google, spec, before = PROFILES["google_ads"], SlotSpec(), None
    for wanted in ([0.75, 1.25], [0.67, 1.33], [0.67, 1.33]):
        found = segment_modifiers(table([[0.02, 0.04]] * 2), spec, google, before)
        assert np.abs(found.modifier - wanted).max() < 0.011
        before = found.modifier
    assert np.abs(found.effect - [2 / 3, 4 / 3]).max() < 0.01


def test_a_small_campaign_keeps_or_returns_to_one():
    raw = np.array([[900, 900], [50_000, 50_000]])
    before = np.array([[1.2, 1.0], [1.0, 1.0]])
    found = segment_modifiers(table([[0.02, 0.04]] * 2, raw=raw), SlotSpec(), PROFILES["google_ads"], before)
    assert found.modifier.tolist() == [[1.0, 1.0], [0.75, 1.25]] and (found.effect[0] == 1).all()


def test_kinds_that_a_platform_or_a_planner_leaves_alone_get_none():
    for platform, spec, kind in (
        ("amazon_ads", SlotSpec(), "device"), ("zhitongche", SlotSpec(), "device"),
        ("google_ads", SlotSpec(devices=False), "device"),
        ("google_ads", SlotSpec(audiences=False), "audience"),
    ):  # fmt: skip
        found = segment_modifiers(table([[0.02, 0.04]] * 2, kind), spec, PROFILES[platform], None)
        assert found.segments == () and found.modifier.shape == (2, 0)


def test_audiences_only_get_premiums_where_that_is_all_there_is():
    found = segment_modifiers(table([[0.02, 0.04]] * 2, "audience"), SlotSpec(), PROFILES["zhitongche"], None)
    assert found.modifier.tolist() == [[1.0, 1.25]] * 2


@pytest.mark.parametrize("platform", PROFILES)
@given(data=st.data())
def test_segment_modifiers_are_legal_and_move_no_further_than_they_may(platform, data):
    profile = PROFILES[platform]
    kind = data.draw(st.sampled_from(["device", "audience"]))
    spec = SlotSpec(least_clicks=0, max_change=data.draw(st.floats(0.01, 3)))
    before = None
    for _ in range(3):
        row = st.lists(st.floats(0, 0.5), min_size=3, max_size=3)
        rates = data.draw(st.lists(row, min_size=2, max_size=2))
        clicks = data.draw(st.sampled_from([1, 500, 100_000]))
        found = segment_modifiers(table(rates, kind, clicks), spec, profile, before)
        low, high = profile.modifier_range(segment=True)
        steps = np.rint(found.modifier * profile.steps_per_unit)
        assert (found.modifier == steps / profile.steps_per_unit).all()
        assert ((low <= steps) & (steps <= high)).all()
        was = np.ones(found.modifier.shape) if before is None else before
        assert (np.abs(found.modifier - was) <= spec.max_change + 1e-9).all()
        before = found.modifier


def week(levels, profile, campaigns=NAMES):
    """A schedule of equally long blocks, the same on all days; ``levels`` (C, B) in steps."""
    size = 1440 // levels.shape[1]
    blocks = tuple(
        Block(c, day, k * size, (k + 1) * size, float(level) / profile.steps_per_unit)
        for c in range(len(levels)) for day in range(7) for k, level in enumerate(levels[c])
    )  # fmt: skip
    ones = np.ones((len(levels), 168))
    return Schedule(campaigns, ones, hourly(blocks, len(levels)), blocks, {})


@st.composite
def nights(draw, profile, spec):
    """A schedule and segments within the range of the platform."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    low, high = profile.modifier_range()
    high = min(high, 4 * profile.steps_per_unit)
    schedule = week(rng.integers(low, high + 1, (2, min(profile.max_blocks, 4))), profile)
    segments = []
    for kind in sorted(profile.segments):
        first, last = profile.modifier_range(segment=True)
        steps = rng.integers(first, min(last, 3 * profile.steps_per_unit) + 1, (2, draw(st.integers(0, 3))))
        names = tuple(f"s{k}" for k in range(steps.shape[1]))
        modifier = steps / profile.steps_per_unit
        rows = draw(st.permutations(NAMES))
        segments.append(SegmentModifiers(kind, tuple(rows), names, modifier, modifier))
    return schedule, tuple(segments)


def extremes(schedule, segments):
    """Lowest and highest product of each campaign; a bid may also meet no segment of a kind."""
    out = []
    for c, name in enumerate(schedule.campaigns):
        low = min(b.modifier for b in schedule.blocks if b.campaign == c)
        high = max(b.modifier for b in schedule.blocks if b.campaign == c)
        low_hour, high_hour = low, high
        for one in segments:
            row = one.modifier[one.campaigns.index(name)].tolist()
            low, high = low * min(1.0, *row, 1.0), high * max(1.0, *row, 1.0)
        out.append((min(low, low_hour), max(high, high_hour)))
    return out


@pytest.mark.parametrize("platform", PROFILES)
@settings(max_examples=60)
@given(data=st.data())
def test_no_combination_leaves_the_cap(platform, data):
    profile = PROFILES[platform]
    spec = SlotSpec(
        product_min=data.draw(st.sampled_from([0.1, 0.3, 0.77, 1.0])),
        product_max=data.draw(st.sampled_from([1.0, 1.2, 3.0, 10.0])),
        max_change=data.draw(st.sampled_from([0.1, 0.25, 3.0])),
    )
    schedule, segments = data.draw(nights(profile, spec))
    before, old = cap_product(*data.draw(nights(profile, spec)), spec, profile)
    told = data.draw(st.booleans())
    was = (before.modifier, tuple(one.modifier for one in old)) if told else (None, ())
    after, parts = cap_product(schedule, segments, spec, profile, *was)
    for low, high in extremes(after, parts):
        assert low >= spec.product_min - 1e-9 and high <= spec.product_max + 1e-9
    # Nothing moves but towards 1, and everything stays in whole legal steps.
    for now, then in zip(after.blocks, schedule.blocks, strict=True):
        assert replace(now, modifier=0.0) == replace(then, modifier=0.0)
        assert min(then.modifier, 1) <= now.modifier <= max(then.modifier, 1)
        steps = round(now.modifier * profile.steps_per_unit)
        assert now.modifier == steps / profile.steps_per_unit
        assert profile.modifier_range()[0] <= steps <= profile.modifier_range()[1]
    for now, then in zip(parts, segments, strict=True):
        assert (np.minimum(then.modifier, 1) <= now.modifier).all()
        assert (now.modifier <= np.maximum(then.modifier, 1)).all()
        steps = np.rint(now.modifier * profile.steps_per_unit)
        assert (now.modifier == steps / profile.steps_per_unit).all()
    assert np.allclose(after.modifier, hourly(after.blocks, 2))
    found = extremes(schedule, segments)
    if all(spec.product_min <= low and high <= spec.product_max for low, high in found):
        assert after.blocks == schedule.blocks


@pytest.mark.parametrize("platform", PROFILES)
@settings(max_examples=25)
@given(data=st.data())
def test_the_cap_leaves_the_nightly_limit_standing(platform, data):
    """Night after night, whole: hours, devices, audiences, cap."""
    profile = PROFILES[platform]
    step = data.draw(st.sampled_from([0.05, 0.25, 1.0]))
    spec = SlotSpec(least_clicks=0, product_min=0.6, product_max=1.5, max_change=step)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    hours_before, before = None, (None, None)
    for _ in range(4):
        schedule = make_schedule(NAMES, random_hours(rng), spec, profile, hours_before)
        tables = (table(rng.uniform(0.01, 0.1, (2, 3)), kind) for kind in ("device", "audience"))
        parts = tuple(segment_modifiers(t, spec, profile, b) for t, b in zip(tables, before, strict=True))
        schedule, parts = cap_product(schedule, parts, spec, profile, hours_before, before)
        for low, high in extremes(schedule, parts):
            assert low > 0.6 - 1e-9 and high < 1.5 + 1e-9
        was = np.ones((2, 168)) if hours_before is None else hours_before
        assert np.abs(schedule.modifier - was).max() <= spec.max_change + 1e-6
        for now, then in zip(parts, before, strict=True):
            moved = now.modifier - (1.0 if then is None else then)
            assert (np.abs(moved) <= spec.max_change + 1e-9).all()
        hours_before, before = schedule.modifier, tuple(one.modifier for one in parts)


def random_hours(rng):
    clicks = np.full((2, 168), 500.0)
    curve = np.tile(np.exp(0.6 * rng.standard_normal((2, 24))), 7)
    sold = rng.poisson(clicks * 0.05 * curve).astype(float)
    return HourTable(NAMES, clicks, sold, clicks, sold, clicks.astype(np.int64), np.arange(24))


def test_all_give_way_alike_and_no_more_than_is_needed():
    google, spec = PROFILES["google_ads"], SlotSpec(product_max=1.5)
    schedule = week(np.array([[150, 80], [110, 90]]), google)
    device = np.array([[1.5, 0.7], [1.2, 0.9]])
    parts = (SegmentModifiers("device", NAMES, ("m", "d"), device, device),)
    after, (capped,) = cap_product(schedule, parts, spec, google)
    assert [b.modifier for b in after.blocks[:2]] == [1.22, 0.8]
    assert capped.modifier.tolist() == [[1.22, 0.7], [1.2, 0.9]]  # the other campaign is within the cap
    assert 1.48 < after.blocks[0].modifier * capped.modifier[0, 0] <= 1.5
