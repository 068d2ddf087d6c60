"""Replaying a log: many settings of one strategy in one pass.

>>> replay = Replay(Linear, params, market, Objective.CLICKS)  # doctest: +SKIP
>>> for piece in source.pieces():  # doctest: +SKIP
...     replay.feed(piece)
>>> results = replay.finish()  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bidder.arrays import Ints
from bidder.auctions.engine.calls import Asked, StrategyError
from bidder.auctions.engine.columns import take
from bidder.auctions.engine.hindsight_replay import HindsightReplay
from bidder.auctions.engine.pieces import blocks_by_campaign
from bidder.auctions.engine.players import player
from bidder.auctions.engine.stream import Stream
from bidder.auctions.engine.tally import Tally
from bidder.auctions.log import AuctionLog
from bidder.auctions.result import SettingResult
from bidder.auctions.rules import Episodes, Outcomes
from bidder.auctions.strategies.base import Market, Strategy, Training
from bidder.auctions.worth import Objective

__all__ = ["Replay", "StrategyError"]

NEVER = 1 << 60
"""Microseconds of a tick that no episode reaches the end of."""
MOST_EPISODES = 1024
"""Episodes kept apart over all campaigns; beyond them, neighbours are added up."""


class Replay:
    """S settings of one strategy on their way through a log; can be pickled between two pieces.

    Parameters
    ----------
    strategy : type of Strategy
    params : sequence of S params
    market : Market
    objective : Objective
    bounds : bool
        Whether to work out the hindsight bounds too. They do not depend on the strategy: for several
        strategies, :class:`~bidder.auctions.engine.hindsight_replay.HindsightReplay` gives them once.

    Raises
    ------
    StrategyError
        When the strategy fails or answers with what cannot be a bid (also from :meth:`feed`).
    ValueError
        When the log lacks what the rules need (also from :meth:`feed`).
    """

    def __init__(
        self, strategy: type[Strategy], params: Sequence[Any], market: Market, objective: Objective,
        bounds: bool = True,
    ) -> None:
        if len(params) != market.settings or len(market.seed) != market.settings:
            raise ValueError("as many params and seeds as budgets are needed")
        self._strategy, self._params, self._market = strategy, tuple(params), market
        self._objective = objective
        self._streams: dict[tuple[int, int], Stream] = {}
        self._groups = self._by_seed()
        self._hindsight = HindsightReplay(market, objective) if bounds else None

    def _by_seed(self) -> list[Ints]:
        """Settings that may be played together: of one seed, where outcomes or competitors are drawn."""
        seeds = self._market.seed
        rules = self._market.rules
        drawn = rules.outcomes is Outcomes.DRAWN and not rules.ranked
        if not drawn and rules.rivals.fitted is None:
            return [np.arange(self._market.settings)]
        return [np.flatnonzero(seeds == seed) for seed in dict.fromkeys(seeds.tolist())]

    def feed(self, piece: AuctionLog) -> None:
        """Play the next auctions of the log."""
        if self._hindsight is not None:
            self._hindsight.feed(piece)
        for code, log, rows in blocks_by_campaign(piece, len(self._market.info.campaigns)):
            for group in range(len(self._groups)):
                if (code, group) not in self._streams:
                    self._streams[code, group] = self._stream(code, group)
                self._streams[code, group].feed(log, rows)

    def _stream(self, code: int, group: int) -> Stream:
        info, rules, chosen = self._market.info, self._market.rules, self._groups[group]
        market = replace(
            self._market, budget=self._market.budget[chosen], seed=self._market.seed[chosen],
            episodes=self._episodes(),
            rules=replace(rules, rivals=rules.rivals.of_campaign(code)),
            training=_of_campaign(self._market.training, code, len(info.campaigns)),
        )
        params = [self._params[k] for k in chosen]
        try:
            strategy = self._strategy(params, market)
            playing = player(market, self._objective, strategy)
        except ValueError as error:
            raise StrategyError(f"strategy {params[0].name!r}: {error}", params[0].name) from error
        except (Exception, SystemExit) as error:  # whatever a user's own class does wrong
            if self._strategy.__module__.startswith("bidder."):
                raise
            said = f"{type(error).__name__}: {error}"
            raise StrategyError(f"strategy {params[0].name!r}: {said}", params[0].name) from error
        alone = len(info.campaigns) <= 1
        return Stream(
            info.campaigns[code] if info.campaigns else "", market, Asked(strategy), playing,
            rows=info.rows if alone else None,
            most_episodes=max(MOST_EPISODES // max(len(info.campaigns), 1), 8),
        )

    def _episodes(self) -> Episodes:
        """Without ticks, where nobody looks at anything between the beginning and the end of an episode."""
        episodes = self._market.episodes
        if self._strategy.paced or self._market.rules.rivals.react:
            return episodes
        if episodes.auctions is not None:
            return replace(episodes, tick_auctions=episodes.auctions, tick_us=None)
        return replace(episodes, tick_auctions=None, tick_us=NEVER) if self._market.info.timed else episodes

    def finish(self) -> list[SettingResult]:
        """End the replay: one result for each setting, in order."""
        results: dict[int, SettingResult] = {}
        for stream in self._streams.values():
            stream.finish()
        for group, chosen in enumerate(self._groups):
            mine = [stream.tally for (_, g), stream in sorted(self._streams.items()) if g == group]
            results |= zip(chosen.tolist(), _results(mine, len(chosen)), strict=True)
        bounds = [None] * len(results) if self._hindsight is None else self._hindsight.finish()
        return [replace(results[k], bound=bound) for k, bound in enumerate(bounds)]


def _results(tallies: Sequence[Tally], settings: int) -> list[SettingResult]:
    """The results of all settings, campaign by campaign."""
    tallies = list(tallies) or [Tally(settings, 2)]
    episodes = np.ascontiguousarray(np.concatenate([t.episodes for t in tallies]).transpose(1, 0, 2))
    course = np.sum([t.course for t in tallies], axis=0)
    budget = np.sum([t.budget for t in tallies], axis=0).tolist()
    return [
        SettingResult(mine.sum(axis=0), mine, course[place], extra={"budget_total": budget[place]})
        for place, mine in enumerate(episodes)
    ]


def _of_campaign(training: Training | None, code: int, campaigns: int) -> Training | None:
    """What was known beforehand of one campaign."""
    if training is None or campaigns <= 1:
        return training
    return replace(training, log=take(training.log, training.log.campaign == code))
