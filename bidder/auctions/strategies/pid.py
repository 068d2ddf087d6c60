"""Budget pacing by a PID controller on the spend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from bidder.auctions.strategies.base import Market
from bidder.auctions.strategies.controllers import Gain, PidLoop
from bidder.auctions.strategies.paced import Course, Look, Paced, PacedParams


class PidParams(PacedParams):
    """Parameters of :class:`Pid`."""

    kind: Literal["pid"]
    """Kind of strategy."""
    kp: Gain = 20.0
    """Log factor for the whole budget of error."""
    ki: Gain = 100.0
    """Log factor for the whole budget of error over the whole episode."""
    kd: Gain = 0.05
    """Log factor when the spend stands still where it should flow at the planned rate."""


class Pid(Paced):
    """``b = value * b0 * exp(u)``, ``u = kp e + ki sum(e dt) + kd de/dt``.

    The exponential actuator and the controller are of Zhang, Rong, Wang, Zhu and Wang ("Feedback control
    of real-time display advertising", WSDM 2016, actuator and PID controller). The error e is the
    share of the budget that should have been spent by now less the share that has been, and time runs
    with the expected traffic from 0 to 1 over an episode, so that the gains have no money and no clock in
    them.
    b0 is the factor an episode begins with.

    Parameters: ``kp``, ``ki``, ``kd``, and those of every paced strategy: a value, ``initial``,
    ``min_factor``, ``max_factor``, ``traffic``.
    """

    Params = PidParams

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        super().__init__(params, market)
        self.loop = PidLoop(self.column("kp"), self.column("ki"), self.column("kd"), "spend")

    def step(self, course: Course, look: Look) -> None:
        """The controller's answer to the spend so far."""
        start = course.start[0]
        low, high = self.low - start, self.high - start
        u = self.loop.step(course.memory, look.error, look.passed, low, high)
        course.level = (start + u)[None, :]
