"""Auctions with several slots: all bidders at once, and our own bids against others' in order.

Formulas, rounding and limits are those of :mod:`bidder.auctions.ranking`.
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
from bidder.auctions.ranking import MAX_RANK, payment_code
from bidder.auctions.rules import OverBudget, Payment

FIRST_PRICE = payment_code(Payment.FIRST_PRICE)
VCG = payment_code(Payment.VCG)
CLIP = list(OverBudget).index(OverBudget.CLIP_BID)
SKIP = list(OverBudget).index(OverBudget.SKIP)

OUR_LIMIT = 2 * MAX_RANK
"""Our bid is cut to this rank: cut by less than one weight, it still beats every rank that is taken."""

MAX_COMPETITORS = 1 << 20
"""Draws are counted by row and competitor."""


class RankedColumns(NamedTuple):
    """What the replay reads of a stretch of auctions; shape (n,) each, or (0,) where there is none.

    ``row`` is the row in the whole log; ``ours`` our weight; ``person`` the code of user and day (-1:
    nobody to count); ``allowed`` 0 where the user may not be shown; ``special`` the place in
    ``won`` of the auction's conversion, -1 where it has none.
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
def _clear(ranks, who):  # type: ignore[no-untyped-def]
    """No ranks: -1 is below every rank, so that it drops out first."""
    for t in range(len(ranks)):
        ranks[t], who[t] = -1, -1


@numba.njit(cache=True)
def _insert(ranks, who, rank, name):  # type: ignore[no-untyped-def]
    """Put a rank behind those that are not lower; the lowest drops out.

    It is handed down the whole list and changes places with lower ones, without a branch: which one it
    passes cannot be foreseen, and a wrong guess costs more than the few steps saved.
    """
    for t in range(len(ranks)):
        here, there = ranks[t], who[t]
        up = rank > here
        ranks[t] = rank if up else here
        who[t] = name if up else there
        rank = here if up else rank
        name = there if up else name


