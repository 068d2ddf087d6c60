"""Pacing by leaving out auctions at random, with full bids in the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from bidder.arrays import Floats
from bidder.auctions.strategies.base import Control, Market
from bidder.auctions.strategies.paced import Course, Look, Paced, PacedParams
from bidder.quantities import Rate

SLOW_START = 0.1
"""Probability to begin with when nothing is known."""


class ThrottlingParams(PacedParams):
    """Parameters of :class:`Throttling`; ``initial``, ``min_factor`` and ``max_factor`` are probabilities."""

    kind: Literal["throttling"]
    """Kind of strategy."""
    max_factor: Rate = 1.0
    """Highest probability of entering an auction."""
    adjust: Annotated[float, Field(gt=0, lt=1)] = 0.1
    """Unitless: relative step of the probability at each look."""
    fast_finish: Rate = 1.0
    """Share of the episode's traffic by which the budget is to be spent (22/24 at LinkedIn)."""


class Throttling(Paced):
    """``b = value`` with probability p, else no bid; p is raised by ``1 + adjust`` while less has been
    spent than allocated by now, and lowered by ``1 - adjust`` while more has.

    Agarwal, Ghosh, Wei and You ("Budget pacing for targeted online advertisements at LinkedIn", KDD
    2014, pacing algorithm): allocation in proportion to the forecast traffic, slow start with a pass-through
    rate of 10%, steps of 10% a minute, fast finish by 22 of 24 hours. Without a training part an episode
    begins with ``initial`` or the slow start; with one, with the probability that would have spent the
    budget. Ours: after a look's time with less than average traffic the step is smaller in proportion,
    so that a quiet night does not drive the probability to its limits.

    Parameters: ``adjust``, ``fast_finish``, and those of every paced strategy: a value, ``initial``,
    ``min_factor``, ``max_factor``, ``traffic``.
    """

    Params = ThrottlingParams

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        super().__init__(params, market)
        self.up, self.down = np.log1p(self.column("adjust")), np.log1p(-self.column("adjust"))
        self.finish = self.column("fast_finish")

    def first_factor(self) -> Floats:
        """Logarithm of the probability to begin with."""
        learnt = self.trained_factor()
        return self.given_or(np.full(self.market.settings, SLOW_START) if learnt is None else learnt)

    def trained_factor(self) -> Floats | None:
        """Probability at which full bids would have spent the budget in the training part."""
        landscape = self.landscape
        if landscape is None:
            return None
        cost = landscape.at_multiplier(self.valuation.unit).cost
        return np.where(cost > 0, self.market.budget / np.where(cost > 0, cost, 1.0), 1.0)

    def step(self, course: Course, look: Look) -> None:
        """One step up or down."""
        allocated = np.minimum(look.done / self.finish, 1.0)
        spent = look.view.so_far.cost / look.budget
        step = np.where(spent < allocated, self.up, self.down)
        seen = np.minimum(look.passed * self.market.ticks, 1.0)
        course.level = self.bounded(course.level[0] + step * seen)[None, :]

    def answer(self, course: Course, look: Look) -> Control:
        """Full bids with a probability."""
        return Control(self.valuation.unit, np.minimum(np.exp(course.level[0]), 1.0))
