"""Making the tables, and changing them from version 1 on."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from ledger_cases import SCHEDULES, fields, key_of, make_changes, make_effects, opened, record
from sqlalchemy import text

from bidder.errors import InputError
from bidder.ledger import ledger as ledger_module
from bidder.ledger import upgrade
from bidder.ledger.records import RunState
from bidder.ledger.schema import METADATA, VERSION, VERSION_TABLE

HERE = Path(__file__).parent
SECOND = '''
import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"


def upgrade():
    op.add_column("bidder_run", sa.Column("note", sa.Text))
    op.execute("UPDATE bidder_run SET note = 'seen'")
    {more}
'''


def test_the_scripts_end_at_the_version_of_the_program() -> None:
    config = Config()
    config.set_main_option("script_location", upgrade.SCRIPTS)
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == VERSION
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == [str(i) for i in range(int(VERSION), 0, -1)]


def test_the_scripts_make_the_tables_that_the_program_uses(ledger_url: str) -> None:
    with opened(ledger_url) as ledger:
        found = ledger._database.read(
            lambda c: compare_metadata(
                MigrationContext.configure(c, opts={"version_table": VERSION_TABLE}), METADATA
            )
        )
    assert found == []


def test_a_ledger_of_version_1_is_read(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    with sqlite3.connect(file) as connection:
        connection.executescript((HERE / "version_1.sql").read_text(encoding="utf-8"))
    connection.close()
    with opened(f"sqlite:///{file}") as ledger:
        planned, confirmed = ledger.history()
        assert (planned.state, confirmed.state) == (RunState.PLANNED, RunState.CONFIRMED)
        assert confirmed.summary == {"alpha": {"ordinary": 0.1}}
        assert set(confirmed.who) == {
            RunState.PLANNED, RunState.APPROVED, RunState.EXPORTED, RunState.CONFIRMED
        }
        assert fields(ledger.changes(confirmed.run_id)) == fields(make_changes(5))
        assert fields(ledger.effects(confirmed.run_id)) == fields(make_effects(5))
        assert ledger.schedules(confirmed.run_id) == SCHEDULES
        assert ledger.move(planned.run_id, RunState.APPROVED, now=confirmed.created, who="me")


def second_version(folder: Path, monkeypatch: pytest.MonkeyPatch, more: str) -> None:
    """A program whose tables have version 2."""
    assert ledger_module.__file__ is not None
    shutil.copytree(Path(ledger_module.__file__).parent / "migrations", folder / "scripts")
    (folder / "scripts" / "versions" / "version_2.py").write_text(SECOND.format(more=more))
    monkeypatch.setattr(upgrade, "SCRIPTS", str(folder / "scripts"))
    monkeypatch.setattr(upgrade, "VERSION", "2")


def test_data_outlive_a_change_of_the_tables(
    ledger_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(ledger_url) as ledger:
        run = record(ledger, key_of(), RunState.APPROVED)
    with monkeypatch.context() as newer:
        second_version(tmp_path, newer, "")
        with pytest.raises(InputError, match="still have version 1"):
            opened(ledger_url, read_only=True)
        with opened(ledger_url) as ledger:
            notes = text("SELECT note FROM bidder_run")
            assert ledger._database.read(lambda c: c.execute(notes).scalars().all()) == ["seen"]
            assert ledger.history() == [run]
            assert fields(ledger.changes(run.run_id)) == fields(make_changes(5))
    for read_only in (False, True):
        with pytest.raises(InputError, match=r"version 2, which a newer program has made.*upgrade bidder"):
            opened(ledger_url, read_only=read_only)


def test_a_change_of_the_tables_that_fails_changes_nothing(
    ledger_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(ledger_url) as ledger:
        run = record(ledger, key_of())
    with monkeypatch.context() as newer:
        second_version(tmp_path, newer, "raise KeyError('broken')")
        with pytest.raises(KeyError, match="broken"):
            opened(ledger_url)
    with opened(ledger_url) as ledger:
        assert ledger.history() == [run]
        columns = ledger._database.read(lambda c: c.execute(text("SELECT * FROM bidder_run")).keys())
        assert "note" not in columns
