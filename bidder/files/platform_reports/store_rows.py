"""The rows of reports as they are kept: numbers alone, one table for each kind of report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.errors import InputError, Place, Problem
from bidder.keywords.spec_reports import ReportKind

PARTS = 1_000_000
"""Conversions and shares are kept in whole millionths."""
CHUNK_ROWS = 131_072
"""Rows that are put into the database at a time."""
MOST_CONVERSIONS = 9e12
NAME_COLUMNS = {"keyword": "VARCHAR", "place": "INTEGER", "match_type": "TINYINT", "platform_id": "VARCHAR"}
"""What tells one keyword from another; ``place`` is the number of its ad group."""
CODED = ("device", "audience", "bid_strategy")
"""Columns of which codes are kept."""

_KEYS = {
    "source": "INTEGER", "day": "INTEGER", "entry": "INTEGER", "hour": "TINYINT", "device": "INTEGER",
    "audience": "INTEGER",
}
_COUNTS = dict.fromkeys(("impressions", "clicks", "cost", "revenue", "conversions"), "BIGINT")
# What is told of a keyword as it stands on a day.
_TOLD = {
    "max_cpc": "BIGINT", "first_page_bid": "BIGINT", "quality_score": "TINYINT", "expected_ctr": "TINYINT",
    "ad_relevance": "TINYINT", "landing_page": "TINYINT", "bid_strategy": "INTEGER",
    "impression_share": "INTEGER",
}
COUNTS = tuple(_COUNTS)
LAYOUT: dict[ReportKind, dict[str, str]] = {
    ReportKind.KEYWORDS: {**_KEYS, **_COUNTS, **_TOLD},
    ReportKind.HOURS: {**_KEYS, **_COUNTS},
    ReportKind.SEGMENTS: {**_KEYS, **_COUNTS},
    ReportKind.TERMS: {**_KEYS, **_COUNTS, "search_term": "VARCHAR"},
    ReportKind.SETTINGS: {"source": "INTEGER", "day": "INTEGER", "entry": "INTEGER", **_TOLD},
    ReportKind.LANDSCAPE: {
        "source": "INTEGER", "day": "INTEGER", "entry": "INTEGER", "bid": "BIGINT", "clicks": "DOUBLE",
        "cost": "BIGINT", "revenue": "BIGINT",
    },
    ReportKind.LAGS: {
        "source": "INTEGER", "day": "INTEGER", "entry": "INTEGER", "lag_days": "INTEGER",
        "conversions": "BIGINT",
    },
    ReportKind.ADS: {
        "source": "INTEGER", "day": "INTEGER", "entry": "INTEGER", "place": "VARCHAR", "text": "VARCHAR",
    },
}
"""Columns of the table of each kind, with their SQL types. ``day`` counts from the first of the window;
``hour`` is -1 where a report has none; codes are 0 where it tells nothing."""

_ARROW = {
    "TINYINT": pa.int8(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
}
_NULL = {"max_cpc", "first_page_bid", "impression_share", "bid"}


def table_of(kind: ReportKind) -> str:
    """Name of a kind's table."""
    return f"{kind.value}_rows"


def definition(kind: ReportKind) -> str:
    """The statement that makes a kind's table."""
    columns = ", ".join(f"{name} {sql}" for name, sql in LAYOUT[kind].items())
    return f"CREATE TABLE {table_of(kind)} ({columns})"


def chunked(batches: Iterable[Any]) -> Iterator[Any]:
    """The same rows in Arrow tables of about :data:`CHUNK_ROWS` rows, each column in one piece."""
    waiting: list[Any] = []
    rows = 0
    for batch in batches:
        for start in range(0, batch.num_rows, CHUNK_ROWS):
            waiting.append(batch.slice(start, CHUNK_ROWS))
            rows += waiting[-1].num_rows
            if rows >= CHUNK_ROWS:
                yield pa.Table.from_batches(waiting).combine_chunks()
                waiting, rows = [], 0
    if waiting:
        yield pa.Table.from_batches(waiting).combine_chunks()


def text_of(table: Any, name: str) -> Any:
    """A column of texts in one piece; "" where the report does not have it."""
    return _column(table, name, "VARCHAR")


def names_of(table: Any, places: Any) -> Any:
    """What tells the rows' keywords apart, as an Arrow table; ``places`` are numbers of ad groups."""
    return pa.table({
        name: pa.array(places) if name == "place" else _column(table, name, sql)
        for name, sql in NAME_COLUMNS.items()
    })


def kept_rows(kind: ReportKind, file: str, table: Any, given: dict[str, Any]) -> Any:
    """The rows of a chunk as they are kept.

    Parameters
    ----------
    kind : ReportKind
    file : str
        For complaints.
    table : pyarrow.Table
        Canonical columns.
    given : dict of str to ndarray
        ``source``, ``day``, ``entry`` and the codes.

    Raises
    ------
    InputError
        When there are more conversions than can be counted.
    """
    columns: dict[str, Any] = {}
    for name, sql in LAYOUT[kind].items():
        if name in given:
            columns[name] = pa.array(given[name], _ARROW[sql])
        elif name == "conversions":
            columns[name] = _in_parts(table, file)
        elif name == "impression_share" and name in table.column_names:
            parts = pc.round(pc.multiply(table.column(name).combine_chunks(), float(PARTS)))
            columns[name] = parts.cast(pa.int32())
        else:
            columns[name] = _column(table, name, sql, null=name in _NULL or kind is ReportKind.LANDSCAPE)
    return pa.table(columns)


def _column(table: Any, name: str, sql: str, null: bool = False) -> Any:
    """A column in its type; where the report does not have it, or a count is null, what stands for that."""
    kind = _ARROW[sql]
    absent = "" if sql == "VARCHAR" else -1 if name == "hour" else 0
    if name not in table.column_names:
        value = pa.scalar(None if null else absent, kind)
        return pa.repeat(value, len(table))
    column = table.column(name).combine_chunks().cast(kind)
    return column if null or not column.null_count else column.fill_null(absent)


def _in_parts(table: Any, file: str) -> Any:
    """Conversions in millionths."""
    if "conversions" not in table.column_names:
        return _column(table, "conversions", "BIGINT")
    conversions = table.column("conversions").to_numpy()
    if conversions.max(initial=0.0) > MOST_CONVERSIONS:
        what = f"{conversions.max():.3g} conversions in one row"
        raise InputError(Problem(what, f"at most {MOST_CONVERSIONS:.0e}", place=Place(file)))
    return pa.array(np.rint(conversions * PARTS).astype(np.int64))
