"""Tables whose columns are found by name, CSV or Parquet, in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.reading import Batch, Reading, unreadable
from bidder.files.auction_logs.text_tables import (
    Layout,
    TextTable,
    check_names,
    find_columns,
    first_line,
    read_header,
)

BATCH_ROWS = 250_000
_PARQUET = (".parquet", ".pq")
_REFUSED = (pa.types.is_nested, pa.types.is_date, pa.types.is_time, pa.types.is_duration)


def is_parquet(file: str) -> bool:
    """Whether a file's name says that it is Parquet."""
    return Path(file).suffix.lower() in _PARQUET


def header_of(file: str) -> tuple[str, ...]:
    """Names of the columns that a file has."""
    return _schema(file) if is_parquet(file) else read_header(file, _delimiter(file))


def columns_of(file: str, wanted: dict[str, str], required: Sequence[str]) -> dict[str, str]:
    """The wanted columns that a file has: header by the name in a log.

    Raises
    ------
    InputError
        When the file cannot be read, or a required column is missing.
    """
    header = header_of(file)
    return {name: wanted[name] for name in find_columns(file, header, wanted, required)}


def without_zone(file: str, titles: Sequence[str]) -> list[str]:
    """Which columns of a Parquet file hold times that do not say in which time zone they are."""
    if not is_parquet(file):
        return []
    with pq.ParquetFile(file) as opened:
        kinds = {name: opened.schema_arrow.field(name).type for name in titles}
    return [name for name, kind in kinds.items() if pa.types.is_timestamp(kind) and kind.tz is None]


def batches(
    file: str, wanted: dict[str, str], reading: Reading, done: float = 0.0, share: float = 1.0
) -> Iterator[Batch]:
    """The rows of a table, in order.

    Parameters
    ----------
    file : str
    wanted : dict
        Header by the name that the column has in a log; all of them are there.
    reading : Reading
    done, share : float
        Which part of the whole work lies before this file, and which part it is.

    Raises
    ------
    InputError
        When the file cannot be read to its end.
    """
    if is_parquet(file):
        yield from _parquet_batches(file, wanted, reading, done, share)
        return
    delimiter = _delimiter(file)
    layout = Layout(read_header(file, delimiter), delimiter)
    yield from TextTable(file, layout, wanted).batches(reading, done, share)


def _delimiter(file: str) -> str:
    """The sign between the cells: whichever stands most often in the header."""
    line = first_line(file)
    return max(",\t;|", key=line.count)


def _schema(file: str) -> tuple[str, ...]:
    try:
        with pq.ParquetFile(file) as opened:
            schema = opened.schema_arrow
    except (OSError, pa.ArrowException) as error:
        raise unreadable(file, error) from None
    names = tuple(schema.names)
    check_names(names, Place(file))
    return names


def _parquet_batches(
    file: str, wanted: dict[str, str], reading: Reading, done: float, share: float
) -> Iterator[Batch]:
    row = 0
    try:
        with pq.ParquetFile(file, memory_map=True) as opened:
            _check_types(file, opened.schema_arrow, wanted)
            total = max(opened.metadata.num_rows, 1)
            titles = list(dict.fromkeys(wanted.values()))
            for record in opened.iter_batches(batch_size=BATCH_ROWS, columns=titles, use_threads=False):
                rows = np.arange(row + 1, row + 1 + record.num_rows, dtype=np.int64)
                row += record.num_rows
                yield Batch(file, rows, {name: record.column(t) for name, t in wanted.items()}, wanted)
                if reading.watch is not None:
                    reading.watch(done + share * row / total)
    except (OSError, pa.ArrowException) as error:
        raise unreadable(file, error, row) from None


def _check_types(file: str, schema: Any, wanted: dict[str, str]) -> None:
    problems = []
    for title in dict.fromkeys(wanted.values()):
        kind = schema.field(title).type
        if any(check(kind) for check in _REFUSED):
            message = f"column {title!r} is of type {kind}"
            problems.append(Problem(message, "numbers or text", place=Place(file)))
    if problems:
        raise InputError(problems)
