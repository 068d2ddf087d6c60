"""A search channel played day by day, with bids that somebody else sets.

The channels before and behind it do not touch its auctions, so it is played alone; its auctions are those
of the whole world. What a day brings depends on that day's bids and on nothing before it: money, moods of
competitors and random numbers start afresh at midnight. So a day may also be tried, as often as wanted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from bidder.arrays import Bytes, Floats, Ints
from bidder.auctions.log import AuctionLog
from bidder.money import MICROS
from bidder.worlds.channel import Place
from bidder.worlds.channel_search import SearchChannel
from bidder.worlds.draws import Block
from bidder.worlds.hours import SLOTS, Hours
from bidder.worlds.keywords import Keywords, whole_minor
from bidder.worlds.market_search import HIGHEST_BID, MEASURES, OurSearch
from bidder.worlds.played_day import DayResult, Offer, add_up
from bidder.worlds.spec import WorldSpec
from bidder.worlds.spec_channels import Search
from bidder.worlds.tally import Shown
from bidder.worlds.world import World

UNLIMITED = 2**62
"""Micros: a budget that no day uses up."""


class _Desk(SearchChannel):
    """A search channel with bids from outside; keeps what was shown, and what was to be expected."""

    def __init__(self, place: Place, spec: Search) -> None:
        super().__init__(place, spec)
        self.offer: Offer | None = None
        self.shown: list[Shown] = []
        self.levels = np.ones(1)
        self.expectation: Floats = np.zeros((len(self.keywords), 1, MEASURES))
        self._each = np.arange(len(self.keywords), dtype=np.int32)

    def begin(self, day: int, offer: Offer | None, levels: Floats, budget: int | None) -> None:
        """Start a day; without an offer by the channel's own policy, its budget included."""
        first = int(np.searchsorted(self.place.hours.day, day))
        self.begin_day(day, bool(self.place.hours.peak[first]))
        self.offer, self.levels, self.shown = offer, levels, []
        if offer is not None:
            self.balance[0] = UNLIMITED
        if budget is not None:
            self.balance[0] = budget
        self.expectation = np.zeros((len(self.keywords), len(levels), MEASURES))

    def bids(self, hour: int) -> Ints:
        """Our bids of an hour, micros, shape (J,)."""
        if self.offer is None:
            return self.max_cpc(self.level)
        modifier = self.offer.schedule[self.keywords.campaign, self.place.hours.slot[hour]]
        amount = np.minimum(self.offer.bids * modifier, HIGHEST_BID) / MICROS
        taken = self.offer.bids > 0
        bids: Ints = np.where(taken, whole_minor(amount, self.place.world.currency), 0)
        return bids

    def _ours(self, hour: int) -> OurSearch:
        bid = self.bids(hour)
        return OurSearch(
            bid, bid, self._our_weight, self._value, self._each, self.levels, self.expectation, self.balance
        )

    def count(self, log: AuctionLog, won: Ints, click: Bytes, cost: Ints, block: Block) -> None:
        """Keep our impressions of a block."""
        assert log.conversion is not None and log.value is not None and log.conversion_delay is not None
        assert log.keyword is not None
        self.tally.auctions += len(log)
        self.shown.append(
            Shown(
                block.hour, log.ts[won], log.campaign[won], log.keyword[won], click,
                log.conversion[won] & click, cost, log.value[won], log.conversion_delay[won],
            )
        )


