"""The `bidder` command in processes that begin warm: forked from one that has played nights already.

Run as a program it is that one: it listens on a socket, and forks a keeper for each start, which forks the
process itself, tells its number, and how it ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

PATIENCE = 120.0
"""Seconds after which a process counts as hanging."""


@dataclass
class Started:
    """A process at work."""

    pid: int
    pipe: Connection
    said: Path
    calls: int = 0
    """Changing system calls counted by the shim, once it has ended."""

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Exit code, or a signal's number below zero."""
        if not self.pipe.poll(PATIENCE):
            self.kill()
            raise AssertionError(f"hangs: {self.stderr}")
        code, self.calls = self.pipe.recv()
        self.pipe.close()
        return int(code)

    @property
    def stderr(self) -> str:
        return self.said.read_text(encoding="utf-8")


class Nursery:
    """Starts `bidder` with arguments in a folder."""

    def __init__(self, home: Path, shim: Path | None = None) -> None:
        self.home, self._number = home, 0
        home.mkdir(parents=True, exist_ok=True)
        self._address = tempfile.mkdtemp(prefix="bidder-nursery-") + "/socket"  # a socket's name is short
        env = {**os.environ, **({"LD_PRELOAD": str(shim)} if shim else {})}
        command = [sys.executable, __file__, self._address, str(home)]
        self._server = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=home
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == b"ready\n"

    def start(
        self, arguments: Sequence[object], folder: Path, env: Mapping[str, str] | None = None,
        fault: tuple[str, int, int] | None = None, at: float = 0.0,
    ) -> Started:
        """Begin, or wait for a moment ``at`` first.

        ``fault`` is a folder, and which call below it fails how (see fault_shim.c).
        """
        self._number += 1
        said = self.home / f"{self._number}.stderr"
        request = {
            "arguments": [str(a) for a in arguments], "folder": str(folder), "said": str(said),
            "env": dict(env or {}), "fault": fault, "at": at,
        }
        pipe = Client(self._address, "AF_UNIX")
        pipe.send(request)
        assert pipe.poll(PATIENCE)
        return Started(pipe.recv(), pipe, said)

    def run(self, arguments: Sequence[object], folder: Path, **more: Any) -> tuple[int, str]:
        """Exit code and what was said."""
        started = self.start(arguments, folder, **more)
        return started.wait(), started.stderr

    def close(self) -> None:
        self._server.communicate(b"")
        Path(self._address).unlink(missing_ok=True)
        Path(self._address).parent.rmdir()


def serve(address: str, home: str) -> None:
    """Be warm, and fork until standard input ends."""
    from selectors import EVENT_READ, DefaultSelector

    _warm(Path(home) / "warm")
    with socket.socket(socket.AF_UNIX) as listener, DefaultSelector() as selector:
        listener.bind(address)
        listener.listen(64)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are not waited for
        selector.register(listener, EVENT_READ)
        selector.register(sys.stdin, EVENT_READ)
        print("ready", flush=True)
        while all(key.fileobj is listener for key, _ in selector.select()):
            caller, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _keep(Connection(caller.detach()))
            caller.close()


def _warm(folder: Path) -> None:
    """Load all code that a night needs, and compile what it compiles."""
    from bids_accounts import LAST, Account

    from bidder.cli.main import run

    shop = Account(folder, keywords=6, days=16).write()
    os.chdir(folder)
    for day in (LAST, LAST + timedelta(days=1)):
        assert run(nightly(day)) == 0, day
        shop = shop.next_day()
    (made,) = Path("runs/night").glob(f"{LAST + timedelta(days=1)}-*")
    assert run(["bids", "rollback", str(made), "--quiet"]) == 0


def nightly(day: date, *more: object) -> list[str]:
    """Arguments of a night that exports."""
    return [
        "bids", "nightly", "night.yaml", "--date", str(day), "--quiet", "--no-report",
        "--auto-approve-within-guardrails", *map(str, more),
    ]


def _keep(pipe: Connection) -> None:
    request = pipe.recv()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    counts, report = os.pipe()
    pid = os.fork()
    if pid == 0:
        pipe.close()
        _become(request, report)
    os.close(report)
    pipe.send(pid)
    _, status = os.waitpid(pid, 0)
    calls = os.read(counts, 100)
    with contextlib.suppress(OSError):  # the caller may have lost interest
        pipe.send((os.waitstatus_to_exitcode(status), int(calls or b"0")))
    os._exit(0)


def _become(request: dict[str, Any], report: int) -> None:
    """The process itself; never returns."""
    import time

    from bidder.cli.main import main

    code = 70
    try:
        os.chdir(request["folder"])
        os.environ.update(request["env"])
        time.tzset()
        tempfile.tempdir = None  # may be another one now
        said = os.open(request["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        null = os.open(os.devnull, os.O_RDWR)
        for target, source in ((0, null), (1, null), (2, said)):
            os.dup2(source, target)
        time.sleep(max(request["at"] - time.time(), 0.0))
        if request["fault"] is not None:
            _arm(*request["fault"])
        try:
            main(request["arguments"])
        except SystemExit as end:
            code = int(end.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        if request["fault"] is not None:
            os.write(report, str(_shim().fault_calls()).encode())
        os._exit(code)


def _shim() -> Any:
    import ctypes

    return ctypes.CDLL(None)


def _arm(folder: str, call: int, error: int) -> None:
    _shim().fault_arm(folder.encode(), call, error)


if __name__ == "__main__":
    serve(sys.argv[1], sys.argv[2])
