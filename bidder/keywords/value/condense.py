"""Units that are nearly alike, taken together: so that a likelihood costs the same for any number of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Floats, Ints

EXACT = 8_192
"""So many units are taken one by one."""


@dataclass(frozen=True)
class Cells:
    """Units of a level with what their siblings tell, or means of units that are nearly alike.

    Attributes
    ----------
    count, total : ndarray of float64, shape (N,)
        Clicks and conversions, or conversions and revenue; counts are above 0.
    mean, doubt : ndarray of float64, shape (N,)
        Of the parent, without the unit: see :func:`bidder.keywords.value.hierarchy.from_the_others`.
    weight : ndarray of float64, shape (N,)
        Number of units.
    """

    count: Floats
    total: Floats
    mean: Floats
    doubt: Floats
    weight: Floats


def _steps(values: Floats, finest: float, most: int) -> tuple[Ints, int]:
    """Steps on a logarithmic scale that keeps small counts apart; the exponent grows with the range."""
    scaled = np.log2(finest + values)
    low, high = float(scaled.min()), float(scaled.max())
    per_octave = min(8.0, (most - 1) / (high - low)) if high > low else 0.0
    return ((scaled - low) * per_octave + 0.5).astype(np.int64), int((high - low) * per_octave + 0.5) + 1


def condensed(count: Floats, total: Floats, mean: Floats, doubt: Floats) -> Cells:
    """Group units by steps of an eighth of an octave or coarser in each of four numbers.

    Within a cell the four numbers are averaged, so that sums stay what they are. Up to :data:`EXACT`
    units stay single.
    """
    if len(count) <= EXACT:
        return Cells(count, total, mean, doubt, np.ones(len(count)))
    code, cells = np.zeros(len(count), dtype=np.int64), 1
    for values, finest, most in ((count, 0.25, 64), (total / mean.mean(), 1.0, 64), (mean, 0.0, 24),
                                 (doubt, 0.0, 8)):  # fmt: skip
        steps, number = _steps(values, finest, most)
        code = code * number + steps
        cells *= number
    weight = np.bincount(code, minlength=cells)
    there = np.flatnonzero(weight)
    many = weight[there].astype(np.float64)
    count, total, mean, doubt = (
        np.bincount(code, values, cells)[there] / many for values in (count, total, mean, doubt)
    )
    return Cells(count, total, mean, doubt, many)
