"""Lost sales: demand beyond the stock is lost, not forbidden.

Every campaign and period that a stock limit covers has an extra column for the conversions it
loses, shared by all limits that cover it. Which campaign loses is for the optimiser to choose,
cheapest first, so that a plan's results are the best case. Commission campaigns are paid per sale
and cannot lose one: their sales fill the stock like any others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.compile.draft import Draft
from bidder.budget.compile.grid import Grid
from bidder.budget.compile.scopes import span_of, targets
from bidder.budget.compile.sums import Model
from bidder.budget.problem import Linear
from bidder.budget.spec_limits import StockLimit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def losing_cells(grid: Grid) -> Integers:
    """Cells that have a column of lost sales, in order."""
    covered = np.zeros(grid.shape, dtype=np.bool_)
    for limit in grid.spec.constraints:
        span = span_of(grid, limit) if isinstance(limit, StockLimit) else None
        if span is None:
            continue
        for target in targets(grid, limit.scope):
            covered[np.ix_(target.members, span.periods)] = True
    covered[:, : grid.past] = False
    covered[grid.commission > 0] = False
    return np.flatnonzero(covered.ravel())


def lost_columns(cells: Integers, size: int, extras: int) -> sparse.csr_array:
    """Which column is lost from which cell, shape (n, extras): the first columns, in order."""
    where = (cells, np.arange(len(cells)))
    return sparse.csr_array((np.ones(len(cells)), where), shape=(size, extras))


def lose_no_more_than_delivered(draft: Draft, cells: Integers) -> None:
    """Rows ``delivered - lost >= 0``."""
    if not len(cells):
        return
    model = draft.model
    delivered, constant = model.carried.arrival[cells], model.carried.arrival_constant[cells]
    nothing = sparse.csr_array(delivered.shape)
    draft.rows(Linear(nothing, sparse.csr_array(delivered), -model.lost[cells], constant), low=0.0)


def most_lost(model: Model, cells: Integers, most_effect: Floats) -> Floats:
    """Upper bound of each column: everything that can arrive."""
    carried = model.carried
    most: Floats = (carried.arrival @ most_effect + carried.arrival_constant)[cells]
    return most
