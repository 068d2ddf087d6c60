"""What is maximised, as coefficients of spend, effect and extra columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidder.budget.compile.grid import Grid
from bidder.budget.compile.sums import Model
from bidder.budget.spec_limits import Metric

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Value:
    """``spend.x + effect.y + extra.e + constant``; spend and effect per cell."""

    spend: Floats
    effect: Floats
    extra: Floats
    constant: float
    sense: int


def spend_cost(grid: Grid) -> float:
    """What a unit of spend takes off the objective, in the objective's unit."""
    spec = grid.spec
    if spec.objective.minimize is not None:
        return 1.0
    cost = 1.0 if spec.objective.maximize is Metric.PROFIT else 0.0
    if spec.budget.marginal_roas is not None:
        cost += spec.budget.marginal_roas
    if spec.budget.marginal_cpa is not None:
        cost += 1.0 / spec.budget.marginal_cpa
    return cost


def conversion_worth(grid: Grid) -> Floats:
    """What a conversion adds to the objective, shape (C,); 0 when spend is minimised."""
    metric = grid.spec.objective.maximize
    return np.zeros(grid.shape[0]) if metric is None else grid.worth(metric)


def counted_share(model: Model) -> Floats:
    """Share of each cell's effect that counts in totals, shape (n,)."""
    share: Floats = np.asarray(model.carried.arrival.sum(axis=0), dtype=np.float64)
    if not model.grid.spec.count_after_end:
        return share
    # Exactly everything, where the sum of the weights would leave the last digit to rounding.
    ahead = np.zeros(model.grid.shape)
    ahead[:, model.grid.past:] = 1.0
    return ahead.ravel()


def objective(model: Model, first_moved: int, moved: int) -> Value:
    """The objective without risk.

    Parameters
    ----------
    first_moved, moved : int
        First column of moved spend, and how many there are.
    """
    grid = model.grid
    worth = conversion_worth(grid)
    per_cell = np.repeat(worth, grid.shape[1])
    extra = -(per_cell @ model.lost)
    penalty = grid.spec.replan.penalty if grid.spec.replan else 0.0
    extra[first_moved : first_moved + moved] -= penalty
    constant = float(per_cell @ model.carried.arrival_constant)
    if grid.spec.count_after_end:
        constant += float(worth @ model.carried.after_constant)
    sense = -1 if grid.spec.objective.minimize is not None else 1
    return Value(
        np.full(grid.size, -spend_cost(grid)), per_cell * counted_share(model), extra, constant, sense
    )
