"""Writing files whole or not at all: temporary file, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

from bidder.errors import InputError, Place, Problem
from bidder.files.tables import format_table


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
            _replace(target, content)
    except OSError as error:
        raise _unwritable(path, error) from None


def _replace(target: Path, content: bytes) -> None:
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    # Windows cannot open a folder, and some network file systems cannot sync one.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


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
        """Write every file, ``last`` at the end.

        Raises
        ------
        InputError
            When the folder cannot be made or written to.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            (self.path / self._last).unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        for name in sorted(self._files, key=lambda n: n == self._last):
            write_bytes(self.path / name, self._files[name])
