"""Writing files whole or not at all: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import errno
import filecmp
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from bidder.errors import InputError, Place, Problem
from bidder.files.left import new_file, remove_if_left
from bidder.files.tables import format_table

_PART = 1 << 20
"""Bytes that are compared at a time."""


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text; a reader sees the old file or the new one, never half of one.

    Raises
    ------
    InputError
        When the place cannot be written to.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: str | Path, content: bytes) -> None:
    """Like :func:`write_text`, for bytes."""
    target = Path(os.path.realpath(path))  # a symbolic link stays one
    try:
        if target.exists() and not target.is_file():
            target.write_bytes(content)  # a pipe or device: nothing to rename over
        else:
            _replace(target, [content])
    except OSError as error:
        raise _unwritable(path, error) from None


def _replace(target: Path, parts: Iterable[bytes], first: Callable[[], None] | None = None) -> None:
    """Write a file; with ``first``, which is called before it appears, one that is the same stays instead."""
    _take_away_left(target)
    temporary, handle = new_file(
        lambda: target.with_name(f"{_prefix(target)}{secrets.token_hex(6)}.tmp")
    )
    try:
        with os.fdopen(handle, "wb") as stream:
            for part in parts:
                stream.write(part)
            stream.flush()
            os.fsync(stream.fileno())
            if os.name != "nt":
                _appear(temporary, target, first)  # while it is locked: nobody takes it for a left one
        if os.name == "nt":  # an open file cannot be renamed there
            _appear(temporary, target, first)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _appear(temporary: Path, target: Path, first: Callable[[], None] | None) -> None:
    if first is not None:
        if target.is_file() and filecmp.cmp(temporary, target, shallow=False):
            temporary.unlink()
            return
        first()
    temporary.replace(target)


def _prefix(target: Path) -> str:
    return f".{target.name[:100]}."


def _take_away_left(target: Path) -> None:
    """Remove the temporary files that killed processes have left of a target."""
    left = re.compile(re.escape(_prefix(target)) + r"[0-9a-f]{12}\.tmp")
    with contextlib.suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            if left.fullmatch(entry.name):
                remove_if_left(entry.path)


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, and some network file systems cannot sync one.
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno in (errno.EIO, errno.ENOSPC, errno.EDQUOT):
            raise
    finally:
        os.close(handle)


def _make_folder(path: Path) -> None:
    new = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for folder in new:
        _sync_folder(folder.parent)


def _unwritable(path: str | Path, error: OSError) -> InputError:
    reason = error.strerror or str(error)
    return InputError(Problem(f"cannot be written: {reason}", place=Place(str(path))))


class OutputFolder:
    """A run's results, written together when the ``with`` block ends without an error.

    ``last`` is taken away first and written last: where it stands, all the other files are there and
    belong to the same run.

    >>> with OutputFolder(folder) as out:  # doctest: +SKIP
    ...     out.table("plan.csv", columns, rows)
    ...     out.text("summary.json", summary)
    """

    def __init__(self, path: str | Path, last: str = "summary.json") -> None:
        self.path = Path(path)
        self._last = last
        self._files: dict[str, bytes] = {}

    def text(self, name: str, text: str) -> None:
        """Add a text file."""
        self._files[name] = text.encode("utf-8", "backslashreplace")

    def at_once(self, name: str, parts: Iterable[bytes]) -> str:
        """Write a file now, part by part, for contents too large to be kept until all files are made.

        ``last`` is taken away first, unless a file with this content stands there already. It must not be
        the last file itself.

        Returns
        -------
        str
            SHA-256 of the content, 64 hexadecimal digits.

        Raises
        ------
        InputError
            When the folder cannot be made or written to.
        """
        digest = hashlib.sha256()

        def hashed() -> Iterator[bytes]:
            for part in parts:
                digest.update(part)
                yield part

        last = self.path / self._last
        try:
            _make_folder(self.path)
            target = Path(os.path.realpath(self.path / name))
            _replace(target, hashed(), lambda: last.unlink(missing_ok=True))
        except OSError as error:
            raise _unwritable(self.path / name, error) from None
        return digest.hexdigest()

    def bytes(self, name: str, content: bytes) -> None:
        """Add a binary file."""
        self._files[name] = content

    def table(self, name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Add a CSV table (see :func:`bidder.files.tables.write_table`)."""
        self.text(name, format_table(columns, rows))

    def __enter__(self) -> OutputFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.commit()

    def commit(self) -> None:
        """Write every file, ``last`` at the end; files that are all there already stay as they are.

        Raises
        ------
        InputError
            When the folder cannot be made or written to.
        """
        try:
            if self._is_there():
                return
            _make_folder(self.path)
            (self.path / self._last).unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        for name in sorted(self._files, key=lambda n: n == self._last):
            write_bytes(self.path / name, self._files[name])

    def _is_there(self) -> bool:
        """Whether every file stands there with the same content, for good."""
        if not all(_holds(self.path / name, content) for name, content in self._files.items()):
            return False
        for name in self._files:
            _take_away_left(self.path / name)
        _sync_folder(self.path)  # the process that wrote them may have been killed before it did
        return True


def _holds(path: Path, content: bytes) -> bool:
    try:
        if not path.is_file() or path.stat().st_size != len(content):
            return False
        view = memoryview(content)
        with path.open("rb") as stream:
            return all(stream.read(_PART) == view[at : at + _PART] for at in range(0, len(view), _PART))
    except OSError:
        return False


def write_folder(path: str | Path, files: Mapping[str, bytes]) -> None:
    """Make a folder that appears with all of its files at once; the caller alone works on it.

    Where the folder is there already, the files are written into it one by one, the last by name at the end.

    Parameters
    ----------
    path : path
    files : mapping of str to bytes
        Content by name, at least one.

    Raises
    ------
    InputError
        When the place cannot be written to.
    """
    target = Path(os.path.realpath(path))
    if target.exists():
        _fill(target, files)
        return
    growing = target.with_name(f"{_prefix(target)}tmp")
    shutil.rmtree(growing, ignore_errors=True)  # of a killed process
    try:
        _fill(growing, files)
        growing.rename(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise _unwritable(path, error) from None
    finally:
        shutil.rmtree(growing, ignore_errors=True)


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    with OutputFolder(folder, last=max(files)) as out:
        for name, content in files.items():
            out.bytes(name, content)
