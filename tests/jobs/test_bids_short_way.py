"""A night that goes straight on with what it has written does what the steps do that read it back."""

from __future__ import annotations

import shutil
from dataclasses import astuple
from pathlib import Path

import pytest
from bids_accounts import LAST, Account

from bidder.cli.main import run
from bidder.ledger.ledger import open_ledger

AUTO = "--auto-approve-within-guardrails"


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Account:
    monkeypatch.chdir(tmp_path)
    account = Account(tmp_path, keywords=40)
    report = account.write().folder / "reports" / "keywords.csv"
    text = report.read_text(encoding="utf-8")
    # Names that are written otherwise in bids.csv.
    report.write_text(text.replace("keyword 001", "'=sum(1)").replace("keyword 002", '"a, ""b"""'), "utf-8")
    return account


def bids(*words: object) -> int:
    return run(["bids", *map(str, words), "--quiet"])


def recorded() -> tuple[object, ...]:
    """What the ledger says of the changed bids and the schedules, and the sheets."""
    with open_ledger("sqlite:///ledger.db", Path(), read_only=True) as ledger:
        (found,) = ledger.history()
        changes, schedules = ledger.changes(found.run_id), ledger.schedules(found.run_id)
    sheets = {p.name: p.read_bytes() for p in Path("exports", found.run_id).iterdir()}
    assert len(changes) > 10
    return found.run_id, [column.tolist() for column in astuple(changes)], schedules, sheets


def test_the_ledger_and_the_sheets_are_those_of_the_steps(shop):
    assert bids("nightly", "night.yaml", "--date", LAST, "--no-report", AUTO) == 0
    straight = recorded()
    assert "=sum(1)" in straight[1][2] and 'a, "b"' in straight[1][2]
    shutil.rmtree("runs")
    shutil.rmtree("exports")
    for file in Path().glob("ledger.db*"):
        file.unlink()
    assert bids("propose", "night.yaml", "--date", LAST, "--no-report", "--out", "out") == 0
    assert bids("approve", "out") == bids("export", "out") == 0
    assert recorded() == straight


def test_sheets_of_a_run_that_was_recorded_before_are_those_of_the_ledger(shop):
    assert bids("nightly", "night.yaml", "--date", LAST, "--no-report") == 0
    (folder,) = Path("runs/night").iterdir()
    assert bids("approve", folder) == 0
    assert bids("nightly", "night.yaml", "--date", LAST, "--no-report", AUTO) == 0
    first = recorded()
    assert bids("nightly", "night.yaml", "--date", LAST, "--no-report", AUTO) == 0
    assert recorded() == first