class PlayedWorld:
    """A search channel of a world, played one day after the other.

    Attributes
    ----------
    spec : WorldSpec
    seed : int
    channel : str
        Name of the search channel.
    hours : Hours
    keywords : Keywords
        The channel's J keywords in C campaigns, with everything that is true of them.
    results : list of DayResult
        The days played so far.
    """

    def __init__(self, spec: WorldSpec, seed: int | None = None, channel: str | None = None) -> None:
        """Choose a channel; by default the first search channel.

        Raises
        ------
        ValueError
            When the world has no such search channel.
        """
        searching = [name for name, one in spec.channels.items() if isinstance(one, Search)]
        self.channel = channel or next(iter(searching), "")
        if self.channel not in searching:
            raise ValueError(f"the world {spec.name!r} has no search channel {self.channel!r}")
        self._world = World(spec, seed)
        self.spec, self.seed = spec, self._world.seed
        self.hours: Hours = self._world.hours
        chosen = spec.channels[self.channel]
        assert isinstance(chosen, Search)
        self._desk = _Desk(self._world.channels[self.channel].place, chosen)
        self.keywords: Keywords = self._desk.keywords
        self.results: list[DayResult] = []

    @property
    def dates(self) -> tuple[dt.date, ...]:
        """The days of the world."""
        return self.hours.dates

    @property
    def next_day(self) -> int:
        """Number of the day to be played next, from 0."""
        return len(self.results)

    @property
    def true_value(self) -> Floats:
        """What a click is worth on average over the week, currency units, shape (J,)."""
        value: Floats = self.keywords.cvr.mean(axis=1) * self.keywords.order_value
        return value

    @property
    def true_schedule(self) -> Floats:
        """What a click is worth in each hour of the week, relative to the mean, shape (C, 168)."""
        words = self.keywords
        weight = words.share * words.ctr * words.order_value
        worth = np.zeros((len(words.campaigns), SLOTS))
        np.add.at(worth, words.campaign, weight[:, None] * words.cvr)
        relative: Floats = worth / worth.mean(axis=1, keepdims=True)
        return relative

    def play_day(
        self,
        day: int,
        bids: Ints | None = None,
        schedule: Floats | None = None,
        daily_budget: int | None = None,
    ) -> DayResult:
        """Play the next day and remember it.

        Parameters
        ----------
        day : int
            From 0; must be :attr:`next_day`.
        bids : ndarray of int64, shape (J,), optional
            Micros; 0 for no bid. By default the world's own policy bids, within its own budget.
        schedule : ndarray of float64, shape (C, 168), optional
            Factors on the bids by hour of the week; a bid times its factor is rounded to whole minor units.
        daily_budget : int, optional
            Micros; as on a platform, bids stop once it no longer covers them. Unlimited by default.

        Raises
        ------
        ValueError
            When it is another day's turn, or an array has the wrong shape or holds something impossible.
        """
        if day != self.next_day:
            raise ValueError(f"day {day} cannot be played: it is the turn of day {self.next_day}")
        result = self.try_day(day, bids, schedule, daily_budget)
        self.results.append(result)
        return result

    def try_day(
        self,
        day: int,
        bids: Ints | None = None,
        schedule: Floats | None = None,
        daily_budget: int | None = None,
        levels: Sequence[float] = (1.0,),
    ) -> DayResult:
        """What any day would bring with these bids; nothing is remembered.

        ``levels`` are factors on the bids for which expectations are computed, against the competitors as
        they react to the bids themselves.
        """
        if not 0 <= day < len(self.dates):
            raise ValueError(f"the world has no day {day}; it has {len(self.dates)}")
        offer = None if bids is None else Offer.checked(bids, schedule, self.keywords)
        self._desk.begin(day, offer, np.asarray(levels, dtype=np.float64), daily_budget)
        hours = np.flatnonzero(self.hours.day == day)
        for hour in hours.tolist():
            self._desk.begin_hour(hour)
            for block in self._world.blocks_of(hour):
                self._desk.make(block, len(self._world.visitors.stage))
            self._desk.end_hour(hour)
        return add_up(self._desk.shown, self._result_frame(day, offer), hours)

    def _result_frame(self, day: int, offer: Offer | None) -> DayResult:
        """A day's result without what was shown."""
        desk = self._desk
        bids = desk.max_cpc(desk.level) if offer is None else offer.bids
        words = self.keywords
        return DayResult.empty(day, self.dates[day], bids, words.campaign, desk.levels, desk.expectation)

    def day_of(self, moments: Ints) -> Ints:
        """Numbers of the days of moments (microseconds UTC), shape as ``moments``."""
        starts = self.hours.start[np.searchsorted(self.hours.day, np.arange(len(self.dates)))]
        days: Ints = np.searchsorted(starts, moments, side="right") - 1
        return days

    def known_by(self, day: int) -> int:
        """When a day ends, microseconds UTC: reports of that evening know no later conversion."""
        after = np.flatnonzero(self.hours.day == day + 1)
        return int(self.hours.start[after[0]]) if len(after) else self.hours.end
