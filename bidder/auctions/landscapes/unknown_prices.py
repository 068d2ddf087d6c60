"""Prices for the auctions that a censored log lost, drawn from the estimated distribution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bidder.arrays import Bools, Floats, Ints
from bidder.auctions.draws import PRICE, uniforms
from bidder.auctions.landscapes.landscape import PriceCounter
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import AuctionLog, LogInfo, LogSource


@dataclass(frozen=True)
class DrawnPrices:
    """A price for every auction whose own is not known.

    An auction that was lost with a bid b has a price above b: its price is drawn from the campaign's
    distribution given that (with ties lost, at least b). The draw belongs to the auction's row and the
    seed alone, so that every setting meets the same market. Draws that lie above all known prices, of
    which the log says nothing, stay unknown, and the auction is never won.

    The distribution is the product-limit estimate (Kaplan and Meier, JASA 1958), which takes the bids to
    be independent of the hidden prices within a campaign.

    Attributes
    ----------
    prices : sequence of PriceDistribution
        By the campaigns' codes.
    seed : int
    win_on_tie : bool
        Whether the logged bidder won with a bid equal to the price.
    """

    prices: Sequence[PriceDistribution]
    seed: int
    win_on_tie: bool = True

    def fill(self, log: AuctionLog) -> AuctionLog:
        """The log with its unknown prices drawn; the known ones stay."""
        rows = np.flatnonzero(log.market_price < 0)
        if not len(rows):
            return log
        lost = np.full(len(rows), -1, dtype=np.int64) if log.lost_bid is None else log.lost_bid[rows]
        least = lost if self.win_on_tie else lost - 1  # the price is above that
        chance, filled = uniforms(self.seed, PRICE, rows + log.first_row), log.market_price.copy()
        for code in np.unique(log.campaign[rows]):
            mine = log.campaign[rows] == code
            filled[rows[mine]] = _above(self.prices[code], least[mine], chance[mine])
        return replace(log, market_price=filled)


def _above(prices: PriceDistribution, least: Ints, chance: Floats) -> Ints:
    """A price above each least one; -1 where it is above all that are known."""
    if not len(prices.price):
        return np.full(len(least), -1, dtype=np.int64)
    below = np.where(least < 0, 0.0, prices.win_probability(least.astype(np.float64)))
    share = below + chance * (1.0 - below)
    # To the right of equal shares: a draw of 0 is the first price above the bid, not the last one below.
    place = np.searchsorted(prices.cdf, share, side="right")
    found: Ints = np.append(prices.price, -1)[place].astype(np.int64)
    return found


@dataclass(frozen=True)
class DrawnLog:
    """A censored log whose unknown prices are drawn, as a source.

    Attributes
    ----------
    source : LogSource
        With the unknown prices.
    drawn : DrawnPrices
    """

    source: LogSource
    drawn: DrawnPrices

    @property
    def info(self) -> LogInfo:
        """What holds for the whole log."""
        return self.source.info

    def pieces(self) -> Iterator[AuctionLog]:
        """The log in pieces, with the prices that were drawn."""
        for piece in self.source.pieces():
            yield self.drawn.fill(piece)

    def partitions(self) -> list[DrawnLog]:
        """One source for each partition of the log, when it has several."""
        inner = getattr(self.source, "partitions", None)
        return [self] if inner is None else [DrawnLog(source, self.drawn) for source in inner()]


def drawn_prices(
    pieces: Iterable[AuctionLog], campaigns: int, seed: int, win_on_tie: bool = True
) -> DrawnPrices:
    """Learn each campaign's distribution from a log, to draw the unknown prices of the same log from."""
    counters = [PriceCounter(win_on_tie) for _ in range(max(campaigns, 1))]
    for piece in pieces:
        for code in np.unique(piece.campaign):
            counters[code].add(_of(piece, piece.campaign == code))
    return DrawnPrices(tuple(counter.distribution() for counter in counters), seed, win_on_tie)


def _of(log: AuctionLog, mine: Bools) -> AuctionLog:
    """What is counted of some rows."""
    lost = None if log.lost_bid is None else log.lost_bid[mine]
    return AuctionLog(log.info, log.ts[mine], log.campaign[mine], log.market_price[mine], lost_bid=lost)


def unknown(log: AuctionLog) -> int:
    """How many auctions have no price."""
    return int(np.count_nonzero(log.market_price < 0))
