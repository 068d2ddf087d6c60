"""Reading a ledger without a trace."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

from bidder.errors import LockedError
from bidder.ledger.database import T, Work
from bidder.ledger.engines import sqlite_reader
from bidder.ledger.failures import told
from bidder.ledger.places import SqlitePlace
from bidder.ledger.schema import METADATA

_TIMES = 20


class Readable(Protocol):
    """What can be read."""

    def read(self, work: Work[T]) -> T:
        """See :class:`bidder.ledger.database.Database`."""
        ...

    def close(self) -> None:
        """See :class:`bidder.ledger.database.Database`."""
        ...


class ReadOnly:
    """A database that is not written to."""

    def __init__(self, readable: Readable) -> None:
        self._readable = readable

    def read(self, work: Work[T]) -> T:
        """See :class:`bidder.ledger.database.Database`."""
        return self._readable.read(work)

    def write(self, work: Work[T]) -> T:
        """Never."""
        raise RuntimeError("the ledger is open for reading only")

    def close(self) -> None:
        """See :class:`bidder.ledger.database.Database`."""
        self._readable.close()


class SqliteReader:
    """A SQLite file that is only read; no file appears beside it.

    SQLite makes ``-wal`` and ``-shm`` files for readers too and leaves them behind. Where no such file is
    there, nobody has the ledger open, and it is read as a file that does not change. Should a writer come
    and go meanwhile, what was read is thrown away and read again.
    """

    def __init__(self, place: SqlitePlace) -> None:
        self.place = place

    def read(self, work: Work[T]) -> T:
        """See :class:`bidder.ledger.database.Database`."""
        for _ in range(_TIMES):
            with told(self.place):
                if self._has_log():
                    return self._read(work, "mode=ro")
                before = self._mark()
                try:
                    found = self._read(work, "mode=ro&immutable=1")
                except Exception:  # half-changed pages may say anything
                    if self._mark() == before:
                        raise
                    continue
                if self._mark() == before:
                    return found
        raise LockedError(f"{self.place}: is being written to again and again")

    def _has_log(self) -> bool:
        return self.place.file.with_name(f"{self.place.file.name}-wal").exists()

    def _mark(self) -> tuple[int, int, int]:
        seen = self.place.file.stat()
        return seen.st_mtime_ns, seen.st_size, seen.st_ino

    def _read(self, work: Work[T], mode: str) -> T:
        with sqlite_reader(self.place.file, mode).connect() as connection:
            return work(connection)

    def close(self) -> None:
        """Nothing is kept open."""


class EmptyLedger:
    """Stands for a ledger that is not there yet."""

    def __init__(self) -> None:
        self._engine = create_engine("sqlite://", poolclass=StaticPool)
        METADATA.create_all(self._engine)

    def read(self, work: Work[T]) -> T:
        """See :class:`bidder.ledger.database.Database`."""
        with self._engine.connect() as connection:
            return work(connection)

    def close(self) -> None:
        """See :class:`bidder.ledger.database.Database`."""
        self._engine.dispose()
