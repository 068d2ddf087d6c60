"""Where a job's config, ledger and exports are; paths in a run folder are seen from that folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bidder.jobs.bids.config import LoadedBids

SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Places:
    """Config file, ledger URL (a SQLite path in it seen from ``base``) and export folder.

    ``base`` is the folder that relative paths are seen from.
    """

    base: Path
    config: str
    ledger: str
    export: str

    @classmethod
    def of(cls, loaded: LoadedBids) -> Places:
        """As the config says."""
        spec = loaded.spec
        return cls(loaded.folder, loaded.path.name, without_password(spec.ledger), spec.export.folder)

    def seen_from(self, folder: Path) -> dict[str, str]:
        """The same for run.json in a run folder."""
        ledger = self.ledger
        if ledger.startswith(SQLITE) and not ledger.startswith(SQLITE + "/"):
            ledger = SQLITE + self._path(ledger.removeprefix(SQLITE), folder)
        return {
            "config": self._path(self.config, folder), "ledger": ledger,
            "export": self._path(self.export, folder),
        }

    def _path(self, path: str, folder: Path) -> str:
        if Path(path).is_absolute():
            return path
        return Path(os.path.relpath(self.base / path, folder)).as_posix()


def without_password(url: str) -> str:
    """A database URL without the password in it, which belongs into PGPASSWORD or ~/.pgpass."""
    scheme, mark, rest = url.partition("://")
    who, at, where = rest.rpartition("@")
    return f"{scheme}{mark}{who.partition(':')[0]}{at}{where}" if at else url
