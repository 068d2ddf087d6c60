"""Traffic-aware PID: steps of the bid from the average spend per traffic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from bidder.auctions.strategies.base import Market
from bidder.auctions.strategies.controllers import Gain
from bidder.auctions.strategies.paced import Course, Look, Paced, PacedParams

_DOWN, _UP = 7 * np.log(1.2), 4 * np.log(1.2)


class TaPidParams(PacedParams):
    """Parameters of :class:`TaPid`."""

    kind: Literal["ta_pid"]
    """Kind of strategy."""
    kp: Gain = 100.0
    """Log factor per episode of traffic for an average spend of nothing (relative error 1)."""
    ki: Gain = 0.0
    """The same for a relative error of 1 over the whole episode (0: an average has a memory of its own)."""
    kd: Gain = 15.0
    """Log factor for a change of the relative error by 1."""
    warm_up: Annotated[float, Field(gt=0, le=1)] = 0.1
    """Share of the episode's traffic with planned spend that the average starts from."""


class TaPid(Paced):
    """``log b += clip((kp e + ki sum(e dt) + kd de/dt) dt, -7 log 1.2, 4 log 1.2)`` with
    ``e = 1 - (spent + w) / (planned + w)``.

    After the traffic-aware PID of Khirianova et al. ("BAT: benchmark for auto-bidding task", WWW 2025,
    baselines): the error is the planned average spend per unit of expected traffic less the one so far,
    the output moves the logarithm of the bid, and one look lowers it by at most 7 and raises it by at
    most 4 of the benchmark's price steps of 20%. Ours are the relative error and the time in traffic,
    which take money and clock out of the gains and let hours of little traffic move the bid little (the
    benchmark divides the output by 5 at night), and the start at ``w = warm_up``, which keeps the first
    averages tame (the benchmark waits for three looks).

    Parameters: ``kp``, ``ki``, ``kd``, ``warm_up``, and those of every paced strategy: a value,
    ``initial``, ``min_factor``, ``max_factor``, ``traffic``.
    """

    Params = TaPidParams

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        super().__init__(params, market)
        self.kp, self.ki, self.kd = self.column("kp"), self.column("ki"), self.column("kd")
        self.warm_up = self.column("warm_up")

    def step(self, course: Course, look: Look) -> None:
        """Move the factor's logarithm."""
        memory, dt = course.memory, look.passed
        error = look.error / (look.done + self.warm_up)
        change = error - memory.get("last", 0.0)
        summed = memory.get("sum", 0.0) + error * dt
        step = (self.kp * error + self.ki * summed) * dt + self.kd * change
        step = np.minimum(np.maximum(step, -_DOWN), _UP)
        wanted = course.level[0] + step
        level = self.bounded(wanted)
        memory["sum"] = np.where((wanted - level) * error > 0, summed - error * dt, summed)
        memory["last"] = error
        course.level = level[None, :]
