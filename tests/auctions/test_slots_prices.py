"""Who gets which slot at which price, against the definitions."""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slots_reference import auction, externality, gsp_price, ranking, vcg_exact

from bidder.auctions.ranked.ranking import MAX_RANK, allocate, allocate_all, quality_weights, slot_millionths
from bidder.auctions.rules import Payment

GRID = quality_weights(np.array([0.25, 0.5, 1.0, 1.0, 1.5, 2.0, 1 / 3, 0.7]))
CURVES = [(1.0,), (1.0, 0.5), (1.0, 1.0, 0.2), (1.0, 0.7, 0.5, 0.3), (0.9, 0.61, 0.333333, 0.000001)]


def random_auctions(rng, auctions, highest):
    """Offsets, bids, weights and floors; few different amounts, so that ties and zeros are common."""
    sizes = rng.integers(0, 9, auctions)
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    bid = rng.integers(0, highest + 1, offsets[-1])
    weight = rng.choice(GRID, offsets[-1])
    floor = rng.choice([0, 0, 1, highest // 3], auctions)
    return offsets, bid, weight, floor


@pytest.mark.parametrize("payment", list(Payment))
@pytest.mark.parametrize("highest", [4, 12, 5_000_000])
def test_ten_thousand_random_auctions(payment, highest):
    rng = np.random.default_rng([highest, list(Payment).index(payment)])
    for curve in CURVES:
        slots = slot_millionths(curve)
        offsets, bid, weight, floor = random_auctions(rng, 700, highest)
        slot, price = allocate_all(offsets, bid, weight, slots, payment, 1, floor)
        for i in range(len(floor)):
            part = slice(offsets[i], offsets[i + 1])
            bids, weights = bid[part].tolist(), weight[part].tolist()
            wanted = auction(bids, weights, slots.tolist(), max(1, int(floor[i])), payment)
            pairs = zip(slot[part].tolist(), price[part].tolist(), strict=True)
            assert {a: pair for a, pair in enumerate(pairs) if pair[0] >= 0} == wanted
        assert (price <= bid).all()
        assert (price[slot < 0] == 0).all()


def test_zero_bids_without_a_reserve_win_for_nothing():
    slots = slot_millionths((1.0, 0.5))
    for payment in Payment:
        slot, price = allocate(np.zeros(3, np.int64), GRID[:3], slots, payment)
        assert slot.tolist() == [0, 1, -1]
        assert price.tolist() == [0, 0, 0]


def test_known_answer():
    # Ranks 40, 30, 12 for two slots: GSP 30/4 -> 8 and 12/6 = 2; VCG of the first slot
    # (0.5 x 30 + 0.5 x 12) / 4 = 5.25 -> 6.
    bid, weight = np.array([10, 5, 12]), quality_weights(np.array([4.0, 6.0, 1.0]))
    slots = slot_millionths((1.0, 0.5))
    assert allocate(bid, weight, slots, Payment.GSP)[1].tolist() == [8, 2, 0]
    assert allocate(bid, weight, slots, Payment.VCG)[1].tolist() == [6, 2, 0]
    assert allocate(bid, weight, slots, Payment.GSP, reserve=6)[0].tolist() == [0, -1, 1]


tables = st.lists(st.tuples(st.integers(0, 15), st.sampled_from(GRID.tolist())), min_size=1, max_size=7)
curves = st.sampled_from(CURVES).map(lambda c: slot_millionths(c).tolist())


@given(tables, curves, st.integers(0, 6))
def test_a_gsp_price_is_the_least_that_keeps_the_slot(table, slots, reserve):
    bids, weights = (list(x) for x in zip(*table, strict=True))
    slot, price = allocate(np.array(bids), np.array(weights), np.array(slots), Payment.GSP, reserve)
    for i in np.flatnonzero(slot >= 0):
        assert reserve <= price[i] <= bids[i]
        keeps = ranking([*bids[:i], int(price[i]), *bids[i + 1 :]], weights, reserve)
        assert keeps.index(i) == slot[i]
        less = ranking([*bids[:i], int(price[i]) - 1, *bids[i + 1 :]], weights, reserve)
        assert price[i] == reserve or less.index(i) > slot[i]


@given(tables, curves)
def test_vcg_is_the_harm_to_the_others(table, slots):
    bids, weights = zip(*table, strict=True)
    for i in ranking(bids, weights, 0)[: len(slots)]:
        assert vcg_exact(bids, weights, slots, 0, i) == externality(bids, weights, slots, i)


@given(tables, curves, st.integers(0, 6), st.integers(0, 15), st.data())
def test_vcg_makes_the_true_value_the_best_bid(table, slots, reserve, value, data):
    bids, weights = (list(x) for x in zip(*table, strict=True))
    i = data.draw(st.integers(0, len(bids) - 1))

    def gain(bid, whole):
        offered = [*bids[:i], bid, *bids[i + 1 :]]
        shown = ranking(offered, weights, reserve)[: len(slots)]
        if i not in shown:
            return Fraction(0), Fraction(0)
        clicks = Fraction(slots[shown.index(i)], slots[0])
        price = vcg_exact(offered, weights, slots, reserve, i)
        return clicks * (value - (ceil(price) if whole else price)), clicks

    for bid in range(25):
        assert gain(bid, False)[0] <= gain(value, False)[0]
        true_gain, true_clicks = gain(value, True)
        assert gain(bid, True)[0] <= true_gain + true_clicks  # one unit for each click
        assert true_gain >= 0


@pytest.mark.parametrize("payment", list(Payment))
def test_the_highest_ranks_are_exact(payment):
    rng = np.random.default_rng(5)
    for curve in CURVES:
        slots = slot_millionths(curve)
        for _ in range(40):
            weight = rng.choice([1, 3, 999_999, 7_000_001, 2**40, MAX_RANK], 7)
            bid = MAX_RANK // weight - rng.integers(0, 2, 7) * (weight < MAX_RANK)
            slot, price = allocate(bid, weight, slots, payment, 1)
            wanted = auction(bid.tolist(), weight.tolist(), slots.tolist(), 1, payment)
            got = {a: (int(slot[a]), int(price[a])) for a in np.flatnonzero(slot >= 0)}
            assert got == wanted


def test_second_price_is_gsp_with_one_slot():
    assert gsp_price([7, 4], [GRID[2]] * 2, 0, 0) == 4
    bid, weight = np.array([4, 7, 7]), GRID[[2, 2, 2]]
    slot, price = allocate(bid, weight, slot_millionths((1.0,)), Payment.SECOND_PRICE)
    assert (slot.tolist(), price.tolist()) == ([-1, 0, -1], [0, 7, 0])
