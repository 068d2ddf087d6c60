"""Where ledgers are, and what is said when one cannot be used: no traceback, no password, nothing torn."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from ledger_cases import NOW, SCHEDULES, fields, key_of, make_changes, opened, record
from sqlalchemy import make_url

from bidder.errors import BidderError, InputError, LockedError
from bidder.ledger import engines
from bidder.ledger.ledger import open_ledger
from bidder.ledger.records import RunState
from bidder.ledger.rows import add_changes

SECRET = "hunter2"


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    "url",
    [
        "", "ledger.db", "sqlite:", "sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite://ledger.db",
        f"sqlite://u:{SECRET}@h/ledger.db", "sqlite:///ledger.db?mode=ro", "sqlite:///a\0b",
        f"mysql://u:{SECRET}@h/db", f"postgresql+psycopg2://u:{SECRET}@h/db", f"{SECRET}://",
        f"postgresql://u:x@{SECRET}@h/db", f"postgresql://u:x@y/{SECRET}@h/db",
        f"postgresql://u:{SECRET}@h:port/db", f"postgresql://u:{SECRET}@h:99999999/db",
    ],
)
@pytest.mark.parametrize("read_only", [False, True])
def test_urls_that_cannot_be_used(url: str, read_only: bool, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        open_ledger(url, tmp_path, read_only=read_only)
    assert SECRET not in str(caught.value)
    assert files(tmp_path) == {}


def test_relative_paths_are_seen_from_the_folder(tmp_path: Path) -> None:
    odd = tmp_path / "odd ?#%20 名"
    with open_ledger("sqlite:///deep/er/ledger.db", odd) as ledger:
        run = record(ledger, key_of())
    assert (odd / "deep" / "er" / "ledger.db").is_file()
    (tmp_path / "plain").symlink_to(odd)
    with open_ledger(f"sqlite:///{tmp_path}/plain/deep/er/ledger.db", Path("/"), read_only=True) as ledger:
        assert ledger.history() == [run]


def test_links_lead_to_one_lock(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "ledger.db")
    with (
        open_ledger("sqlite:///ledger.db", tmp_path) as one,
        open_ledger("sqlite:///link.db", tmp_path) as other,
        one.lock("shop"),
        pytest.raises(LockedError),
    ):
        other.lock("shop").__enter__()


def test_commits_are_on_the_disk_and_readers_do_not_wait(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.db", tmp_path) as ledger:
        asked = ("journal_mode", "synchronous", "foreign_keys")
        found = ledger._database.read(
            lambda c: [c.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
        )
    assert found == ["wal", 2, 1]


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    with open_ledger("sqlite:///no/ledger.db", tmp_path, read_only=True) as ledger:
        assert ledger.history() == []
        assert ledger.find(key_of()) is None
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.db").touch()
    with open_ledger("sqlite:///empty.db", tmp_path, read_only=True) as ledger:
        assert ledger.history() == []
    with open_ledger("sqlite:///ledger.db", tmp_path) as ledger:
        run = record(ledger, key_of())
    before = files(tmp_path)
    assert before.keys() == {"empty.db", "ledger.db"}
    with open_ledger("sqlite:///ledger.db", tmp_path, read_only=True) as ledger:
        assert ledger.history() == [run]
        assert fields(ledger.changes(run.run_id)) == fields(make_changes(5))
        assert files(tmp_path) == before
    assert files(tmp_path) == before


def test_a_reader_sees_what_is_written_meanwhile(tmp_path: Path) -> None:
    open_ledger("sqlite:///ledger.db", tmp_path).close()
    with open_ledger("sqlite:///ledger.db", tmp_path, read_only=True) as reader:
        for name in "abc":
            with open_ledger("sqlite:///ledger.db", tmp_path) as writer:
                run = record(writer, key_of(inputs=name))
                assert reader.find(run.key) == run  # from the write-ahead log
            assert reader.find(run.key) == run  # from the file alone


def test_a_reader_does_not_believe_a_file_that_changed_meanwhile(tmp_path: Path) -> None:
    with open_ledger("sqlite:///ledger.db", tmp_path) as writer:
        record(writer, key_of(inputs="a"))
    with open_ledger("sqlite:///ledger.db", tmp_path, read_only=True) as reader:
        seen = []

        def slowly(connection: object) -> int:
            count = connection.exec_driver_sql("SELECT count(*) FROM bidder_run").scalar()  # type: ignore
            seen.append(count)
            if len(seen) == 1:
                with open_ledger("sqlite:///ledger.db", tmp_path) as writer:
                    record(writer, key_of(inputs="b"))
                raise KeyError("nonsense, as half-changed pages may give")
            return int(count)

        assert reader._database.read(slowly) == 2
        assert seen == [1, 2]


@contextmanager
def blocked(file: Path) -> Iterator[None]:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


def test_a_writer_that_waits_in_vain_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0.05)
    with open_ledger("sqlite:///ledger.db", tmp_path) as ledger:
        run = record(ledger, key_of())
        with blocked(tmp_path / "ledger.db"):
            with pytest.raises(LockedError, match=r"ledger\.db: another process is writing"):
                ledger.move(run.run_id, RunState.APPROVED, now=NOW, who="me")
            assert ledger.history() == [run]
        ledger.move(run.run_id, RunState.APPROVED, now=NOW, who="me")


def test_postgres_writers_that_wait_in_vain_say_so(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    monkeypatch.setattr(engines, "WAIT_SECONDS", 1)
    with opened(postgres_url) as ledger, psycopg.connect(postgres_url) as other:
        run = record(ledger, key_of())
        other.execute("SELECT * FROM bidder_run FOR UPDATE")
        with pytest.raises(LockedError, match="another process is writing"):
            ledger.move(run.run_id, RunState.APPROVED, now=NOW, who="me")
        other.rollback()
        ledger.move(run.run_id, RunState.APPROVED, now=NOW, who="me")


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("content", [b"not a database, but long enough for one\n" * 50, b"SQLite format 3\0"])
def test_files_that_are_no_ledger(tmp_path: Path, content: bytes, read_only: bool) -> None:
    (tmp_path / "ledger.db").write_bytes(content)
    with pytest.raises(InputError, match=r"ledger\.db: cannot be used"):
        open_ledger("sqlite:///ledger.db", tmp_path, read_only=read_only)
    assert (tmp_path / "ledger.db").read_bytes() == content


@pytest.mark.parametrize("read_only", [False, True])
def test_a_damaged_ledger_is_told_from_a_good_one(tmp_path: Path, read_only: bool) -> None:
    with open_ledger("sqlite:///ledger.db", tmp_path) as ledger:
        run = record(ledger, key_of(), n=2000)
    file = tmp_path / "ledger.db"
    content = bytearray(file.read_bytes())
    content[8192:] = os.urandom(len(content) - 8192)
    file.write_bytes(content)
    with (
        pytest.raises(InputError, match="cannot be used: the file is damaged"),
        open_ledger("sqlite:///ledger.db", tmp_path, read_only=read_only) as ledger,
    ):
        ledger.changes(run.run_id)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_folder_is_no_ledger(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="folder: cannot be used"):
        open_ledger("sqlite:///folder", tmp_path, read_only=read_only)
    if not read_only:
        with pytest.raises(InputError, match="cannot be used"):
            open_ledger("sqlite:///file/ledger.db", tmp_path)


FULL = """
import resource, sys
from ledger_cases import *
with opened(sys.argv[1]) as ledger:
    record(ledger, key_of(inputs="before"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    try:
        record(ledger, key_of(), n=20_000)
    except BaseException as error:
        print(type(error).__name__, error)
"""


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    said = subprocess.run(
        [sys.executable, "-c", FULL, url], capture_output=True, text=True, cwd=Path(__file__).parent
    )
    assert said.stdout.startswith(f"InputError {tmp_path}/ledger.db: cannot be used: the disk"), said
    with opened(url) as ledger:
        assert [run.key.input_hash for run in ledger.history()] == ["before"]
        assert fields(ledger.changes(key_of(inputs="before").run_id)) == fields(make_changes(5))
        record(ledger, key_of(), n=20_000)
        check = ledger._database.read(lambda c: c.exec_driver_sql("PRAGMA integrity_check").scalar())
    assert check == "ok"


def test_work_that_fails_in_the_middle_leaves_nothing(
    ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_and_fail(*arguments: object) -> None:
        add_changes(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with opened(ledger_url) as ledger:
        with monkeypatch.context() as broken:
            broken.setattr("bidder.ledger.rows.add_changes", add_and_fail)
            with pytest.raises(KeyboardInterrupt):
                record(ledger, key_of())
        assert ledger.history() == []
        run = record(ledger, key_of())
        assert fields(ledger.changes(run.run_id)) == fields(make_changes(5))
        assert ledger.schedules(run.run_id) == SCHEDULES


def refused(url: str) -> str:
    started = time.monotonic()
    with pytest.raises(BidderError) as caught:
        opened(url)
    assert time.monotonic() - started < 30
    assert caught.value.__cause__ is None and caught.value.__suppress_context__
    assert SECRET not in str(caught.value)
    assert isinstance(caught.value, InputError)
    return str(caught.value)


def test_a_server_that_does_not_answer() -> None:
    for url in (
        f"postgresql://u:{SECRET}@127.0.0.1:1/db", f"postgresql://u@127.0.0.1:1/db?password={SECRET}",
        f"postgres://u:{SECRET}@127.0.0.1:1/db", f"postgresql+psycopg://u:{SECRET}@127.0.0.1:1/db",
        f"postgresql://u:{SECRET}@no-such-host.invalid/db",
    ):
        said = refused(url)
        assert said.startswith("postgresql://u@")
        assert "cannot be used" in said


def test_a_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(engines, "CONNECT_SECONDS", 2)  # the least that the driver takes
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        said = refused(f"postgresql://u:{SECRET}@127.0.0.1:{silent.getsockname()[1]}/db")
    assert "timeout" in said


def test_what_the_server_refuses_is_said_without_the_password(postgres: str) -> None:
    url = make_url(postgres).set(password=SECRET)
    missing = url.set(database="no_such_database").render_as_string(hide_password=False)
    assert 'database "no_such_database" does not exist' in refused(missing)
    stranger = url.set(username=f"no_{SECRET}").render_as_string(hide_password=False)
    with pytest.raises(InputError, match="role"):
        opened(stranger)
    odd = url.update_query_dict({"no_such_option": SECRET}).render_as_string(hide_password=False)
    assert "no_such_option" in refused(odd)


def test_a_postgres_database_that_may_only_be_read(postgres_url: str) -> None:
    with opened(postgres_url) as ledger:
        run = record(ledger, key_of())
    readable = make_url(postgres_url).update_query_dict({"options": "-c default_transaction_read_only=on"})
    url = readable.render_as_string(hide_password=False)
    with opened(url, read_only=True) as ledger:
        assert ledger.history() == [run]
    with opened(url) as ledger, pytest.raises(InputError, match="read-only"):
        ledger.move(run.run_id, RunState.APPROVED, now=NOW, who="me")


def test_an_empty_postgres_database_stays_empty_when_read(postgres_url: str) -> None:
    import psycopg

    with opened(postgres_url, read_only=True) as ledger:
        assert ledger.history() == []
    with psycopg.connect(postgres_url) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


def test_a_lost_server_is_said(postgres_url: str) -> None:
    import psycopg

    with opened(postgres_url) as ledger:
        run = record(ledger, key_of())
        with psycopg.connect(postgres_url) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        with pytest.raises(InputError, match="cannot be used"):
            ledger.history()
        assert ledger.history() == [run]


MISSING = """
import sys
sys.modules["psycopg"] = None
from ledger_cases import *
try:
    opened("postgresql://u:hunter2@127.0.0.1:1/db")
except BaseException as error:
    print(type(error).__name__, error)
"""


def test_a_missing_driver_is_named() -> None:
    said = subprocess.run(
        [sys.executable, "-c", MISSING], capture_output=True, text=True, cwd=Path(__file__).parent
    )
    assert said.stdout.startswith("InputError ledger: PostgreSQL needs psycopg"), said
    assert "pip install 'bidder[postgres]'" in said.stdout
    assert SECRET not in said.stdout + said.stderr
