"""Changed bids, schedules and effects of a run, to and from the tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from bidder.arrays import Texts
from bidder.errors import InputError, Problem
from bidder.ledger.bulk import add_rows, read_rows, without_collector
from bidder.ledger.records import Changes, Effects, ScheduleRow, Schedules, Took
from bidder.ledger.schema import BLOCK, CHANGE, EFFECT, SEGMENT, TEXT

_JOINED = 20_000


def check_texts(texts: Iterable[str], what: str) -> None:
    """Refuse what one of the databases would not keep as it is.

    Raises
    ------
    InputError
        When a text holds a NUL or half of a surrogate pair.
    """
    rows = list(texts)
    for start in range(0, len(rows), _JOINED):
        part = rows[start : start + _JOINED]
        if _storable("".join(part)):
            continue
        bad = next(text for text in part if not _storable(text))
        expected = "text without NUL and without halves of characters"
        raise InputError(Problem(f"{what} {bad[:100]!r} cannot be kept", expected, ("ledger",)))


def _storable(text: str) -> bool:
    try:
        return "\0" not in text and text.encode() is not None
    except UnicodeEncodeError:
        return False


@without_collector()
def add_changes(connection: Connection, run: int, changes: Changes) -> None:
    """Keep a run's changed bids."""
    book = _Book()
    campaign, ad_group, match_type, reason, bound_by = (
        book.numbers(column)
        for column in (
            changes.campaign, changes.ad_group, changes.match_type, changes.reason, changes.bound_by
        )
    )
    check_texts(book, "text")
    check_texts(changes.keyword, "keyword")
    check_texts(changes.platform_id, "id")
    add_rows(connection, TEXT, run, [list(book)])
    columns = [
        campaign, ad_group, changes.keyword, match_type, changes.platform_id, changes.old, changes.new,
        reason, bound_by, changes.clicks, _without_nan(changes.value_per_click),
    ]
    add_rows(connection, CHANGE, run, columns)


class _Book(dict[str, int]):
    """Numbers of texts, in the order in which they are first asked for."""

    def __missing__(self, text: str) -> int:
        self[text] = number = len(self)
        return number

    def numbers(self, column: Texts) -> NDArray[np.int64]:
        """The number of each text."""
        return np.fromiter(map(self.__getitem__, column.tolist()), np.int64, len(column))


def _without_nan(values: NDArray[np.float64]) -> Any:
    # SQLite keeps NaN as NULL; so that both databases do, it is made one here.
    if not np.isnan(values).any():
        return values
    return [None if value != value else value for value in values.tolist()]


@without_collector()
def read_changes(connection: Connection, run: int, length: int) -> Changes:
    """A run's changed bids as they were recorded, ``length`` of them."""
    texts = np.array(read_texts(connection, run), dtype=object)
    campaign, ad_group, match_type, reason, bound_by = (np.empty(length, dtype=np.int64) for _ in range(5))
    keyword, platform_id = (np.empty(length, dtype=object) for _ in range(2))
    old, new, clicks = (np.empty(length, dtype=np.int64) for _ in range(3))
    value = np.empty(length, dtype=np.float64)
    columns = [
        campaign, ad_group, keyword, match_type, platform_id, old, new, reason, bound_by, clicks, value
    ]
    _fill(columns, read_rows(connection, CHANGE, run))
    return Changes(
        texts[campaign], texts[ad_group], keyword, texts[match_type], platform_id, old, new, texts[reason],
        texts[bound_by], clicks, value,
    )


def read_texts(connection: Connection, run: int) -> list[str]:
    """Texts of a run by number."""
    return [text for part in read_rows(connection, TEXT, run) for text in part[0]]


def _fill(columns: Sequence[NDArray[Any]], parts: Iterable[Sequence[Sequence[Any]]]) -> int:
    """Put chunks into the columns one after the other; how many rows there were."""
    at = 0
    for part in parts:
        end = at + len(part[0])
        for column, values in zip(columns, part, strict=True):
            column[at:end] = values
        at = end
    return at


@without_collector()
def add_effects(connection: Connection, run: int, effects: Effects) -> None:
    """Keep what became of a run's changed bids."""
    unknown = set(effects.took.tolist()) - set(Took)
    if unknown:
        raise ValueError(f"not values of Took: {sorted(unknown)}")
    took = [str(text) for text in effects.took.tolist()]
    add_rows(connection, EFFECT, run, [took, effects.found])


@without_collector()
def read_effects(connection: Connection, run: int, length: int) -> Effects | None:
    """What became of a run's changed bids, or None where that is not known."""
    took, found = np.empty(length, dtype=object), np.empty(length, dtype=np.int64)
    rows = _fill([took, found], read_rows(connection, EFFECT, run))
    return Effects(took, found) if rows == length else None


def add_schedules(connection: Connection, run: int, schedules: Schedules) -> None:
    """Keep a run's schedule and segment modifiers."""
    blocks = [(b.campaign, b.weekday, b.start, b.end, float(b.modifier)) for b in schedules.blocks]
    check_texts((text for row in schedules.segments for text in row[:3]), "name")
    check_texts((row[0] for row in blocks), "campaign")
    add_rows(connection, BLOCK, run, list(zip(*blocks, strict=True)))
    add_rows(connection, SEGMENT, run, list(zip(*schedules.segments, strict=True)))


def read_schedules(connection: Connection, run: int) -> Schedules:
    """A run's schedule and segment modifiers as they were recorded."""
    blocks = [row for part in read_rows(connection, BLOCK, run) for row in zip(*part, strict=True)]
    segments = [row for part in read_rows(connection, SEGMENT, run) for row in zip(*part, strict=True)]
    return Schedules(tuple(ScheduleRow(*row) for row in blocks), tuple(segments))
