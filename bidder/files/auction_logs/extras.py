"""What is done with every log alike: choosing campaigns, competing bids and visits from other tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.arrays import Ints
from bidder.auctions.log import AuctionLog, CompetingBids, LogInfo
from bidder.errors import InputError, Place, Problem, one_of
from bidder.files.auction_logs.cells import Rule, clean, rule
from bidder.files.auction_logs.reading import Frame, Reading
from bidder.files.auction_logs.tables import batches, columns_of
from bidder.files.tables import shown

_BID_RULES = (
    rule("auction"),
    Rule("bidder", "text", "a name of up to 200 characters"),
    Rule("bid", "whole", "a whole number of at least 0 (the money unit)"),
    rule("quality"),
)
_VISIT_RULES = (rule("user"), rule("ts"))


@dataclass
class Extras:
    """Choices and tables beside a log.

    Attributes
    ----------
    campaigns : tuple of str or None
        Campaigns to keep.
    bids, visits : tuple of str
        Files of the tables; none by default.
    """

    campaigns: tuple[str, ...] | None = None
    bids: tuple[str, ...] = ()
    visits: tuple[str, ...] = ()
    seen: set[str] = field(default_factory=set)
    _bidders: tuple[str, ...] = ()
    _bids: _Bids | None = None
    _visits: Any = None
    _auctions: list[Ints] = field(default_factory=list)

    def load(self, reading: Reading) -> None:
        """Read the tables; bad rows are told to ``reading``."""
        if self.bids:
            self._bids, self._bidders = _read_bids(self.bids, reading)
        if self.visits:
            self._visits = _read_visits(self.visits, reading)

    def learn(self, frame: Frame) -> None:
        """Look at rows of the log before any are left out."""
        if self.campaigns is not None:
            self.seen.update(frame.columns["campaign"].dictionary.to_pylist())
        if self._bids is not None:
            if "auction" not in frame.columns:
                message = "the log has no column auction"
                expected = "the number of each auction, to find its competing bids"
                raise InputError(Problem(message, expected, place=Place(frame.file)))
            self._auctions.append(frame.columns["auction"])
        if self._visits is not None:
            check_visits(frame.columns, frame.file)

    def check(self, reading: Reading) -> None:
        """Compare the bids with the log's auctions."""
        if self._bids is None or not self._auctions:
            return
        known, times = np.unique(np.concatenate(self._auctions), return_counts=True)
        self._auctions = []
        if (times > 1).any():
            again = known[times > 1]
            message = f"{len(again):,} auction numbers are given more than once, such as {again[0]}"
            reading.fatal.append(Problem(message, "a number of its own for each auction"))
        self._bids = self._bids.of(known, reading)

    def info(self, info: LogInfo) -> LogInfo:
        """With the names of the competitors."""
        return replace(info, words=(*info.words, ("bidder", self._bidders))) if self.bids else info

    def keep(self, frame: Frame) -> Frame:
        """The rows of the chosen campaigns."""
        if self.campaigns is None:
            return frame
        column = frame.columns["campaign"]
        chosen = pc.is_in(column.dictionary, value_set=pa.array(self.campaigns, pa.string()))
        return frame.kept(chosen.to_numpy(zero_copy_only=False)[column.indices.to_numpy()])

    def add(self, log: AuctionLog) -> AuctionLog:
        """The log with its competing bids and last visits."""
        if self._bids is not None and log.auction is not None:
            log = replace(log, bids=self._bids.matched(log.auction))
        if self._visits is not None and log.user is not None:
            log = replace(log, last_visit=_last_visits(log, self._visits))
        return log


def check_campaigns(wanted: Iterable[str] | None, there: Iterable[str], file: str) -> None:
    """Raise :class:`InputError` when a chosen campaign is not in the log."""
    known = sorted(there)
    problems = [
        Problem(f"there is no campaign {shown(name)}", one_of(known, name), place=Place(file))
        for name in wanted or ()
        if name not in known
    ]
    if problems:
        raise InputError(problems)


