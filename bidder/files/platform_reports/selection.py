"""Which rows of a report are rows: not blank ones, totals, and records of other kinds."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.arrays import Bools
from bidder.files.platform_reports.formats import PlatformForm
from bidder.files.platform_reports.raw import FIRST, RawBatch

_KEYS = ("date", "hour", "campaign", "ad_group", "keyword", "search_term", "start_date")
_LABELS = (FIRST, "date", "campaign")


class RowFilter:
    """Parts the rows of one file.

    Attributes
    ----------
    other_records : int
        Rows of other kinds that were passed over so far.
    """

    def __init__(self, form: PlatformForm) -> None:
        self.form = form
        self.other_records = 0
        self._labels = [re.compile(pattern) for pattern in form.totals]

    def parted(self, raw: RawBatch) -> tuple[RawBatch, list[tuple[RawBatch, int]]]:
        """The rows that are rows, and the total rows with the rank of their label (0 first)."""
        keep = ~(blank_rows(raw) | self._footers(raw))
        if self.form.record and "record" in raw.columns:
            of_kind = _in_list(raw.columns["record"], self.form.record)
            self.other_records += int((keep & ~of_kind).sum())
            keep &= of_kind
        totals = self._totals(raw, keep)
        for place, _ in totals:
            keep[place] = False
        alone = np.zeros(len(keep), dtype=np.bool_)
        found = []
        for place, rank in totals:
            alone[:] = False
            alone[place] = True
            found.append((raw.kept(alone), rank))
        return raw.kept(keep), found

    def _footers(self, raw: RawBatch) -> Bools:
        """Rows of a footer as wide as the table: in its first cell alone."""
        found = np.zeros(len(raw.rows), dtype=np.bool_)
        first = raw.columns[FIRST] if self.form.footer and FIRST in raw.columns else None
        if first is None or not pa.types.is_string(first.type):
            return found
        encoded = first.dictionary_encode()
        begins = [bool(word and re.match(self.form.footer, word.casefold()))
                  for word in encoded.dictionary.to_pylist()]
        if any(begins):
            codes = encoded.indices.fill_null(len(begins)).to_numpy(zero_copy_only=False)
            for place in np.flatnonzero(np.array([*begins, False])[codes]).tolist():
                label = first[place].as_py()
                found[place] = all(c[place].as_py() in ("", None, label) for c in raw.columns.values())
        return found

    def _totals(self, raw: RawBatch, keep: Bools) -> list[tuple[int, int]]:
        ranks: dict[int, int] = {}
        for name in _LABELS if self._labels else ():
            column = raw.columns.get(name)
            if column is None or not pa.types.is_string(column.type):
                continue
            encoded = column.dictionary_encode()
            words = [(word or "").strip().casefold() for word in encoded.dictionary.to_pylist()]
            rank = np.array([self._rank(word) for word in words] + [-1])
            codes = rank[encoded.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)]
            for place in np.flatnonzero((codes >= 0) & keep).tolist():
                if self._is_total(raw, place, str(column[place])):
                    ranks.setdefault(place, int(codes[place]))
        return sorted(ranks.items())

    def _rank(self, word: str) -> int:
        if not word or len(word) > 200:
            return -1
        return next((rank for rank, label in enumerate(self._labels) if label.fullmatch(word)), -1)

    def _is_total(self, raw: RawBatch, place: int, label: str) -> bool:
        """A total names nothing but its label."""
        for name in _KEYS:
            if name in raw.columns:
                cell = str(raw.columns[name][place])
                if cell != label and cell.strip().casefold() not in (*self.form.unknown, "none"):
                    return False
        return True


def blank_rows(raw: RawBatch) -> Bools:
    """Rows without any content."""
    blank = np.ones(len(raw.rows), dtype=np.bool_)
    for column in raw.columns.values():
        if not blank.any():
            break
        if pa.types.is_string(column.type):
            blank &= pc.equal(pc.binary_length(column), 0).fill_null(True).to_numpy(zero_copy_only=False)
        else:
            blank &= column.is_null().to_numpy(zero_copy_only=False)
    return blank


def _in_list(column: Any, values: frozenset[str]) -> Bools:
    small = pc.utf8_lower(pc.utf8_trim_whitespace(column.cast(pa.string())))
    found: Bools = (
        pc.is_in(small, value_set=pa.array(sorted(values))).fill_null(False).to_numpy(zero_copy_only=False)
    )
    return found
