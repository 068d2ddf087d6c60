"""What there is to know of a platform's exports, as data."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from bidder.keywords.spec_reports import ReportKind, ReportReader

HELPER_COLUMNS = (
    "currency", "start_date", "end_date", "record", "direct_conversions", "indirect_conversions",
    "direct_revenue", "indirect_revenue",
)
"""Columns that are read but do not come out: they check, select or make up others."""

_UNITS = {
    "元": "units", "yuan": "units", "rmb": "units", "分": "minor", "fen": "minor", "micros": "micros",
}
_SYMBOLS = {"$": None, "€": "EUR", "£": "GBP", "¥": None, "₹": "INR", "₩": "KRW", "us$": "USD"}
_SUFFIX = re.compile(r"^(.+?)\s*\(([^()]{1,6})\)$")


@dataclass(frozen=True)
class Header:
    """A column's name in a file.

    Attributes
    ----------
    key : str
        Letters and digits in small letters, by which names are compared.
    unit : str or None
        "units", "minor" or "micros" where the name says so.
    currency : str or None
        Where the name says so: ``Cost (USD)``.
    """

    key: str
    unit: str | None = None
    currency: str | None = None


def header_of(text: str) -> Header:
    """A column's name without what does not tell names apart: case, spaces, points, units.

    >>> header_of(" 7 Day Total Sales "), header_of("花费（分）")
    (Header(key='7daytotalsales', unit=None, currency=None), Header(key='花费', unit='minor', currency=None))
    """
    folded = unicodedata.normalize("NFKC", text).casefold().strip()
    unit = currency = None
    if (found := _SUFFIX.match(folded)) is not None:
        name, inner = found.group(1), found.group(2).strip()
        if inner in _UNITS:
            folded, unit = name, _UNITS[inner]
        elif inner in _SYMBOLS:
            folded, currency = name, _SYMBOLS[inner]
        elif re.fullmatch("[a-z]{3}", inner) and inner != "cpc" and name.split()[0] in _MONEY_WORDS:
            folded, currency = name, inner.upper()
    key = "".join(letter for letter in folded if letter.isalnum())
    if unit is None and key.endswith("micros"):
        key, unit = key.removesuffix("micros"), "micros"
    return Header(key, unit, currency)


@cache
def _key_of(spelling: str) -> str:
    """Key of one of our own spellings, which are looked for in every line that may be a header."""
    return header_of(spelling).key


_MONEY_WORDS = {"cost", "spend", "revenue", "bid", "sales", "conv.", "kosten", "coût", "coste", "max."}


@dataclass(frozen=True)
class PlatformForm:
    """How one platform writes one kind of export.

    Attributes
    ----------
    reader : ReportReader
    names : dict
        Spellings by canonical (or helper) column; the first one that a file has is taken.
    signs : tuple of sets of str
        A file whose headers include one of these sets is such an export.
    opening : str
        Pattern of a line before the header that only such an export has.
    footer : str
        Pattern of lines that are no rows.
    totals : tuple of str
        Patterns of the labels of total rows, those first that cover exactly the rows of the file. A total
        of a later pattern covers more than that when one of an earlier pattern stands beside it.
    unknown : frozenset of str
        Cells that say that nothing is known.
    record : frozenset of str
        Values (small letters) of the helper column ``record`` that rows must have to be read; empty for
        all rows.
    kind : ReportKind or None
        When all such exports are of one kind.
    landscape_days : int
        Days that the figures of a bid landscape are for.
    decorated : bool
        Whether ``[word]`` and ``"word"`` are ways to write an exact and a phrase keyword.
    decimal : str or None
        Decimal mark where cells leave it open.
    blank_counts : bool
        Whether an empty count or cost is a number of none, and not an error.
    ad_texts : str
        Pattern of the keys of columns that hold texts of ads.
    sheet : str
        Pattern of the name (small letters) of the sheet in a workbook, where others have headers alike.
    """

    reader: ReportReader
    names: dict[str, tuple[str, ...]]
    signs: tuple[frozenset[str], ...] = ()
    opening: str = ""
    footer: str = ""
    totals: tuple[str, ...] = ()
    unknown: frozenset[str] = frozenset({"", "--", "-", "—"})
    record: frozenset[str] = frozenset()
    kind: ReportKind | None = None
    landscape_days: int = 1
    decorated: bool = False
    decimal: str | None = None
    blank_counts: bool = True
    ad_texts: str = ""
    sheet: str = ""

    def find(self, headers: tuple[Header, ...]) -> dict[str, int]:
        """Position of each canonical or helper column among a file's headers."""
        places: dict[str, int] = {}
        for position, header in enumerate(headers):
            places.setdefault(header.key, position)
        found = {}
        for column, spellings in self.names.items():
            keys = map(_key_of, spellings)
            place = next((places[key] for key in keys if key in places), None)
            if place is not None:
                found[column] = place
        return found
