"""A log in parts by time, and what strategies may learn from the earlier one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from bidder.auctions.engine.pieces import blocks_by_campaign
from bidder.auctions.experiments.spec_resolve import DAY_US, LogFacts
from bidder.auctions.log import COLUMNS, AuctionLog, LogInfo, LogSource

if TYPE_CHECKING:
    from bidder.arrays import Ints
    from bidder.auctions.experiments.spec_parts import SplitSpec
    from bidder.auctions.landscapes.histogram import PriceHistogram
    from bidder.auctions.landscapes.prices import PriceDistribution
    from bidder.auctions.result import Drift
    from bidder.auctions.rules import Episodes, Rules
    from bidder.auctions.strategies.base import Training

ALL = "all"
TRAINING_ROWS = 1 << 18
"""Most rows of an earlier log that strategies are given; more are thinned evenly."""


@dataclass(frozen=True)
class Part:
    """Consecutive rows of a log, as a source.

    Attributes
    ----------
    source : LogSource
    first, last : int
        Rows from ``first`` up to but not including ``last``.
    info : LogInfo
        With the part's own rows and times.
    """

    source: LogSource
    first: int
    last: int
    info: LogInfo

    def pieces(self) -> Iterator[AuctionLog]:
        """The rows in pieces; views."""
        for piece in self.source.pieces():
            begin, end = piece.first_row, piece.first_row + len(piece)
            if begin >= self.last:
                return
            if end > self.first:
                cut = piece.part(max(self.first - begin, 0), min(self.last, end) - begin)
                yield replace(cut, info=self.info)

    def partitions(self) -> list[Part]:
        """The parts of the part that can be read apart from each other, in order."""
        inner = getattr(self.source, "partitions", None)
        if inner is None:
            return [self]
        return [Part(source, self.first, self.last, self.info) for source in inner()]


    @property
    def logged(self) -> Part:
        """The part as it was logged, without any prices that are drawn."""
        from bidder.auctions.landscapes.unknown_prices import DrawnLog

        return replace(self, source=self.source.source) if isinstance(self.source, DrawnLog) else self


@dataclass(frozen=True)
class CountsPart:
    """An aggregated log; it has no auctions, and is not divided.

    Attributes
    ----------
    histogram : PriceHistogram
    info : LogInfo
    """

    histogram: PriceHistogram
    info: LogInfo
    first: int = 0

    @property
    def last(self) -> int:
        """Number of its rows."""
        return len(self.histogram)

    def pieces(self) -> Iterator[AuctionLog]:
        """No auctions."""
        return iter(())


@dataclass(frozen=True)
class Survey:
    """A log, looked through.

    Attributes
    ----------
    facts : LogFacts
    rows : int
    """

    facts: LogFacts
    rows: int


def survey(source: LogSource) -> Survey:
    """Look through a log for its columns, length and times; only its first piece when that is enough."""
    info, columns = source.info, set[str]()
    known = info.rows is not None and info.first_ts is not None and info.last_ts is not None
    rows, first, last = 0, None, None
    for piece in source.pieces():
        columns |= {name for name in COLUMNS if getattr(piece, name) is not None}
        columns |= {"bids"} if piece.bids is not None else set()
        if known:
            break
        if len(piece):
            first = int(piece.ts[0]) if first is None else first
            last = int(piece.ts[-1])
        rows += len(piece)
    if not known:
        info = replace(info, rows=rows, first_ts=first, last_ts=last)
    return Survey(LogFacts(info, frozenset(columns)), info.rows or 0)


def whole(source: LogSource, seen: Survey) -> Part:
    """The whole log as one part."""
    return Part(source, 0, seen.rows, seen.facts.info)


def divide(source: LogSource, seen: Survey, split: SplitSpec, time_zone: str) -> dict[str, Part]:
    """The parts of a log by name.

    Raises
    ------
    ValueError
        When a part has no auctions.
    """
    named = {"train": split.train, "validation": split.validation, "test": split.test}
    given = {name: border for name, border in named.items() if border is not None}
    ends = _ends(source, seen, list(given.values()), time_zone)
    borders = dict(zip(given, ends, strict=True))
    borders.setdefault("test", seen.rows)
    parts, begin = {}, 0
    for name, end in borders.items():
        if end <= begin:
            raise ValueError(f"no auctions are left for {name}")
        parts[name] = Part(source, begin, end, seen.facts.info)
        begin = end
    return _timed(source, parts)


def _ends(source: LogSource, seen: Survey, borders: Sequence[Any], time_zone: str) -> list[int]:
    if not isinstance(borders[0], date):
        return [min(round(seen.rows * float(share)), seen.rows) for share in np.cumsum(borders)]
    from bidder.auctions.experiments.spec_parts import day_start

    moments: Ints = np.array([day_start(day, time_zone, 1) for day in borders], dtype=np.int64)
    rows = np.zeros(len(moments), dtype=np.int64)
    for piece in source.pieces():
        rows += np.searchsorted(piece.ts, moments, side="left")
    return [int(r) for r in rows]


def _timed(source: LogSource, parts: dict[str, Part]) -> dict[str, Part]:
    """The parts with their own number of rows and times, so that none knows of the others."""
    wanted = {row for part in parts.values() for row in (part.first, part.last - 1)}
    times = {}
    for piece in source.pieces():
        begin, end = piece.first_row, piece.first_row + len(piece)
        times.update({row: int(piece.ts[row - begin]) for row in wanted if begin <= row < end})
    return {
        name: replace(part, info=replace(
            part.info, rows=part.last - part.first, first_ts=times[part.first], last_ts=times[part.last - 1]
        ))
        for name, part in parts.items()
    }


def with_drawn_prices(part: Part, seed: int, win_on_tie: bool) -> Part:
    """The part of a censored log with its unknown prices drawn from what the part itself knows."""
    from bidder.auctions.landscapes.unknown_prices import DrawnLog, drawn_prices

    drawn = drawn_prices(part.pieces(), len(part.info.campaigns), seed, win_on_tie)
    return replace(part, source=DrawnLog(part.source, drawn))


def told_unknown(part: Part) -> str:
    """What becomes of a censored part's auctions whose price is not known, with their number."""
    from bidder.auctions.landscapes.unknown_prices import unknown

    rows = part.last - part.first
    hidden, never = (sum(map(unknown, p.pieces())) for p in (part.logged, part))
    said = f"{hidden:,} of {rows:,} auctions have no known price"
    if part.logged is part:
        return f"{said}: they are never won, at any bid (log: {{unknown_prices: drawn}} draws prices)"
    return f"{said}: drawn above the bids that lost; {never:,} draws lie above all known prices and never win"


