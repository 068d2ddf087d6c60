"""Adaptive pacing by descent on the dual multipliers of the budget and of a return on spend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from bidder.arrays import Floats
from bidder.auctions.strategies.base import Control, Market
from bidder.auctions.strategies.controllers import Gain
from bidder.auctions.strategies.paced import Course, Look, Paced, PacedParams

_STEP, _ADDITIVE_STEP = 1.5, 4.0
_MOST_MU = 100.0
_LEAST_LEFT = 0.05
_SURPRISE = 10.0


class DualParams(PacedParams):
    """Parameters of :class:`Dual`."""

    kind: Literal["dual"]
    """Kind of strategy."""
    target_roas: Annotated[float, Field(gt=0, le=1e6)] | None = None
    """Value won for each unit of cost that must be kept; by default only the budget is kept."""
    mirror: Literal["multiplicative", "additive"] = "multiplicative"
    """Update of the multipliers: multiplicative (entropic mirror map) or additive (Euclidean)."""
    step: Gain | None = None
    """Unitless: step of a multiplier for a relative error of 1 is step / sqrt(ticks of an episode); by
    default 1.5 when multiplicative, 4 when additive."""


class Dual(Paced):
    """``b = value * alpha``, ``alpha = min(1 / lambda, (1 + mu) / (mu * target_roas))``.

    ``b = value * (1 + mu) / (lambda + mu * target)`` maximises value under a budget (multiplier lambda)
    and a return on spend (mu). Of two limits on one factor only the tighter one binds, and the other's
    multiplier is 0; each factor is therefore found by itself and the smaller one taken, never one after
    the other. lambda is kept at least 1 / max_factor, so that a slack budget leaves the plain value.

    After each tick both multipliers descend on their constraint: for the budget
    ``g = 1 - spend / (rho * traffic)`` with the rate rho = balance / expected traffic left; for the return
    ``g = (value won - target * cost) / (target * mean cost of such a tick)``, what has been won or missed
    before counted in evenly over the traffic left. ``multiplicative``: ``lambda *= exp(-eta g)``;
    ``additive``: ``lambda -= eta g`` (projected on the least lambda).

    Balseiro and Gur ("Learning in repeated auctions with budgets", Management Science 2019: adaptive
    pacing), Balseiro, Lu and Mirrokni ("Dual mirror descent for online allocation problems",
    ICML 2020, algorithm 1; both mirror maps), Feng, Padmanabhan and Wang ("Online bidding algorithms for
    return-on-spend constrained advertisers", WWW 2023, algorithm 1).

    Parameters: ``target_roas``, ``mirror``, ``step``, and those of every paced strategy: a value,
    ``initial``, ``min_factor``, ``max_factor``, ``traffic``.
    """

    Params = DualParams

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        given = [p.target_roas for p in params]
        self.kept = np.array([g is not None for g in given], dtype=np.bool_)
        self.target: Floats = np.array([1.0 if g is None else g for g in given], dtype=np.float64)
        self.entropic = np.array([p.mirror == "multiplicative" for p in params], dtype=np.bool_)
        super().__init__(params, market)
        usual = np.where(self.entropic, _STEP, _ADDITIVE_STEP)
        steps = [u if p.step is None else p.step for p, u in zip(params, usual, strict=True)]
        self.eta: Floats = np.array(steps, dtype=np.float64) / np.sqrt(max(market.ticks, 1))

        over = np.maximum(np.exp(self.high) * self.target - 1.0, 1.0 / _MOST_MU)
        self.least: Floats = np.stack([np.exp(-self.high), 1.0 / over])
        """Lowest lambda and mu, those of max_factor, shape (2, S)."""
        self.most: Floats = np.stack([np.exp(-self.low), np.full(len(over), _MOST_MU)])

    def first_level(self) -> Floats:
        """Logarithms of lambda and mu to begin with, shape (2, S)."""
        over = np.maximum(np.exp(self._first_roas_factor()) * self.target - 1.0, 1.0 / _MOST_MU)
        return np.stack([-self.first_factor(), -np.log(over)])

    def step(self, course: Course, look: Look) -> None:
        """Descend on both multipliers."""
        of_roas = self._roas_gradient(look) if self.kept.any() else np.zeros_like(self.target)
        descent = self.eta * np.array([self._budget_gradient(look), of_roas])
        before = np.exp(course.level)
        after = np.where(self.entropic, before * np.exp(-descent), before - descent)
        course.level = np.log(np.minimum(np.maximum(after, self.least), self.most))

    def answer(self, course: Course, look: Look) -> Control:
        """The smaller of the two factors."""
        lam, mu = np.exp(course.level)
        alpha = 1.0 / lam
        alpha = np.where(self.kept, np.minimum(alpha, (1.0 + mu) / (mu * self.target)), alpha)
        return Control(self.valuation.unit * alpha)

    def _budget_gradient(self, look: Look) -> Floats:
        cost = look.view.last.cost
        balance = look.view.balance + cost
        left = np.maximum(1.0 - look.done + look.passed, 1e-12)
        planned = balance * np.minimum(look.passed / left, 1.0)
        ratio = cost / np.where(planned > 0, planned, 1.0)
        return np.where(planned > 0, np.maximum(1.0 - ratio, -_SURPRISE), 0.0)

    def _roas_gradient(self, look: Look) -> Floats:
        last, so_far = look.view.last, look.view.so_far
        surplus = self.valuation.won(last) - self.target * last.cost
        before = self.valuation.won(so_far) - self.target * so_far.cost - surplus
        spread = np.minimum(look.passed / np.maximum(1.0 - look.done, _LEAST_LEFT), 1.0)
        usual = self.target * so_far.cost * (look.passed / np.maximum(look.done, 1e-12))
        gradient = (surplus + before * spread) / np.where(usual > 0, usual, 1.0)
        return np.where(usual > 0, np.minimum(np.maximum(gradient, -_SURPRISE), _SURPRISE), 0.0)

    def _first_roas_factor(self) -> Floats:
        """Logarithm of the factor that would have kept the return in the training part, shape (S,)."""
        landscape = self.landscape
        if landscape is None:
            return self.given_or(np.exp(self.high))
        highest = [
            np.flatnonzero(landscape.worth * unit >= target * landscape.cost)[-1]
            for unit, target in zip(self.valuation.unit, self.target, strict=True)
        ]
        return self.given_or(landscape.multiplier[highest] / self.valuation.unit)
