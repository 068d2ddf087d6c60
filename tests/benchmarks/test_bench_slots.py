"""Ranked auctions: throughput of whole auctions, and of our own bids against competing ones."""

from __future__ import annotations

import time
from statistics import median

import numba
import numpy as np
import pytest

from bidder.auctions.kernels.slots import RankedColumns, ranked_auctions, replay_ranked
from bidder.auctions.kernels.state import BALANCE, FIELDS
from bidder.auctions.log import CompetingBids
from bidder.auctions.ranked.ranking import (
    payment_code,
    quality_weights,
    ranked_bids,
    ranked_rules,
    slot_millionths,
)
from bidder.auctions.rules import Payment, Pricing, Rules

AUCTIONS, BIDDERS = 1_000_000, 10
CURVE = (1.0, 0.7, 0.5, 0.3)
NONE, NO_BYTES = np.empty(0, np.int64), np.empty(0, np.uint8)


def seconds(*calls, rounds=7):
    """Median time of each call, taken in turns so that a busy machine slows all of them."""
    times = [[] for _ in calls]
    for _ in range(rounds + 1):  # the first one warms up
        for call, mine in zip(calls, times, strict=True):
            begun = time.perf_counter()
            call()
            mine.append(time.perf_counter() - begun)
    return [median(mine[1:]) for mine in times]


def random_bids(auctions):
    rng = np.random.default_rng(1)
    quality = rng.integers(1, 11, auctions * BIDDERS) / 5
    return rng.integers(0, 5_000_000, auctions * BIDDERS), quality


@numba.njit
def bare_loop(bid, weight, slot, price):
    """Reads and writes the same columns, and multiplies."""
    for j in range(len(bid)):
        slot[j] = -1
        price[j] = bid[j] * weight[j]


def with_numpy(bid, weight, slots):
    """GSP of equal-sized auctions with whole-array operations; ties as they come."""
    bid, weight = bid.reshape(-1, BIDDERS), weight.reshape(-1, BIDDERS)
    rank = bid * weight
    order = np.argsort(-rank, axis=1, kind="stable")[:, : len(slots) + 1]
    top = np.take_along_axis(rank, order, axis=1)
    over = np.take_along_axis(weight, order, axis=1)[:, :-1]
    slot, price = np.full(bid.shape, -1, np.int8), np.zeros(bid.shape, np.int64)
    np.put_along_axis(slot, order[:, :-1], np.arange(len(slots), dtype=np.int8)[None, :], axis=1)
    np.put_along_axis(price, order[:, :-1], -(-top[:, 1:] // over), axis=1)
    return slot, price


@pytest.mark.parametrize("payment", [Payment.GSP, Payment.VCG])
def test_whole_auctions(payment, record):
    bid, quality = random_bids(AUCTIONS)
    weight, slots = quality_weights(quality), slot_millionths(CURVE)
    offsets = np.arange(AUCTIONS + 1) * BIDDERS
    slot, price = np.empty(len(bid), np.int8), np.empty(len(bid), np.int64)
    code = payment_code(payment)
    bare, plain, ours = seconds(
        lambda: bare_loop(bid, weight, slot, price),
        lambda: with_numpy(bid, weight, slots),
        lambda: ranked_auctions(offsets, bid, weight, slots, code, 0, NONE, slot, price),
    )
    if payment is Payment.GSP:
        assert (slot == with_numpy(bid, weight, slots)[0].ravel()).all()
    record(
        f"{payment} with {BIDDERS} bidders and {len(CURVE)} slots: auctions/s (bare loop, numpy's GSP)",
        f"{AUCTIONS / ours:.3g} ({AUCTIONS / bare:.3g}, {AUCTIONS / plain:.3g}; "
        f"{bare / ours:.2f} and {plain / ours:.1f} times)",
        "4e6" if payment is Payment.GSP else "",
    )


@pytest.mark.parametrize("reacting", [False, True])
def test_replay(reacting, record):
    n, settings = AUCTIONS // 4, 8
    rng = np.random.default_rng(2)
    bid, quality = random_bids(n)
    codes = np.tile(np.arange(BIDDERS, dtype=np.int32), n)
    rivals = ranked_bids(CompetingBids(np.arange(n + 1) * BIDDERS, codes, bid, quality))
    columns = RankedColumns(
        np.arange(n), quality_weights(rng.integers(1, 11, n) / 5), NONE, np.full(n, 0.05), np.full(n, 0.03),
        (rng.random(n) < 0.05).astype(np.uint8), NO_BYTES, NONE, rng.integers(0, 10**8, n), NONE, NO_BYTES,
        NONE,
    )
    rules = ranked_rules(Rules(payment=Payment.GSP, pricing=Pricing.CLICK))
    factors = np.full((settings, BIDDERS if reacting else 0), 0.9)
    state = np.zeros((settings, FIELDS), np.int64)
    base, ones = rng.uniform(0, 8e6, (1, n)), np.ones(settings)

    def play():
        state[:, BALANCE] = 10**15
        replay_ranked(
            0, n, columns, rivals, base, ones, ones, np.arange(settings), rules, slot_millionths(CURVE),
            np.arange(settings), factors, np.zeros(factors.shape, np.int64),
            np.zeros((settings, 0), np.uint16), np.zeros((0, settings), np.uint8), state,
        )

    rate = n * settings / seconds(play)[0]
    who = "reacting competitors" if reacting else "competing bids"
    record(f"replay of {settings} settings against {BIDDERS} {who}: auctions/s", f"{rate:.3g}")
