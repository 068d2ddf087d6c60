"""From cells to numbers: whole columns at a time, cell by cell only where one is bad."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bidder.arrays import Bools, Ints
from bidder.files.auction_logs.reading import Batch, Frame, Reading, found_texts
from bidder.files.auction_logs.streams import MARK
from bidder.quantities import HUGE

Kind = Literal["whole", "moment", "number", "scaled", "flag", "text", "user"]
MILLION = 1_000_000
LAST_TS = 32_503_679_999_999_999
"""End of the year 2999, microseconds: calendars end in 9999, and local days begin before that."""
MAX_NAME = 200
_WHOLE = r"^\s*[+-]?[0-9]{1,18}\s*$"
_NUMBER = r"^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*$"
_TIME = (
    r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
    r"(Z|[+-][0-9]{2}(:?[0-9]{2})?)\s*$"
)
_CONTROL = f"[\x00-\x1f\x7f{MARK}]"


@dataclass(frozen=True)
class Rule:
    """What may stand in a column.

    Attributes
    ----------
    name : str
        Name of the column in a log.
    kind : str
        whole, moment (microseconds since 1970, or a time with its zone), number, scaled (a number of which
        millionths are kept), flag (0 or 1), text, user (a uint64, or text that is hashed).
    expected : str
        In words.
    low, high : float
        Least and greatest value.
    unknown : float or None
        Value for an empty cell; None where a cell may not be empty.
    above : bool
        Whether the value must be greater than ``low``.
    """

    name: str
    kind: Kind
    expected: str
    low: float = 0.0
    high: float = HUGE
    unknown: float | None = None
    above: bool = False


def rule(name: str, unit: str = "the money unit", censored: bool = False) -> Rule:
    """The rule of a log's column."""
    chance = "a probability from 0 to 1"
    money = f"a whole number of at least 0 ({unit})"
    moment = "microseconds since 1970 UTC, or a time with its zone such as 2026-10-20T08:00:00Z"
    return {
        "ts": Rule("ts", "moment", moment, high=LAST_TS),
        "campaign": Rule("campaign", "text", "a name of up to 200 characters"),
        "market_price": Rule("market_price", "whole", money, unknown=-1 if censored else None),
        "auction": Rule("auction", "whole", "a whole number", low=-9.2e18, high=9.2e18),
        "channel": Rule("channel", "text", "a name of up to 200 characters", unknown=-1),
        "keyword": Rule("keyword", "text", "a text of up to 200 characters", unknown=-1),
        "placement": Rule("placement", "text", "a name of up to 200 characters", unknown=-1),
        "user": Rule("user", "user", "a whole number or a text", unknown=0),
        "floor": Rule("floor", "whole", money, unknown=0),
        "pctr": Rule("pctr", "number", chance, high=1),
        "pcvr": Rule("pcvr", "number", chance, high=1),
        "quality": Rule("quality", "number", "a number above 0", above=True, unknown=np.nan),
        "click": Rule("click", "flag", "0 or 1", high=1),
        "conversion": Rule("conversion", "flag", "0 or 1", high=1),
        "value": Rule("value", "scaled", "an amount of at least 0 (currency units)", high=1e12, unknown=0),
        "conversion_delay": Rule(
            "conversion_delay", "scaled", "a number of seconds, at least 0", high=1e10, unknown=0
        ),
        "last_visit": Rule("last_visit", "moment", moment, high=LAST_TS, unknown=-1),
        "lost_bid": Rule("lost_bid", "whole", money, unknown=-1),
    }[name]


def clean(batch: Batch, rules: Sequence[Rule], reading: Reading) -> Frame:
    """The good rows of a batch; rows without any content are passed over."""
    columns: dict[str, Any] = {}
    bad: dict[str, Bools] = {}
    for one in rules:
        columns[one.name], good = _cells(batch.columns[one.name], one)
        if not good.all():
            bad[one.name] = ~good
    keep = np.ones(len(batch.rows), dtype=np.bool_)
    reading.seen += len(keep)
    if bad:
        blank = blank_rows(batch)
        reading.seen -= int(blank.sum())
        keep &= ~blank
        _refuse(batch, rules, bad, keep, reading)
    return Frame(batch.file, batch.rows, columns).kept(keep)


