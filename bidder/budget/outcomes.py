"""What a plan brings in each draw of the uncertain effects."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidder.budget.accounts import Accounts
from bidder.budget.compile.grid import build_grid
from bidder.budget.compile.objective import conversion_worth, spend_cost
from bidder.budget.compile.risk import by_cell
from bidder.budget.spec import PlanSpec

Floats = NDArray[np.float64]


def outcome_draws(spec: PlanSpec, accounts: Accounts, x: Floats, y: Floats, e: Floats) -> Floats | None:
    """The objective's outcome (revenue, profit, ...) in each draw, shape (draws,).

    Effects are multiplied by each draw's factors; what happened before the horizon and what stock
    turns away is the same in all. Commission is paid on the sales that come. None without a ``risk``
    section, and when the plan minimises spend.
    """
    if accounts.scenarios is None or spec.objective.maximize is None:
        return None
    grid = build_grid(spec, None)
    worth, cost = conversion_worth(grid), spend_cost(grid)
    per_cell = np.repeat(worth, grid.shape[1])
    counted = np.asarray(accounts.arrival.sum(axis=0), dtype=np.float64)
    certain = float(per_cell @ (accounts.arrival_constant - accounts.lost @ e)) - cost * float(x.sum())
    if accounts.count_after_end:
        counted = counted + accounts.after_end
        certain += float(worth @ accounts.after_constant)
    spread = by_cell(accounts.scenarios.factors, grid)
    commission = x * np.repeat(grid.commission > 0, grid.shape[1])
    draws: Floats = certain + spread @ (per_cell * counted * y) - cost * ((spread - 1.0) @ commission)
    return draws
