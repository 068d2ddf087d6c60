"""Bringing a ledger's tables to the version that the program works with."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from bidder.errors import InputError, Place, Problem
from bidder.ledger.database import OpenDatabase
from bidder.ledger.schema import VERSION, VERSION_TABLE

SCRIPTS = "bidder.ledger:migrations"
"""Where alembic finds the versions."""

_UPGRADING = 0x62696464_65720001
"""Number of the PostgreSQL lock that upgrades hold."""


def version_of(connection: Connection) -> str | None:
    """Version of the tables, or None where there are none."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    return version


def is_current(version: str | None, place: object) -> bool:
    """Whether nothing has to be done.

    Raises
    ------
    InputError
        When a newer program has written the ledger.
    """
    if version is not None and (not version.isdecimal() or int(version) > int(VERSION)):
        message = f"its tables have version {version}, which a newer program has made"
        raise InputError(Problem(message, f"at most {VERSION}; upgrade bidder", place=Place(str(place))))
    return version == VERSION


def bring_up_to_date(database: OpenDatabase) -> None:
    """Make or change the tables, in one transaction; of two at once one waits, and finds it done."""

    def upgrade(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADING})
        if not is_current(version_of(connection), database.place):
            run_migrations(connection)

    if not is_current(database.read(version_of), database.place):
        database.write(upgrade)


def run_migrations(connection: Connection) -> None:
    """Run what is missing, in the connection's transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", SCRIPTS)
    command.upgrade(config, "head")
