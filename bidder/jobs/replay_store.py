"""Finished work on disk: a run that was interrupted goes on where it stopped.

Every finished batch is one file in ``OUT/.settings``, named by a hash of all that determines it and
written whole or not at all. A file that cannot be read counts as not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bidder
from bidder.errors import InputError, LockedError, Place, Problem
from bidder.files.atomic import write_bytes

if TYPE_CHECKING:
    from bidder.auctions.result import SettingResult

FOLDER = ".settings"
LOCK = ".lock"
SCHEMA = 1
"""Version of the files' layout."""
WHOLE = 32 * 1024 * 1024
"""Files up to this size are hashed whole, larger ones by their size and both ends."""
_ENDS = 1024 * 1024


class Store:
    """Results of finished batches.

    Parameters
    ----------
    folder : Path
        The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self.used: set[str] = set()

    def load(self, key: str) -> list[SettingResult] | None:
        """The results of a batch; None when they are not there."""
        self.used.add(key)
        try:
            content = (self.folder / f"{key}.npz").read_bytes()
            return _unpack(content)
        except (OSError, ValueError, KeyError, EOFError, _bad_zip()):
            return None

    def save(self, key: str, results: Sequence[SettingResult]) -> None:
        """Keep the results of a batch."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_bytes(self.folder / f"{key}.npz", _pack(results))

    def prune(self) -> None:
        """Take away what the finished run did not use, and what killed runs left half-written."""
        self._remove(p for p in self._files() if p.suffix != ".npz" or p.stem not in self.used)

    def clear(self) -> None:
        """Forget everything."""
        self._remove(self._files())

    def _files(self) -> list[Path]:
        return list(self.folder.iterdir()) if self.folder.is_dir() else []

    def _remove(self, files: Iterable[Path]) -> None:
        for path in files:
            with contextlib.suppress(OSError):
                path.unlink()


def _bad_zip() -> type[Exception]:
    from zipfile import BadZipFile

    return BadZipFile


def _pack(results: Sequence[SettingResult]) -> bytes:
    import numpy as np

    rest = [{"bound": r.bound, "extra": r.extra} for r in results]
    lengths = np.array([len(r.episodes) for r in results], dtype=np.int64)
    stream = io.BytesIO()
    np.savez(
        stream,
        schema=np.int64(SCHEMA),
        totals=np.stack([r.totals for r in results]),
        course=np.stack([r.course for r in results]),
        lengths=lengths,
        episodes=np.concatenate([r.episodes for r in results]),
        rest=np.frombuffer(json.dumps(rest).encode(), dtype=np.uint8),
    )
    return stream.getvalue()


def _unpack(content: bytes) -> list[SettingResult]:
    import numpy as np

    from bidder.auctions.result import SettingResult

    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        if int(file["schema"]) != SCHEMA:
            raise ValueError("another layout")
        rest = json.loads(file["rest"].tobytes())
        totals, course = file["totals"], file["course"]
        episodes = np.split(file["episodes"], np.cumsum(file["lengths"])[:-1])
    rows = zip(totals, episodes, course, rest, strict=True)
    return [SettingResult(t, e, c, r["bound"], r["extra"]) for t, e, c, r in rows]


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run's folder; it is let go of when the process ends, however it ends.

    Raises
    ------
    LockedError
        When another run holds it.
    InputError
        When nothing can be written there.
    """
    try:
        opened = (folder / LOCK).open("a+b")
    except OSError as error:
        problem = Problem(f"cannot be written: {error.strerror or error}", place=Place(str(folder)))
        raise InputError(problem) from None
    with opened as stream:
        try:
            _lock(stream.fileno())
        except OSError:
            raise LockedError(f"{folder}: another run is writing here; wait for it, or give --out") from None
        yield


if os.name == "nt":  # pragma: no cover

    def _lock(handle: int) -> None:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]

else:

    def _lock(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def digest(document: Any) -> str:
    """Hash of plain data; the same data gives the same hash."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    item = getattr(value, "item", None)
    return item() if item is not None else str(value)


def program() -> str:
    """Hash of the version, of the engine's own code, and of what brings the log to it."""
    root = Path(bidder.__file__).parent
    total = hashlib.sha256(bidder.__version__.encode())
    for part in ("auctions", "files/auction_logs", "jobs"):
        for path in sorted((root / part).rglob("*.py")):
            if part != "jobs" or path.name.startswith(("replay_work", "replay_parts")):
                total.update(path.read_bytes())
    return total.hexdigest()[:32]


def fingerprint(paths: Iterable[Path], root: Path, *, times: bool) -> list[list[Any]]:
    """What tells one state of some files from another: name, size, contents (of large files both ends).

    Parameters
    ----------
    paths : iterable of Path
        Files, or folders with all that is in them.
    root : Path
        Names are relative to it.
    times : bool
        Whether times of change count for large files: safer, but different for a copy.
    """
    files = sorted({f for path in paths for f in (path.rglob("*") if path.is_dir() else [path])})
    return [_identity(f, root, times) for f in files if f.is_file()]


def _identity(path: Path, root: Path, times: bool) -> list[Any]:
    status = path.stat()
    total = hashlib.sha256()
    with path.open("rb") as stream:
        if status.st_size <= WHOLE:
            total.update(stream.read())
        else:
            total.update(stream.read(_ENDS))
            stream.seek(-_ENDS, os.SEEK_END)
            total.update(stream.read())
    name = os.path.relpath(path, root)
    changed = [status.st_mtime_ns] if times and status.st_size > WHOLE else []
    return [name, status.st_size, total.hexdigest()[:32], *changed]
