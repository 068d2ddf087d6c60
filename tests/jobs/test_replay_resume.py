"""Runs that are killed: what is finished survives, nothing half-written is seen, the result is the same."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from replay_runs import experiment, run, table

from bidder.auctions.result import COUNTED, STEPS, SettingResult
from bidder.errors import InputError
from bidder.jobs.progress import Silent
from bidder.jobs.replay_store import Store, fingerprint

PROC = Path("/proc")
FILES = ("results.csv", "comparisons.csv", "config.json", "summary.json")
# Each strategy of its own rules is a batch: eight of them, with something to do in each.
MANY = ("seed: 7", "over_budget: [clip_bid, skip]\nauction: {win_on_tie: [true, false]}\nseed: [7, 8]")


def results(seed: int = 1, settings: int = 3) -> list[SettingResult]:
    rng = np.random.default_rng(seed)
    return [
        SettingResult(
            rng.integers(0, 9, len(COUNTED)), rng.integers(0, 9, (4 + k, len(COUNTED))),
            rng.integers(0, 9, (STEPS, len(COUNTED))), None if k else 12, {"note": "x"} if k else {},
        )
        for k in range(settings)
    ]


def same(one: SettingResult, other: SettingResult) -> bool:
    arrays = ("totals", "episodes", "course")
    equal = all(np.array_equal(getattr(one, a), getattr(other, a)) for a in arrays)
    return equal and (one.bound, one.extra) == (other.bound, other.extra)


def test_what_is_kept_comes_back(tmp_path):
    store = Store(tmp_path)
    assert store.load("a") is None
    store.save("a", results())
    found = store.load("a")
    assert found is not None and all(map(same, found, results()))


def test_every_kind_of_damage_counts_as_not_there(tmp_path):
    store = Store(tmp_path)
    store.save("a", results())
    path = tmp_path / ".settings" / "a.npz"
    whole = path.read_bytes()
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        assert store.load("a") is None
    for place in range(30, len(whole), len(whole) // 40):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        found = store.load("a")
        assert found is None or all(map(same, found, results()))


def test_what_is_not_used_is_taken_away(tmp_path):
    store = Store(tmp_path)
    for name in "ab":
        store.save(name, results())
    (tmp_path / ".settings" / ".c.npz.123.tmp").write_bytes(b"half")
    store = Store(tmp_path)
    store.load("a")
    store.prune()
    assert [p.name for p in (tmp_path / ".settings").iterdir()] == ["a.npz"]


def test_finished_settings_are_not_run_again(tmp_path, monkeypatch):
    config = experiment(tmp_path)
    run(config)
    before = (tmp_path / "out" / "results.csv").read_bytes()
    played = []
    monkeypatch.setattr("bidder.jobs.replay_work.Bench.run", lambda self, batch, fed: played.append(batch))
    run(config)
    assert played == [] and (tmp_path / "out" / "results.csv").read_bytes() == before
    with pytest.raises(TypeError):  # it runs, and gets no results from the stand-in
        run(config, resume=False)
    assert len(played) == 1


@pytest.mark.parametrize("change", ["log", "field", "kind"])
def test_what_has_changed_is_run_again(tmp_path, change):
    config = experiment(tmp_path)
    run(config)
    earlier = {p.name for p in (tmp_path / "out" / ".settings").iterdir()}
    if change == "log":
        path = tmp_path / "log.csv"
        path.write_text(path.read_text(encoding="utf-8")[:-2] + "8\n", encoding="utf-8")
    elif change == "field":
        experiment(tmp_path, ("bid: 40", "bid: 41"))
    else:
        experiment(tmp_path, ("[20, 40, 80]", "[20, 40, 81]"))
    run(config)
    now = {p.name for p in (tmp_path / "out" / ".settings").iterdir()}
    # Two batches of strategies and one of bounds, which no strategy's parameters can change.
    assert len(earlier & now) == (0 if change == "log" else 2)
    run(config, "anew")
    for file in ("results.csv", "comparisons.csv"):
        assert (tmp_path / "out" / file).read_bytes() == (tmp_path / "anew" / file).read_bytes()


def test_large_files_are_told_apart_by_their_ends(tmp_path, monkeypatch):
    monkeypatch.setattr("bidder.jobs.replay_store.WHOLE", 10)
    path = tmp_path / "log"
    path.write_bytes(bytes(3_000_000))
    first = fingerprint([path], tmp_path, times=False)
    os.utime(path, (1, 1))
    assert fingerprint([path], tmp_path, times=False) == first
    assert fingerprint([path], tmp_path, times=True) != first
    path.write_bytes(bytes(2_999_999) + b"x")
    assert fingerprint([path], tmp_path, times=False) != first


def start(config, *more):
    command = [sys.executable, "-m", "bidder", "replay", str(config), "--out", str(config.parent / "out")]
    return subprocess.Popen(
        [*command, "--no-report", "-q", *more], start_new_session=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
    )


def look(folder):
    """Whatever is there is whole."""
    if (folder / "summary.json").exists():
        json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        with (folder / "results.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.reader(stream))
        assert len({len(row) for row in rows}) == 1 and len(rows) == 1 + 64
    store = Store(folder)
    for path in (folder / ".settings").glob("*.npz") if (folder / ".settings").is_dir() else ():
        assert store.load(path.stem) is not None


def kept(folder):
    return len(list((folder / ".settings").glob("*.npz"))) if (folder / ".settings").is_dir() else 0


def kill_when(config, due, *more):
    """Start a run, kill it when ``due`` says so; returns whether it was still running."""
    before = kept(config.parent / "out")
    process = start(config, *more)
    began = time.monotonic()
    while process.poll() is None and not due(time.monotonic() - began):
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    look(config.parent / "out")
    assert kept(config.parent / "out") >= before, "a finished batch was lost"
    return process.returncode == -signal.SIGKILL


def finish(config, *more):
    """Run to the end, and compare with a run that was never interrupted."""
    process = start(config, *more)
    _, said = process.communicate(timeout=300)
    assert (process.returncode, said) == (0, "")
    run(config, "whole")
    for file in FILES:
        one, other = ((config.parent / folder / file).read_bytes() for folder in ("whole", "out"))
        assert one == other, file


@pytest.mark.slow
def test_killed_and_resumed(tmp_path):
    config = experiment(tmp_path, MANY)
    ends = [kill_when(config, lambda _, n=n: kept(tmp_path / "out") >= n) for n in (1, 3, 5)]
    assert any(ends) and kept(tmp_path / "out") >= 1
    finish(config)


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--workers", "2")])
def test_killed_fifty_times(tmp_path, more):
    config, rng, ends = experiment(tmp_path, MANY), random.Random(1), []
    for number in range(25):
        if number % 5 == 4:  # begin anew, or there is soon nothing left to kill
            shutil.rmtree(tmp_path / "out" / ".settings", ignore_errors=True)
        wait = 0.2 + 4 * rng.random()
        ends.append(kill_when(config, lambda passed, wait=wait: passed > wait, *more))
    assert any(ends)
    finish(config, *more)


def children(pid):
    found = []
    for entry in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (entry / "stat").read_text(encoding="utf-8")
            if int(status.rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.name))
    return found


@pytest.mark.skipif(not PROC.is_dir(), reason="needs /proc to find the worker processes")
def test_no_worker_outlives_a_killed_run(tmp_path):
    config = experiment(tmp_path, MANY)
    process = start(config, "--workers", "2")
    deadline = time.monotonic() + 60
    workers: list[int] = []
    while len(workers) < 2 and time.monotonic() < deadline and process.poll() is None:
        workers = [w for server in children(process.pid) for w in children(server)]
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(workers) == 2
    while any((PROC / str(w)).exists() for w in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any((PROC / str(w)).exists() for w in workers)
    assert len(table(run(config).folder / "results.csv")) == 64


def test_a_log_that_changes_while_it_is_replayed(tmp_path):
    config = experiment(tmp_path)

    class Writing(Silent):
        def stage(self, name: str, steps: int = 0) -> None:
            if name.startswith("replaying"):
                with (tmp_path / "log.csv").open("a", encoding="utf-8") as log:
                    log.write("\n")

    with pytest.raises(InputError, match=r"small\.yaml:2:1: the log has changed while it was replayed"):
        run(config, progress=Writing())
    assert not list((tmp_path / "out" / ".settings").iterdir())
    assert not (tmp_path / "out" / "results.csv").exists()
    run(config)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path):
    config = experiment(tmp_path)
    (tmp_path / "out").mkdir(mode=0o500)
    with pytest.raises(InputError, match="out: cannot be written: Permission denied"):
        run(config)


def test_a_lock_that_cannot_be_made(tmp_path):
    (tmp_path / "out" / ".lock").mkdir(parents=True)
    with pytest.raises(InputError, match="out: cannot be written: Is a directory"):
        run(experiment(tmp_path))
