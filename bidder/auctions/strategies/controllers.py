"""A PID controller over many settings."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from bidder.arrays import Floats
from bidder.auctions.strategies.traffic import Share

Gain = Annotated[float, Field(ge=0, le=1e6)]


class PidLoop:
    """``u = kp * e + ki * sum(e * dt) + kd * de / dt``, kept between limits.

    The sum does not grow while the limits hold u back (no wind-up).

    Parameters
    ----------
    kp, ki, kd : ndarray of float64, shape (S,)
        Gains: unitless, per dt, times dt.
    name : str
        Under which the loop keeps its sum and its last error in the memory.
    """

    def __init__(self, kp: Floats, ki: Floats, kd: Floats, name: str) -> None:
        self.kp, self.ki, self.kd = kp, ki, kd
        self.sum, self.last = f"{name} sum", f"{name} last"

    def step(self, memory: dict[str, Floats], error: Floats, dt: Share, low: Floats, high: Floats) -> Floats:
        """The next u, shape (S,), after ``dt`` with the error now."""
        before = memory.get(self.sum)
        if before is None:
            before = np.zeros_like(error)
        slope = (error - memory.get(self.last, 0.0)) / np.maximum(dt, 1e-9) * (dt > 0)
        summed = before + error * dt
        wanted = self.kp * error + self.ki * summed + self.kd * slope
        u = np.minimum(np.maximum(wanted, low), high)
        memory[self.sum] = np.where((wanted - u) * error > 0, before, summed)
        memory[self.last] = error
        return u
