"""Where episodes, ticks and parts of an episode begin in a row of auctions.

Episodes counted in auctions begin at every N-th auction of the campaign. Episodes counted in days begin
at local midnights (so that a day can have 23 or 25 hours). Ticks are counted from the beginning of their
episode and never reach across its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

import numpy as np

from bidder.arrays import Ints
from bidder.auctions.log import MICROSECOND, LogInfo
from bidder.auctions.result import STEPS
from bidder.auctions.rules import Episodes

DAY_US = 86_400 * MICROSECOND


@dataclass(frozen=True)
class Segment:
    """A stretch of auctions within one tick, one part and one day of one episode.

    Attributes
    ----------
    start, stop : int
        Positions in the piece.
    episode : int
        Number of the episode in the campaign.
    tick : int
        Another number for every tick.
    step : int
        Part of the episode, 0 to STEPS - 1.
    day : int
        Number of the local day (0 where the log has no times).
    elapsed, tick_share : float
        As in :class:`bidder.auctions.strategies.base.View`.
    now : int
        When the tick begins.
    """

    start: int
    stop: int
    episode: int
    tick: int
    step: int
    day: int
    elapsed: float
    tick_share: float
    now: int


class Clock(Protocol):
    """Cuts a campaign's auctions."""

    def cuts(self, ts: Ints, seen: int) -> list[Segment]:
        """Segments of the next auctions of a campaign.

        Parameters
        ----------
        ts : ndarray of int64
            Their times, microseconds UTC, rising.
        seen : int
            Auctions of the campaign before them.
        """


def local_midnight(day: int, time_zone: str) -> int:
    """Microseconds UTC at which a local day (proleptic ordinal) begins.

    Where midnight does not exist, the day begins with its first minute; where it comes twice, with
    the first.

    >>> local_midnight(date(2026, 11, 11).toordinal(), "Asia/Shanghai") // MICROSECOND
    1794326400
    """
    zone = ZoneInfo(time_zone)
    naive = datetime.combine(date.fromordinal(day), datetime.min.time())
    # Before the gap's shift the wall clock of fold 0 still counts; converting there and back finds it.
    moment = naive.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).date().toordinal() < day:
        moment = _first_moment(moment, zone, day)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))


def _first_moment(moment: datetime, zone: ZoneInfo, day: int) -> datetime:
    while moment.astimezone(zone).date().toordinal() < day:
        moment += timedelta(minutes=1)
    return moment


