"""Auctions with several slots: all bidders at once, and our own bids against others' in order.

Formulas, rounding and limits are those of :mod:`bidder.auctions.ranked.ranking`.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from bidder.auctions.draws import (
    CLICK,
    COMPETITOR_CLICK,
    CONVERSION,
    PARTICIPATION,
    SLOT,
    uniform,
)
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
from bidder.auctions.ranked.ranking import MAX_COMPETITORS, MAX_RANK, ONE, payment_code
from bidder.auctions.rules import OverBudget, Payment

FIRST_PRICE = payment_code(Payment.FIRST_PRICE)
VCG = payment_code(Payment.VCG)
CLIP = list(OverBudget).index(OverBudget.CLIP_BID)
SKIP = list(OverBudget).index(OverBudget.SKIP)

OUR_LIMIT = 2 * MAX_RANK
"""Our rank is cut to this; others' ranks are at most half of it."""

HIGHEST = 2 * MAX_RANK
"""Bids above are taken for this amount, which is more than any budget."""


class RankedColumns(NamedTuple):
    """What the replay reads of a stretch of auctions; shape (n,) each, or (0,) where there is none.

    ``row`` is the row in the whole log; ``ours`` our weight (1,000,000 without it); ``person`` the code
    of user and day (-1: nobody to count); ``allowed`` 0 where the user may not be shown; ``special`` the
    place in ``won`` of the auction's conversion, -1 where it has none.
    """

    row: np.ndarray
    ours: np.ndarray
    floor: np.ndarray
    pctr: np.ndarray
    pcvr: np.ndarray
    click: np.ndarray
    conversion: np.ndarray
    value: np.ndarray
    worth: np.ndarray
    person: np.ndarray
    allowed: np.ndarray
    special: np.ndarray


@numba.njit(cache=True)
def clear(ranks, who):  # type: ignore[no-untyped-def]
    """No ranks: -1 is below every rank, so that it drops out first."""
    for t in range(len(ranks)):
        ranks[t], who[t] = -1, -1


@numba.njit(cache=True)
def insert(ranks, who, rank, name):  # type: ignore[no-untyped-def]
    """Put a rank before those that are not higher; the lowest drops out.

    Read tables from their ends, so that the first of equals comes last and stands first. The rank is
    handed down the whole list and changes places with lower ones, without a branch: where it ends up
    cannot be foreseen, and a wrong guess costs more than the few steps saved.
    """
    for t in range(len(ranks)):
        here, there = ranks[t], who[t]
        up = rank >= here
        ranks[t] = rank if up else here
        who[t] = name if up else there
        rank = here if up else rank
        name = there if up else name


