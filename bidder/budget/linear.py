"""One linear program as arrays, and the door every solver stands behind."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Status(StrEnum):
    """How a linear program ended."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    STOPPED = "stopped"
    """Time or iteration limit, or numerical trouble; no usable answer."""


class At(IntEnum):
    """Where a column or row stands in a simplex basis."""

    LOWER = 0
    BASIC = 1
    UPPER = 2
    FREE = 3


@dataclass(frozen=True)
class Basis:
    """A starting basis: values of :class:`At` for columns and rows."""

    columns: NDArray[np.int8]
    rows: NDArray[np.int8]


@dataclass(frozen=True)
class LinearProgram:
    """Minimise ``cost.z`` with ``column_low <= z <= column_high`` and ``row_low <= M z <= row_high``.

    M is stored by columns: the entries of column j are ``value[start[j]:start[j+1]]`` in rows
    ``index[start[j]:start[j+1]]``.
    """

    cost: Floats
    column_low: Floats
    column_high: Floats
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats
    row_low: Floats
    row_high: Floats

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.cost)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.row_low)


@dataclass(frozen=True)
class LinearSolution:
    """Answer of a solver.

    ``duals`` are those of the minimisation, whatever sign the solver itself uses: the derivative of
    the least cost with respect to a row's active side, so at most 0 where the upper side is active
    and at least 0 where the lower side is.
    """

    status: Status
    primal: Floats
    duals: Floats
    basis: Basis | None = None


class LinearSolver(Protocol):
    """A solver behind its door; keeps nothing between calls but its settings.

    ``newton`` says whether Newton's method on the dual may spare this solver its linear programs: not
    where the user asked for this very solver.
    """

    name: str
    newton: bool

    def solve(self, program: LinearProgram, basis: Basis | None = None) -> LinearSolution:
        """Solve one program; ``basis`` may be ignored."""
        ...
