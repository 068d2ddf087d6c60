"""Writing a log as a folder of Parquet files that is never seen half-written."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bidder.auctions.log import AuctionLog, LogInfo
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.arrow_columns import to_arrow
from bidder.files.auction_logs.manifest import NAME, Manifest, Part
from bidder.files.growing import GrowingFolder

GROUP_ROWS = 1_000_000
"""Auctions in one row group, so that a reader needs no more at a time."""


class ParquetLogWriter:
    """Writes a log piece by piece into files of ``partition_rows`` auctions each.

    The files grow in a hidden folder beside ``folder``, which takes its name when the ``with`` block
    ends without an error; an earlier log of that name is replaced.

    Parameters
    ----------
    folder : path
        Where the log will be.
    info : LogInfo
        With all names of campaigns and words; ``rows``, ``first_ts`` and ``last_ts`` are filled in at
        the end.
    partition_rows : int
        Auctions in one file, the unit of work of a cluster.
    notes : sequence of str
        What whoever reads the log must know.

    Raises
    ------
    InputError
        When the folder holds something else than a log, or cannot be written to.

    Attributes
    ----------
    manifest : Manifest
        What was written, once the block has ended.

    Examples
    --------
    >>> with ParquetLogWriter(folder, info) as out:  # doctest: +SKIP
    ...     for piece in pieces:
    ...         out.write(piece)
    """

    manifest: Manifest

    def __init__(
        self, folder: str | Path, info: LogInfo, partition_rows: int = 2_000_000, notes: tuple[str, ...] = ()
    ) -> None:
        if partition_rows < 1:
            raise ValueError("partition_rows must be at least 1")
        self.folder = Path(folder)
        self._info, self._notes = info, notes
        self._partition_rows = partition_rows
        self._group_rows = min(partition_rows, GROUP_ROWS)
        self._parts: list[Part] = []
        self._waiting: list[tuple[Any, Any | None]] = []
        self._waiting_rows = 0
        self._files: list[Any] = []
        self._open_rows = self._open_bids = self._rows = 0
        self._first_ts: int | None = None
        self._last_ts: int | None = None
        self._columns: tuple[str, ...] | None = None
        self._has_bids = False
        _check_target(self.folder)
        self._place = GrowingFolder(self.folder)
        self._growing = self._place.path

    def __enter__(self) -> ParquetLogWriter:
        try:
            self._place.make()
        except OSError as error:
            raise _unwritable(self.folder, error) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._finish()
        except OSError as problem:
            raise _unwritable(self.folder, problem) from None
        finally:
            for file in self._files:
                with contextlib.suppress(Exception):
                    file.close()
            self._place.close()

    def write(self, piece: AuctionLog) -> None:
        """Add auctions, which follow those that were written before.

        Raises
        ------
        InputError
            When the disk refuses.
        ValueError
            When the piece has other columns than the first one, or begins before the last one ended.
        """
        if not len(piece):
            return
        self._check(piece)
        try:
            start = 0
            while start < len(piece):
                room = min(self._group_rows, self._partition_rows - self._open_rows) - self._waiting_rows
                stop = min(start + room, len(piece))
                part = piece if (start, stop) == (0, len(piece)) else piece.part(start, stop)
                self._take(replace(part, first_row=self._rows))
                start = stop
        except OSError as error:
            raise _unwritable(self.folder, error) from None

    def _check(self, piece: AuctionLog) -> None:
        columns = tuple(to_arrow(piece.part(0, 0))[0].column_names)
        if self._columns is None:
            self._columns, self._has_bids = columns, piece.bids is not None
            self._first_ts = int(piece.ts[0])
        if columns != self._columns:
            raise ValueError(f"a piece has columns {columns}, the first one had {self._columns}")
        if self._last_ts is not None and int(piece.ts[0]) < self._last_ts:
            raise ValueError("a piece begins before the last one ended")
        if np.any(np.diff(piece.ts) < 0):
            raise ValueError("time goes backwards inside a piece")
        self._last_ts = int(piece.ts[-1])

    def _take(self, piece: AuctionLog) -> None:
        self._waiting.append(to_arrow(piece))
        self._waiting_rows += len(piece)
        self._rows += len(piece)
        full = self._open_rows + self._waiting_rows >= self._partition_rows
        if full or self._waiting_rows >= self._group_rows:
            self._write_group()
        if full:
            self._close_part()

    def _write_group(self) -> None:
        table = pa.concat_tables([auctions for auctions, _ in self._waiting], promote_options="none")
        if not self._files:
            self._files = [self._open("", table.schema)]
        self._files[0].write_table(table, row_group_size=len(table))
        if self._has_bids:
            bids = pa.concat_tables([b for _, b in self._waiting if b is not None])
            if len(self._files) == 1:
                self._files.append(self._open("bids", bids.schema))
            # An empty row group keeps the groups of the two files side by side.
            self._files[1].write_table(bids, row_group_size=max(len(bids), 1))
            self._open_bids += len(bids)
        self._open_rows += self._waiting_rows
        self._waiting, self._waiting_rows = [], 0

    def _open(self, below: str, schema: Any) -> Any:
        folder = self._growing / below
        folder.mkdir(exist_ok=True)
        text = [field.name for field in schema if pa.types.is_dictionary(field.type)]
        return pq.ParquetWriter(
            folder / self._part_name(), schema, compression="lz4", use_dictionary=text, store_schema=True
        )

    def _part_name(self) -> str:
        return f"part-{len(self._parts):05}.parquet"

    def _close_part(self) -> None:
        for file in self._files:
            file.close()
        for below in ("", "bids")[: len(self._files)]:
            _sync(self._growing / below / self._part_name())
        first_row = self._rows - self._waiting_rows - self._open_rows
        self._parts.append(Part(self._part_name(), self._open_rows, first_row, self._open_bids))
        self._files, self._open_rows, self._open_bids = [], 0, 0

    def _finish(self) -> None:
        if self._waiting:
            self._write_group()
        if self._open_rows:
            self._close_part()
        info = replace(self._info, rows=self._rows, first_ts=self._first_ts, last_ts=self._last_ts)
        self.manifest = Manifest(info, tuple(self._parts), self._has_bids, self._notes)
        (self._growing / NAME).write_text(self.manifest.text(), encoding="utf-8")
        _sync(self._growing / NAME)
        _sync(self._growing)
        self._place.take_the_name()


def _check_target(folder: Path) -> None:
    """Refuse to replace anything but a log."""
    try:
        if not folder.exists():
            return
        found = {path.name for path in folder.iterdir()}
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(f"cannot be written: {reason}", place=Place(str(folder)))) from None
    if found and NAME not in found:
        message, expected = "the folder holds other files, which would be lost", "a new or empty folder"
        raise InputError(Problem(message, expected, place=Place(str(folder))))


def _sync(path: Path) -> None:
    # Windows cannot open a folder, and some network file systems cannot sync one.
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(Problem(f"cannot be written: {error.strerror or error}", place=Place(str(path))))
