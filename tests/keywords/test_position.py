"""Bids that hold a share of impressions, and how far they may go."""

import numpy as np
import pytest
from keyword_tables import click_values, keyword_table, night

from bidder.keywords.bids.position import position_bids
from bidder.keywords.spec_bidding import PositionTarget

SHARE = np.array([0.45, 0.9, 0.98, np.nan, 0.01, 0.45])


def aim(supported=10_000_000, bid=1_000_000, **fields):
    """Six keywords, the last of another class."""
    table = keyword_table(6, impression_share=SHARE, max_cpc=np.full(6, bid))
    classes = np.array([0, 0, 0, 0, 0, 1], dtype=np.int32)
    target = PositionTarget(keyword_class="brand", impression_share=0.9, elasticity=0.5, **fields)
    return position_bids(
        night(table, classes=("brand", "other"), keyword_class=classes), np.full(6, supported),
        click_values(np.full(6, 0.05)), [target],
    )


def test_bid_moves_by_the_elasticity():
    bids, aimed = aim()
    assert aimed.tolist() == [True, True, True, False, True, False]
    assert bids[0] == 4_000_000  # twice the share: four times the bid
    assert bids[1] == 1_000_000
    assert bids[2] == round(1_000_000 * (0.9 / 0.98) ** 2)
    assert bids[3] == bids[5] == 10_000_000  # left at what value supports


def test_limits():
    assert aim(supported=1_000_000)[0][0] == 3_000_000  # max_ratio
    assert aim(max_cpa=20)[0][0] == 1_000_000  # 5% of clicks convert: 20 a conversion is 1 a click
    # A share near nothing does not make the bid explode.
    assert aim(supported=10**12)[0][4] == 1_000_000 * 18**2


def test_unknown_bid_is_no_start():
    assert not aim(bid=-1)[1].any()


def test_later_target_does_not_take_what_an_earlier_one_has():
    table = keyword_table(2, impression_share=np.full(2, 0.45), max_cpc=np.full(2, 10**6))
    made = night(table, classes=("brand", "other"))
    targets = [PositionTarget(keyword_class="brand", impression_share=s) for s in (0.9, 0.2)]
    bids, _ = position_bids(made, np.full(2, 10**9), click_values(np.full(2, 0.05)), targets)
    assert bids == pytest.approx([4_000_000] * 2)
