"""Where the header of a text report stands, whose report it is, and which column is which."""

from __future__ import annotations

import csv
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bidder.errors import InputError, Place, Problem, one_of
from bidder.files.auction_logs.reading import unreadable
from bidder.files.auction_logs.streams import MARK
from bidder.files.platform_reports.canonical import TYPES, kind_of
from bidder.files.platform_reports.encodings import detected_encoding, known_encoding
from bidder.files.platform_reports.formats import (
    CANONICAL,
    FORMS,
    GOOGLE_ADS,
    Header,
    PlatformForm,
    header_of,
)
from bidder.files.platform_reports.lines import ReportLines, UnpackedFile
from bidder.files.tables import shown, unguard
from bidder.files.workbooks.sheets import Sheet
from bidder.keywords.spec_reports import ReportReader, ReportSource

SAMPLE = 256 * 1024
HEAD_LINES = 40
"""Records among which the header is looked for."""
LEAST_KNOWN = 3
MAX_TITLE = 80
DELIMITERS = (",", "\t", ";", "|")
UNREADABLE = (OSError, EOFError, zlib.error, ValueError)
"""What reading a damaged file may raise."""


@dataclass(frozen=True)
class Layout:
    """How a report is laid out.

    Attributes
    ----------
    form : PlatformForm
    header : tuple of str
        The file's names of its columns, in order.
    headers : tuple of Header
        The same, taken apart.
    places : dict
        Position by canonical or helper column.
    encoding, delimiter : str
    skip : int
        Records before the first row.
    preamble : tuple of str
        Lines before the header.
    header_row : int
    sheet : Sheet or None
        Of a workbook; encoding and delimiter are those of its text then.
    sha256 : str
        Of the workbook's file.
    """

    form: PlatformForm
    header: tuple[str, ...]
    headers: tuple[Header, ...]
    places: dict[str, int]
    encoding: str = ""
    delimiter: str = ""
    skip: int = 0
    preamble: tuple[str, ...] = ()
    header_row: int = 1
    sheet: Sheet | None = None
    sha256: str = ""

    def lines(self, file: str) -> ReportLines:
        """The records of the text, from the first row on."""
        source = None if self.sheet is None else self.sheet.open()
        return ReportLines(file, self.encoding, self.delimiter, self.skip, source)

    def title(self, column: str) -> str:
        """The file's name of a column, fit to be shown."""
        return self.title_at(self.places[column])

    def title_at(self, position: int) -> str:
        """The same for a position."""
        title = "".join(c if c.isprintable() else "?" for c in self.header[position].strip())
        return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 3] + "..."


def text_layout(file: str, source: ReportSource, currency: str) -> Layout:
    """The layout of a text file.

    Parameters
    ----------
    file : str
    source : ReportSource
    currency : str
        Of the account.

    Raises
    ------
    InputError
        When the file cannot be read, no header is found in it, it cannot be told whose it is, or columns are
        given twice or missing.
    """
    try:
        encoding = _encoding(file, source)
        lines = head_of(ReportLines(file, encoding))
    except UNREADABLE as error:
        raise unreadable(file, error) from None
    if not any(line.strip() for line, _ in lines):
        raise InputError(Problem("the file is empty", "a report", place=Place(file)))
    delimiters = (source.delimiter,) if source.delimiter else DELIMITERS
    found = header_in([line for line, _ in lines], delimiters, source)
    if not found.recognised:
        raise no_header(file, lines, encoding)
    ascii_header = "".join(found.cells).isascii()
    if encoding == "gb18030" and source.encoding is None and currency != "CNY" and ascii_header:
        # Korean and others look the same; a Chinese header would settle it.
        message = "not UTF-8; it may be Chinese text in GBK"
        raise InputError(Problem(message, "encoding: gbk, or another one", place=Place(file)))
    return laid_out(file, source, lines, found, encoding)


def laid_out(
    file: str, source: ReportSource, lines: Sequence[tuple[str, int]], found: Found, encoding: str
) -> Layout:
    """The layout below a header that was found in these records; errors as for :func:`text_layout`."""
    number, cells, row = found.number, found.cells, lines[found.number][1]
    preamble = tuple(line for line, _ in lines[:number])
    form, places = identified(file, row, cells, source, preamble)
    headers = tuple(map(header_of, cells))
    return Layout(form, cells, headers, places, encoding, found.delimiter, number + 1, preamble, row)


@dataclass(frozen=True)
class Found:
    """The record that looks most like a header.

    Attributes
    ----------
    known : int
        Columns that it names.
    number : int
        Records before it.
    delimiter : str
    cells : tuple of str
    """

    known: int
    number: int
    delimiter: str
    cells: tuple[str, ...]

    @property
    def recognised(self) -> bool:
        """Whether it is one."""
        return self.known >= LEAST_KNOWN or self.known >= len(self.cells)


def header_in(lines: Sequence[str], delimiters: Iterable[str], source: ReportSource) -> Found:
    """Look for the header among the first records (at least one)."""
    return max(
        (
            Found(_known(cells, source), number, delimiter, cells)
            for delimiter in delimiters
            for number, cells in enumerate(_cells(lines, delimiter))
        ),
        key=lambda found: found.known,
    )


