"""What a strategy is: it bids on what is known at bid time, and looks at its results at every tick.

A strategy object plays many *settings* of one kind at a time (a sweep): whatever differs between them
is an array of shape (S,). It is never handed the log. For each tick it gets a :class:`View` of what has
been seen and reported so far, and answers with a :class:`Control`; for the auctions of the tick it gets
their :class:`Requests` and answers with base bids. The bid of setting s in auction i is
``multiplier[s] * base[i]`` (or ``base[s, i]``), cut to the rules.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bidder.arrays import Codes, Floats, Ints
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import AuctionLog, LogInfo
from bidder.auctions.rules import Episodes, Rules
from bidder.quantities import Spec

EARLIER = "earlier auctions (split: {train: ...} or training: {...})"
"""What a strategy asks for that learns from a log, in words for the experiment's author."""


class StrategyParams(Spec):
    """What the YAML may say of any strategy; each kind adds its own."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Name of the strategy in tables and charts."""


@dataclass(frozen=True)
class Requests:
    """What is known of auctions before bidding; columns as in :class:`~bidder.auctions.log.AuctionLog`.

    Bids must be computed auction by auction: what stands at position i may depend on position i alone.
    The replay checks this by asking again for a part of them.
    """

    info: LogInfo
    ts: Ints
    row: Ints
    channel: Codes | None = None
    keyword: Codes | None = None
    placement: Codes | None = None
    user: NDArray[np.uint64] | None = None
    floor: Ints | None = None
    pctr: Floats | None = None
    pcvr: Floats | None = None
    quality: Floats | None = None
    last_visit: Ints | None = None

    def __len__(self) -> int:
        return len(self.ts)


@dataclass(frozen=True)
class Counts:
    """Totals of each setting over some stretch of auctions; every array has shape (S,), int64.

    Attributes
    ----------
    auctions : int
        Auctions that came along (the same for all settings).
    entered : ndarray
        Auctions in which the setting made a bid.
    impressions, clicks : ndarray
    cost : ndarray
        In the log's unit.
    conversions, value : ndarray
        Only what has been reported by now; value in millionths of the currency unit.
    """

    auctions: int
    entered: Ints
    impressions: Ints
    clicks: Ints
    cost: Ints
    conversions: Ints
    value: Ints


@dataclass(frozen=True)
class View:
    """The past, as a strategy may see it at the beginning of a tick; arrays of shape (S,) may not be
    written to.

    Attributes
    ----------
    tick : int
        Number of earlier looks in this episode.
    episode : int
        Number of the episode in its campaign, from 0.
    campaign : str
    now : int
        Microseconds UTC (row number in a log without times).
    elapsed : float
        Share of the episode that has passed, in [0, 1): of its auctions where episodes are counted in
        auctions, else of its time.
    tick_share : float
        Share of the episode that the coming tick covers, at most 1 - elapsed.
    budget, balance : ndarray of int64
        Of the episode, in the log's unit.
    last : Counts
        The tick before this one (zeros at an episode's first tick).
    so_far : Counts
        The episode up to now.
    before : Counts
        All earlier episodes of the campaign.
    """

    tick: int
    episode: int
    campaign: str
    now: int
    elapsed: float
    tick_share: float
    budget: Ints
    balance: Ints
    last: Counts
    so_far: Counts
    before: Counts


@dataclass(frozen=True)
class Control:
    """What a strategy decides for a tick.

    Attributes
    ----------
    multiplier : ndarray of float64, shape (S,)
        Factor on the base bids, at least 0.
    participation : ndarray of float64, shape (S,), optional
        Probability of entering an auction at all (throttling); None: every auction.
    """

    multiplier: Floats
    participation: Floats | None = None


@dataclass(frozen=True)
class Training:
    """What is known from before the replay begins.

    Attributes
    ----------
    log : AuctionLog
        Earlier auctions (all, or a sample in proportion when there are too many).
    weight : float
        How many earlier auctions each row stands for.
    episodes : float
        How many episodes long the earlier time was.
    prices : PriceDistribution
        Market prices, estimated as censored data where the log is.
    """

    log: AuctionLog
    weight: float
    episodes: float
    prices: PriceDistribution


@dataclass(frozen=True)
class Market:
    """Where a strategy plays: all it may know from the beginning.

    Attributes
    ----------
    info : LogInfo
    rules : Rules
    episodes : Episodes
    budget : ndarray of int64, shape (S,)
        Budget of a full episode, in the log's unit.
    seed : ndarray of int64, shape (S,)
    ticks : int
        About how many ticks an episode has (at least 1).
    training : Training or None
    prices : PriceDistribution or None
        Of the log's market prices, for drawing competitors; strategies may not look at it.
    """

    info: LogInfo
    rules: Rules
    episodes: Episodes
    budget: Ints
    seed: Ints
    ticks: int = 1
    training: Training | None = None
    prices: PriceDistribution | None = None

    @property
    def settings(self) -> int:
        """S, the number of settings played together."""
        return len(self.budget)


class Strategy(ABC):
    """Base of every strategy.

    Subclass it to write your own; name it in the experiment by its dotted path
    (``kind: my_package.my_module:MyStrategy``). A strategy must be picklable and may keep what it needs
    from tick to tick in its own attributes.

    Attributes
    ----------
    Params : type of StrategyParams
        What the YAML may say of it.
    paced : bool
        Whether :meth:`control` must be asked at every tick; if not, once at the beginning of every
        episode.
    steady : bool
        Whether base bids follow from the requests alone, whatever :meth:`control` has seen: then they may
        be asked for many ticks ahead.
    """

    Params: ClassVar[type[StrategyParams]] = StrategyParams
    paced: ClassVar[bool] = True
    steady: ClassVar[bool] = False

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        """``params`` holds S objects of type ``Params``."""
        self.params = tuple(params)
        self.market = market

    @abstractmethod
    def base(self, requests: Requests) -> Floats:
        """Base bids in the log's unit, shape (n,) when all settings share them, else (S, n)."""

    def control(self, view: View) -> Control:
        """What to do in the coming tick; by default the base bids as they are, in every auction."""
        return Control(np.ones(self.market.settings))

    def column(self, name: str) -> Floats:
        """One parameter of every setting, shape (S,)."""
        return np.array([getattr(p, name) for p in self.params], dtype=np.float64)
