"""Which cells of an .xlsx sheet hold no value.

The library gives an empty text for an error (``#N/A``) and for a formula that was never worked out, and to a
report an empty cell often is a number of none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

Marks = dict[int, dict[int, str]]
"""What stands in cells without a value, by row and column, both counted from 0."""

_BLOCK = 1024 * 1024
_LONGEST = 64
_SIGNS = (re.compile(rb"""t\s*=\s*["']e["']"""), re.compile(rb"f[\s/>](?<=[<:]f[\s/>])"))
"""One of these stands in every sheet that has errors or formulas. (Looking back is faster than before.)"""


def marks_in(opened: Callable[[], IO[bytes]]) -> Marks:
    """The cells without a value of a sheet's part, which ``opened`` opens from its beginning."""
    with opened() as stream:
        if not _suspicious(stream):
            return {}
    with opened() as stream:
        return _Cells().read(stream)


def _suspicious(stream: IO[bytes]) -> bool:
    """Whether a sheet may have errors or formulas."""
    before = b""
    while block := stream.read(_BLOCK):
        seen = before + block
        if any(sign.search(seen) for sign in _SIGNS):
            return True
        before = block[-16:]
    return False


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