def _encoding(file: str, source: ReportSource) -> str:
    if source.encoding is not None:
        return known_encoding(source.encoding, file)
    unpacked = UnpackedFile(file)
    try:
        return detected_encoding(unpacked.read(SAMPLE))
    finally:
        unpacked.close()


def head_of(stream: ReportLines) -> list[tuple[str, int]]:
    """The first records, each with the number of its line; closes the stream."""
    content = b""
    try:
        while content.count(b"\n") < HEAD_LINES and len(content) < 2 * SAMPLE:
            more = stream.read(SAMPLE)
            if not more:
                break
            content += more
        texts = content.decode("utf-8", "replace").split("\n")
        return [(text, stream.row(number)) for number, text in enumerate(texts[:HEAD_LINES])]
    finally:
        stream.close()


def _cells(lines: Iterable[str], delimiter: str) -> Iterator[tuple[str, ...]]:
    for line in lines:
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            cells = []
        yield tuple(unguard(cell.strip()) for cell in cells)


def _known(cells: Sequence[str], source: ReportSource) -> int:
    """How many columns a line would name, if it were the header."""
    headers = tuple(map(header_of, cells[:2000]))
    named = set(source.columns.values()) & set(cells)

    def known(form: PlatformForm) -> int:
        texts = form.ad_texts and sum(bool(re.fullmatch(form.ad_texts, one.key)) for one in headers)
        return len(set(form.find(headers).values())) + (texts or 0)

    return max(len(named), *map(known, _candidates(source)))


def _candidates(source: ReportSource) -> tuple[PlatformForm, ...]:
    if source.reader is ReportReader.AUTO:
        return FORMS
    return tuple(form for form in FORMS if form.reader is source.reader)


def no_header(file: str, lines: Sequence[tuple[str, int]], written: str) -> InputError:
    """Complain of a text without a header; ``written`` says how it was read."""
    first, row = next((line for line in lines if line[0].strip(" \t,;|")), ("", 1))
    message = f"no header found ({written}); the first line is {shown(first.replace(MARK, '?'))}"
    expected = "a line with names of columns such as campaign, keyword, clicks, cost (or set columns)"
    return InputError(Problem(message, expected, place=Place(file, row=row)))


def identified(
    file: str, row: int, header: Sequence[str], source: ReportSource, preamble: Sequence[str] = ()
) -> tuple[PlatformForm, dict[str, int]]:
    """Whose report this is, and the position of each column; errors as for :func:`text_layout`."""
    headers = tuple(map(header_of, header))
    form = form_of(header, source, preamble)
    if form is None:
        message = f"cannot tell whose report this is from {shown(', '.join(header))}"
        readers = ", ".join(reader.value for reader in ReportReader if reader is not ReportReader.AUTO)
        expected = f"reader: one of {readers}; or columns: with the file's name of each of our columns"
        raise InputError(Problem(message, expected, place=Place(file, row=row)))
    places = form.find(headers)
    places.update(_named(file, row, header, source))
    _check_twice(file, row, header, headers, places)
    return form, places


def form_of(
    header: Sequence[str], source: ReportSource, preamble: Sequence[str] = ()
) -> PlatformForm | None:
    """Whose report has such a header; None where that cannot be told."""
    headers = tuple(map(header_of, header))
    if source.reader is not ReportReader.AUTO:
        return _candidates(source)[0]
    keys = {one.key for one in headers}
    first = " ".join(preamble).casefold().lstrip('"\ufeff ')
    for form in FORMS:
        if form.opening and re.match(form.opening, first):
            return form
        if any(sign <= keys for sign in form.signs):
            return form
    if source.columns or kind_of([name for name in header if name in TYPES]) is not None:
        return CANONICAL
    found = GOOGLE_ADS.find(headers)
    if "campaign" in found and kind_of(found) is not None:
        return GOOGLE_ADS
    if "campaign" in found and any(re.fullmatch(GOOGLE_ADS.ad_texts, key) for key in keys):
        return GOOGLE_ADS
    return CANONICAL if sum(name in TYPES for name in header) >= LEAST_KNOWN else None


def _named(file: str, row: int, header: Sequence[str], source: ReportSource) -> dict[str, int]:
    """Positions of the columns that the source names itself."""
    places, problems = {}, []
    keys = [header_of(name).key for name in header]
    for ours, theirs in source.columns.items():
        if ours not in TYPES:
            problems.append(Problem(f"columns: {ours!r} is no column of ours", one_of(TYPES, ours),
                                    place=Place(file)))
        elif theirs in header:
            places[ours] = list(header).index(theirs)
        elif (key := header_of(theirs).key) in keys and key:
            places[ours] = keys.index(key)
        else:
            problems.append(Problem(f"column {shown(theirs)} (for {ours}) is missing", one_of(header, theirs),
                                    place=Place(file, row=row)))
    if problems:
        raise InputError(problems)
    return places


def _check_twice(
    file: str, row: int, header: Sequence[str], headers: Sequence[Header], places: dict[str, int]
) -> None:
    counts = Counter(one.key for one in headers)
    problems = [
        Problem(f"column {shown(header[place].strip())} is given twice", "each column once",
                place=Place(file, row=row))
        for place in dict.fromkeys(places.values())
        if counts[headers[place].key] > 1
    ]
    if problems:
        raise InputError(problems)
