"""Platform profiles: what they call legal is legal, and styles are written without noise."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.keywords.platforms import PROFILES, ModifierStyle
from bidder.keywords.platforms.styles import read_modifier, write_modifier
from bidder.keywords.spec import Account

PLATFORM = pytest.mark.parametrize("platform", PROFILES)


def test_every_platform_that_a_config_may_name_has_a_profile():
    named = Account.model_fields["platform"].annotation.__args__
    assert set(named) == set(PROFILES) and all(p.name == name for name, p in PROFILES.items())


@PLATFORM
def test_profiles_make_sense(platform):
    profile = PROFILES[platform]
    assert 0 < profile.min_bid_micros < profile.max_bid_micros
    assert 60 % profile.slot_minutes == 0 and profile.max_blocks >= 1
    assert profile.modifier_step * profile.steps_per_unit == 1
    for segment in (False, True):
        low, high = profile.modifier_range(segment=segment)
        assert low <= profile.steps_per_unit <= high  # 1.0 is legal everywhere
    assert all(name == name.casefold() for name in profile.automated)
    if not profile.has_schedule:
        assert profile.schedule_min == profile.schedule_max == 1


@pytest.mark.parametrize(
    ("platform", "blocks", "slot", "schedule", "bids"),
    [
        ("google_ads", 6, 15, ("0.1", "10"), (10_000, 10_000_000_000)),
        ("microsoft_ads", 6, 15, ("0.1", "10"), (10_000, 1_000_000_000)),
        ("zhitongche", 24, 60, ("0.3", "2.5"), (50_000, 99_990_000)),
        ("pinduoduo", 24, 60, ("0.3", "3"), (100_000, 99_000_000)),
        ("amazon_ads", 1, 60, ("1", "1"), (20_000, 1_000_000_000)),
    ],
)
def test_documented_limits(platform, blocks, slot, schedule, bids):
    profile = PROFILES[platform]
    assert (profile.max_blocks, profile.slot_minutes) == (blocks, slot)
    assert (profile.schedule_min, profile.schedule_max) == tuple(map(Decimal, schedule))
    assert (profile.min_bid_micros, profile.max_bid_micros) == bids


@PLATFORM
@given(bid=st.integers(-(10**6), 10**14), currency=st.sampled_from(["CNY", "USD", "JPY", "KWD"]))
def test_legal_bids_are_whole_steps_in_the_range_and_the_nearest_ones(platform, bid, currency):
    profile = PROFILES[platform]
    step = profile.bid_step(currency)
    low = max(-(-profile.min_bid_micros // step), 1) * step
    high = profile.max_bid_micros // step * step
    legal = int(profile.legal_bid(np.array([bid]), currency)[0])
    assert legal % step == 0 and low <= legal <= high
    assert abs(legal - bid) <= min(abs(max(min(bid // step * step + d, high), low) - bid) for d in (0, step))
    assert int(profile.legal_bid(np.array([legal]), currency)[0]) == legal


@PLATFORM
@given(modifier=st.floats(0, 30), segment=st.booleans())
def test_legal_modifiers_are_whole_steps_in_the_range(platform, modifier, segment):
    profile = PROFILES[platform]
    low, high = profile.modifier_range(segment=segment)
    legal = float(profile.legal_modifier(np.array([modifier]), segment=segment)[0])
    exact = Decimal(repr(legal)) / profile.modifier_step
    assert exact == exact.to_integral_value() and low <= exact <= high
    inside = min(max(modifier, low / profile.steps_per_unit), high / profile.steps_per_unit)
    assert abs(legal - inside) <= float(profile.modifier_step) / 2 + 1e-12


@PLATFORM
def test_every_legal_modifier_reads_back_from_every_way_to_write_it(platform):
    profile = PROFILES[platform]
    for segment in (False, True):
        low, high = profile.modifier_range(segment=segment)
        style = profile.segment_style if segment else profile.schedule_style
        for steps in range(low, high + 1):
            modifier = steps / profile.steps_per_unit
            for one in ModifierStyle:
                assert read_modifier(write_modifier(modifier, one), one) == modifier
            text = write_modifier(modifier, style)
            if style is not ModifierStyle.MULTIPLIER:  # whole numbers only
                assert text.strip("@%").removeprefix("-").isdecimal()


@pytest.mark.parametrize(
    ("modifier", "texts"),
    [
        (1.2, ("1.2", "@120%", "120", "20", "1200")),
        (0.9, ("0.9", "@90%", "90", "-10", "900")),
        (1.0, ("1", "@100%", "100", "0", "1000")),
        (10.0, ("10", "@1000%", "1000", "900", "10000")),
        (0.1 + 0.2, ("0.3", "@30%", "30", "-70", "300")),
    ],
)
def test_styles(modifier, texts):
    assert tuple(write_modifier(modifier, style) for style in ModifierStyle) == texts


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("120%", ModifierStyle.AT_PERCENT),
        ("@120", ModifierStyle.AT_PERCENT),
        ("@%", ModifierStyle.AT_PERCENT),
        ("", ModifierStyle.MULTIPLIER),
        ("NaN", ModifierStyle.MULTIPLIER),
        ("Infinity", ModifierStyle.PERCENT),
        ("-100", ModifierStyle.PERCENT_CHANGE),
        ("-3", ModifierStyle.PERMILLE),
        ("0", ModifierStyle.PERCENT),
    ],
)
def test_other_texts_are_no_modifiers(text, style):
    with pytest.raises(ValueError, match="is not"):
        read_modifier(text, style)
