"""Auctions with one price to beat, bid on in order, for many settings.

Auctions are played in short runs. A run is first summed as if there were no budget, a loop without
branches that the processor does for several auctions at a time; the sums stand when the balance could
not have got in the way. Only else is the run played auction by auction.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from bidder.auctions.draws import PARTICIPATION, uniform
from bidder.auctions.kernels.state import (
    BALANCE,
    CLICKS,
    CONVERSIONS,
    COST,
    ENTERED,
    IMPRESSIONS,
    STOPPED,
    VALUE,
    WORTH,
)

CLIP, SKIP, STOP = range(3)
"""What happens to a bid above the balance."""

RUN = 1024
"""Auctions that are summed at once."""


class Columns(NamedTuple):
    """What kernels read of a stretch of auctions; shape (n,), or (0,) where there is none.

    ``least`` is the lowest bid that wins and ``price`` what it costs at second price, both in the
    log's unit; ``worth`` as in :mod:`bidder.auctions.worth`; ``person`` the code of a user on a day (-1:
    nobody to count); ``special`` the rising positions of the auctions whose impression brings a
    conversion, and ``paid`` the values of those.
    """

    row: np.ndarray
    least: np.ndarray
    price: np.ndarray
    click: np.ndarray
    worth: np.ndarray
    person: np.ndarray
    special: np.ndarray
    paid: np.ndarray


class Money(NamedTuple):
    """The rules of :class:`bidder.auctions.rules.Rules` that kernels need, as plain numbers.

    ``max_bid`` is infinite and ``cap`` 0 where there is no limit.
    """

    first_price: bool
    per_click: bool
    integer: bool
    max_bid: float
    over_budget: int
    cap: int


@numba.njit(cache=True, inline="always")
def cut(bid, money):  # type: ignore[no-untyped-def]
    """A bid cut to whole units and to the highest bid."""
    if money.integer:
        bid = np.floor(bid)
    return min(bid, money.max_bid)


@numba.njit(cache=True)
def _sums(start, stop, columns, base, first, m, money):  # type: ignore[no-untyped-def]
    """Impressions, clicks, cost and worth of a run without a budget."""
    bids, least = base[start - first : stop - first], columns.least[start:stop]
    price, worth = columns.price[start:stop], columns.worth[start:stop]
    none = np.int64(0)
    impressions, clicks, cost, gained = none, none, none, none
    for i in range(len(bids)):
        bid = m * bids[i]
        if money.integer:
            bid = np.floor(bid)
        bid = money.max_bid if bid > money.max_bid else bid
        won = np.int64(bid >= least[i])
        impressions += won
        gained += won * worth[i]
        cost += won * (np.int64(bid) if money.first_price else price[i])
    click = columns.click[start:stop]
    for i in range(len(click)):
        bid = m * bids[i]
        if money.integer:
            bid = np.floor(bid)
        bid = money.max_bid if bid > money.max_bid else bid
        clicks += np.int64(bid >= least[i]) & np.int64(click[i])
    return impressions, clicks, cost, gained


@numba.njit(cache=True)
def _highest(start, stop, base, first, m, money):  # type: ignore[no-untyped-def]
    """The highest bid of a run."""
    highest = 0.0
    for i in range(start, stop):
        highest = max(highest, base[i - first])
    return cut(m * highest, money)


@numba.njit(cache=True)
def one_by_one(positions, columns, base, first, s, m, enter, seed, money, shown, won, state):  # type: ignore[no-untyped-def]
    """Play the auctions at rising positions; what the balance, a cap or a draw forbids is not bid on."""
    row, least, price, click, worth, person, special, paid = columns
    clicks_known, counted = len(click) > 0, money.cap > 0
    mine = state[s]
    balance = mine[BALANCE]
    c = np.searchsorted(special, positions[0]) if len(positions) > 0 else 0
    for i in positions:
        while c < len(special) and special[c] < i:
            c += 1
        if enter < 1.0 and uniform(seed, PARTICIPATION, row[i]) >= enter:
            continue
        if counted and person[i] >= 0 and shown[s, person[i]] >= money.cap:
            continue
        bid = cut(m * base[i - first], money)
        if bid > balance:
            if money.over_budget == CLIP:
                bid = float(balance)
            elif money.over_budget == SKIP:
                continue
            else:
                mine[STOPPED] = 1
                break
        mine[ENTERED] += 1
        if bid < least[i]:
            continue
        mine[IMPRESSIONS] += 1
        mine[WORTH] += worth[i]
        clicked = clicks_known and click[i] > 0
        mine[CLICKS] += clicked
        if clicked or not money.per_click:
            paying = np.int64(bid) if money.first_price else price[i]
            mine[COST] += paying
            balance -= paying
        if counted and person[i] >= 0:
            shown[s, person[i]] += 1
        if c < len(special) and special[c] == i:
            mine[CONVERSIONS] += 1
            mine[VALUE] += paid[c]
            if len(won) > 0:
                won[c, s] = 1
    mine[BALANCE] = balance


@numba.njit(cache=True)
def _specials(start, stop, columns, base, first, s, m, money, won, state):  # type: ignore[no-untyped-def]
    """Count the conversions of a run whose sums stand."""
    for c in range(np.searchsorted(columns.special, start), np.searchsorted(columns.special, stop)):
        i = columns.special[c]
        if cut(m * base[i - first], money) >= columns.least[i]:
            state[s, CONVERSIONS] += 1
            state[s, VALUE] += columns.paid[c]
            if len(won) > 0:
                won[c, s] = 1


@numba.njit(cache=True)
def fits(balance, cost, highest, over_budget):  # type: ignore[no-untyped-def]
    """Whether no bid up to ``highest`` can have met the balance while ``cost`` was being spent.

    A clipped bid loses only to a price above the balance, so it is enough that all can be paid.
    """
    return cost <= balance if over_budget == CLIP else highest <= balance - cost


@numba.njit(cache=True)
def play(start, stop, columns, base, first, s, m, enter, seed, money, shown, won, state):  # type: ignore[no-untyped-def]
    """Play the auctions ``start`` to ``stop`` for the setting ``s`` (see :func:`replay_single`)."""
    at_once = enter >= 1.0 and money.cap == 0 and not money.per_click
    at = start
    while at < stop and not state[s, STOPPED]:
        end = min(at + RUN, stop)
        done = False
        if at_once:
            impressions, clicks, cost, gained = _sums(at, end, columns, base, first, m, money)
            highest = 0.0 if money.over_budget == CLIP else _highest(at, end, base, first, m, money)
            if fits(state[s, BALANCE], cost, highest, money.over_budget):
                state[s, BALANCE] -= cost
                state[s, ENTERED] += end - at
                state[s, IMPRESSIONS] += impressions
                state[s, CLICKS] += clicks
                state[s, COST] += cost
                state[s, WORTH] += gained
                _specials(at, end, columns, base, first, s, m, money, won, state)
                done = True
        if not done:
            one_by_one(np.arange(at, end), columns, base, first, s, m, enter, seed, money, shown, won, state)
        at = end


@numba.njit(cache=True)
def replay_single(start, stop, columns, base, first, multiplier, entering, seeds, money, shown, won, state):  # type: ignore[no-untyped-def]
    """Play the auctions ``start`` to ``stop`` for every setting.

    Parameters
    ----------
    columns : Columns
    base : ndarray of float64, shape (1, n) or (S, n)
        Base bids, from the auction ``first`` on.
    multiplier, entering : ndarray of float64, shape (S,)
        ``entering`` is the probability of taking part in an auction.
    seeds : ndarray of int64, shape (S,)
    money : Money
    shown : ndarray of uint16, shape (S, persons)
        Impressions of each person so far today; changed here.
    won : ndarray of uint8, shape (conversions, S) or (0, S)
        Set to 1 where a setting wins an auction that brings a conversion, if anybody wants to know.
    state : ndarray of int64, shape (S, FIELDS)
        Changed here.
    """
    for s in range(len(multiplier)):
        mine = base[s if base.shape[0] > 1 else 0]
        m, enter = multiplier[s], entering[s]
        play(start, stop, columns, mine, first, s, m, enter, seeds[s], money, shown, won, state)
