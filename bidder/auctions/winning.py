"""What it would have taken to win an auction that is compared with one price, and what it cost."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Ints
from bidder.auctions.log import AuctionLog
from bidder.auctions.rules import Payment, Rules


def least_winning_bid(log: AuctionLog, rules: Rules) -> Ints:
    """The lowest whole bid that would have won each auction, shape (n,); -1 where it is not known.

    The market price, or one unit more when ties lose; never below the floor and the reserve, which a
    bid need only reach.
    """
    return _with_floors(log, rules, log.market_price if rules.win_on_tie else log.market_price + 1)


def least_payment(log: AuctionLog, rules: Rules) -> Ints:
    """The least that winning each auction costs, shape (n,); -1 where it is not known.

    Under second price the market price or the floor; under first price the least winning bid (with
    bids that need not be whole, less than a unit above the market price when ties lose: the market
    price).
    """
    if rules.payment is Payment.FIRST_PRICE and rules.integer:
        return least_winning_bid(log, rules)
    return second_price(log, rules)


def second_price(log: AuctionLog, rules: Rules) -> Ints:
    """The market price or what the seller asks, shape (n,); -1 where it is not known."""
    return _with_floors(log, rules, log.market_price)


def least_asked(log: AuctionLog, rules: Rules) -> Ints:
    """The lowest bid that the seller takes: the floor or the reserve, shape (n,)."""
    if log.floor is None:
        return np.full(len(log), rules.reserve, dtype=np.int64)
    asked: Ints = np.maximum(log.floor, rules.reserve)
    return asked


def _with_floors(log: AuctionLog, rules: Rules, price: Ints) -> Ints:
    asked = rules.reserve > 0 or log.floor is not None
    least = np.maximum(price, least_asked(log, rules)) if asked else price
    if len(log) and log.market_price.min() >= 0:
        return least
    known: Ints = np.where(log.market_price >= 0, least, -1)
    return known
