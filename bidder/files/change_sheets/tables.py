"""Tables of change sheets as bytes and back; cells of text never become formulas."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from bidder.errors import InputError, Place, Problem
from bidder.files.change_sheets.contents import SheetBids
from bidder.files.column_tables import money_column, renamed_column, text_column, text_lines
from bidder.files.tables import guard, unguard

T = TypeVar("T")
END = "\r\n"
"""Of a line."""


class Layout(Enum):
    """Encoding and delimiter of a table."""

    UTF_8 = "utf-8"
    UTF_8_BOM = "utf-8-sig"
    """Spreadsheets in China need the mark to see that it is not GBK."""
    UTF_16_TABS = "utf-16"
    """As Google Ads Editor writes and reads it."""


@dataclass(frozen=True)
class Columns:
    """Rows of a table given as columns, for very many of them.

    ``cells`` gives the columns of a slice of the rows: arrays of text, or one text for all rows.
    """

    length: int
    cells: Callable[[slice], Sequence[Any]]


class BidTexts(NamedTuple):
    """Texts of some bids, each an Arrow array."""

    campaign: Any
    ad_group: Any
    keyword: Any
    match_type: Any
    platform_id: Any
    bid: Any


def bid_columns(
    bids: SheetBids, digits: int, match: Callable[[str], str], cells: Callable[[BidTexts], Sequence[Any]]
) -> Columns:
    """Rows of bids: ``match`` writes a match type, ``cells`` puts the texts of a bid into their columns."""

    def part(rows: slice) -> Sequence[Any]:
        some = bids.part(rows)
        names = (some.campaign, some.ad_group, some.keyword, some.platform_id)
        campaign, group, keyword, number = map(text_column, names)
        matches = renamed_column(some.match_type, match)
        return cells(BidTexts(campaign, group, keyword, matches, number, money_column(some.bid, digits)))

    return Columns(len(bids), part)


def table_bytes(
    columns: Sequence[str], layout: Layout, *parts: Iterable[Sequence[str]] | Columns
) -> bytes:
    """A table with guarded text: the rows of all parts, one after the other."""
    tabs = layout is Layout.UTF_16_TABS
    delimiter, encoding = ("\t", "utf-16-le") if tabs else (",", "utf-8")
    out = io.BytesIO()
    out.write({Layout.UTF_16_TABS: codecs.BOM_UTF16_LE, Layout.UTF_8_BOM: codecs.BOM_UTF8}.get(layout, b""))
    for part in ([columns], *parts):
        if not isinstance(part, Columns):
            out.write(_lines(part, delimiter).encode(encoding))
            continue
        for lines in text_lines(part.length, part.cells, delimiter, END):
            out.write(lines.decode().encode(encoding) if tabs else lines)
    return out.getvalue()


def _lines(rows: Iterable[Sequence[str]], delimiter: str) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=END)
    writer.writerows([guard(c) for c in row] for row in rows)
    return out.getvalue()


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
