"""Every week is legal on its platform, gap-free, and near what is in force."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.keywords.data import HourTable
from bidder.keywords.platforms import PROFILES
from bidder.keywords.platforms.styles import read_modifier, write_modifier
from bidder.keywords.result import Block
from bidder.keywords.slots.limits import hour_range
from bidder.keywords.slots.schedule import hourly, make_schedule
from bidder.keywords.spec_slots import SlotSpec

NAMES = ("a", "b")


@st.composite
def tables(draw, names=NAMES):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    curve = np.exp(draw(st.floats(0, 2)) * rng.standard_normal((len(names), 24)))
    clicks = rng.poisson(draw(st.sampled_from([0.2, 20, 500])), (len(names), 168)).astype(float)
    conversions = rng.poisson(clicks * 0.03 * np.tile(curve, 7)).astype(float)
    return HourTable(names, clicks, conversions, clicks, conversions, clicks.astype(np.int64), np.arange(24))


@st.composite
def specs(draw, **fixed):
    said = {
        "least_clicks": draw(st.sampled_from([0, 2000])),
        "blocks": draw(st.none() | st.integers(1, 24)),
        "least_block_minutes": 60 * draw(st.sampled_from([1, 2, 5, 24])),
        "min": draw(st.none() | st.floats(0.05, 1)),
        "max": draw(st.none() | st.floats(1, 10)),
        "max_change": draw(st.floats(0.01, 3)),
    }
    return SlotSpec(**{**said, **fixed})


def check_legal(schedule, spec, profile):
    low, high = profile.modifier_range()
    assert schedule.campaigns == NAMES and schedule.modifier.shape == (2, 168)
    days = {}
    for block in schedule.blocks:
        days.setdefault((block.campaign, block.weekday), []).append(block)
    assert list(days) == [(c, d) for c in range(2) for d in range(7)]
    least = min(-(-spec.least_block_minutes // profile.slot_minutes) * profile.slot_minutes, 1440)
    for blocks in days.values():
        assert len(blocks) <= min(profile.max_blocks, spec.blocks or 96)
        assert blocks[0].start == 0 and blocks[-1].end == 1440
        assert all(a.end == b.start for a, b in pairwise(blocks))
        for block in blocks:
            assert block.start % profile.slot_minutes == 0 and block.end % profile.slot_minutes == 0
            assert block.end - block.start >= least
            steps = round(block.modifier * profile.steps_per_unit)
            assert block.modifier == steps / profile.steps_per_unit and low <= steps <= high
            text = write_modifier(block.modifier, profile.schedule_style)
            assert read_modifier(text, profile.schedule_style) == block.modifier
    assert np.allclose(schedule.modifier, hourly(schedule.blocks, 2))


@pytest.mark.parametrize("platform", PROFILES)
@settings(max_examples=40)
@given(data=st.data())
def test_weeks_are_legal_and_move_no_further_than_they_may_hour_by_hour(platform, data):
    profile, spec = PROFILES[platform], data.draw(specs())
    before = None
    for _ in range(3):  # nights in a row, each with other data
        schedule = make_schedule(NAMES, data.draw(tables()), spec, profile, before)
        check_legal(schedule, spec, profile)
        low, high = hour_range(spec, profile)
        unit = profile.steps_per_unit
        assert (schedule.modifier >= low / unit - 1e-9).all()
        assert (schedule.modifier <= high / unit + 1e-9).all()
        was = np.ones((2, 168)) if before is None else before
        moved = np.abs(schedule.modifier - was).max()
        assert moved <= spec.max_change + 1e-6
        before = schedule.modifier


@pytest.mark.parametrize("platform", PROFILES)
@settings(max_examples=25)
@given(data=st.data())
def test_weeks_are_legal_whatever_is_in_force(platform, data):
    profile = PROFILES[platform]
    spec = data.draw(specs(least_block_minutes=data.draw(st.integers(15, 1440))))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    before = rng.choice([0.01, 0.5, 1.0, 1.237, 20.0, np.nan], (2, 168))
    check_legal(make_schedule(NAMES, data.draw(tables()), spec, profile, before), spec, profile)


@pytest.mark.parametrize("platform", PROFILES)
def test_a_flat_week_is_one_block_of_one_a_day(platform):
    for hours, spec in ((None, SlotSpec()), (None, SlotSpec(enabled=False))):
        schedule = make_schedule(NAMES, hours, spec, PROFILES[platform], None)
        blocks = [(b.start, b.end, b.modifier) for b in schedule.blocks]
        assert blocks == [(0, 1440, 1.0)] * 14 and set(schedule.flat) == set(NAMES)
        assert (schedule.effect == 1).all() and (schedule.modifier == 1).all()


def strong():
    clicks = np.full((2, 168), 1000.0)
    curve = np.where(np.arange(168) % 24 < 12, 0.6, 1.4)
    sold, raw = clicks * 0.05 * curve, clicks.astype(np.int64)
    return HourTable(NAMES, clicks, sold, clicks, sold, raw, np.arange(24))


def test_the_curve_is_reached_in_nightly_steps_and_then_stays():
    before, levels = None, []
    for _ in range(4):
        schedule = make_schedule(NAMES, strong(), SlotSpec(), PROFILES["google_ads"], before)
        before = schedule.modifier
        levels.append([(b.start, b.end, b.modifier) for b in schedule.blocks[:2]])
    assert levels[0] == [(0, 720, 0.75), (720, 1440, 1.25)]
    assert levels[2] == levels[3] == levels[1]
    assert levels[1] == [(0, 720, pytest.approx(0.6, abs=0.011)), (720, 1440, pytest.approx(1.4, abs=0.011))]


def test_a_second_run_of_the_same_night_changes_nothing():
    first = make_schedule(NAMES, strong(), SlotSpec(), PROFILES["google_ads"], None)
    again = make_schedule(NAMES, strong(), SlotSpec(), PROFILES["google_ads"], None)
    assert first.blocks == again.blocks


def test_a_campaign_that_becomes_small_goes_back_to_flat_in_steps():
    before = np.full((2, 168), 1.4)
    spec = SlotSpec(least_clicks=10**9)
    schedule = make_schedule(NAMES, strong(), spec, PROFILES["google_ads"], before)
    assert [b.modifier for b in schedule.blocks] == [1.15] * 14 and set(schedule.flat) == set(NAMES)


def test_campaigns_are_those_of_the_keywords():
    schedule = make_schedule(("b", "new"), strong(), SlotSpec(), PROFILES["generic"], None)
    assert schedule.campaigns == ("b", "new")
    assert schedule.flat == {"new": "the report by hour has no such campaign"}
    assert schedule.modifier[0, 20] > 1 and (schedule.modifier[1] == 1).all()


def test_amazon_takes_no_schedule_whatever_the_hours_say():
    schedule = make_schedule(NAMES, strong(), SlotSpec(), PROFILES["amazon_ads"], np.full((2, 168), 1.3))
    assert (schedule.modifier == 1).all() and "amazon_ads" in schedule.flat["a"]


def test_hours_of_blocks_on_quarters_are_weighted_by_time():
    week = hourly([Block(0, 1, 0, 75, 1.0), Block(0, 1, 75, 1440, 2.0)], 1)
    assert week[0, 24:27].tolist() == [1.0, 1.75, 2.0] and week[0, 0] == 0
