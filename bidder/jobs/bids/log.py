"""The log of a job for machines: one JSON object a line."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from bidder.errors import InputError, Place, Problem

BEGINNING = b'{"time": "'
"""Of every line."""
LONGEST = 1 << 20
"""Bytes at the end of a log in which a line that was not finished is looked for."""


class JsonLog:
    """Appends events to a file, or does nothing without one.

    Every event has ``time`` (UTC), ``event``, ``run_id`` (null until it is known) and what else is told. A
    line is there whole or not at all, whoever else writes to the file.

    Raises
    ------
    InputError
        When the file cannot be written to, at the beginning or at any event.
    """

    def __init__(self, path: str | Path | None) -> None:
        self.run_id: str | None = None
        self._path = path
        self._handle: int | None = None
        if path is None:
            return
        with self._told():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            kept = Path(path).is_file() or not Path(path).exists()  # no pipe and no terminal
            mode = os.O_RDWR if kept else os.O_WRONLY
            self._handle = os.open(path, mode | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)

    def __enter__(self) -> JsonLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            code = int(getattr(error, "exit_code", 1))
            with contextlib.suppress(InputError):  # what failed first is what the user is told
                self.event("failed", exit_code=code, error=type(error).__name__, message=str(error))
        if self._handle is not None:
            os.close(self._handle)

    def event(self, event: str, **more: Any) -> None:
        """Write one line, at once."""
        if self._handle is None:
            return
        line = {"time": datetime.now(UTC).isoformat(), "event": event, "run_id": self.run_id, **more}
        text = json.dumps(line, ensure_ascii=False, default=str) + "\n"
        with self._told(), _alone(self._handle):
            _append(self._handle, text.encode("utf-8", "backslashreplace"))

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(Problem(f"cannot be written: {reason}", place=Place(str(self._path)))) from None


@contextmanager
def _alone(handle: int) -> Iterator[None]:
    """Let nobody else write, where files can be locked."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX)
    except (ImportError, OSError):
        yield
        return
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)


def _append(handle: int, line: bytes) -> None:
    """Add a line; what a killed process or a full disk has left of one is taken away."""
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        _write(handle, line)
        return
    size = os.fstat(handle).st_size
    torn = _unfinished(handle, size)
    ours = torn.startswith(BEGINNING) or BEGINNING.startswith(torn)
    start = size - len(torn) if ours else size
    if start < size:
        os.truncate(handle, start)
    try:
        _write(handle, line if ours else b"\n" + line)
    except OSError:
        with contextlib.suppress(OSError):
            os.truncate(handle, start)
        raise


def _unfinished(handle: int, size: int) -> bytes:
    """What follows the last line break."""
    os.lseek(handle, max(size - LONGEST, 0), os.SEEK_SET)
    tail = os.read(handle, LONGEST)
    return tail[tail.rfind(b"\n") + 1 :]


def _write(handle: int, line: bytes) -> None:
    while line:
        line = line[os.write(handle, line) :]
