"""Collects rows, bounds and limits while a plan is compiled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.compile.sums import Model, number
from bidder.budget.problem import Limits, Linear, Side, Unit
from bidder.errors import Path

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Tag:
    """What a group of limits is called: one name, date and scope per limit."""

    names: Sequence[str]
    whens: Sequence[str]
    scopes: Sequence[str]
    kind: str
    unit: Unit
    path: Path

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True)
class _Group:
    tag: Tag
    limit: Floats
    side: Side
    row: Integers
    cell: Integers
    row_side: int
    denominator: Linear


class Draft:
    """Rows and limits of a plan in the making.

    Attributes
    ----------
    low, high : float arrays, shape (n,)
        Tightest bounds of each cell's spend that the planner wrote.
    implied : float array, shape (n,)
        Upper bounds that follow from limits on sums.
    required : float
        Spend that minimums on sums ask for, currency units.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        size = model.grid.size
        self.low: Floats = np.zeros(size)
        self.high: Floats = np.full(size, np.inf)
        self.implied: Floats = np.full(size, np.inf)
        self.required = 0.0
        self.count = 0
        self._rows: list[Linear] = []
        self._low: list[Floats] = []
        self._high: list[Floats] = []
        self._groups: list[_Group] = []

    def rows(self, rows: Linear, low: Floats | float = -np.inf, high: Floats | float = np.inf) -> Integers:
        """Add ``low <= rows <= high``; the rows' constants go to the right-hand side.

        Returns
        -------
        ndarray
            Numbers of the new rows.
        """
        size = len(rows)
        self._low.append(np.broadcast_to(low, size) - rows.constant)
        self._high.append(np.broadcast_to(high, size) - rows.constant)
        self._rows.append(Linear(rows.spend, rows.effect, rows.extra, np.zeros(size)))
        numbers = np.arange(self.count, self.count + size)
        self.count += size
        return numbers

    def limit(
        self, tag: Tag, limit: Floats | float, side: Side, rows: Integers, row_side: Side,
        denominator: Linear | float = 1.0,
    ) -> None:
        """Note that ``limit`` stands on one side of each of ``rows``."""
        if not isinstance(denominator, Linear):
            denominator = number(self.model, len(tag), denominator)
        cells = np.full(len(tag), -1)
        values = np.broadcast_to(np.asarray(limit, dtype=np.float64), len(tag))
        self._groups.append(_Group(tag, values, side, rows, cells, int(row_side), denominator))

    def cell_limit(
        self, tag: Tag, limit: Floats | float, side: Side, cells: Integers, bound: float | None = None
    ) -> None:
        """Bound the spend of each of ``cells`` by ``limit`` (or by ``bound``, where it is not the same)."""
        values = np.broadcast_to(np.asarray(limit, dtype=np.float64), len(tag))
        bounds = values if bound is None else np.full(len(tag), bound)
        if side is Side.MAX:
            self.high[cells] = np.minimum(self.high[cells], bounds)
        else:
            self.low[cells] = np.maximum(self.low[cells], bounds)
        none = np.full(len(tag), -1)
        self._groups.append(_Group(tag, values, side, none, cells, 0, number(self.model, len(tag))))

    def imply(self, cells: Integers, most: Floats | float) -> None:
        """Note that a limit on a sum keeps each of ``cells`` at or below ``most``."""
        self.implied[cells] = np.minimum(self.implied[cells], most)

    def finished_rows(self) -> tuple[Linear, Floats, Floats]:
        """All rows, and their bounds."""
        if not self._rows:
            return number(self.model, 0), np.zeros(0), np.zeros(0)
        return _stack(self._rows), np.concatenate(self._low), np.concatenate(self._high)

    def finished_limits(self) -> Limits:
        """All limits, with names made unique."""
        groups = self._groups
        if not groups:
            none = np.zeros(0, dtype=np.int64)
            sides = np.zeros(0, dtype=np.int8)
            nothing = number(self.model, 0)
            return Limits((), (), (), (), (), np.zeros(0), sides, none, none, sides, (), nothing)
        return Limits(
            _unique_names(groups),
            tuple(w for g in groups for w in g.tag.whens),
            tuple(g.tag.kind for g in groups for _ in g.tag.names),
            tuple(s for g in groups for s in g.tag.scopes),
            tuple(g.tag.unit for g in groups for _ in g.tag.names),
            np.concatenate([g.limit for g in groups]),
            np.concatenate([np.full(len(g.tag), int(g.side), dtype=np.int8) for g in groups]),
            np.concatenate([g.row for g in groups]),
            np.concatenate([g.cell for g in groups]),
            np.concatenate([np.full(len(g.tag), g.row_side, dtype=np.int8) for g in groups]),
            tuple(g.tag.path for g in groups for _ in g.tag.names),
            _stack([g.denominator for g in groups]),
        )


def _stack(parts: Sequence[Linear]) -> Linear:
    spend, effect, extra = (
        sparse.csr_array(sparse.vstack([getattr(p, name) for p in parts], format="csr"))
        for name in ("spend", "effect", "extra")
    )
    for matrix in (spend, effect, extra):
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
    return Linear(spend, effect, extra, np.concatenate([p.constant for p in parts]))


def _unique_names(groups: Sequence[_Group]) -> tuple[str, ...]:
    """Names as given; where another place in the YAML uses the same one, with its number behind it."""
    users: dict[str, dict[Path, int]] = {}
    names = []
    for group in groups:
        for name in group.tag.names:
            places = users.setdefault(name, {})
            turn = places.setdefault(group.tag.path, len(places) + 1)
            names.append(name if turn == 1 else f"{name} #{turn}")
    return tuple(names)
