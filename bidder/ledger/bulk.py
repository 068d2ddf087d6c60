"""Very many rows into a table and out of it, some tens of thousands at a time.

The driver is talked to directly, in the connection's transaction: SQLAlchemy's way of a row costs several
times what the database needs for it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import BigInteger, Connection, Double, Integer, SmallInteger, Table, Text

CHUNK = 20_000
_BOUND = 900
"""Values in one statement of SQLite, which takes 999 at least: to start one costs as much as some rows."""

_POSTGRES_TYPES = {SmallInteger: "int2", Integer: "int4", BigInteger: "int8", Double: "float8", Text: "text"}


@contextmanager
def without_collector() -> Iterator[None]:
    """Keep Python from looking for cycles among millions of new tuples, which doubles the time they take."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def add_rows(connection: Connection, table: Table, run: int, columns: Sequence[Any]) -> None:
    """Add the rows of a run; ``columns`` (lists or arrays, one length) are those after ``run`` and ``n``."""
    if not columns or not len(columns[0]):
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, _rows(run, columns))
        return
    _insert_many(connection.connection.cursor(), table, run, columns)


def _insert_many(cursor: Any, table: Table, run: int, columns: Sequence[Any]) -> None:
    width, length = len(table.columns), len(columns[0])
    count = _BOUND // width
    size, step = count * width, CHUNK // count * count
    for start in range(0, length, step):
        end = min(start + step, length)
        cells: list[Any] = [run] * ((end - start) * width)  # row after row
        cells[1::width] = range(start, end)
        for place, column in enumerate(columns, 2):
            cells[place::width] = _plain(column[start:end])
        whole = len(cells) // size * size
        cursor.executemany(_insert(table, count), (cells[at : at + size] for at in range(0, whole, size)))
        if whole < len(cells):
            cursor.execute(_insert(table, (len(cells) - whole) // width), cells[whole:])
    cursor.close()


def _insert(table: Table, rows: int) -> str:
    marks = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} VALUES {', '.join([f'({marks})'] * rows)}"


def _rows(run: int, columns: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    length = len(columns[0])
    for start in range(0, length, CHUNK):
        parts = [_plain(column[start : start + CHUNK]) for column in columns]
        numbers = range(start, min(start + CHUNK, length))
        yield from zip([run] * len(numbers), numbers, *parts, strict=True)


def _plain(part: Any) -> Any:
    return part.tolist() if hasattr(part, "tolist") else part


def _copy(connection: Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    names = ", ".join(column.name for column in table.columns)
    types = [_POSTGRES_TYPES[type(column.type)] for column in table.columns]
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def read_rows(
    connection: Connection, table: Table, run: int, names: Sequence[str] = ()
) -> Iterator[list[tuple[Any, ...]]]:
    """Columns of chunks of a run's rows, in their order: the named ones, or those after ``run`` and ``n``."""
    wanted = ", ".join(names or [column.name for column in table.columns][2:])
    query = f"SELECT {wanted} FROM {table.name} WHERE run = {run:d} ORDER BY n"
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        cursor = driver.cursor(f"rows_of_{table.name}", binary=True)  # named: the server keeps the rest
    else:
        cursor = driver.cursor()
    try:
        cursor.execute(query)
        while part := cursor.fetchmany(CHUNK):
            yield list(zip(*part, strict=True))
    finally:
        cursor.close()
