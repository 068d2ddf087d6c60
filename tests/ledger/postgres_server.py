"""A PostgreSQL server of our own for the tests: on loopback, in a temporary folder, shared by all workers."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


def binaries() -> Path | None:
    """Folder of initdb and pg_ctl; Debian keeps it out of PATH."""
    found = shutil.which("pg_ctl")
    if found:
        return Path(found).resolve().parent
    folders = Path("/usr/lib/postgresql").glob("*/bin/pg_ctl")
    newest = max(folders, key=lambda path: float(path.parts[-3]), default=None)
    return newest.parent if newest else None


@contextmanager
def shared_server(folder: Path) -> Iterator[str]:
    """URL of the server that everybody who names ``folder`` uses; the last one to leave stops it."""
    lock, notes = FileLock(folder / "postgres.lock"), folder / "postgres.json"
    with lock:
        known = json.loads(notes.read_text()) if notes.exists() else start()
        notes.write_text(json.dumps(known | {"users": known["users"] + 1}))
    try:
        yield known["url"]
    finally:
        with lock:
            known = json.loads(notes.read_text())
            known["users"] -= 1
            notes.write_text(json.dumps(known))
            if not known["users"]:
                stop(Path(known["home"]))
                notes.unlink()


def start() -> dict[str, str | int]:
    home = Path(tempfile.mkdtemp(prefix="bidder-postgres-"))
    if os.getuid() == 0:  # the server refuses to run as root
        shutil.chown(home, "postgres", "postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _run("initdb", "-D", f"{home}/data", "-U", "bidder", "--auth=trust", "-E", "UTF8", "--locale=C", "-N")
    options = f"-h 127.0.0.1 -p {port} -k {home} -c fsync=off -c max_connections=60"
    _run("pg_ctl", "-D", f"{home}/data", "-l", f"{home}/log", "-w", "-o", options, "start")
    return {"url": f"postgresql://bidder@127.0.0.1:{port}/postgres", "home": str(home), "users": 0}


def stop(home: Path) -> None:
    _run("pg_ctl", "-D", f"{home}/data", "-m", "immediate", "-w", "stop")
    shutil.rmtree(home)


def _run(program: str, *arguments: str) -> None:
    folder = binaries()
    assert folder is not None
    become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    command = [*(become if os.getuid() == 0 else []), str(folder / program), *arguments]
    # Not into a pipe: the server would keep it open.
    with tempfile.TemporaryFile() as said:
        code = subprocess.run(command, stdout=said, stderr=said, cwd="/").returncode
        said.seek(0)
        assert code == 0, said.read().decode(errors="replace")
