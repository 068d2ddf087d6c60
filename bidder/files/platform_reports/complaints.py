"""What is wrong in a report, cell by cell."""

from __future__ import annotations

from collections.abc import Callable

from bidder.arrays import Bools, Ints
from bidder.errors import InputError, Place, Problem

MOST = 300
"""Problems of one file that are listed one by one."""


class Complaints:
    """Problems of one file, of which the first :data:`MOST` are kept in words.

    Parameters
    ----------
    file : str
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.count = 0
        self._problems: list[Problem] = []

    def add(self, row: int | None, column: str | None, message: str, expected: str = "") -> None:
        """Note one problem."""
        self.count += 1
        if len(self._problems) < MOST:
            place = Place(self.file, row=row, field=column)
            self._problems.append(Problem(message, expected, place=place))

    def refuse(
        self, rows: Ints, bad: Bools, column: str, found: Callable[[int], str], expected: str
    ) -> None:
        """Note every row where ``bad``; ``found`` says what stands in the i-th row."""
        where = bad.nonzero()[0]
        left = max(MOST - len(self._problems), 0)
        for i in where[:left].tolist():
            self.add(int(rows[i]), column, found(i), expected)
        self.count += max(len(where) - left, 0)

    def take(self, others: Complaints) -> None:
        """Note what was noted elsewhere."""
        self._problems += others._problems[: max(MOST - len(self._problems), 0)]
        self.count += others.count

    def close(self) -> None:
        """Raise :class:`InputError` when anything was wrong."""
        if not self.count:
            return
        problems = sorted(self._problems, key=lambda p: (p.place and p.place.row) or 0)
        if self.count > len(problems):
            more = f"and {self.count - len(problems):,} more"
            problems.append(Problem(more, "rows without mistakes", place=Place(self.file)))
        raise InputError(problems)
