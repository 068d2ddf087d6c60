"""Which reports to read, how they are written, and when they count as complete."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from bidder.quantities import Spec


class ReportReader(StrEnum):
    """Whose export a file is; its headers are mapped to ours by name."""

    AUTO = "auto"
    CANONICAL = "canonical"
    GOOGLE_ADS = "google_ads"
    GOOGLE_ADS_EDITOR = "google_ads_editor"
    MICROSOFT_ADS = "microsoft_ads"
    MICROSOFT_BULK = "microsoft_bulk"
    AMAZON_ADS = "amazon_ads"
    AMAZON_BULK = "amazon_bulk"
    ZHITONGCHE = "zhitongche"


class ReportKind(StrEnum):
    """What the rows of a report are about."""

    KEYWORDS = "keywords"
    """A keyword on a day (or in a range of days that the report's preamble names)."""
    HOURS = "hours"
    """A campaign or ad group in an hour of a day."""
    SEGMENTS = "segments"
    """A campaign on a device or for an audience on a day."""
    TERMS = "terms"
    """A search term on a day."""
    LAGS = "lags"
    """Conversions by the day of the click and the days until they were reported."""
    LANDSCAPE = "landscape"
    """Bid simulator points: a keyword and a bid, with clicks, cost and revenue a day."""
    SETTINGS = "settings"
    """Keywords as they stand, with bids and quality but without results (an editor's export)."""
    ADS = "ads"
    """Texts of ads, to be screened for forbidden words."""


class ReportSource(Spec):
    """One file, or all files of a pattern."""

    reader: ReportReader = ReportReader.AUTO
    """Whose export it is; auto looks at the headers."""
    path: Annotated[str, Field(min_length=1, max_length=4000)]
    """File or glob pattern, seen from the config; .gz is unpacked, .parquet and workbooks read as such."""
    sheet: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Of a workbook: the sheet to read, which may be hidden; by default the only one with a header."""
    kind: ReportKind | None = None
    """What the rows are about; by default told by the columns."""
    columns: Annotated[dict[str, str], Field(max_length=100)] = Field(default={})
    """Our name of a column: the file's name of it, where the reader does not know it."""
    encoding: str | None = None
    """Of text: utf-8, utf-16, gbk (gb18030) and so on; detected by default."""
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    """Between cells of text; detected by default."""
    decimal: Literal[".", ","] | None = None
    """Decimal mark; detected by default. In a workbook that of numbers kept as text, by default a point."""
    dates: Literal["iso", "day_first", "month_first"] | None = None
    """Order of day and month in dates with slashes; detected by default, refused where it is not certain."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """Of the amounts; detected where the file says it. Another one than the account's is an error."""
    amounts: Literal["units", "minor", "micros"] | None = None
    """Unit of amounts: yuan, fen, or millionths of a yuan; by the header, else units."""
    conversions: Literal["total", "direct"] = "total"
    """Count direct and indirect transactions, or direct ones only (zhitongche)."""
    totals: Literal["check", "ignore"] = "check"
    """Whether a total row has to match the sum of its rows."""


class DataRules(Spec):
    """When the data of a night is complete."""

    window_days: Annotated[int, Field(ge=1, le=730)] = 90
    """Days up to the date that are read; older rows are left out."""
    missing_days: Annotated[int, Field(ge=0, le=730)] = 0
    """How many days between the first and the last one of the window may be missing."""
    least_hours: Annotated[int, Field(ge=0, le=24)] | None = None
    """Hours of the last day that an hour report must hold, when there is one (a day whose clocks change
    has one more or less); by default every hour that nearly every earlier day holds."""
