"""Sums of whole numbers with weights, exact whatever the order and the number of threads."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa

from bidder.arrays import Floats, Ints
from bidder.files.platform_reports.store_kept import KeptRows
from bidder.keywords.data import RECENT_DAYS, DayWeights

UNITS = 2**20
"""Weights of days are counted in whole units of ``1 / UNITS``."""
WEIGHTED_COLUMNS = {
    "weighted_clicks": ("clicks", "weight"),
    "matured_clicks": ("clicks", "matured"),
    "weighted_conversions": ("conversions", "weight"),
    "weighted_cost": ("cost", "weight"),
    "weighted_revenue": ("revenue", "weight"),
}
"""Our name of a weighted sum: what is summed, and with which of the weights."""
_SAFE = 2**62


def day_table(kept: KeptRows, weights: DayWeights, holidays: Collection[date] = ()) -> Any:
    """Every day of the window with its weights in units, as an Arrow table.

    Columns are ``day`` (from the first of the window), ``weight``, ``matured`` (weight x maturity) and
    ``slot`` (hour of the week at which it begins; holidays are Sundays). Days without a weight have 0.
    """
    weight, matured = np.zeros(kept.days, dtype=np.int64), np.zeros(kept.days, dtype=np.int64)
    place = weights.day - kept.first
    inside = (place >= 0) & (place < kept.days)
    weight[place[inside]] = np.rint(weights.weight * UNITS)[inside]
    matured[place[inside]] = np.rint(weights.weight * weights.maturity * UNITS)[inside]
    ordinals = np.arange(kept.first, kept.last + 1)
    named = np.isin(ordinals, [day.toordinal() for day in holidays])
    slot = np.where(named, 6, (ordinals + 6) % 7).astype(np.int32) * 24
    days = np.arange(kept.days, dtype=np.int32)
    return pa.table({"day": days, "weight": weight, "matured": matured, "slot": slot})


def product(kept: KeptRows, column: str, factor: str, largest: int) -> str:
    """SQL of a column times a whole-number factor that is at most ``largest``.

    Products of 64 bits where they fit, as those of 128 bits take longer.
    """
    wide = kept.seen.most.get(column, 0) * largest >= _SAFE
    return f"{column}::HUGEINT * {factor}" if wide else f"{column} * {factor}"


def recent_bid(kept: KeptRows) -> str:
    """SQL of whether a row tells a recent bid."""
    return f"day >= {kept.days - RECENT_DAYS} AND max_cpc > 0"


def total(column: str) -> str:
    """SQL of the sum of a column of whole numbers."""
    return f"sum({column})::BIGINT"


def weighted(kept: KeptRows, name: str) -> str:
    """SQL of a weighted sum (see :data:`WEIGHTED_COLUMNS`) over rows joined with :func:`day_table`."""
    column, weight = WEIGHTED_COLUMNS[name]
    return f"sum({product(kept, column, weight, UNITS)})::DOUBLE"


def scattered(values: Any, where: Ints, size: int | tuple[int, ...], absent: float = 0) -> Any:
    """An array of a size that has the values at places, and ``absent`` elsewhere."""
    array = np.full(size, absent, dtype=values.dtype)
    array[where] = values
    return array


def unweighted(values: Floats, per_unit: int) -> Floats:
    """A weighted sum in its own unit: currency units for micros, conversions for millionths."""
    result: Floats = values / (UNITS * per_unit)
    return result