@numba.njit(cache=True, error_model="numpy")
def _gsp(k, ranks, who, weight, least):  # type: ignore[no-untyped-def]
    """Least whole price that keeps slot k. Names rise in the order in which ties are decided."""
    over = weight - 1 if who[k] < who[k + 1] else weight
    return max(least, (ranks[k + 1] + over) // weight)


@numba.njit(cache=True, error_model="numpy")
def _vcg(k, ranks, slots, weight, least):  # type: ignore[no-untyped-def]
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
        return _vcg(k, ranks, slots, weight, least)
    return _gsp(k, ranks, who, weight, least)


@numba.njit(cache=True)
def ranked_auctions(offsets, bid, weight, slots, payment, reserve, floor, slot, price):  # type: ignore[no-untyped-def]
    """Slots and prices of all bidders in many auctions; see :func:`bidder.auctions.ranking.allocate_all`.

    ``floor`` has shape (auctions,), or (0,) for none; ``slot`` and ``price`` are filled in.
    """
    ranks = np.empty(len(slots) + 1, np.int64)
    who = np.empty(len(slots) + 1, np.int64)
    for i in range(len(offsets) - 1):
        least = max(reserve, floor[i]) if len(floor) > 0 else reserve
        _clear(ranks, who)
        for j in range(offsets[i], offsets[i + 1]):
            slot[j] = -1
            price[j] = 0
            _insert(ranks, who, bid[j] * weight[j] if bid[j] >= least else -1, j)
        # One loop for each payment rule: a choice inside takes three times as long.
        if payment == VCG:
            for k in range(len(slots)):
                if ranks[k] < 0:
                    break
                j = who[k]
                slot[j] = k
                price[j] = _vcg(k, ranks, slots, weight[j], least)
        else:
            for k in range(len(slots)):
                if ranks[k] < 0:
                    break
                j = who[k]
                slot[j] = k
                price[j] = bid[j] if payment == FIRST_PRICE else _gsp(k, ranks, who, weight[j], least)


@numba.njit(cache=True)
def _scaled(bid, factor):  # type: ignore[no-untyped-def]
    """A competitor's bid in whole units; -1, which is no bid, with a factor of 0."""
    if factor == 1.0:
        return bid
    return np.int64(np.floor(bid * factor)) if factor > 0.0 else np.int64(-1)


@numba.njit(cache=True)
def _line_up(first, last, rivals, factors, least, ours, ranks, who):  # type: ignore[no-untyped-def]
    """Rank the competing bids ``first`` to ``last`` and our own (bid, weight, name).

    Our name is -1 where we win ties, else ``last``. Without ``factors`` the bids are in order already,
    so that the rest may be left out once the list is full.
    """
    bid, weight, name = ours
    rank = bid * weight if bid >= least else -1
    _clear(ranks, who)
    if name < 0:
        _insert(ranks, who, rank, name)
    for j in range(first, last):
        amount = rivals.bid[j]
        if len(factors) > 0:
            amount = _scaled(amount, factors[rivals.bidder[j]])
        elif ranks[-1] >= amount * rivals.weight[j]:
            break
        if amount >= least:
            _insert(ranks, who, amount * rivals.weight[j], j)
    if name >= 0:
        _insert(ranks, who, rank, name)


@numba.njit(cache=True)
def _charge_rivals(columns, i, rivals, factors, slots, rules, least, us, ranks, who, seed, spend):  # type: ignore[no-untyped-def]
    """Add what the competitors in the slots pay; their clicks are drawn with pctr and the slot's rate."""
    for k in range(len(slots)):
        j = who[k]
        if ranks[k] < 0 or j == us:
            continue
        code = rivals.bidder[j]
        if rules.per_click:
            rate = slots[k] / slots[0] * (columns.pctr[i] if len(columns.pctr) > 0 else 1.0)
            if uniform(seed, COMPETITOR_CLICK, columns.row[i] * MAX_COMPETITORS + code) >= rate:
                continue
        bid = _scaled(rivals.bid[j], factors[code])
        spend[code] += _price(rules.payment, k, ranks, who, slots, bid, rivals.weight[j], least)


@numba.njit(cache=True)
def _may_enter(columns, i, participation, seed, cap, shown):  # type: ignore[no-untyped-def]
    if len(columns.allowed) > 0 and columns.allowed[i] == 0:
        return False
    if cap > 0 and columns.person[i] >= 0 and shown[columns.person[i]] >= cap:
        return False
    return participation >= 1.0 or uniform(seed, PARTICIPATION, columns.row[i]) < participation


@numba.njit(cache=True)
def _whole_bid(bid, weight, rules, row):  # type: ignore[no-untyped-def]
    """Our bid, or -1 where none is made; counts it, and stops the setting where the rule says so."""
    limit = OUR_LIMIT // weight
    amount = np.int64(-1)
    if bid >= limit:
        amount = limit
    elif bid >= 0.0:
        amount = np.int64(bid)
    if rules.max_bid >= 0:
        amount = min(amount, rules.max_bid)
    if amount > row[BALANCE]:
        if rules.over_budget != CLIP:
            row[STOPPED] = np.int64(rules.over_budget != SKIP)
            return np.int64(-1)
        amount = row[BALANCE]
    row[ENTERED] += 1
    return amount


@numba.njit(cache=True)
def _outcome(columns, i, share, drawn, seed):  # type: ignore[no-untyped-def]
    """Click and conversion of an impression in a slot with this share of the first slot's clicks."""
    row = columns.row[i]
    if drawn:
        clicked = len(columns.pctr) > 0 and uniform(seed, CLICK, row) < columns.pctr[i] * share
        bought = clicked and len(columns.pcvr) > 0 and uniform(seed, CONVERSION, row) < columns.pcvr[i]
        return clicked, bought
    clicked = len(columns.click) > 0 and columns.click[i] > 0
    bought = len(columns.conversion) > 0 and columns.conversion[i] > 0
    if share < 1.0 and (clicked or bought) and uniform(seed, SLOT, row) >= share:
        return False, False
    return clicked, bought


@numba.njit(cache=True)
def _win(columns, i, k, price, slots, rules, seed, s, shown, won, row):  # type: ignore[no-untyped-def]
    """Count an impression in slot k and what comes of it."""
    clicked, bought = _outcome(columns, i, slots[k] / slots[0], rules.drawn, seed)
    row[IMPRESSIONS] += 1
    row[CLICKS] += np.int64(clicked)
    if len(columns.worth) > 0:
        row[WORTH] += _part(columns.worth[i], slots[k], slots[0])
    if clicked or not rules.per_click:
        row[COST] += price
        row[BALANCE] -= price
    if rules.cap > 0 and columns.person[i] >= 0:
        shown[s, columns.person[i]] += 1
    if bought:
        row[CONVERSIONS] += 1
        if len(columns.value) > 0:
            row[VALUE] += columns.value[i]
        if len(columns.special) > 0 and columns.special[i] >= 0:
            won[columns.special[i], s] = 1


@numba.njit(cache=True)
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
def _replay_setting(s, start, stop, columns, rivals, bids, participation, seed, rules, slots, factors, spend, shown, won, row):  # type: ignore[no-untyped-def]  # noqa: E501
    """Play one setting; ``bids`` is (multiplier, base bids)."""
    ranks = np.empty(len(slots) + 1, np.int64)
    who = np.empty(len(slots) + 1, np.int64)
    reacting = len(factors) > 0
    for i in range(start, stop):
        if row[STOPPED] and not reacting:
            return
        weight = columns.ours[i]
        bid = np.int64(-1)
        if not row[STOPPED] and _may_enter(columns, i, participation, seed, rules.cap, shown[s]):
            bid = _whole_bid(bids[0] * bids[1][i], weight, rules, row)
        if bid < 0 and not reacting:
            continue
        least = max(rules.reserve, columns.floor[i]) if len(columns.floor) > 0 else rules.reserve
        first, last = rivals.offsets[i], rivals.offsets[i + 1]
        us = np.int64(-1) if rules.win_on_tie else last
        _line_up(first, last, rivals, factors, least, (bid, weight, us), ranks, who)
        if reacting:
            _charge_rivals(
                columns, i, rivals, factors, slots, rules, least, us, ranks, who, seed, spend
            )
        k = _our_slot(slots, us, ranks, who)
        if k >= 0:
            price = _price(rules.payment, k, ranks, who, slots, bid, weight, least)
            _win(columns, i, k, price, slots, rules, seed, s, shown, won, row)


@numba.njit(cache=True)
def replay_ranked(start, stop, columns, rivals, base, multiplier, participation, seed, rules, slots, chosen, factors, spend, shown, won, state):  # type: ignore[no-untyped-def]  # noqa: E501
    """Play the auctions ``start`` to ``stop`` against competing bids.

    The bid is ``multiplier * base``, cut to whole units, to ``rules.max_bid`` and to the balance. In a
    lower slot a logged click (with its conversion) is kept with the slot's click rate relative to the
    first's, and drawn ones have pctr times that. ``worth`` is counted in proportion too, rounded down.

    Parameters
    ----------
    start, stop : int
        Positions in ``columns``, ``rivals.offsets`` and ``base``.
    columns : RankedColumns
    rivals : bidder.auctions.ranking.RankedBids
        Refused by :func:`~bidder.auctions.ranking.check_ranks` where they do not fit, with the highest
        factor that ``factors`` may take.
    base : ndarray of float64, shape (1, n) or (S, n)
    multiplier, participation : ndarray of float64, shape (S,)
    seed : ndarray of int64, shape (S,)
    rules : bidder.auctions.ranking.RankedRules
    slots : ndarray of int64
        See :func:`~bidder.auctions.ranking.slot_millionths`.
    chosen : ndarray of int64
        The settings to play.
    factors : ndarray of float64, shape (S, K)
        What each competitor's bids are multiplied with, cut to whole units; a competitor with factor 0
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
            s, start, stop, columns, rivals, bids, participation[s], seed[s], rules, slots, factors[s],
            spend[s], shown, won, state[s],
        )
