"""Auction logs as columns.

Money is int64 in the log's own unit (micros of the currency for one impression, unless the log
declares another). A log that does not fit into memory is a row of such logs, one behind the other,
whose :attr:`AuctionLog.first_row` counts on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Bytes, Codes, Floats, Ints

MICROSECOND = 1_000_000
"""Microseconds in a second: the unit of every ``ts``."""


@dataclass(frozen=True)
class LogInfo:
    """What holds for a whole log.

    Attributes
    ----------
    campaigns : tuple of str
        Names behind the codes of the column ``campaign``.
    unit : str
        Name of the money unit, such as ``micros`` or ``CPM unit``.
    per_currency : int or None
        How many of the unit make one unit of the currency (1,000,000 for micros); None when the log
        does not say.
    currency : str or None
        ISO 4217 code.
    price_for : int
        For how many impressions a price stands: 1, or 1000 when prices are CPMs.
    timed : bool
        Whether ``ts`` is real time; else it only numbers the rows.
    censored : bool
        Whether ``market_price`` is known for won auctions alone.
    words : mapping of str to tuple of str
        Names behind the codes of the columns ``channel``, ``keyword`` and ``placement``.
    rows : int or None
        Number of auctions, when it is known before reading.
    first_ts, last_ts : int or None
        First and last time stamp, when known before reading, microseconds UTC.
    """

    campaigns: tuple[str, ...]
    unit: str = "micros"
    per_currency: int | None = 1_000_000
    currency: str | None = None
    price_for: int = 1
    timed: bool = True
    censored: bool = False
    words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rows: int | None = None
    first_ts: int | None = None
    last_ts: int | None = None


@dataclass(frozen=True)
class CompetingBids:
    """The other bids of every auction, one auction behind the other, highest rank first.

    Attributes
    ----------
    offsets : ndarray of int64, shape (auctions + 1,)
        Auction i has the bids ``offsets[i]`` to ``offsets[i + 1]``.
    bidder : ndarray of int32, shape (bids,)
        Code of the competitor.
    bid : ndarray of int64, shape (bids,)
        In the log's unit (for one click where the auction is paid by click).
    quality : ndarray of float64, shape (bids,)
        Positive; 1 where the log knows no quality.
    """

    offsets: Ints
    bidder: Codes
    bid: Ints
    quality: Floats

    def part(self, start: int, stop: int) -> CompetingBids:
        """The bids of the auctions ``start`` to ``stop``; views, no copies of the bids."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        return CompetingBids(
            self.offsets[start : stop + 1] - first, self.bidder[first:last], self.bid[first:last],
            self.quality[first:last],
        )

    def take(self, rows: Ints) -> CompetingBids:
        """The bids of some auctions, by their positions."""
        number = np.diff(self.offsets)[rows]
        offsets = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(number)])
        place = np.repeat(self.offsets[rows] - offsets[:-1], number) + np.arange(offsets[-1])
        return CompetingBids(offsets, self.bidder[place], self.bid[place], self.quality[place])


@dataclass(frozen=True)
class AuctionLog:
    """Auctions in the order in which they took place; every column has shape (n,).

    Attributes
    ----------
    info : LogInfo
    ts : ndarray of int64
        Microseconds since 1970 UTC, never falling.
    campaign : ndarray of int32
        Codes into ``info.campaigns``.
    market_price : ndarray of int64
        The lowest bid that would have won, at least 0; -1 where it is not known (a censored log's
        lost auctions).
    auction : ndarray of int64, optional
        The log's own number of the auction.
    channel, keyword, placement : ndarray of int32, optional
        Codes into ``info.words``; -1 where there is none.
    user : ndarray of uint64, optional
        Hashed user; 0 where unknown.
    floor : ndarray of int64, optional
        Reserve price.
    pctr, pcvr : ndarray of float64, optional
        Predicted click probability of an impression and conversion probability of a click.
    quality : ndarray of float64, optional
        Our quality in this auction; NaN where unknown.
    click, conversion : ndarray of uint8, optional
        1 where the shown impression was clicked, where the click was converted.
    value : ndarray of int64, optional
        What a conversion is worth, in millionths of the currency unit.
    conversion_delay : ndarray of int64, optional
        Microseconds from the auction to the report of its conversion.
    last_visit : ndarray of int64, optional
        Microseconds UTC of the user's last visit to the shop before the auction; -1 without one.
    lost_bid : ndarray of int64, optional
        In a censored log: our bid in auctions that it lost (the market price was higher); -1 in those
        that it won.
    bids : CompetingBids, optional
        The second table.
    first_row : int
        Number of the first row in the whole log.
    """

    info: LogInfo
    ts: Ints
    campaign: Codes
    market_price: Ints
    auction: Ints | None = None
    channel: Codes | None = None
    keyword: Codes | None = None
    placement: Codes | None = None
    user: NDArray[np.uint64] | None = None
    floor: Ints | None = None
    pctr: Floats | None = None
    pcvr: Floats | None = None
    quality: Floats | None = None
    click: Bytes | None = None
    conversion: Bytes | None = None
    value: Ints | None = None
    conversion_delay: Ints | None = None
    last_visit: Ints | None = None
    lost_bid: Ints | None = None
    bids: CompetingBids | None = None
    first_row: int = 0

    def __len__(self) -> int:
        return len(self.ts)

    def part(self, start: int, stop: int) -> AuctionLog:
        """The rows ``start`` to ``stop``; views, no copies."""
        changes: dict[str, object] = {"first_row": self.first_row + start}
        for name in COLUMNS:
            column = getattr(self, name)
            if column is not None:
                changes[name] = column[start:stop]
        if self.bids is not None:
            changes["bids"] = self.bids.part(start, stop)
        return replace(self, **changes)  # type: ignore[arg-type]

    @property
    def memory(self) -> int:
        """Bytes of all columns."""
        columns = (getattr(self, name) for name in COLUMNS)
        return sum(column.nbytes for column in columns if column is not None)


COLUMNS = tuple(f.name for f in fields(AuctionLog) if f.name not in ("info", "bids", "first_row"))
"""Names of the columns."""


class LogSource(Protocol):
    """Where a log comes from: read piece by piece, as often as wanted.

    A source can be pickled, so that other processes can read it too.
    """

    @property
    def info(self) -> LogInfo:
        """What holds for the whole log; the same for all pieces."""

    def pieces(self) -> Iterator[AuctionLog]:
        """The log in pieces of bounded size, in order, each beginning where the last one ended."""


@dataclass(frozen=True)
class InMemory:
    """A log that is all there, as a source."""

    log: AuctionLog

    @property
    def info(self) -> LogInfo:
        """What holds for the log."""
        return self.log.info

    def pieces(self) -> Iterator[AuctionLog]:
        """The log as one piece."""
        yield self.log
