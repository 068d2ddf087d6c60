"""Connections to SQLite and PostgreSQL, set up so that what is committed stays and transactions are ours."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from bidder.errors import InputError, Problem
from bidder.ledger.places import PostgresPlace

WAIT_SECONDS = 30.0
"""How long a writer waits for another one."""
CONNECT_SECONDS = 5
"""How long a server may take to answer."""


def sqlite_engine(path: Path) -> Engine:
    """For reading and writing; the file is made where there is none."""
    return _sqlite(lambda: _writing(path), pool_size=1)


def sqlite_reader(path: Path, mode: str) -> Engine:
    """For reading, with SQLite's words for how, such as ``mode=ro``; nothing is kept open."""
    return _sqlite(lambda: _connected(f"{path.as_uri()}?{mode}"), poolclass=NullPool)


def _sqlite(connect: Callable[[], sqlite3.Connection], **pool: Any) -> Engine:
    engine = create_engine("sqlite:///", creator=connect, hide_parameters=True, **pool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))

    return engine


def _connected(uri: str) -> sqlite3.Connection:
    # Without isolation level the driver leaves transactions to us; its own begin too late, and not for DDL.
    connection = sqlite3.connect(
        uri, uri=True, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _writing(path: Path) -> sqlite3.Connection:
    connection = _connected(path.as_uri())
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


def postgres_engine(place: PostgresPlace) -> Engine:
    """For reading and writing.

    Raises
    ------
    InputError
        When the driver is not installed.
    """
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
