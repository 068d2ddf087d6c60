"""What the library does not tell of a workbook's file: how large it unpacks, and which part is a sheet's."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
from typing import IO
from xml.etree import ElementTree

from bidder.files.workbooks.marks import Marks, marks_in

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

    Attributes
    ----------
    size : int
        Bytes of all parts when they are unpacked.

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
        self.size = sum(part.file_size for part in self._archive.infolist())
        self._names = {name.casefold(): name for name in self._archive.namelist()}

    def marks(self, sheet: str) -> Marks:
        """The cells of a sheet that hold no value."""
        part = self._part_of(sheet)
        return marks_in(lambda: self._open(part))

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
