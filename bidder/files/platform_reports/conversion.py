"""From the raw rows of one report to batches of canonical columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.arrays import Bools, Floats
from bidder.files.auction_logs.reading import found_texts
from bidder.files.platform_reports.canonical import (
    COMPONENT_COLUMNS,
    COUNT_COLUMNS,
    MONEY_COLUMNS,
    TEXT_COLUMNS,
    schema_of,
    type_of,
)
from bidder.files.platform_reports.columns import date_array, dates, day_number, texts, undecorated, words
from bidder.files.platform_reports.complaints import Complaints
from bidder.files.platform_reports.dates import DateOrder
from bidder.files.platform_reports.inherited import Inherited
from bidder.files.platform_reports.layout import Layout
from bidder.files.platform_reports.numbers import Reading, read_numbers, symbols_of
from bidder.files.platform_reports.raw import RawBatch
from bidder.files.platform_reports.words import component_of, hour_of, match_type_of, score_of
from bidder.files.workbooks.sheets import MARK as ERROR_MARK
from bidder.keywords.data import MatchType
from bidder.keywords.spec_reports import ReportKind, ReportSource
from bidder.money import MICROS, minor_per_unit
from bidder.quantities import HUGE

MOST_MONEY = 1e12
"""Currency units that one cell may tell; sums of such cells still fit."""
NUMBER_COLUMNS = (*COUNT_COLUMNS, "conversions", *MONEY_COLUMNS, "lag_days", "impression_share")
PARTS = {"conversions": ("direct_conversions", "indirect_conversions"),
         "revenue": ("direct_revenue", "indirect_revenue")}
"""Columns that add up to another one."""
_WORDS: dict[str, tuple[Callable[[str], int | None], str]] = {
    "hour": (hour_of, "an hour from 0 to 23"),
    "match_type": (match_type_of, "exact, phrase or broad"),
    "quality_score": (score_of, "a whole number from 1 to 10"),
    **dict.fromkeys(COMPONENT_COLUMNS, (component_of, "below average, average or above average")),
}
_NEEDED = {
    ReportKind.LANDSCAPE: ("clicks", "cost", "bid"),
    ReportKind.LAGS: ("lag_days", "conversions"),
}


@dataclass
class Rules:
    """What holds for all rows of one file.

    Attributes
    ----------
    layout : Layout
    source : ReportSource
    kind : ReportKind
    currency : str
        Of the account.
    mark : str
        Decimal mark.
    order : DateOrder
    only_day : date or None
        Of all rows, where the file has no column of dates.
    until : date or None
        Later rows are left out.
    inherited : Inherited or None
    """

    layout: Layout
    source: ReportSource
    kind: ReportKind
    currency: str
    mark: str
    order: DateOrder
    only_day: date | None = None
    until: date | None = None
    inherited: Inherited | None = None

    def unit_of(self, column: str) -> str:
        """Unit of a column of money: units, minor or micros."""
        if self.source.amounts is not None:
            return self.source.amounts
        return self.layout.headers[self.layout.places[column]].unit or "units"

    def scale_of(self, column: str) -> int:
        """Micros of one unit of a column."""
        if column not in MONEY_COLUMNS and not column.endswith("_revenue"):
            return 1
        unit = self.unit_of(column)
        return {"units": MICROS, "minor": MICROS // minor_per_unit(self.currency), "micros": 1}[unit]


@dataclass
class Converted:
    """Rows in which every cell was looked at.

    Attributes
    ----------
    arrays : dict
        Arrow arrays or numpy arrays by canonical column.
    keep : ndarray of bool
        Rows that come out.
    """

    arrays: dict[str, Any]
    keep: Bools
    counts: dict[str, int] = field(default_factory=dict)


_BY_CAMPAIGN = (ReportKind.HOURS, ReportKind.SEGMENTS)
"""Kinds whose rows name no keyword, though there may be a column for it."""


class Conversion:
    """Turns raw batches of one file into canonical ones.

    Attributes
    ----------
    columns : tuple of str
        Canonical columns that come out.
    more_clicks : int
        Rows so far with more clicks than impressions.
    """

    def __init__(self, rules: Rules, columns: tuple[str, ...]) -> None:
        self.rules = rules
        self.columns = columns
        self.schema = schema_of(rules.kind, columns)
        self.more_clicks = 0
        self.late = 0
        self.nameless = 0
        self._several_days = False

    def convert(self, raw: RawBatch, complaints: Complaints) -> Converted:
        """The rows of a batch; what is wrong in them is told to ``complaints``."""
        form = self.rules.layout.form
        arrays: dict[str, Any] = {}
        for name in self.columns:
            if name in TEXT_COLUMNS:
                arrays[name], good = texts(raw.columns[name], form.unknown)
                expected = f"text of up to 2,000 characters in {self.rules.layout.encoding or 'UTF-8'}"
                self._complain(raw, name, ~good, expected, complaints)
        self._match_types(raw, arrays, complaints)
        for name, (meaning, expected) in _WORDS.items():
            if name in self.columns and name not in arrays:
                unknown = frozenset() if name == "hour" else form.unknown
                arrays[name], good = words(raw.columns[name], meaning, unknown)
                self._complain(raw, name, ~good, expected, complaints)
        self._numbers(raw, arrays, complaints)
        self._dates(raw, arrays, complaints)
        self._currency(raw, complaints)
        return Converted(arrays, self._kept(raw, arrays, complaints))

    def batch(self, converted: Converted) -> Any:
        """The Arrow batch of the rows that come out."""
        columns = []
        for name in self.schema.names:
            column = converted.arrays[name]
            if not isinstance(column, pa.Array):
                column = pa.array(column, type_of(self.rules.kind, name))
            columns.append(column if converted.keep.all() else column.filter(pa.array(converted.keep)))
        return pa.RecordBatch.from_arrays(columns, schema=self.schema)

    def _complain(
        self, raw: RawBatch, name: str, bad: Bools, expected: str, complaints: Complaints
    ) -> None:
        if bad.any():
            where = np.arange(len(bad))
            cells = raw.columns[name]
            if self.rules.layout.sheet is not None:
                cells = pc.replace_substring(cells, ERROR_MARK, "")
            found = found_texts(cells, where)
            complaints.refuse(raw.rows, bad, self.rules.layout.title(name), found, expected)

    # Text

    def _match_types(self, raw: RawBatch, arrays: dict[str, Any], complaints: Complaints) -> None:
        if not self.rules.layout.form.decorated or "keyword" not in arrays:
            return
        arrays["keyword"], codes = undecorated(arrays["keyword"])
        if "match_type" not in raw.columns:
            if "match_type" in self.columns:  # in this notation a bare keyword is a broad one
                arrays["match_type"] = np.where(codes == 0, np.int8(MatchType.BROAD), codes)
            return
        told, good = words(raw.columns["match_type"], match_type_of, self.rules.layout.form.unknown)
        expected = _WORDS["match_type"][1]
        self._complain(raw, "match_type", ~good, expected, complaints)
        if self.rules.kind is not ReportKind.TERMS:  # there it is the type of the match, not of the keyword
            other = good & (codes != 0) & (told != 0) & (codes != told)
            self._complain(raw, "match_type", other, "the type that the keyword's brackets say", complaints)
        arrays["match_type"] = np.where(codes == 0, told, codes)

    # Numbers

    def _numbers(self, raw: RawBatch, arrays: dict[str, Any], complaints: Complaints) -> None:
        for name in NUMBER_COLUMNS:
            if name in self.columns:
                values, missing = self._column(raw, name, complaints)
                self._check_parts(raw, name, values, complaints)
                arrays[name] = self._typed(name, values, missing)
        if "impressions" in arrays and "clicks" in arrays and self.rules.kind is not ReportKind.LANDSCAPE:
            self.more_clicks += int((arrays["clicks"] > arrays["impressions"]).sum())

    def _typed(self, name: str, values: Floats, missing: Bools | None) -> Any:
        """Numbers in the type of their column."""
        form = self.rules.layout.form
        if self.rules.kind is ReportKind.LANDSCAPE and name in (*COUNT_COLUMNS, "cost", "revenue"):
            values = values / form.landscape_days
        if name in MONEY_COLUMNS:
            whole = np.rint(values).astype(np.int64)
            if name in ("max_cpc", "first_page_bid", "bid") and form.blank_counts:
                # Platforms write 0 for a bid that a keyword does not have.
                missing = (whole == 0) if missing is None else missing | (whole == 0)
            return whole if missing is None else pa.array(whole, pa.int64(), mask=missing)
        if name == "impression_share":
            return values if missing is None else pa.array(values, pa.float64(), mask=missing)
        if name == "conversions" or self.rules.kind is ReportKind.LANDSCAPE:
            return values
        return values.astype(np.int64)

    def _column(self, raw: RawBatch, name: str, complaints: Complaints) -> tuple[Floats, Bools | None]:
        """A column of numbers, or the sum of its parts where the file has those alone."""
        direct, indirect = PARTS.get(name, ("", ""))
        if direct in raw.columns and self.rules.source.conversions == "direct":
            return self.read(raw, direct, name, complaints)
        if name in raw.columns or not direct:
            return self.read(raw, name, name, complaints)
        first, missing = self.read(raw, direct, name, complaints)
        second, also = self.read(raw, indirect, name, complaints)
        both = None if missing is None or also is None else missing & also
        return first + second, both

    def read(
        self, raw: RawBatch, column: str, name: str, complaints: Complaints
    ) -> tuple[Floats, Bools | None]:
        """One column of the file, money in micros, and where nothing is told (None for nowhere).

        ``name`` is the canonical column whose rules hold for the numbers of ``column``.
        """
        form, kind = self.rules.layout.form, self.rules.kind
        money = name in MONEY_COLUMNS
        symbols = symbols_of(self.rules.currency) if money else ()
        how = Reading(self.rules.mark, form.unknown, symbols, share=name == "impression_share")
        numbers = read_numbers(raw.columns[column], how, self.rules.scale_of(column))
        low, high, expected = self._range(name)
        good = numbers.good & (numbers.values >= low) & (numbers.values <= high)
        if (name in COUNT_COLUMNS and kind is not ReportKind.LANDSCAPE) or name == "lag_days":
            good &= numbers.values == np.floor(numbers.values)
        needed = _NEEDED.get(kind, ()) if form.blank_counts else ("impressions", "clicks", "cost",
                                                                  "conversions", *_NEEDED.get(kind, ()))
        if numbers.empty is not None and name in needed:
            good &= ~numbers.empty
        self._complain(raw, column, ~good, expected, complaints)
        return np.where(good, numbers.values, 0.0), numbers.empty

    def _range(self, name: str) -> tuple[float, float, str]:
        if name in MONEY_COLUMNS:
            return 0.0, MOST_MONEY * MICROS, f"an amount of at least 0 ({self.rules.currency})"
        if name == "impression_share":
            return 0.0, 1.0, "a share from 0 to 100%"
        if name == "lag_days":
            return 0.0, 3660.0, "a whole number of days"
        whole = "a whole number" if name in COUNT_COLUMNS else "a number"
        return 0.0, HUGE, f"{whole} of at least 0"

    def _check_parts(self, raw: RawBatch, name: str, values: Floats, complaints: Complaints) -> None:
        """Total = direct + indirect, where all three stand."""
        direct, indirect = PARTS.get(name, ("", ""))
        if not {name, direct, indirect} <= raw.columns.keys():
            return
        aside = Complaints(complaints.file)  # for the column that has been read already
        only_direct = self.rules.source.conversions == "direct"
        parts = [
            self.read(raw, column, name, aside if only_direct and column == direct else complaints)[0]
            for column in (direct, indirect)
        ]
        whole = self.read(raw, name, name, complaints)[0] if only_direct else values
        # Each of the three amounts may have been rounded to the cent.
        slack = 0.015 * MICROS if name == "revenue" else 1e-6
        bad = np.abs(parts[0] + parts[1] - whole) > slack
        titles = " + ".join(self.rules.layout.title(column) for column in (direct, indirect))
        self._complain(raw, name, bad, titles, complaints)

    # Dates and money

    def _dates(self, raw: RawBatch, arrays: dict[str, Any], complaints: Complaints) -> None:
        if "date" not in self.columns:
            return
        rules = self.rules
        if rules.only_day is not None:
            arrays["date"] = np.full(len(raw.rows), day_number(rules.only_day), dtype=np.int64)
            return
        name = "date" if "date" in raw.columns else "start_date"
        days, good = dates(raw.columns[name], rules.order)
        self._complain(raw, name, ~good, "a date such as 2026-10-20", complaints)
        if name == "start_date" and "end_date" in raw.columns:
            ends, fine = dates(raw.columns["end_date"], rules.order)
            self._complain(raw, "end_date", ~fine, "a date such as 2026-10-20", complaints)
            several = good & fine & (days != ends)
            if several.any() and not self._several_days:  # true of nearly all rows, so it is said once
                self._several_days = True
                first = int(np.flatnonzero(several)[0])
                complaints.add(int(raw.rows[first]), rules.layout.title("end_date"),
                               "the row is for several days", "a report by day (time unit: Daily)")
        arrays["date"] = days

    def _currency(self, raw: RawBatch, complaints: Complaints) -> None:
        if "currency" not in raw.columns or self.rules.source.currency is not None:
            return
        account = self.rules.currency
        unknown = self.rules.layout.form.unknown
        _, good = words(raw.columns["currency"], lambda code: 0 if code.upper() == account else None, unknown)
        self._complain(raw, "currency", ~good, f"{account}, the account's currency", complaints)

    # Rows

    def _kept(self, raw: RawBatch, arrays: dict[str, Any], complaints: Complaints) -> Bools:
        keep = np.ones(len(raw.rows), dtype=np.bool_)
        for name in ("campaign", "keyword", "search_term"):
            if name in arrays and len(keep) and not (name == "keyword" and self.rules.kind in _BY_CAMPAIGN):
                lacking = _nameless(arrays[name])
                if name == "campaign" or not self.rules.layout.form.blank_counts:
                    self._complain(raw, name, lacking, "a name", complaints)
                elif name == "keyword" and self.rules.kind is not ReportKind.TERMS:
                    self.nameless += int((keep & lacking).sum())
                    keep &= ~lacking
        if "date" in arrays:
            if self.rules.until is not None:
                late = arrays["date"] > day_number(self.rules.until)
                self.late += int((keep & late).sum())
                keep &= ~late
            arrays["date"] = date_array(arrays["date"])
        if self.rules.inherited is not None:
            self.rules.inherited.fill(arrays)
        return keep


def _nameless(column: Any) -> Bools:
    """Where a text is empty."""
    empty: Bools = pc.equal(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
    return empty
