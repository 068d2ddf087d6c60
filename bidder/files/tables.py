"""Tables in and out: CSV with row numbers for every complaint, and safe for spreadsheets.

Uses the standard library's csv, so that checking a plan needs neither pandas nor its start-up time.
Row numbers are line numbers of the file: the header is row 1.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from bidder.errors import InputError, Place, Problem, one_of
from bidder.quantities import HUGE

MAX_BYTES = 256 * 1024 * 1024
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
# What a spreadsheet takes for the beginning of a formula (the wide forms on East Asian systems too).
FORMULA = tuple("=+-@\t\r＝＋－＠")


@dataclass(frozen=True)
class Row:
    """One record of a table."""

    number: int
    cells: dict[str, str]


@dataclass
class Table:
    """A CSV file that has been read.

    Attributes
    ----------
    file : str
        The file's path as the user gave it.
    columns : tuple of str
    rows : list of Row
    problems : list of Problem
        Everything found wrong so far; :meth:`close` raises them together.
    """

    file: str
    columns: tuple[str, ...]
    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, row: int, column: str | None, message: str, expected: str = "") -> None:
        """Note a problem in a cell, or in a whole row when ``column`` is None."""
        place = Place(self.file, row=row, field=column)
        self.problems.append(Problem(message, expected, place=place))

    def number(self, row: Row, column: str, unit: str) -> float:
        """A cell as a finite number of at least 0; 0 after noting a problem."""
        text = row.cells[column]
        expected = f"a number of at least 0 ({unit})"
        if not _NUMBER.fullmatch(text):
            self.refuse(row.number, column, f"found {shown(text)}", expected)
            return 0.0
        value = float(text)
        if not 0 <= value <= HUGE:
            most = f" and at most {HUGE:g}" if value > 0 else ""
            self.refuse(row.number, column, f"found {text[:40]}", expected + most)
            return 0.0
        return value

    def day(self, row: Row, column: str) -> date | None:
        """A cell as a date; None after noting a problem."""
        text = row.cells[column]
        try:
            if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
                return date.fromisoformat(text)
        except ValueError:
            pass
        self.refuse(row.number, column, f"found {shown(text)}", "a date such as 2026-10-20")
        return None

    def close(self) -> None:
        """Raise :class:`InputError` when anything was wrong."""
        if self.problems:
            raise InputError(sorted(self.problems, key=lambda p: (p.place and p.place.row) or 0))


def read_table(path: str | Path, required: Sequence[str]) -> Table:
    """Read a CSV file whose header names at least the required columns; others are kept too.

    Raises
    ------
    InputError
        When the file cannot be read as such. Problems inside rows (too many or too few cells) are
        noted in the table.
    """
    file = str(path)
    text = _text(file)
    records = _records(text, file)
    header_row, header = next(records, (1, []))
    columns = tuple(unguard(cell.strip()) for cell in header)
    _check_header(file, header_row, columns, required)
    table = Table(file, columns, [])
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(columns):
            table.refuse(number, None, f"{len(cells)} cells", f"{len(columns)}, one for each column")
        elif len(cells) < len(columns):
            table.refuse(number, columns[len(cells)], "the cell is missing", f"{len(columns)} cells")
        else:
            named = zip(columns, cells, strict=True)
            table.rows.append(Row(number, {c: unguard(cell.strip()) for c, cell in named}))
    return table


def _text(file: str) -> str:
    try:
        with Path(file).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(f"cannot be read: {reason}", place=Place(file))) from None
    if len(content) > MAX_BYTES:
        raise InputError(Problem(f"the file is larger than {MAX_BYTES // 1024**2} MiB", place=Place(file)))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start + 3].count(b"\n") + 1
        message = f"not UTF-8 text (byte 0x{error.object[error.start]:02x})"
        raise InputError(Problem(message, "a file saved as CSV UTF-8", place=Place(file, row=row))) from None


def _records(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it begins in."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError(Problem(f"not a CSV table: {error}", place=Place(file, row=begins))) from None


def _check_header(file: str, row: int, columns: Sequence[str], required: Sequence[str]) -> None:
    place = Place(file, row=row)
    if not any(columns):
        raise InputError(Problem("no header", f"columns {', '.join(required)}", place=place))
    if len(columns) == 1 and re.search(r"[;\t|]", columns[0]):
        message = f"header {shown(columns[0])} is one cell"
        raise InputError(Problem(message, "commas between cells", place=place))
    problems = [
        Problem(f"column {shown(name)} is given twice", "each column once", place=place)
        for name in dict.fromkeys(columns)
        if columns.count(name) > 1
    ]
    for name in required:
        if name not in columns:
            hint = one_of(columns, name).partition(", did you mean ")[2].rstrip("?")
            similar = f" (is it {hint}?)" if hint else ""
            expected = f"columns {', '.join(required)}"
            problems.append(Problem(f"column {name!r} is missing{similar}", expected, place=place))
    if problems:
        raise InputError(problems)


def shown(text: str) -> str:
    """A cell's text for a message: quoted and not too long."""
    return repr(text if len(text) <= 60 else text[:57] + "...") if text else "an empty cell"


def guard(text: str) -> str:
    """Text that a spreadsheet will not run as a formula; numbers are left as they are.

    >>> guard("=1+1"), guard("-12.50"), guard("-shoes")
    ("'=1+1", '-12.50', "'-shoes")
    """
    body = text.lstrip("'")
    risky = body.startswith(FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def unguard(text: str) -> str:
    """Undo :func:`guard`."""
    if text.startswith("'") and guard(text[1:]) == text:
        return text[1:]
    return text


def format_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV text: floats in their shortest exact form, text guarded, ``\\n`` line ends."""
    out = io.StringIO()
    writer = csv.writer(_Lines(out), lineterminator="\r\n")
    writer.writerow([guard(name) for name in columns])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


class _Lines:
    """Ends lines in ``\n`` for a writer that quotes cells with either letter of its own line end."""

    def __init__(self, out: io.StringIO) -> None:
        self._out = out

    def write(self, line: str) -> None:
        self._out.write(line.removesuffix("\r\n") + "\n")


def write_table(path: str | Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV table (see :func:`format_table`), whole or not at all.

    Give money as text that already has the currency's minor digits.
    """
    from bidder.files.atomic import write_text

    write_text(path, format_table(columns, rows))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        number = float(value)
        return "" if math.isnan(number) else repr(number + 0.0)
    return guard(str(value))
