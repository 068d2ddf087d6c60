"""What all paced strategies share: the value, the line that spend should follow, and the course so far."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from bidder.arrays import Floats
from bidder.auctions.landscapes.bid_landscape import BidLandscape, bid_landscape
from bidder.auctions.strategies.base import Control, Market, Requests, Strategy, View
from bidder.auctions.strategies.traffic import HourWeights, Share, TrafficPlan
from bidder.auctions.strategies.valuation import Valuation, ValueParams, requests_of
from bidder.quantities import Rate

Factor = Annotated[float, Field(gt=0, le=1e6)]


class PacedParams(ValueParams):
    """Parameters of every paced strategy."""

    initial: Factor | None = None
    """Unitless: factor on the value at the beginning; by default what would have kept the limits in the
    training part, else max_factor."""
    min_factor: Rate = 1e-4
    """Unitless: the bid never falls below this times the value."""
    max_factor: Factor = 1.0
    """Unitless: the bid never exceeds this times the value."""
    traffic: HourWeights | None = None
    """Expected traffic of each hour of the day (24 relative weights, UTC); by default as in training."""

    @model_validator(mode="after")
    def _ordered(self) -> PacedParams:
        if self.min_factor > self.max_factor:
            raise ValueError(f"min_factor {self.min_factor:g} is above max_factor {self.max_factor:g}")
        return self


class Look(NamedTuple):
    """What a paced strategy looks at; arrays of shape (S,), shares of traffic are numbers when all
    settings have the same.

    ``done`` and ``coming`` are the expected shares of the episode's traffic up to now and in the coming
    tick, counted from the episode's first auction seen, ``passed`` the share since the last look, ``budget``
    at least one unit, and ``error`` the share of the budget that should have been spent by now less the
    share that has been.
    """

    view: View
    budget: Floats
    done: Share
    coming: Share
    passed: Share
    error: Floats


@dataclass
class Course:
    """Where the settings of one campaign are.

    Attributes
    ----------
    start : ndarray of float64, shape (K, S)
        Levels (logarithms of the K factors controlled) that the episode began with.
    level : ndarray of float64, shape (K, S)
        The levels now.
    total : ndarray of float64, shape (K, S)
        Sum of levels x share of traffic for which they held.
    weight, done : float, or ndarray of float64, shape (S,)
        Shares of traffic: that ``total`` stands for, and that had passed at the last look.
    episode : int
        Number of the episode.
    missed : float, or ndarray of float64, shape (S,)
        Share of the episode's traffic that had passed before its first auction was seen.
    memory : dict of str to ndarray
        What else a strategy keeps within an episode.
    """

    start: Floats
    level: Floats
    total: Floats
    weight: Share
    done: Share
    episode: int
    missed: Share
    memory: dict[str, Floats] = field(default_factory=dict)


class Paced(Strategy):
    """Base of paced strategies: bid = value x factor, where the factor follows the spend.

    An episode begins at the average level of the campaign's episode before; the first one at the level
    that would have kept the limits in the training part, when there is one.
    """

    paced: ClassVar[bool] = True
    steady: ClassVar[bool] = True

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        super().__init__(params, market)
        self.valuation = Valuation(params, market)
        self.plan = TrafficPlan([p.traffic for p in params], market)
        self.low, self.high = np.log(self.column("min_factor")), np.log(self.column("max_factor"))
        self.courses: dict[str, Course] = {}
        self.landscape = self._landscape()
        self.first = self.first_level()
        # What has been learnt is kept, not what it was learnt from: the strategy travels between processes.
        self.landscape, self.market = None, replace(market, training=None)

    def base(self, requests: Requests) -> Floats:
        """Chance of the valued event, shape (n,) when all settings value the same one, else (S, n)."""
        return self.valuation.base(requests)

    def control(self, view: View) -> Control:
        """Look at the results and answer with the factor for the coming tick."""
        course = self.courses.get(view.campaign)
        if course is None or course.episode != view.episode:
            course = self.courses[view.campaign] = self._begin(view, course)
            look = self._look(view, course)
        else:
            look = self._look(view, course)
            self.step(course, look)
        weight = look.coming + 1e-12  # so that even an empty tick leaves a mean
        course.total = course.total + course.level * weight
        course.weight = course.weight + weight
        course.done = look.done
        return self.answer(course, look)

    @abstractmethod
    def step(self, course: Course, look: Look) -> None:
        """Set ``course.level`` for the coming tick."""

    def answer(self, course: Course, look: Look) -> Control:
        """By default the first level as a factor on the value."""
        return Control(self.valuation.unit * np.exp(course.level[0]))

    def first_level(self) -> Floats:
        """Levels that a campaign's first episode begins with, shape (K, S); by default one level."""
        return self.first_factor()[None, :]

    def first_factor(self) -> Floats:
        """Logarithm of the factor to begin with, shape (S,)."""
        learnt = self.trained_factor()
        return self.given_or(np.exp(self.high) if learnt is None else learnt)

    def given_or(self, usual: Floats) -> Floats:
        """Logarithm, within its limits, of ``initial`` where it is given and else of the usual factor."""
        pairs = zip(self.params, usual, strict=True)
        first = np.array([u if p.initial is None else p.initial for p, u in pairs], dtype=np.float64)
        return self.bounded(np.log(np.maximum(first, 1e-300)))

    def trained_factor(self) -> Floats | None:
        """Factor that would have spent the budget in the training part, shape (S,); None without one."""
        landscape = self.landscape
        if landscape is None:
            return None
        low, high, share = landscape.for_budgets(self.market.budget.astype(np.float64))
        factor = (low * (1.0 - share) + high * share) / self.valuation.unit
        # A budget for more than the training part had to sell sets no limit.
        slack = self.market.budget >= landscape.cost[-1]
        return np.where(slack, np.exp(self.high), factor)

    def _landscape(self) -> BidLandscape | None:
        """What multiples of the base bring in an episode's worth of the training part; None without one.

        Also None when settings value different events, or when the training part does not say.
        """
        training, shared = self.market.training, self.valuation.shared
        if training is None or not shared or not len(training.log) or training.log.info.censored:
            return None
        log = training.log
        value = self.valuation.base(requests_of(log))
        worth = value * log.pctr if self.valuation.per_click and log.pctr is not None else value
        weight = training.weight / max(training.episodes, 1e-9)
        return bid_landscape(log, value, worth, self.market.rules, weight)

    def bounded(self, level: Floats) -> Floats:
        """A factor's logarithm within its limits."""
        return np.minimum(np.maximum(level, self.low), self.high)

    def _begin(self, view: View, before: Course | None) -> Course:
        start = self.first
        if before is not None:
            start = before.total / before.weight
        missed = np.minimum(self.plan.at(view)[0], 1.0 - 1e-9)
        return Course(start, start, np.zeros_like(start), 0.0, 0.0, view.episode, missed)

    def _look(self, view: View, course: Course) -> Look:
        done, coming = self.plan.at(view)
        left = 1.0 - course.missed
        done, coming = (done - course.missed) / left, coming / left
        budget = np.maximum(view.budget, 1).astype(np.float64)
        return Look(view, budget, done, coming, done - course.done, done - view.so_far.cost / budget)
