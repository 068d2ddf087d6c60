"""Re-planning: limits and a penalty on the change from an earlier plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.compile.draft import Draft, Tag
from bidder.budget.compile.grid import Grid
from bidder.budget.problem import Linear, Side, Unit
from bidder.errors import Path
from bidder.quantities import HUGE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def moving_cells(grid: Grid, old_spend: Floats | None) -> Integers:
    """Cells whose change is paid for: those to plan, when there is a penalty."""
    replan = grid.spec.replan
    if old_spend is None or replan is None or replan.penalty <= 0:
        return np.zeros(0, dtype=np.int64)
    return (grid.everyone[:, None] * grid.shape[1] + grid.ahead).ravel()


def change_limits(draft: Draft, old_spend: Floats | None) -> None:
    """Bound each cell to come by the old spend plus and minus the most change."""
    grid = draft.model.grid
    replan = grid.spec.replan
    if old_spend is None or replan is None:
        return
    for campaign in range(grid.shape[0]):
        old = old_spend[campaign, grid.ahead]
        if replan.max_change is not None:
            _around(draft, campaign, old, np.full_like(old, replan.max_change), "change", "max_change")
        if replan.max_change_percent is not None:
            step = old * (replan.max_change_percent / 100.0)
            _around(draft, campaign, old, step, "percent change", "max_change_percent")


def _around(draft: Draft, campaign: int, old: Floats, step: Floats, words: str, key: str) -> None:
    grid = draft.model.grid
    path: Path = ("replan", key)

    def tag(side: str, periods: Integers) -> Tag:
        name, count = grid.names[campaign], len(periods)
        names = [f"{name} {words} {side}"] * count
        whens = [grid.whens[t] for t in periods]
        return Tag(names, whens, [f"campaign {name}"] * count, "replan", Unit.MONEY, path)

    most, least = np.minimum(old + step, HUGE), old - step
    if len(old):
        cells = grid.cells_of(campaign, grid.ahead)
        draft.cell_limit(tag("up", grid.ahead), most, Side.MAX, cells)
    some = least > 0
    if np.any(some):
        cells = grid.cells_of(campaign, grid.ahead[some])
        draft.cell_limit(tag("down", grid.ahead[some]), least[some], Side.MIN, cells)


def change_rows(draft: Draft, cells: Integers, first: int, old_spend: Floats | None) -> None:
    """Rows that make each moved column at least the change, up or down.

    Parameters
    ----------
    first : int
        Number of the first moved column.
    """
    if not len(cells):
        return
    assert old_spend is not None
    model, count = draft.model, len(cells)
    old = old_spend.ravel()[cells]
    rows = np.arange(count)
    pick = sparse.csr_array((np.ones(count), (rows, cells)), shape=(count, model.grid.size))
    moved = sparse.csr_array((np.ones(count), (rows, first + rows)), shape=(count, model.extras))
    nothing = sparse.csr_array(pick.shape)
    draft.rows(Linear(-pick, nothing, moved, old), low=0.0)
    draft.rows(Linear(pick, nothing, moved, -old), low=0.0)
