"""How a log's columns change from an earlier part to a later one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.auctions.landscapes import buckets
from bidder.auctions.landscapes.landscape import Tally
from bidder.auctions.log import AuctionLog
from bidder.auctions.result import Drift

COLUMNS = ("market_price", "pctr", "click")
"""Columns that are watched."""

_BILLION = 1e9


def population_stability(first: Ints, last: Ints, bins: int = 10) -> float:
    """Population stability index of one sample against another.

    The sum over bins of (q - p) ln(q / p), p and q being the shares of the first and of the last sample
    (Siddiqi, "Credit Risk Scorecards", 2006, chapter 6). By custom less than 0.1 counts as stable and
    more than 0.25 as another population. Half a case is added to every bin, so that an empty one does
    not make the index infinite.

    Parameters
    ----------
    first, last : ndarray of int64, shape (K,)
        How often each of K rising amounts was seen.
    bins : int
        The amounts are put into at most so many bins, about equally full in the first sample.

    Returns
    -------
    float
        0 when one of the samples is empty.
    """
    if not first.sum() or not last.sum():
        return 0.0
    below = (np.cumsum(first) - first) / first.sum()
    number = np.minimum((below * bins).astype(np.int64), bins - 1)
    _, number = np.unique(number, return_inverse=True)
    shares = [_shares(number, count) for count in (first, last)]
    return float((shares[1] - shares[0]) @ np.log(shares[1] / shares[0]))


def _shares(number: Ints, count: Ints) -> Floats:
    binned = np.bincount(number, weights=count).astype(np.float64)
    return np.asarray((binned + 0.5) / (binned.sum() + 0.5 * len(binned)), dtype=np.float64)


class DriftCounter:
    """Counts the columns of every part of a log, piece by piece and in bounded memory.

    Parameters
    ----------
    bins : int
        See :func:`population_stability`.
    """

    def __init__(self, bins: int = 10) -> None:
        self.bins = bins
        self._parts: list[str] = []
        self._tallies: dict[tuple[str, str], Tally] = {}
        self._sums: dict[tuple[str, str], int] = {}

    def add(self, part: str, piece: AuctionLog) -> None:
        """Count another piece of a part; parts are told apart by name, in the order of their first piece.

        Prices that are not known are left out.
        """
        if part not in self._parts:
            self._parts.append(part)
        for name in COLUMNS:
            column = getattr(piece, name)
            if column is not None:
                self._count(part, name, column[column >= 0])

    def _count(self, part: str, name: str, column: Floats) -> None:
        key = part, name
        self._tallies[key] = self._tallies.get(key, Tally.empty()) + Tally.of(buckets.bucket(column))
        # Whole billionths add up to the same sum in any order.
        whole = np.rint(column * _BILLION) if name == "pctr" else column
        self._sums[key] = self._sums.get(key, 0) + int(whole.sum(dtype=np.int64))

    def result(self) -> tuple[Drift, ...]:
        """The last part against the first, for every column that both have."""
        found = [self._drift(name) for name in COLUMNS if self._complete(name)]
        return tuple(found)

    def _complete(self, name: str) -> bool:
        tallies = [self._tallies.get((part, name)) for part in self._parts]
        return len(tallies) > 1 and all(tally is not None and tally.total for tally in tallies)

    def _drift(self, name: str) -> Drift:
        tallies = [self._tallies[part, name] for part in self._parts]
        unit = _BILLION if name == "pctr" else 1.0
        means = tuple(
            self._sums[part, name] / unit / tally.total
            for part, tally in zip(self._parts, tallies, strict=True)
        )
        amounts = np.union1d(tallies[0].amount, tallies[-1].amount)
        first, last = (_at(tally, amounts) for tally in (tallies[0], tallies[-1]))
        return Drift(name, tuple(self._parts), means, population_stability(first, last, self.bins))


def _at(tally: Tally, amounts: Ints) -> Ints:
    count = np.zeros(len(amounts), dtype=np.int64)
    count[np.searchsorted(amounts, tally.amount)] = tally.count
    return count


def drift(parts: Mapping[str, Iterable[AuctionLog]], bins: int = 10) -> tuple[Drift, ...]:
    """Drift of the last part against the first; see :class:`DriftCounter`."""
    counter = DriftCounter(bins)
    for name, pieces in parts.items():
        for piece in pieces:
            counter.add(name, piece)
    return counter.result()
