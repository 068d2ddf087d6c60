"""What the library does not tell of an .xlsx file: how large it unpacks, and which cells hold no value.

The library gives an empty text for an error (``#N/A``) and for a formula that was never worked out, and to a
report an empty cell often is a number of none.
"""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

Marks = dict[int, dict[int, str]]
"""What stands in cells without a value, by row and column, both counted from 0."""

_BLOCK = 1024 * 1024
_SIGNS = (re.compile(rb"""t\s*=\s*["']e["']"""), re.compile(rb"f[\s/>](?<=[<:]f[\s/>])"))
"""One of these stands in every sheet that has errors or formulas. (Looking back is faster than before.)"""
_LONGEST = 64


_BOOK_BEGINS = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILE_PASS = 0x2F


class TooLargeError(Exception):
    """More than the limits allow."""


class Parts:
    """The parts of a workbook's archive.

    Parameters
    ----------
    content : bytes
    most : int
        Bytes that one part may have when it is unpacked.

    Raises
    ------
    TooLargeError
    zipfile.BadZipFile
        Also when a part is read and is not what the archive says of it.
    """

    def __init__(self, content: bytes, most: int) -> None:
        if not zipfile.is_zipfile(io.BytesIO(content)):
            raise zipfile.BadZipFile("its end is missing")
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        for part in self._archive.infolist():
            if part.file_size > most:
                raise TooLargeError(f"{part.filename} unpacks to {part.file_size / 2**30:,.1f} GiB")
        self._names = {name.casefold(): name for name in self._archive.namelist()}

    def marks(self, sheet: str) -> Marks:
        """The cells of a sheet that hold no value."""
        part = self._part_of(sheet)
        with self._open(part) as stream:
            if not _suspicious(stream):
                return {}
        with self._open(part) as stream:
            return _Cells().read(stream)

    def _open(self, part: str) -> IO[bytes]:
        return self._archive.open(self._names.get(part.casefold(), part))

    def _part_of(self, sheet: str) -> str:
        book = self._related("")["officeDocument"][0]
        with self._open(book) as stream:
            root = ElementTree.parse(stream).getroot()
        for element in root.iter():
            if _local(element.tag) == "sheet" and element.get("name") == sheet:
                key = next(value for name, value in element.items() if _local(name) == "id")
                return self._related(book)[key][0]
        raise KeyError(sheet)

    def _related(self, part: str) -> dict[str, list[str]]:
        """Paths of the parts that a part refers to, by key and by type."""
        folder, name = posixpath.split(part)
        found: dict[str, list[str]] = {}
        with self._open(posixpath.join(folder, "_rels", f"{name}.rels")) as stream:
            for one in ElementTree.parse(stream).getroot():
                path = posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
                for key in (one.get("Id", ""), one.get("Type", "").rpartition("/")[2]):
                    found.setdefault(key, []).append(path)
        return found


def is_protected(content: bytes) -> bool:
    """Whether a compound file holds a workbook that needs a password.

    That is a package encrypted as a whole ([MS-OFFCRYPTO] 1.3.3), or an .xls with a FilePass record, which
    stands among the first ones ([MS-XLS] 2.1.7.20.3).
    """
    if "EncryptedPackage".encode("utf-16-le") in content:
        return True
    at = content.find(_BOOK_BEGINS)
    for _ in range(3):
        if not 0 <= at <= len(content) - 4:
            return False
        kind, size = struct.unpack_from("<HH", content, at)
        if kind == _FILE_PASS:
            return True
        at += 4 + size
    return False


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _suspicious(stream: IO[bytes]) -> bool:
    """Whether a sheet may have errors or formulas."""
    before = b""
    while block := stream.read(_BLOCK):
        seen = before + block
        if any(sign.search(seen) for sign in _SIGNS):
            return True
        before = block[-16:]
    return False


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
        name = _local(tag)
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
        name = _local(tag)
        if name in ("f", "v"):
            self._within = ""
        elif name == "c":
            if self._kind == "e":
                self._note(self._value or "an error")
            elif self._formula is not None and not self._value and self._kind != "str":
                self._note(f"={self._formula} (never worked out)")

    def _note(self, text: str) -> None:
        short = text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
        self._marks.setdefault(self._row, {})[self._column] = short


def _place(name: str) -> tuple[int, int]:
    """Row and column of a cell's name, both counted from 0: (4, 2) of C5."""
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(name[len(letters) :]) - 1, column - 1
