"""One report that has been opened: its kind is known, its rows are read when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from bidder.errors import InputError, Place, Problem
from bidder.files.platform_reports.ad_texts import one_text_a_row
from bidder.files.platform_reports.canonical import COUNT_COLUMNS, MONEY_COLUMNS
from bidder.files.platform_reports.columns import day_of
from bidder.files.platform_reports.complaints import Complaints
from bidder.files.platform_reports.conversion import NUMBER_COLUMNS, Conversion, Rules
from bidder.files.platform_reports.dates import DateOrder
from bidder.files.platform_reports.decimals import DecimalMark
from bidder.files.platform_reports.facts import ReportFacts
from bidder.files.platform_reports.inherited import COLUMNS, Inherited
from bidder.files.platform_reports.layout import Layout
from bidder.files.platform_reports.numbers import Reading, symbols_of
from bidder.files.platform_reports.raw import ParquetRows, RawBatch, TextRows
from bidder.files.platform_reports.selection import RowFilter
from bidder.files.platform_reports.totals import SUMMED, Sums, TotalRow
from bidder.keywords.spec_reports import ReportKind, ReportSource
from bidder.money import MICROS, minor_digits

_DATE_COLUMNS = ("date", "start_date", "end_date")
_ROW_COUNT = re.compile(r'^\W*rows\s*:\s*([\d,.]+)\W*$', re.IGNORECASE)
_LOOK = 5000
"""Spellings of a column in one batch that are asked for the decimal mark."""


@dataclass
class OpenReport:
    """A report, ready to be read.

    Attributes
    ----------
    file : str
    kind : ReportKind
    columns : tuple of str
        Canonical columns that the batches have.
    layout : Layout
    source : ReportSource
    currency : str
        Of the account.
    only_day : date or None
        The day of all rows, where the file tells it in its preamble.
    until : date or None
    """

    file: str
    kind: ReportKind
    columns: tuple[str, ...]
    layout: Layout
    source: ReportSource
    currency: str
    only_day: date | None = None
    until: date | None = None
    _facts: ReportFacts | None = None

    @property
    def facts(self) -> ReportFacts:
        """What was found, once :meth:`batches` has run to its end.

        Raises
        ------
        ValueError
            Before that.
        """
        if self._facts is None:
            raise ValueError(f"{self.file} has not been read yet")
        return self._facts

    def batches(self) -> Iterator[Any]:
        """The rows as Arrow record batches with the canonical schema of the report's columns.

        Nothing comes out after the first mistake, but the file is read to its end to tell all of them.

        Raises
        ------
        InputError
            When cells are wrong, rows are missing by the report's own total, or the file cannot be read to
            its end.
        """
        self._facts = None
        complaints = Complaints(self.file)
        yield from _Pass(self, complaints).run()


class _Pass:
    """One reading of a report."""

    def __init__(self, report: OpenReport, complaints: Complaints) -> None:
        self.report = report
        self.complaints = complaints
        self.rows = self._file()
        self.filter = RowFilter(report.layout.form)
        self.sums = Sums()
        numbers = "." if report.layout.sheet else None  # in a workbook they are no text
        self.mark = DecimalMark.given(report.source.decimal or numbers)
        self.order = DateOrder(report.source.dates)
        self.out = 0
        self.first: int | None = None
        self.last: int | None = None
        rules = Rules(
            report.layout, report.source, report.kind, report.currency, ".", self.order, report.only_day,
            report.until, Inherited() if report.layout.form.record else None,
        )
        self.conversion = Conversion(rules, report.columns)

    def run(self) -> Iterator[Any]:
        """All batches; the facts at the end."""
        if self.conversion.rules.inherited is not None and "keyword" in self.report.layout.places:
            self._inherit(self.conversion.rules.inherited)
        for raw in self.rows.batches(self.complaints):
            raw, totals = self.filter.parted(raw)
            raw = one_text_a_row(raw, self.report.layout.form.unknown)
            self._learn(raw)
            found = self.conversion.convert(raw, self.complaints)
            self.sums.add(self._summed(found.arrays), len(raw.rows))
            for total, rank in totals:
                self._note_total(total, rank)
            if not self.complaints.count:
                batch = self.conversion.batch(found)
                self._count(batch)
                if batch.num_rows:
                    yield batch
        checked = self._check()
        self.complaints.close()
        self.report._facts = self._facts(checked)

    def _file(self) -> TextRows | ParquetRows:
        kind = TextRows if self.report.layout.encoding else ParquetRows
        return kind(self.report.file, self.report.layout)

    # What the cells leave open

    def _inherit(self, inherited: Inherited) -> None:
        form, rules = self.report.layout.form, self.conversion.rules
        for raw in self.rows.batches(Complaints(self.report.file), COLUMNS):
            self._learn_decimals(raw)
        self.mark.decide(form.decimal)
        how = Reading(self.mark.mark or ".", form.unknown, symbols_of(self.report.currency))
        batches = self.rows.batches(Complaints(self.report.file), COLUMNS)
        scale = rules.scale_of("max_cpc") if "max_cpc" in self.report.layout.places else MICROS
        inherited.learn(batches, form.unknown, how, scale)

    def _learn(self, raw: RawBatch) -> None:
        """Find out the decimal mark and the order of dates, from later rows too where these do not tell."""
        if self.mark.mark is not None and self.order.order is not None:
            return
        self._learn_from(raw)
        if self.mark.open or self.order.open:
            names = [n for n in self.report.layout.places if n in (*NUMBER_COLUMNS, *_DATE_COLUMNS)]
            for later in self._file().batches(Complaints(self.report.file), names):
                self._learn_from(later)
                if not (self.mark.open or self.order.open):
                    break
            self._refuse_open()
        self.conversion.rules.mark = self.mark.mark or "."

    def _learn_from(self, raw: RawBatch) -> None:
        self._learn_decimals(raw)
        self.mark.decide(self.report.layout.form.decimal)
        for name in _DATE_COLUMNS:
            column = raw.columns.get(name)
            if column is not None and pa.types.is_string(column.type):
                for cell in pc.unique(column).to_pylist():
                    self.order.look(cell or "")
        self.order.decide()

    def _learn_decimals(self, raw: RawBatch) -> None:
        if self.mark.mark is not None:
            return
        no_cents = minor_digits(self.report.currency) == 0
        for name in NUMBER_COLUMNS:
            column = raw.columns.get(name)
            if column is not None and pa.types.is_string(column.type):
                marked = column.filter(pc.match_substring_regex(column, "[.,]"))
                cells = pc.unique(marked)[:_LOOK].to_pylist()
                self.mark.look(cells, name in COUNT_COLUMNS, no_cents and name in MONEY_COLUMNS)

    def _refuse_open(self) -> None:
        place, problems = Place(self.report.file), []
        if self.mark.open:
            cell = self.mark.undecided or "some cells"
            message = f"{cell} may be written with a decimal point or a decimal comma"
            problems.append(Problem(message, 'decimal: "." or decimal: "," in the source', place=place))
        if self.order.open:
            message = f"dates such as {self.order.undecided} may have the day or the month first"
            expected = "dates: day_first or dates: month_first in the source"
            problems.append(Problem(message, expected, place=place))
        if problems:
            raise InputError(problems)

    # Totals

    def _summed(self, arrays: dict[str, Any]) -> dict[str, Any]:
        return {
            name: arrays[name].fill_null(0).to_numpy(zero_copy_only=False)
            if isinstance(arrays[name], pa.Array)
            else arrays[name]
            for name in SUMMED
            if name in arrays
        }

    def _note_total(self, total: RawBatch, rank: int) -> None:
        if self.report.source.totals == "ignore":
            return
        aside = Complaints(self.report.file)
        values, halves = {}, {}
        for name in SUMMED:
            if name not in self.report.columns:
                continue
            column = self._told_in(name, total)
            if column is None:
                continue
            read, missing = self.conversion.read(total, column, name, aside)
            if missing is None:
                unit = MICROS if name in ("cost", "revenue") else 1
                values[name] = float(read[0]) / unit
                step = self.conversion.rules.scale_of(column) / unit
                halves[name] = _half(str(total.columns[column][0]), self.mark.mark or ".") * step
        if aside.count:
            self.complaints.take(aside)
        else:
            self.sums.totals.append(TotalRow(int(total.rows[0]), rank, values, halves))

    def _told_in(self, name: str, total: RawBatch) -> str | None:
        """The column of the file in which a total stands; None where it is made up of several."""
        direct = f"direct_{name}"
        if self.report.source.conversions == "direct" and direct in total.columns:
            return direct
        return name if name in total.columns else None

    def _check(self) -> bool:
        if self.report.source.totals == "ignore" or self.complaints.count:
            return False  # without the rows that are wrong, no sum is right
        titles = {n: self.report.layout.title(n) for n in SUMMED if n in self.report.layout.places}
        compared = self.sums.check(self.complaints, titles)
        for place, line in enumerate(self.report.layout.preamble):
            if found := _ROW_COUNT.match(line):
                compared += 1
                told = int(re.sub(r"\D", "", found.group(1)) or 0)
                if told != self.sums.rows:
                    message = f"the report says that it has {told:,} rows, but there are {self.sums.rows:,}"
                    self.complaints.add(place + 1, None, message, "a whole report (or totals: ignore)")
        return compared > 0

    # Facts

    def _count(self, batch: Any) -> None:
        self.out += batch.num_rows
        if "date" in batch.schema.names and batch.num_rows:
            ends = pc.min_max(batch.column("date").cast(pa.int32()))
            low, high = ends["min"].as_py(), ends["max"].as_py()
            self.first = low if self.first is None else min(self.first, low)
            self.last = high if self.last is None else max(self.last, high)

    def _facts(self, checked: bool) -> ReportFacts:
        report, layout = self.report, self.report.layout
        sheet = layout.sheet.name if layout.sheet else ""
        shown = {n: layout.title(n) for n in layout.places if n in layout.form.names or n in report.columns}
        return ReportFacts(
            file=report.file, reader=layout.form.reader, kind=report.kind,
            encoding="" if sheet else layout.encoding, delimiter="" if sheet else layout.delimiter,
            decimal=self.mark.mark or ".", currency=self._currency(),
            amounts=self._amounts(), dates=self._dates(), columns=shown, rows=self.out,
            first=None if self.first is None else day_of(self.first),
            last=None if self.last is None else day_of(self.last), totals_checked=checked,
            notes=self._notes(), sha256=self.rows.sha256, sheet=sheet,
        )

    def _currency(self) -> str | None:
        layout = self.report.layout
        said = {h.currency for n, p in layout.places.items() if (h := layout.headers[p]).currency}
        if self.report.source.currency is not None:
            return self.report.source.currency
        return self.report.currency if said or ("currency" in layout.places and self.sums.rows) else None

    def _amounts(self) -> str:
        rules = self.conversion.rules
        units = {rules.unit_of(n) for n in MONEY_COLUMNS if n in self.report.layout.places}
        return units.pop() if len(units) == 1 else "mixed" if units else ""

    def _dates(self) -> str:
        if "date" not in self.report.columns:
            return ""
        return "preamble" if self.report.only_day is not None else self.order.order or "iso"

    def _notes(self) -> tuple[str, ...]:
        found, days = self.conversion, self.report.layout.form.landscape_days
        notes = (
            (self.filter.other_records, "rows of other kinds than keywords were passed over"),
            (found.nameless, "rows without a keyword were left out"),
            (found.late, f"rows after {self.report.until} were left out"),
            (found.more_clicks, "rows have more clicks than impressions"),
        )
        told = [f"{count:,} {text}" for count, text in notes if count]
        if self.report.kind is ReportKind.LANDSCAPE and days > 1:
            told.append(f"figures for {days} days were divided by {days}")
        if self.report.kind is ReportKind.KEYWORDS and "revenue" not in self.report.columns:
            told.append("the report has no revenue")
        if (sheet := self.report.layout.sheet) is not None and sheet.full:
            told.append(f"the sheet is full ({sheet.rows:,} rows): rows may be missing")
        return tuple(told)


def _half(cell: str, mark: str) -> float:
    """Half of the last digit that a number shows."""
    fraction = re.match(r"\d*", cell.partition(mark)[2])
    return 0.5 * 10.0 ** -(len(fraction.group()) if fraction else 0)
