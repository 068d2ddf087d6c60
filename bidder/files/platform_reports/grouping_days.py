"""The account day by day."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa

from bidder.arrays import Floats, Ints
from bidder.files.platform_reports.grouping import product, scattered, total
from bidder.files.platform_reports.store_kept import KeptRows
from bidder.files.platform_reports.store_listing import POSITIONS
from bidder.files.platform_reports.store_rows import COUNTS, PARTS, table_of
from bidder.keywords.data import AccountDays
from bidder.keywords.spec_reports import ReportKind
from bidder.money import MICROS

_BITS = 40
"""Values of a click are taken to so many binary digits below the largest one."""
_WEIGHT_UNIT, _LOG_UNIT = 2**30, 2**20
"""Weights and logarithms of bids are taken in whole units of one part of these, so that sums are exact."""


def account_days(kept: KeptRows) -> AccountDays:
    """Every day of the window, from keyword reports or, where there are none, from hour reports."""
    kept.listing()
    kind = next((k for k in (ReportKind.KEYWORDS, ReportKind.HOURS) if kept.has(k)), ReportKind.SEGMENTS)
    sums = ", ".join(f"{total(name)} AS {name}" for name in COUNTS)
    found = kept.database.columns(f"SELECT day, {sums} FROM {table_of(kind)} GROUP BY day")
    day = found.pop("day")
    counts = {name: scattered(values, day, kept.days) for name, values in found.items()}
    conversions = counts.pop("conversions") / PARTS
    return AccountDays(
        day=np.arange(kept.first, kept.last + 1, dtype=np.int64),
        present=scattered(np.ones(len(day), dtype=np.bool_), day, kept.days), **counts,
        conversions=conversions, bid_level=np.full(kept.days, np.nan), value_clicks=np.zeros(kept.days),
    )


def valued_days(kept: KeptRows, days: AccountDays, value: Floats, clicks: Ints) -> AccountDays:
    """The days with ``value_clicks`` and ``bid_level``; see :meth:`ReportStore.with_values`."""
    scale = 2.0 ** (_BITS - math.frexp(float(value.max(initial=0.0)))[1])
    units = np.rint(value * scale).astype(np.int64)
    weight = clicks * value
    shares = weight / max(float(weight.max(initial=0.0)), 1e-300)
    with np.errstate(divide="ignore"):
        logs = np.where(value > 0, np.log(np.where(value > 0, value, 1.0) * MICROS), 0.0)
    worth = product(kept, "clicks", "value", 2**_BITS)
    told = "max_cpc > 0 AND weight > 0"
    level = f"weight * (round(ln(max_cpc) * {_LOG_UNIT})::BIGINT - log_value)"
    found = kept.database.columns(
        f"SELECT day, sum({worth})::DOUBLE AS worth, "
        f"coalesce(sum(weight) FILTER (WHERE {told}), 0)::DOUBLE AS weights, "
        f"coalesce(sum({level}) FILTER (WHERE {told}), 0)::DOUBLE AS levels "
        f"FROM {table_of(ReportKind.KEYWORDS)} JOIN {POSITIONS} USING (entry) "
        "JOIN click_values USING (position) GROUP BY day",
        click_values=pa.table({
            "position": np.arange(len(units), dtype=np.int32), "value": units,
            "weight": np.rint(shares * _WEIGHT_UNIT).astype(np.int64),
            "log_value": np.rint(logs * _LOG_UNIT).astype(np.int64),
        }),
    )
    known = found["weights"] > 0
    levels = np.exp(found["levels"] / np.where(known, found["weights"], 1.0) / _LOG_UNIT)
    return replace(
        days, value_clicks=scattered(found["worth"] / scale, found["day"], kept.days),
        bid_level=scattered(np.where(known, levels, np.nan), found["day"], kept.days, np.nan),
    )
