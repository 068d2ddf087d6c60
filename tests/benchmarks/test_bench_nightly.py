"""A night of a million keywords from the command line, beside the same work in plain pandas.

Each run is a process of its own, whose time counts from its start. What the job compiles is compiled before.
The night after the first one also confirms every bid that the first one has changed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nightly_account import LAST, make_account, next_report

KEYWORDS = 1_000_000
EARLIER = int(os.environ.get("BIDDER_BENCH_EARLIER_DAYS", 2))
"""Days before the last one, in the test that has some."""
WORKER = str(Path(__file__).with_name("nightly_worker.py"))
NIGHT = ("bids", "nightly", "million.yaml", "--auto-approve-within-guardrails", "--quiet", "--date")


def measured(folder: Path, *words: str) -> dict[str, float]:
    """Run the worker in a folder: seconds from its start to its end, seconds of CPU, peak memory in MB."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # the job may keep what it makes for the next time
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, WORKER, *words], cwd=folder, env=environment, check=True, stdout=subprocess.PIPE
    )
    seconds = time.perf_counter() - begun
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {"seconds": seconds, **found}


def _said(found: dict[str, float]) -> str:
    return f"{found['seconds']:.1f} s ({found['cpu']:.1f} s of CPU), {found['megabytes']:.0f} MB"


def _fresh(folder: Path) -> None:
    """Take away what nights have left."""
    for name in ("runs", "exports"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for file in folder.glob("ledger.db*"):
        file.unlink()


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compile and keep what the job needs."""
    folder = tmp_path_factory.mktemp("warm")
    make_account(folder, 2_000, 1)
    measured(folder, *NIGHT, str(LAST))


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("million")
    make_account(folder, KEYWORDS)
    return folder


def test_a_night_of_a_million_keywords(warm, million, benchmark, record):
    ours: dict[str, float] = {}

    def night() -> None:
        _fresh(million)
        ours.update(measured(million, *NIGHT, str(LAST)))

    benchmark.pedantic(night, rounds=1)
    (summary,) = million.glob("runs/*/*/summary.json")
    said: dict[str, Any] = json.loads(summary.read_text(encoding="utf-8"))
    assert said["keywords"] == KEYWORDS and said["changed"] > KEYWORDS / 2
    theirs = measured(million, "pandas")
    record(
        f"nightly: 1e6 keywords, {said['changed']:,} bids changed, report to sheets (pandas)",
        f"{_said(ours)} ({_said(theirs)}: {ours['seconds'] / theirs['seconds']:.2f} of its time)",
        "within 15 s and 1,024 MB",
    )
    next_report(million, LAST)
    later = measured(million, *NIGHT, str(LAST + timedelta(days=1)))
    record("nightly: the next night, which also confirms those bids", _said(later), "within 1,024 MB")


def test_a_night_with_days_before_it(warm, tmp_path, record):
    make_account(tmp_path, KEYWORDS, EARLIER)
    ours, theirs = measured(tmp_path, *NIGHT, str(LAST)), measured(tmp_path, "pandas")
    record(
        f"nightly: 1e6 keywords with {EARLIER} sparser days before (pandas)",
        f"{_said(ours)} ({_said(theirs)})", "within 1,024 MB",
    )


def test_ten_times_the_keywords(warm, tmp_path, million, record):
    make_account(tmp_path, KEYWORDS // 10)
    _fresh(million)
    for file in sorted((million / "reports").iterdir())[1:]:
        file.unlink()
    few, many = (measured(folder, *NIGHT, str(LAST)) for folder in (tmp_path, million))
    record(
        "nightly: ten times the keywords, 100,000 -> 1,000,000",
        f"{many['seconds'] / few['seconds']:.1f} times the time, {_said(few)} -> {_said(many)}",
        "at most 10 times",
    )


def test_a_tiny_account(warm, tmp_path, record):
    make_account(tmp_path, 100)
    runs = []
    for _ in range(3):
        _fresh(tmp_path)
        runs.append(measured(tmp_path, *NIGHT, str(LAST)))
    record("nightly: 100 keywords", _said(min(runs, key=lambda run: run["seconds"])), "about 2.5 s")
