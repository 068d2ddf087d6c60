"""One campaign played from its first auction to its last by S settings of one strategy."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Bytes, Ints, fixed
from bidder.auctions.engine.calls import Asked, requests_of_block
from bidder.auctions.engine.clock import Segment, clock
from bidder.auctions.engine.late_reports import LateReports
from bidder.auctions.engine.pieces import eligible, episode_budget, falls_short
from bidder.auctions.engine.players import Player
from bidder.auctions.engine.tally import Tally
from bidder.auctions.kernels.state import (
    BALANCE,
    CLICKS,
    CONVERSIONS,
    COST,
    ENTERED,
    FIELDS,
    IMPRESSIONS,
    VALUE,
)
from bidder.auctions.log import AuctionLog
from bidder.auctions.strategies.base import Counts, Market, View


class Stream:
    """State of one campaign's replay; it can be pickled between two blocks.

    Parameters
    ----------
    campaign : str
    market : Market
    strategy : Asked
        The strategy, guarded.
    player : Player
    rows : int or None
        The campaign's auctions, where known.
    """

    def __init__(
        self, campaign: str, market: Market, strategy: Asked, player: Player, rows: int | None,
        most_episodes: int,
    ) -> None:
        self._campaign, self._market = campaign, market
        self._strategy, self._player, self._rows = strategy, player, rows
        self._clock = clock(market.episodes, market.info)
        self._state = np.zeros((market.settings, FIELDS), dtype=np.int64)
        self._reports = LateReports(market.settings)
        self.tally = Tally(market.settings, most_episodes)
        self._seen = 0
        self._in_episode = self._since_tick = self._settled = self._looks = 0
        self._settled_state = self._state.copy()
        self._tick_mark = np.zeros((FIELDS, market.settings), dtype=np.int64)
        self._budget = market.budget
        self._open: Segment | None = None

    def feed(self, log: AuctionLog, rows: Ints) -> None:
        """Play a block of the campaign's next auctions; ``rows`` are their numbers in the whole log."""
        segments = self._clock.cuts(log.ts, self._seen)
        self._seen += len(log)
        lengths = [s.stop - s.start for s in segments]
        log, rows, segments = eligible(log, rows, segments, self._market.rules)
        self._player.open(log, rows)
        self._strategy.open(requests_of_block(log, rows))
        late = self._strategy.paced and len(self._player.special) > 0
        won = np.zeros((len(self._player.special) if late else 0, self._market.settings), dtype=np.uint8)
        for segment, auctions in zip(segments, lengths, strict=True):
            self._segment(segment, auctions, won, log)

    def finish(self) -> None:
        """End the last episode."""
        if self._open is not None:
            self._close(keep=not falls_short(self._market, self._in_episode))

    def _segment(self, segment: Segment, auctions: int, won: Bytes, log: AuctionLog) -> None:
        if self._open is None or self._open.episode != segment.episode:
            self._begin(segment)
        else:
            if self._open.step != segment.step:
                self._settle()
            if self._open.tick != segment.tick:
                self._tick(segment)
        self._open = segment
        base = self._strategy.base(segment.start, segment.stop)
        self._player.play(segment, base, self._strategy.control, won, self._state)
        if len(won):
            self._late(segment, won, log)
        self._in_episode += auctions
        self._since_tick += auctions

    def _settle(self) -> None:
        """Add what has happened since the last time to the part of the episode that ends here."""
        assert self._open is not None
        auctions = self._in_episode - self._settled
        self.tally.add(self._open.step, auctions, self._state - self._settled_state)
        self._settled, self._settled_state = self._in_episode, self._state.copy()

    def _late(self, segment: Segment, won: Bytes, log: AuctionLog) -> None:
        special = self._player.special
        first, last = np.searchsorted(special, [segment.start, segment.stop])
        if first == last:
            return
        due = log.ts[special[first:last]]
        if log.conversion_delay is not None and log.info.timed:
            due = due + log.conversion_delay[special[first:last]]
        self._reports.add(due, self._player.paid[first:last], won[first:last])

    def _begin(self, segment: Segment) -> None:
        if self._open is not None:
            self._close()
        self._budget = episode_budget(self._market, segment.episode, self._rows)
        self._state[:] = 0
        self._state[:, BALANCE] = self._budget
        self._in_episode = self._since_tick = self._settled = self._looks = 0
        self._settled_state = self._state.copy()
        self._tick_mark = np.zeros_like(self._tick_mark)
        self._ask(segment, first=True)

    def _tick(self, segment: Segment) -> None:
        if self._strategy.paced:
            self._ask(segment)
        else:
            self._player.new_tick(segment, first=False)

    def _ask(self, segment: Segment, first: bool = False) -> None:
        """Let the strategy look at the past and decide for the tick that begins."""
        self._player.new_tick(segment, first)
        self._reports.until(segment.now)
        now = self._state.T.copy()
        now[CONVERSIONS], now[VALUE] = self._reports.conversions[1], self._reports.value[1]
        last = now - self._tick_mark
        earlier = self.tally.closed(self._reports.conversions[0], self._reports.value[0])
        for array in (now, last, earlier):
            array.setflags(write=False)
        view = View(
            tick=self._looks, episode=segment.episode, campaign=self._campaign, now=segment.now,
            elapsed=segment.elapsed, tick_share=segment.tick_share, budget=fixed(self._budget),
            balance=now[BALANCE], last=_counts(self._since_tick, last),
            so_far=_counts(self._in_episode, now), before=_counts(self.tally.auctions_closed, earlier),
        )
        self._strategy.decide(view, segment.start)
        self._tick_mark, self._since_tick = now, 0
        self._looks += 1

    def _close(self, keep: bool = True) -> None:
        self._settle()
        self.tally.close(keep, self._budget)
        self._reports.close_episode()


def _counts(auctions: int, rows: Ints) -> Counts:
    """Counts from a state, fields first."""
    return Counts(
        auctions=auctions, entered=rows[ENTERED], impressions=rows[IMPRESSIONS], clicks=rows[CLICKS],
        cost=rows[COST], conversions=rows[CONVERSIONS], value=rows[VALUE],
    )


