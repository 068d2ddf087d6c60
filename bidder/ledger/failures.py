"""What a database says when it fails, in our words; anything unknown is a bug and goes on as it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from bidder.errors import BidderError, InputError, LockedError, Place, Problem

_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
_SQLITE = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk cannot be read or written",
    "SQLITE_CORRUPT": "the file is damaged",
    "SQLITE_NOTADB": "not a SQLite database",
    "SQLITE_READONLY": "it may not be written to",
    "SQLITE_CANTOPEN": "the file cannot be opened",
    "SQLITE_PERM": "access is denied",
    "SQLITE_AUTH": "access is denied",
    "SQLITE_TOOBIG": "a text is too long",
    "SQLITE_NOMEM": "there is not enough memory",
    "SQLITE_PROTOCOL": "locks do not work on this file system",
    "SQLITE_NOLFS": "the file is too large for this file system",
}
_WAITED = {"55P03", "40001", "40P01"}
"""Lock not available, serialization failure, deadlock."""
_OUTSIDE = {"42501", "25006"}
"""Not allowed, read-only."""
_OUTSIDE_KINDS = {"OperationalError", "InterfaceError", "DataError"}


@contextmanager
def told(place: object, secrets: Sequence[str] = (), *, connecting: bool = False) -> Iterator[None]:
    """Turn failures of the database at ``place`` into :class:`BidderError`.

    Parameters
    ----------
    place : object
        How the database is named in messages.
    secrets : sequence of str
        What is blotted out of messages.
    connecting : bool
        Whether nothing but a connection is asked for: all that can fail then is outside of the program.
    """
    try:
        yield
    except Exception as error:
        known = _known(error, str(place), secrets, connecting)
        if known is None:
            raise
        raise known from None


def _known(error: Exception, place: str, secrets: Sequence[str], connecting: bool) -> BidderError | None:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, OSError):
        return InputError(Problem(f"cannot be used: {cause.strerror or cause}", place=Place(place)))
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause, place)
    if type(cause).__module__.partition(".")[0] == "psycopg":
        said = (str(cause).strip() or type(cause).__name__).splitlines()[0]
        for secret in secrets:
            said = said.replace(secret, "***")
        return _of_postgres(cause, said, place, connecting)
    return None


def _of_sqlite(cause: sqlite3.Error, place: str) -> BidderError | None:
    name = getattr(cause, "sqlite_errorname", "") or ""
    if name.startswith(_BUSY):
        return LockedError(f"{place}: another process is writing to it and does not come to an end")
    for start, reason in _SQLITE.items():
        if name.startswith(start):
            return InputError(Problem(f"cannot be used: {reason} ({cause})", place=Place(place)))
    return None


def _of_postgres(cause: object, said: str, place: str, connecting: bool) -> BidderError | None:
    state = getattr(cause, "sqlstate", None)
    if state in _WAITED:
        return LockedError(f"{place}: another process is writing to it and does not come to an end ({said})")
    kinds = {kind.__name__ for kind in type(cause).__mro__}
    if connecting or state in _OUTSIDE or kinds & _OUTSIDE_KINDS:
        return InputError(Problem(f"cannot be used: {said}", place=Place(place)))
    return None
