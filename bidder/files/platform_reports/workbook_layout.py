"""Workbooks of reports: which sheet is meant, and where its header stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.reading import unreadable
from bidder.files.platform_reports.layout import (
    UNREADABLE,
    Found,
    Layout,
    form_of,
    head_of,
    header_in,
    laid_out,
    no_header,
)
from bidder.files.platform_reports.lines import ReportLines, UnpackedFile
from bidder.files.workbooks.sheets import MOST_BYTES, Sheet, kind_of_workbook, read_sheets
from bidder.keywords.spec_reports import ReportSource

ENCODING, DELIMITER = "utf-8", ","
"""Of the text that sheets become."""
_BEGIN = 8


def is_workbook(file: str) -> bool:
    """Whether a file, unpacked where it is gzip, begins like a workbook; not whether it can be read."""
    try:
        source = UnpackedFile(file)
    except OSError:
        return False
    try:
        return kind_of_workbook(source.read(_BEGIN)) is not None
    except UNREADABLE:
        return False
    finally:
        source.close()


@dataclass(frozen=True)
class _Candidate:
    """A sheet and its first records, with what looks most like a header in them."""

    sheet: Sheet
    lines: list[tuple[str, int]]
    found: Found


def workbook_layout(file: str, source: ReportSource) -> Layout:
    """The layout of a workbook's sheet: the one that the source names, or the only one with a header.

    Parameters
    ----------
    file : str
    source : ReportSource

    Raises
    ------
    InputError
        When the file cannot be read, several sheets or none hold a report, it cannot be told whose it is, or
        columns are given twice or missing.
    """
    content, sha256 = _content(file)
    sheets = read_sheets(content, file, source.sheet, source.decimal or ".")
    del content
    candidates = [_candidate(file, sheet, source) for sheet in sheets if sheet.rows]
    if not candidates:
        what = "the sheet is empty" if source.sheet else "the workbook is empty"
        raise InputError(Problem(what, "a report", place=Place(file)))
    chosen = _chosen(file, candidates, source)
    lines = [(line.rstrip(DELIMITER), row) for line, row in chosen.lines]  # all rows are of one width
    return replace(
        laid_out(file, source, lines, chosen.found, ENCODING), sheet=chosen.sheet, sha256=sha256
    )


def _content(file: str) -> tuple[bytes, str]:
    """All bytes of a workbook, unpacked where it is gzip, and the hash of the file."""
    source = UnpackedFile(file)
    try:
        content = bytearray()
        while len(content) <= MOST_BYTES and (block := source.read(MOST_BYTES)):
            content += block
        return bytes(content), source.sha256
    except UNREADABLE as error:
        raise unreadable(file, error) from None
    finally:
        source.close()


def _candidate(file: str, sheet: Sheet, source: ReportSource) -> _Candidate:
    lines = head_of(ReportLines(file, ENCODING, DELIMITER, source=sheet.open()))
    return _Candidate(sheet, lines, header_in([line for line, _ in lines], (DELIMITER,), source))


def _chosen(file: str, candidates: list[_Candidate], source: ReportSource) -> _Candidate:
    good = [one for one in candidates if one.found.recognised]
    if len(good) > 1:
        good = [one for one in good if _is_meant(one, source)] or good
    if len(good) == 1:
        return good[0]
    names = ", ".join(repr(one.sheet.name) for one in good or candidates)
    if good:
        message = f"several sheets hold a report: {names}"
        raise InputError(Problem(message, "sheet: NAME in the source", place=Place(file)))
    if len(candidates) == 1:
        (only,) = candidates
        raise no_header(file, only.lines, f"sheet {only.sheet.name!r}")
    message = f"no header found in any of the sheets {names}"
    expected = "one with names of columns such as campaign, keyword, clicks, cost (or set columns)"
    raise InputError(Problem(message, expected, place=Place(file)))


def _is_meant(one: _Candidate, source: ReportSource) -> bool:
    """Whether a sheet has the name that sheets with such a header have, where other sheets look alike."""
    form = form_of(one.found.cells, source)
    return form is not None and re.fullmatch(form.sheet, one.sheet.name.strip().casefold()) is not None