def _refuse(
    batch: Batch, rules: Sequence[Rule], bad: dict[str, Bools], keep: Bools, reading: Reading
) -> None:
    """Tell what is wrong, each row once, and take the rows out of ``keep``."""
    for one in rules:
        if one.name not in bad:
            continue
        where = np.flatnonzero(bad[one.name] & keep)
        if len(where):
            header = batch.headers.get(one.name, one.name)
            reading.refuse(
                batch.file, batch.rows[where], header, f"{header} is not {one.expected}", one.expected,
                found_texts(batch.columns[one.name], where),
            )
            keep[where] = False


def blank_rows(batch: Batch) -> Bools:
    """Rows without any content."""
    blank = np.ones(len(batch.rows), dtype=np.bool_)
    for column in batch.columns.values():
        if pa.types.is_binary(column.type) or pa.types.is_string(column.type):
            blank &= pc.equal(pc.binary_length(column), 0).fill_null(True).to_numpy(zero_copy_only=False)
        else:
            blank &= False
    return blank


def _cells(column: Any, one: Rule) -> tuple[Any, Bools]:
    """Values of a column, and which of them are good."""
    if one.kind == "text":
        return _names(column, one)
    if one.kind == "user":
        return _users(column)
    if one.kind == "moment":
        values, good, empty = _moments(column)
    elif one.kind in ("whole", "flag"):
        values, good, empty = _whole(column)
    else:
        values, good, empty = _floats(column)
    with np.errstate(invalid="ignore"):
        within = (values >= one.low) & (values <= one.high)
        if one.above:
            within &= values > one.low
    good &= within
    if one.kind == "scaled":
        values = np.rint(np.where(good, values, 0.0) * MILLION).astype(np.int64)
    elif one.kind == "flag":
        values = np.where(good, values, 0).astype(np.uint8)
    if empty is not None:
        values = np.where(empty, -1 if one.unknown is None else one.unknown, values).astype(values.dtype)
        good = good & ~empty if one.unknown is None else good | empty
    return values, good


def _text(column: Any) -> tuple[Any, Bools]:
    """A column of bytes or text as text, and where it is valid UTF-8 without NUL."""
    good = np.ones(len(column), dtype=np.bool_)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        try:
            return column.cast(pa.string()), good
        except pa.ArrowInvalid:
            decoded = [_decoded(cell) for cell in column.to_pylist()]
            good = np.array([text is not None for text in decoded], dtype=np.bool_)
            return pa.array([text or "" for text in decoded], pa.string()), good
    return column.cast(pa.string()), good


def _decoded(cell: bytes | None) -> str | None:
    try:
        return (cell or b"").decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_text(column: Any) -> bool:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    checks = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(check(kind) for check in checks)


Parsed = tuple[NDArray[Any], Bools, Bools | None]
"""Values, which of them are good, and which are empty (None where none is)."""


def _whole(column: Any) -> Parsed:
    if _is_text(column):
        return _parsed(column, _WHOLE, pa.int64())
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False).cast(pa.int64())
    if pa.types.is_boolean(column.type) or pa.types.is_null(column.type):
        column = column.cast(pa.int64())
    empty = _empty(column)
    if pa.types.is_integer(column.type):
        values = column.fill_null(0).to_numpy(zero_copy_only=False)
        if column.type == pa.uint64():
            return values.astype(np.int64), values <= np.uint64(2**63 - 1), empty
        return values.astype(np.int64, copy=False), np.ones(len(values), dtype=np.bool_), empty
    numbers, good, empty = _floats(column)
    good &= (np.abs(numbers) < 2**53) & (numbers == np.floor(numbers))
    return np.where(good, numbers, 0.0).astype(np.int64), good, empty


def _moments(column: Any) -> Parsed:
    values, good, empty = _whole(column)
    if not _is_text(column) or good.all():
        return values, good, empty
    text = _text(column)[0].fill_null("")
    timed = pc.match_substring_regex(text, _TIME).to_numpy(zero_copy_only=False)
    cells = pc.utf8_trim_whitespace(text.filter(pa.array(timed)))
    values = values.copy()
    values[timed], good[timed] = _times(cells)
    return values, good, empty


def _times(cells: Any) -> tuple[Ints, Bools]:
    """Texts with the form of a time as microseconds, and which of them are one."""
    kind = pa.timestamp("us", "UTC")
    try:
        return cells.cast(kind).cast(pa.int64()).to_numpy(), np.ones(len(cells), dtype=np.bool_)
    except pa.ArrowInvalid:  # the 30th of February among them
        if len(cells) == 1:
            return np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.bool_)
    half = len(cells) // 2
    parts = [_times(cells[:half]), _times(cells[half:])]
    return np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])


