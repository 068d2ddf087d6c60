"""What the bids of a night are made for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """Target and budget of the day that the bids are for.

    Attributes
    ----------
    target : float
        Value wanted for a unit of spend: a ROAS, or 1 / CPA where values are counted in conversions.
    marginal : bool
        Whether the target is for the last unit of spend (a plan's marginal ROAS) and not for all of it.
    budget : float or None
        Currency units that the day may cost.
    traffic, price, conversion : float
        Indices of the day, relative to an ordinary one.
    day : int
        Ordinal of the day.
    holiday : bool
        Whether it counts as a Sunday.
    """

    target: float
    marginal: bool = False
    budget: float | None = None
    traffic: float = 1.0
    price: float = 1.0
    conversion: float = 1.0
    day: int = 1
    holiday: bool = False

    @property
    def weekday(self) -> int:
        """0 for Monday."""
        return 6 if self.holiday else (self.day - 1) % 7
