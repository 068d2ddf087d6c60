"""The market price's distribution from a log, whole or censored, in one pass and bounded memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from bidder.arrays import Ints
from bidder.auctions.landscapes import buckets
from bidder.auctions.landscapes.landscape_fit import FAMILIES, Grouped, fit_families
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import AuctionLog

MOST_EXACT = 4096
"""Different amounts that are counted one by one; with more of them, on the grid of buckets."""

_DENSE = 1 << 20


@dataclass(frozen=True)
class Tally:
    """How often each amount was seen.

    Attributes
    ----------
    amount : ndarray of int64, shape (K,)
        Rising.
    count : ndarray of int64, shape (K,)
    """

    amount: Ints
    count: Ints

    @classmethod
    def empty(cls) -> Tally:
        """Nothing seen."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    @classmethod
    def of(cls, amounts: Ints) -> Tally:
        """Count amounts of at least -1."""
        if len(amounts) and amounts.max() < _DENSE:
            counts = np.bincount(amounts + 1)
            seen = np.flatnonzero(counts)
            return cls(seen.astype(np.int64) - 1, counts[seen].astype(np.int64))
        amount, count = np.unique(amounts, return_counts=True)
        return cls(amount.astype(np.int64), count.astype(np.int64))

    def __add__(self, other: Tally) -> Tally:
        amount, place = np.unique(np.concatenate([self.amount, other.amount]), return_inverse=True)
        count = np.zeros(len(amount), dtype=np.int64)
        np.add.at(count, place, np.concatenate([self.count, other.count]))
        return Tally(amount, count)

    @property
    def total(self) -> int:
        """How many amounts were seen."""
        return int(self.count.sum())

    def moved(self, amount: Ints) -> Tally:
        """The same counts at other amounts, equal ones put together."""
        return Tally.empty() + Tally(amount, self.count)

    def from_there_up(self, amount: Ints) -> Ints:
        """How many of the counted amounts are at least each given one, shape as ``amount``."""
        above = np.concatenate([np.cumsum(self.count[::-1])[::-1], [0]])
        counted: Ints = above[np.searchsorted(self.amount, amount, side="left")]
        return counted


