"""At most one process works on an account at a time, and a killed one lets go."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from bidder.errors import InputError, LockedError, Place, Problem

if TYPE_CHECKING:
    from filelock import BaseFileLock

    from bidder.ledger.database import OpenDatabase

NAMING_SECONDS = 1.0
"""How long a holder whose name is not known yet, or one who is just letting go, is waited for."""

_SINCE = """
SELECT a.application_name, a.client_addr, a.backend_start
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND l.classid = %s AND l.objid = %s
"""


def _digest(account: str) -> bytes:
    return hashlib.sha256(f"bidder lock of {account}".encode("utf-8", "surrogatepass")).digest()


def _take(account: str, take: Callable[[], bool], holder: Callable[[], tuple[str, bool]]) -> None:
    """Take a lock, or say who holds it: a name, and whether it is sure to be the holder's."""
    end = monotonic() + NAMING_SECONDS
    while not take():
        said, sure = holder()
        if sure or monotonic() > end:
            by = f": {said}" if said else ""
            raise LockedError(f"another process is working on account {account!r}{by}")
        sleep(0.01)


@contextmanager
def file_lock(beside: Path, account: str) -> Iterator[None]:
    """Hold an account's lock by a file beside the database; the system takes it from a process that ends.

    Raises
    ------
    LockedError
        When another process holds it.
    InputError
        When the file cannot be made.
    """
    from filelock import FileLock

    path = beside.with_name(f"{beside.name}.{_digest(account).hex()[:12]}.lock")
    holder = path.with_suffix(".holder")  # the lock's own file is emptied by those who ask for it
    lock = FileLock(path)
    try:
        _take(account, lambda: _locked(lock), lambda: _read_holder(holder))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(Problem(f"cannot be locked: {reason}", place=Place(str(path)))) from None
    try:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        with contextlib.suppress(OSError):
            holder.write_text(json.dumps([os.getpid(), socket.gethostname(), since]), encoding="utf-8")
        yield
    finally:
        with contextlib.suppress(OSError):
            holder.unlink()
        lock.release()


def _locked(lock: BaseFileLock) -> bool:
    from filelock import Timeout

    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    return True


def _read_holder(path: Path) -> tuple[str, bool]:
    """What is written there, and whether it is not just what a killed process has left."""
    try:
        pid, host, since = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError):
        return "", False
    alive = not isinstance(pid, int) or host != socket.gethostname() or _lives(pid)
    return f"process {pid} on {host} since {since}", alive


def _lives(pid: int) -> bool:
    if os.name == "nt":  # there is no harmless signal there
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass
    return True


@contextmanager
def session_lock(database: OpenDatabase, account: str) -> Iterator[None]:
    """Hold an account's lock by a PostgreSQL session; the server takes it from a session that ends.

    Raises
    ------
    LockedError
        When another session holds it.
    """
    key = _digest(account)[:8]
    high, low = (int.from_bytes(part, "big") for part in (key[:4], key[4:]))
    with database.session() as session:
        # So that the server notices soon when a holder's machine is gone.
        session.exec_driver_sql("SET tcp_keepalives_idle = 30")
        session.exec_driver_sql("SET tcp_keepalives_interval = 10")
        asked, number = "SELECT pg_try_advisory_lock(%s)", int.from_bytes(key, "big", signed=True)
        _take(
            account,
            lambda: bool(session.exec_driver_sql(asked, (number,)).scalar()),
            lambda: _session_of(session.exec_driver_sql(_SINCE, (high, low)).first()),
        )
        try:
            yield
        finally:
            session.invalidate()  # closed for good: the lock goes even when the server does not answer


def _session_of(row: Any) -> tuple[str, bool]:
    if row is None:
        return "", False
    name, address, since = row
    parts = [name or "a session", f"from {address}" if address else ""]
    parts.append(f"since {since.astimezone(UTC).isoformat(timespec='seconds')}" if since else "")
    return " ".join(filter(None, parts)), True
