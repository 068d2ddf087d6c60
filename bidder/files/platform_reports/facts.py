"""What is told of a report: how it is written, and what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from bidder.keywords.spec_reports import ReportKind, ReportReader


@dataclass(frozen=True)
class ReportFacts:
    """A report that has been read.

    Attributes
    ----------
    file : str
    reader : ReportReader
    kind : ReportKind
    encoding, delimiter : str
        "" for Parquet and workbooks.
    decimal : str
        Decimal mark: "." or ",". In a workbook that of numbers which are kept as text.
    currency : str or None
        Of the amounts, where the file or the source says it.
    amounts : str
        "units", "minor", "micros", "mixed", or "" for a report without amounts.
    dates : str
        "iso" (also for months in letters and Chinese dates), "day_first", "month_first", "preamble", or ""
        for a report without dates.
    columns : dict of str to str
        The file's header by canonical column.
    rows : int
        Rows that came out.
    first, last : date or None
        Earliest and latest date of these rows.
    totals_checked : bool
        Whether a total row, or a count of rows, was there and matched.
    notes : tuple of str
        What whoever reads results must know.
    sha256 : str
        Of the file's bytes.
    sheet : str
        Of a workbook; "" for other files.
    """

    file: str
    reader: ReportReader
    kind: ReportKind
    encoding: str
    delimiter: str
    decimal: str
    currency: str | None
    amounts: str
    dates: str
    columns: dict[str, str]
    rows: int
    first: date | None
    last: date | None
    totals_checked: bool
    notes: tuple[str, ...]
    sha256: str
    sheet: str = ""
