"""A report's file as UTF-8 with one record on each line, whatever its encoding, line ends and quotes."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
from bisect import bisect_left
from pathlib import Path
from typing import Any

import numpy as np

from bidder.arrays import Ints
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.streams import MARK

BLOCK = 1024 * 1024
MAX_RECORD = 1024 * 1024
"""Bytes that one record may have."""
_MARK = MARK.encode()
_QUOTE, _END = 0x22, 0x0A
_GZIP = b"\x1f\x8b"


class _Hashed(io.RawIOBase):
    """A file that is hashed while it is read."""

    def __init__(self, file: str) -> None:
        self._stream = Path(file).open("rb")  # noqa: SIM115 - closed with this object
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._stream.readinto(buffer)
        self.digest.update(memoryview(buffer)[:count])
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()


class UnpackedFile:
    """The bytes of a file, unpacked when it is a gzip file."""

    def __init__(self, file: str) -> None:
        with Path(file).open("rb") as stream:
            packed = stream.read(2) == _GZIP or file.lower().endswith(".gz")
        self._raw = _Hashed(file)
        self._buffered = io.BufferedReader(self._raw, BLOCK)
        self._stream: Any = gzip.GzipFile(fileobj=self._buffered) if packed else self._buffered

    def read(self, size: int) -> bytes:
        """The next bytes; none at the end."""
        content: bytes = self._stream.read(size)
        return content

    @property
    def sha256(self) -> str:
        """Of the bytes of the file that were read: of all of them at the end."""
        return self._raw.digest.hexdigest()

    def close(self) -> None:
        """Close the file."""
        self._buffered.close()


class ReportLines:
    """A stream for Arrow's CSV reader.

    Line ends inside quotes become spaces, so that every record is one line and the number of the line in
    which a record begins is known. NUL bytes, and what is not of the encoding, become :data:`MARK`.

    Parameters
    ----------
    file : str
    encoding : str
    delimiter : str
    skip : int
        Records at the beginning that are left out.
    source : object, optional
        What the bytes are read from (``read``, ``close``) in place of the file: the text of a workbook's
        sheet.
    """

    closed = False

    def __init__(
        self, file: str, encoding: str, delimiter: str = ",", skip: int = 0, source: Any = None
    ) -> None:
        self.file = file
        self.records = 0
        self._source = source or UnpackedFile(file)
        self._plain = encoding == "utf-8"
        self._decoder = codecs.getincrementaldecoder(encoding)("bidder-mark")
        self._delimiter = ord(delimiter)
        self._skip = skip
        self._first = True
        self._pending = False
        self._return = False
        self._rest = b""
        self._ready = b""
        self._ended = False
        self._inside: int | None = None
        self._inside_bytes = 0
        self._joints: list[int] = []

    @property
    def sha256(self) -> str:
        """Of the whole file, at the end."""
        found: str = self._source.sha256
        return found

    def rows(self, records: Ints) -> Ints:
        """Line numbers in the file of records, which are counted from 0 with the skipped ones."""
        return records + 1 + np.searchsorted(self._joints, records, "left")

    def row(self, record: int) -> int:
        """Line number of one record."""
        return record + 1 + bisect_left(self._joints, record)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none at the end.

        Raises
        ------
        InputError
            When a record is too long or a quote is never closed.
        """
        self.filled()
        if size < 0:
            size = len(self._ready)
        out, self._ready = self._ready[:size], self._ready[size:]
        return out

    def filled(self) -> bool:
        """Whether there is more to read."""
        while not self._ready and not self._ended:
            self._ready = self._skipped(self._next())
        return bool(self._ready)

    def readable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Close the file."""
        self.closed = True
        self._source.close()

    def _next(self) -> bytes:
        """Whole lines of the next block, one record each; the last block ends the stream."""
        block = self._source.read(BLOCK)
        data = self._rest + self._ends(self._utf8(block), last=not block)
        if block:
            cut = data.rfind(b"\n") + 1
            data, self._rest = data[:cut], data[cut:]
            if len(self._rest) > MAX_RECORD:
                raise self._too_long(self.records + data.count(b"\n"))
        else:
            self._ended, self._rest = True, b""
            if data and not data.endswith(b"\n"):
                data += b"\n"
        joined = self._joined(data)
        if self._ended and self._inside is not None:
            raise self._never_closed()
        return joined

    def _utf8(self, block: bytes) -> bytes:
        if self._plain and block and block.isascii() and not self._pending:
            text = block
        else:
            decoded = self._decoder.decode(block, final=not block)
            self._pending = bool(self._decoder.getstate()[0])
            if self._first and decoded:
                decoded = decoded.removeprefix("\ufeff")
            text = _encoded(decoded)
        self._first &= not text
        return text.replace(b"\0", _MARK) if b"\0" in text else text

    def _ends(self, text: bytes, last: bool) -> bytes:
        """The text with ``\\n`` at the end of lines."""
        if self._return:
            text = b"\r" + text
            self._return = False
        if b"\r" not in text:
            return text
        if text.endswith(b"\r") and not last:
            text, self._return = text[:-1], True
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _joined(self, data: bytes) -> bytes:
        """The lines with those of one record put together."""
        if self._inside is None and b'"' not in data:
            self.records += data.count(b"\n")
            return data
        letters = np.frombuffer(data, np.uint8)
        ends = np.flatnonzero(letters == _END)
        quotes = np.searchsorted(np.flatnonzero(letters == _QUOTE), ends)
        odd = np.flatnonzero(np.diff(quotes, prepend=0) % 2)
        inner = self._inner_ends(data, ends, odd)
        if len(inner):
            mended = letters.copy()
            mended[inner] = 0x20
            data = mended.tobytes()
        return data

    def _inner_ends(self, data: bytes, ends: Ints, odd: Ints) -> Ints:
        """Positions of the line ends that stand inside quotes; counts the records."""
        inner: list[Ints] = []
        joined, begun = 0, 0  # line ends inside quotes so far; the line in which the open quote began
        for line in odd.tolist():
            if self._inside is not None:
                inner.append(ends[begun:line])
                self._joints += [self._inside] * (line - begun)
                joined += line - begun
                self._inside, self._inside_bytes = None, 0
            elif self._opens(data[int(ends[line - 1]) + 1 if line else 0 : int(ends[line])]):
                self._inside, begun = self.records + line - joined, line
        if self._inside is not None:
            inner.append(ends[begun:])
            self._joints += [self._inside] * (len(ends) - begun)
            joined += len(ends) - begun
            self._inside_bytes += len(data) - (int(ends[begun - 1]) + 1 if begun else 0)
            if self._inside_bytes > MAX_RECORD:
                raise self._never_closed()
        self.records += len(ends) - joined
        return np.concatenate(inner) if inner else np.empty(0, np.int64)

    def _opens(self, line: bytes) -> bool:
        """Whether a quoted cell begins in a line and does not end in it."""
        position = 0
        while position < len(line):
            if line[position] == _QUOTE:
                position = _closing(line, position + 1)
                if position < 0:
                    return True
            position = line.find(self._delimiter, position)
            if position < 0:
                return False
            position += 1
        return False

    def _skipped(self, data: bytes) -> bytes:
        """The lines without those that are to be left out."""
        while self._skip and data:
            end = data.find(b"\n") + 1
            if not end:
                return b""  # the record goes on in the next block
            data, self._skip = data[end:], self._skip - 1
        return data

    def _too_long(self, record: int) -> InputError:
        message = f"a line of more than {MAX_RECORD // 1024:,} KiB"
        return InputError(Problem(message, "a report", place=Place(self.file, row=self.row(record))))

    def _never_closed(self) -> InputError:
        assert self._inside is not None
        place = Place(self.file, row=self.row(self._inside))
        return InputError(Problem("a cell begins with a quote that is never closed", place=place))


def _encoded(text: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # lone surrogates come out of some encodings; they are no text either
        return "".join(MARK if "\ud800" <= c <= "\udfff" else c for c in text).encode("utf-8")


def _closing(line: bytes, position: int) -> int:
    """Position after the quote that closes a cell; -1 where there is none."""
    while True:
        position = line.find(b'"', position) + 1
        if not position or line[position : position + 1] != b'"':
            return position or -1
        position += 1
