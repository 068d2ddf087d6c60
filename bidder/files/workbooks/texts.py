"""Rows of a sheet as CSV text: one spelling for each value, one line for each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

BATCH = 4096
"""Rows that are written at once."""
EXACT = 2**53
"""Larger whole numbers are not all exact where a cell is a number."""


class _Kept(dict[Any, str]):
    """Texts of values of one type that were made before, up to so many."""

    MOST = 100_000

    def __init__(self, make: Callable[[Any], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> str:
        if len(self) >= self.MOST:
            self.clear()
        text = self[value] = self._make(value)
        return text


class Texts:
    """What is written for cells.

    Parameters
    ----------
    decimal : str
        Decimal mark of numbers.
    mark : str
        Letter before what holds no value.
    """

    def __init__(self, decimal: str, mark: str) -> None:
        self._decimal = decimal
        self._mark = mark
        self._by_type: dict[type, Callable[[Any], str]] = {
            float: _Kept(self.number).__getitem__, int: self.number, bool: _truth, datetime: _moment,
            date: _Kept(date.isoformat).__getitem__, time: _clock, timedelta: _duration,
        }

    def row(self, cells: Iterable[Any]) -> list[str]:
        """The texts of a row of numbers, words, truths, dates and times."""
        by_type = self._by_type
        return [cell if type(cell) is str else by_type[type(cell)](cell) for cell in cells]

    def number(self, value: float) -> str:
        """The shortest digits that read back the same, without an exponent.

        >>> Texts(".", "!").number(1e-5), Texts(".", "!").number(3.0), Texts(",", "!").number(0.1)
        ('0.00001', '3', '0,1')
        """
        text = repr(float(value))
        if value == value // 1:  # not so for nan and inf
            exact = -EXACT <= value <= EXACT
            return f"{value:.0f}".replace("-0", "0") if exact else self.marked(f"{text} (digits are lost)")
        if "e" in text:
            text = format(Decimal(text), "f")
        return text if self._decimal == "." else text.replace(".", self._decimal)

    def marked(self, text: str) -> str:
        """A cell that holds no value."""
        return self._mark + text


def _truth(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def _moment(value: datetime) -> str:
    """A day, or a day and a time; spreadsheets count in fractions of days, so to the nearest second."""
    nearest = (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    return nearest.date().isoformat() if nearest.time() == time() else nearest.isoformat(" ")


def _clock(value: time) -> str:
    return _duration(timedelta(0, value.second, value.microsecond, 0, value.minute, value.hour))


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}"


def csv_pieces(rows: Iterator[Sequence[str]]) -> Iterator[bytes]:
    """The rows as CSV in UTF-8, with one line for each also where cells have line ends."""
    while batch := list(islice(rows, BATCH)):
        text = _csv(batch)
        if text.count("\n") != len(batch) or "\r" in text:
            text = _csv([[_one_line(cell) for cell in row] for row in batch])
        yield text.encode("utf-8", "replace")


def _csv(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _one_line(cell: str) -> str:
    return cell.replace("\r\n", " ").replace("\r", " ").replace("\n", " ")
