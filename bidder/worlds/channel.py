"""What all channels have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from bidder.arrays import Bytes, Floats, Ints
from bidder.auctions.log import AuctionLog, LogInfo
from bidder.auctions.ranked.ranking import quality_weights
from bidder.money import MICROS
from bidder.worlds.draws import Block
from bidder.worlds.hours import Hours
from bidder.worlds.market_search import RivalState
from bidder.worlds.random import BLOCK, POLICY, generator
from bidder.worlds.rivals import Rivals
from bidder.worlds.spec import WorldSpec
from bidder.worlds.spec_channels import Display, Retargeting, Search
from bidder.worlds.tally import Shown, Tally


@dataclass(frozen=True)
class Place:
    """A channel's place in its world.

    Attributes
    ----------
    world : WorldSpec
    seed : int
    hours : Hours
    number : int
        Of the channel, from 0.
    name : str
    """

    world: WorldSpec
    seed: int
    hours: Hours
    number: int
    name: str


@dataclass(frozen=True)
class Visited:
    """Shop visits, n of them: user number, time, and whether the click brings an order."""

    user: Ints
    ts: Ints
    converted: Bytes

    @classmethod
    def none(cls) -> Visited:
        """No visits."""
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.uint8))


class Channel(ABC):
    """One channel of a world with the state of its money; made hour by hour.

    Attributes
    ----------
    info : LogInfo
    campaigns : tuple of str
    rivals : Rivals
    tally : Tally
    level_by_day : ndarray of float64, shape (D,)
        Factor on our bids on each day.
    """

    def __init__(
        self, place: Place, spec: Search | Display | Retargeting, rivals: Rivals, info: LogInfo, keywords: int
    ) -> None:
        self.place = place
        self.spec = spec
        self.rivals = rivals
        self.info = info
        self.campaigns = info.campaigns
        self.levels = np.array(sorted(place.world.response_levels))
        lag = int(np.ceil(spec.delay.most_days))
        self.tally = Tally(place.hours, len(self.campaigns), keywords, len(self.levels), len(rivals), lag)
        self.level_by_day = np.array([self._level(day) for day in range(len(place.hours.dates))])
        self.level = 1.0
        self.balance = np.zeros(1, dtype=np.int64)
        self._weight = quality_weights(rivals.quality, spec.squashing if isinstance(spec, Search) else 1.0)

    def begin_day(self, day: int, peak: bool) -> None:
        """New budgets for everybody, and our level of the day."""
        self.rivals.new_day(peak)
        self.balance[0] = round(self.spec.ours.daily_budget * MICROS)
        self.level = float(self.level_by_day[day])

    def _level(self, day: int) -> float:
        normal = generator(self.place.seed, POLICY, self.place.number, day).standard_normal()
        return float(np.exp(self.spec.ours.level_spread * normal))

    def begin_hour(self, hour: int) -> None:
        """Note how competitors bid in this hour."""
        self.tally.rival_multiplier[hour] = self.rivals.multiplier

    def end_hour(self, hour: int) -> None:
        """Let competitors look at what they have spent."""
        self.tally.rival_spend[hour] = self.rivals.spent
        self.rivals.react(float(self.place.hours.share_by_end[hour]))

    def generator(self, block: Block) -> np.random.Generator:
        """The block's own random numbers."""
        return generator(self.place.seed, BLOCK, self.place.number, block.number)

    def rival_state(self, hour: int) -> RivalState:
        """Competitors as the kernels see them in this hour."""
        rivals, hours = self.rivals, self.place.hours
        factor = rivals.log_factor(float(hours.price[hour]), bool(hours.peak[hour]))
        usual = np.exp(rivals.log_bid.T + factor)
        return RivalState(usual, rivals.quality, self._weight, rivals.balance)

    def response(self, hour: int) -> Floats:
        """Where the day's response is added up, shape (C, L, 5)."""
        day: Floats = self.tally.response[self.place.hours.day[hour]]
        return day

    def count(self, log: AuctionLog, won: Ints, click: Bytes, cost: Ints, block: Block) -> None:
        """Count a block: ``won`` (n,) are the rows with our impression; click and cost of these."""
        assert log.conversion is not None and log.value is not None and log.conversion_delay is not None
        self.tally.auctions += len(log)
        self.tally.add(
            Shown(
                block.hour, log.ts[won], log.campaign[won], None if log.keyword is None else log.keyword[won],
                click, log.conversion[won] & click, cost, log.value[won], log.conversion_delay[won],
            )
        )

    @abstractmethod
    def expected(self, block: Block) -> float:
        """Expected number of auctions in a block, as far as it is known beforehand."""
