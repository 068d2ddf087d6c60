"""Ranked auctions in whole numbers: weights, limits, and who gets which slot at which price.

An advertiser's rank is bid x weight, where the weight is quality^squashing in millionths (Lahaie and
Pennock, "Revenue analysis of a family of ranking rules for keyword auctions", EC 2007, section 2).
Both factors are int64, and so is their product: equal ranks are equal, and prices are exact.

A bid below the reserve price does not take part. Among equal ranks the one that stands first in the
table goes first. Bids and prices are for one unit of what is paid for: a click, or an impression where
the auction is paid by impression. With slots ``c[0] >= c[1] >= ...`` (``c`` is 0 below the last slot),
ranks ``R[0] >= R[1] >= ...`` and the reserve price r, the advertiser in slot k with weight w pays

GSP
    the least whole number p >= r that keeps the slot: ``p w >= R[k+1]``, or ``p w > R[k+1]`` where a tie
    would go to the other one (Edelman, Ostrovsky and Schwarz, "Internet advertising and the generalized
    second-price auction", AER 2007, section II; with weights Varian, "Position auctions", IJIO 2007,
    section 7).
VCG
    ``sum over j >= k of (c[j] - c[j+1]) max(R[j+1], r w) / (c[k] w)``, rounded up (Varian, section 8;
    the reserve is Myerson's critical rank in each slot). Rounding up keeps the price at or below the
    bid, which is a whole number not below the exact price, and gives a loser no reason to bid more; it
    costs a winner less than one unit.
first price
    the bid.
second price
    as GSP.

VCG makes the true value the best bid where each click is paid. Where each impression is paid, it does
so with slots alike: ``c`` counts how often a slot is clicked, not what an impression in it is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Bools, Codes, Floats, Ints
from bidder.auctions.log import CompetingBids
from bidder.auctions.rules import Outcomes, OverBudget, Payment, Pricing, Rules
from bidder.errors import InputError, Problem

ONE = 1_000_000
"""Weight of quality 1, and click rate of a slot that is always clicked: both count in millionths."""

MAX_RANK = 2**61
"""Highest rank that is taken. Four times as much fits into int64: room for rounding a price up, and for
cutting our own bid to a rank that still beats every other."""

MAX_SLOTS = 64

MAX_COMPETITORS = 1 << 20
"""Codes of competitors are below it: draws are counted by row and competitor."""

_SHOWN = 20


class RankedBids(NamedTuple):
    """Competing bids as kernels read them; fields as in :class:`bidder.auctions.log.CompetingBids`.

    ``weight`` is int64, in millionths. The bids of an auction stand highest rank first, and their order
    decides ties between them.
    """

    offsets: Ints
    bidder: Codes
    bid: Ints
    weight: Ints


class RankedRules(NamedTuple):
    """The rules that kernels need, as plain numbers; ``max_bid`` and ``cap`` are -1 where there is none.

    ``payment`` and ``over_budget`` are positions in their enumerations.
    """

    payment: int
    per_click: bool
    win_on_tie: bool
    max_bid: int
    reserve: int
    over_budget: int
    drawn: bool
    cap: int


def payment_code(payment: Payment) -> int:
    """The payment rule as kernels know it."""
    return list(Payment).index(payment)


def ranked_rules(rules: Rules) -> RankedRules:
    """The rules as plain numbers. Bids in ranked auctions are whole numbers whatever ``integer`` says."""
    return RankedRules(
        payment=payment_code(rules.payment),
        per_click=rules.pricing is Pricing.CLICK,
        win_on_tie=rules.win_on_tie,
        max_bid=-1 if rules.max_bid is None else rules.max_bid,
        reserve=rules.reserve,
        over_budget=list(OverBudget).index(rules.over_budget),
        drawn=rules.outcomes is Outcomes.DRAWN,
        cap=-1 if rules.frequency_cap is None else rules.frequency_cap,
    )


def quality_weights(quality: Floats, squashing: float = 1.0) -> Ints:
    """``round(quality^squashing * 1e6)``, shape as ``quality``.

    An unknown quality (NaN) weighs as much as quality 1, whatever the exponent.

    Raises
    ------
    InputError
        Where a quality is not above 0, or its weight rounds to 0 or is above :data:`MAX_RANK`.
    """
    known = np.where(np.isnan(quality), 1.0, quality)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        weight = np.rint(known**squashing * ONE)
    bad = ~((known > 0) & (weight >= 1) & (weight <= MAX_RANK))
    if bad.any():
        wanted = f"above 0, with quality^{squashing:g} between 0.000001 and {MAX_RANK // ONE:.3g}"
        _refuse(bad, lambda k: f"quality is {quality[k]:g}", wanted)
    whole: Ints = weight.astype(np.int64)
    return whole


def slot_millionths(slots: Sequence[float]) -> Ints:
    """``round(c * 1e6)`` for the click rate c of each slot, shape (slots,).

    Raises
    ------
    InputError
        Where there are no slots or more than :data:`MAX_SLOTS`, or rates are not in (0, 1] or rise.
    """
    rates = np.asarray(slots, dtype=np.float64)
    problems = []
    if not 1 <= len(rates) <= MAX_SLOTS:
        problems.append(Problem(f"{len(rates)} slots", f"1 to {MAX_SLOTS}"))
    in_range = (rates >= 1 / ONE) & (rates <= 1)
    problems += [
        Problem(f"slot {k + 1} has the click rate {rates[k]:g}", "from 0.000001 to 1")
        for k in np.flatnonzero(~in_range)
    ]
    problems += [
        Problem(f"slot {k + 2} is clicked more often than slot {k + 1}", "rates that never rise")
        for k in np.flatnonzero(np.diff(rates) > 0)
    ]
    if problems:
        raise InputError(problems)
    whole: Ints = np.rint(rates * ONE).astype(np.int64)
    return whole


def check_ranks(bid: Ints, weight: Ints, factor: float = 1.0) -> None:
    """Refuse bids whose rank would not fit.

    Parameters
    ----------
    bid, weight : ndarray of int64, shape (n,)
    factor : float
        Highest factor with which the bids may be scaled later.

    Raises
    ------
    InputError
        Where a bid is negative, a weight is below 1, or ``factor * bid * weight`` is above
        :data:`MAX_RANK`.
    """
    unfit = (weight < 1) | (weight > MAX_RANK)
    if unfit.any():
        _refuse(unfit, lambda k: f"weight is {weight[k]}", f"1 to {MAX_RANK}")
    if (bid < 0).any():
        _refuse(bid < 0, lambda k: f"bid is {bid[k]}", "0 or more")
    most = MAX_RANK // np.maximum(weight, 1)
    over = bid > (most if factor <= 1 else np.floor(most / factor))
    if over.any():
        highest = MAX_RANK / ONE / max(factor, 1.0)
        wanted = f"bid x weight of at most {highest:.4g} (a larger money unit helps)"
        _refuse(over, lambda k: f"bid is {bid[k]} with the weight {weight[k] / ONE:g}", wanted)


def _refuse(bad: Bools, said: Callable[[int], str], expected: str) -> None:
    """Raise with the first rows that are bad, and how many more there are."""
    rows = np.flatnonzero(bad)
    problems = [Problem(f"row {k}: {said(int(k))}", expected) for k in rows[:_SHOWN]]
    if len(rows) > _SHOWN:
        problems.append(Problem(f"{len(rows) - _SHOWN} more rows like these"))
    raise InputError(problems)


def ranked_bids(bids: CompetingBids, squashing: float = 1.0, factor: float = 1.0) -> RankedBids:
    """Competing bids in the order of their ranks under this exponent; equal ranks keep their order.

    Raises
    ------
    InputError
        As :func:`quality_weights` and :func:`check_ranks`, with ``factor`` as there; where a code is out
        of range.
    """
    unfit = (bids.bidder < 0) | (bids.bidder >= MAX_COMPETITORS)
    if unfit.any():
        _refuse(unfit, lambda k: f"competitor is {bids.bidder[k]}", f"codes from 0 to {MAX_COMPETITORS - 1}")
    weight = quality_weights(bids.quality, squashing)
    check_ranks(bids.bid, weight, factor)
    rank = bids.bid * weight
    auction = np.repeat(np.arange(len(bids.offsets) - 1), np.diff(bids.offsets))
    if not ((np.diff(rank) > 0) & (np.diff(auction) == 0)).any():
        return RankedBids(bids.offsets, bids.bidder, bids.bid, weight)
    order = np.lexsort((-rank, auction))
    return RankedBids(bids.offsets, bids.bidder[order], bids.bid[order], weight[order])


def allocate_all(
    offsets: Ints, bid: Ints, weight: Ints, slots: Ints, payment: Payment, reserve: int = 0,
    floor: Ints | None = None,
) -> tuple[NDArray[np.int8], Ints]:
    """Slots and prices of many auctions, each with all its bidders.

    Parameters
    ----------
    offsets : ndarray of int64, shape (auctions + 1,)
        Auction i has the bids ``offsets[i]`` to ``offsets[i + 1]``.
    bid, weight : ndarray of int64, shape (bids,)
        In any order within an auction; ties go to the one that stands first.
    slots : ndarray of int64
        See :func:`slot_millionths`.
    payment : Payment
    reserve : int
        Lowest bid that takes part.
    floor : ndarray of int64, shape (auctions,), optional
        The auction's own reserve price; the higher of both counts.

    Returns
    -------
    slot : ndarray of int8, shape (bids,)
        From 0; -1 for those without one.
    price : ndarray of int64, shape (bids,)
        For one click or impression; 0 without a slot.

    Raises
    ------
    InputError
        As :func:`check_ranks`.
    """
    from bidder.auctions.kernels.slots import ranked_auctions

    check_ranks(bid, weight)
    slot, price = np.empty(len(bid), dtype=np.int8), np.empty(len(bid), dtype=np.int64)
    floors = np.empty(0, dtype=np.int64) if floor is None else floor
    ranked_auctions(offsets, bid, weight, slots, payment_code(payment), reserve, floors, slot, price)
    return slot, price


def allocate(
    bid: Ints, weight: Ints, slots: Ints, payment: Payment, reserve: int = 0
) -> tuple[NDArray[np.int8], Ints]:
    """Slots and prices of one auction; see :func:`allocate_all`."""
    offsets = np.array([0, len(bid)], dtype=np.int64)
    return allocate_all(offsets, bid, weight, slots, payment, reserve)
