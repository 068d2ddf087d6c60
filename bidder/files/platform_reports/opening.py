"""Opening reports: which files a source means, and what each of them is about."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.compute as pc

from bidder.errors import InputError, Place, Problem, one_of
from bidder.files.platform_reports.ad_texts import as_ads, has_ad_texts
from bidder.files.platform_reports.canonical import REQUIRED, TYPES, kind_of
from bidder.files.platform_reports.conversion import PARTS
from bidder.files.platform_reports.dates import DateOrder
from bidder.files.platform_reports.facts import ReportFacts
from bidder.files.platform_reports.layout import Layout, text_layout
from bidder.files.platform_reports.raw import parquet_layout
from bidder.files.platform_reports.report import OpenReport
from bidder.files.platform_reports.workbook_layout import is_workbook, workbook_layout
from bidder.keywords.spec_reports import ReportKind, ReportReader, ReportSource

__all__ = ["OpenReport", "ReportFacts", "open_reports"]

_PARQUET = (".parquet", ".pq")
_MAGIC = re.compile(r"[*?[]")


def open_reports(
    sources: Sequence[ReportSource], folder: Path, currency: str, *, until: date | None = None
) -> list[OpenReport]:
    """Find the files of all sources and read their headers.

    Parameters
    ----------
    sources : sequence of ReportSource
    folder : Path
        What paths are seen from.
    currency : str
        ISO 4217 code of the account's currency.
    until : date, optional
        Rows of later days are left out (and counted in the notes).

    Returns
    -------
    list of OpenReport
        In the order of the sources; files of a pattern in their natural order (``day2`` before ``day10``).

    Raises
    ------
    InputError
        With everything that is wrong with paths and headers of all files.
    """
    problems: list[Problem] = []
    reports: list[OpenReport] = []
    seen: dict[str, str] = {}
    for source in sources:
        try:
            files = _files(source, folder)
        except OSError:  # a name that is too long, for example
            files = []
        if not files:
            what = "matches no file" if _MAGIC.search(source.path) else "there is no such file"
            expected = "a file or a pattern such as reports/*.csv"
            problems.append(Problem(what, expected, place=Place(source.path)))
        for file in files:
            real = os.path.realpath(file)
            if real in seen:
                problems.append(Problem("the file is given twice", "each report once", place=Place(file)))
                continue
            seen[real] = file
            try:
                reports.append(_told_by_rows(_opened(file, source, currency, until)))
            except InputError as error:
                problems += error.problems
    if problems:
        raise InputError(problems)
    return reports


def _files(source: ReportSource, folder: Path) -> list[str]:
    if "\0" in source.path:
        return []
    if (folder / source.path).is_file():
        return [_shorter(str(folder / source.path))]
    pattern = Path(glob.escape(str(folder))) / source.path
    found = glob.iglob(str(pattern), recursive=True)  # noqa: PTH207 - pathlib takes no absolute pattern
    return sorted({_shorter(file) for file in found if Path(file).is_file()}, key=_natural)


def _shorter(file: str) -> str:
    """The path without ``folder/..``, which leads elsewhere where the folder is a link."""
    short = os.path.normpath(file)
    return short if os.path.realpath(short) == os.path.realpath(file) else file


def _natural(file: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"([0-9]+)", file)
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]


def _opened(file: str, source: ReportSource, currency: str, until: date | None) -> OpenReport:
    layout = _layout(file, source, currency)
    _as_landscape(layout, source)
    layout = _with_ads(layout, source)
    columns = set(layout.places) & set(TYPES)
    columns |= {name for name, parts in PARTS.items() if set(parts) <= set(layout.places)}
    kind = _kind(file, layout, source, columns)
    if source.conversions == "direct":
        _check_direct(file, layout)
    only_day = None
    if "date" not in columns and "date" in REQUIRED[kind]:
        if "start_date" not in layout.places:
            only_day = _only_day(file, layout, source)
        columns.add("date")
    if kind is ReportKind.SETTINGS or kind is ReportKind.ADS:
        columns -= {"date"} if "date" not in layout.places else set()
    if layout.form.decorated and "keyword" in columns and kind is not ReportKind.TERMS:
        columns.add("match_type")
    _check_columns(file, layout, kind, columns)
    _check_currency(file, layout, source, currency)
    ordered = tuple(name for name in TYPES if name in columns)
    return OpenReport(file, kind, ordered, layout, source, currency, only_day, until)


def _layout(file: str, source: ReportSource, currency: str) -> Layout:
    """What a file is, is told by its first bytes, for names of workbooks are often wrong."""
    if is_workbook(file):
        return workbook_layout(file, source)
    if source.sheet is not None:
        message = f"sheet: {source.sheet!r}, but the file is no workbook"
        raise InputError(Problem(message, "an .xlsx or .xls file, or no sheet", place=Place(file)))
    if Path(file).suffix.lower() in _PARQUET:
        return parquet_layout(file, source)
    return text_layout(file, source, currency)


def _told_by_rows(report: OpenReport) -> OpenReport:
    """A report whose header names keywords, but whose first rows do not, is about hours or segments."""
    parts = {"hour", "device", "audience"} & set(report.columns)
    if report.kind is not ReportKind.KEYWORDS or report.source.kind is not None or not parts:
        return report
    told = replace(report, kind=ReportKind.HOURS if "hour" in parts else ReportKind.SEGMENTS)
    try:  # rows of later days tell it as well
        rows = next(replace(told, until=None).batches(), None)
    except InputError:  # told when the whole report is read
        return report
    named = rows is None or bool(pc.any(pc.not_equal(rows.column("keyword"), "")).as_py())
    return report if named else told


def _as_landscape(layout: Layout, source: ReportSource) -> None:
    """In a bid landscape the bid may be called what it is in other reports."""
    if source.kind is ReportKind.LANDSCAPE and "bid" not in layout.places and "max_cpc" in layout.places:
        layout.places["bid"] = layout.places.pop("max_cpc")


def _with_ads(layout: Layout, source: ReportSource) -> Layout:
    """Read the texts of ads where they are asked for, or where a report has nothing else to tell."""
    if source.kind in (None, ReportKind.ADS) and has_ad_texts(layout):
        other = layout.form.kind or kind_of(layout.places)
        if source.kind is ReportKind.ADS or other is None:
            return as_ads(layout)
    return layout


def _kind(file: str, layout: Layout, source: ReportSource, columns: set[str]) -> ReportKind:
    always = layout.form.kind
    if always is not None and source.kind not in (None, always):
        reader = layout.form.reader.value
        message = f"kind: {source.kind}, but an export of {reader} is of kind {always.value}"
        raise InputError(Problem(message, f"kind: {always.value}, or none", place=Place(file)))
    kind = source.kind or always or kind_of(columns)
    if kind is None:
        message = f"cannot tell what the report is about from the columns {', '.join(sorted(columns))}"
        place = Place(file, row=layout.header_row or None)
        raise InputError(Problem(message, "keywords, hours, devices, search terms or bids", place=place))
    return kind


def _check_columns(file: str, layout: Layout, kind: ReportKind, columns: set[str]) -> None:
    place = Place(file, row=layout.header_row or None)
    header = [name.strip() for name in layout.header]
    problems = []
    for name in REQUIRED[kind]:
        if name not in columns:
            spelled = layout.form.names.get(name, (name,))
            known = f" ({spelled[0]})" if spelled[0] != name else ""
            hint = one_of(header, spelled[0]).partition(", did you mean ")[2].rstrip("?")
            similar = f"; is it {hint}?" if hint else ""
            message = f"a report of kind {kind.value} lacks the column {name}{known}{similar}"
            expected = f"it, or columns: {{{name}: HEADER}} in the source"
            problems.append(Problem(message, expected, place=place))
    if problems:
        raise InputError(problems)


def _check_direct(file: str, layout: Layout) -> None:
    if layout.form.reader is ReportReader.ZHITONGCHE and "direct_conversions" not in layout.places:
        message = "conversions: direct, but there is no column of direct transactions"
        place = Place(file, row=layout.header_row or None)
        raise InputError(Problem(message, "the column 直接成交笔数", place=place))


def _check_currency(file: str, layout: Layout, source: ReportSource, currency: str) -> None:
    place = Place(file, row=layout.header_row or None)
    if source.currency is not None:
        if source.currency != currency:
            message = f"amounts are in {source.currency}"
            raise InputError(Problem(message, f"{currency}, the account's currency", place=Place(file)))
        return
    expected = f"{currency}, the account's currency"
    problems = [
        Problem(f"column {layout.title(name)!r} is in {said}", expected, place=place)
        for name, position in layout.places.items()
        if (said := layout.headers[position].currency) is not None and said != currency
    ]
    if problems:
        raise InputError(problems)


def _only_day(file: str, layout: Layout, source: ReportSource) -> date:
    """The day of a report without a column of days, from the lines before its header."""
    order = DateOrder(source.dates)
    days: list[date] = []
    for line in layout.preamble:
        order.look_in(line)
    order.decide()
    if not order.open:
        days = [day for line in layout.preamble for day in order.dates_in(line)]
    if len(set(days)) == 1:
        return days[0]
    said = f" and is for {min(days)} to {max(days)}" if days else ""
    column = layout.form.names["date"][0]
    message = f"the report has no column of days{said}"
    expected = f"the column {column} (segment the report by day), or a report of a single day"
    raise InputError(Problem(message, expected, place=Place(file, row=layout.header_row or None)))
