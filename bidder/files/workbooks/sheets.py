"""The sheets of a workbook, as text that can be read again and again."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pyarrow as pa

import bidder
from bidder.errors import InputError, Place, Problem, one_of

MARK = "\ufdd1"
"""Stands before cells that hold no value: a noncharacter, which no text may hold (Unicode, section 23.7)."""
MOST_BYTES = 512 * 2**20
"""Of a workbook's file."""
MOST_UNPACKED = 2 * 2**30
"""Bytes of one part of it when unpacked."""
MOST_CELLS = 32_000_000
"""Of one sheet, empty ones among them: a million rows of 32 columns."""
MOST_MEMORY = 4 * 2**30
MOST_SECONDS = 900
"""Of the process that takes the workbook apart."""
FULL = {"xlsx": 1_048_576, "xls": 65_536}
"""Rows that a sheet can have."""
_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SMALLER = "a smaller workbook, or the sheet saved as CSV"


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook.

    Attributes
    ----------
    name : str
    rows : int
        Down to the last one that holds anything.
    kind : str
        Of the workbook: "xlsx" or "xls".
    packed : bytes
        CSV in UTF-8, compressed (zstd): the n-th line is the n-th row, from the first column in use on.
        Cells that hold no value (errors) begin with :data:`MARK`.
    """

    name: str
    rows: int
    kind: str
    packed: bytes = field(repr=False)

    @property
    def full(self) -> bool:
        """Whether it has as many rows as a sheet can have, so that some may have been cut off."""
        return self.rows >= FULL[self.kind]

    def open(self) -> Any:
        """A stream of the text."""
        return pa.CompressedInputStream(pa.BufferReader(self.packed), "zstd")


def kind_of_workbook(begin: bytes) -> str | None:
    """"xlsx" or "xls" by the first bytes of a file; None for what is neither."""
    if begin.startswith(_ZIP):
        return "xlsx"
    return "xls" if begin.startswith(_OLE) else None


def read_sheets(content: bytes, file: str, sheet: str | None = None, decimal: str = ".") -> list[Sheet]:
    """The sheets of a workbook in their order.

    Parameters
    ----------
    content : bytes
    file : str
        For messages.
    sheet : str, optional
        Only this one, which may be hidden; by default all that can be seen.
    decimal : str
        Mark with which numbers are written.

    Raises
    ------
    InputError
        When the workbook is damaged, protected by a password or too large, or there is no such sheet.
    """
    kind = kind_of_workbook(content)
    if kind is None or len(content) > MOST_BYTES:
        raise _refused(file, f"more than {MOST_BYTES // 2**20} MiB", _SMALLER)
    asked = {
        "sheet": sheet, "decimal": decimal, "mark": MARK, "part": MOST_UNPACKED, "cells": MOST_CELLS,
        "memory": MOST_MEMORY, "seconds": MOST_SECONDS,
    }
    with _process(asked) as process:
        assert process.stdin is not None and process.stdout is not None
        feeding = Thread(target=_feed, args=(process.stdin, content))
        feeding.start()
        try:
            found, answer = _answered(process.stdout, kind)
        except BaseException:
            process.kill()
            raise
        finally:
            feeding.join()
    if answer.get("done"):
        return found
    raise _error(file, answer, process.returncode, sheet or "")


def _process(asked: dict[str, Any]) -> subprocess.Popen[bytes]:
    # Behind all others, for it may be a folder of packages that hide some of Python's own.
    found = f"import sys; sys.path.append({str(Path(bidder.__file__).parents[1])!r})"
    code = f"{found}; from bidder.files.workbooks.process import main; main()"
    return subprocess.Popen(
        [sys.executable, "-P", "-c", code, json.dumps(asked)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )


def _feed(stream: IO[bytes], content: bytes) -> None:
    try:
        with stream:
            stream.write(content)
    except OSError:  # it has ended before it had read everything; its answer tells why
        pass


def _answered(stream: IO[bytes], kind: str) -> tuple[list[Sheet], dict[str, Any]]:
    """The sheets, and the last word of the process (nothing where it has ended without one)."""
    found: list[Sheet] = []
    while "sheet" in (said := _said(stream)):
        packed = pa.BufferOutputStream()
        with pa.CompressedOutputStream(packed, "zstd") as out:
            for piece in _pieces(stream):
                if isinstance(piece, dict):
                    return found, piece
                out.write(piece)
        found.append(Sheet(said["sheet"], said["rows"], kind, packed.getvalue().to_pybytes()))
    return found, said


def _pieces(stream: IO[bytes]) -> Iterator[bytes | dict[str, Any]]:
    """The pieces of a sheet; an answer instead of one where the process could not go on."""
    while (size := _said(stream)) != 0:
        if isinstance(size, dict):
            yield size
            return
        yield stream.read(size)


def _said(stream: IO[bytes]) -> Any:
    """What the next line says; nothing where the process ended before it was written."""
    try:
        return json.loads(stream.readline())
    except ValueError:
        return {}


def _error(file: str, answer: dict[str, Any], code: int, sheet: str) -> InputError:
    said = " ".join(str(answer.get("said", "")).split())[:200]
    match answer.get("error"):
        case "sheet":
            names = answer["names"]
            return _refused(file, f"the workbook has no sheet {sheet!r}", one_of(names, sheet) or "a table")
        case "password":
            return _refused(file, "the workbook is protected by a password", "one without")
        case "large":
            return _refused(file, f"the workbook is too large{said and f': {said}'}", _SMALLER)
        case "damaged":
            return _refused(file, f"cannot be read as a workbook: {said}", "a whole file")
    # It was ended by a limit, or by its own library for want of memory.
    ended = f" ({signal.Signals(-code).name})" if code < 0 else ""
    return _refused(file, f"the workbook is damaged, or takes too much memory or time{ended}", _SMALLER)


def _refused(file: str, message: str, expected: str) -> InputError:
    return InputError(Problem(message, expected, place=Place(file)))
