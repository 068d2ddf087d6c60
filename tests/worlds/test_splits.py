"""Search terms and devices: counts handed out so that they add up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import only

from bidder.worlds.splits import DEVICE_CVR, DEVICES, device_shares, make_terms, split
from bidder.worlds.tally import CLICKS, CONVERSIONS, COST, IMPRESSIONS, REVENUE
from bidder.worlds.world import World

ROWS = st.lists(st.tuples(*[st.integers(0, 60)] * 3, st.integers(0, 10**12)), max_size=20)


@given(ROWS, st.integers(0, 99))
def test_parts_add_up_and_make_sense(drawn, seed):
    counts = np.array([(a + b + c, b + c, m * (b + c > 0), c, m * (c > 0)) for a, b, c, m in drawn], np.int64)
    counts = counts.reshape(-1, 5)
    share = np.tile([0.5, 0.3, 0.2, 0.0], (len(counts), 1))
    sales = np.tile([0.7, 0.3, 0.0, 0.0], (len(counts), 1))
    parts = split(counts, share, sales, np.random.default_rng(seed))
    assert (parts.sum(axis=1) == counts).all() and (parts >= 0).all()
    assert (parts[:, :, CONVERSIONS] <= parts[:, :, CLICKS]).all()
    assert (parts[:, :, CLICKS] <= parts[:, :, IMPRESSIONS]).all()
    assert (parts[:, 2:, [CONVERSIONS, REVENUE]] == 0).all() and (parts[:, 3] == 0).all()
    assert (parts[parts[:, :, CLICKS] == 0][:, COST] == 0).all()


def test_devices_convert_as_they_are_said_to():
    counts = np.array([[4_000_000, 1_000_000, 10**12, 100_000, 10**13]])
    parts = split(counts, *device_shares(1), np.random.default_rng(1))[0]
    rates = parts[:, CONVERSIONS] / parts[:, CLICKS]
    assert rates / rates[0] == pytest.approx(DEVICE_CVR, rel=0.03) and len(DEVICES) == 3


def test_terms_follow_the_match_type_and_some_never_sell():
    words = World(only("search", "channels.search.keywords.1.count=300")).channels["search"].keywords
    terms = make_terms(words, 5, 0)
    assert terms.share.sum(axis=1) == pytest.approx(1) and (terms.suffix[:, 0] == "").all()
    exact = np.array([m == "exact" for m in words.match_type])
    assert terms.share[exact, 0] == pytest.approx(0.9) and terms.buys[exact].all()
    assert (~terms.buys[~exact]).any(axis=1).all() and terms.buys[:, 0].all()
    assert (terms.share[~terms.buys] > 0).all()
    for suffix, share in zip(terms.suffix, terms.share, strict=True):
        assert len(set(suffix[share > 0])) == (share > 0).sum()
