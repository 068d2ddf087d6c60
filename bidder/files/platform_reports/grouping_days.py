"""The account day by day."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from bidder.arrays import Floats, Ints
from bidder.files.platform_reports.grouping import product, recent_bid, scattered, total
from bidder.files.platform_reports.store_kept import KeptRows
from bidder.files.platform_reports.store_listing import POSITIONS
from bidder.files.platform_reports.store_rows import COUNTS, PARTS, table_of
from bidder.keywords.data import AccountDays, BidMoves, KeywordTable
from bidder.keywords.spec_reports import ReportKind
from bidder.money import MICROS

_BITS = 40
"""Values of a click are taken to so many binary digits below the largest one."""
_WEIGHT_UNIT, _LOG_UNIT = 2**30, 2**20
"""Weights and logarithms of bids are taken in whole units of one part of these, so that sums are exact."""
MOVE_WIDTH = 0.02
"""Width of the cells that moves of bids are told in."""
_FAR, _NO_CELL = 150, 1000
"""Most widths that a move is told of, and the number of those rows that tell none."""


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


def valued_days(kept: KeptRows, days: AccountDays, table: KeywordTable, value: Floats) -> AccountDays:
    """The days with ``value_clicks``, ``bid_level`` and ``moves``; see :meth:`ReportStore.with_values`."""
    scale = 2.0 ** (_BITS - math.frexp(float(value.max(initial=0.0)))[1])
    log_bid = f"round(ln(greatest(max_cpc, 1)) * {_LOG_UNIT})::BIGINT"
    told = "FILTER (WHERE max_cpc > 0 AND weight > 0)"
    move = f"({log_bid} - log_usual) / {_LOG_UNIT * MOVE_WIDTH}"
    columns = {
        "worth": f"sum({product(kept, 'clicks', 'value', 2**_BITS)})", "clicks": "sum(clicks)",
        "cost": "sum(cost)", "usual": "sum(usual_cost)", "weights": f"coalesce(sum(weight) {told}, 0)",
        "levels": f"coalesce(sum(weight * ({log_bid} - log_value)) {told}, 0)",
    }
    named = ", ".join(f"{sql}::DOUBLE AS {name}" for name, sql in columns.items())
    near = f"greatest(least(round({move}), {_FAR}), -{_FAR})"
    cell = f"CASE WHEN {recent_bid(kept)} AND usual_cost > 0 THEN {near} ELSE {_NO_CELL} END"
    found = kept.database.columns(
        f"SELECT day, ({cell})::INTEGER AS cell, {named} "
        f"FROM {table_of(ReportKind.KEYWORDS)} JOIN {POSITIONS} USING (entry) "
        "JOIN click_values USING (position) GROUP BY day, cell ORDER BY day, cell",
        click_values=_click_values(table, value, scale),
    )
    worth, weights, levels = (
        np.bincount(found["day"], found[name], kept.days) for name in ("worth", "weights", "levels")
    )
    known = weights > 0
    level = np.exp(levels / np.where(known, weights, 1.0) / _LOG_UNIT)
    return replace(
        days, value_clicks=worth / scale, bid_level=np.where(known, level, np.nan), moves=_moves(kept, found)
    )


def _click_values(table: KeywordTable, value: Floats, scale: float) -> Any:
    """What the days' sums need of each keyword, in whole units."""
    weight = table.clicks * value
    shares = weight / max(float(weight.max(initial=0.0)), 1e-300)
    usual, cost = np.zeros(len(value)), np.zeros(len(value))
    if table.recent is not None:
        usual, cost = np.nan_to_num(table.recent.bid), table.recent.cost / np.maximum(table.recent.rows, 1)
    return pa.table({
        "position": np.arange(len(value), dtype=np.int32), "value": np.rint(value * scale).astype(np.int64),
        "weight": np.rint(shares * _WEIGHT_UNIT).astype(np.int64), "log_value": _logs(value * MICROS),
        "log_usual": _logs(usual), "usual_cost": np.rint(cost).astype(np.int64),
    })


def _logs(amounts: Floats) -> Ints:
    """Logarithms in units; 0 for amounts that have none."""
    logs: Ints = np.rint(np.log(np.where(amounts > 0, amounts, 1.0)) * _LOG_UNIT).astype(np.int64)
    return logs


def _moves(kept: KeptRows, found: dict[str, Any]) -> BidMoves:
    """The cells whose keywords tell bids and have cost."""
    told = found["cell"] != _NO_CELL
    day, clicks, cost = (found[name][told].astype(np.int64) for name in ("day", "clicks", "cost"))
    return BidMoves(kept.first + day, found["cell"][told] * MOVE_WIDTH, clicks, cost, found["usual"][told])
