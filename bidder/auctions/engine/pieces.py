"""Taking a log's pieces apart: by campaign, in blocks, and what of them may be bid on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bidder.arrays import Ints
from bidder.auctions.engine.clock import Segment
from bidder.auctions.engine.columns import allowed, take
from bidder.auctions.log import AuctionLog
from bidder.auctions.rules import LastEpisode, Rules
from bidder.auctions.strategies.base import Market

BLOCK = 1 << 16
"""Most auctions worked on at once: few enough for the processor's cache, many enough to share the work
that every block costs."""


def blocks_by_campaign(piece: AuctionLog, campaigns: int) -> Iterator[tuple[int, AuctionLog, Ints]]:
    """Campaign code, auctions and their numbers in the whole log, block by block in order."""
    if campaigns <= 1 or not len(piece):
        yield from ((0, *block) for block in _blocks(piece, None))
        return
    order = np.argsort(piece.campaign, kind="stable")
    codes, starts = np.unique(piece.campaign[order], return_index=True)
    for code, mine in zip(codes.tolist(), np.split(order, starts[1:]), strict=True):
        whole = len(mine) == len(piece)
        log = piece if whole else take(piece, mine)
        yield from ((code, *block) for block in _blocks(log, None if whole else piece.first_row + mine))


def _blocks(log: AuctionLog, rows: Ints | None) -> Iterator[tuple[AuctionLog, Ints]]:
    for start in range(0, len(log), BLOCK):
        part = log.part(start, min(start + BLOCK, len(log)))
        if rows is None:
            yield part, np.arange(part.first_row, part.first_row + len(part), dtype=np.int64)
        else:
            yield part, rows[start : start + len(part)]


def eligible(
    log: AuctionLog, rows: Ints, segments: list[Segment], rules: Rules
) -> tuple[AuctionLog, Ints, list[Segment]]:
    """Only the auctions that may be bid on, with the segments' places among them.

    Ranked auctions are left whole: there, competitors meet without us too.
    """
    mask = None if rules.ranked else allowed(log, rules)
    if mask is None or mask.all():
        return log, rows, segments
    before = np.concatenate([[0], np.cumsum(mask)])
    moved = [replace(s, start=int(before[s.start]), stop=int(before[s.stop])) for s in segments]
    return take(log, mask), rows[mask], moved


def episode_budget(market: Market, episode: int, rows: int | None) -> Ints:
    """Budget of one episode, shape (S,); ``rows`` is the number of the campaign's auctions.

    Raises
    ------
    ValueError
        When the last budget is prorated and the auctions have not been counted.
    """
    size = market.episodes.auctions
    if market.episodes.last is not LastEpisode.PRORATE or size is None:
        return market.budget
    if rows is None:
        raise ValueError("the last episode's budget can be prorated only where the auctions are counted")
    here = min(size, rows - episode * size)
    whole: Ints = market.budget // size * here + market.budget % size * here // size
    return whole


def falls_short(market: Market, auctions: int) -> bool:
    """Whether an episode that ends with the log is left out for having too few auctions."""
    size = market.episodes.auctions
    return market.episodes.last is LastEpisode.DROP and size is not None and auctions < size
