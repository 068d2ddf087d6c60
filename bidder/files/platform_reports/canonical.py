"""The canonical columns of reports, their Arrow types, and which of them each kind of report needs.

Money is int64 micros of the account's currency. In a bid landscape impressions and clicks are estimates of
a day, so they are float64 there; everywhere else they are counted (int64).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pyarrow as pa

from bidder.keywords.spec_reports import ReportKind

TEXT_COLUMNS = (
    "campaign", "ad_group", "keyword", "search_term", "device", "audience", "bid_strategy", "platform_id",
    "status", "place", "text",
)
"""Columns of type string: "" where the report tells nothing, never null."""
MONEY_COLUMNS = ("cost", "revenue", "max_cpc", "first_page_bid", "bid")
"""Columns in micros; null where the report tells nothing."""
COUNT_COLUMNS = ("impressions", "clicks")
COMPONENT_COLUMNS = ("expected_ctr", "ad_relevance", "landing_page")
"""Columns of codes of :class:`bidder.keywords.data.Component`."""

TYPES: dict[str, Any] = {
    "date": pa.date32(),
    "hour": pa.int8(),
    **dict.fromkeys(TEXT_COLUMNS, pa.string()),
    "match_type": pa.int8(),
    **dict.fromkeys(COUNT_COLUMNS, pa.int64()),
    "conversions": pa.float64(),
    **dict.fromkeys(MONEY_COLUMNS, pa.int64()),
    "quality_score": pa.int8(),
    **dict.fromkeys(COMPONENT_COLUMNS, pa.int8()),
    "impression_share": pa.float64(),
    "lag_days": pa.int64(),
}
"""Arrow type by column; the order of columns in every batch."""
_MAY_BE_NULL = {*MONEY_COLUMNS, "impression_share"}

REQUIRED: dict[ReportKind, tuple[str, ...]] = {
    ReportKind.KEYWORDS: ("date", "campaign", "keyword", "impressions", "clicks", "cost", "conversions"),
    ReportKind.HOURS: ("date", "hour", "campaign", "clicks", "cost"),
    ReportKind.SEGMENTS: ("date", "campaign", "clicks", "cost"),
    ReportKind.TERMS: ("date", "campaign", "search_term", "clicks", "cost"),
    ReportKind.LAGS: ("date", "lag_days", "conversions"),
    ReportKind.LANDSCAPE: ("campaign", "keyword", "bid", "clicks", "cost"),
    ReportKind.SETTINGS: ("campaign", "keyword", "max_cpc"),
    ReportKind.ADS: ("campaign", "place", "text"),
}
"""Columns without which a report of a kind is refused."""


def schema_of(kind: ReportKind, columns: Iterable[str]) -> Any:
    """The Arrow schema of a report's batches.

    Parameters
    ----------
    kind : ReportKind
    columns : iterable of str
        Canonical columns that the report has, in any order.

    Returns
    -------
    pyarrow.Schema
        Fields in the order of :data:`TYPES`.
    """
    present = set(columns)
    return pa.schema([
        pa.field(name, type_of(kind, name), nullable=name in _MAY_BE_NULL)
        for name in TYPES
        if name in present
    ])


def type_of(kind: ReportKind, column: str) -> Any:
    """The Arrow type of a column in a report of a kind."""
    if kind is ReportKind.LANDSCAPE and column in COUNT_COLUMNS:
        return pa.float64()
    return TYPES[column]


def kind_of(columns: Collection[str]) -> ReportKind | None:
    """What a report with these canonical columns is about; None when it is of no kind we know.

    Keywords by hour or device are still keywords: their batches hold the hour or device too.
    """
    has = set(columns)
    rules = (
        (ReportKind.ADS, {"place", "text"}),
        (ReportKind.LAGS, {"lag_days", "conversions"}),
        (ReportKind.LANDSCAPE, {"keyword", "bid", "clicks", "cost"}),
        (ReportKind.TERMS, {"search_term", "clicks"}),
        (ReportKind.KEYWORDS, {"keyword", "clicks"}),
        (ReportKind.SETTINGS, {"keyword", "max_cpc"}),
        (ReportKind.HOURS, {"hour", "clicks"}),
        (ReportKind.SEGMENTS, {"device", "clicks"}),
        (ReportKind.SEGMENTS, {"audience", "clicks"}),
    )
    return next((kind for kind, needed in rules if needed <= has), None)
