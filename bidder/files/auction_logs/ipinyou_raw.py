"""The reader ``ipinyou_raw``: the contest's logs of impressions, clicks, conversions and bids.

Tab-separated files without a header, named ``imp.DATE.txt``, ``clk.``, ``conv.`` and ``bid.``, packed or
not (Liao et al., "iPinYou Global RTB Bidding Algorithm Competition Dataset", ADKDD 2014). Rows belong
together by their bid id. With bid logs the lost auctions are known too, but not their prices: the log is
censored. Without them it holds won auctions alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bidder.arrays import Bools, Ints
from bidder.auctions.log import LogInfo
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.cells import Rule, clean, hashed
from bidder.files.auction_logs.ipinyou_theta import BASE
from bidder.files.auction_logs.reading import Frame, Reading
from bidder.files.auction_logs.text_tables import Layout, TextTable, first_line

EPOCH_SHIFT = 8 * 3600 * 1_000_000
"""Logs are written in China's time, which has had no summer time since 1991."""

_COMMON = ("ipinyou_id", "user_agent", "ip", "region", "city", "exchange", "domain", "url", "anonymous_url")
_SLOT = ("slot", "width", "height", "visibility", "format", "floor", "creative", "bid_price")
_SHOWN = ("bid_id", "time", "log_type", *_COMMON, *_SLOT, "pay_price", "key_page")
_BIDS = ("bid_id", "time", *_COMMON, *_SLOT)
LAYOUTS = {
    "shown": {22: _SHOWN, 23: (*_SHOWN, "advertiser"), 24: (*_SHOWN, "advertiser", "tags")},
    "bid": {19: _BIDS, 20: (*_BIDS, "advertiser"), 21: (*_BIDS, "advertiser", "tags")},
}
"""Columns by their number: the first season has neither advertiser nor user tags, bid logs have no log
type, paying price and key page."""

_MONEY = "a whole number of at least 0 (CPM unit)"
RULES = {
    "bid_id": Rule("bid_id", "text", "a bid id"),
    "time": Rule("time", "text", "a time such as 20130612000102865"),
    "ipinyou_id": Rule("ipinyou_id", "user", "an id"),
    "slot": Rule("slot", "text", "an ad slot's id", unknown=-1),
    "floor": Rule("floor", "whole", _MONEY, unknown=0),
    "bid_price": Rule("bid_price", "whole", _MONEY),
    "pay_price": Rule("pay_price", "whole", _MONEY),
    "advertiser": Rule("advertiser", "text", "an advertiser's id"),
}
_NAME = re.compile(r"(imp|clk|conv|bid)\.(\w+)\.(txt|tsv|log)(\.gz|\.bz2)?", re.IGNORECASE)
NO_ADVERTISER = "all"
"""Campaign of the first season, whose logs do not name the advertiser."""


@dataclass(frozen=True)
class RawReader:
    """The contest's logs, day by day.

    Attributes
    ----------
    days : tuple of (str, tuple of (str, str))
        Day, and the kind and path of each of its files.
    base : LogInfo
        Unit and currency.
    """

    days: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    base: LogInfo = BASE
    counts: dict[str, int] = field(default_factory=dict, compare=False)

    @classmethod
    def open(cls, files: tuple[str, ...], base: LogInfo) -> RawReader:
        """Sort the files by kind and day.

        Raises
        ------
        InputError
            When a file's name does not say what it is, or there are no impressions.
        """
        days: dict[str, list[tuple[str, str]]] = defaultdict(list)
        problems = []
        for file in files:
            name = _NAME.fullmatch(Path(file).name)
            if name is None:
                expected = "imp.DATE.txt, clk.DATE.txt, conv.DATE.txt or bid.DATE.txt, also .gz or .bz2"
                problems.append(Problem("the name does not say which log it is", expected, place=Place(file)))
            else:
                days[name[2]].append((name[1].lower(), file))
        if problems:
            raise InputError(problems)
        if not any(kind == "imp" for found in days.values() for kind, _ in found):
            raise InputError(Problem("there is no log of impressions", "imp.DATE.txt", place=Place(files[0])))
        return cls(tuple((day, tuple(days[day])) for day in sorted(days)), base)

    @property
    def info(self) -> LogInfo:
        """Unit and currency; censored when there are bid logs."""
        return replace(self.base, timed=True, censored=self.base.censored or self._has_bids)

    @property
    def _has_bids(self) -> bool:
        return any(kind == "bid" for _, found in self.days for kind, _ in found)

    def frames(self, reading: Reading) -> Iterator[Frame]:
        """The good rows, day by day, each day sorted by time."""
        counts: dict[str, int] = defaultdict(int)
        progress = _Progress(sum(len(found) for _, found in self.days))
        clicks = _Events.read(self._files("clk"), reading, progress)
        conversions = _Events.read(self._files("conv"), reading, progress)
        # A bid and its impression may lie on two sides of midnight.
        before, today = np.empty(0, np.uint64), self._shown(0, reading, progress)
        for number, (_, found) in enumerate(self.days):
            tomorrow = self._shown(number + 1, reading, progress)
            bids = _read([f for kind, f in found if kind == "bid"], "bid", reading, progress)
            lost = bids.kept(~np.isin(bids.bid, np.concatenate([before, today.bid, tomorrow.bid])))
            for name, count in today.join(clicks, conversions).items():
                counts[name] += count
            yield from _day_frame(today, lost, self._has_bids)
            before, today = today.bid, tomorrow
        counts["clicks"], counts["conversions"] = len(clicks.bid), len(conversions.bid)
        self.counts.update(counts)

    def _shown(self, day: int, reading: Reading, progress: _Progress) -> _Rows:
        found = self.days[day][1] if day < len(self.days) else ()
        return _read([file for kind, file in found if kind == "imp"], "shown", reading, progress)

    def _files(self, kind: str) -> list[str]:
        return [file for _, found in self.days for k, file in found if k == kind]

    def notes(self) -> tuple[str, ...]:
        """What the reader must know of joins and unknown prices."""
        notes = ["the log has no predicted rates (pctr)"]
        if not self._has_bids:
            notes.append("the log holds won auctions alone (there are no bid logs)")
        for name in ("clicks", "conversions"):
            without = self.counts.get(name, 0) - self.counts.get(f"{name} used", 0)
            if without > 0:
                notes.append(f"{without:,} {name} have no impression, or are not the first of theirs")
        unclicked = self.counts.get("unclicked", 0)
        if unclicked:
            notes.append(f"{unclicked:,} conversions had no click before and are left out")
        return tuple(notes)


