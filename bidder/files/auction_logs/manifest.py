"""``_log.json``: what holds for a whole Parquet log, so that all of its parts share the same codes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bidder.auctions.log import LogInfo
from bidder.errors import InputError, Place, Problem

NAME = "_log.json"
VERSION = 1


@dataclass(frozen=True)
class Part:
    """One file of a Parquet log.

    Attributes
    ----------
    file : str
        Name inside the log's folder; the file of the same name in ``bids/`` has its competing bids.
    rows, bids : int
        Auctions and competing bids in it.
    first_row : int
        Number of its first auction in the whole log.
    """

    file: str
    rows: int
    first_row: int
    bids: int = 0


@dataclass(frozen=True)
class Manifest:
    """The content of ``_log.json``."""

    info: LogInfo
    parts: tuple[Part, ...]
    has_bids: bool
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """As JSON."""
        document = {
            "format": "bidder auction log", "version": VERSION, "info": asdict(self.info),
            "has_bids": self.has_bids, "notes": list(self.notes), "parts": [asdict(p) for p in self.parts],
        }
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read_manifest(folder: Path) -> Manifest:
    """Read ``_log.json`` of a folder.

    Raises
    ------
    InputError
        When it cannot be read, or was not written by :class:`ParquetLogWriter`.
    """
    path = folder / NAME
    try:
        return _manifest(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        message = "not the description of a log"
    expected = "a folder written by bidder convert or bidder generate"
    raise InputError(Problem(message, expected, place=Place(str(path))))


def _manifest(document: dict[str, Any]) -> Manifest:
    if document["version"] != VERSION:
        raise ValueError("another version")
    given = dict(document["info"])
    given["campaigns"] = tuple(map(str, given["campaigns"]))
    given["words"] = tuple((str(name), tuple(map(str, words))) for name, words in given["words"])
    parts = tuple(Part(**part) for part in document["parts"])
    for part in parts:
        if not isinstance(part.file, str) or Path(part.file).name != part.file or part.rows < 0:
            raise ValueError("not a part")
    return Manifest(LogInfo(**given), parts, bool(document["has_bids"]), tuple(map(str, document["notes"])))
