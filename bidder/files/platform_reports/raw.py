"""The rows of a report as they stand in the file: batches of cells that nobody has interpreted yet."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from bidder.arrays import Bools, Ints
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.reading import unreadable
from bidder.files.auction_logs.streams import MARK
from bidder.files.platform_reports.complaints import Complaints
from bidder.files.platform_reports.formats import header_of
from bidder.files.platform_reports.layout import UNREADABLE, Layout, identified
from bidder.files.platform_reports.lines import ReportLines
from bidder.files.tables import shown
from bidder.keywords.spec_reports import ReportSource

BLOCK_BYTES = 4 * 1024 * 1024
BATCH_ROWS = 65_536
FIRST = "first column"
"""Name in a batch of the file's first column, where total rows have their label."""
_REFUSED = (pa.types.is_nested, pa.types.is_time, pa.types.is_duration)


@dataclass(frozen=True)
class RawBatch:
    """Some rows.

    Attributes
    ----------
    rows : ndarray of int64
        Line numbers in the file (in Parquet: 1 for the first row).
    columns : dict
        Arrow arrays by canonical or helper column, and the :data:`FIRST` one.
    """

    rows: Ints
    columns: dict[str, Any]

    def kept(self, keep: Bools) -> RawBatch:
        """The rows where ``keep`` is true."""
        if keep.all():
            return self
        mask = pa.array(keep)
        columns = {name: column.filter(mask) for name, column in self.columns.items()}
        return RawBatch(self.rows[keep], columns)


class TextRows:
    """The rows of a text report.

    Attributes
    ----------
    file : str
    layout : Layout
    sha256 : str
        Of the file, once all rows have been read.
    """

    def __init__(self, file: str, layout: Layout) -> None:
        self.file = file
        self.layout = layout
        self.sha256 = ""
        self._odd: list[tuple[int, int, str]] = []

    def batches(self, complaints: Complaints, only: Sequence[str] | None = None) -> Iterator[RawBatch]:
        """The rows that have the right number of cells; the others are told to ``complaints``.

        Raises
        ------
        InputError
            When the file cannot be read to its end.
        """
        places = {n: p for n, p in self.layout.places.items() if only is None or n in only}
        places[FIRST] = 0
        stream = self.layout.lines(self.file)
        record, self._odd = self.layout.skip, []
        try:
            for batch in self._arrow(stream, places):
                records = self._records(batch.num_rows, record)
                record = int(records[-1]) + 1 if len(records) else record
                self._tell(stream, complaints, record)
                columns = {name: batch.column(str(place)) for name, place in places.items()}
                yield RawBatch(stream.rows(records), columns)
            record = max([record, *(number + 1 for number, _, _ in self._odd)])
            self._tell(stream, complaints, None)
            self._check_end(stream, record)
            self.sha256 = self.layout.sha256 or stream.sha256
        except UNREADABLE as error:
            raise unreadable(self.file, error, stream.row(record) - 1) from None
        finally:
            stream.close()

    def _arrow(self, stream: ReportLines, places: dict[str, int]) -> Iterator[Any]:
        names = [str(place) for place in range(len(self.layout.header))]
        wanted = [names[place] for place in dict.fromkeys(places.values())]
        if not stream.filled():
            return
        try:
            yield from pa_csv.open_csv(
                stream,
                pa_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=names),
                pa_csv.ParseOptions(
                    delimiter=self.layout.delimiter, ignore_empty_lines=False,
                    invalid_row_handler=self._on_odd,
                ),
                pa_csv.ConvertOptions(
                    check_utf8=False, include_columns=wanted, strings_can_be_null=False,
                    column_types=dict.fromkeys(wanted, pa.string()),
                ),
            )
        except pa.ArrowException as error:
            raise unreadable(self.file, error) from None

    def _on_odd(self, row: Any) -> str:
        # Arrow counts from 1, and does not see what the stream left out.
        self._odd.append((row.number - 1 + self.layout.skip, row.actual_columns, row.text[:2000]))
        return "skip"

    def _records(self, count: int, first: int) -> Ints:
        """Numbers of the next records: what was left out for its number of cells has one too."""
        odd = np.array([number for number, _, _ in self._odd if number >= first], dtype=np.int64)
        records = np.arange(first, first + count + len(odd), dtype=np.int64)
        return records[~np.isin(records, odd)][:count] if len(odd) else records

    def _tell(self, stream: ReportLines, complaints: Complaints, before: int | None) -> None:
        """Complain of records before a number that have too few or too many cells, but for footers."""
        told = [odd for odd in self._odd if before is None or odd[0] < before]
        self._odd = self._odd[len(told) :]
        width = len(self.layout.header)
        for number, cells, text in told:
            bare = text.strip(' \t",;|\u00a0')
            footer = self.layout.form.footer
            if not bare or (footer and re.match(footer, bare.casefold())):
                continue
            row, field = stream.row(number), None
            if cells < width:
                field = self.layout.title_at(cells) or None
            found = f"{cells} cell{'s' if cells > 1 else ''}"
            if cells == 1:
                found = f"one cell, {shown(bare.replace(MARK, '?'))}"
            complaints.add(row, field, found, f"{width} cells, one for each column")

    def _check_end(self, stream: ReportLines, record: int) -> None:
        if record != stream.records:
            message = "quotes do not match: rows run into each other"
            place = Place(self.file, row=stream.row(min(record, stream.records)))
            raise InputError(Problem(message, "a quote doubled inside quoted cells", place=place))


