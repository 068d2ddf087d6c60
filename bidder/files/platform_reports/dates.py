"""Dates of reports in the many ways in which they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Order = Literal["iso", "day_first", "month_first"]
"""How a date with numbers alone is written."""

_TIME = r"(?:[T ]0{1,2}:00(?::00(?:\.0+)?)?(?: ?(?:Z|AM))?| 12:00(?::00)? ?AM)?"
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME, re.ASCII)
_SOLID = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_CHINESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日", re.ASCII)
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)
_OPEN = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d{2})" + _TIME, re.ASCII)
_MONTH_FIRST = re.compile(r"(?:\w{3,9},? )?([^\W\d_]{3,10})\.? (\d{1,2}),? (\d{4})")
_DAY_FIRST = re.compile(r"(?:\w{2,9}\.?,? )?(\d{1,2})\.?(?: de)?[ -]([^\W\d_]{3,10})\.?(?: de)?[ ,-]+(\d{4})")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero janeiro ene janv",
            "feb february februar février fevrier febrero fevereiro fév févr fev",
            "mar march märz mars marzo março mär mrz",
            "apr april avril abril abr avr",
            "may mai mayo maio",
            "jun june juni juin junio junho",
            "jul july juli juillet julio julho juil",
            "aug august août aout agosto ago aoû",
            "sep sept september septembre septiembre setembro set",
            "oct october oktober octobre octubre outubro okt out",
            "nov november novembre noviembre novembro",
            "dec december dezember décembre decembre diciembre dezembro dez déc dic",
        ),
        1,
    )
    for name in names.split()
}
_ANY = re.compile(
    "|".join(p.pattern for p in (_ISO, _CHINESE, _DOTTED, _OPEN, _MONTH_FIRST, _DAY_FIRST))
)


@dataclass
class DateOrder:
    """What cells have told of the order of day and month so far.

    Attributes
    ----------
    order : str or None
        Decided: "iso" while no date of another form has been seen.
    first, second : bool
        Whether a number above 12 was seen in the first or second place.
    undecided : str
        A date that may be read both ways.
    """

    order: Order | None
    first: bool = False
    second: bool = False
    undecided: str = ""
    _read: dict[str, date | None] = field(default_factory=dict)

    def look(self, cell: str) -> None:
        """Take note of a cell."""
        found = _OPEN.fullmatch(cell.strip())
        if found is None:
            return
        first, second = int(found.group(1)), int(found.group(2))
        self.first |= first > 12 >= second
        self.second |= second > 12 >= first
        if first <= 12 and second <= 12 and first != second:
            self.undecided = self.undecided or cell.strip()

    def look_in(self, line: str) -> None:
        """Take note of every date that stands somewhere in a line."""
        for match in _ANY.finditer(line[:1000]):
            self.look(match.group())

    def decide(self) -> None:
        """Settle on an order when the cells leave only one."""
        if self.order is None and self.first != self.second:
            self.order = "day_first" if self.first else "month_first"

    @property
    def open(self) -> bool:
        """Whether dates were seen that cannot be read without knowing the order."""
        return self.order is None and bool(self.undecided)

    def read(self, cell: str) -> date | None:
        """The date that a cell tells; None where it tells none."""
        if cell not in self._read:
            if len(self._read) > 100_000:
                self._read.clear()
            self._read[cell] = self._parsed(cell.strip())
        return self._read[cell]

    def _parsed(self, text: str) -> date | None:
        for pattern in (_ISO, _SOLID, _CHINESE):
            if found := pattern.fullmatch(text):
                return _date(*found.groups())
        if found := _DOTTED.fullmatch(text):
            day, month, year = found.groups()
            return _date(year, month, day)
        if found := _OPEN.fullmatch(text):
            return self._ordered(*found.groups())
        if found := _MONTH_FIRST.fullmatch(text):
            name, day, year = found.groups()
            return _date(year, str(_MONTHS.get(name.casefold(), 0)), day)
        if found := _DAY_FIRST.fullmatch(text):
            day, name, year = found.groups()
            return _date(year, str(_MONTHS.get(name.casefold(), 0)), day)
        return None

    def _ordered(self, first: str, second: str, year: str) -> date | None:
        if self.order == "iso":
            return None
        year = year if len(year) == 4 else f"20{year}"
        if self.order == "month_first" or (self.order is None and self.second):
            return _date(year, first, second)
        return _date(year, second, first)

    def dates_in(self, line: str) -> list[date]:
        """Every date that stands somewhere in a line."""
        found = (self._parsed(match.group().strip()) for match in _ANY.finditer(line[:1000]))
        return [day for day in found if day is not None]


def _date(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2200 else None
