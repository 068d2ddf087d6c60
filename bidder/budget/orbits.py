"""Cells that can change places: the same curve, the same set, the same part in every row.

Twenty equal days make as many equal branches of every decision. If a cell of such a group is to be
high in some plan, it may as well be this one; so a branch is either "this one is high" or "none of
them is" (orbital branching; Ostrowski, Linderoth, Rossi and Smriglio 2011).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidder.budget.problem import Problem
from bidder.budget.region import Region
from bidder.budget.segments import merged_entries

Integers = NDArray[np.int64]


def orbits(problem: Problem) -> Integers:
    """A number for each cell, shape (n,), equal for cells that can change places."""
    cells, curves = problem.cells, problem.cells.curves
    traits = np.stack([
        curves.shape, curves.a, curves.b, curves.c, curves.scale_in, curves.scale_out, cells.low, cells.high,
        cells.form, cells.on_minimum, cells.lot, problem.spend_value, problem.effect_value,
    ], axis=1)
    cell, row, spend, effect = merged_entries(problem)
    first = np.searchsorted(cell, np.arange(len(cells) + 1))
    parts = np.stack([row.astype(np.float64), spend, effect], axis=1)
    seen: dict[bytes, int] = {}
    numbers = [
        seen.setdefault(traits[k].tobytes() + parts[first[k] : first[k + 1]].tobytes(), len(seen))
        for k in range(len(cells))
    ]
    return np.array(numbers, dtype=np.int64)


def alike(orbit: Integers, region: Region, cell: int) -> NDArray[np.bool_]:
    """Cells that can change places with ``cell`` inside a region, itself included, shape (n,)."""
    flags: NDArray[np.bool_] = (
        (orbit == orbit[cell]) & (region.low == region.low[cell]) & (region.high == region.high[cell])
    )
    return flags
