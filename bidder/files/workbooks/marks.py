"""Which cells of an .xlsx sheet hold no value.

The library gives an empty text for an error (``#N/A``) and for a formula that was never worked out, and to a
report an empty cell often is a number of none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import IO
from xml.parsers import expat

Marks = dict[int, dict[int, str]]
"""What stands in cells without a value, by row and column, both counted from 0."""

_BLOCK = 1024 * 1024
_LONGEST = 64
_SIGNS = (re.compile(rb"""t\s*=\s*["']e["']"""), re.compile(rb"f[\s/>](?<=[<:]f[\s/>])"))
"""One of these stands in every sheet that has errors or formulas. (Looking back is faster than before.)"""
_ODD = (b":c ", b":c>", b"='", b"<!")
"""Prefixes of names, other quotes, comments: not as nearly all sheets are written."""
_CELL = re.compile(rb".*<c\s([^<>]*)>(.*)", re.DOTALL)
_PLACE, _KIND = re.compile(rb'(?<!\S)r="([A-Z]+[0-9]+)"'), re.compile(rb'(?<!\S)t="(\w+)"')
_FORMULA, _VALUE = re.compile(rb"<f(?:\s[^<>]*)?(?:/>|>([^<]*)</f>)"), re.compile(rb"<v>([^<]*)</v>|<v\s*/>")


def marks_in(opened: Callable[[], IO[bytes]]) -> Marks:
    """The cells without a value of a sheet's part, which ``opened`` opens from its beginning."""
    with opened() as stream:
        if not _suspicious(stream):
            return {}
    with opened() as stream:
        marks = plain_marks(stream)
    if marks is None:
        with opened() as stream:
            marks = _Cells().read(stream)
    return marks


def _suspicious(stream: IO[bytes]) -> bool:
    """Whether a sheet may have errors or formulas."""
    before = b""
    while block := stream.read(_BLOCK):
        seen = before + block
        if any(sign.search(seen) for sign in _SIGNS):
            return True
        before = block[-16:]
    return False


def plain_marks(stream: IO[bytes]) -> Marks | None:
    """The marks of a sheet that is written as nearly all are; None for another one.

    Many times as fast as to read all of the XML.
    """
    marks: Marks = {}
    rest = b""
    while block := stream.read(_BLOCK):
        *rows, rest = (rest + block).split(b"</row>")
        if len(rest) > _BLOCK or any(odd in block for odd in _ODD):
            return None
        for row in rows:
            if (b"<f" in row or b't="e"' in row) and not all(_note_plain(marks, c) for c in _suspects(row)):
                return None
    return marks


def _suspects(row: bytes) -> Iterator[bytes]:
    """The cells of a row that have an error, or a formula without a value (up to their end)."""
    for cell in row.split(b"</c>")[:-1]:
        valued = cell.endswith(b"</v>") and not cell.endswith(b"<v></v>")
        if b't="e"' in cell or (b"<f" in cell and not valued):
            yield cell


def _note_plain(marks: Marks, cell: bytes) -> bool:
    """Note a cell when it holds no value; False where it is written in another way."""
    parts = _CELL.fullmatch(cell)
    if parts is None:
        return False
    attributes, inner = parts.groups()
    place, kind = _PLACE.search(attributes), _KIND.search(attributes)
    formula, value = _FORMULA.search(inner), _VALUE.search(inner)
    if place is None or (b"<f" in inner and formula is None) or (b"<v" in inner and value is None):
        return False
    texts = [unescape((found[1] or b"").decode()) if found else None for found in (formula, value)]
    text = _without_value(kind[1].decode() if kind else None, *texts)
    if text is not None:
        row, column = _place(place[1].decode())
        marks.setdefault(row, {})[column] = text
    return True


def _without_value(kind: str | None, formula: str | None, value: str | None) -> str | None:
    """What a cell of a kind shows that holds no value; None for a cell that holds one."""
    if kind == "e":
        return _short(value or "an error")
    if formula is not None and not value and kind != "str":
        return _short(f"={formula} (never worked out)")
    return None


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


class _Cells:
    """Looks through all cells of a sheet for those without a value."""

    def __init__(self) -> None:
        self._marks: Marks = {}
        self._row = self._column = -1
        self._kind: str | None = None
        self._within = ""
        self._formula: str | None = None
        self._value = ""

    def read(self, stream: IO[bytes]) -> Marks:
        """The marks of a sheet's part."""
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.ParseFile(stream)
        return self._marks

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name == "c":
            self._column += 1
            if place := attributes.get("r"):
                self._row, self._column = _place(place)
            self._kind, self._formula, self._value = attributes.get("t"), None, ""
        elif name == "row":
            self._row, self._column = int(attributes.get("r", self._row + 2)) - 1, -1
        elif name == "f":
            self._within, self._formula = name, ""
        elif name == "v":
            self._within = name

    def _text(self, text: str) -> None:
        if self._within == "v":
            self._value += text
        elif self._within == "f" and self._formula is not None:
            self._formula += text

    def _end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if name in ("f", "v"):
            self._within = ""
        elif name == "c":
            text = _without_value(self._kind, self._formula, self._value)
            if text is not None:
                self._marks.setdefault(self._row, {})[self._column] = text


def _place(name: str) -> tuple[int, int]:
    """Row and column of a cell's name, both counted from 0: (4, 2) of C5."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(name[len(letters) :]) - 1, column - 1
