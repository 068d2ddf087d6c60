"""Every test that asks for ``ledger_url`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from postgres_server import binaries, shared_server
from sqlalchemy import make_url

GIVEN = "BIDDER_TEST_POSTGRES"
"""URL of a server that the tests may make databases on; with it they fail, and never skip, without one."""


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of an empty PostgreSQL database of this worker's own."""
    if os.environ.get(GIVEN):
        yield from _database(os.environ[GIVEN])
        return
    if binaries() is None:
        pytest.skip(f"no PostgreSQL: {GIVEN} is not set and no server is installed")
    base = tmp_path_factory.getbasetemp()
    with shared_server(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) as url:
        yield from _database(url)


def _database(server: str) -> Iterator[str]:
    name = f"bidder_test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres: str) -> str:
    """URL of a PostgreSQL database without tables."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("SET client_min_messages = error")
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    return postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of a ledger that is not there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.db"
    url: str = request.getfixturevalue("postgres_url")
    return url
