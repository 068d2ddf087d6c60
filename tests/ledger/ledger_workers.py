"""What other processes do to a ledger, for tests of several at once and of killed ones."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from ledger_cases import NOW, key_of, make_effects, opened, record

from bidder.errors import LockedError
from bidder.ledger.records import RunState

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["bidder.ledger.ledger", "alembic.command", "psycopg"])

Job = Callable[[str, Connection, Any], Any]


class Worker:
    """A process that says when it is ready, and begins when it is told."""

    def __init__(self, job: Job, url: str, argument: Any = None) -> None:
        self.pipe, theirs = PROCESSES.Pipe()
        self.process: BaseProcess = PROCESSES.Process(target=_work, args=(job, url, theirs, argument))
        self.process.start()
        theirs.close()

    def ready(self) -> None:
        assert self.pipe.poll(60)
        assert self.pipe.recv() == "ready"

    def go(self) -> None:
        self.pipe.send("go")

    def result(self) -> Any:
        assert self.pipe.poll(60)
        found = self.pipe.recv()
        self.process.join()
        return found

    def kill(self) -> None:
        self.process.kill()
        self.process.join()


def all_at_once(job: Job, url: str, arguments: Sequence[Any]) -> list[Any]:
    """Results of as many processes as there are arguments, which begin together."""
    workers = [Worker(job, url, argument) for argument in arguments]
    for worker in workers:
        worker.ready()
    for worker in workers:
        worker.go()
    return [worker.result() for worker in workers]


def _work(job: Job, url: str, pipe: Connection, argument: Any) -> None:
    pipe.send(job(url, pipe, argument))


def begin(pipe: Connection) -> None:
    pipe.send("ready")
    pipe.recv()


def open_and_record(url: str, pipe: Connection, n: int) -> Any:
    """Make the ledger too."""
    begin(pipe)
    with opened(url) as ledger:
        return record(ledger, key_of(), n=n)


def record_one(url: str, pipe: Connection, n: int) -> Any:
    with opened(url) as ledger:
        begin(pipe)
        return record(ledger, key_of(), n=n)


def confirm_one(url: str, pipe: Connection, argument: tuple[str, int]) -> Any:
    run_id, n = argument
    with opened(url) as ledger:
        effects = make_effects(n)
        begin(pipe)
        return ledger.confirm(run_id, effects, now=NOW, who="me")


def move_one(url: str, pipe: Connection, argument: tuple[str, RunState, str]) -> Any:
    """The run, or what was said against it."""
    run_id, to, who = argument
    with opened(url) as ledger:
        begin(pipe)
        try:
            return ledger.move(run_id, to, now=NOW, who=who)
        except LockedError as error:
            return str(error)


def hold_lock(url: str, pipe: Connection, account: str) -> Any:
    with opened(url) as ledger, ledger.lock(account):
        begin(pipe)


def fight_for_lock(url: str, pipe: Connection, argument: tuple[Path, int]) -> Any:
    """How often the lock was held, and how often another one held it too."""
    mark, times = argument
    held = together = 0
    with opened(url) as ledger:
        begin(pipe)
        for _ in range(times):
            try:
                with ledger.lock("shop"):
                    held += 1
                    together += not _alone(mark)
            except LockedError:
                time.sleep(0.001)
    return held, together


def _alone(mark: Path) -> bool:
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    time.sleep(0.002)
    mark.unlink()
    return True
