"""The shop's users: who has visited, what is in the cart, and who comes without a paid click."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Ints
from bidder.worlds.channel import Visited
from bidder.worlds.draws import Block, one_order_value, times
from bidder.worlds.hours import DAY, Hours
from bidder.worlds.market_display import CART, VIEWED, Shop, Visits
from bidder.worlds.random import BLOCK, VISITORS, generator
from bidder.worlds.spec import WorldSpec

REMEMBERED_DAYS = 14
"""How long before the world the earliest known visit may lie."""
PEOPLE = 1_000_000
"""Number of the shop among the channels, for its random numbers."""


class Visitors:
    """The users of a world and what they do in the shop.

    Attributes
    ----------
    last_visit : ndarray of int64, shape (U,)
        Microseconds UTC; -1 before the first visit.
    stage : ndarray of int8, shape (U,)
        What the last visit came to.
    orders : ndarray of int64, shape (D, 2)
        Orders without a paid click, and their value in micros, by local day.
    """

    def __init__(self, spec: WorldSpec, seed: int, hours: Hours) -> None:
        self._spec = spec.visitors
        self._currency = spec.currency
        self._seed = seed
        self._hours = hours
        self.last_visit = np.full(spec.visitors.users, -1, dtype=np.int64)
        self.stage = np.zeros(spec.visitors.users, dtype=np.int8)
        self.orders = np.zeros((len(hours.dates), 2), dtype=np.int64)
        self._known = np.zeros(0, dtype=np.int64)

    def before(self) -> Visited:
        """The visits of the days before the world begins, at most one for a user, in order of time."""
        rng = generator(self._seed, VISITORS)
        came = rng.random(len(self.stage)) < self._spec.visited_before
        user = rng.permutation(np.flatnonzero(came))
        start = int(self._hours.start[0])
        ts = np.sort(rng.integers(start - REMEMBERED_DAYS * DAY, start, len(user)))
        self.last_visit[user] = ts
        self.stage[user] = np.where(rng.random(len(user)) < self._spec.cart, CART, VIEWED)
        return Visited(user, ts, np.zeros(len(user), dtype=np.uint8))

    def shop(self, hour: int) -> Shop:
        """The users as the kernels see them in this hour."""
        buy = min(self._spec.buy * float(self._hours.conversion[hour]), 1.0)
        return Shop(self.last_visit, self.stage, np.array([self._spec.cart, buy, 1.0]))

    def visits(self, block: Block, paid: list[Visited]) -> Visits:
        """All visits of a block in order of time: organic ones, and those that paid clicks bring."""
        rng = generator(self._seed, BLOCK, PEOPLE, block.number)
        n = int(rng.poisson(self._spec.organic_visits * block.share))
        users = [self._organic(rng, block, n), *(p.user for p in paid)]
        user, ts = np.concatenate(users), np.concatenate([times(rng, block, n), *(p.ts for p in paid)])
        order = np.argsort(ts, kind="stable")
        clicks = np.concatenate([np.zeros(n, np.uint8), *(np.ones(len(p.ts), np.uint8) for p in paid)])
        converted = np.concatenate([np.zeros(n, np.uint8), *(p.converted for p in paid)])
        return Visits(
            user[order], ts[order], clicks[order], converted[order],
            rng.random((len(ts), 2), dtype=np.float32), np.zeros(len(ts), dtype=np.uint8),
        )

    def _organic(self, rng: np.random.Generator, block: Block, n: int) -> Ints:
        """Who comes without a paid click."""
        user = rng.integers(0, len(self.stage), n)
        if self._first_of_day(block) or not len(self._known):
            self._known = np.flatnonzero(self.last_visit >= 0)
        again = np.flatnonzero(rng.random(n) < self._spec.returning)
        if len(self._known):
            user[again] = self._known[rng.integers(0, len(self._known), len(again))]
        return user

    def _first_of_day(self, block: Block) -> bool:
        day, hour = self._hours.day, block.hour
        return block.start == self._hours.start[hour] and (hour == 0 or day[hour] != day[hour - 1])

    def count(self, visits: Visits, block: Block) -> None:
        """Count the orders that organic visits ended with."""
        bought = int(visits.bought.sum())
        rng = generator(self._seed, BLOCK, PEOPLE + 1, block.number)
        value = one_order_value(rng, self._spec.order_value, bought, self._currency)
        self.orders[self._hours.day[block.hour]] += (bought, int(value.sum()))
