"""Folders that are seen whole or not at all: they grow beside their place and then take its name."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

YOUNG = 60.0
"""Seconds in which a folder may be made and not locked yet."""


class GrowingFolder:
    """A hidden folder beside the one that it will become.

    While its process lives the folder is locked; those that killed processes have left are taken away by
    whoever makes the next one of the same name.

    Parameters
    ----------
    target : path
        The folder in the end; a symbolic link stays one.

    Attributes
    ----------
    path : Path
        Where files are to be put until then.
    """

    def __init__(self, target: str | Path) -> None:
        self.target = Path(os.path.realpath(target))
        self._prefix = f".{self.target.name[:100]}."
        self.path = self.target.with_name(f"{self._prefix}{secrets.token_hex(6)}.tmp")
        self._handle: int | None = None

    def make(self) -> None:
        """Make the folder; raises ``OSError`` when the place cannot be written to."""
        self._take_away_left_ones()
        self.path.mkdir(parents=True)
        self._handle = _locked(self.path)

    def take_the_name(self, replace: Callable[[], bool] = lambda: True) -> None:
        """Become the target.

        Parameters
        ----------
        replace : callable
            Whether what stands there by now is to be replaced; if not, this folder is given up.
        """
        old = self.path.with_suffix(".old")
        if self.target.exists():
            if not replace():
                return
            self.target.rename(old)
        try:
            self.path.rename(self.target)
        except OSError:
            if replace():  # else somebody else has finished the same in the meantime
                if old.exists():
                    old.rename(self.target)
                raise
        _sync(self.target.parent)
        shutil.rmtree(old, ignore_errors=True)

    def close(self) -> None:
        """Take the folder away, if it has not become the target."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _take_away_left_ones(self) -> None:
        kind = re.compile(re.escape(self._prefix) + r"[0-9a-f]{12}\.(tmp|old)")
        with contextlib.suppress(OSError):
            for left in self.target.parent.iterdir():
                old = left.suffix == ".old"
                if kind.fullmatch(left.name) and (self.target.exists() or not old) and _abandoned(left):
                    shutil.rmtree(left, ignore_errors=True)


def _abandoned(folder: Path) -> bool:
    """Whether nobody works on a folder any more."""
    with contextlib.suppress(OSError):
        if time.time() - folder.stat().st_mtime > YOUNG and (handle := _locked(folder)) is not None:
            os.close(handle)
            return True
    return False


def _locked(folder: Path) -> int | None:
    """An open handle that locks a folder; None where it is locked already, or folders cannot be."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):  # Windows cannot open a folder
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _sync(folder: Path) -> None:
    # Some network file systems cannot sync a folder.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
