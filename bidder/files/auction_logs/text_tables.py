"""Text tables of any size, as batches of cells that nobody has interpreted yet."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from bidder.arrays import Ints
from bidder.errors import InputError, Place, Problem, one_of
from bidder.files.auction_logs.reading import Batch, Reading, unreadable
from bidder.files.auction_logs.streams import MARK, TextStream
from bidder.files.tables import shown

BLOCK_BYTES = 16 * 1024 * 1024
MAX_HEADER = 1024 * 1024


@dataclass(frozen=True)
class Layout:
    """How a text table is written.

    Attributes
    ----------
    columns : tuple of str
        Every column of the file, in order.
    delimiter : str
    quote : bool
        Whether cells may stand in quotes.
    header_rows : int
        Rows before the first data row.
    """

    columns: tuple[str, ...]
    delimiter: str = ","
    quote: bool = True
    header_rows: int = 1


def read_header(file: str, delimiter: str = ",") -> tuple[str, ...]:
    """The names in a CSV's first row.

    Raises
    ------
    InputError
        When the file cannot be read, has no header, or names a column twice.
    """
    line = first_line(file)
    place = Place(file, row=1)
    try:
        names = tuple(cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error as error:
        raise InputError(Problem(f"not a CSV table: {error}", place=place)) from None
    if not any(names):
        raise InputError(Problem("no header", "the names of the columns", place=place))
    if len(names) == 1 and re.search(r"[,;\t|]", names[0]):
        message = f"header {shown(names[0])} is one cell"
        raise InputError(Problem(message, "commas between cells", place=place))
    check_names(names, place)
    return names


def check_names(names: Sequence[str], place: Place) -> None:
    """Raise :class:`InputError` when a column's name is given twice."""
    counts = Counter(names)
    problems = [
        Problem(f"column {shown(name)} is given twice", "each column once", place=place)
        for name, count in counts.items()
        if count > 1
    ]
    if problems:
        raise InputError(problems)


def first_line(file: str) -> str:
    """The first line of a file, without its end; errors as for :func:`read_header`."""
    content = b""
    try:
        with TextStream(file) as source:
            while not re.search(b"[\r\n].", content, re.DOTALL) and len(content) < MAX_HEADER:
                more = source.read(64 * 1024)
                if not more:
                    break
                content += more
    except (OSError, pa.ArrowException, ValueError) as error:
        raise unreadable(file, error) from None
    text = re.split(r"\r\n|\n|\r", content.decode("utf-8-sig"), maxsplit=1)[0]
    if MARK in text or "\0" in text:
        message = "not a text file saved as UTF-8"
        raise InputError(Problem(message, "a CSV in UTF-8", place=Place(file, row=1)))
    return text


def find_columns(
    file: str, header: Sequence[str], wanted: dict[str, str], required: Sequence[str]
) -> list[str]:
    """Which of the wanted columns are there; ``wanted`` maps a log's name to a header.

    Raises
    ------
    InputError
        When a required column, or one that the user named, is missing.
    """
    problems = []
    for name in required:
        if wanted[name] not in header:
            hint = one_of(header, wanted[name]).partition(", did you mean ")[2].rstrip("?")
            similar = f" (is it {hint}?)" if hint else ""
            meant = "" if wanted[name] == name else f" (for {name})"
            message = f"column {shown(wanted[name])}{meant} is missing{similar}"
            expected = f"columns {', '.join(wanted[n] for n in required)}"
            problems.append(Problem(message, expected, place=Place(file, row=1)))
    if problems:
        raise InputError(problems)
    return [name for name, title in wanted.items() if title in header]


@dataclass
class TextTable:
    """A text table that is read in batches.

    Attributes
    ----------
    file : str
    layout : Layout
    wanted : dict
        Header by the name that the column has in a log.
    odd_rows : list of (int, str)
        With ``keep_odd``: number and text of each row with another number of cells.
    """

    file: str
    layout: Layout
    wanted: dict[str, str]
    keep_odd: bool = False

    def __post_init__(self) -> None:
        self.odd_rows: list[tuple[int, int, str]] = []
        self._refused: list[tuple[int, int]] = []

    def batches(self, reading: Reading, done: float = 0.0, share: float = 1.0) -> Iterator[Batch]:
        """The rows that have the right number of cells, in order.

        Raises
        ------
        InputError
            When the file cannot be read to its end.
        """
        next_row = self.layout.header_rows + 1
        try:
            source = TextStream(self.file)
            for record in self._open(source):
                rows = self._numbers(record.num_rows, next_row)
                next_row = int(rows[-1]) + 1 if len(rows) else next_row
                columns = {name: record.column(title) for name, title in self.wanted.items()}
                self._tell(reading, next_row)
                if len(rows):
                    yield Batch(self.file, rows, columns, self.wanted)
                if reading.watch is not None:
                    reading.watch(done + share * source.share)
        except (OSError, pa.ArrowException) as error:
            # What Arrow says of a file that holds a header at most.
            if not re.search("Empty CSV file|Could not skip initial", str(error)):
                raise unreadable(self.file, error, max(next_row - 1, 0)) from None
        self._tell(reading, None)

    def _open(self, source: Any) -> Any:
        titles = list(dict.fromkeys(self.wanted.values()))
        return pa_csv.open_csv(
            source,
            pa_csv.ReadOptions(
                use_threads=False, block_size=BLOCK_BYTES, column_names=list(self.layout.columns),
                skip_rows=self.layout.header_rows,
            ),
            pa_csv.ParseOptions(
                delimiter=self.layout.delimiter, quote_char='"' if self.layout.quote else False,
                ignore_empty_lines=False, invalid_row_handler=self._odd,
            ),
            pa_csv.ConvertOptions(
                check_utf8=False, include_columns=titles, strings_can_be_null=False,
                column_types=dict.fromkeys(titles, pa.string()),
            ),
        )

    def _odd(self, row: Any) -> str:
        if self.keep_odd:
            self.odd_rows.append((row.number, row.actual_columns, row.text))
        self._refused.append((row.number, row.actual_columns))
        return "skip"

    def _numbers(self, count: int, next_row: int) -> Ints:
        """Numbers of the next rows: what the parser left out has a number too."""
        odd = np.array([number for number, _ in self._refused], dtype=np.int64)
        odd = odd[odd >= next_row]
        rows = np.arange(next_row, next_row + count + len(odd), dtype=np.int64)
        return rows[~np.isin(rows, odd)][:count] if len(odd) else rows

    def _tell(self, reading: Reading, before: int | None) -> None:
        """Report rows with a wrong number of cells that lie before a row."""
        told = [r for r in self._refused if before is None or r[0] < before]
        if not told:
            return
        self._refused = self._refused[len(told) :]
        if self.keep_odd:
            return
        width = len(self.layout.columns)
        for many in (False, True):
            some = [r for r in told if (r[1] > width) == many]
            if some:
                self._refuse(reading, some, "too many cells" if many else "too few cells")

    def _refuse(self, reading: Reading, some: list[tuple[int, int]], reason: str) -> None:
        reading.seen += len(some)
        rows = np.array([number for number, _ in some], dtype=np.int64)
        expected = f"{len(self.layout.columns)}, one for each column"

        def found(i: int) -> str:
            return f"{some[i][1]} {'cell' if some[i][1] == 1 else 'cells'}"

        reading.refuse(self.file, rows, None, reason, expected, found)
