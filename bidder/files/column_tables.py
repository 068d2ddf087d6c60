"""Large tables as CSV, column by column: the same text as :func:`bidder.files.tables.format_table`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bidder.arrays import Bools, Ints
from bidder.files.tables import FORMULA, guard
from bidder.money import MICROS


def money_column(micros: Ints, least_digits: int = 2, known: Bools | None = None) -> Any:
    """Micros as exact decimal text, with at least ``least_digits`` decimals; empty where not known.

    >>> money_column(np.array([12_345_678, 2_500_000, -10])).to_pylist()
    ['12.345678', '2.50', '-0.00001']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    size = np.abs(micros)
    whole = pc.cast(pa.array(size // MICROS), pa.string())
    part = pc.utf8_lpad(pc.cast(pa.array(size % MICROS), pa.string()), 6, "0")
    kept = pc.utf8_rpad(pc.utf8_rtrim(part, "0"), least_digits, "0")
    text = whole
    if least_digits or pc.any(pc.not_equal(kept, "")).as_py():
        dot = pc.if_else(pc.equal(kept, ""), "", ".")
        text = pc.binary_join_element_wise(whole, dot, kept, "")
    sign = pc.if_else(pa.array(micros < 0), "-", "")
    text = pc.binary_join_element_wise(sign, text, "")
    return text if known is None else pc.if_else(pa.array(known), text, "")


def number_column(values: np.ndarray, digits: int) -> Any:
    """Floats as text, rounded to some digits, in their shortest form; empty for NaN."""
    import pyarrow as pa

    rounded = np.round(values.astype(np.float64), digits) + 0.0
    whole = np.isfinite(rounded) & (rounded == np.rint(rounded)) & (np.abs(rounded) < 1e15)
    text = np.where(np.isnan(rounded), "", rounded.astype(np.str_))
    if whole.any():
        text = np.where(whole, np.where(whole, rounded, 0).astype(np.int64).astype(np.str_), text)
    return pa.array(text.astype(object), pa.string())


def text_column(values: Any) -> Any:
    """Text that a spreadsheet will not run as a formula."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.array(values, pa.string(), from_pandas=False)
    risky = _formulas(column)
    if not pc.any(risky).as_py():
        return column
    pairs = zip(column.to_pylist(), risky.to_pylist(), strict=True)
    return pa.array([guard(value) if needed else value for value, needed in pairs])


def _formulas(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    body = pc.utf8_ltrim(column, "'")
    return pc.is_in(pc.utf8_slice_codeunits(body, 0, 1), pa.array(list(FORMULA)))


def like_formulas(values: Any) -> Bools:
    """Which texts a spreadsheet could run as a formula (numbers may be among them), shape as ``values``."""
    import pyarrow as pa

    found: Bools = _formulas(pa.array(values, pa.string(), from_pandas=False)).to_numpy(zero_copy_only=False)
    return found


def coded_column(codes: np.ndarray, names: list[str]) -> Any:
    """Text of codes into a list of names."""
    import pyarrow as pa

    dictionary = text_column(names)
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), dictionary).cast(pa.string())


def format_columns(columns: Mapping[str, Any]) -> bytes:
    """Columns of text or whole numbers as a CSV file, ``\\n`` line ends, cells quoted where they must be."""
    import pyarrow as pa
    import pyarrow.compute as pc

    header = ",".join(guard(name) for name in columns)
    arrays = (pa.array(c) if isinstance(c, np.ndarray) else c for c in columns.values())
    cells = [_quoted(column) for column in arrays]
    lines = pc.binary_join_element_wise(*cells, ",")
    return "\n".join([header, *lines.to_pylist(), ""]).encode("utf-8", "backslashreplace")


def _quoted(column: Any) -> Any:
    """Cells as text; those that hold a comma, a quote or a line end in quotes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return pc.cast(column, pa.string())
    risky = pc.match_substring_regex(column, '[",\\r\\n]')
    if not pc.any(risky).as_py():
        return column
    inside = pc.replace_substring(column, '"', '""')
    return pc.if_else(risky, pc.binary_join_element_wise('"', inside, '"', ""), column)
