"""Weights, slots and limits, and how they are refused."""

from __future__ import annotations

import numpy as np
import pytest

from bidder.auctions.log import CompetingBids
from bidder.auctions.ranked.ranking import (
    MAX_COMPETITORS,
    MAX_RANK,
    allocate_all,
    check_ranks,
    payment_code,
    quality_weights,
    ranked_bids,
    ranked_rules,
    slot_millionths,
)
from bidder.auctions.rules import OverBudget, Payment, Pricing, Rules
from bidder.errors import InputError


def test_weights_are_millionths_of_the_squashed_quality():
    quality = np.array([1.0, 2.0, 0.25, 1 / 3, np.nan])
    assert quality_weights(quality).tolist() == [1_000_000, 2_000_000, 250_000, 333_333, 1_000_000]
    assert quality_weights(quality, 0.5).tolist() == [1_000_000, 1_414_214, 500_000, 577_350, 1_000_000]
    assert quality_weights(quality, 0.0).tolist() == [1_000_000] * 5


@pytest.mark.parametrize("quality", [0.0, -1.0, np.inf, -np.inf, 1e-9, 1e300])
def test_a_quality_without_a_weight_is_refused(quality):
    with pytest.raises(InputError, match=r"row 1: quality is .*expected above 0"):
        quality_weights(np.array([1.0, quality]))


def test_all_problems_are_named_at_once_and_then_counted():
    with pytest.raises(InputError) as caught:
        quality_weights(np.zeros(50))
    assert len(caught.value.problems) == 21
    assert str(caught.value.problems[-1]) == "30 more rows like these"


def test_slots():
    assert slot_millionths((1.0, 0.7, 1 / 3)).tolist() == [1_000_000, 700_000, 333_333]
    for bad, said in (((), "0 slots"), ((1.0, 0.0), "slot 2"), ((1.0, 1.5), "slot 2"), ((0.5, 0.6), "slot 2"),
                      ((np.nan,), "slot 1"), ((1.0,) * 65, "65 slots")):
        with pytest.raises(InputError, match=said):
            slot_millionths(bad)


def test_ranks_that_do_not_fit_are_refused():
    limit = MAX_RANK // 1_000_000
    weight = np.array([1_000_000])
    check_ranks(np.array([limit]), weight)
    with pytest.raises(InputError, match="larger money unit"):
        check_ranks(np.array([limit + 1]), weight)
    check_ranks(np.array([limit // 2]), weight, 2.0)
    with pytest.raises(InputError, match="larger money unit"):
        check_ranks(np.array([limit // 2 + 100_000]), weight, 2.0)
    with pytest.raises(InputError, match="row 0: bid is -1"):
        check_ranks(np.array([-1]), weight)
    with pytest.raises(InputError, match="row 0: weight is 0"):
        check_ranks(np.array([1]), np.array([0]))
    with pytest.raises(InputError, match="larger money unit"):
        allocate_all(
            np.array([0, 1]), np.array([2**62]), weight, slot_millionths((1.0,)), Payment.GSP
        )


def test_competing_bids_are_put_into_the_order_of_the_exponent():
    bids = CompetingBids(
        np.array([0, 3, 5]), np.array([0, 1, 2, 1, 0], np.int32), np.array([6, 9, 8, 4, 4]),
        np.array([4.0, 2.0, 1.0, 1.0, 1.0]),
    )
    assert ranked_bids(bids).bidder.tolist() == [0, 1, 2, 1, 0]
    flat = ranked_bids(bids, 0.0)
    assert flat.bid.tolist() == [9, 8, 6, 4, 4]
    assert flat.bidder.tolist() == [1, 2, 0, 1, 0]
    assert ranked_bids(bids, 0.5).bid.tolist() == [9, 6, 8, 4, 4]


def test_codes_of_competitors_have_a_range():
    for code in (-1, MAX_COMPETITORS):
        bids = CompetingBids(np.array([0, 1]), np.array([code], np.int32), np.array([1]), np.ones(1))
        with pytest.raises(InputError, match="row 0: competitor is"):
            ranked_bids(bids)


def test_rules_as_numbers():
    plain = ranked_rules(Rules(payment=Payment.VCG, pricing=Pricing.CLICK, over_budget=OverBudget.STOP))
    assert plain == (payment_code(Payment.VCG), True, True, -1, 0, 2, False, -1)
    assert ranked_rules(Rules(max_bid=3, frequency_cap=0))[3::4] == (3, 0)
