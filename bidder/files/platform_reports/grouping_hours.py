"""Campaigns by hour of the week, by device and by audience."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Literal

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.files.platform_reports.grouping import day_table, scattered, total, unweighted, weighted
from bidder.files.platform_reports.store_kept import KeptRows
from bidder.files.platform_reports.store_listing import POSITIONS
from bidder.files.platform_reports.store_rows import PARTS, table_of
from bidder.keywords.data import HOURS_OF_WEEK, DayWeights, HourTable, SegmentTable
from bidder.keywords.spec_reports import ReportKind
from bidder.money import MICROS

WEEK = 7
"""Fewest days that tell which hours are usual."""
_SUMS = ("clicks", "matured_clicks", "weighted_conversions", "weighted_cost", "weighted_revenue")
_TOLD = {"hour": "hour >= 0", "device": "device > 0", "audience": "audience > 0"}
_BEST = {
    "hour": (ReportKind.HOURS, ReportKind.SEGMENTS, ReportKind.KEYWORDS),
    "device": (ReportKind.SEGMENTS, ReportKind.HOURS, ReportKind.KEYWORDS),
    "audience": (ReportKind.SEGMENTS, ReportKind.HOURS, ReportKind.KEYWORDS),
}
"""Which kind of report counts for a campaign on a day, the best one first."""


def hour_table(kept: KeptRows, weights: DayWeights, holidays: Collection[date]) -> HourTable | None:
    """Sums by campaign and hour of the week; None where no report tells hours."""
    rows = _rows(kept, "hour")
    if rows is None:
        return None
    days = day_table(kept, weights, holidays)
    found = _grouped(kept, rows, "slot + hour", days)
    if not len(found["campaign"]):
        return None
    campaigns, row = _used(kept, found["campaign"])
    tables = _tables(found, row, found["part"], (len(campaigns), HOURS_OF_WEEK))
    last = kept.database.columns(
        f"SELECT DISTINCT hour FROM ({rows}) WHERE day = {kept.days - 1} ORDER BY hour"
    )
    return HourTable(
        campaigns, tables["matured_clicks"], tables["weighted_conversions"], tables["weighted_cost"],
        tables["weighted_revenue"], tables["clicks"], last["hour"].astype(np.int64),
        _usual_hours(kept, rows),
    )


def _usual_hours(kept: KeptRows, rows: str) -> Floats | None:
    """Share of the days before the last one that have a row of each hour, shape (24,)."""
    found = kept.database.columns(
        f"SELECT hour, count(DISTINCT day) AS days FROM ({rows}) WHERE day < {kept.days - 1} GROUP BY hour"
    )
    days = kept.database.columns(
        f"SELECT count(DISTINCT day) AS days FROM ({rows}) WHERE day < {kept.days - 1}"
    )["days"]
    if days[0] < WEEK:
        return None
    usual = np.zeros(24)
    usual[found["hour"].astype(np.int64)] = found["days"] / days[0]
    return usual


def segment_table(
    kept: KeptRows, kind: Literal["device", "audience"], weights: DayWeights
) -> SegmentTable | None:
    """Sums by campaign and device or audience; None where no report tells them apart."""
    rows = _rows(kept, kind)
    if rows is None:
        return None
    found = _grouped(kept, rows, kind, day_table(kept, weights))
    if not len(found["campaign"]):
        return None
    texts = kept.codes[kind].texts
    codes = sorted(np.unique(found["part"]).tolist(), key=texts.__getitem__)
    place = scattered(np.arange(len(codes)), np.array(codes), len(texts))
    campaigns, row = _used(kept, found["campaign"])
    tables = _tables(found, row, place[found["part"]], (len(campaigns), len(codes)))
    return SegmentTable(
        kind, campaigns, tuple(texts[code] for code in codes), tables["matured_clicks"],
        tables["weighted_conversions"], tables["weighted_revenue"], tables["clicks"],
    )


def _rows(kept: KeptRows, part: str) -> str | None:
    """Query for the rows that tell a part; for each campaign and day from the best kind of report alone."""
    kept.listing()
    kinds = [kind for kind in _BEST[part] if kept.has(kind, part)]
    if not kinds:
        return None
    return " UNION ALL ".join(_rows_of(kind, part, kinds[:rank]) for rank, kind in enumerate(kinds))


def _rows_of(kind: ReportKind, part: str, better: list[ReportKind]) -> str:
    names = f"{table_of(kind)}.day, campaign, {part}, clicks, cost, revenue, conversions"
    said = "".join(
        f" ANTI JOIN (SELECT DISTINCT day, campaign FROM {table_of(other)} JOIN {POSITIONS} USING (entry) "
        f"WHERE {_TOLD[part]}) AS {other.value}_told USING (day, campaign)"
        for other in better
    )
    return f"SELECT {names} FROM {table_of(kind)} JOIN {POSITIONS} USING (entry){said} WHERE {_TOLD[part]}"


def _grouped(kept: KeptRows, rows: str, part: str, days: Any) -> dict[str, Any]:
    """Sums by campaign and part."""
    sums = ", ".join(
        f"{total(name) if name == 'clicks' else weighted(kept, name)} AS sum_{name}" for name in _SUMS
    )
    return kept.database.columns(
        f"SELECT campaign, ({part})::INTEGER AS part, {sums} FROM ({rows}) JOIN days USING (day) "
        "GROUP BY campaign, part", days=days,
    )


def _used(kept: KeptRows, campaign: Ints) -> tuple[tuple[str, ...], Ints]:
    """Names of the campaigns that occur, and for each row the place of its campaign among them."""
    ranks, row = np.unique(campaign, return_inverse=True)
    return tuple(kept.listing().campaigns[k] for k in ranks), row


def _tables(found: dict[str, Any], row: Ints, column: Ints, shape: tuple[int, int]) -> dict[str, Any]:
    """Each sum as a table of campaigns by parts, in its own unit."""
    where = row * shape[1] + column
    units = {"matured_clicks": 1, "weighted_conversions": PARTS, "weighted_cost": MICROS,
             "weighted_revenue": MICROS}
    tables = {"clicks": scattered(found["sum_clicks"], where, shape[0] * shape[1]).reshape(shape)}
    for name, unit in units.items():
        sums = scattered(found[f"sum_{name}"], where, shape[0] * shape[1])
        tables[name] = unweighted(sums, unit).reshape(shape)
    return tables
