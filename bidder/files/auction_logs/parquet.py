"""Logs as partitioned Parquet: read piece by piece, or partition by partition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bidder.auctions.log import AuctionLog, LogInfo
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.arrow_columns import from_arrow, selected
from bidder.files.auction_logs.extras import Extras, check_campaigns, check_visits
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
    extras : Extras or None
        Which campaigns to keep, and the visits to the shop.
    kept : tuple of int or None
        How many auctions of each part are kept, when not all of them are.
    """

    folder: str
    info: LogInfo
    parts: tuple[Part, ...]
    has_bids: bool = False
    notes: tuple[str, ...] = field(default=(), compare=False)
    piece_rows: int = PIECE_ROWS
    extras: Extras | None = None
    kept: tuple[int, ...] | None = None

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

    def __getstate__(self) -> dict[str, Any]:
        # A worker may have another working folder.
        return {**self.__dict__, "folder": str(Path(self.folder).absolute())}

    @property
    def rows(self) -> int:
        """Auctions in this source."""
        return sum(part.rows for part in self.parts) if self.kept is None else sum(self.kept)

    def partitions(self) -> list[ParquetSource]:
        """One source for each file; the pieces of each carry the right ``first_row``."""
        kept = [None] * len(self.parts) if self.kept is None else [(k,) for k in self.kept]
        return [replace(self, parts=(p,), kept=k) for p, k in zip(self.parts, kept, strict=True)]

    def with_extras(self, extras: Extras) -> ParquetSource:
        """The same log with some of its campaigns only, or with visits.

        Raises
        ------
        InputError
            When a campaign is not there, or the log lacks a column.
        """
        if extras.visits and self.parts:
            path = Path(self.folder) / self.parts[0].file
            check_visits(pq.ParquetFile(path).schema_arrow.names, str(path))
        if extras.campaigns is None:
            return replace(self, extras=extras) if extras.visits else self
        check_campaigns(extras.campaigns, self.info.campaigns, self.folder)
        source = replace(self, info=replace(self.info, campaigns=extras.campaigns), extras=extras)
        return source._counted()

    def _counted(self) -> ParquetSource:
        """With the number of auctions that are kept of each part, and their times."""
        counts, times, parts, first_row = [], list[int](), [], 0
        for part in self.partitions():
            kept = 0
            for piece in part.pieces():
                if len(piece):
                    times += [int(piece.ts[0]), int(piece.ts[-1])]
                    kept += len(piece)
            parts.append(replace(part.parts[0], first_row=first_row))
            counts.append(kept)
            first_row += kept
        ends = (times[0], times[-1]) if times else (None, None)
        info = replace(self.info, rows=first_row, first_ts=ends[0], last_ts=ends[1])
        return replace(self, info=info, parts=tuple(parts), kept=tuple(counts))

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
                log = self._chosen(from_arrow(table, bids, self.info, first_row))
                first_row += len(log)
                for start in range(0, len(log), self.piece_rows):
                    yield log.part(start, min(start + self.piece_rows, len(log)))

    def _chosen(self, log: AuctionLog) -> AuctionLog:
        if self.extras is None:
            return log
        if self.extras.campaigns is not None:
            log = selected(log, log.campaign >= 0)
        return self.extras.add(log)

    def _bids(self, part: Part, group: int) -> Any:
        with pq.ParquetFile(Path(self.folder) / "bids" / part.file, memory_map=True) as file:
            return file.read_row_group(group, columns=["bidder", "bid", "quality"], use_threads=False)


def _damaged(path: Path, error: Exception) -> InputError:
    said = " ".join(str(error).split())[:200]
    return InputError(Problem(f"the file is damaged: {said}", "a whole Parquet file", place=Place(str(path))))