@numba.njit(cache=True, error_model="numpy")
def gsp_price(k, ranks, who, weight, least):  # type: ignore[no-untyped-def]
    """Least whole price that keeps slot k. Names rise in the order in which ties are decided."""
    over = weight - 1 if who[k] < who[k + 1] else weight
    return max(least, (ranks[k + 1] + over) // weight)


@numba.njit(cache=True, error_model="numpy")
def vcg_price(k, ranks, slots, weight, least):  # type: ignore[no-untyped-def]
    """The harm to those below, for one click in slot k, rounded up.

    Each rank is divided by c[k] on its own, whole part and remainder apart, so that no sum grows
    beyond a rank; rounding up twice in a row is the same as once.
    """
    c, own = slots[k], least * weight
    whole, rest = np.int64(0), np.int64(0)
    for j in range(k, len(slots)):
        step = slots[j] - slots[j + 1] if j + 1 < len(slots) else slots[j]
        rank = max(own, ranks[j + 1])
        part = rank // c
        whole += step * part
        rest += step * (rank - part * c)
    total = whole + (rest + c - 1) // c
    return (total + weight - 1) // weight


@numba.njit(cache=True)
def _price(payment, k, ranks, who, slots, bid, weight, least):  # type: ignore[no-untyped-def]
    if payment == FIRST_PRICE:
        return bid
    if payment == VCG:
        return vcg_price(k, ranks, slots, weight, least)
    return gsp_price(k, ranks, who, weight, least)


@numba.njit(cache=True)
def ranked_auctions(offsets, bid, weight, slots, payment, reserve, floor, slot, price):  # type: ignore[no-untyped-def]
    """Slots and prices of all bidders in many auctions.

    As :func:`bidder.auctions.ranked.ranking.allocate_all`; ``floor`` has shape (auctions,), or (0,) for
    none; ``slot`` and ``price`` are filled in.
    """
    ranks = np.empty(len(slots) + 1, np.int64)
    who = np.empty(len(slots) + 1, np.int64)
    for i in range(len(offsets) - 1):
        least = max(reserve, floor[i]) if len(floor) > 0 else reserve
        clear(ranks, who)
        for j in range(offsets[i + 1] - 1, offsets[i] - 1, -1):
            slot[j] = -1
            price[j] = 0
            insert(ranks, who, bid[j] * weight[j] if bid[j] >= least else -1, j)
        # One loop for each payment rule: a choice inside takes three times as long.
        if payment == VCG:
            for k in range(len(slots)):
                if ranks[k] < 0:
                    break
                j = who[k]
                slot[j] = k
                price[j] = vcg_price(k, ranks, slots, weight[j], least)
        else:
            for k in range(len(slots)):
                if ranks[k] < 0:
                    break
                j = who[k]
                slot[j] = k
                price[j] = bid[j] if payment == FIRST_PRICE else gsp_price(k, ranks, who, weight[j], least)


@numba.njit(cache=True)
def _scaled(bid, factor):  # type: ignore[no-untyped-def]
    """A competitor's bid in whole units; -1, which is no bid, with a factor of 0."""
    if factor == 1.0:
        return bid
    return np.int64(np.floor(bid * factor)) if factor > 0.0 else np.int64(-1)


@numba.njit(cache=True)
def _line_up(first, last, rivals, factors, least, rank, name, ranks, who):  # type: ignore[no-untyped-def]
    """Rank the competing bids ``first`` to ``last``, scaled, and our own (rank and name)."""
    clear(ranks, who)
    if name >= 0:
        insert(ranks, who, rank, name)
    for j in range(last - 1, first - 1, -1):
        amount = _scaled(rivals.bid[j], factors[rivals.bidder[j]])
        insert(ranks, who, amount * rivals.weight[j] if amount >= least else -1, j)
    if name < 0:
        insert(ranks, who, rank, name)


@numba.njit(cache=True)
def _join(first, last, rivals, least, rank, name, ranks, who):  # type: ignore[no-untyped-def]
    """Put our own rank among competing bids that stand in order, as far as there is room."""
    clear(ranks, who)
    t, j = 0, first
    while t < len(ranks):
        while j < last and rivals.bid[j] < least:
            j += 1
        other = rivals.bid[j] * rivals.weight[j] if j < last else -1
        if rank >= 0 and (rank > other or (rank == other and name < 0)):
            ranks[t], who[t], rank = rank, name, -1
        elif other >= 0:
            ranks[t], who[t] = other, j
            j += 1
        else:
            return
        t += 1


@numba.njit(cache=True)
def _charge_rivals(rivals, factors, slots, rules, least, us, ranks, who, seed, row, pctr, spend):  # type: ignore[no-untyped-def]
    """Add what the competitors in the slots pay; their clicks are drawn with pctr and the slot's rate."""
    for k in range(len(slots)):
        j = who[k]
        if ranks[k] < 0 or j == us:
            continue
        code = rivals.bidder[j]
        if rules.per_click and not (
            uniform(seed, COMPETITOR_CLICK, row * MAX_COMPETITORS + code) < pctr * (slots[k] / slots[0])
        ):
            continue
        bid = _scaled(rivals.bid[j], factors[code])
        spend[code] += _price(rules.payment, k, ranks, who, slots, bid, rivals.weight[j], least)


@numba.njit(cache=True)
def _whole(bid, max_bid):  # type: ignore[no-untyped-def]
    """The bid in whole units; -1 for a negative one."""
    amount = np.int64(-1)
    if bid >= HIGHEST:
        amount = np.int64(HIGHEST)
    elif bid >= 0.0:
        amount = np.int64(bid)
    return min(amount, max_bid) if max_bid >= 0 else amount


@numba.njit(cache=True, error_model="numpy")
def _our_rank(bid, weight, least):  # type: ignore[no-untyped-def]
    """Our rank, or -1 below the reserve price. Cut by less than one weight, it still beats all others."""
    return min(bid, OUR_LIMIT // weight) * weight if bid >= least else np.int64(-1)


@numba.njit(cache=True)
def _drawn(pctr, pcvr, share, seed, row):  # type: ignore[no-untyped-def]
    """Click and conversion of an impression in a slot with this share of the first slot's clicks."""
    clicked = uniform(seed, CLICK, row) < pctr * share
    return clicked, clicked and uniform(seed, CONVERSION, row) < pcvr


@numba.njit(cache=True)
def _logged(click, conversion, share, seed, row):  # type: ignore[no-untyped-def]
    """The same by what the log says of the first slot."""
    if share < 1.0 and (click or conversion) and uniform(seed, SLOT, row) >= share:
        return False, False
    return click > 0, conversion > 0


@numba.njit(cache=True, error_model="numpy")
def _part(amount, share, of):  # type: ignore[no-untyped-def]
    """``amount * share // of`` without overflow."""
    whole = amount // of
    return whole * share + (amount - whole * of) * share // of


@numba.njit(cache=True)
def _our_slot(slots, us, ranks, who):  # type: ignore[no-untyped-def]
    """Our slot, or -1."""
    for k in range(len(slots)):
        if who[k] == us and ranks[k] >= 0:
            return k
    return -1


@numba.njit(cache=True)
def _at(column, i, missing):  # type: ignore[no-untyped-def]
    return column[i] if len(column) > 0 else missing


@numba.njit(cache=True)
def _enter(bid, participation, seed, row, rules, state):  # type: ignore[no-untyped-def]
    """Our bid as it is made, or -1 where none is."""
    if participation < 1.0 and uniform(seed, PARTICIPATION, row) >= participation:
        return np.int64(-1)
    amount = _whole(bid, rules.max_bid)
    if amount > state[BALANCE]:
        if rules.over_budget != CLIP:
            state[STOPPED] = rules.over_budget != SKIP
            return np.int64(-1)
        amount = state[BALANCE]
    state[ENTERED] += 1
    return amount


@numba.njit(cache=True)
def _count(clicked, price, worth, per_click, state):  # type: ignore[no-untyped-def]
    """Count an impression and pay for it."""
    state[IMPRESSIONS] += 1
    state[WORTH] += worth
    state[CLICKS] += np.int64(clicked)
    if clicked or not per_click:
        state[COST] += price
        state[BALANCE] -= price


@numba.njit(cache=True)
def _replay_setting(start, stop, columns, rivals, bids, participation, seed, rules, slots, factors, spend, shown, won, state):  # type: ignore[no-untyped-def]  # noqa: E501
    """Play one setting; ``bids`` is (multiplier, base bids).

    The small functions are handed numbers rather than columns: each array handed over costs as much as
    all the arithmetic of an auction, because numba counts its references.
    """
    ranks = np.empty(len(slots) + 1, np.int64)
    who = np.empty(len(slots) + 1, np.int64)
    reacting = len(factors) > 0
    multiplier, base = bids
    before = stop - len(base)
    for i in range(start, stop):
        if state[STOPPED] and not reacting:
            return
        row, weight, pctr = columns.row[i], _at(columns.ours, i, ONE), _at(columns.pctr, i, 1.0)
        person = _at(columns.person, i, -1) if rules.cap >= 0 else -1
        bid = np.int64(-1)
        if not state[STOPPED] and _at(columns.allowed, i, 1) and (person < 0 or shown[person] < rules.cap):
            bid = _enter(multiplier * base[i - before], participation, seed, row, rules, state)
        if bid < 0 and not reacting:
            continue
        least = max(rules.reserve, _at(columns.floor, i, 0))
        first, last = rivals.offsets[i], rivals.offsets[i + 1]
        us = np.int64(-1) if rules.win_on_tie else last
        rank = _our_rank(bid, weight, least)
        if reacting:
            _line_up(first, last, rivals, factors, least, rank, us, ranks, who)
            _charge_rivals(rivals, factors, slots, rules, least, us, ranks, who, seed, row, pctr, spend)
        else:
            _join(first, last, rivals, least, rank, us, ranks, who)
        k = _our_slot(slots, us, ranks, who)
        if k < 0:
            continue
        share = slots[k] / slots[0]
        if rules.drawn:
            clicked, bought = _drawn(_at(columns.pctr, i, 0.0), _at(columns.pcvr, i, 0.0), share, seed, row)
        else:
            clicked, bought = _logged(
                _at(columns.click, i, 0), _at(columns.conversion, i, 0), share, seed, row
            )
        price = _price(rules.payment, k, ranks, who, slots, bid, weight, least)
        worth = _part(_at(columns.worth, i, 0), slots[k], slots[0])
        _count(clicked, price, worth, rules.per_click, state)
        if person >= 0:
            shown[person] += 1
        if bought:
            state[CONVERSIONS] += 1
            state[VALUE] += _at(columns.value, i, 0)
            if _at(columns.special, i, -1) >= 0:
                won[columns.special[i]] = 1


@numba.njit(cache=True)
def replay_ranked(start, stop, columns, rivals, base, multiplier, participation, seed, rules, slots, chosen, factors, spend, shown, won, state):  # type: ignore[no-untyped-def]  # noqa: E501
    """Play the auctions ``start`` to ``stop`` against competing bids.

    The bid is ``multiplier * base``, cut to whole units, to ``rules.max_bid`` and to the balance. In a
    lower slot a logged click (with its conversion) is kept with the slot's click rate relative to the
    first's, and drawn ones have pctr times that. ``worth`` is counted in proportion too, rounded down.

    Parameters
    ----------
    start, stop : int
        Positions in ``columns`` and ``rivals.offsets``.
    columns : RankedColumns
        The reserve price must fit our weight by :func:`~bidder.auctions.ranked.ranking.check_ranks`.
    rivals : bidder.auctions.ranked.ranking.RankedBids
        Must fit by the same function, with the highest factor that ``factors`` may take.
    base : ndarray of float64, shape (1, m) or (S, m)
        Base bids of the m auctions before ``stop``; m is at least ``stop - start``.
    multiplier, participation : ndarray of float64, shape (S,)
    seed : ndarray of int64, shape (S,)
    rules : bidder.auctions.ranked.ranking.RankedRules
    slots : ndarray of int64
        See :func:`~bidder.auctions.ranked.ranking.slot_millionths`.
    chosen : ndarray of int64
        The settings to play.
    factors : ndarray of float64, shape (S, K)
        What the bids of each competitor are multiplied with, cut to whole units; K is above every code in
        ``rivals.bidder``, which is not checked here. A competitor with factor 0
        stays away. Shape (S, 0) where competitors do not react; then their bids count as they are.
    spend : ndarray of int64, shape (S, K)
        What each competitor pays is added here. Where clicks are paid they are drawn with pctr (1
        without that column) and the slot's relative rate.
    shown : ndarray of uint16, shape (S, persons)
        Impressions of each person so far today; changed here.
    won : ndarray of uint8, shape (conversions, S)
        Set to 1 where a setting gets a conversion.
    state : ndarray of int64, shape (S, FIELDS)
        Changed here.
    """
    for s in chosen:
        bids = (multiplier[s], base[s if base.shape[0] > 1 else 0])
        _replay_setting(
            start, stop, columns, rivals, bids, participation[s], seed[s], rules, slots, factors[s], spend[s],
            shown[s], won[:, s], state[s],
        )
