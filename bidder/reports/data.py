"""What a report is given besides a plan: a frontier and a comparison of scenarios."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FrontierData:
    """Best plans over a range of budgets.

    Attributes
    ----------
    budgets : float array, shape (p,)
        Rising, currency units.
    objective : float array, shape (p,)
        Best value of the plan's objective at each budget, in its own unit.
    roas : float array, shape (p,)
        Revenue / spend of each of these plans.
    marginal_roas : float array, shape (p,)
        Worth of the budget's next unit (nan where unknown).
    plan : int or None
        Which point is the plan being reported.
    """

    budgets: Floats
    objective: Floats
    roas: Floats
    marginal_roas: Floats
    plan: int | None = None


@dataclass(frozen=True)
class ScenarioRow:
    """One line of the scenario comparison: spend in currency units, objective in its own unit."""

    name: str
    spend: float
    objective: float
    roas: float
    note: str = ""