def watch_parts(
    parts: Mapping[str, LogSource], win_on_tie: bool
) -> tuple[PriceDistribution, tuple[Drift, ...]]:
    """Market prices of the last part, and how the parts differ; one pass over all of them."""
    from bidder.auctions.experiments.drift import DriftCounter
    from bidder.auctions.landscapes.landscape import PriceCounter

    drift, last = DriftCounter(), list(parts)[-1]
    prices = PriceCounter(win_on_tie)
    for name, part in parts.items():
        for piece in part.pieces():
            if len(parts) > 1:
                drift.add(name, piece)
            if name == last:
                prices.add(piece)
    return prices.distribution(), drift.result() if len(parts) > 1 else ()


def training(part: Part, cut: Episodes, now: LogInfo, win_on_tie: bool) -> Training:
    """What strategies may know of an earlier part.

    Parameters
    ----------
    part : Part
    cut : Episodes
        Of the replay, to say how many episodes the earlier time was long.
    now : LogInfo
        Of the part that is replayed.
    win_on_tie : bool
    """
    from bidder.auctions.landscapes.landscape import PriceCounter
    from bidder.auctions.strategies.base import Training

    every = max(-(-(part.last - part.first) // TRAINING_ROWS), 1)
    prices, pieces = PriceCounter(win_on_tie), []
    for piece in part.pieces():
        prices.add(piece)
        offset = (part.first - piece.first_row) % every
        pieces.append(_thinned(piece, offset, every))
    log = _joined(pieces)
    return Training(log, float(every), _episodes(part.info, cut, now), prices.distribution())


def competitors_budgets(part: Part | CountsPart, cut: Episodes, rules: Rules) -> tuple[tuple[int, ...], ...]:
    """Budget of each competitor of a log for an episode of each campaign.

    What the rules give, one amount standing for all competitors; else what each would have spent on the
    campaign's auctions without us, for an episode on average, rounded up.

    Raises
    ------
    ValueError
        When the rules give another number of budgets than there are competitors.
    """
    from bidder.auctions.ranked.competitors import needed_budgets

    campaigns = max(len(part.info.campaigns), 1)
    spent, rows = np.zeros((campaigns, 0), dtype=np.int64), np.zeros(campaigns, dtype=np.int64)
    given = rules.rivals.budgets[0] if rules.rivals.budgets else ()
    for piece in part.pieces():
        if piece.bids is None or not len(piece.bids.bidder):
            continue
        missing = max(int(piece.bids.bidder.max()) + 1 - spent.shape[1], 0)
        spent = np.pad(spent, ((0, 0), (0, missing)))
        rows += np.bincount(piece.campaign, minlength=campaigns)
        for code, log, _ in [] if given else blocks_by_campaign(piece, campaigns):
            spent[code] += needed_budgets(log, rules, spent.shape[1])
    if given:
        if len(given) not in (1, spent.shape[1]):
            raise ValueError(f"{len(given)} budgets for {spent.shape[1]} competitors of the log")
        return (given * spent.shape[1] if len(given) == 1 else given,)
    lengths = [max(_episodes(_of_one(part.info, count), cut, part.info), 1.0) for count in rows.tolist()]
    return tuple(
        tuple(math.ceil(amount / length) for amount in row)
        for row, length in zip(spent.tolist(), lengths, strict=True)
    )


def _of_one(info: LogInfo, rows: int) -> LogInfo:
    """The facts of a log as if one campaign were all of it."""
    return replace(info, campaigns=info.campaigns[:1], rows=rows)


def _thinned(piece: AuctionLog, offset: int, every: int) -> AuctionLog:
    columns: dict[str, Any] = {name: getattr(piece, name) for name in COLUMNS}
    kept = {name: column[offset::every] for name, column in columns.items() if column is not None}
    return replace(piece, **kept, bids=None)


def _joined(pieces: Sequence[AuctionLog]) -> AuctionLog:
    first = pieces[0]
    kept: dict[str, Any] = {
        name: np.concatenate([getattr(piece, name) for piece in pieces])
        for name in COLUMNS
        if getattr(first, name) is not None
    }
    return replace(first, **kept, first_row=0)


def _episodes(before: LogInfo, cut: Episodes, now: LogInfo) -> float:
    """How many episodes an earlier log is long, of all campaigns together."""
    rows = before.rows or 0
    if cut.auctions is not None:
        return rows / cut.auctions
    campaigns = len(before.campaigns)
    if before.first_ts is None or before.last_ts is None or not before.timed:
        return campaigns * rows / max(now.rows or rows, 1)
    span = max(before.last_ts - before.first_ts, 1)
    if cut.days is not None:
        return campaigns * span / (cut.days * DAY_US)
    first = cut.start if cut.start is not None else now.first_ts
    last = cut.end if cut.end is not None else now.last_ts
    return campaigns * span / max((last or 0) - (first or 0), 1)
