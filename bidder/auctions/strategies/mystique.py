"""Mystique: a pacing signal driven by the errors of the spend and of its gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from bidder.arrays import Floats
from bidder.auctions.strategies.base import Market
from bidder.auctions.strategies.controllers import Gain
from bidder.auctions.strategies.paced import Course, Look, Paced, PacedParams
from bidder.quantities import Rate

_HOUR = 1.0 / 24.0
_MOST = np.log(2.0)


class MystiqueParams(PacedParams):
    """Parameters of :class:`Mystique`."""

    kind: Literal["mystique"]
    """Kind of strategy."""
    spend_step: Gain = 10.0
    """Largest step for the spend error: log signal per 24th of the episode's traffic."""
    spend_range: Rate = 0.1
    """Spend error, as a share of the budget, from which on that step is made."""
    gradient_step: Gain = 1.5
    """Step for a spend that flows at twice the target gradient: log signal per 24th of the traffic."""
    window: Annotated[float, Field(gt=0, le=1)] = 0.02
    """Share of the episode's traffic over which the gradient is averaged."""


class Mystique(Paced):
    """``b = value * PS`` with ``log PS -= (ws * Cs * sign(Es) + wg * Cg * sign(Eg)) * dt``.

    After Stram, Abrahami et al. ("Mystique: a budget pacing system for performance optimization in
    online advertising", WWW 2024 companion): a target spending curve; the errors Es of the spend and Eg
    of its gradient against it; steps Cs and Cg that grow with the errors up to a maximum; and weights
    from the time ``tau = -Es / Eg`` after which the spend meets its target if nothing changes: 1/2 each
    while they drift apart (tau < 0), else ``ws = min(0.9, 0.2 tau)`` and ``wg = 1 - ws``, tau in 24ths
    of the episode. The signal PS lies in [min_factor, max_factor].

    Ours: errors relative to the budget and to the target gradient, and steps relative to the signal (the
    paper's are absolute), so that a signal of 0.01 is steered as finely as one of 0.9.

    Parameters: ``spend_step``, ``spend_range``, ``gradient_step``, ``window``, and those of every paced
    strategy: a value, ``initial``, ``min_factor``, ``max_factor``, ``traffic``.
    """

    Params = MystiqueParams

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        super().__init__(params, market)
        self.spend_step, self.range = self.column("spend_step"), self.column("spend_range")
        self.gradient_step, self.window = self.column("gradient_step"), self.column("window")

    def step(self, course: Course, look: Look) -> None:
        """Move the signal by the weighted errors."""
        spend = -look.error
        gradient = self._gradient(course, look)
        ahead = spend * gradient
        meets = -spend / np.where(gradient == 0, np.copysign(1e-9, -spend), gradient) / _HOUR
        ws = np.where(ahead > 0, 0.5, np.minimum(0.9, 0.2 * meets))
        spend_part = self.spend_step * np.minimum(np.maximum(spend / self.range, -1.0), 1.0)
        gradient_part = self.gradient_step * np.minimum(np.maximum(gradient, -1.0), 4.0)
        step = (ws * spend_part + (1.0 - ws) * gradient_part) * (look.passed / _HOUR)
        level = course.level[0] - np.minimum(np.maximum(step, -_MOST), 2 * _MOST)
        course.level = self.bounded(level)[None, :]

    def _gradient(self, course: Course, look: Look) -> Floats:
        """Relative error of the spend's gradient: 0 on target, -1 when nothing is spent."""
        passed = np.maximum(look.passed, 1e-12)
        now = look.view.last.cost / look.budget / passed - 1.0
        before = course.memory.get("gradient")
        keep = 1.0 if before is None else np.minimum(passed / self.window, 1.0)
        mean = now if before is None else before + keep * (now - before)
        course.memory["gradient"] = mean
        return mean
