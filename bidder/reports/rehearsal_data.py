"""What a rehearsal came to: nights played on a market whose truth is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bidder.worlds.played_day import Expected

BAND = 0.05
"""How far from the target ROAS may lie, as a share."""
TURN = 0.02
"""A move of the multiplier that counts, as a share."""


@dataclass(frozen=True)
class PlayedNight:
    """One night and the day that its bids were for; money in currency units.

    Attributes
    ----------
    day : date
    phase : str
        Of a promotion; "" on ordinary days.
    alpha, in_force : float
        Multiplier chosen, and that of the bids before.
    bound_by : str
        What held the multiplier.
    budget : float or None
    changed : int
        Bids changed.
    stopped : bool
        Whether an account-wide check stopped the night, so that all stayed as it was.
    forecast : float
        Spend that the job expected of the day.
    loop, fixed, oracle : Expected
        True expectations of the day: with the job's bids, with the bids of the beginning, and with the bids
        of somebody who knows every conversion rate and the day's market.
    fixed_alike : Expected
        With the bids of the beginning times the factor that suits target and budget.
    oracle_alpha : float
        The oracle's multiplier.
    measured_spend, measured_revenue : float
        What the day's clicks did cost and bring, once all is reported.
    """

    day: date
    phase: str
    alpha: float
    in_force: float
    bound_by: str
    budget: float | None
    changed: int
    stopped: bool
    forecast: float
    loop: Expected
    fixed: Expected
    fixed_alike: Expected
    oracle: Expected
    oracle_alpha: float
    measured_spend: float
    measured_revenue: float

    @property
    def measured_roas(self) -> float:
        """Noise of single orders included; 0 without spend."""
        return self.measured_revenue / self.measured_spend if self.measured_spend > 0 else 0.0

    @property
    def over_budget(self) -> float:
        """Share by which the expected spend is above the budget; at most 0 when it is kept."""
        return self.loop.spend / self.budget - 1 if self.budget else -1.0


@dataclass(frozen=True)
class Rehearsal:
    """Nights in a row; ``target`` is the ROAS to reach, ``history`` the days before the first night."""

    name: str
    world: str
    seed: int
    currency: str
    target: float
    keywords: int
    history: int
    nights: tuple[PlayedNight, ...]

    def off(self, night: PlayedNight) -> float:
        """How far a night's true ROAS is from the target, as a share."""
        return night.loop.roas / self.target - 1

    def on_target(self, night: PlayedNight) -> bool:
        """Within the band; or above it because the budget left no room for more spend."""
        off = self.off(night)
        return abs(off) <= BAND or (off > 0 and night.bound_by == "budget")

    @property
    def settled(self) -> int | None:
        """Number of the night, from 1, from which on every ordinary day is on target; None: never."""
        missed = [k for k, n in enumerate(self.nights) if not n.phase and not self.on_target(n)]
        first = missed[-1] + 2 if missed else 1
        return first if first <= len(self.nights) else None

    def revenue(self, side: str) -> float:
        """Total of ``loop``, ``fixed``, ``fixed_alike`` or ``oracle``."""
        return float(sum(getattr(n, side).revenue for n in self.nights))

    def spend(self, side: str) -> float:
        """The same, of spend."""
        return float(sum(getattr(n, side).spend for n in self.nights))

    @property
    def turns(self) -> int:
        """How often the multiplier turned back by more than :data:`TURN`, ordinary days only."""
        return turns([n.alpha for n in self.nights if not n.phase])


def turns(alphas: Sequence[float]) -> int:
    """How often a course turns back by more than :data:`TURN` from its last high or low.

    >>> turns([1.0, 1.2, 1.3, 1.3]), turns([1.0, 1.3, 1.0, 1.3])
    (0, 2)
    """
    logs = [math.log(a) for a in alphas]
    count, direction, edge = 0, 0, logs[0] if logs else 0.0
    for now in logs:
        move = now - edge
        if direction * move > 0 or (direction == 0 and abs(move) > math.log1p(TURN)):
            direction, edge = (1 if move > 0 else -1), now
        elif abs(move) > math.log1p(TURN):
            count, direction, edge = count + 1, -direction, now
    return count
