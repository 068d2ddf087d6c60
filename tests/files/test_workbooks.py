"""Sheets of workbooks as text: values, cells without a value, and what becomes of damaged files."""

from __future__ import annotations

import csv
import io
import random
import re
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbook_samples import Special, with_part, workbook, xls

from bidder.errors import InputError
from bidder.files.workbooks import sheets
from bidder.files.workbooks.parts import Parts, is_protected
from bidder.files.workbooks.sheets import MARK, read_sheets
from bidder.files.workbooks.texts import Texts, csv_pieces

SHEET = "xl/worksheets/sheet1.xml"
NUMBER = re.compile(r"-?\d+(\.\d+)?")


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(".,"))
def test_numbers_read_back_the_same_or_are_marked(value: float, decimal: str) -> None:
    text = Texts(decimal, "!").number(value)
    if text.startswith("!"):
        assert abs(value) > 2**53
    else:
        assert NUMBER.fullmatch(text.replace(decimal, ".")) and ("." in text) <= (decimal == ".")
        assert float(text.replace(decimal, ".")) == value


@given(st.integers(-(2**53), 2**53))
def test_whole_numbers_are_digits_alone(value: int) -> None:
    assert Texts(".", "!").row([value, float(value)]) == [str(value)] * 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "TRUE"), (False, "FALSE"), (1.0, "1"), (-0.0, "0"), (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2), "2026-01-02"), (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),
        (datetime(2026, 1, 2, 23, 59, 59, 700_000), "2026-01-03"), (time(7), "07:00:00"),
        (time(6, 59, 59, 999_000), "07:00:00"), (timedelta(hours=30, seconds=5), "30:00:05"), ("x", "x"),
        (float("nan"), "nan"), (float("inf"), "inf"),
    ],
)  # fmt: skip
def test_each_value_has_one_spelling(value: Any, text: str) -> None:
    assert Texts(".", "!").row([value, value]) == [text, text]


WORDS = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.lists(st.lists(WORDS, min_size=2, max_size=2), max_size=5))
def test_every_row_is_one_line_with_the_same_cells(rows: list[list[str]]) -> None:
    text = b"".join(csv_pieces(iter(rows))).decode()
    assert text.count("\n") == len(rows) and "\r" not in text
    lines = text.split("\n")[:-1]
    expected = [[re.sub("\r\n|\r|\n", " ", cell) for cell in row] for row in rows]
    assert [next(csv.reader([line])) for line in lines] == expected


def text_of(content: bytes) -> str:
    (sheet,) = read_sheets(content, "book.xlsx")
    stream = sheet.open()
    return b"".join(iter(lambda: stream.read(1000), b"")).decode()


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(content))))


def test_rows_are_those_of_the_sheet_and_columns_begin_with_the_first_in_use() -> None:
    book = workbook({"S": [(), (None, "a", 1), (), (None, None, 2.5), (), ()]})
    assert text_of(book) == ",\na,1\n,\n,2.5\n"


@pytest.mark.parametrize("place", [0, 2])
def test_cells_without_a_value_are_marked_where_they_stand(place: int) -> None:
    rows = [[None, "a", None], [None, "b", None], []]
    rows[1][place] = Special("#N/A")
    rows.append([None] * place + [Special("=1/0", "f")])
    marked = [MARK + "#N/A", MARK + "=1/0 (never worked out)"]
    expected = [["", "a"], ["", "b"], ["", ""], ["", ""]]
    if place == 0:
        expected[1][0], expected[3][0] = marked
    else:
        expected = [row[::-1] for row in expected]
        expected[1][1], expected[3][1] = marked
    assert rows_of(workbook({"S": rows})) == expected


