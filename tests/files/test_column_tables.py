"""Tables written column by column are the tables written row by row."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bidder.files.column_tables import coded_column, format_columns, money_column, number_column, text_column
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
