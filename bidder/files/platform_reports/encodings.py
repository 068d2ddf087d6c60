"""In which encoding a report is written."""

from __future__ import annotations

import codecs

from bidder.errors import InputError, Place, Problem

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)
_COMMON_SHARE, _FIRST_SHARE = 0.9, 0.6
_LAST_OF_FIRST_LEVEL = 0xD7
_GUESSED = "utf-8"


def known_encoding(name: str, file: str) -> str:
    """The codec that a source names.

    Raises
    ------
    InputError
        When there is none of that name, or it is none for text.
    """
    try:
        codec = codecs.lookup(name)
        codec.decode(b"")
        if getattr(codec, "_is_text_encoding", True) and codec.name not in ("idna", "punycode", "undefined"):
            return "utf-8" if codec.name == "utf-8-sig" else codec.name
    except (LookupError, ValueError):  # a name with a NUL among them
        pass
    message = f"encoding {name[:40]!r} is not known"
    raise InputError(Problem(message, "one such as utf-8, utf-16 or gbk", place=Place(file)))


def detected_encoding(sample: bytes) -> str:
    """The encoding of a text that begins with these bytes.

    A byte order mark decides; then zeros in every second byte (UTF-16), valid UTF-8, and Chinese in GBK
    (GB 18030). Anything else is left as UTF-8, so that the cells that are not can be named.
    """
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if (wide := _wide(sample)) is not None:
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
        return "utf-8"
    except UnicodeDecodeError:
        return "gb18030" if _chinese(sample) else _GUESSED


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: its ASCII has a zero in every second byte."""
    head = sample[:4096]
    half = max(len(head) // 2, 1)
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > half * 0.4 and even < half * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < half * 0.1 else None


def _chinese(sample: bytes) -> bool:
    """Whether the sample is GB 18030, nearly all of it in GB 2312, and most of that of its first level.

    In a Western text an accented letter stands before an ASCII one, which makes a rare character or none,
    or (as in Größe) two of them stand together, which makes one of the second level.
    """
    try:
        text = codecs.getincrementaldecoder("gb18030")().decode(sample)
    except UnicodeDecodeError:
        return False
    wide = "".join(letter for letter in text if not letter.isascii())
    common = wide.encode("gb2312", "ignore")[::2]
    first = sum(byte <= _LAST_OF_FIRST_LEVEL for byte in common)
    return bool(wide) and len(common) >= _COMMON_SHARE * len(wide) and first >= _FIRST_SHARE * len(wide)