SPELLINGS = {
    "excel": '<c r="A1" t="e"><v>#N/A</v></c><c r="B1"><f>A2</f></c><c r="C1"><f>A2</f><v>7</v></c>',
    "quotes": "<c r='A1' t='e'><v>#N/A</v></c><c r='B1'><f>A2</f></c><c r='C1'><f>A2</f><v>7</v></c>",
    "no places": '<c t="e"><v>#N/A</v></c><c><f>A2</f><v/></c><c><f>A2</f><v>7</v></c>',
    "other order": '<c t="e" r="A1"><v>#N/A</v></c><c s="0" r="B1"><f t="shared" si="0">A2</f></c>'
                   '<c r="C1"><f t="shared" si="0"/><v>7</v></c>',
}  # fmt: skip


@pytest.mark.parametrize("spelling", [*SPELLINGS, "prefix"])
def test_cells_without_a_value_are_found_however_they_are_written(spelling: str) -> None:
    row = SPELLINGS.get(spelling, SPELLINGS["excel"])
    data = f"<sheetData><row>{row}</row></sheetData>"
    begin, end = "<worksheet xmlns", "</worksheet>"
    if spelling == "prefix":
        data, begin, end = re.sub(r"<(/?)(\w)", r"<\1x:\2", data), "<x:worksheet xmlns:x", "</x:worksheet>"
    part = f'{begin}="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{data}{end}'
    book = with_part(workbook({"S": [["a"]]}), SHEET, lambda _: part.encode())
    assert rows_of(book) == [[MARK + "#N/A", MARK + "=A2 (never worked out)", "7"]]


def test_a_formula_that_gave_no_text_is_no_error() -> None:
    cells = b'<row r="2"><c r="A2" t="str"><f>""</f><v></v></c><c r="B2"><v>1</v></c></row></sheetData>'
    book = with_part(workbook({"S": [["a", "b"]]}), SHEET, lambda p: p.replace(b"</sheetData>", cells))
    assert rows_of(book) == [["a", "b"], ["", "1"]]


def test_cells_beyond_what_a_sheet_can_hold_are_damage() -> None:
    for place in ("XFE1", "ZZZZ1", "A1048577"):
        cell = f'<row><c r="{place}"><v>1</v></c></row></sheetData>'.encode()
        book = with_part(workbook({"S": [["a"]]}), SHEET, lambda p, c=cell: p.replace(b"</sheetData>", c))
        with pytest.raises(InputError, match="a cell of 'S' stands where no sheet has any"):
            read_sheets(book, "book.xlsx")


def test_marks_of_the_sheet_that_is_named_so() -> None:
    book = workbook({"A": [["x"]], "B & <C>": [["y", Special("#REF!")]]})
    parts = Parts(book, 10**6)
    assert parts.marks("A") == {} and parts.marks("B & <C>") == {0: {1: "#REF!"}}
    assert [sheet.name for sheet in read_sheets(book, "f")] == ["A", "B & <C>"]


@pytest.mark.parametrize("make", [lambda: workbook({"S": [["a", 1.5], ["b", 2]]}), xls], ids=["xlsx", "xls"])
def test_damaged_workbooks_are_read_or_refused(make: Any) -> None:
    """Whatever becomes of the process that reads them."""
    content = make()
    taken = 0
    for seed in range(25):
        rng = random.Random(seed)
        changed = bytearray(content)
        for _ in range(rng.randint(1, 12)):
            changed[rng.randrange(8, len(changed))] = rng.choice((0, 255, rng.randrange(256)))
        is_protected(bytes(changed))
        try:
            read_sheets(bytes(changed), "book")
            taken += 1
        except InputError as error:
            (problem,) = error.problems
            assert problem.expected and problem.place is not None and "\n" not in problem.message
    assert taken < 25


def test_a_library_that_panics_or_gets_no_memory_is_an_error_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheets, "MOST_MEMORY", 1)
    with pytest.raises(InputError, match=r"^book.xlsx: (cannot be read as a workbook|the workbook is)"):
        read_sheets(workbook({"S": [["a"]]}), "book.xlsx")


def test_the_process_loads_nothing_heavy() -> None:
    code = "import sys, bidder.files.workbooks.process; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = ran.stdout.split()
    assert "python_calamine" in loaded
    assert {"numpy", "pyarrow", "pydantic", "yaml", "pandas"}.isdisjoint(loaded)
