"""Several processes at once, and processes killed in the middle: one winner, all or nothing."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from ledger_cases import DAY, NOW, SCHEDULES, fields, key_of, make_changes, make_effects, opened, record
from ledger_workers import (
    Worker,
    all_at_once,
    confirm_one,
    fight_for_lock,
    hold_lock,
    move_one,
    open_and_record,
    record_one,
)
from sqlalchemy import text

from bidder.errors import LockedError
from bidder.ledger.ledger import Ledger
from bidder.ledger.records import Run, RunState

KILLS = 20
ROWS = 5_000


def test_processes_that_make_one_ledger_and_record_one_run(ledger_url: str) -> None:
    runs = all_at_once(open_and_record, ledger_url, [500] * 6)
    with opened(ledger_url) as ledger:
        assert ledger.history() == runs[:1]
        assert all(run == runs[0] for run in runs)
        assert fields(ledger.changes(runs[0].run_id)) == fields(make_changes(500))
        assert _counts(ledger) == {"bidder_change": 500, "bidder_block": 2, "bidder_segment": 1}


def test_one_of_many_moves_counts(ledger_url: str) -> None:
    with opened(ledger_url) as ledger:
        run = record(ledger, key_of())
        moves = [(run.run_id, RunState.APPROVED, f"user {i}") for i in range(6)]
        runs = all_at_once(move_one, ledger_url, moves)
        found = ledger.run(run.run_id)
        assert found.who[RunState.APPROVED] in {f"user {i}" for i in range(6)}
        assert all(run == found for run in runs)


def test_one_of_many_runs_of_a_day_is_approved(ledger_url: str) -> None:
    with opened(ledger_url) as ledger:
        for back in range(3):
            day = DAY - timedelta(days=back)
            runs = [record(ledger, key_of(day, inputs=f"{i}")) for i in range(6)]
            moves = [(run.run_id, RunState.APPROVED, "me") for run in runs]
            answers = all_at_once(move_one, ledger_url, moves)
            won = [answer for answer in answers if isinstance(answer, Run)]
            assert len(won) == 1
            assert all(won[0].run_id in answer for answer in answers if isinstance(answer, str))
            states = [ledger.run(run.run_id).state for run in runs]
            assert sorted(states) == [RunState.APPROVED] + [RunState.PLANNED] * 5


def _counts(ledger: Ledger) -> dict[str, int]:
    tables = ("bidder_change", "bidder_block", "bidder_segment")
    count = "SELECT count(*) FROM "
    return ledger._database.read(
        lambda c: {table: int(c.execute(text(count + table)).scalar_one()) for table in tables}
    )


def _killed_after(worker: Worker, seconds: float) -> None:
    worker.ready()
    worker.go()
    time.sleep(seconds)
    worker.kill()


def _seconds(worker: Worker) -> float:
    """How long the work takes when nobody interferes."""
    worker.ready()
    start = time.perf_counter()
    worker.go()
    worker.result()
    return time.perf_counter() - start


def _check_file(url: str) -> None:
    if url.startswith("sqlite:///"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


def test_a_run_is_recorded_whole_or_not_at_all(ledger_url: str, tmp_path: Path) -> None:
    with opened(ledger_url) as ledger:
        record(ledger, key_of(DAY - timedelta(days=1)), n=3)
        before = _counts(ledger)
        whole = {"bidder_change": ROWS, "bidder_block": 2, "bidder_segment": 1}
        takes = _seconds(Worker(open_and_record, f"sqlite:///{tmp_path}/other.db", ROWS))
        seen = []
        for i in range(KILLS):
            _killed_after(Worker(record_one, ledger_url, ROWS), i * 1.5 * takes / KILLS)
            _check_file(ledger_url)
            seen.append(ledger.find(key_of()) is not None)
            after = {name: count - before[name] for name, count in _counts(ledger).items()}
            assert after == (whole if seen[-1] else dict.fromkeys(whole, 0))
        assert not seen[0]  # else nothing was killed in the middle
        run = record(ledger, key_of(), n=ROWS)
        assert fields(ledger.changes(run.run_id)) == fields(make_changes(ROWS))
        assert ledger.schedules(run.run_id) == SCHEDULES


def test_effects_are_confirmed_whole_or_not_at_all(ledger_url: str) -> None:
    with opened(ledger_url) as ledger:
        out = (RunState.APPROVED, RunState.EXPORTED)
        runs = [
            record(ledger, key_of(DAY - timedelta(days=i)), *out, n=ROWS) for i in range(KILLS + 1)
        ]
        takes = _seconds(Worker(confirm_one, ledger_url, (runs[-1].run_id, ROWS)))
        seen = []
        for i, run in enumerate(runs[:-1]):
            _killed_after(Worker(confirm_one, ledger_url, (run.run_id, ROWS)), i * 1.5 * takes / KILLS)
            _check_file(ledger_url)
            seen.append(ledger.run(run.run_id).state is RunState.CONFIRMED)
            effects = ledger.effects(run.run_id)
            assert seen[-1] == (effects is not None)
            ledger.confirm(run.run_id, make_effects(ROWS), now=NOW, who="me")
            effects = ledger.effects(run.run_id)
            assert effects is not None and fields(effects) == fields(make_effects(ROWS))
        assert not seen[0]


def _within(seconds: float, act: Callable[[], None]) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            return act()
        except LockedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def test_a_lock_names_its_holder_and_dies_with_it(ledger_url: str) -> None:
    worker = Worker(hold_lock, ledger_url, "店")
    worker.ready()
    with opened(ledger_url) as ledger:
        with pytest.raises(LockedError, match=rf"account '店': (process|bidder) {worker.process.pid} on "):
            ledger.lock("店").__enter__()
        with ledger.lock("other"):
            pass
        worker.kill()

        def take() -> None:
            with ledger.lock("店"), pytest.raises(LockedError), opened(ledger_url) as other:
                other.lock("店").__enter__()

        _within(10, take)  # a server needs a moment to see that the holder is gone
        with ledger.lock("店"):
            pass


def test_a_lock_is_let_go_when_the_work_fails(ledger_url: str) -> None:
    with opened(ledger_url) as ledger:
        with pytest.raises(ZeroDivisionError), ledger.lock("shop"):
            _ = 1 / 0
        with ledger.lock("shop"):
            record(ledger, key_of())


def test_never_two_hold_a_lock(ledger_url: str, tmp_path: Path) -> None:
    opened(ledger_url).close()
    results = all_at_once(fight_for_lock, ledger_url, [(tmp_path / "mark", 40)] * 4)
    assert sum(together for _, together in results) == 0
    assert sum(held for held, _ in results) > 0
