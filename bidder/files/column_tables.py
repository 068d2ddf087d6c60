"""Large tables as CSV, column by column: the same text as :func:`bidder.files.tables.format_table`."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np

from bidder.arrays import Bools, Ints
from bidder.files.tables import FORMULA, guard
from bidder.money import MICROS

_SUSPECT = np.zeros(256, dtype=np.bool_)
_SUSPECT[[0, *{text.encode()[0] for text in (*FORMULA, "'")}]] = True
"""Bytes that a text may begin with which has to be looked at; 0 stands for one that cannot be told."""
THREADS = 2
"""For making parts: Arrow lets others work meanwhile."""
PART = 1 << 14
"""Rows whose text is made at a time, so that no column ever stands in memory as text."""


def money_column(micros: Ints, least_digits: int = 2, known: Bools | None = None) -> Any:
    """Micros as exact decimal text, with at least ``least_digits`` decimals; empty where not known.

    >>> money_column(np.array([12_345_678, 2_500_000, -10])).to_pylist()
    ['12.345678', '2.50', '-0.00001']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    whole, rest = np.divmod(np.abs(micros), MICROS)
    part = pc.ascii_lpad(pc.cast(pa.array(rest), pa.string()), 6, "0")
    kept = pc.ascii_rpad(pc.ascii_rtrim(part, "0"), least_digits, "0")
    text = pc.cast(pa.array(whole), pa.string())
    if least_digits:
        text = pc.binary_join_element_wise(text, kept, ".")
    elif pc.any(pc.not_equal(kept, "")).as_py():
        text = pc.binary_join_element_wise(text, pc.if_else(pc.equal(kept, ""), "", "."), kept, "")
    if (micros < 0).any():
        text = pc.binary_join_element_wise(pc.if_else(pa.array(micros < 0), "-", ""), text, "")
    return text if known is None or known.all() else pc.if_else(pa.array(known), text, "")


def number_column(values: np.ndarray, digits: int) -> Any:
    """Floats as text, rounded to some digits, in their shortest form; empty for NaN."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rounded = np.round(values.astype(np.float64), digits) + 0.0
    text = pc.cast(pa.array(rounded), pa.string())
    size = np.abs(rounded)
    other = ~(size < 1e10) | ((size < 1e-4) & (size > 0))  # where Arrow's exponents are not Python's
    if not other.any():
        return text
    found, place = np.unique(rounded[other], return_inverse=True)
    words = pa.array([_short(number) for number in found.tolist()], pa.string())
    return pc.replace_with_mask(text, pa.array(other), words.take(pa.array(place)))


def _short(number: float) -> str:
    if math.isnan(number):
        return ""
    return str(int(number)) if abs(number) < 1e15 and number == int(number) else repr(number)


def text_column(values: Any) -> Any:
    """Text that a spreadsheet will not run as a formula."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pa.array(values, pa.string(), from_pandas=False)
    risky = _formulas(column)
    if not pc.any(risky).as_py():
        return column
    safe = pa.array([guard(value) for value in column.filter(risky).to_pylist()], pa.string())
    return pc.replace_with_mask(column, risky, safe)


def _formulas(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not _SUSPECT[_first_bytes(column)].any():  # hardly any column of names has one
        return pa.repeat(False, len(column))
    body = pc.utf8_ltrim(column, "'")
    return pc.is_in(pc.utf8_slice_codeunits(body, 0, 1), pa.array(list(FORMULA)))


def _first_bytes(column: Any) -> np.ndarray:
    """First byte of every text that has one."""
    if not len(column) or column.null_count:
        return np.zeros(len(column), dtype=np.uint8)
    _, offsets, content = column.buffers()
    starts = np.frombuffer(offsets, np.int32)[column.offset : column.offset + len(column) + 1]
    letters = np.frombuffer(content, np.uint8) if content else np.zeros(0, dtype=np.uint8)
    first: np.ndarray = letters[starts[:-1][starts[1:] > starts[:-1]]]
    return first


def like_formulas(values: Any) -> Bools:
    """Which texts a spreadsheet could run as a formula (numbers may be among them), shape as ``values``."""
    import pyarrow as pa

    found = np.zeros(len(values), dtype=np.bool_)
    for start in range(0, len(values), PART):
        part = slice(start, start + PART)
        texts = pa.array(values[part], pa.string(), from_pandas=False)
        found[part] = _formulas(texts).to_numpy(zero_copy_only=False)
    return found


def coded_column(codes: np.ndarray, names: Any) -> Any:
    """Text of codes into a list of names, or into what :func:`text_column` has made of one."""
    import pyarrow as pa

    dictionary = names if isinstance(names, pa.Array) else text_column(names)
    return dictionary.take(pa.array(codes.astype(np.int32)))


def renamed_column(values: Any, name: Callable[[str], str]) -> Any:
    """Text of few different values, each under another name."""
    import pyarrow as pa

    encoded = pa.array(values, pa.string(), from_pandas=False).dictionary_encode()
    return text_column([name(value) for value in encoded.dictionary.to_pylist()]).take(encoded.indices)


def format_columns(columns: Mapping[str, Any]) -> bytes:
    """Columns of text or whole numbers as a CSV file, ``\\n`` line ends, cells quoted where they must be."""
    length = len(next(iter(columns.values())))
    parts = format_parts(list(columns), length, lambda rows: [column[rows] for column in columns.values()])
    return b"".join(parts)


def format_parts(
    names: Sequence[str], length: int, cells: Callable[[slice], Sequence[Any]]
) -> Iterator[bytes]:
    """The same in parts, for columns that are made for some rows at a time.

    Parameters
    ----------
    names : sequence of str
    length : int
        Rows in all.
    cells : callable
        The columns of a slice of the rows.
    """
    yield (",".join(guard(name) for name in names) + "\n").encode()
    yield from text_lines(length, cells)


def text_lines(
    length: int, cells: Callable[[slice], Sequence[Any]], delimiter: str = ",", end: str = "\n"
) -> Iterator[bytes]:
    """Lines of a table as UTF-8, some tens of thousands at a time; for ``cells`` see :func:`format_parts`.

    A cell that is a single text stands in every line as it is.
    """

    def part(start: int) -> bytes:
        return _lines(cells(slice(start, min(start + PART, length))), delimiter, end)

    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, length, PART):
            waiting.append(pool.submit(part, start))
            if len(waiting) > THREADS:  # so that few parts wait to be taken
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _lines(columns: Sequence[Any], delimiter: str, end: str) -> bytes:
    import pyarrow.compute as pc

    texts = [column if isinstance(column, str) else _quoted(column, delimiter) for column in columns]
    lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*texts, delimiter), "", end)
    _, offsets, content = lines.buffers()
    found: bytes = content[: np.frombuffer(offsets, np.int32)[len(lines)]].to_pybytes()
    return found


def _quoted(column: Any, delimiter: str) -> Any:
    """Cells as text; those that hold a delimiter, a quote or a line end in quotes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    cells = pa.array(column) if isinstance(column, np.ndarray) else column
    if not pa.types.is_string(cells.type):
        return pc.cast(cells, pa.string())
    content = cells.buffers()[2]
    letters = b"" if content is None else content.to_pybytes()  # looked at as a whole, which is much faster
    if not any(mark in letters for mark in (b'"', b"\r", b"\n", delimiter.encode())):
        return cells
    risky = pc.match_substring_regex(cells, f'[{delimiter}"\\r\\n]')
    inside = pc.replace_substring(cells, '"', '""')
    return pc.if_else(risky, pc.binary_join_element_wise('"', inside, '"', ""), cells)
