"""Logs as partitioned Parquet: read piece by piece, or partition by partition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bidder.auctions.log import AuctionLog, LogInfo
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.arrow_columns import from_arrow
from bidder.files.auction_logs.manifest import NAME, Part, read_manifest
from bidder.files.auction_logs.parquet_writer import ParquetLogWriter

__all__ = ["PIECE_ROWS", "ParquetLogWriter", "ParquetSource"]

PIECE_ROWS = 1_000_000
"""Most auctions in one piece."""


@dataclass(frozen=True)
class ParquetSource:
    """A log in a folder written by :class:`ParquetLogWriter`.

    Attributes
    ----------
    folder : str
    info : LogInfo
        Of the whole log, also in a source that holds only one of its partitions.
    parts : tuple of Part
        The files to read, in order.
    has_bids : bool
    notes : tuple of str
        What was said when the log was written.
    piece_rows : int
        Most auctions in one piece.
    """

    folder: str
    info: LogInfo
    parts: tuple[Part, ...]
    has_bids: bool = False
    notes: tuple[str, ...] = field(default=(), compare=False)
    piece_rows: int = PIECE_ROWS

    @classmethod
    def open(cls, folder: str | Path, piece_rows: int = PIECE_ROWS) -> ParquetSource:
        """Open a log's folder.

        Raises
        ------
        InputError
            When it is no log, or a file of it is missing.
        """
        manifest = read_manifest(Path(folder))
        names = ["", "bids/"] if manifest.has_bids else [""]
        missing = [
            Problem("the file is missing", "all files of the log", place=Place(str(path)))
            for part in manifest.parts
            for path in (Path(folder) / (below + part.file) for below in names)
            if not path.is_file()
        ]
        if missing:
            raise InputError(missing)
        return cls(
            str(folder), manifest.info, manifest.parts, manifest.has_bids, manifest.notes, piece_rows
        )

    @property
    def rows(self) -> int:
        """Auctions in this source."""
        return sum(part.rows for part in self.parts)

    def partitions(self) -> list[ParquetSource]:
        """One source for each file; the pieces of each carry the right ``first_row``."""
        return [
            ParquetSource(self.folder, self.info, (part,), self.has_bids, self.notes, self.piece_rows)
            for part in self.parts
        ]

    def pieces(self) -> Iterator[AuctionLog]:
        """The log in pieces of at most ``piece_rows``, in order.

        Raises
        ------
        InputError
            When a file is damaged.
        """
        for part in self.parts:
            path = Path(self.folder) / part.file
            try:
                yield from self._part(part, path)
            except (OSError, pa.ArrowException) as error:
                raise _damaged(path, error) from None

    def _part(self, part: Part, path: Path) -> Iterator[AuctionLog]:
        with pq.ParquetFile(path, memory_map=True) as file:
            if file.metadata.num_rows != part.rows:
                message = f"the file has {file.metadata.num_rows:,} rows"
                raise InputError(Problem(message, f"{part.rows:,}, as {NAME} says", place=Place(str(path))))
            first_row = part.first_row
            for group in range(file.num_row_groups):
                table = file.read_row_group(group, use_threads=False)
                bids = self._bids(part, group) if self.has_bids else None
                log = from_arrow(table, bids, self.info, first_row)
                first_row += len(log)
                for start in range(0, len(log), self.piece_rows):
                    yield log.part(start, min(start + self.piece_rows, len(log)))

    def _bids(self, part: Part, group: int) -> Any:
        with pq.ParquetFile(Path(self.folder) / "bids" / part.file, memory_map=True) as file:
            return file.read_row_group(group, columns=["bidder", "bid", "quality"], use_threads=False)


def _damaged(path: Path, error: Exception) -> InputError:
    said = " ".join(str(error).split())[:200]
    return InputError(Problem(f"the file is damaged: {said}", "a whole Parquet file", place=Place(str(path))))