class ParquetRows:
    """The rows of a Parquet report; attributes as for :class:`TextRows`."""

    def __init__(self, file: str, layout: Layout) -> None:
        self.file = file
        self.layout = layout
        self.sha256 = ""

    def batches(self, complaints: Complaints, only: Sequence[str] | None = None) -> Iterator[RawBatch]:
        """The rows, in order; errors as for :meth:`TextRows.batches`."""
        del complaints
        places = {n: p for n, p in self.layout.places.items() if only is None or n in only}
        row = 0
        try:
            with pq.ParquetFile(self.file) as opened:
                titles = [self.layout.header[place] for place in dict.fromkeys(places.values())]
                for batch in opened.iter_batches(BATCH_ROWS, columns=titles, use_threads=False):
                    rows = np.arange(row + 1, row + 1 + batch.num_rows, dtype=np.int64)
                    row += batch.num_rows
                    columns = {n: _plain(batch.column(self.layout.header[p])) for n, p in places.items()}
                    yield RawBatch(rows, columns)
            self.sha256 = _sha256(self.file)
        except (*UNREADABLE, pa.ArrowException) as error:
            raise unreadable(self.file, error, row) from None


def _plain(column: Any) -> Any:
    """A column without a dictionary, large offsets or views; bytes that are no text become marks."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        text = column.cast(pa.string())
        try:
            text.validate(full=True)
            return text
        except pa.ArrowInvalid:  # a damaged file, or a careless writer
            column, kind = text.cast(pa.binary()), pa.binary()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        texts = [None if cell is None else cell.decode("utf-8", "bidder-mark") for cell in column.to_pylist()]
        return pa.array(texts, pa.string())
    return column


def parquet_layout(file: str, source: ReportSource) -> Layout:
    """The layout of a Parquet file.

    Raises
    ------
    InputError
        When the file cannot be read, it cannot be told whose it is, or columns are missing or of a type that
        no cell of a report has.
    """
    try:
        with pq.ParquetFile(file) as opened:
            schema = opened.schema_arrow
    except (*UNREADABLE, pa.ArrowException) as error:
        raise unreadable(file, error) from None
    names = tuple(schema.names)
    form, places = identified(file, 1, names, source)
    problems = []
    for name in sorted({names[place] for place in places.values()}):
        kind = schema.field(name).type
        if any(check(kind) for check in _REFUSED):
            message = f"column {name!r} is of type {kind}"
            problems.append(Problem(message, "numbers, text or dates", place=Place(file)))
    if problems:
        raise InputError(problems)
    return Layout(form, names, tuple(map(header_of, names)), places, header_row=0)


def _sha256(file: str) -> str:
    with Path(file).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
