"""Bytes of text files: unpacked, and with a mark in place of what is not UTF-8."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

import pyarrow as pa

MARK = "\ufdd0"
"""Stands where bytes are no UTF-8: a noncharacter, which no text may hold (Unicode, section 23.7)."""

_PACKED = {".gz": "gzip", ".bz2": "bz2"}


def _marked(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return MARK, error.end


codecs.register_error("bidder-mark", _marked)


class TextStream:
    """A file as a stream of valid UTF-8, unpacked when its name ends in .gz or .bz2.

    Arrow cannot tell of a row that is not UTF-8 without ending the read, so the stream marks what is
    wrong, and the checks of the cells find the mark.
    """

    closed = False

    def __init__(self, file: str) -> None:
        self._raw = pa.OSFile(file)
        packed = _PACKED.get(Path(file).suffix.lower())
        self._stream: Any = pa.CompressedInputStream(self._raw, packed) if packed else self._raw
        self._size = max(self._raw.size(), 1)
        self._decoder = codecs.getincrementaldecoder("utf-8")("bidder-mark")
        self._split = False

    @property
    def share(self) -> float:
        """Which part of the file has been read, 0 to 1."""
        return 1.0 if self._raw.closed else min(self._raw.tell() / self._size, 1.0)

    def read(self, size: int = -1) -> bytes:
        """The next bytes; none at the end."""
        while True:
            block: bytes = self._stream.read(size)
            if block.isascii() and block and not self._split:
                return block
            text = self._decoder.decode(block, final=not block)
            self._split = bool(self._decoder.getstate()[0])
            if text or not block:
                return text.encode("utf-8")

    def readable(self) -> bool:
        """It is."""
        return True

    def close(self) -> None:
        """Close the file."""
        self.closed = True
        self._stream.close()
        self._raw.close()

    def __enter__(self) -> TextStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
