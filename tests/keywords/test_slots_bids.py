"""Bids by slot are the nearest legal ones."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.keywords.platforms import PROFILES
from bidder.keywords.slots.slot_bids import slot_bids


def exact(bid, modifier, step, low, high):
    """The nearest whole step, ties down, in fractions."""
    wanted = Fraction(bid) * Fraction(round(modifier * 1000), 1000) / step
    nearest = -((1 - 2 * wanted) // 2)  # ceil(wanted - 1/2)
    return int(min(max(nearest, -(-low // step)), high // step))


@pytest.mark.parametrize("platform", PROFILES)
@given(data=st.data())
def test_as_in_exact_arithmetic(platform, data):
    profile, currency = PROFILES[platform], data.draw(st.sampled_from(["CNY", "JPY", "KWD"]))
    step = profile.bid_step(currency)
    low, high = profile.min_bid_micros, profile.max_bid_micros
    bid = np.array(data.draw(st.lists(st.integers(0, high), min_size=1, max_size=6)), dtype=np.int64)
    campaign = np.array([data.draw(st.integers(0, 1)) for _ in bid], dtype=np.int32)
    thousandths = st.integers(1, 10_000)
    modifier = np.array([[data.draw(thousandths) / 1000 for _ in range(3)] for _ in range(2)])
    found = slot_bids(bid, campaign, modifier, step, low, high)
    assert found.dtype == np.int32
    for row, b, c in zip(found.tolist(), bid.tolist(), campaign, strict=True):
        assert row == [exact(b, m, step, low, high) for m in modifier[c]]
    micros = found.astype(np.int64) * step
    assert (profile.legal_bid(micros, currency) == micros).all()


def test_unknown_bids_stay_unknown_and_out_is_filled():
    out = np.full((2, 24), 9, dtype=np.int32)
    bid, campaign = np.array([-1, 1_000_000]), np.zeros(2, np.int32)
    found = slot_bids(bid, campaign, np.full((1, 24), 1.2), 10_000, 10_000, 10**9, out)
    assert found is out and (out[0] == 0).all() and (out[1] == 120).all()


def test_what_cannot_be_is_refused():
    bid, one = np.array([1]), np.ones((1, 24))
    with pytest.raises(ValueError, match="rows of 1 modifiers"):
        slot_bids(bid, np.array([1], np.int32), one, 1, 1, 2)
    with pytest.raises(ValueError, match="no bids in steps"):
        slot_bids(bid, np.array([0], np.int32), one, 1000, 1001, 1999)
    with pytest.raises(ValueError, match="32 bits"):
        slot_bids(bid, np.array([0], np.int32), one, 1, 1, 2**40)
    with pytest.raises(ValueError, match="shape"):
        slot_bids(bid, np.array([0], np.int32), one, 1, 1, 2, np.zeros((1, 23), np.int32))
