"""One database behind a ledger, and transactions that happen whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bidder.ledger import engines
from bidder.ledger.failures import told
from bidder.ledger.places import PostgresPlace, SqlitePlace

T = TypeVar("T")
Work = Callable[[Connection], T]


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


class OpenDatabase:
    """SQLite for reading and writing, or PostgreSQL."""

    def __init__(self, place: SqlitePlace | PostgresPlace) -> None:
        self.place = place
        self._secrets = place.secrets if isinstance(place, PostgresPlace) else ()
        with told(place, self._secrets, connecting=True):
            if isinstance(place, PostgresPlace):
                self._engine = engines.postgres_engine(place)
            else:
                place.file.parent.mkdir(parents=True, exist_ok=True)
                self._engine = engines.sqlite_engine(place.file)
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
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{engines.WAIT_SECONDS:.0f}s'")
            return work(connection)

    def _connection(self, begin: str, isolation: str) -> Connection:
        connection = self._engine.connect()
        if connection.dialect.name == "postgresql":
            return connection.execution_options(isolation_level=isolation)
        return connection.execution_options(begin=begin)

    def session(self) -> Connection:
        """A PostgreSQL session without transactions; the caller closes it."""
        with told(self.place, self._secrets, connecting=True):
            return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """See :class:`Database`."""
        self._engine.dispose()