@dataclass(frozen=True)
class _Bids:
    """The bids table, auction by auction in the order of their numbers, highest rank first."""

    file: tuple[str, ...]
    origin: Ints
    rows: Ints
    auction: Ints
    bids: CompetingBids

    def of(self, known: Ints, reading: Reading) -> _Bids:
        """Without the bids of auctions that are not in the log, which are told to ``reading``."""
        there = np.isin(self.auction, known)
        for number, file in enumerate(self.file):
            where = np.flatnonzero(~there & (self.origin == number))
            if len(where):
                where = where[np.argsort(self.rows[where])]
                auctions = self.auction[where]
                reading.refuse(
                    file, self.rows[where], "auction", "a bid in an auction that is not in the log",
                    "an auction of the log", lambda i, a=auctions: f"found {a[i]}",  # type: ignore[misc]
                )
        b = self.bids
        return _Bids(
            self.file, self.origin[there], self.rows[there], self.auction[there],
            CompetingBids(b.offsets, b.bidder[there], b.bid[there], b.quality[there]),
        )

    def matched(self, auction: Ints) -> CompetingBids:
        """The bids of some auctions, in the order of these."""
        first = np.searchsorted(self.auction, auction, side="left")
        counts = np.searchsorted(self.auction, auction, side="right") - first
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        take = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts)
        b = self.bids
        return CompetingBids(offsets, b.bidder[take], b.bid[take], b.quality[take])


def _read_bids(files: tuple[str, ...], reading: Reading) -> tuple[_Bids, tuple[str, ...]]:
    names: dict[str, int] = {}
    parts: list[tuple[Any, ...]] = []
    for number, file in enumerate(files):
        wanted = columns_of(file, {r.name: r.name for r in _BID_RULES}, ("auction", "bidder", "bid"))
        rules = [r for r in _BID_RULES if r.name in wanted]
        for batch in batches(file, wanted, reading):
            frame = clean(batch, rules, reading)
            bidder = frame.columns["bidder"]
            words = bidder.dictionary.to_pylist()
            codes = np.array([names.setdefault(word, len(names)) for word in words], np.int32)
            quality = frame.columns.get("quality", np.ones(len(frame)))
            parts.append((
                np.full(len(frame), number, np.int64), frame.rows, frame.columns["auction"],
                codes[bidder.indices.to_numpy()] if len(frame) else np.empty(0, np.int32),
                frame.columns["bid"], np.where(np.isnan(quality), 1.0, quality),
            ))
    empty = (np.empty(0, np.int64),) * 3 + (np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0))
    origin, rows, auction, code, bid, quality = (np.concatenate(c) for c in zip(empty, *parts, strict=True))
    order = np.lexsort((rows, origin, -(bid * quality), auction))
    sorted_bids = CompetingBids(np.zeros(1, np.int64), code[order], bid[order], quality[order])
    return _Bids(files, origin[order], rows[order], auction[order], sorted_bids), tuple(names)


def _read_visits(files: tuple[str, ...], reading: Reading) -> Any:
    """Visits as a DataFrame sorted by time."""
    import pandas as pd

    users, times = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for file in files:
        wanted = columns_of(file, {"user": "user", "ts": "ts"}, ("user", "ts"))
        for batch in batches(file, wanted, reading):
            frame = clean(batch, _VISIT_RULES, reading)
            users.append(frame.columns["user"])
            times.append(frame.columns["ts"])
    ts = np.concatenate(times)
    table = pd.DataFrame({"ts": ts, "user": np.concatenate(users), "last_visit": ts})
    return table[table["user"] != 0].sort_values("ts", kind="stable", ignore_index=True)


def check_visits(columns: Iterable[str], file: str) -> None:
    """Raise :class:`InputError` when a log's columns do not go with a table of visits."""
    place, names = Place(file), set(columns)
    if "user" not in names:
        raise InputError(Problem("the log has no column user", "users, to find their visits", place=place))
    if "last_visit" in names:
        message = "the log has a column last_visit of its own"
        raise InputError(Problem(message, "either this column or visits", place=place))


def _last_visits(log: AuctionLog, visits: Any) -> Ints:
    """Each user's latest visit before the auction; -1 without one."""
    import pandas as pd

    auctions = pd.DataFrame({"ts": log.ts, "user": log.user})
    found = pd.merge_asof(auctions, visits, on="ts", by="user", allow_exact_matches=False)
    known = found["last_visit"].notna().to_numpy()
    last: Ints = np.full(len(log), -1, dtype=np.int64)
    # A float holds microseconds exactly until the year 2255.
    last[known] = found["last_visit"].to_numpy()[known].astype(np.int64)
    return last


