"""What an account's folder holds after a night: files, ledger, and whether anything in it is torn."""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bids_accounts import all_files

LEFT = re.compile(r"\.[^/]*\.tmp")
"""Names of temporary files and folders, which no reader takes for anything else."""
BESIDE = re.compile(r"ledger\.db.*")


def outputs(folder: Path) -> dict[str, bytes]:
    """Every file but those of the ledger and of the log."""
    return {
        name: content for name, content in all_files(folder).items()
        if not BESIDE.match(name) and not name.startswith("tmp/") and not name.endswith(".jsonl")
    }


def is_left(name: str) -> bool:
    """Whether it is a temporary file, or in a temporary folder."""
    return any(LEFT.fullmatch(part) for part in Path(name).parts)


def ledger_rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but for moments; the database must be sound."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        names = [n for (n,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {}
        for name in names:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            kept = ", ".join(column for column in columns if column != "moment")
            found[name] = sorted(connection.execute(f"SELECT {kept} FROM {name}"), key=repr)
        return found
    finally:
        connection.close()


def rows_of_copy(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The same of a copy, so that what the next start finds is not touched; empty without a ledger."""
    with tempfile.TemporaryDirectory() as copy:
        for path in folder.glob("ledger.db*"):
            if path.name in ("ledger.db", "ledger.db-wal"):
                shutil.copy(path, copy)
        ledger = Path(copy) / "ledger.db"
        return ledger_rows(ledger) if ledger.exists() else {}


@dataclass(frozen=True)
class State:
    """What a folder holds when nobody has interfered."""

    files: dict[str, bytes]
    ledger: dict[str, list[tuple[Any, ...]]]

    @classmethod
    def of(cls, folder: Path) -> State:
        return cls(outputs(folder), rows_of_copy(folder))


def check_nothing_torn(folder: Path, before: State, whole: State) -> None:
    """After an interruption: every file is as before or as in the end, an export is there whole or not."""
    found = {name: content for name, content in outputs(folder).items() if not is_left(name)}
    for name, content in found.items():
        assert content in (before.files.get(name), whole.files.get(name)), name
    # Only what is written last may be away while the rest is written anew.
    assert all(name.endswith("summary.json") for name in {*before.files} - {*found})
    exported = {name for name in found if name.startswith("exports/")}
    assert exported in [{n for n in s.files if n.startswith("exports/")} for s in (before, whole)]
    check_ledger(rows_of_copy(folder), exported)


def check_ledger(rows: dict[str, list[tuple[Any, ...]]], exported: set[str]) -> None:
    """No run is there twice or in part, and none counts as exported whose sheets are not written."""
    runs = [(row[0], row[1], row[6], row[7]) for row in rows.get("bidder_run", [])]
    assert len({run_id for _, run_id, _, _ in runs}) == len(runs)
    for number, run_id, state, changed in runs:
        assert sum(row[0] == number for row in rows["bidder_change"]) == changed > 0
        effects = sum(row[0] == number for row in rows["bidder_effect"])
        assert effects == (changed if state == "confirmed" else 0) or state == "rolled_back"
        if state in ("exported", "confirmed", "rolled_back"):
            assert any(name.startswith(f"exports/{run_id}/") for name in exported)


def check_same(folder: Path, whole: State) -> None:
    """The end is that of an undisturbed night, and nothing else stays."""
    found = State.of(folder)
    assert sorted(found.files) == sorted(whole.files)
    assert found.files == whole.files
    assert found.ledger == whole.ledger
    beside = {path.name for path in folder.glob("ledger.db*")}
    assert not [name for name in beside if name.endswith((".holder", "-wal", "-shm"))], beside
    assert [path.name for path in (folder / "tmp").glob("bidder-*")] == []