class _Progress:
    """Which part of the files has been read."""

    def __init__(self, files: int) -> None:
        self.done, self.share = 0.0, 1 / files

    def next(self) -> tuple[float, float]:
        before = self.done
        self.done += self.share
        return before, self.share


@dataclass
class _Rows:
    """Rows of one kind of log."""

    file: str
    bid: NDArray[np.uint64]
    row: Ints
    ts: Ints
    columns: dict[str, Any]

    def __len__(self) -> int:
        return len(self.bid)

    def kept(self, keep: Bools) -> _Rows:
        mask = pa.array(keep)
        columns = {
            name: c[keep] if isinstance(c, np.ndarray) else c.filter(mask) for name, c in self.columns.items()
        }
        return _Rows(self.file, self.bid[keep], self.row[keep], self.ts[keep], columns)

    def join(self, clicks: _Events, conversions: _Events) -> dict[str, int]:
        """Add the columns click, conversion and conversion_delay; returns what was counted."""
        click = clicks.of(self.bid) >= 0
        when = conversions.of(self.bid)
        converted = (when >= 0) & click
        self.columns["click"] = click.astype(np.uint8)
        self.columns["conversion"] = converted.astype(np.uint8)
        self.columns["conversion_delay"] = np.where(converted, np.maximum(when - self.ts, 0), 0)
        return {
            "clicks used": int(click.sum()), "conversions used": int((when >= 0).sum()),
            "unclicked": int(((when >= 0) & ~click).sum()),
        }


@dataclass
class _Events:
    """Clicks or conversions: the first time for each bid id."""

    bid: NDArray[np.uint64]
    first: NDArray[np.uint64]
    ts: Ints

    @classmethod
    def read(cls, files: list[str], reading: Reading, progress: _Progress) -> _Events:
        rows = _read(files, "shown", reading, progress, ("bid_id", "time"))
        order = np.lexsort((rows.ts, rows.bid))
        first, places = np.unique(rows.bid[order], return_index=True)
        return cls(rows.bid, first, rows.ts[order][places])

    def of(self, bid: NDArray[np.uint64]) -> Ints:
        """Time of each bid's event; -1 without one."""
        if not len(self.first):
            return np.full(len(bid), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.first, bid), len(self.first) - 1)
        times: Ints = np.where(self.first[place] == bid, self.ts[place], -1)
        return times


def _read(
    files: list[str], kind: str, reading: Reading, progress: _Progress, only: tuple[str, ...] | None = None
) -> _Rows:
    parts: list[_Rows] = []
    for file in files:
        layout = _layout(file, kind)
        names = [n for n in RULES if n in layout.columns and (only is None or n in only)]
        table = TextTable(file, layout, {n: n for n in names})
        for batch in table.batches(reading, *progress.next()):
            frame = clean(batch, [RULES[n] for n in names], reading)
            parts.append(_timed(frame, reading))
    if not parts:
        return _Rows("", np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64), {})
    columns: dict[str, Any] = {}
    for name in parts[0].columns:
        pieces = [p.columns[name] for p in parts if name in p.columns]
        if len(pieces) != len(parts):
            message = "the day's files have different columns"
            raise InputError(Problem(message, "one season in a log", place=Place(files[-1])))
        columns[name] = (
            np.concatenate(pieces) if isinstance(pieces[0], np.ndarray)
            else pa.chunked_array(pieces).unify_dictionaries().combine_chunks()
        )
    bid, row, ts = (np.concatenate([getattr(p, n) for p in parts]) for n in ("bid", "row", "ts"))
    return _Rows(files[0], bid, row, ts, columns)


