"""Temporary files and folders that are locked while their process lives; what killed ones left is removed."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path


def lock(handle: int, *, wait: bool) -> bool:
    """Lock an open file or folder until it is closed, in whatever way the process ends.

    Returns
    -------
    bool
        False where another process has it, or where files cannot be locked.
    """
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def new_file(name: Callable[[], Path]) -> tuple[Path, int]:
    """A new locked file with a name that is free, and the handle to write to it."""
    while True:
        path = name()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        if lock(handle, wait=True) and not os.fstat(handle).st_nlink:
            os.close(handle)  # somebody took it for a left one before it was locked
            continue
        return path, handle


def new_folder(make: Callable[[], Path]) -> tuple[Path, int | None]:
    """A new locked folder, and the handle that keeps it locked; None where folders cannot be opened."""
    while True:
        path = make()
        try:
            handle = os.open(path, os.O_RDONLY)
        except FileNotFoundError:
            continue
        except OSError:  # Windows
            return path, None
        if lock(handle, wait=True) and not path.exists():
            os.close(handle)
            continue
        return path, handle


def remove_if_left(path: str | Path) -> None:
    """Remove a file or folder that no living process has locked; nothing where that cannot be told."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            if lock(handle, wait=False):
                if Path(path).is_dir():
                    shutil.rmtree(path, ignore_errors=True)
                else:
                    Path(path).unlink()
        finally:
            os.close(handle)
