"""What every reader shares: rows as they come from a file, and the account of the bad ones."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Bools, Ints
from bidder.auctions.log import LogInfo
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.streams import MARK
from bidder.files.tables import shown

SHOWN_ROWS = 20
"""Bad rows of each file that are listed one by one."""

Watch = Callable[[float], None]
"""Told which part of the files has been read, 0 to 1."""


@dataclass(frozen=True)
class Batch:
    """Some rows of a file as they stand there.

    Attributes
    ----------
    file : str
    rows : ndarray of int64
        Number of each row in the file; in a CSV the header is row 1.
    columns : dict
        Arrow arrays by the name that the column has in a log.
    headers : dict
        Header of each column in the file.
    """

    file: str
    rows: Ints
    columns: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True)
class Frame:
    """Rows in which every cell is good.

    Attributes
    ----------
    file : str
    rows : ndarray of int64
        Number of each row in the file.
    columns : dict
        Numpy arrays by the name of the column in a log; text as Arrow dictionary arrays.
    """

    file: str
    rows: Ints
    columns: dict[str, Any]

    def __len__(self) -> int:
        return len(self.rows)

    def kept(self, keep: Bools) -> Frame:
        """The rows where ``keep`` is true."""
        if keep.all():
            return self
        import pyarrow as pa

        mask = pa.array(keep)
        columns = {
            name: column[keep] if isinstance(column, np.ndarray) else column.filter(mask)
            for name, column in self.columns.items()
        }
        return Frame(self.file, self.rows[keep], columns)


@dataclass
class Reading:
    """One pass over a log's files: rows seen, bad rows by reason, and the first of them in words.

    Attributes
    ----------
    skip : bool
        Whether bad rows are dropped; if not, :meth:`close` refuses the log.
    watch : callable, optional
    seen : int
        Rows read so far.
    reasons : Counter
        Bad rows by what is wrong with them, each row counted once.
    fatal : list of Problem
        What cannot be mended by leaving out rows.
    """

    skip: bool = False
    watch: Watch | None = None
    seen: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    fatal: list[Problem] = field(default_factory=list)
    _problems: list[Problem] = field(default_factory=list)
    _bad_rows: Counter[str] = field(default_factory=Counter)

    @property
    def bad(self) -> int:
        """Bad rows so far."""
        return sum(self.reasons.values())

    def refuse(
        self, file: str, rows: Ints, field_: str | None, reason: str, expected: str,
        found: Callable[[int], str],
    ) -> None:
        """Count bad rows; ``found(i)`` says what stands in the i-th of them."""
        self.reasons[reason] += len(rows)
        for i in range(min(len(rows), max(SHOWN_ROWS - self._bad_rows[file], 0))):
            self.add(file, int(rows[i]), field_, found(i), expected)
        self._bad_rows[file] += len(rows)

    def add(self, file: str, row: int | None, field_: str | None, message: str, expected: str = "") -> None:
        """Note a problem in words."""
        self._problems.append(Problem(message, expected, place=Place(file, row=row, field=field_)))

    def close(self) -> None:
        """Raise :class:`InputError` with all problems unless bad rows are to be dropped."""
        if self.skip or not self.bad:
            if self.fatal:
                raise InputError(self.fatal)
            return
        problems = sorted([*self._problems, *self.fatal], key=_place)
        for file, count in self._bad_rows.items():
            if count > SHOWN_ROWS:
                problems.append(Problem(f"and {count - SHOWN_ROWS:,} more bad rows", place=Place(file)))
        message = f"{self.bad:,} of {self.seen:,} rows are bad: {self.by_reason()}"
        expected = "good rows, or --skip-bad-rows to leave them out"
        if self.bad == self.seen:
            expected = "good rows (is it the right reader for this file?)"
        raise InputError([*problems, Problem(message, expected)])

    def by_reason(self) -> str:
        """The counts in words, the most frequent reason first."""
        return "; ".join(f"{count:,} x {reason}" for reason, count in self.reasons.most_common())

    def notes(self) -> tuple[str, ...]:
        """What must be said of the rows that were dropped."""
        if not self.bad:
            return ()
        return (f"{self.bad:,} of {self.seen:,} rows were bad and left out: {self.by_reason()}",)


def _place(problem: Problem) -> tuple[str, int]:
    return (problem.place.file, problem.place.row or 0) if problem.place else ("", 0)


class LogReader(Protocol):
    """A file format: what holds for its logs, and its good rows in order. Can be pickled."""

    @property
    def info(self) -> LogInfo:
        """What holds for a log of this format; names and counts are filled in by the scan."""

    def frames(self, reading: Reading) -> Iterator[Frame]:
        """The good rows, in the order of the log; bad ones are told to ``reading``."""

    def notes(self) -> tuple[str, ...]:
        """What whoever reads results must know, after :meth:`frames` has run through."""


def drop_backwards(frame: Frame, last: int, reading: Reading) -> tuple[Frame, int]:
    """Leave out rows whose time lies before an earlier row's; also returns the latest time."""
    ts: Ints = frame.columns["ts"]
    if not len(ts):
        return frame, last
    latest = np.maximum(np.maximum.accumulate(ts), last)
    back = ts < latest
    if back.any():
        where = np.flatnonzero(back)
        reading.refuse(
            frame.file, frame.rows[back], "ts", "time goes backwards", "times that never fall (sort it)",
            lambda i: f"{ts[where[i]]} after {latest[where[i]]}",
        )
    return frame.kept(~back), int(latest[-1])


def found_texts(column: Any, where: NDArray[np.intp]) -> Callable[[int], str]:
    """What stands in the bad cells, in words."""

    def found(i: int) -> str:
        value = column[int(where[i])].as_py()
        if isinstance(value, bytes):
            value = value.decode("utf-8", "backslashreplace")
        text = "" if value is None else str(value).replace(MARK, "\N{REPLACEMENT CHARACTER}")
        return f"found {shown(text)}"

    return found


def unreadable(file: str, error: Exception, after_row: int = 0) -> InputError:
    """A file that cannot be read any further."""
    code = getattr(error, "errno", None)  # Arrow's own words name its functions
    said = os.strerror(code) if isinstance(code, int) else " ".join(str(error).split())[:200]
    after = f" after row {after_row:,}" if after_row else ""
    return InputError(Problem(f"cannot be read{after}: {said}", "a whole file", place=Place(file)))

