"""The hindsight bound of every budget over a whole log; see :mod:`bidder.auctions.landscapes.hindsight`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bidder.arrays import Ints
from bidder.auctions.engine.clock import clock
from bidder.auctions.engine.pieces import blocks_by_campaign, eligible, episode_budget, falls_short
from bidder.auctions.engine.players import market_player
from bidder.auctions.landscapes.hindsight import HindsightBounds
from bidder.auctions.log import AuctionLog
from bidder.auctions.strategies.base import Market
from bidder.auctions.worth import Objective


class HindsightReplay:
    """The most worth that anybody could have had, for many budgets in one pass.

    Parameters
    ----------
    market : Market
        ``budget`` holds the budgets to answer for, ``seed`` as many seeds (the first one counts).
    objective : Objective
    """

    def __init__(self, market: Market, objective: Objective) -> None:
        budgets, place = np.unique(market.budget, return_inverse=True)
        self._place: Ints = place
        self._market = replace(market, budget=budgets, seed=np.full(len(budgets), market.seed[0]))
        self._objective = objective
        self._campaigns: dict[int, _Campaign] = {}

    def feed(self, piece: AuctionLog) -> None:
        """Take in the next auctions of the log."""
        number = len(self._market.info.campaigns)
        for code, log, rows in blocks_by_campaign(piece, number):
            if code not in self._campaigns:
                known = self._market.info.rows if number <= 1 else None
                self._campaigns[code] = _Campaign(self._market, self._objective, known)
            self._campaigns[code].feed(log, rows)

    def finish(self) -> list[int | None]:
        """The bound for each of the market's budgets, in billionths; None where prices are not known."""
        total = np.zeros_like(self._market.budget)
        for campaign in self._campaigns.values():
            bound = campaign.finish()
            if bound is None:
                return [None] * len(self._place)
            total += bound
        every: list[int | None] = total[self._place].tolist()
        return every


class _Campaign:
    def __init__(self, market: Market, objective: Objective, rows: int | None) -> None:
        self._market, self._rows = market, rows
        self._clock = clock(market.episodes, market.info)
        self._player = market_player(market, objective)
        self._bounds = HindsightBounds()
        self._total: Ints | None = np.zeros_like(market.budget)
        self._episode: int | None = None
        self._seen = self._in_episode = 0

    def feed(self, log: AuctionLog, rows: Ints) -> None:
        segments = self._clock.cuts(log.ts, self._seen)
        self._seen += len(log)
        lengths = [s.stop - s.start for s in segments]
        log, rows, segments = eligible(log, rows, segments, self._market.rules)
        self._player.open(log, rows)
        for segment, auctions in zip(segments, lengths, strict=True):
            if segment.episode != self._episode:
                self._close()
                self._episode, self._in_episode = segment.episode, 0
            self._player.bound(segment, self._bounds)
            self._in_episode += auctions

    def _close(self, keep: bool = True) -> None:
        if self._episode is None:
            return
        bounds = self._bounds.close_episode(episode_budget(self._market, self._episode, self._rows))
        if keep and self._total is not None:
            self._total = None if bounds is None else self._total + bounds.worth

    def finish(self) -> Ints | None:
        self._close(keep=not falls_short(self._market, self._in_episode))
        self._episode = None
        return self._total
