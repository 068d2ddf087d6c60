"""Tables of change sheets as bytes and back; cells of text never become formulas."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from bidder.errors import InputError, Place, Problem
from bidder.files.tables import FORMULA, guard, unguard

T = TypeVar("T")
_SUSPECT = frozenset((*FORMULA, "'"))
"""Beginnings of the cells that have to be looked at; all others are safe."""


class Layout(Enum):
    """Encoding and delimiter of a table."""

    UTF_8 = "utf-8"
    UTF_8_BOM = "utf-8-sig"
    """Spreadsheets in China need the mark to see that it is not GBK."""
    UTF_16_TABS = "utf-16"
    """As Google Ads Editor writes and reads it."""


def table_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]], layout: Layout) -> bytes:
    """A table with guarded text."""
    out = io.StringIO(newline="")
    tabs = layout is Layout.UTF_16_TABS
    writer = csv.writer(out, delimiter="\t" if tabs else ",", lineterminator="\r\n")
    writer.writerow([guard(name) for name in columns])
    writer.writerows([guard(c) if c[:1] in _SUSPECT else c for c in row] for row in rows)
    if tabs:
        return codecs.BOM_UTF16_LE + out.getvalue().encode("utf-16-le")
    return out.getvalue().encode(layout.value)


@dataclass
class SheetReader:
    """Reads tables of one sheet, and collects what is wrong with their cells."""

    problems: list[Problem] = field(default_factory=list)

    def rows(self, file: str, content: bytes, columns: Sequence[str]) -> Iterator[SheetRow]:
        """Rows of a table that has these columns, among others."""
        records = self._records(file, content)
        header = [unguard(cell) for cell in next(records, (1, []))[1]]
        missing = [name for name in columns if name not in header]
        if missing:
            place = Place(file, row=1)
            self.problems.append(Problem(f"no column {', '.join(missing)}", ", ".join(columns), place=place))
            return
        for number, cells in records:
            if len(cells) != len(header):
                place = Place(file, row=number)
                self.problems.append(Problem(f"{len(cells)} cells", f"{len(header)}", place=place))
                continue
            named = dict(zip(header, map(unguard, cells), strict=True))
            yield SheetRow(self, file, number, named)

    def _records(self, file: str, content: bytes) -> Iterator[tuple[int, list[str]]]:
        tabs = content.startswith(codecs.BOM_UTF16_LE)
        begins = 1
        try:
            text = content.decode("utf-16" if tabs else "utf-8-sig")
            delimiter = "\t" if tabs else ","
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            for cells in reader:
                if cells:
                    yield begins, cells
                begins = reader.line_num + 1
        except (UnicodeDecodeError, csv.Error) as error:
            self.problems.append(Problem(f"not such a sheet: {error}", place=Place(file, row=begins)))

    def close(self) -> None:
        """Raise :class:`InputError` when anything was wrong."""
        if self.problems:
            raise InputError(self.problems)


@dataclass(frozen=True)
class SheetRow:
    """One row; cells by column."""

    reader: SheetReader
    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def parsed(self, column: str, parse: Callable[[str], T], instead: T) -> T:
        """A cell's value, or another one after noting what is wrong with it."""
        try:
            return parse(self[column])
        except ValueError as error:
            place = Place(self.file, row=self.number, field=column)
            self.reader.problems.append(Problem(str(error), place=place))
            return instead
