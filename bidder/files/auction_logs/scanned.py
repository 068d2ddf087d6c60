"""From a reader's good rows to a log: one pass to learn the names and refuse bad rows, then pieces."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from bidder.arrays import Codes, Ints
from bidder.auctions.log import AuctionLog, InMemory, LogInfo, LogSource
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.extras import Extras, check_campaigns
from bidder.files.auction_logs.reading import Frame, LogReader, Reading, drop_backwards

TEXT = ("campaign", "channel", "keyword", "placement")
IN_MEMORY_ROWS = 1_000_000
"""A log of at most so many auctions is kept, not read anew each time."""


@dataclass
class _Scan:
    """What one pass over a log has taught."""

    names: dict[str, dict[str, int]] = field(default_factory=dict)
    rows: int = 0
    first_ts: int | None = None
    last_ts: int | None = None

    def learn(self, frame: Frame, untimed: bool) -> None:
        for name in TEXT:
            if name in frame.columns:
                known = self.names.setdefault(name, {})
                for word in _used(frame.columns[name]):
                    known.setdefault(word, len(known))
        self.rows += len(frame)
        if untimed:
            self.first_ts, self.last_ts = 0, self.rows - 1
        else:
            ts: Ints = frame.columns["ts"]
            self.first_ts = int(ts[0]) if self.first_ts is None else self.first_ts
            self.last_ts = int(ts[-1])

    def info(self, base: LogInfo) -> LogInfo:
        words = tuple((n, tuple(self.names[n])) for n in TEXT[1:] if n in self.names)
        return replace(
            base, campaigns=tuple(self.names.get("campaign", {})), words=words, rows=self.rows,
            first_ts=self.first_ts, last_ts=self.last_ts,
        )


def _used(column: Any) -> list[str]:
    """The words of a dictionary array that really occur, in the order of their first appearance."""
    indices = column.indices.drop_null().to_numpy(zero_copy_only=False)
    codes, first = np.unique(indices, return_index=True)
    order = codes[np.argsort(first)]
    words: list[str] = column.dictionary.take(pa.array(order)).to_pylist()
    return words


@dataclass(frozen=True)
class ScannedSource:
    """A log in a format of its own, read anew each time.

    Attributes
    ----------
    reader : LogReader
    info : LogInfo
    skip : bool
        Whether bad rows are dropped.
    extras : Extras
        Which campaigns to keep, and what other tables add.
    """

    reader: LogReader
    info: LogInfo
    skip: bool
    extras: Extras

    def pieces(self) -> Iterator[AuctionLog]:
        """The log in pieces of bounded size, in order."""
        first_row = 0
        reading = Reading(self.skip)
        for frame in _frames(self.reader, reading, self.info.timed):
            mine = self.extras.keep(frame)
            if len(mine):
                yield self.log(mine, first_row)
                first_row += len(mine)
        reading.close()

    def log(self, frame: Frame, first_row: int) -> AuctionLog:
        """A frame as a piece of the log."""
        columns = dict(frame.columns)
        words = dict(self.info.words)
        for name in TEXT:
            if name in columns:
                names = self.info.campaigns if name == "campaign" else words[name]
                columns[name] = _codes(columns[name], names, frame.file)
        if not self.info.timed:
            columns["ts"] = np.arange(first_row, first_row + len(frame), dtype=np.int64)
        return self.extras.add(AuctionLog(info=self.info, **columns, first_row=first_row))


def _codes(column: Any, names: tuple[str, ...], file: str) -> Codes:
    import pyarrow.compute as pc

    places = pc.index_in(column.dictionary, value_set=pa.array(names, pa.string()))
    lookup: Codes = np.append(places.fill_null(-2).to_numpy(zero_copy_only=False), -1).astype(np.int32)
    codes: Codes = lookup[column.indices.fill_null(-1).to_numpy(zero_copy_only=False)]
    if (codes == -2).any():
        message = "the file has changed while it was read"
        raise InputError(Problem(message, "a log that nobody writes to", place=Place(file)))
    return codes


def _frames(reader: LogReader, reading: Reading, timed: bool) -> Iterator[Frame]:
    last = -(2**62)
    for frame in reader.frames(reading):
        if timed:
            frame, last = drop_backwards(frame, last, reading)
        if len(frame):
            yield frame


def open_scanned(reader: LogReader, reading: Reading, extras: Extras, name: str) -> LogSource:
    """Read a log once: refuse it when it is bad, keep it when it is small.

    Raises
    ------
    InputError
        With every bad row, unless they are to be dropped; or when nothing is left.
    """
    scan, waiting = _Scan(), list[Frame]()
    extras.load(reading)
    for frame in _frames(reader, reading, reader.info.timed):
        extras.learn(frame)
        mine = extras.keep(frame)
        if len(mine):
            scan.learn(mine, not reader.info.timed)
            waiting = [*waiting, mine] if scan.rows <= IN_MEMORY_ROWS else []
    extras.check(reading)
    reading.close()
    check_campaigns(extras.campaigns, extras.seen, name)
    if not scan.rows:
        raise InputError(Problem("the log holds no auctions", "at least one", place=Place(name)))
    info = extras.info(scan.info(reader.info))
    source = ScannedSource(reader, info, reading.skip, extras)
    if scan.rows > IN_MEMORY_ROWS:
        return source
    logs, first_row = [], 0
    for frame in waiting:
        logs.append(source.log(frame, first_row))
        first_row += len(frame)
    return InMemory(joined(logs))


def joined(logs: list[AuctionLog]) -> AuctionLog:
    """Pieces of a log as one."""
    if len(logs) == 1:
        return logs[0]
    from bidder.auctions.log import COLUMNS, CompetingBids

    columns = {
        name: np.concatenate([getattr(log, name) for log in logs])
        for name in COLUMNS
        if getattr(logs[0], name) is not None
    }
    parts = [log.bids for log in logs if log.bids is not None]
    bids = None
    if parts:
        counts = np.concatenate([np.diff(b.offsets) for b in parts])
        bids = CompetingBids(
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            np.concatenate([b.bidder for b in parts]), np.concatenate([b.bid for b in parts]),
            np.concatenate([b.quality for b in parts]),
        )
    return AuctionLog(info=logs[0].info, **columns, bids=bids, first_row=logs[0].first_row)
