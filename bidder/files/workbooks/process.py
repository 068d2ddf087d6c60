"""The process that takes a workbook apart.

The library may end its process when a file is damaged, or made to harm (cells in two corners of a sheet ask
it for 500 GB), and there is no way to catch that. So it works here, within limits, and whoever asked hears
what became of it. Nothing heavy is imported, so that the process starts at once.

The workbook comes on standard input, and what is asked on the command line as JSON:

``sheet``
    Name of the only one that is wanted; null for all that can be seen.
``decimal``, ``mark``
    As for :class:`~bidder.files.workbooks.texts.Texts`.
``part``, ``cells``, ``memory``, ``seconds``
    Limits: bytes of an unpacked part, cells of a sheet, bytes and seconds of the process.

Standard output gets for each sheet a line of JSON (``sheet``, ``rows``) and its CSV in pieces, each after a
line with the number of its bytes (0 after the last one); at the end a line with ``done`` or ``error``.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice, repeat
from typing import Any

from python_calamine import (
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from bidder.files.workbooks.marks import Marks
from bidder.files.workbooks.parts import Parts, TooLargeError, is_protected
from bidder.files.workbooks.texts import Texts, csv_pieces

ROWS, COLUMNS = 1_048_576, 16_384
"""Of the largest sheet that a spreadsheet can have."""
BASE, TIMES = 3 * 2**29, 4
"""Bytes of memory for any workbook, and for each byte that it has when unpacked (2.5 were measured)."""


class NoSheetError(Exception):
    """There is no sheet of that name; the names that there are."""


def sheets(content: bytes, asked: dict[str, Any]) -> Iterator[tuple[str, int, Iterator[list[str]]]]:
    """Name, number of rows, and texts of the rows of each sheet that is asked for."""
    parts = Parts(content, asked["part"]) if content.startswith(b"PK") else None
    if parts is None and is_protected(content):
        raise PasswordError
    _limit(min(asked["memory"], BASE + TIMES * (parts.size if parts else len(content))))
    texts = Texts(asked["decimal"], asked["mark"])
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book, ThreadPoolExecutor(1) as pool:
        for one in _wanted(book.sheets_metadata, asked["sheet"]):
            looking = pool.submit(parts.marks, one.name) if parts else None  # the library lets it work
            sheet = book.get_sheet_by_name(one.name)
            yield one.name, *_rows(sheet, looking.result() if looking else {}, texts, asked["cells"])


def _wanted(there: list[SheetMetadata], name: str | None) -> list[SheetMetadata]:
    if not there:
        raise ValueError("it has no sheets")
    tables = [one for one in there if one.typ == SheetTypeEnum.WorkSheet]
    if name is None:
        return [one for one in tables if one.visible == SheetVisibleEnum.Visible]
    found = [one for one in tables if one.name.strip().casefold() == name.strip().casefold()]
    if not found:
        raise NoSheetError(*(one.name for one in tables))
    return found[:1]


def _rows(
    sheet: CalamineSheet, marks: Marks, texts: Texts, most: int
) -> tuple[int, Iterator[list[str]]]:
    """The number of rows down to the last one, and their texts from the first column in use on."""
    columns = {column for row in marks.values() for column in row}
    start, end = sheet.start or (0, 0), sheet.end or (-1, -1)
    if sheet.end is not None:
        columns |= {start[1], end[1]}
    if not columns:
        return 0, iter(())
    first, width, count = min(columns), max(columns) - min(columns) + 1, max([end[0], *marks]) + 1
    if max(columns) >= COLUMNS or count > ROWS:
        raise ValueError(f"a cell of {sheet.name!r} stands where no sheet has any")
    if width * count > most:
        raise TooLargeError(f"the sheet {sheet.name!r} has {count:,} rows of {width:,} cells")
    rows = islice(chain(map(texts.row, sheet.iter_rows()), repeat([])), count)
    before = [""] * (start[1] - first)
    return count, _filled(rows, before, width, {r: _shifted(marks[r], first, texts) for r in marks})


def _shifted(row: dict[int, str], first: int, texts: Texts) -> dict[int, str]:
    return {column - first: texts.marked(text) for column, text in row.items()}


def _filled(
    rows: Iterator[list[str]], before: list[str], width: int, marks: dict[int, dict[int, str]]
) -> Iterator[list[str]]:
    """The rows, all of one width, with what stands in cells without a value."""
    for number, row in enumerate(rows):
        whole = before + row if before else row
        if len(whole) < width:
            whole = whole + [""] * (width - len(whole))
        for column, text in marks.get(number, {}).items():
            whole[column] = text
        yield whole


def _limit(memory: int, seconds: int | None = None) -> None:
    """Limit the bytes and (where they are given) the seconds of this process, and write no core."""
    if sys.platform == "win32":
        return
    import resource

    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: seconds, resource.RLIMIT_CORE: 0}
    for kind, most in limits.items():
        _, hard = resource.getrlimit(kind)
        if most is not None:
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _error(error: BaseException) -> dict[str, Any]:
    if isinstance(error, NoSheetError):
        return {"error": "sheet", "names": list(error.args)}
    if isinstance(error, PasswordError):
        return {"error": "password"}
    kind = "large" if isinstance(error, (TooLargeError, MemoryError)) else "damaged"
    return {"error": kind, "said": str(error) or type(error).__name__}


def main() -> None:
    """Answer what is asked."""
    asked = json.loads(sys.argv[1])
    _limit(asked["memory"], asked["seconds"])
    out = sys.stdout.buffer

    def tell(**what: Any) -> None:
        out.write(json.dumps(what).encode() + b"\n")

    try:
        for name, count, rows in sheets(sys.stdin.buffer.read(), asked):
            tell(sheet=name, rows=count)
            for piece in csv_pieces(rows):
                out.write(b"%d\n" % len(piece))
                out.write(piece)
            out.write(b"0\n")
        tell(done=True)
    except BaseException as error:  # the library's panics are no Exceptions
        tell(**_error(error))
    out.flush()
