"""The rows of reports, added one report at a time and kept as numbers in a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.arrays import Codes
from bidder.errors import InputError
from bidder.files.platform_reports.ahead import ahead
from bidder.files.platform_reports.store_database import Database
from bidder.files.platform_reports.store_listing import ENTRIES, PLACES, Listing, list_keywords
from bidder.files.platform_reports.store_names import NumberedNames, TextCodes
from bidder.files.platform_reports.store_overlaps import KEY_COLUMNS, Source, overlaps
from bidder.files.platform_reports.store_rows import (
    CODED,
    LAYOUT,
    NAME_COLUMNS,
    chunked,
    definition,
    kept_rows,
    names_of,
    table_of,
    text_of,
)
from bidder.keywords.spec_reports import ReportKind

if TYPE_CHECKING:
    from bidder.files.platform_reports.opening import OpenReport

_EPOCH = date(1970, 1, 1).toordinal()
_LISTED = (ReportKind.KEYWORDS, ReportKind.SETTINGS)
"""Kinds whose keywords make up the keyword table."""


@dataclass
class Seen:
    """What has been seen of the reports added so far, besides the rows in the database.

    Attributes
    ----------
    sources : list of Source
    columns : dict of ReportKind to set of str
        Canonical columns that reports of a kind had.
    most : dict of str to int
        Largest number in a column of the kept rows.
    newest : dict of ReportKind to ndarray of int32
        Last day of each entry in keyword reports and in settings; -1 for never.
    left_out : dict of str to int
        Rows outside the window by file.
    """

    sources: list[Source] = field(default_factory=list)
    columns: dict[ReportKind, set[str]] = field(default_factory=lambda: {kind: set() for kind in ReportKind})
    most: dict[str, int] = field(default_factory=dict)
    newest: dict[ReportKind, Codes] = field(
        default_factory=lambda: {kind: np.zeros(0, dtype=np.int32) for kind in _LISTED}
    )
    left_out: dict[str, int] = field(default_factory=dict)

    def copy(self) -> Seen:
        """What stays as it is when more is added to this."""
        return Seen(
            list(self.sources), {kind: set(names) for kind, names in self.columns.items()}, dict(self.most),
            {kind: days.copy() for kind, days in self.newest.items()}, dict(self.left_out),
        )


class KeptRows:
    """The rows of the days from ``first`` to ``last``.

    Attributes
    ----------
    database : Database
        With a table of rows for each kind (:mod:`store_rows`) and those of :mod:`store_listing`.
    first, last : int
        Ordinals of the window's days.
    codes : dict of str to TextCodes
        Of devices, audiences and bid strategies.
    seen : Seen
    """

    def __init__(self, database: Database, first: date, last: date) -> None:
        self.database = database
        self.first, self.last = first.toordinal(), last.toordinal()
        self.codes = {name: TextCodes() for name in CODED}
        self.seen = Seen()
        self._places = NumberedNames(database, PLACES, {"campaign": "VARCHAR", "ad_group": "VARCHAR"})
        self._entries = NumberedNames(database, ENTRIES, NAME_COLUMNS)
        self._listing: Listing | None = None
        database.run("; ".join(["BEGIN", *map(definition, ReportKind), "COMMIT"]))

    @property
    def days(self) -> int:
        """Days of the window."""
        return self.last - self.first + 1

    def has(self, kind: ReportKind, column: str = "") -> bool:
        """Whether a report of a kind (with a column) has been added."""
        if column:
            return column in self.seen.columns[kind]
        return any(source.kind is kind for source in self.seen.sources)

    def add(self, report: OpenReport) -> None:
        """Read a report to its end; nothing of it is kept when that fails."""
        with self._all_or_nothing(report.kind):
            source = Source(report.file, report.kind)
            self.seen.sources.append(source)
            for chunk in ahead(chunked(report.batches())):
                source.key |= set(chunk.column_names) & set(KEY_COLUMNS)
                self.seen.columns[report.kind] |= set(chunk.column_names)
                inside, days = self._inside(chunk, source)
                if len(inside):
                    self._keep(inside, days, source)
        self._listing = None
        _give_back()

    def listing(self) -> Listing:
        """The keywords in their order.

        Raises
        ------
        InputError
            When two reports hold the same row.
        """
        if self._listing is None:
            listing = list_keywords(self.database, np.max([self.newest(k) for k in _LISTED], axis=0) >= 0)
            problems = overlaps(self.database, self.seen.sources, date.fromordinal(self.first))
            if problems:
                raise InputError(problems)
            self._listing = listing
            _give_back()
        return self._listing

    def newest(self, kind: ReportKind) -> Codes:
        """Last day of each entry in keyword reports or settings; -1 for never."""
        return _grown(self.seen.newest[kind], self._entries.count)

    def _inside(self, chunk: Any, source: Source) -> tuple[Any, Codes]:
        """The rows inside the window and their days; rows without a date are of the last day."""
        if "date" not in chunk.column_names:
            source.days.add(self.days - 1)
            return chunk, np.full(len(chunk), self.days - 1, dtype=np.int32)
        source.dated = True
        epoch = chunk.column("date").combine_chunks().cast(pa.int32()).to_numpy()
        days: Codes = (epoch - np.int32(self.first - _EPOCH)).astype(np.int32)
        inside = (days >= 0) & (days < self.days)
        if not inside.all():
            left_out = self.seen.left_out
            left_out[source.file] = left_out.get(source.file, 0) + int((~inside).sum())
            chunk, days = chunk.filter(pa.array(inside)).combine_chunks(), days[inside]
        source.days |= set(np.unique(days).tolist())
        return chunk, days

    def _keep(self, chunk: Any, days: Codes, source: Source) -> None:
        names = {name: text_of(chunk, name) for name in ("campaign", "ad_group")}
        entries = self._entries.numbers(names_of(chunk, self._places.numbers(pa.table(names))))
        if source.kind in _LISTED:
            self._note_newest(source.kind, entries, days)
        columns = LAYOUT[source.kind]
        given: dict[str, Any] = {
            "source": np.full(len(chunk), len(self.seen.sources) - 1, dtype=np.int32),
            "day": days, "entry": entries,
            **{name: self.codes[name].codes(text_of(chunk, name)) for name in CODED if name in columns},
        }
        rows = kept_rows(source.kind, source.file, chunk, given)
        for name, sql in columns.items():
            if sql == "BIGINT":
                largest = pc.max(rows.column(name)).as_py() or 0
                self.seen.most[name] = max(self.seen.most.get(name, 0), largest)
        self.database.run(f"INSERT INTO {table_of(source.kind)} SELECT * FROM chunk", chunk=rows)

    def _note_newest(self, kind: ReportKind, entries: Codes, days: Codes) -> None:
        newest = self.seen.newest[kind]
        if len(newest) < self._entries.count:
            newest = self.seen.newest[kind] = _grown(newest, 2 * self._entries.count)
        np.maximum.at(newest, entries, days)

    @contextmanager
    def _all_or_nothing(self, kind: ReportKind) -> Iterator[None]:
        """Undo what the block has added when it fails."""
        before = self.seen.copy()
        entries = self._entries.count
        try:
            yield
        except BaseException:
            self.seen = before
            self._entries.forget(entries)  # names of ad groups that nothing points to do no harm
            self.database.run(f"DELETE FROM {table_of(kind)} WHERE source >= {len(before.sources)}")
            raise


def _grown(days: Codes, size: int) -> Codes:
    """The first ``size`` days; -1 for those that are not there yet."""
    missing = np.full(max(size - len(days), 0), -1, dtype=np.int32)
    return np.concatenate([days[:size], missing])


def _give_back() -> None:
    """Memory that Arrow keeps for more batches, so that it does not add to what groups need."""
    pa.default_memory_pool().release_unused()
