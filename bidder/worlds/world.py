"""A synthetic market with known truth, made block by block.

A block is an hour, or an equal part of one where the world is large, so that memory stays bounded.
Blocks follow from the world's description alone: the same description and seed give the same auctions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bidder.auctions.log import AuctionLog
from bidder.worlds.channel import Channel, Place, Visited
from bidder.worlds.channel_display import DisplayChannel, RetargetingChannel
from bidder.worlds.channel_search import SearchChannel
from bidder.worlds.draws import Block
from bidder.worlds.hours import HOUR, make_hours
from bidder.worlds.market_display import FOREVER, receive
from bidder.worlds.spec import WorldSpec
from bidder.worlds.spec_channels import Display, Search
from bidder.worlds.visitors import Visitors

BLOCK_AUCTIONS = 200_000
"""Most auctions of a channel to expect in one block."""


@dataclass(frozen=True)
class Made:
    """One block of a world.

    Attributes
    ----------
    logs : dict of str to AuctionLog
        The auctions of each channel.
    visits : Visited
        Visits of the shop in order of time.
    """

    logs: dict[str, AuctionLog]
    visits: Visited


class World:
    """A world that can be run once.

    Attributes
    ----------
    spec : WorldSpec
    seed : int
    hours : Hours
    channels : dict of str to Channel
    visitors : Visitors
    blocks : int
        How many blocks :meth:`run` yields.
    """

    def __init__(self, spec: WorldSpec, seed: int | None = None) -> None:
        self.spec = spec
        self.seed = spec.seed if seed is None else seed
        self.hours = make_hours(spec.calendar)
        self.channels: dict[str, Channel] = {}
        for number, (name, channel) in enumerate(spec.channels.items()):
            place = Place(spec, self.seed, self.hours, number, name)
            if isinstance(channel, Search):
                self.channels[name] = SearchChannel(place, channel)
            elif isinstance(channel, Display):
                self.channels[name] = DisplayChannel(place, channel)
            else:
                self.channels[name] = RetargetingChannel(place, channel)
        self.visitors = Visitors(spec, self.seed, self.hours)
        self._parts = self._parts_of_an_hour()
        self.blocks = len(self.hours) * self._parts

    def _parts_of_an_hour(self) -> int:
        share = self.hours.traffic / self.hours.traffic.sum()
        busiest = Block(0, int(np.argmax(share)), 0, HOUR, float(share.max()))
        most = max(channel.expected(busiest) for channel in self.channels.values())
        return max(1, int(np.ceil(most / BLOCK_AUCTIONS)))

    def before(self) -> Visited:
        """Visits of the days before the world begins; to be asked for once, before :meth:`run`."""
        return self.visitors.before()

    def run(self) -> Iterator[Made]:
        """Make the world, block by block, in order of time."""
        for hour in range(len(self.hours)):
            self._begin(hour)
            for block in self.blocks_of(hour):
                yield self._make(block)
            self._end(hour)

    def blocks_of(self, hour: int) -> Iterator[Block]:
        """The blocks of an hour, in order of time."""
        hours, parts = self.hours, self._parts
        share = float(hours.traffic[hour] / hours.traffic.sum() / parts)
        for part in range(parts):
            start = int(hours.start[hour]) + part * HOUR // parts
            length = int(hours.start[hour]) + (part + 1) * HOUR // parts - start
            yield Block(hour * parts + part, hour, start, length, share)

    def _begin(self, hour: int) -> None:
        day = int(self.hours.day[hour])
        for channel in self.channels.values():
            if hour == 0 or day != self.hours.day[hour - 1]:
                channel.begin_day(day, bool(self.hours.peak[hour]))
            channel.begin_hour(hour)

    def _end(self, hour: int) -> None:
        for channel in self.channels.values():
            channel.end_hour(hour)
            if hour + 1 == len(self.hours) or self.hours.day[hour] != self.hours.day[hour + 1]:
                channel.tally.end_day(int(self.hours.day[hour]))

    def _make(self, block: Block) -> Made:
        users = len(self.visitors.stage)
        logs: dict[str, AuctionLog] = {}
        paid: list[Visited] = []
        for name, channel in self.channels.items():
            if isinstance(channel, SearchChannel | DisplayChannel):
                logs[name], came = channel.make(block, users)
                paid.append(came)
        visits, shop = self.visitors.visits(block, paid), self.visitors.shop(block.hour)
        seen = [Visited(visits.user, visits.ts, visits.converted)]
        again = [c for c in self.channels.items() if isinstance(c[1], RetargetingChannel)]
        for name, channel in again:
            assert isinstance(channel, RetargetingChannel)
            logs[name], came = channel.make(block, visits, shop)
            seen.append(came)
        if not again:
            receive(0, FOREVER, visits, shop)
        self.visitors.count(visits, block)
        return Made({name: logs[name] for name in self.channels}, _in_order(seen))


def _in_order(visited: list[Visited]) -> Visited:
    if len(visited) == 1:
        return visited[0]
    ts = np.concatenate([v.ts for v in visited])
    order = np.argsort(ts, kind="stable")
    user, converted = (np.concatenate([getattr(v, k) for v in visited]) for k in ("user", "converted"))
    return Visited(user[order], ts[order], converted[order])
