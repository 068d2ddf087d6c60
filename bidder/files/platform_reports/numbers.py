"""From cells to numbers: whole columns at once where they are plain, else each spelling once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bidder.arrays import Bools, Floats
from bidder.files.tables import unguard

_PLAIN = np.zeros(256, dtype=np.bool_)
_PLAIN[[ord(c) for c in "0123456789."]] = True
_SPACES = re.compile("[\\s\u00a0\u202f\u2009']")
_SYMBOLS: dict[str, tuple[str, ...]] = {
    "€": ("EUR",), "£": ("GBP",), "¥": ("CNY", "JPY"), "￥": ("CNY", "JPY"), "元": ("CNY",), "₹": ("INR",),
    "₩": ("KRW",), "zł": ("PLN",), "₺": ("TRY",), "R$": ("BRL",), "US$": ("USD",), "CA$": ("CAD",),
    "A$": ("AUD",), "AU$": ("AUD",), "S$": ("SGD",), "HK$": ("HKD",), "MX$": ("MXN",), "NT$": ("TWD",),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "CLP", "COP", "ARS"),
    "kr": ("SEK", "NOK", "DKK"),
    "Fr.": ("CHF",), "₫": ("VND",), "฿": ("THB",), "₽": ("RUB",),
}
_NUMBERS = {
    mark: re.compile(
        rf"-?((\d{{1,3}}(\{other}\d{{3}})+|\d+)(\{mark}\d*)?|\{mark}\d+)([eE][+-]?\d{{1,3}})?", re.ASCII
    )
    for mark, other in ((".", ","), (",", "."))
}
_LARGEST = Decimal(10) ** 15


@dataclass(frozen=True)
class Reading:
    """How the numbers of a column are read.

    Attributes
    ----------
    mark : str
        Decimal mark.
    unknown : frozenset of str
        Cells (small letters) that tell nothing.
    symbols : tuple of str
        Currency signs that may stand beside a number.
    share : bool
        Whether ``12 %``, ``< 10 %`` and ``> 90 %`` may be given; the bound is taken.
    """

    mark: str
    unknown: frozenset[str]
    symbols: tuple[str, ...] = ()
    share: bool = False


def symbols_of(currency: str) -> tuple[str, ...]:
    """Signs and codes of a currency, long ones first."""
    signs = [sign for sign, codes in _SYMBOLS.items() if currency in codes]
    return tuple(sorted([*signs, currency], key=len, reverse=True))


@dataclass(frozen=True)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values : ndarray of float64
        0 where there is none.
    good : ndarray of bool
        Whether the cell is a number or tells that nothing is known.
    empty : ndarray of bool or None
        Where nothing is known; None when that is nowhere.
    """

    values: Floats
    good: Bools
    empty: Bools | None


def read_numbers(column: Any, how: Reading, scale: int = 1) -> Numbers:
    """A column of text, or of numbers in Parquet; times ``scale``, rounded once where it is decimal text."""
    if not pa.types.is_string(column.type):
        return _typed(column, scale)
    values = _at_once(column, how.mark)
    if values is not None:
        return Numbers(values * scale, np.ones(len(values), dtype=np.bool_), None)
    encoded = column.dictionary_encode()
    spellings = encoded.dictionary
    words = np.zeros(len(spellings) + 1)
    good = np.ones(len(spellings) + 1, dtype=np.bool_)
    empty = np.zeros(len(spellings) + 1, dtype=np.bool_)
    empty[-1], good[-1] = True, "" in how.unknown
    for place, spelling in enumerate(spellings.to_pylist()):
        number = number_of(spelling, how)
        if number is None:
            good[place] = spelling.strip().casefold() in how.unknown
            empty[place] = good[place]
        else:
            words[place] = float(number * scale)
    codes = encoded.indices.fill_null(len(spellings)).to_numpy(zero_copy_only=False)
    missing = empty[codes]
    return Numbers(words[codes], good[codes], missing if missing.any() else None)


def number_of(cell: str, how: Reading) -> Decimal | None:
    """The number that a cell spells; None for anything else.

    >>> number_of("US$1,234.50", Reading(".", frozenset(), ("US$",)))
    Decimal('1234.50')
    """
    text = unguard(cell.strip())
    share = Decimal(1)
    if how.share:
        text = text.lstrip("<>\u2264\u2265 \u00a0")
        if text.endswith("%"):
            text, share = text[:-1], Decimal("0.01")
    text = _bare(text, how.symbols)
    text = _SPACES.sub("", text)
    if not _NUMBERS[how.mark].fullmatch(text):
        return None
    plain = text.replace("." if how.mark == "," else ",", "").replace(",", ".")
    number = Decimal(plain) * share
    return number if abs(number) < _LARGEST else _LARGEST.copy_sign(number)


def _bare(text: str, symbols: tuple[str, ...]) -> str:
    """The text without a currency sign before or after it."""
    minus = "-" if text.startswith("-") else ""
    body = text.removeprefix("-").strip()
    for sign in symbols:
        if body.startswith(sign):
            return minus + body[len(sign) :].strip()
        if body.endswith(sign):
            return minus + body[: -len(sign)].strip()
    return text


def _at_once(column: Any, mark: str) -> NDArray[np.float64] | None:
    """All cells as numbers when they are digits with at most one decimal mark; else None."""
    if not len(column) or column.null_count:
        return None
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    if (offsets[1:] == offsets[:-1]).any():
        return None
    letters = np.frombuffer(column.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    if mark == ",":
        swap = np.arange(256, dtype=np.uint8)
        swap[[ord("."), ord(",")]] = ord(","), ord(".")
        letters = swap[letters]
        column = pa.StringArray.from_buffers(
            len(column), pa.py_buffer((offsets - offsets[0]).astype(np.int32)), pa.py_buffer(letters)
        )
    if not _PLAIN[letters].all():
        return None
    try:
        values: Floats = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    return values if np.isfinite(values).all() else None


def _typed(column: Any, scale: int) -> Numbers:
    """Numbers as Parquet holds them."""
    try:
        values = column.cast(pa.float64(), safe=False).fill_null(0.0).to_numpy(zero_copy_only=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):  # dates, for example
        return Numbers(np.zeros(len(column)), np.zeros(len(column), dtype=np.bool_), None)
    good = np.isfinite(values)
    missing = pc.is_null(column, nan_is_null=True).to_numpy(zero_copy_only=False)
    values = np.where(good, values, 0.0) * scale
    return Numbers(values, good | missing, missing if missing.any() else None)