def _floats(column: Any) -> Parsed:
    if _is_text(column):
        values, good, empty = _parsed(column, _NUMBER, pa.float64())
    else:
        empty = _empty(column)
        values = column.cast(pa.float64(), safe=False).fill_null(0.0).to_numpy(zero_copy_only=False)
        good = np.ones(len(values), dtype=np.bool_)
    return values, good & np.isfinite(values), empty


def _empty(column: Any) -> Bools | None:
    if not column.null_count:
        return None
    empty: Bools = column.is_null().to_numpy(zero_copy_only=False)
    return empty


def _parsed(column: Any, pattern: str, kind: Any) -> Parsed:
    """Text as numbers: at once when every cell is one, else by pattern."""
    text, good = _text(column)
    text = text.fill_null("")
    empty: Bools = pc.binary_length(text).to_numpy(zero_copy_only=False) == 0
    filled = pc.if_else(pa.array(empty), "0", text) if empty.any() else text
    if good.all() and not _hexadecimal(filled):  # which Arrow would take too
        try:
            values = filled.cast(kind).to_numpy(zero_copy_only=False)
            return values, good, empty if empty.any() else None
        except pa.ArrowInvalid:
            pass
    empty = pc.equal(pc.utf8_trim_whitespace(text), "").to_numpy(zero_copy_only=False) & good
    good &= pc.match_substring_regex(text, pattern).to_numpy(zero_copy_only=False)
    digits = pc.utf8_ltrim(pc.utf8_trim_whitespace(text), "+")
    readable = pc.if_else(pa.array(good), digits, "0")
    return readable.cast(kind).to_numpy(zero_copy_only=False), good, empty if empty.any() else None


def _hexadecimal(text: Any) -> bool:
    """Whether there is an x anywhere; looks at the bytes of all cells at once."""
    offsets = np.frombuffer(text.buffers()[1], np.int32)[text.offset : text.offset + len(text) + 1]
    if not len(text) or text.buffers()[2] is None:
        return False
    cells = np.frombuffer(text.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return bool(((cells | 32) == ord("x")).any())


def _names(column: Any, one: Rule) -> tuple[Any, Bools]:
    """Text as a dictionary array; names are checked once each."""
    if not _is_text(column):
        column = column.cast(pa.string())
    text, good = _text(column)
    encoded = pc.utf8_trim_whitespace(text).dictionary_encode()
    names = encoded.dictionary
    proper = pc.and_(
        pc.less_equal(pc.utf8_length(names), MAX_NAME), pc.invert(pc.match_substring_regex(names, _CONTROL))
    ).to_numpy(zero_copy_only=False)
    filled = pc.not_equal(names, "").to_numpy(zero_copy_only=False)
    indices = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    allowed = np.append(proper & filled if one.unknown is None else proper, one.unknown is not None)
    # An empty cell is no name: null in place of a word.
    missing = ~np.append(filled, False)[indices]
    if missing.any():
        encoded = pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32(), mask=missing), names)
    return encoded, good & allowed[indices]


def _users(column: Any) -> tuple[NDArray[np.uint64], Bools]:
    """Users as uint64: numbers as they are, any other text by its hash; 0 where there is none."""
    if pa.types.is_integer(column.type):
        values = column.fill_null(0).to_numpy(zero_copy_only=False)
        return values.astype(np.uint64), values >= 0
    if not _is_text(column):
        column = column.cast(pa.string(), safe=False)
    text, good = _text(column)
    text = text.fill_null("")
    try:
        return text.cast(pa.uint64()).to_numpy(zero_copy_only=False), good
    except pa.ArrowInvalid:
        pass
    number = pc.match_substring_regex(text, "^[0-9]{1,19}$")
    users = pc.if_else(number, text, "0").cast(pa.uint64()).to_numpy(zero_copy_only=False).copy()
    named = ~number.to_numpy(zero_copy_only=False) & (pc.binary_length(text).to_numpy() > 0)
    users[named] = hashed(text.filter(pa.array(named)))
    return users, good & ~pc.match_substring(text, MARK).to_numpy(zero_copy_only=False)


def hashed(text: Any) -> NDArray[np.uint64]:
    """A stable 64-bit hash of each text (pandas' SipHash with its default key), never 0."""
    import pandas as pd

    codes = pd.util.hash_array(text.to_numpy(zero_copy_only=False), categorize=False)
    hashes: NDArray[np.uint64] = np.where(codes == 0, np.uint64(1), codes)
    return hashes
