"""What was really spent and earned in the periods already past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Actuals:
    """Past periods of a horizon, its first ones without a gap.

    Attributes
    ----------
    spend : ndarray
        Currency units, shape (campaigns, past periods), campaigns in the plan's order.
    conversions : ndarray
        Conversions counted in each period, same shape.
    """

    spend: Floats
    conversions: Floats

    def __post_init__(self) -> None:
        if self.spend.shape != self.conversions.shape or self.spend.ndim != 2:
            raise ValueError("spend and conversions must have the same shape (campaigns, periods)")

    @property
    def periods(self) -> int:
        """Number of past periods."""
        return int(self.spend.shape[1])
