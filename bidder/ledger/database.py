"""One database behind a ledger: connections, and transactions that happen whole or not at all."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool, StaticPool

from bidder.errors import InputError, LockedError, Place, Problem
from bidder.ledger.failures import told
from bidder.ledger.places import PostgresPlace, SqlitePlace
from bidder.ledger.schema import METADATA

T = TypeVar("T")
Work = Callable[[Connection], T]

WAIT_SECONDS = 30.0
"""How long a writer waits for another one."""
CONNECT_SECONDS = 5
"""How long a server may take to answer."""
_READ_AGAIN = 20


class Database(Protocol):
    """Runs a function in a transaction."""

    def read(self, work: Work[T]) -> T:
        """What ``work`` finds; all of its questions see the same moment."""
        ...

    def write(self, work: Work[T]) -> T:
        """Run ``work`` and keep what it did, or nothing of it when it raises.

        Where another writer was quicker with a row that may be there only once, ``work`` is run again, and
        sees it.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class WritableDatabase:
    """SQLite for reading and writing, or PostgreSQL."""

    def __init__(self, place: SqlitePlace | PostgresPlace) -> None:
        self.place = place
        self._secrets = place.secrets if isinstance(place, PostgresPlace) else ()
        self._engine = (
            _postgres_engine(place) if isinstance(place, PostgresPlace) else _sqlite_engine(place.path)
        )
        with told(place, self._secrets, connecting=True):
            self._engine.connect().close()

    def read(self, work: Work[T]) -> T:
        """See :class:`Database`."""
        with told(self.place, self._secrets), self._connection("BEGIN", "REPEATABLE READ") as connection:
            return work(connection)

    def write(self, work: Work[T]) -> T:
        """See :class:`Database`."""
        with told(self.place, self._secrets):
            try:
                return self._write(work)
            except IntegrityError:
                return self._write(work)

    def _write(self, work: Work[T]) -> T:
        with self._connection("BEGIN IMMEDIATE", "READ COMMITTED") as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT_SECONDS:.0f}s'")
            return work(connection)

    def _connection(self, begin: str, isolation: str) -> Connection:
        connection = self._engine.connect()
        if connection.dialect.name == "postgresql":
            return connection.execution_options(isolation_level=isolation)
        return connection.execution_options(begin=begin)

    def session(self) -> Connection:
        """A PostgreSQL session of its own, without transactions; to be closed by the caller."""
        with told(self.place, self._secrets, connecting=True):
            return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """See :class:`Database`."""
        with told(self.place, self._secrets):
            self._engine.dispose()


class SqliteReader:
    """A SQLite file that is only read; no file appears beside it.

    SQLite makes ``-wal`` and ``-shm`` files for readers too and leaves them behind. Where no such file is
    there, nobody has the ledger open, and it is read as a file that does not change. Should a writer come
    and go meanwhile, what was read is thrown away and read again.
    """

    def __init__(self, place: SqlitePlace) -> None:
        self.place = place

    def read(self, work: Work[T]) -> T:
        """See :class:`Database`."""
        for _ in range(_READ_AGAIN):
            with told(self.place, connecting=True):
                still = not _beside(self.place.path, "-wal").exists()
                before = _mark(self.place.path) if still else None
                try:
                    found = self._read(work, "mode=ro&immutable=1" if still else "mode=ro")
                except DBAPIError:
                    if not still or before == _mark(self.place.path):
                        raise
                    continue
            if not still or before == _mark(self.place.path):
                return found
        raise LockedError(f"{self.place}: is being written to again and again")

    def _read(self, work: Work[T], mode: str) -> T:
        engine = _engine_of(lambda: _sqlite_connection(f"{self.place.path.absolute().as_uri()}?{mode}"))
        with engine.connect() as connection:
            return work(connection)

    def write(self, work: Work[T]) -> T:
        """Never."""
        raise RuntimeError("the ledger is open for reading only")

    def close(self) -> None:
        """See :class:`Database`; nothing is kept open."""


class EmptyDatabase(SqliteReader):
    """Stands for a ledger that is not there yet."""

    def __init__(self, place: SqlitePlace | PostgresPlace) -> None:
        self._empty = create_engine("sqlite://", poolclass=StaticPool)
        METADATA.create_all(self._empty)

    def read(self, work: Work[T]) -> T:
        """See :class:`Database`."""
        with self._empty.connect() as connection:
            return work(connection)

    def close(self) -> None:
        """See :class:`Database`."""
        self._empty.dispose()


def _mark(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _sqlite_engine(path: Path) -> Engine:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(Problem(f"cannot be made: {error.strerror}", place=Place(str(path)))) from None
    return _engine_of(lambda: _writing_connection(path), keep=True)


def _engine_of(connect: Callable[[], sqlite3.Connection], keep: bool = False) -> Engine:
    pool: dict[str, Any] = {"pool_size": 1} if keep else {"poolclass": NullPool}
    engine = create_engine("sqlite:///", creator=connect, hide_parameters=True, **pool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _sqlite_connection(uri: str) -> sqlite3.Connection:
    # Without isolation level the driver leaves transactions to us; its own begin too late, and not for DDL.
    connection = sqlite3.connect(uri, uri=True, timeout=WAIT_SECONDS, isolation_level=None)
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _writing_connection(path: Path) -> sqlite3.Connection:
    connection = _sqlite_connection(path.absolute().as_uri())
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _use_wal(connection: sqlite3.Connection) -> None:
    # Two who change the mode of a new file at once do not wait for each other as writers do.
    end = monotonic() + WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if not error.sqlite_errorname.startswith("SQLITE_BUSY") or monotonic() > end:
                raise
        sleep(0.02)


def _postgres_engine(place: PostgresPlace) -> Engine:
    try:
        import psycopg  # noqa: F401
    except ImportError:
        expected = "pip install 'bidder[postgres]'"
        raise InputError(Problem("PostgreSQL needs psycopg", expected, ("ledger",))) from None
    arguments: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": f"bidder {os.getpid()} on {socket.gethostname()}"[:63],
    }
    arguments = {name: value for name, value in arguments.items() if name not in place.url.query}
    return create_engine(place.url, connect_args=arguments, hide_parameters=True)
