"""From the cells of one column to its canonical Arrow array, and which cells are good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bidder.arrays import Bools, Ints
from bidder.files.auction_logs.streams import MARK
from bidder.files.platform_reports.dates import DateOrder
from bidder.files.tables import unguard
from bidder.files.workbooks.sheets import MARK as ERROR_MARK
from bidder.keywords.data import MatchType

MAX_TEXT = 2000
"""Characters of a cell of text."""
_CONTROL = f"[\x00-\x08\x0b-\x1f\x7f{MARK}{ERROR_MARK}]"
_EPOCH = date(1970, 1, 1).toordinal()
LATEST = date(2200, 12, 31)


def all_good(count: int) -> Bools:
    """True for each of ``count`` cells."""
    return np.ones(count, dtype=np.bool_)


def texts(column: Any, unknown: frozenset[str]) -> tuple[Any, Bools]:
    """Text without spaces around it, guards of spreadsheets and marks of the unknown; never null."""
    encoded = _as_text(column).dictionary_encode()
    words = pc.utf8_trim_whitespace(encoded.dictionary)
    good = pc.and_(
        pc.less_equal(pc.utf8_length(words), MAX_TEXT), pc.invert(pc.match_substring_regex(words, _CONTROL))
    ).to_numpy(zero_copy_only=False)
    changed = {
        i: unguard(word) if word.startswith("'") else ""
        for i, word in _few(words, lambda w: pc.or_(pc.starts_with(w, "'"), _is_in(w, unknown)))
    }
    if changed:
        listed = words.to_pylist()
        for place, word in changed.items():
            listed[place] = word
        words = pa.array(listed, pa.string())
    # A null cell tells nothing.
    words = pa.concat_arrays([words, pa.array([""], pa.string())])
    codes = encoded.indices.fill_null(len(words) - 1)
    return words.take(codes), np.append(good, True)[codes.to_numpy(zero_copy_only=False)]


def _few(words: Any, test: Callable[[Any], Any]) -> list[tuple[int, str]]:
    places = np.flatnonzero(test(words).to_numpy(zero_copy_only=False))
    return [(int(place), words[int(place)].as_py()) for place in places]


def _is_in(words: Any, values: frozenset[str]) -> Any:
    return pc.is_in(pc.utf8_lower(words), value_set=pa.array(sorted(values - {""}), pa.string()))


def _as_text(column: Any) -> Any:
    if pa.types.is_string(column.type):
        return column
    return column.cast(pa.string(), safe=False)


def words(
    column: Any, meaning: Callable[[str], int | None], unknown: frozenset[str], kind: Any = np.int8
) -> tuple[NDArray[Any], Bools]:
    """Cells that are words of a list as their codes: 0 for unknown; each spelling is looked up once."""
    encoded = _as_text(column).dictionary_encode()
    count = len(encoded.dictionary)
    codes, good = np.zeros(count + 1, dtype=kind), np.ones(count + 1, dtype=np.bool_)
    for place, word in enumerate(encoded.dictionary.to_pylist()):
        bare = unguard(word.strip())
        code = 0 if bare.casefold() in unknown else meaning(bare)
        good[place] = code is not None
        codes[place] = code or 0
    indices = encoded.indices.fill_null(count).to_numpy(zero_copy_only=False)
    return codes[indices], good[indices]


def dates(column: Any, order: DateOrder) -> tuple[Ints, Bools]:
    """Cells as days since 1970, and which of them are dates."""
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        if pa.types.is_timestamp(column.type):
            column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
        days = column.cast(pa.date32(), safe=False).cast(pa.int32())
        known: Bools = days.is_valid().to_numpy(zero_copy_only=False)
        values = days.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
        return values, known & (values >= 0) & (values <= LATEST.toordinal() - _EPOCH)

    def meaning(cell: str) -> int | None:
        day = order.read(cell)
        return None if day is None else day.toordinal() - _EPOCH

    return words(column, meaning, frozenset(), np.int64)


def day_number(day: date) -> int:
    """Days since 1970."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """Undo :func:`day_number`."""
    return date.fromordinal(number + _EPOCH)


def date_array(days: Ints) -> Any:
    """Days since 1970 as an Arrow array of dates."""
    return pa.array(days.astype(np.int32)).cast(pa.date32())


def undecorated(keywords: Any) -> tuple[Any, NDArray[np.int8]]:
    """Keywords without ``[]`` and ``""``, and the match types that those stand for (NONE without them).

    A ``+`` before words stays: to Google it is part of the keyword's name, by which sheets have to call it.
    """
    encoded = keywords.dictionary_encode()
    listed = encoded.dictionary.to_pylist()
    codes = np.zeros(len(listed), dtype=np.int8)
    for place, word in enumerate(listed):
        if len(word) > 2 and word[0] == "[" and word[-1] == "]":
            listed[place], codes[place] = word[1:-1].strip(), MatchType.EXACT
        elif len(word) > 2 and word[0] == '"' and word[-1] == '"':
            listed[place], codes[place] = word[1:-1].strip(), MatchType.PHRASE
    if not codes.any():
        return keywords, codes[encoded.indices.to_numpy(zero_copy_only=False)]
    indices = encoded.indices
    bare = pa.array(listed, pa.string()).take(indices)
    return bare, codes[indices.to_numpy(zero_copy_only=False)]
