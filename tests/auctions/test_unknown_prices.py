"""Prices drawn for the auctions that a censored log lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.auctions.landscapes.unknown_prices import DrawnLog, drawn_prices, unknown
from bidder.auctions.log import AuctionLog, InMemory, LogInfo


def censored(price, bid, campaign=None, win_on_tie=True):
    """The log of a bidder who knows the prices of the auctions that it won."""
    price, bid = np.asarray(price, np.int64), np.asarray(bid, np.int64)
    won = bid >= price if win_on_tie else bid > price
    codes = np.zeros(len(price), np.int32) if campaign is None else np.asarray(campaign, np.int32)
    info = LogInfo(tuple("abc"[: int(codes.max(initial=0)) + 1]), censored=True)
    return AuctionLog(
        info, np.arange(len(price), dtype=np.int64), codes, np.where(won, price, -1),
        lost_bid=np.where(won, -1, bid),
    )


def filled(log, seed=1, win_on_tie=True):
    return drawn_prices([log], len(log.info.campaigns), seed, win_on_tie).fill(log).market_price


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 2)), min_size=1, max_size=60),
    st.booleans(), st.integers(0, 2**40),
)
def test_known_prices_stay_and_drawn_ones_lie_above_the_bid(rows, win_on_tie, seed):
    price, bid, campaign = zip(*rows, strict=True)
    log = censored(price, bid, campaign, win_on_tie)
    found, hidden = filled(log, seed, win_on_tie), log.market_price < 0
    assert (found[~hidden] == log.market_price[~hidden]).all()
    drawn = found[hidden]
    least = log.lost_bid[hidden] + (1 if win_on_tie else 0)
    assert ((drawn >= least) | (drawn == -1)).all()
    # Only prices that the campaign has seen are drawn, and none where all of them are below the bid.
    for code in range(3):
        seen = set(log.market_price[~hidden & (log.campaign == code)].tolist())
        assert set(drawn[log.campaign[hidden] == code].tolist()) <= seen | {-1}


def test_a_draw_belongs_to_its_row_alone():
    rng = np.random.default_rng(5)
    log = censored(rng.integers(0, 90, 500), rng.integers(0, 60, 500), rng.integers(0, 3, 500))
    drawn = drawn_prices([log.part(0, 100), log.part(100, 500)], 3, seed=9)
    parts = [drawn.fill(log.part(k, k + 50)).market_price for k in range(0, 500, 50)]
    assert np.array_equal(np.concatenate(parts), drawn.fill(log).market_price)
    assert np.array_equal(filled(log, 9), drawn.fill(log).market_price)
    assert not np.array_equal(filled(log, 10), drawn.fill(log).market_price)
    assert log.market_price.min() == -1  # and the log itself is as it was


@pytest.mark.parametrize("win_on_tie", [True, False])
def test_drawn_prices_are_distributed_as_the_hidden_ones(win_on_tie):
    rng = np.random.default_rng(7)
    price = np.floor(rng.lognormal(3, 0.6, 40_000)).astype(np.int64)
    log = censored(price, np.floor(rng.lognormal(3.2, 0.7, 40_000)), None, win_on_tie)
    hidden = log.market_price < 0
    assert 0.3 < hidden.mean() < 0.7
    found = filled(log, 3, win_on_tie)
    known = np.where(found < 0, 10**9, found)  # above all that are known
    for amount in (5, 10, 20, 30, 50, 80):
        assert np.mean(known[hidden] <= amount) == pytest.approx(np.mean(price[hidden] <= amount), abs=0.01)


def test_what_lies_above_all_known_prices_stays_unknown():
    log = censored([3, 50, 60, 4], [10, 10, 10, 10])
    assert filled(log).tolist() == [3, -1, -1, 4] and unknown(log) == 2
    assert filled(censored([50, 60], [10, 10])).tolist() == [-1, -1]


def test_auctions_without_a_bid_are_drawn_from_all_prices():
    log = censored([3, 4, 50], [10, 10, 10])
    log = AuctionLog(log.info, log.ts, log.campaign, log.market_price)
    assert filled(log)[2] in (3, 4)


def test_campaigns_keep_to_their_own_prices():
    price, bid = [5, 6, 50, 60, 9, 90], [9, 9, 90, 90, 4, 4]
    found = filled(censored(price, bid, [0, 0, 1, 1, 0, 1]))
    assert found[4] in (5, 6) and found[5] in (50, 60)


def test_a_drawn_log_is_a_source():
    log = censored([3, 9, 5], [4, 4, 9])
    source = DrawnLog(InMemory(log), drawn_prices([log], 1, 1))
    assert source.info is log.info and source.partitions() == [source]
    assert [piece.market_price.tolist() for piece in source.pieces()] == [[3, 5, 5]]