class PriceCounter:
    """Counts market prices piece by piece; the order of the pieces does not matter.

    A lost auction of a censored log (``market_price`` -1, ``lost_bid`` at least 0) says that the price
    was above the bid or, when ties lose, at least the bid. A row with neither is left out and counted
    in :attr:`unknown`.

    Parameters
    ----------
    win_on_tie : bool
        Whether the logged bidder won when its bid was equal to the market price.
    """

    def __init__(self, win_on_tie: bool = True) -> None:
        self.win_on_tie = win_on_tie
        self.known = Tally.empty()
        self.above = Tally.empty()
        """Of each amount, how many prices were above it."""
        self.unknown = 0
        self.exact = True
        """Whether every amount is still counted by itself."""
        self.censored = False

    def add(self, piece: AuctionLog) -> None:
        """Count another piece of the log."""
        self.censored |= piece.info.censored
        price = piece.market_price
        hidden = price < 0
        if not hidden.any():
            self.add_prices(price)
            return
        self.add_prices(price[~hidden])
        if piece.lost_bid is None:
            self.unknown += int(hidden.sum())
            return
        bid = piece.lost_bid[hidden]
        self.unknown += int((bid < 0).sum())
        self.add_lost(bid[bid >= 0])

    def add_prices(self, price: Ints) -> None:
        """Count known prices (at least 0)."""
        self.known = self.known + self._tally(price, up=True)
        self._coarsen_if_many()

    def add_counts(self, counts: Ints) -> None:
        """Count a histogram: how often each price 0, 1, 2, ... was seen."""
        price = np.flatnonzero(counts).astype(np.int64)
        other = PriceCounter(self.win_on_tie)
        other.known = Tally(price, np.asarray(counts, dtype=np.int64)[price])
        self.merge(other)

    def add_lost(self, bid: Ints) -> None:
        """Count bids (at least 0) that did not win."""
        self.censored |= len(bid) > 0
        self.above = self.above + self._tally(bid if self.win_on_tie else bid - 1, up=False)
        self._coarsen_if_many()

    def merge(self, other: PriceCounter) -> None:
        """Add what another counter has counted."""
        self.exact &= other.exact
        self.known = self.known + other.known
        self.above = self.above + other.above
        self.unknown += other.unknown
        self.censored |= other.censored
        self._coarsen_if_many()
        if not self.exact:
            self._coarsen()

    def distribution(self, method: str = "auto") -> PriceDistribution:
        """The distribution of the market price.

        Parameters
        ----------
        method : str
            ``counted`` (lost auctions are ignored), ``kaplan_meier``, a family (``lognormal``,
            ``gamma``, ``weibull``), ``parametric`` (the family with the lowest AIC), or ``auto``:
            counted when every price is known, else ``kaplan_meier``. The families need two different
            known prices; with fewer, ``kaplan_meier`` is used, as the result's ``method`` says.
        """
        if method == "auto":
            method = "kaplan_meier" if self.above.total else "counted"
        families = tuple(FAMILIES) if method == "parametric" else (method,)
        if method == "counted":
            found = counted(self.known)
        elif method == "kaplan_meier" or len(self.known.amount) < 2:
            found = kaplan_meier(self.known, self.above)
        else:
            found = fit_families(self._grouped(), families)
        return replace(found, censored=self.censored)

    def _tally(self, amounts: Ints, up: bool) -> Tally:
        if self.exact or not len(amounts):
            return Tally.of(amounts)
        if up:
            numbers = Tally.of(buckets.bucket(amounts))
            return numbers.moved(buckets.last_whole(numbers.amount))
        return Tally.of(buckets.round_down(amounts))

    def _coarsen_if_many(self) -> None:
        if self.exact and max(len(self.known.amount), len(self.above.amount)) > MOST_EXACT:
            self.exact = False
            self._coarsen()

    def _coarsen(self) -> None:
        self.known = self.known.moved(buckets.round_up(self.known.amount))
        self.above = self.above.moved(buckets.round_down(self.above.amount))

    def _grouped(self) -> Grouped:
        last = self.known.amount
        first = last if self.exact else buckets.round_down(last - 1) + 1
        return Grouped(first, last, self.known.count, self.above.amount, self.above.count)


def counted(known: Tally) -> PriceDistribution:
    """Shares of the known prices."""
    return PriceDistribution(known.amount, np.cumsum(known.count) / max(known.total, 1))


def kaplan_meier(known: Tally, above: Tally) -> PriceDistribution:
    """The product-limit estimate of the prices' distribution.

    The survival function drops by the factor (1 - d/n) at every known price: d prices were equal to it,
    n were not yet known to be lower (Kaplan and Meier, "Nonparametric estimation from incomplete
    observations", JASA 1958). It assumes that the bids did not depend on the hidden prices. Above the
    highest bid nothing is known, and the estimate ends below 1.
    """
    price = known.amount
    if not len(price):
        return PriceDistribution(above.amount[-1:], np.zeros(len(above.amount[-1:])), True, "kaplan_meier")
    at_risk = known.from_there_up(price) + above.from_there_up(price)
    surviving = np.cumprod(1.0 - known.count / at_risk).astype(np.float64)
    return PriceDistribution(price, 1.0 - surviving, True, "kaplan_meier")


def count_prices(
    pieces: Iterable[AuctionLog], win_on_tie: bool = True, method: str = "auto"
) -> PriceDistribution:
    """The distribution of a log's market prices; see :class:`PriceCounter`."""
    counter = PriceCounter(win_on_tie)
    for piece in pieces:
        counter.add(piece)
    return counter.distribution(method)
