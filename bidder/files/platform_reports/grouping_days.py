"""The account day by day."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pyarrow as pa

from bidder.arrays import Floats
from bidder.files.platform_reports.grouping import product, scattered, total
from bidder.files.platform_reports.store_kept import KeptRows
from bidder.files.platform_reports.store_listing import POSITIONS
from bidder.files.platform_reports.store_rows import COUNTS, PARTS, table_of
from bidder.keywords.data import AccountDays
from bidder.keywords.spec_reports import ReportKind
from bidder.money import MICROS

_BITS = 40
"""Values of a click are taken to so many binary digits below the largest one."""


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
        conversions=conversions, bid_clicks=np.full(kept.days, np.nan), value_clicks=np.zeros(kept.days),
    )


def valued_days(kept: KeptRows, days: AccountDays, value: Floats) -> AccountDays:
    """The days with ``value_clicks`` and ``bid_clicks``.

    Clicks of which no bid is told (the platform bids for them) count as if bid for like the others of
    the day: the sum of clicks x bid is scaled up by the estimated value of all clicks over that of clicks
    with a bid.
    """
    scale = 2.0 ** (_BITS - math.frexp(float(value.max(initial=0.0)))[1])
    units = np.rint(value * scale).astype(np.int64)
    worth = product(kept, "clicks", "value", 2**_BITS)
    spent = product(kept, "clicks", "max_cpc", kept.seen.most.get("max_cpc", 0))
    found = kept.database.columns(
        f"SELECT day, sum({worth})::DOUBLE AS worth, "
        f"coalesce(sum({worth}) FILTER (WHERE max_cpc IS NOT NULL), 0)::DOUBLE AS told_worth, "
        f"coalesce(sum({spent}), 0)::DOUBLE AS bids, count(max_cpc) AS told, "
        "coalesce(sum(clicks) FILTER (WHERE max_cpc IS NULL), 0)::DOUBLE AS untold_clicks "
        f"FROM {table_of(ReportKind.KEYWORDS)} JOIN {POSITIONS} USING (entry) JOIN click_values "
        "USING (position) GROUP BY day",
        click_values=pa.table({"position": np.arange(len(units), dtype=np.int32), "value": units}),
    )
    bids = np.where(found["told"] > 0, found["bids"] / MICROS, np.nan)
    some = found["untold_clicks"] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = bids * found["worth"] / found["told_worth"]
    bids = np.where(some, np.where(found["told_worth"] > 0, scaled, np.nan), bids)
    return replace(
        days, value_clicks=scattered(found["worth"] / scale, found["day"], kept.days),
        bid_clicks=scattered(bids, found["day"], kept.days, np.nan),
    )
