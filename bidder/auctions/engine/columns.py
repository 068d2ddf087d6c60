"""From a log's columns to what the kernels read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bidder.arrays import Bools, Bytes, Codes, Ints, fixed
from bidder.auctions.draws import CLICK, CONVERSION, uniforms
from bidder.auctions.engine.clock import DAY_US
from bidder.auctions.log import COLUMNS, AuctionLog
from bidder.auctions.rules import Outcomes, OverBudget, Payment, Pricing, Rules
from bidder.auctions.winning import least_asked, least_winning_bid, second_price
from bidder.auctions.worth import Objective, worth

if TYPE_CHECKING:
    from bidder.auctions.kernels.single import Columns, Money

UNKNOWN = 1 << 62
"""Least winning bid of an auction whose price is not known: no bid is said to win it."""
_NONE = np.zeros(0, dtype=np.int64)
_NO_CODES = np.zeros(0, dtype=np.int32)
_NO_BYTES = np.zeros(0, dtype=np.uint8)


def money(rules: Rules) -> Money:
    """The rules as plain numbers."""
    from bidder.auctions.kernels.single import Money

    return Money(
        first_price=rules.payment is Payment.FIRST_PRICE,
        per_click=rules.pricing is Pricing.CLICK,
        integer=rules.integer,
        max_bid=np.inf if rules.max_bid is None else float(rules.max_bid),
        over_budget=list(OverBudget).index(rules.over_budget),
        cap=rules.frequency_cap or 0,
    )


def take(log: AuctionLog, rows: Ints | Bools) -> AuctionLog:
    """Some rows of a log, by position or mask; their numbers in the whole log are lost."""
    chosen = {name: column[rows] for name in COLUMNS if (column := getattr(log, name)) is not None}
    if log.bids is not None:
        positions = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        chosen["bids"] = log.bids.take(positions.astype(np.int64))
    return AuctionLog(info=log.info, **chosen)


def outcomes(log: AuctionLog, rules: Rules, seed: int, rows: Ints) -> tuple[Bytes, Bytes]:
    """Clicks and conversions of an impression in the first slot, shape (n,) or (0,) where unknown.

    Raises
    ------
    ValueError
        When outcomes are drawn and the log has no predicted click rates.
    """
    if rules.outcomes is Outcomes.LOGGED:
        click = _NO_BYTES if log.click is None else log.click
        return click, _NO_BYTES if log.conversion is None else log.conversion
    if log.pctr is None:
        raise ValueError("outcomes can be drawn only from predicted click rates (pctr)")
    click = (uniforms(seed, CLICK, rows) < log.pctr).astype(np.uint8)
    if log.pcvr is None:
        return click, _NO_BYTES
    return click, click & (uniforms(seed, CONVERSION, rows) < log.pcvr).astype(np.uint8)


def columns(
    log: AuctionLog, rules: Rules, objective: Objective, rows: Ints, seed: int, counted: bool = False
) -> Columns:
    """The columns that kernels read; with ``counted`` there is room for the codes of users."""
    from bidder.auctions.kernels.single import Columns

    click, conversion = outcomes(log, rules, seed, rows)
    special = np.flatnonzero(conversion).astype(np.int64)
    paid = np.zeros(len(special), dtype=np.int64) if log.value is None else log.value[special]
    least = least_winning_bid(log, rules)
    known = not len(least) or least.min() >= 0
    # Where ties win, the lowest bid that wins is what it costs: one column is read in place of two.
    price = least if known and rules.win_on_tie else second_price(log, rules)
    found = Columns(
        row=rows,
        least=least if known and (rules.integer or rules.win_on_tie) else _compared(least, log, rules),
        price=price,
        click=click,
        worth=worth(log, objective),
        person=np.full(len(log), -1, dtype=np.int32) if counted else _NO_CODES,
        special=special,
        paid=paid,
    )
    # Files give columns that cannot be written to, memory such that can: kernels are compiled for one kind.
    return Columns(*map(fixed, found))._replace(person=found.person)


def _compared(least: Ints, log: AuctionLog, rules: Rules) -> Ints:
    """What bids are compared with: int64, or float64 where they need not be whole and ties lose."""
    whole: Ints = np.where(least < 0, UNKNOWN, least)
    if rules.integer or rules.win_on_tie:
        return whole
    above = np.nextafter(log.market_price.astype(np.float64), np.inf)
    strict: Ints = np.where(
        log.market_price < 0, float(UNKNOWN), np.maximum(above, least_asked(log, rules))
    )
    return strict


def allowed(log: AuctionLog, rules: Rules) -> Bools | None:
    """Where the retargeting window lets the user be shown, shape (n,); None: everywhere.

    Raises
    ------
    ValueError
        When the log does not know visits.
    """
    if rules.retargeting_days is None:
        return None
    if log.last_visit is None:
        raise ValueError("a retargeting window needs the column last_visit")
    window = round(rules.retargeting_days * DAY_US)
    mask: Bools = (log.last_visit >= 0) & (log.ts - log.last_visit <= window)
    return mask


class People:
    """Codes of a day's users, counting from 0 in the order in which they come."""

    def __init__(self) -> None:
        self._codes: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._codes)

    def codes(self, log: AuctionLog) -> Codes:
        """Code of each auction's user; -1 where the log knows none, shape (n,).

        Raises
        ------
        ValueError
            When the log has no users at all.
        """
        if log.user is None:
            raise ValueError("a frequency cap needs the column user")
        users, inverse = np.unique(log.user, return_inverse=True)
        known = [-1 if u == 0 else self._codes.setdefault(u, len(self._codes)) for u in users.tolist()]
        mine: Codes = np.asarray(known, dtype=np.int32)[inverse]
        return mine