def _layout(file: str, kind: str) -> Layout:
    cells = first_line(file).count("\t") + 1
    layouts = LAYOUTS[kind]
    columns = layouts.get(cells)
    if columns is None:
        if cells > 1:
            expected = f"{', '.join(map(str, layouts))} cells between tabs, by season"
            raise InputError(Problem(f"{cells} cells", expected, place=Place(file, row=1)))
        columns = next(iter(layouts.values()))  # empty, or its first row is bad
    return Layout(columns, "\t", quote=False, header_rows=0)


def _timed(frame: Frame, reading: Reading) -> _Rows:
    """Read the times; the columns bid_id and time are no longer needed then."""
    columns = dict(frame.columns)
    bid = columns.pop("bid_id")
    time = columns.pop("time").dictionary_decode()
    ts, good = _times(time)
    if not good.all():
        where = np.flatnonzero(~good)
        reading.refuse(
            frame.file, frame.rows[where], "time", f"time is not {RULES['time'].expected}",
            RULES["time"].expected, lambda i: f"found {time[int(where[i])].as_py()[:60]!r}",
        )
    ids = hashed(bid.dictionary)[bid.indices.to_numpy()] if len(frame) else np.empty(0, np.uint64)
    return _Rows(frame.file, ids, frame.rows, ts, columns).kept(good)


def _times(time: Any) -> tuple[Ints, Bools]:
    """Times such as 20130612000102865 (China's, with milliseconds) as microseconds UTC."""
    good = pc.match_substring_regex(time, "^[0-9]{17}$")
    digits = pc.if_else(good, time, "20130101000000000").cast(pa.int64()).to_numpy(zero_copy_only=False)
    ok: Bools = good.to_numpy(zero_copy_only=False)
    rest, milli = np.divmod(digits, 1000)
    rest, second = np.divmod(rest, 100)
    rest, minute = np.divmod(rest, 100)
    rest, hour = np.divmod(rest, 100)
    rest, day = np.divmod(rest, 100)
    year, month = np.divmod(rest, 100)
    ok &= (month >= 1) & (month <= 12) & (day >= 1) & (hour < 24) & (minute < 60) & (second < 60)
    ok &= (year >= 1992) & (year <= 2200)
    months = ((np.where(ok, year, 2013) - 1970) * 12 + np.where(ok, month, 1) - 1).astype("datetime64[M]")
    start = months.astype("datetime64[D]")
    length = (months + 1).astype("datetime64[D]") - start
    ok &= day <= length.astype(np.int64)
    seconds = ((start.astype(np.int64) + day - 1) * 24 + hour) * 3600 + minute * 60 + second
    ts: Ints = seconds * 1_000_000 + milli * 1000 - EPOCH_SHIFT
    return ts, ok


def _day_frame(won: _Rows, lost: _Rows, censored: bool) -> Iterator[Frame]:
    """A day's auctions, sorted by time; at the same time the won ones come first."""
    if not len(won) and not len(lost):
        return
    there = [rows for rows in (won, lost) if len(rows)]
    order = np.argsort(np.concatenate([rows.ts for rows in there]), kind="stable")

    def column(name: str, other: int = 0) -> Any:
        kind = np.uint64 if name == "ipinyou_id" else np.int64
        parts = [rows.columns.get(name, np.full(len(rows), other, kind)) for rows in there]
        return np.concatenate(parts)[order]

    columns = {
        "ts": np.concatenate([rows.ts for rows in there])[order],
        "campaign": _text(there, "advertiser", NO_ADVERTISER).take(pa.array(order)),
        "market_price": column("pay_price", -1),
        "placement": _text(there, "slot", "").take(pa.array(order)),
        "user": column("ipinyou_id"), "floor": column("floor"),
        "click": column("click").astype(np.uint8), "conversion": column("conversion").astype(np.uint8),
        "conversion_delay": column("conversion_delay"),
    }
    if censored:
        bid, price = column("bid_price"), columns["market_price"]
        columns["lost_bid"] = np.where(price < 0, bid, -1)
    rows = np.concatenate([r.row for r in there])[order]
    yield Frame(there[0].file, rows, columns)


def _text(there: list[_Rows], name: str, other: str) -> Any:
    parts = []
    for rows in there:
        column = rows.columns.get(name)
        if column is None:
            codes = pa.array(np.zeros(len(rows), np.int32))
            column = pa.DictionaryArray.from_arrays(codes, pa.array([other]))
        parts.append(column)
    return pa.chunked_array(parts).unify_dictionaries().combine_chunks()
