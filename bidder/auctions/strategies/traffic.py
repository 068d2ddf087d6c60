"""How an episode's traffic is expected to spread over its time: the line that paced spend follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from bidder.arrays import Floats, Ints
from bidder.auctions.log import AuctionLog
from bidder.auctions.rules import Episodes
from bidder.auctions.strategies.base import Market, View

HOUR = 3_600_000_000
"""Microseconds in an hour."""
DAY = 24 * HOUR
Share = float | Floats
"""One number for all settings, or an array of shape (S,)."""
_WEEK = 168
_PRIOR = 0.02  # hours of average traffic, so that a moment of an hour says little of it

HourWeights = Annotated[list[Annotated[float, Field(ge=0, le=1e12)]], Field(min_length=24, max_length=24)]
"""Relative traffic of the hours of a day, UTC."""


class TrafficPlan:
    """Share of an episode's traffic that is expected up to any moment of it.

    Episodes counted in auctions need no forecast. Else each setting follows the weights it was given
    (24 hours of a day, UTC); without them the training part's hours of the week (of the day, when it is
    shorter than two weeks); without a training part, time itself.
    """

    def __init__(self, weights: Sequence[Sequence[float] | None], market: Market) -> None:
        length = None if market.episodes.auctions is not None else _length(market)
        learnt = None if length is None else _learnt(market)
        self.length = length or 0
        known = [_week(given) if given is not None else learnt for given in weights]
        self.by_time = length is not None and market.info.timed and any(w is not None for w in known)
        if self.by_time:
            self.ends = _ends(known)
            forecast = np.array([w is not None for w in known], dtype=np.bool_)
            self.forecast = None if forecast.all() else forecast
            self.episode: tuple[int, Share, Share] = (-1, 0.0, 1.0)

    def at(self, view: View) -> tuple[Share, Share]:
        """Expected share of the episode's traffic up to now, and in the coming tick.

        Numbers when all settings share them, else arrays of shape (S,); from 0 to 1, never together
        above 1.
        """
        if not self.by_time:
            return view.elapsed, min(view.tick_share, 1.0 - view.elapsed)
        start = view.now - round(view.elapsed * self.length)
        if self.episode[0] != start:
            first = self._until(start)
            self.episode = (start, first, self._until(start + self.length) - first)
        _, first, whole = self.episode
        done = _at_most_one((self._until(view.now) - first) / whole)
        until = _at_most_one((self._until(view.now + round(view.tick_share * self.length)) - first) / whole)
        coming = until - done
        if self.forecast is not None:
            done = np.where(self.forecast, done, view.elapsed)
            coming = np.where(self.forecast, coming, min(view.tick_share, 1.0 - view.elapsed))
        return done, coming

    def _until(self, moment: int) -> Share:
        """Traffic from the beginning of time up to a moment, in weeks' worth."""
        hours, rest = divmod(moment, HOUR)
        weeks, hour = divmod(hours, _WEEK)
        begin, end = self.ends[hour], self.ends[hour + 1]
        return weeks + begin + (end - begin) * (rest / HOUR)


def _ends(known: Sequence[Floats | None]) -> list[float] | list[Floats]:
    """Share of a week's traffic before each of its hours and at its end, for all or for each setting."""
    even = np.ones(_WEEK)
    table = np.array([_normal(even if w is None else w) for w in known])
    ends = np.concatenate([np.zeros((1, len(table))), np.cumsum(table.T, axis=0)])
    if (table == table[0]).all():
        shared: list[float] = ends[:, 0].tolist()
        return shared
    return list(np.ascontiguousarray(ends))


def _at_most_one(share: Share) -> Share:
    return min(share, 1.0) if isinstance(share, float) else np.minimum(share, 1.0)


def _length(market: Market) -> int | None:
    """Microseconds of an episode; None when the log has no end known beforehand."""
    episodes: Episodes = market.episodes
    if episodes.days is not None:
        return episodes.days * DAY
    start = market.info.first_ts if episodes.start is None else episodes.start
    end = market.info.last_ts if episodes.end is None else episodes.end
    return None if start is None or end is None or end <= start else end - start


def _learnt(market: Market) -> Floats | None:
    """Auctions in each hour of the week of the training part; None without one."""
    if market.training is None or not market.training.log.info.timed or not len(market.training.log):
        return None
    return hours_of_week(market.training.log)


def hours_of_week(log: AuctionLog) -> Floats:
    """Traffic of each hour of the week (from Thursday, as 1970 did), shape (168,), auctions an hour.

    From less than two weeks of log, the hours of the day repeated; from less than a day, even.
    """
    begin, end = int(log.ts[0]), int(log.ts[-1])
    if end - begin < DAY - HOUR:
        return np.ones(_WEEK)
    period = _WEEK if end - begin >= 14 * DAY else 24
    seen: Ints = np.bincount((log.ts // HOUR) % period, minlength=period)
    # How long the log holds each hour: one that it holds more often must not look busier for it.
    first, last = begin // HOUR, end // HOUR
    held = np.bincount(np.arange(first, last + 1) % period, minlength=period).astype(np.float64)
    held[first % period] -= begin % HOUR / HOUR
    held[last % period] -= 1.0 - end % HOUR / HOUR
    average = len(log) / held.sum()
    return np.tile((seen + _PRIOR * average) / (held + _PRIOR), _WEEK // period)


def _week(hours: Sequence[float]) -> Floats:
    return np.tile(np.asarray(hours, dtype=np.float64), 7)


def _normal(weights: Floats) -> Floats:
    # An hour without any weight would stop the clock: it keeps a millionth of the average.
    weights = weights + max(float(weights.mean()), 1e-12) * 1e-6
    normal: Floats = weights / weights.sum()
    return normal
