"""The keyword auctions of one block, one after the other, because money runs out in between.

Ranks and prices are those of :mod:`bidder.auctions.ranking`.
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

    ``log_bid``, ``quality``, ``weight`` have shape (K, J), ``spread``, ``takes_part``, ``insight`` and
    ``log_factor`` shape (K,); ``balance`` is changed here.
    """

    log_bid: np.ndarray
    quality: np.ndarray
    weight: np.ndarray
    spread: np.ndarray
    takes_part: np.ndarray
    insight: np.ndarray
    log_factor: np.ndarray
    balance: np.ndarray


class SearchDraws(NamedTuple):
    """The auctions of a block, n of them.

    ``keyword`` is the code; ``shock`` (n, K) standard normal and ``chance`` (n, K) uniform, for the
    competitors; ``tilt`` the log of how much likelier than usual the click is; ``click_rate`` and
    ``sale_rate`` the true probabilities; ``clicked`` the click in the first slot; ``keep`` (n,) uniform,
    for lower slots.
    """

    keyword: np.ndarray
    shock: np.ndarray
    chance: np.ndarray
    tilt: np.ndarray
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
def rival_bid(k, j, i, shock, tilt, rivals):  # type: ignore[no-untyped-def]
    """What competitor k bids in auction i, in whole micros."""
    log = rivals.log_bid[k, j] + rivals.log_factor[k] + rivals.spread[k] * shock[i, k]
    return np.int64(min(np.exp(log + rivals.insight[k] * tilt[i]), HIGHEST_BID))


@numba.njit(cache=True)
def least_bid(rank, weight, floor):  # type: ignore[no-untyped-def]
    """Lowest bid of ours that beats a rank (-1: nobody); a tie is ours."""
    return max(floor, (rank + weight - 1) // weight) if rank >= 0 else floor


@numba.njit(cache=True)
def _line_up(i, j, floor, draws, rivals, bids, ranks, who):  # type: ignore[no-untyped-def]
    """Rank the competitors that take part; returns how many they are."""
    clear(ranks, who)
    present = 0
    for k in range(len(bids) - 1, -1, -1):
        if draws.chance[i, k] >= rivals.takes_part[k] or rivals.balance[k] <= 0:
            continue
        bids[k] = rival_bid(k, j, i, draws.shock, draws.tilt, rivals)
        if bids[k] >= floor:
            insert(ranks, who, bids[k] * rivals.weight[k, j], k)
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
def _respond(i, j, floor, slots, draws, ours, ranks):  # type: ignore[no-untyped-def]
    """Add what each bid level would have brought here."""
    for level in range(len(ours.levels)):
        bid = np.int64(ours.usual[j] * ours.levels[level])
        if bid < floor:
            continue
        place = _place(bid * ours.weight[j], ranks)
        if place >= len(slots):
            continue
        clicks = draws.click_rate[i] * slots[place]
        cell = ours.response[ours.campaign[j], level]
        cell[IMPRESSIONS] += 1
        cell[CLICKS] += clicks
        cell[COST] += clicks * least_bid(ranks[place], ours.weight[j], floor)
        cell[CONVERSIONS] += clicks * draws.sale_rate[i]
        cell[REVENUE] += clicks * draws.sale_rate[i] * ours.value[j]


@numba.njit(cache=True)
def _take_part(i, j, floor, slots, draws, ours, ranks, who, out):  # type: ignore[no-untyped-def]
    """Our own bid: the slot it gets, the click and what it costs."""
    out.slot[i], out.click[i], out.cost[i] = -1, 0, 0
    bid = ours.bid[j]
    if bid < floor or bid > ours.balance[0]:
        return
    rank = bid * ours.weight[j]
    place = _place(rank, ranks)
    price = least_bid(ranks[place], ours.weight[j], floor)
    _step_in(place, rank, ranks, who)
    if place >= len(slots):
        return
    out.slot[i] = place
    if draws.clicked[i] and draws.keep[i] < slots[place]:
        out.click[i] = 1
        out.cost[i] = price
        ours.balance[0] -= price


@numba.njit(cache=True)
def _charge(j, click_rate, floor, slots, rivals, ranks, who):  # type: ignore[no-untyped-def]
    """Competitors in the slots pay for the clicks they can expect."""
    for t in range(min(len(slots), len(ranks) - 1)):
        k = who[t]
        if ranks[t] < 0:
            return
        if k >= 0:
            price = gsp_price(t, ranks, who, rivals.weight[k, j], floor)
            rivals.balance[k] -= np.int64(np.rint(price * click_rate * slots[t]))


@numba.njit(cache=True)
def clear_search(floor, slots, draws, rivals, ours, out):  # type: ignore[no-untyped-def]
    """Play the auctions of a block.

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
    competitors = len(rivals.spread)
    bids = np.zeros(competitors, np.int64)
    ranks, who = np.empty(competitors + 2, np.int64), np.empty(competitors + 2, np.int64)
    written = 0
    for i in range(len(draws.keyword)):
        j = draws.keyword[i]
        present = _line_up(i, j, floor, draws, rivals, bids, ranks, who)
        out.market_price[i] = least_bid(ranks[0], ours.weight[j], floor)
        out.present[i] = present
        for t in range(present):
            out.bidder[written] = who[t]
            out.bid[written] = bids[who[t]]
            out.quality[written] = rivals.quality[who[t], j]
            written += 1
        _respond(i, j, floor, slots, draws, ours, ranks)
        _take_part(i, j, floor, slots, draws, ours, ranks, who, out)
        _charge(j, draws.click_rate[i], floor, slots, rivals, ranks, who)
    return written
