"""The keyword auctions of one block, one after the other, because money runs out in between.

Ranks and prices are those of :mod:`bidder.auctions.ranked.ranking`.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from bidder.auctions.kernels.slots import clear, gsp_price, insert

IMPRESSIONS, CLICKS, COST, CONVERSIONS, REVENUE = range(5)
"""What a response curve holds, as expectations; money in micros."""
MEASURES = 5
HIGHEST_BID = 20_000_000_000
"""Micros: no bid in a world is higher, so that ranks fit into 64 bits."""


class RivalState(NamedTuple):
    """What the kernels know of K competitors, J keywords (or campaigns).

    ``usual`` (J, K) is the median bid now, in micros; ``quality`` and ``weight`` have shape (K, J);
    ``balance`` (K,) is changed here.
    """

    usual: np.ndarray
    quality: np.ndarray
    weight: np.ndarray
    balance: np.ndarray


class SearchDraws(NamedTuple):
    """The auctions of a block, n of them.

    ``keyword`` is the code; ``factor`` (n, K) what multiplies each competitor's usual bid, -1 where it
    takes no part; ``click_rate`` and ``sale_rate`` the true probabilities; ``clicked`` the click in the
    first slot; ``keep`` (n,) uniform, for lower slots.
    """

    keyword: np.ndarray
    factor: np.ndarray
    click_rate: np.ndarray
    sale_rate: np.ndarray
    clicked: np.ndarray
    keep: np.ndarray


class OurSearch(NamedTuple):
    """Our side: ``bid`` (J,) of today in micros, ``usual`` (J,) at level 1, ``weight`` (J,), ``value``
    (J,) mean order value in micros, ``campaign`` (J,), ``levels`` (L,), ``response`` (C, L, 5) which is
    added to, and ``balance`` (1,), changed here."""

    bid: np.ndarray
    usual: np.ndarray
    weight: np.ndarray
    value: np.ndarray
    campaign: np.ndarray
    levels: np.ndarray
    response: np.ndarray
    balance: np.ndarray


class SearchResults(NamedTuple):
    """What is filled in: ``market_price`` (n,), ``present`` (n,) the number of competing bids, which stand
    one auction behind the other in ``bidder``, ``bid`` and ``quality`` (n K,); of our impression ``slot``
    (n,), -1 without, ``click`` (n,) and ``cost`` (n,)."""

    market_price: np.ndarray
    present: np.ndarray
    bidder: np.ndarray
    bid: np.ndarray
    quality: np.ndarray
    slot: np.ndarray
    click: np.ndarray
    cost: np.ndarray


@numba.njit(cache=True)
def rival_bid(factor, usual, balance):  # type: ignore[no-untyped-def]
    """What a competitor bids, in whole micros; -1 where it takes no part or has no money left."""
    if factor < 0.0 or balance <= 0:
        return np.int64(-1)
    return np.int64(min(factor * usual, HIGHEST_BID))


@numba.njit(cache=True)
def least_bid(rank, weight, floor):  # type: ignore[no-untyped-def]
    """Lowest bid of ours that beats a rank (-1: nobody); a tie is ours."""
    return max(floor, (rank + weight - 1) // weight) if rank >= 0 else floor


@numba.njit(cache=True)
def _line_up(i, j, floor, factor, usual, weight, balance, bids, ranks, who):  # type: ignore[no-untyped-def]
    """Rank the competitors that take part; returns how many they are."""
    clear(ranks, who)
    present = 0
    for k in range(len(bids)):
        bids[k] = rival_bid(factor[i, k], usual[j, k], balance[k])
        if bids[k] >= floor:
            insert(ranks, who, bids[k] * weight[k, j], k)
            present += 1
    return present


@numba.njit(cache=True)
def _place(rank, ranks):  # type: ignore[no-untyped-def]
    """How many competitors stand above a rank of ours."""
    place = 0
    while ranks[place] > rank:
        place += 1
    return place


@numba.njit(cache=True)
def _step_in(place, rank, ranks, who):  # type: ignore[no-untyped-def]
    for t in range(len(ranks) - 1, place, -1):
        ranks[t], who[t] = ranks[t - 1], who[t - 1]
    ranks[place], who[place] = rank, -1


@numba.njit(cache=True)
def _respond(c, bid, weight, floor, slots, rates, value, levels, ranks, response):  # type: ignore[no-untyped-def]
    """Add what each bid level would have brought here; ``rates`` are true CTR and CVR."""
    for level in range(len(levels)):
        amount = np.int64(min(bid * levels[level], HIGHEST_BID))
        place = _place(amount * weight, ranks)
        if amount < floor or place >= len(slots):
            continue
        clicks = rates[0] * slots[place]
        response[c, level, IMPRESSIONS] += 1.0
        response[c, level, CLICKS] += clicks
        response[c, level, COST] += clicks * least_bid(ranks[place], weight, floor)
        response[c, level, CONVERSIONS] += clicks * rates[1]
        response[c, level, REVENUE] += clicks * rates[1] * value


@numba.njit(cache=True)
def _take_part(bid, weight, floor, slots, keep, clicked, wallet, ranks, who):  # type: ignore[no-untyped-def]
    """Our own bid: the slot it gets (-1: none), whether it is clicked, and what that costs."""
    if bid < floor or bid > wallet[0]:
        return -1, False, np.int64(0)
    place = _place(bid * weight, ranks)
    price = least_bid(ranks[place], weight, floor)
    _step_in(place, bid * weight, ranks, who)
    if place >= len(slots):
        return -1, False, np.int64(0)
    if not clicked or keep >= slots[place]:
        return place, False, np.int64(0)
    wallet[0] -= price
    return place, True, price


@numba.njit(cache=True)
def _charge(j, click_rate, floor, slots, weight, balance, ranks, who):  # type: ignore[no-untyped-def]
    """Competitors in the slots pay for the clicks they can expect."""
    for t in range(min(len(slots), len(ranks) - 1)):
        k = who[t]
        if ranks[t] < 0:
            return
        if k >= 0:
            price = gsp_price(t, ranks, who, weight[k, j], floor)
            balance[k] -= np.int64(np.rint(price * click_rate * slots[t]))


@numba.njit(cache=True)
def clear_search(floor, slots, draws, rivals, ours, out):  # type: ignore[no-untyped-def]
    """Play the auctions of a block.

    Arrays are bound to names before the loop, and what is asked of every competitor is asked with plain
    numbers: numba counts references when an array is taken out of a tuple or handed on, which would cost
    more than the auction.

    Parameters
    ----------
    floor : int
        Lowest bid that takes part, micros.
    slots : ndarray of float64
        Click rate of each slot relative to the first.
    draws : SearchDraws
    rivals : RivalState
    ours : OurSearch
    out : SearchResults

    Returns
    -------
    int
        Number of competing bids written.
    """
    keyword, factor, click_rate, sale_rate = draws.keyword, draws.factor, draws.click_rate, draws.sale_rate
    clicked, keep = draws.clicked, draws.keep
    usual, quality, weight, balance = rivals.usual, rivals.quality, rivals.weight, rivals.balance
    our_bid, our_usual, our_weight, value = ours.bid, ours.usual, ours.weight, ours.value
    campaign, levels, response, wallet = ours.campaign, ours.levels, ours.response, ours.balance
    market_price, present, slot, click, cost = out.market_price, out.present, out.slot, out.click, out.cost
    table_bidder, table_bid, table_quality = out.bidder, out.bid, out.quality
    bids = np.zeros(len(balance), np.int64)
    ranks, who = np.empty(len(balance) + 2, np.int64), np.empty(len(balance) + 2, np.int64)
    written = 0
    for i in range(len(keyword)):
        j = keyword[i]
        present[i] = _line_up(i, j, floor, factor, usual, weight, balance, bids, ranks, who)
        market_price[i] = least_bid(ranks[0], our_weight[j], floor)
        for t in range(present[i]):
            table_bidder[written] = who[t]
            table_bid[written] = bids[who[t]]
            table_quality[written] = quality[who[t], j]
            written += 1
        _respond(
            campaign[j], our_usual[j], our_weight[j], floor, slots, (click_rate[i], sale_rate[i]), value[j],
            levels, ranks, response,
        )
        slot[i], click[i], cost[i] = _take_part(
            our_bid[j], our_weight[j], floor, slots, keep[i], clicked[i], wallet, ranks, who
        )
        _charge(j, click_rate[i], floor, slots, weight, balance, ranks, who)
    return written
