"""Where a ledger is: a SQLite file or a PostgreSQL database, read out of the URL in the config."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bidder.errors import InputError, Problem

FORMS = "sqlite:///FILE or postgresql://USER@HOST/NAME"
_SQLITE = ("sqlite", "sqlite+pysqlite")
_POSTGRES = ("postgresql", "postgres", "postgresql+psycopg")


@dataclass(frozen=True)
class SqlitePlace:
    """A SQLite file."""

    path: Path

    @property
    def file(self) -> Path:
        """The file itself, whatever links lead to it: locks and logs stand beside that one."""
        return Path(os.path.realpath(self.path))

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class PostgresPlace:
    """A PostgreSQL database; as text it is the URL without password and options."""

    url: URL

    def __str__(self) -> str:
        return URL.create(
            "postgresql", self.url.username, None, self.url.host, self.url.port, self.url.database
        ).render_as_string()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message may hold."""
        written = self.url.query.get("password", ())
        options = (written,) if isinstance(written, str) else written
        return tuple(text for text in (self.url.password, *options) if text)


def place_of(url: str, folder: Path) -> SqlitePlace | PostgresPlace:
    """Where ``url`` points to; a relative SQLite path is seen from ``folder``.

    Raises
    ------
    InputError
        When it is no URL of a database that can be used. What stands in it is not repeated, since it may
        hold a password.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise _wrong("not a database URL") from None
    if parsed.drivername in _SQLITE:
        return _sqlite(parsed, folder, question="?" in url)
    if parsed.drivername in _POSTGRES:
        return _postgres(parsed)
    raise _wrong("a kind of database that is not supported")


def _sqlite(url: URL, folder: Path, *, question: bool) -> SqlitePlace:
    if url.username or url.password or url.host or url.port or question:
        raise _wrong("a SQLite URL holds a path and nothing else", "three slashes before a relative path")
    if not url.database or url.database == ":memory:" or "\0" in url.database:
        raise _wrong("a ledger is kept in a file, and the URL names none")
    return SqlitePlace(folder / url.database)


def _postgres(url: URL) -> PostgresPlace:
    if "@" in f"{url.host or ''}{url.database or ''}":
        raise _wrong("more than one @", "%40 in place of an @ within a password")
    return PostgresPlace(url.set(drivername="postgresql+psycopg"))


def _wrong(message: str, expected: str = FORMS) -> InputError:
    return InputError(Problem(message, expected, ("ledger",)))
