"""Replaying strategies over aggregated logs: one bid for every hour of a campaign.

In an hour a bid buys every price up to itself, whole: impressions, clicks and cost are the sums of the
log's rows. Where the payment is first price, the bid itself is paid for each of them. When the hour costs
more than the balance, the share balance / cost of it is bought: every count times the share, rounded
down, for exactly the balance. A strategy that enters with some probability buys that share of the hour
(counts rounded down, cost rounded up).

A strategy is asked as in a replay of auctions, with one tick for every hour and one request in it. The
request's pctr is the click rate of all that the campaign was offered in its earlier hours, drawn towards
a first guess while there is little of it. Such a log knows neither conversions nor values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bidder.arrays import Ints
from bidder.auctions.engine.calls import Asked, StrategyError
from bidder.auctions.engine.clock import Segment, clock
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
    WORTH,
)
from bidder.auctions.landscapes.hindsight import HindsightBounds
from bidder.auctions.landscapes.histogram import PriceHistogram
from bidder.auctions.landscapes.histogram_hours import MILLION, FirstRate, Hours, buy
from bidder.auctions.log import MICROSECOND, LogInfo
from bidder.auctions.result import SettingResult
from bidder.auctions.rules import Outcomes
from bidder.auctions.strategies.base import Counts, Market, Strategy, View
from bidder.auctions.strategies.value_table import TableStrategy
from bidder.auctions.worth import BILLION, Objective

HOUR_US = 3600 * MICROSECOND
_ALL = 1 << 40


def histogram_info(histogram: PriceHistogram) -> LogInfo:
    """What holds for the replay of an aggregated log: amounts are micros of the currency."""
    first, last = (int(histogram.hour.min()), int(histogram.hour.max())) if len(histogram) else (0, 0)
    return LogInfo(
        histogram.campaigns, unit="micros", per_currency=MILLION, currency=histogram.currency,
        first_ts=first, last_ts=last + HOUR_US - 1,
    )


def replay_histogram(
    strategy: type[Strategy], params: Sequence[Any], market: Market, histogram: PriceHistogram,
    objective: Objective = Objective.CLICKS, first: FirstRate | None = None,
) -> list[SettingResult]:
    """Play S settings of a strategy over an aggregated log.

    Parameters
    ----------
    strategy : type of Strategy
    params : sequence of S params
    market : Market
        Its ``info`` is that of :func:`histogram_info`; ticks are hours, whatever its episodes say.
    histogram : PriceHistogram
    objective : Objective
        With any other than clicks, the worth of what is bought is not known: 0, without a bound.
    first : FirstRate, optional

    Returns
    -------
    list of SettingResult
        One for each setting. ``auctions`` counts the impressions that were on offer; every episode's
        counts are cut to whole ones.

    Raises
    ------
    ValueError
        When a rule or the strategy needs single auctions.
    StrategyError
        When the strategy fails or answers with what cannot be a bid.
    """
    _check(strategy, market)
    market = replace(market, episodes=replace(market.episodes, tick_us=HOUR_US, tick_auctions=None))
    courses = []
    for code, name in enumerate(histogram.campaigns):
        courses.append(_Course(name, _asked(strategy, params, market), market, objective))
        courses[-1].play(Hours.of(histogram, code), first or FirstRate())
    return _results(courses, objective)


def _check(strategy: type[Strategy], market: Market) -> None:
    rules = market.rules
    reasons = {
        "episodes counted in auctions": market.episodes.auctions is not None,
        "a frequency cap": rules.frequency_cap is not None,
        "a retargeting window": rules.retargeting_days is not None,
        "drawn outcomes": rules.outcomes is Outcomes.DRAWN,
        f"the strategy {strategy.__name__}": issubclass(strategy, TableStrategy),
    }
    found = [name for name, given in reasons.items() if given]
    if found:
        raise ValueError(f"an aggregated log has no single auctions, as needed for {', '.join(found)}")


def _asked(strategy: type[Strategy], params: Sequence[Any], market: Market) -> Asked:
    try:
        return Asked(strategy(list(params), market))
    except ValueError as error:
        raise StrategyError(f"strategy {params[0].name!r}: {error}", params[0].name) from error


class _Course:
    """One campaign on its way through its hours, for S settings.

    The state counts in millionths of impressions and clicks; what is told to others is cut to whole ones.
    """

    def __init__(self, campaign: str, asked: Asked, market: Market, objective: Objective) -> None:
        self.campaign, self.asked, self.market = campaign, asked, market
        self.worth = BILLION // MILLION if objective is Objective.CLICKS else 0
        self.tally = Tally(market.settings, _ALL)
        self.bounds = HindsightBounds()
        self.bound = np.zeros(market.settings, dtype=np.int64)
        self.state = np.zeros((market.settings, FIELDS), dtype=np.int64)
        self.mark = self.state.copy()
        self.episode: int | None = None
        self.offered = self.offered_last = 0

    def play(self, hours: Hours, first: FirstRate) -> None:
        """Play all hours and end the last episode."""
        self.asked.open(hours.requests(self.market.info, first))
        on_offer = np.diff(hours.sums[0, hours.edges] // MILLION).tolist()
        for segment in clock(self.market.episodes, self.market.info).cuts(hours.ts, 0):
            for hour in range(segment.start, segment.stop):
                self._look(segment, hour)
                self._hour(segment, hour, hours, on_offer[hour])
        if self.episode is not None:
            self._close()

    def _look(self, segment: Segment, hour: int) -> None:
        if segment.episode != self.episode:
            if self.episode is not None:
                self._close()
            self.episode = segment.episode
            self.state[:] = 0
            self.state[:, BALANCE] = self.market.budget
            self.mark, self.offered, self.offered_last = _whole(self.state), 0, 0
        elif not self.asked.paced:
            return
        self.asked.decide(self._view(segment), hour)
        self.mark = _whole(self.state)

    def _hour(self, segment: Segment, hour: int, hours: Hours, on_offer: int) -> None:
        control, rules, before = self.asked.control, self.market.rules, _whole(self.state)
        bids = control.multiplier * self.asked.base(hour, hour + 1)[..., 0]
        buy(hours, hour, bids, control.participation, rules, self.state)
        self.state[:, WORTH] = self.state[:, CLICKS] * self.worth
        cost, clicks = hours.levels(hour, rules)
        self.bounds.add_slots(cost[None], clicks[None] * self.worth)
        self.tally.add(segment.step, on_offer, _whole(self.state) - before)
        self.offered += on_offer
        self.offered_last = on_offer

    def _view(self, segment: Segment) -> View:
        now = _whole(self.state)
        last, none = now - self.mark, np.zeros(len(now), dtype=np.int64)
        earlier, budget = self.tally.closed(none, none), self.market.budget.copy()
        for array in (now, last, earlier, budget):
            array.setflags(write=False)
        return View(
            tick=segment.tick, episode=segment.episode, campaign=self.campaign, now=segment.now,
            elapsed=segment.elapsed, tick_share=segment.tick_share, budget=budget, balance=now[:, BALANCE],
            last=_counts(self.offered_last, last.T), so_far=_counts(self.offered, now.T),
            before=_counts(self.tally.auctions_closed, earlier),
        )

    def _close(self) -> None:
        found = self.bounds.close_episode(self.market.budget)
        if found is not None:
            self.bound += found.worth
        self.tally.close(True, self.market.budget)


def _whole(state: Ints) -> Ints:
    """A copy with whole impressions and clicks."""
    whole = state.copy()
    whole[:, [ENTERED, IMPRESSIONS, CLICKS]] //= MILLION
    return whole


def _counts(auctions: int, rows: Ints) -> Counts:
    return Counts(
        auctions=auctions, entered=rows[ENTERED], impressions=rows[IMPRESSIONS], clicks=rows[CLICKS],
        cost=rows[COST], conversions=rows[CONVERSIONS], value=rows[VALUE],
    )


def _results(courses: Sequence[_Course], objective: Objective) -> list[SettingResult]:
    episodes = np.concatenate([course.tally.episodes for course in courses]).transpose(1, 0, 2)
    parts = np.sum([course.tally.course for course in courses], axis=0)
    bounds = np.sum([course.bound for course in courses], axis=0).tolist()
    known = objective is Objective.CLICKS
    return [
        SettingResult(mine.sum(axis=0), mine, parts[place], bounds[place] if known else None)
        for place, mine in enumerate(np.ascontiguousarray(episodes))
    ]
