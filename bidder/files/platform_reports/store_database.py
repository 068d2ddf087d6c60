"""An embedded database in a temporary folder, for rows that do not fit into memory.

DuckDB keeps within ``memory_limit`` what its buffers, hash tables and sorts hold, and writes what is more
into the folder; the limit does not cover the arrays that come out.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb

from bidder.errors import InputError, Place, Problem
from bidder.files.left import new_folder, remove_if_left

PREFIX = "bidder-reports-"
"""Of the folders' names."""
COUNTABLE = 2**63
"""No sum of whole numbers may reach this."""

_NO_ROOM = (
    duckdb.IOException, duckdb.OutOfMemoryException,
    # What a failed write becomes when a statement is committed, and what every later statement says then.
    duckdb.TransactionException, duckdb.FatalException,
)


class Database:
    """A DuckDB database that is gone when it is closed.

    Each statement is a transaction of its own: one around many statements would hold on to every Arrow table
    that they have seen.

    Parameters
    ----------
    memory_limit_mb : int
        MiB that the database may hold in memory.
    threads : int
        How many threads work at a query.
    folder : Path or None
        Where the temporary folder is made; by default where the system has its own.

    Raises
    ------
    InputError
        When there is no room for it.
    """

    def __init__(self, memory_limit_mb: int, threads: int, folder: Path | None) -> None:
        try:
            self.path, self._lock = _own_folder(folder)
        except OSError as error:
            raise _no_room(folder or Path(tempfile.gettempdir()), error.strerror or str(error)) from None
        config = {
            "memory_limit": f"{memory_limit_mb}MiB",
            "threads": str(threads),
            "temp_directory": str(self.path / "spilled"),
            # Rows are never asked for in the order in which they came; keeping it would take memory.
            "preserve_insertion_order": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        try:
            with self._explained():
                self._connection = duckdb.connect(str(self.path / "rows.duckdb"), config=config)
                self._be_temporary()
        except BaseException:
            self._remove()
            raise

    def _be_temporary(self) -> None:
        """Spare what only serves a database that outlives its process."""
        self._connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        synced = "SELECT count(*) FROM duckdb_settings() WHERE name = 'fsync_mode'"  # from DuckDB 2 on
        if self._connection.execute(synced).fetchall() != [(0,)]:
            self._connection.execute("SET fsync_mode = 'NONE'")

    def run(self, statement: str, **tables: Any) -> None:
        """Run a statement that returns nothing; Arrow tables are seen under the names given."""
        with self._explained(), self._seen(tables):
            self._connection.execute(statement)

    def table(self, query: str, **tables: Any) -> Any:
        """The result of a query as an Arrow table; Arrow tables are seen under the names given."""
        with self._explained(), self._seen(tables):
            return self._connection.sql(query).to_arrow_table()

    def columns(self, query: str, **tables: Any) -> dict[str, Any]:
        """The result of a query that has no nulls, as an array for each column."""
        result = self.table(query, **tables)
        return {name: result.column(name).to_numpy() for name in result.column_names}

    def close(self) -> None:
        """Close the database and take its folder away."""
        self._connection.close()
        self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _seen(self, tables: dict[str, Any]) -> Iterator[None]:
        for name, table in tables.items():
            self._connection.register(name, table)
        try:
            yield
        finally:
            for name in tables:
                self._connection.unregister(name)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What a user can do something about, said as such."""
        try:
            yield
        except (duckdb.ConversionException, duckdb.OutOfRangeException):
            what = "the sums over the reports are larger than can be counted"
            raise InputError(Problem(what, f"less than {COUNTABLE:.1e} in all (money in micros)")) from None
        except _NO_ROOM as error:
            raise _no_room(self.path.parent, str(error).splitlines()[0]) from None


def _own_folder(parent: Path | None) -> tuple[Path, int | None]:
    """A new temporary folder, and the handle that locks it."""
    with contextlib.suppress(OSError):
        for path in (parent or Path(tempfile.gettempdir())).glob(f"{PREFIX}*"):
            remove_if_left(path)
    return new_folder(lambda: Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)))


def _no_room(folder: Path, reason: str) -> InputError:
    message = f"rows of the reports cannot be kept there: {reason}"
    return InputError(Problem(message, "room for temporary files", place=Place(str(folder))))
