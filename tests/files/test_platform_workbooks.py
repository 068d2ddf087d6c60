"""Reports kept as workbooks are read like the same reports kept as text."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import platform_samples as samples
import pytest
from platform_samples import Sample
from test_platform_reports import opened, refused, rows_of
from workbook_samples import Special, records, twin, typed, with_part, workbook, xls

from bidder.errors import InputError
from bidder.files.platform_reports.opening import OpenReport, open_reports
from bidder.files.workbooks import sheets
from bidder.keywords.spec_reports import ReportKind, ReportReader, ReportSource

TEXTS = tuple(
    sample
    for sample in (
        *samples.keyword_reports(), *samples.settings_reports(), Sample("terms.csv", samples.amazon_terms()),
        Sample("bare.csv", samples.microsoft(preamble=False)),
    )
    if not sample.name.endswith(".parquet")
)
HEADER = (
    "date", "campaign", "ad_group", "keyword", "match_type", "impressions", "clicks", "cost", "conversions",
    "revenue",
)
GOOD = (date(2026, 10, 20), "a", "g", "k", "exact", 100, 5, 2.5, 1, 30)
SHEET = "xl/worksheets/sheet1.xml"


def one_cell(column: str, cell: Any) -> bytes:
    """A workbook whose third row has one other cell."""
    other = list(GOOD)
    other[HEADER.index(column)] = cell
    return workbook({"Keywords": [HEADER, GOOD, other, GOOD]})


def read(report: OpenReport) -> tuple[Any, ...]:
    batches = list(report.batches())
    facts = report.facts
    return (
        batches, report.kind, report.columns, facts.reader, facts.amounts, facts.currency, facts.columns,
        facts.rows, facts.first, facts.last, facts.totals_checked, facts.notes,
    )


@pytest.mark.parametrize("sample", TEXTS, ids=lambda sample: sample.name)
@pytest.mark.parametrize("cells", ["typed", "text"])
def test_a_workbook_reads_to_the_same_batches_as_its_text(sample: Sample, cells: str, tmp_path: Path) -> None:
    german = sample.name == "german.csv"
    text = opened(tmp_path, sample.content, sample.name, **sample.spec)
    spec = {**sample.spec, "decimal": ","} if german and cells == "text" else sample.spec
    content = twin(sample, (lambda cell: typed(cell, german)) if cells == "typed" else str)
    book = opened(tmp_path, content, "book.xlsx", **spec)
    assert read(book) == read(text)
    facts = book.facts
    assert (facts.sheet, facts.encoding, facts.delimiter) == ("Sheet1", "", "")
    assert facts.decimal == spec.get("decimal", ".")
    assert facts.sha256 == hashlib.sha256(content).hexdigest()
    assert read(book) == read(text)


@pytest.mark.parametrize("name", ["a.csv", "report.xlsx", "a.xls", "a.parquet", "report.xlsx.gz"])
def test_bytes_tell_what_a_file_is_and_not_its_name(name: str, tmp_path: Path) -> None:
    content = twin(samples.keyword_reports()[0])
    content = gzip.compress(content) if name.endswith(".gz") else content
    report = opened(tmp_path, content, name)
    assert len(rows_of(report)) == 6
    assert report.facts.sha256 == hashlib.sha256(content).hexdigest()


def test_text_with_the_name_of_a_workbook_is_text(tmp_path: Path) -> None:
    report = opened(tmp_path, samples.google(), "report.xlsx")
    assert len(rows_of(report)) == 6
    assert (report.facts.encoding, report.facts.sheet) == ("utf-8", "")


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        ("cost", Special("#N/A"), "'#N/A'"), ("cost", Special("#DIV/0!"), "'#DIV/0!'"),
        ("keyword", Special("#REF!"), "'#REF!'"), ("date", Special("#VALUE!"), "'#VALUE!'"),
        ("match_type", Special("#NAME?"), "'#NAME?'"), ("campaign", Special("#NULL!"), "'#NULL!'"),
        ("cost", Special("=B3*2", "f"), "'=B3*2 (never worked out)'"),
        ("keyword", Special("=A1&A2", "f"), "'=A1&A2 (never worked out)'"),
        ("clicks", 1.5, "'1.5'"), ("clicks", -1, "'-1'"), ("clicks", True, "'TRUE'"),
        ("cost", "12,5", "'12,5'"),
        ("cost", date(2026, 10, 20), "'2026-10-20'"), ("cost", time(7, 30), "'07:30:00'"),
        ("cost", timedelta(hours=30), "'30:00:00'"), ("conversions", 1e17, "'1e+17 (digits are lost)'"),
        ("keyword", 2**60, "'1.152921504606847e+18 (digits are lost)'"),
        ("date", datetime(2026, 10, 20, 7, 30), "'2026-10-20 07:30:00'"), ("date", 46315, "'46315'"),
        ("keyword", None, "an empty cell"), ("date", None, "an empty cell"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_as_it_stands_in_the_sheet(
    column: str, cell: Any, found: str, tmp_path: Path
) -> None:
    (said,) = refused(tmp_path, one_cell(column, cell), "report.xlsx")
    assert said.startswith(f"report.xlsx:row 3, column {column}: found {found}; expected ")


@pytest.mark.parametrize(
    ("column", "cell", "value"),
    [
        ("cost", 0.1 + 0.2, 300_000), ("cost", 1e-5, 10), ("cost", 1234567.89, 1_234_567_890_000),
        ("cost", "1,234.50", 1_234_500_000), ("cost", "¥3", 3_000_000), ("clicks", 7.0, 7),
        ("clicks", "7", 7),
        ("date", datetime(2026, 10, 19), date(2026, 10, 19)), ("date", "2026-10-19", date(2026, 10, 19)),
        ("date", datetime(2026, 10, 19, 23, 59, 59, 999_900), date(2026, 10, 20)),
        ("keyword", 501, "501"), ("keyword", 3.5, "3.5"), ("keyword", "007", "007"),
        ("keyword", True, "TRUE"), ("keyword", "a\nb\r\nc", "a b c"),
        ("keyword", 'say "hi", all', 'say "hi", all'), ("keyword", "=1+1", "=1+1"),
        ("keyword", "'=1+1", "=1+1"), ("keyword", "鞋，红", "鞋，红"), ("keyword", "#N/A", "#N/A"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_what_it_is(column: str, cell: Any, value: Any, tmp_path: Path) -> None:
    rows = rows_of(opened(tmp_path, one_cell(column, cell), "report.xlsx"))
    assert len(rows) == 3 and rows[1][column] == value


@pytest.mark.parametrize("cell", [7, "7", time(7), timedelta(hours=7), "07:00", 7.0])
def test_hours_may_be_times(cell: Any, tmp_path: Path) -> None:
    rows = [("date", "hour", "campaign", "clicks", "cost"), (date(2026, 10, 20), cell, "a", 5, 2.5)]
    assert rows_of(opened(tmp_path, workbook({"S": rows}), "report.xlsx"))[0]["hour"] == 7


@pytest.mark.parametrize(
    ("cell", "share"), [(0.1, 0.1), ("10%", 0.1), ("< 10%", 0.1), (1, 1.0), (0.125, 0.125), (" --", None)]
)
def test_a_percentage_is_kept_as_a_share(cell: Any, share: float | None, tmp_path: Path) -> None:
    """A spreadsheet keeps 0.1 where it shows 10%."""
    header = ("Day", "Campaign", "Ad group", "Keyword", "Impr.", "Clicks", "Cost", "Conversions",
              "Search impr. share")  # fmt: skip
    rows = [header, (date(2026, 10, 20), "a", "g", "k", 100, 5, 2.5, 1, cell)]
    assert rows_of(opened(tmp_path, workbook({"S": rows}), "report.xlsx"))[0]["impression_share"] == share
    rows[1] = (*rows[1][:-1], 10)
    (said,) = refused(tmp_path, workbook({"S": rows}), "report.xlsx")
    assert "column Search impr. share: found '10'; expected a share from 0 to 100%" in said


def test_rows_are_counted_as_in_the_sheet(tmp_path: Path) -> None:
    """Also after empty rows and columns, and cells with line ends."""
    table = [(), (), (None, None, *HEADER), (), (None, None, *GOOD)]
    table += [(None, None, *GOOD[:3], "a\nb", *GOOD[4:]), (), (None, None, *GOOD[:7], "x", *GOOD[8:])]
    (said,) = refused(tmp_path, workbook({"S": table}), "report.xlsx")
    assert said == "report.xlsx:row 8, column cost: found 'x'; expected an amount of at least 0 (CNY)"
    table.pop()
    assert len(rows_of(opened(tmp_path, workbook({"S": table}), "report.xlsx"))) == 2


def test_errors_before_beside_and_below_the_table_are_told(tmp_path: Path) -> None:
    formula = Special("=A1", "f")
    rows = [(None, *HEADER), (formula, *GOOD), (None, *GOOD)]
    assert len(rows_of(opened(tmp_path, workbook({"S": rows}), "report.xlsx"))) == 2  # it is in no column
    rows = [HEADER, GOOD, (), [formula] * len(HEADER)]
    said = refused(tmp_path, workbook({"S": rows}), "report.xlsx")
    assert len(said) == len(HEADER) and all(one.startswith("report.xlsx:row 4, column ") for one in said)


def test_the_only_sheet_with_a_header_is_read(tmp_path: Path) -> None:
    rows = records(samples.keyword_reports()[0])
    notes = [["These are our keywords"], ["of", "October"]]
    content = workbook({"Notes": notes, "Data 10": rows, "Empty": []})
    report = opened(tmp_path, content, "report.xlsx")
    assert len(rows_of(report)) == 6 and report.facts.sheet == "Data 10"
    assert refused(tmp_path, content, "report.xlsx", sheet="Notes") == [
        "report.xlsx:row 1: no header found (sheet 'Notes'); the first line is 'These are our keywords,'; "
        "expected a line with names of columns such as campaign, keyword, clicks, cost (or set columns)"
    ]
    assert refused(tmp_path, content, "report.xlsx", sheet="Empty") == [
        "report.xlsx: the sheet is empty; expected a report"
    ]
    assert refused(tmp_path, content, "report.xlsx", sheet="Data10") == [
        "report.xlsx: the workbook has no sheet 'Data10'; expected one of Notes, Data 10, Empty, did you "
        "mean 'Data 10'?"
    ]
    (said,) = refused(tmp_path, workbook({"Notes": notes, "More": notes}), "report.xlsx")
    assert said.startswith("report.xlsx: no header found in any of the sheets 'Notes', 'More'; expected one")


def test_one_of_several_reports_has_to_be_named(tmp_path: Path) -> None:
    first, second = [HEADER, GOOD], [HEADER, GOOD, GOOD]
    content = workbook({"May": first, "June": second})
    assert refused(tmp_path, content, "report.xlsx") == [
        "report.xlsx: several sheets hold a report: 'May', 'June'; expected sheet: NAME in the source"
    ]
    for name, count in (("May", 1), ("June", 2), (" june ", 2)):
        report = opened(tmp_path, content, "report.xlsx", sheet=name)
        assert len(rows_of(report)) == count and report.facts.sheet == name.strip().title()


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_only_where_it_is_named(state: str, tmp_path: Path) -> None:
    content = workbook({"May": [HEADER, GOOD], "June": [HEADER, GOOD, GOOD]}, {"June": state})
    report = opened(tmp_path, content, "report.xlsx")
    assert len(rows_of(report)) == 1 and report.facts.sheet == "May"
    assert len(rows_of(opened(tmp_path, content, "report.xlsx", sheet="June"))) == 2


def test_of_a_bulksheet_the_sponsored_products_are_read(tmp_path: Path) -> None:
    rows = records(Sample("bulksheet.csv", samples.amazon_bulk()))
    portfolios = [("Product", "Entity", "Operation", "Portfolio ID", "Portfolio Name"),
                  ("Sponsored Products", "Portfolio", None, "1", "all")]  # fmt: skip
    brands = [["Sponsored Brands" if cell == "Sponsored Products" else cell for cell in row] for row in rows]
    terms = records(Sample("terms.csv", samples.amazon_terms()))
    content = workbook({
        "Portfolios": portfolios, "Sponsored Brands Campaigns": brands, "Sponsored Products Campaigns": rows,
        "SP Search Term Report": terms,
    })  # fmt: skip
    report = opened(tmp_path, content, "bulk.xlsx")
    assert len(rows_of(report)) == 3
    assert (report.facts.sheet, report.kind) == ("Sponsored Products Campaigns", ReportKind.SETTINGS)
    report = opened(tmp_path, content, "bulk.xlsx", sheet="SP Search Term Report")
    assert (report.kind, len(rows_of(report))) == (ReportKind.TERMS, 3)
    assert report.facts.reader is ReportReader.AMAZON_ADS


def test_a_sheet_of_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.csv", samples.canonical()), ("a.parquet", samples.parquet())):
        assert refused(tmp_path, content, name, sheet="May") == [
            f"{name}: sheet: 'May', but the file is no workbook; expected an .xlsx or .xls file, or no sheet"
        ]


def test_totals_and_footers_are_found_where_rows_are_of_one_width(tmp_path: Path) -> None:
    sample = Sample("zhitongche.csv", samples.zhitongche())
    rows = [[typed(cell) if cell else None for cell in row] for row in records(sample)]
    rows[1][rows[0].index("花费(元)")] = 1.5
    (said,) = refused(tmp_path, workbook({"S": rows}), "report.xlsx")
    assert "row 8, column 花费(元): the total is" in said
    rows = records(Sample("microsoft.csv", samples.microsoft()))
    report = opened(tmp_path, workbook({"S": rows}), "report.xlsx")
    assert len(rows_of(report)) == 6 and report.facts.totals_checked


def test_a_footer_as_wide_as_the_table_is_none_of_its_rows_in_text_either(tmp_path: Path) -> None:
    text = samples.microsoft().decode("utf-8-sig").replace('reserved. "', 'reserved. "' + "," * 13)
    assert len(rows_of(opened(tmp_path, text.encode()))) == 6


def test_a_full_sheet_may_have_lost_rows() -> None:
    content = workbook({"S": [HEADER, GOOD]})
    last = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    for count in (1_000, 1_048_576):
        longer = with_part(content, SHEET, lambda part, n=count: part.replace(b"</sheetData>", last % (n, n)))
        (sheet,) = sheets.read_sheets(longer, "report.xlsx")
        assert (sheet.rows, sheet.full) == (count, count == 1_048_576)


def test_the_note_of_a_full_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook({"S": [HEADER, GOOD, GOOD]})
    report = opened(tmp_path, content, "report.xlsx")
    rows_of(report)
    assert report.facts.notes == ()
    monkeypatch.setitem(sheets.FULL, "xlsx", 3)
    rows_of(report)
    assert report.facts.notes == ("the sheet is full (3 rows): rows may be missing",)


def test_a_workbook_of_1997(tmp_path: Path) -> None:
    report = opened(tmp_path, xls(), "report.xls")
    rows = rows_of(report)
    assert [(row["date"], row["keyword"], row["cost"]) for row in rows] == [
        (date(2026, 10, 20), "鞋", 2_500_000), (date(2026, 10, 20), "鞋", 100_000),
    ]
    assert report.facts.sheet == "Keywords" and report.layout.header_row == 3
    assert "one of 说明, Keywords, Old" in refused(tmp_path, xls(), "report.xls", sheet="x")[0]


def _renamed(content: bytes, name: str) -> bytes:
    """A compound file whose stream ``Workbook`` has another name."""
    at = content.index("Workbook".encode("utf-16-le"))
    other = name.encode("utf-16-le")
    return content[:at] + other.ljust(64, b"\0") + struct.pack("<H", len(other) + 2) + content[at + 66 :]


def _with_file_pass(content: bytes) -> bytes:
    """An .xls whose second record says that what follows is encrypted."""
    at = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
    return content[:at] + b"\x2f\x00" + content[at + 2 :]


@pytest.mark.parametrize("content", [_renamed(xls(), "EncryptedPackage"), _with_file_pass(xls())])
def test_a_password_is_told(content: bytes, tmp_path: Path) -> None:
    assert refused(tmp_path, content, "report.xlsx") == [
        "report.xlsx: the workbook is protected by a password; expected one without"
    ]


def _bomb(place: bytes, row: bytes) -> bytes:
    """Two cells in corners of a sheet."""
    cell = b'<row r="%s"><c r="%s"><v>1</v></c></row></sheetData>' % (row, place)
    return with_part(workbook({"S": [HEADER]}), SHEET, lambda part: part.replace(b"</sheetData>", cell))


def _large_part() -> bytes:
    return with_part(workbook({"S": [HEADER]}), SHEET, lambda part: part + b" " * 3_000_000)


def _wrong_sum() -> bytes:
    content = bytearray(workbook({"S": [HEADER, GOOD]}))
    at = content.index(b"sheet1.xml") + 40
    content[at] ^= 0x55
    return bytes(content)


GOOD_BOOK = workbook({"S": [HEADER, GOOD]})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04", "cannot be read as a workbook"),
        (b"PK\x05\x06" + bytes(18), "cannot be read as a workbook"),
        (b"PK\x03\x04" + b"x" * 3000, "cannot be read as a workbook"),
        (GOOD_BOOK[: len(GOOD_BOOK) // 2], "cannot be read as a workbook"),
        (GOOD_BOOK[:-10], "cannot be read as a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "cannot be read as a workbook"),
        (with_part(GOOD_BOOK, SHEET, lambda part: part[:-40]), "cannot be read as a workbook"),
        (with_part(GOOD_BOOK, SHEET, lambda part: b""), "cannot be read as a workbook"),
        (with_part(GOOD_BOOK, "", bytes, [SHEET]), "cannot be read as a workbook"),
        (with_part(GOOD_BOOK, "", bytes, ["xl/workbook.xml"]), "cannot be read as a workbook"),
        (_wrong_sum(), "cannot be read as a workbook"),
        (_bomb(b"XFD1048576", b"1048576"), "too much memory"),
        (workbook({"S": []}), "the workbook is empty"),
        (workbook({"S": [[], []], "T": []}), "the workbook is empty"),
        (workbook({"S": [["hello"], ["world"]]}), "no header found (sheet 'S'); the first line is 'hello'"),
        (workbook({"S": [HEADER], "T": []}, {"S": "hidden"}), "the workbook is empty"),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_in_one_sentence(content: bytes, said: str, tmp_path: Path) -> None:
    (found,) = refused(tmp_path, content, "report.xlsx")
    assert said in found and "; expected " in found and "\n" not in found and len(found) < 400


def test_an_archive_without_a_workbook_is_refused(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("report.csv", samples.canonical())
    (found,) = refused(tmp_path, out.getvalue(), "report.zip")
    assert found.startswith("report.zip: cannot be read as a workbook: ")


def test_parts_that_unpack_to_too_much_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = _large_part()
    assert len(content) < 20_000
    assert opened(tmp_path, content, "report.xlsx").columns
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 2_000_000)
    (found,) = refused(tmp_path, content, "report.xlsx")
    assert "the workbook is too large: xl/worksheets/sheet1.xml unpacks to 0.0 GiB; expected" in found
    monkeypatch.setattr(sheets, "MOST_BYTES", 1000)
    (found,) = refused(tmp_path, content, "report.xlsx")
    assert found == "report.xlsx: more than 0 MiB; expected a smaller workbook, or the sheet saved as CSV"


def test_sheets_with_too_many_cells_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = _bomb(b"CV1000", b"1000")
    assert opened(tmp_path, content, "report.xlsx").columns
    monkeypatch.setattr(sheets, "MOST_CELLS", 99_999)
    (found,) = refused(tmp_path, content, "report.xlsx")
    assert "the workbook is too large: the sheet 'S' has 1,000 rows of 100 cells; expected" in found


def test_every_bad_workbook_of_a_pattern_is_told(tmp_path: Path) -> None:
    for name, content in (("1.xlsx", GOOD_BOOK), ("2.xlsx", GOOD_BOOK[:-10]), ("3.xlsx", GOOD_BOOK[:900])):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_reports([ReportSource(path="*.xlsx")], tmp_path, "CNY")
    assert [Path(p.place.file).name for p in caught.value.problems if p.place] == ["2.xlsx", "3.xlsx"]