def local_day(ts: int, time_zone: str) -> int:
    """Proleptic ordinal of the local day of a moment given in microseconds UTC."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ts)
    return moment.astimezone(ZoneInfo(time_zone)).date().toordinal()


_midnight = lru_cache(maxsize=4096)(local_midnight)


@dataclass(frozen=True)
class CountedEpisodes:
    """Episodes of so many auctions each.

    Attributes
    ----------
    episodes : Episodes
        ``auctions`` is set.
    timed : bool
        Whether the log knows days.
    """

    episodes: Episodes
    timed: bool

    def cuts(self, ts: Ints, seen: int) -> list[Segment]:
        """See :class:`Clock`."""
        size, tick_size, zone = self._size, self.episodes.tick_auctions, self.episodes.time_zone
        edges = [self._positions(seen, len(ts))]
        if tick_size is None:
            edges.append(_new_values(ts // self._tick_us))
        if self.timed:
            edges.append(_midnights_between(ts, zone))
        starts = _starts(len(ts), edges)
        segments = []
        for a, b in zip(starts, [*starts[1:], len(ts)], strict=True):
            episode, within = divmod(seen + a, size)
            tick = within // tick_size if tick_size is not None else int(ts[a]) // self._tick_us
            begins = tick * tick_size if tick_size is not None else within
            share = min(tick_size or size / STEPS, size - begins) / size
            day = local_day(int(ts[a]), zone) if self.timed else 0
            step = within * STEPS // size
            segments.append(Segment(a, b, episode, tick, step, day, begins / size, share, int(ts[a])))
        return segments

    @property
    def _size(self) -> int:
        assert self.episodes.auctions is not None
        return self.episodes.auctions

    @property
    def _tick_us(self) -> int:
        assert self.episodes.tick_us is not None
        return self.episodes.tick_us

    @cached_property
    def _inner(self) -> Ints:
        """Where parts and ticks begin within an episode."""
        return self._between(0, self._size)

    def _between(self, low: int, high: int) -> Ints:
        """Where parts and ticks begin in a stretch of an episode; with that many ticks, parts follow them."""
        size, tick_size = self._size, self.episodes.tick_auctions
        parts = -(-np.arange(STEPS, dtype=np.int64) * size // STEPS)
        parts = np.unique(parts[(parts >= low) & (parts < high)])
        if tick_size is None:
            return parts
        ticks = np.arange(-(-low // tick_size) * tick_size, high, tick_size, dtype=np.int64)
        return ticks if -(-size // tick_size) >= STEPS else np.unique(np.concatenate([parts, ticks]))

    def _positions(self, seen: int, n: int) -> Ints:
        size = self._size
        if n <= 0:
            return np.zeros(0, dtype=np.int64)
        episodes = np.arange(seen // size, (seen + n - 1) // size + 1, dtype=np.int64)
        if size > n:  # two long episodes at most, of which no more is counted than is here
            begins = (episodes * size - seen).tolist()
            return np.concatenate([self._between(max(-b, 0), min(n - b, size)) + b for b in begins])
        inner = self._inner
        places: Ints = (episodes[:, None] * size + inner[None, :]).ravel() - seen
        return places[(places >= 0) & (places < n)]


@dataclass(frozen=True)
class TimedEpisodes:
    """Episodes of so many local days, or one from ``start`` to ``end`` (microseconds UTC)."""

    episodes: Episodes
    start: int
    end: int

    def cuts(self, ts: Ints, seen: int) -> list[Segment]:
        """See :class:`Clock`."""
        if not len(ts):
            return []
        segments: list[Segment] = []
        at = 0
        for number, first, last in self._spans(int(ts[0]), int(ts[-1])):
            stop = int(np.searchsorted(ts, last)) if last <= ts[-1] else len(ts)
            if stop > at:
                segments += self._episode(ts, at, stop, number, first, last, seen)
                at = stop
        return segments

    def _spans(self, first: int, last: int) -> list[tuple[int, int, int]]:
        """Number, beginning and end of every episode between two moments."""
        days, zone = self.episodes.days, self.episodes.time_zone
        if days is None:
            return [(0, min(self.start, first), max(self.end, last + 1))]
        origin = local_day(self.start, zone)
        low, high = ((local_day(moment, zone) - origin) // days for moment in (first, last))
        numbers = range(low, high + 1)
        edges = [_midnight(origin + number * days, zone) for number in (*numbers, numbers[-1] + 1)]
        return list(zip(numbers, edges[:-1], edges[1:], strict=True))

    def _episode(
        self, ts: Ints, at: int, stop: int, number: int, first: int, last: int, seen: int
    ) -> list[Segment]:
        """Segments of the part of one episode that is here."""
        length, zone = last - first, self.episodes.time_zone
        mine = ts[at:stop]
        tick_us, tick_auctions = self.episodes.tick_us, self.episodes.tick_auctions
        edges = [_grid(mine, first, max(length // STEPS, 1)), _midnights_between(mine, zone)]
        if tick_us is not None:
            edges.append(_grid(mine, first, tick_us))
        else:
            assert tick_auctions is not None
            edges.append(np.arange(-(seen + at) % tick_auctions, len(mine), tick_auctions))
        starts = _starts(len(mine), edges)
        segments = []
        for a, b in zip(starts, [*starts[1:], len(mine)], strict=True):
            passed = int(mine[a]) - first
            tick = passed // tick_us if tick_us is not None else (seen + at + a) // (tick_auctions or 1)
            begins = tick * tick_us if tick_us is not None else passed
            share = min(tick_us or length / STEPS, length - begins) / length
            step = min(passed // max(length // STEPS, 1), STEPS - 1)
            day = local_day(int(mine[a]), zone)
            now = first + begins
            segments.append(Segment(at + a, at + b, number, tick, step, day, begins / length, share, now))
        return segments


def _grid(ts: Ints, first: int, step: int) -> Ints:
    """Positions at which a new step of a regular grid of times from ``first`` begins."""
    low, high = (int(ts[0]) - first) // step, (int(ts[-1]) - first) // step
    if high - low > len(ts):
        return _new_values((ts - first) // step)
    edges = first + step * np.arange(low + 1, high + 1, dtype=np.int64)
    return np.searchsorted(ts, edges).astype(np.int64)


def _midnights_between(ts: Ints, time_zone: str) -> Ints:
    """Positions of the first auction of every new local day."""
    if not len(ts):
        return np.zeros(0, dtype=np.int64)
    first, last = local_day(int(ts[0]), time_zone), local_day(int(ts[-1]), time_zone)
    if last - first > len(ts):  # a log with very long gaps
        return _new_values(np.array([local_day(int(t), time_zone) for t in ts], dtype=np.int64))
    edges = np.array([_midnight(day, time_zone) for day in range(first + 1, last + 1)], dtype=np.int64)
    return np.searchsorted(ts, edges).astype(np.int64)


def _new_values(column: Ints) -> Ints:
    """Positions at which a column takes a new value."""
    return np.flatnonzero(column[1:] != column[:-1]).astype(np.int64) + 1


def _starts(n: int, edges: list[Ints]) -> list[int]:
    """Beginnings of the segments, the first one at 0."""
    if n == 0:
        return []
    every = np.unique(np.concatenate([np.zeros(1, dtype=np.int64), *edges]))
    return [int(k) for k in every[every < n]]


def clock(episodes: Episodes, info: LogInfo) -> Clock:
    """The clock of an experiment.

    Raises
    ------
    ValueError
        When the log lacks the times, the number of rows or the range that the episodes need.
    """
    if episodes.auctions is not None:
        return CountedEpisodes(episodes, info.timed)
    if not info.timed:
        if info.rows is None:
            raise ValueError("one episode over a log without times needs the number of its rows")
        whole = Episodes(
            auctions=max(info.rows, 1), last=episodes.last, tick_auctions=episodes.tick_auctions or 1000
        )
        return CountedEpisodes(whole, timed=False)
    start = episodes.start if episodes.start is not None else info.first_ts
    end = episodes.end if episodes.end is not None else None if info.last_ts is None else info.last_ts + 1
    if start is None or end is None:
        raise ValueError("episodes by time need the first and last time of the log")
    return TimedEpisodes(episodes, start, max(end, start + 1))
