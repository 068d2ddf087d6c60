"""Two constraints, budget and cost per click (or per conversion), by multivariable PID control."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from bidder.arrays import Floats, Ints
from bidder.auctions.strategies.base import Control, Counts, Market, Requests
from bidder.auctions.strategies.controllers import Gain, PidLoop
from bidder.auctions.strategies.paced import Course, Look, Paced, PacedParams
from bidder.auctions.strategies.valuation import chance
from bidder.quantities import PositiveMoney, Share

_OFF = 1e-2
_NONE, _MUCH = np.log(_OFF), np.log(1e3)


class MPidParams(PacedParams):
    """Parameters of :class:`MPid`; exactly one of ``max_cpc`` and ``max_cpa``."""

    kind: Literal["m_pid"]
    """Kind of strategy."""
    max_cpc: PositiveMoney | None = None
    """Highest average cost of a click, in the log's unit."""
    max_cpa: PositiveMoney | None = None
    """Highest average cost of a conversion, in the log's unit."""
    kp: Gain = 20.0
    """Log p for the whole budget of error."""
    ki: Gain = 100.0
    """Log p for the whole budget of error over the whole episode."""
    kd: Gain = 0.05
    """Log p when the spend stands still where it should flow at the planned rate."""
    cost_kp: Gain = 30.0
    """Log q for a relative error of the cost of 1."""
    cost_ki: Gain = 300.0
    """Log q for a relative error of the cost of 1 over the whole episode."""
    cost_kd: Gain = 0.0
    """Log q when the relative error of the cost changes by 1 over the whole episode."""
    alpha: Share = 1.0
    """Share of its own error in what moves p; the rest is the cost's."""
    beta: Share = 1.0
    """Share of its own error in what moves q; the rest is the budget's."""
    prior_events: Annotated[float, Field(ge=0, le=1e9)] = 5.0
    """Clicks (conversions) at the average cost of earlier episodes that the average cost starts from."""

    @model_validator(mode="after")
    def _one_target(self) -> MPidParams:
        if (self.max_cpc is None) == (self.max_cpa is None):
            raise ValueError("exactly one of max_cpc and max_cpa must be given")
        return self


class MPid(Paced):
    """``b = (value + q * C * event) / (p + q)`` where C is the highest cost of an event: a click
    (``event = pctr``) or a conversion (``event = pctr * pcvr``).

    Yang et al. ("Bid optimization by multivariable control in display advertising", KDD 2019, the
    optimal bidding formula and the multivariable control): p and q are the dual variables of the budget and
    of the cost per click in the linear program of all auctions; each follows its own PID controller,
    ``p = p0 exp(-u_p)`` and ``q = q0 exp(-u_q)``, after the controls have been mixed:
    ``u_p' = alpha u_p + (1 - alpha) u_q`` and ``u_q' = beta u_q + (1 - beta) u_p``. Here values are money,
    and p is at least 1 / max_factor, so that without a binding limit the plain value is bid; 0.01 is taken
    off q, so that it can be 0. Where value and cost are of the same event the bid is at most value / p.
    The error of the budget is as in
    :class:`~bidder.auctions.strategies.pid.Pid`; that of the cost is ``(C * events - cost) / max(C *
    events, cost)``, which starts from ``prior_events`` events at the average cost of the campaign's
    episodes before (at first: C).

    Parameters: ``max_cpc`` or ``max_cpa``; ``kp``, ``ki``, ``kd``, ``cost_kp``, ``cost_ki``, ``cost_kd``,
    ``alpha``, ``beta``, ``prior_events``; and those of every paced strategy: a value, ``initial``,
    ``min_factor``, ``max_factor``, ``traffic``.
    """

    Params = MPidParams

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        self.of_clicks = np.array([p.max_cpc is not None for p in params], dtype=np.bool_)
        costs = [p.max_cpc if p.max_cpc is not None else p.max_cpa for p in params]
        self.most_cost: Floats = np.array(costs, dtype=np.float64)
        super().__init__(params, market)
        self.alpha, self.beta = self.column("alpha"), self.column("beta")
        self.prior = self.column("prior_events")
        self.spend = PidLoop(self.column("kp"), self.column("ki"), self.column("kd"), "spend")
        cost_kp, cost_ki, cost_kd = (self.column(name) for name in ("cost_kp", "cost_ki", "cost_kd"))
        self.cost = PidLoop(cost_kp, cost_ki, cost_kd, "cost")
        self.alike = bool((self.of_clicks == self.valuation.of_click).all())
        self.steady = self.alike  # type: ignore[misc]  # else bids move with q
        self.bonus: Floats = np.zeros(market.settings)
        """q x C for the coming tick, shape (S,)."""

    def base(self, requests: Requests) -> Floats:
        """Chance of the event, shape (n,), when value and cost are of the same one and shared by all.

        Else the whole numerator, value and q x C x event with the q of the coming tick, shape (S, n).
        """
        if self.alike:
            return self.valuation.base(requests)
        return np.stack([self._numerator(requests, s) for s in range(self.market.settings)])

    def first_level(self) -> Floats:
        """Logarithms of p and q to begin with, shape (2, S)."""
        p = -self.first_factor()
        return np.stack([p, np.full_like(p, _NONE)])

    def step(self, course: Course, look: Look) -> None:
        """Both controllers, mixed."""
        (p, q), (low, high) = course.start, (-self.high, -self.low)
        of_p = self.spend.step(course.memory, look.error, look.passed, p - high, p - low)
        of_q = self.cost.step(course.memory, self._cost_error(look), look.passed, q - _MUCH, q - _NONE)
        new_p = p - (self.alpha * of_p + (1.0 - self.alpha) * of_q)
        new_q = q - (self.beta * of_q + (1.0 - self.beta) * of_p)
        new_p = np.minimum(np.maximum(new_p, low), high)
        course.level = np.array([new_p, np.minimum(np.maximum(new_q, _NONE), _MUCH)])

    def answer(self, course: Course, look: Look) -> Control:
        """The factor on the chance of the event, or on the numerator."""
        p, q = np.exp(course.level)
        q = q - _OFF
        self.bonus = q * self.most_cost
        if not self.alike:
            return Control(1.0 / (p + q))
        # Bids below C for an event cannot cost more than C: there q has nothing to say.
        factor = np.minimum((1.0 + self.bonus / self.valuation.unit) / (p + q), 1.0 / p)
        return Control(self.valuation.unit * factor)

    def _cost_error(self, look: Look) -> Floats:
        so_far, before, most, prior = look.view.so_far, look.view.before, self.most_cost, self.prior
        known = np.maximum(self._events(before) + prior, 1e-12)
        usual = np.where(known > 1e-12, (before.cost + prior * most) / known, most)
        earned = most * (self._events(so_far) + prior)
        cost = so_far.cost + usual * prior
        error: Floats = (earned - cost) / np.maximum(np.maximum(earned, cost), 1e-300)
        return error

    def _events(self, counts: Counts) -> Ints:
        return np.where(self.of_clicks, counts.clicks, counts.conversions)

    def _numerator(self, requests: Requests, s: int) -> Floats:
        per_click = self.valuation.per_click
        value = chance(requests, bool(self.valuation.of_click[s]), per_click)
        event = chance(requests, bool(self.of_clicks[s]), per_click)
        bid: Floats = self.valuation.unit[s] * value + self.bonus[s] * event
        return bid
