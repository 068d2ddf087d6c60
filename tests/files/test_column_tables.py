"""Tables written column by column are the tables written row by row."""

import codecs

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.files import column_tables
from bidder.files.change_sheets.tables import Columns, Layout, table_bytes
from bidder.files.column_tables import (
    coded_column,
    format_columns,
    format_parts,
    money_column,
    number_column,
    renamed_column,
    text_column,
)
from bidder.files.tables import format_table
from bidder.jobs.generate_reports import money

TEXT = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('=+-@\'",\r\n\t '), max_size=6)


@given(st.lists(st.tuples(TEXT, st.integers(-(10**15), 10**15), st.integers(0, 2)), min_size=1, max_size=8))
def test_same_text_as_row_by_row(rows):
    texts, amounts, codes = (list(column) for column in zip(*rows, strict=True))
    names = ["=a", "b,c", ""]
    columns = {
        "text": text_column(texts), "amount": money_column(np.array(amounts, dtype=np.int64)),
        "name": coded_column(np.array(codes), names), "count": np.array(codes),
    }
    expected = format_table(
        list(columns), [(t, money(a), names[c], c) for t, a, c in zip(texts, amounts, codes, strict=True)]
    )
    assert format_columns(columns).decode() == expected


def test_money_has_the_digits_asked_for():
    micros = np.array([1_500_000, 0, -1, 12], dtype=np.int64)
    known = np.array([True, True, True, False])
    assert money_column(micros, 2, known).to_pylist() == ["1.50", "0.00", "-0.000001", ""]
    assert money_column(np.array([3_000_000]), 0).to_pylist() == ["3"]


def test_numbers_are_short():
    values = np.array([0.1 + 0.2, 3.0, np.nan, -0.0, 1e-9, 1234.5])
    assert number_column(values, 6).to_pylist() == ["0.3", "3", "", "0", "0", "1234.5"]


@given(
    st.lists(
        st.floats()
        | st.floats(-1e-3, 1e-3)
        | st.integers(-(10**17), 10**17).map(float)
        | st.integers(9_999, 10_001).map(lambda n: n * 1e-8),
        min_size=1,
    ),
    st.integers(0, 6),
)
def test_numbers_are_written_as_python_writes_them(values, digits):
    with np.errstate(over="ignore", invalid="ignore"):
        rounded = (np.round(np.array(values), digits) + 0.0).tolist()
        found = number_column(np.array(values), digits).to_pylist()
    for number, text in zip(rounded, found, strict=True):
        if number != number:
            assert text == ""
        elif abs(number) < 1e15 and number == int(number):
            assert text == str(int(number))
        else:
            assert text == repr(number)


def test_parts_make_the_same_table(monkeypatch):
    numbers, texts = np.arange(10), [f"{'+' * (n % 3)}{n}," for n in range(10)]
    whole = format_columns({"n": numbers, "t": text_column(texts)})
    monkeypatch.setattr(column_tables, "PART", 3)
    sizes = []

    def cells(rows):
        sizes.append(rows.stop - rows.start)
        return [numbers[rows], text_column(texts[rows])]

    assert b"".join(format_parts(["n", "t"], 10, cells)) == whole
    assert sorted(sizes) == [1, 3, 3, 3]
    assert list(format_parts(["n", "t"], 0, cells)) == [b"n,t\n"]


def test_values_under_other_names():
    found = renamed_column(["b", "a", "b", ""], {"a": "=x", "b": "y", "": ""}.__getitem__)
    assert found.to_pylist() == ["y", "'=x", "y", ""]


@pytest.mark.parametrize("layout", Layout)
@given(rows=st.lists(st.tuples(TEXT, TEXT), max_size=8))
def test_columns_of_a_sheet_are_its_rows(layout, rows):
    def cells(part):
        return (*(text_column([row[k] for row in rows[part]]) for k in (0, 1)), "same")

    before, after = ("first", '"', "+"), ("", "last", "x")
    found = table_bytes(("a", "=b", "c"), layout, [before], Columns(len(rows), cells), [after])
    assert found == table_bytes(("a", "=b", "c"), layout, [before, *((*row, "same") for row in rows), after])
    assert found.startswith(codecs.BOM_UTF16_LE) == (layout is Layout.UTF_16_TABS)
