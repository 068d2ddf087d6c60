"""Rows that sum spend or results over scopes and periods: the words every limit is written in.

Row ``scope * periods + period`` when each period has its own row, else row ``scope``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.compile.carryover import Carried
from bidder.budget.compile.grid import Grid
from bidder.budget.problem import Linear

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Span:
    """Which periods a limit is about.

    Attributes
    ----------
    periods : int array
    each : bool
        Whether every period has a row of its own.
    after : bool
        Whether effect that arrives after the horizon counts.
    """

    periods: Integers
    each: bool = False
    after: bool = False

    @property
    def rows(self) -> int:
        """Rows per scope."""
        return len(self.periods) if self.each else 1


@dataclass(frozen=True)
class Model:
    """What rows are made from: cells, arrival of effects, and the columns of lost sales.

    ``lost`` has shape (n, extras): which extra column is lost from each cell's arrivals.
    """

    grid: Grid
    carried: Carried
    lost: sparse.csr_array

    @property
    def extras(self) -> int:
        """Number of extra columns."""
        return int(self.lost.shape[1])


def cell_sums(grid: Grid, members: Sequence[Integers], span: Span, weights: Floats) -> sparse.csr_array:
    """Weighted sums over cells, one scope per element of ``members``.

    Parameters
    ----------
    members : sequence of int arrays
        Campaign numbers of each scope.
    weights : float array, shape (C, T) or broadcastable to it

    Returns
    -------
    csr array, shape (scopes * rows of the span, n)
    """
    count, periods = grid.shape
    campaign = np.concatenate(members)
    scope = np.repeat(np.arange(len(members)), [len(m) for m in members])
    inner = np.arange(len(span.periods)) if span.each else np.zeros(len(span.periods), dtype=np.int64)
    rows = scope[:, None] * span.rows + inner
    columns = campaign[:, None] * periods + span.periods
    data = np.broadcast_to(weights, (count, periods))[campaign[:, None], span.periods]
    keep = data.ravel() != 0
    where = (rows.ravel()[keep], columns.ravel()[keep])
    return sparse.csr_array((data.ravel()[keep], where), shape=(len(members) * span.rows, grid.size))


def spend_of(model: Model, members: Sequence[Integers], span: Span, weights: Floats | float = 1.0) -> Linear:
    """Spend of scopes, currency units (times ``weights`` per campaign and period)."""
    spend = cell_sums(model.grid, members, span, np.asarray(weights, dtype=np.float64))
    rows = spend.shape[0]
    return Linear(
        spend, sparse.csr_array(spend.shape), sparse.csr_array((rows, model.extras)), np.zeros(rows)
    )


def results_of(model: Model, members: Sequence[Integers], span: Span, worth: Floats) -> Linear:
    """Conversions of scopes, as they arrive and net of lost sales, each worth ``worth[campaign]``."""
    grid, carried = model.grid, model.carried
    delivered = cell_sums(grid, members, span, worth[:, None])
    effect = delivered @ carried.arrival
    constant = delivered @ carried.arrival_constant
    if span.after:
        assert not span.each
        late = worth[:, None] * carried.after_end.reshape(grid.shape)
        effect = effect + cell_sums(grid, members, Span(grid.ahead), late)
        constant = constant + np.array([worth[m] @ carried.after_constant[m] for m in members])
    return Linear(
        sparse.csr_array(delivered.shape), sparse.csr_array(effect), -(delivered @ model.lost), constant
    )


def combine(*terms: tuple[float, Linear]) -> Linear:
    """Sum of rows, each multiplied by a number."""
    (factor, rows), *more = terms
    spend, effect, extra = rows.spend * factor, rows.effect * factor, rows.extra * factor
    constant: Floats = rows.constant * factor
    for factor, rows in more:
        spend, effect = spend + rows.spend * factor, effect + rows.effect * factor
        extra, constant = extra + rows.extra * factor, constant + rows.constant * factor
    return Linear(
        sparse.csr_array(spend), sparse.csr_array(effect), sparse.csr_array(extra), constant
    )


def number(model: Model, rows: int, value: float = 1.0) -> Linear:
    """Rows that are a constant."""
    size = model.grid.size
    return Linear(
        sparse.csr_array((rows, size)), sparse.csr_array((rows, size)),
        sparse.csr_array((rows, model.extras)), np.full(rows, value),
    )
