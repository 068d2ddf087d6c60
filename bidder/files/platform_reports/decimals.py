"""Which decimal mark a report uses, from its cells."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_GROUPED = {
    ".": re.compile(r"\d{1,3}(,\d{3}){2,}|\d{1,3}(,\d{3})+\.\d*|[1-9]\d{0,2}(,\d{3})+(?=\.)"),
    ",": re.compile(r"\d{1,3}(\.\d{3}){2,}|\d{1,3}(\.\d{3})+,\d*|[1-9]\d{0,2}(\.\d{3})+(?=,)"),
}
_FRACTION = {
    # Not three digits behind the mark, or four and more (or a lone zero) before it: it cannot part thousands.
    mark: re.compile(rf"\d*\{mark}(\d{{1,2}}|\d{{4,}})|\d{{4,}}\{mark}\d+|0+\{mark}\d+|\{mark}\d+")
    for mark in ".,"
}
_OPEN = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")
_NUMBER = re.compile(r"\d[\d.,]*|[.,]\d+")


@dataclass
class DecimalMark:
    """What cells have told of the decimal mark so far.

    Attributes
    ----------
    mark : str or None
        Decided.
    votes : dict
        Cells for each mark.
    undecided : str
        A cell that may be read both ways, the first one; "" where there is none.
    """

    mark: str | None
    votes: dict[str, int]
    undecided: str = ""

    @classmethod
    def given(cls, mark: str | None) -> DecimalMark:
        """Decided by the source, or to be found out."""
        return cls(mark, {".": 0, ",": 0})

    def look(self, cells: Iterable[str], counts: bool, whole_money: bool = False) -> None:
        """Take note of cells.

        Parameters
        ----------
        cells : iterable of str
        counts : bool
            Whether they are whole numbers, where a mark parts thousands.
        whole_money : bool
            The same for amounts of a currency without a minor unit.
        """
        for cell in cells:
            found = _NUMBER.search(cell)
            if found is None or not ("." in cell or "," in cell):
                continue
            self._vote(found.group(), counts or whole_money)

    def _vote(self, text: str, whole: bool) -> None:
        for mark in ".,":
            if _FRACTION[mark].fullmatch(text) or _GROUPED[mark].fullmatch(text):
                self.votes[mark] += 1
                return
        if _OPEN.fullmatch(text):
            if whole:
                self.votes["," if "." in text else "."] += 1
            else:
                self.undecided = self.undecided or text

    def decide(self, default: str | None) -> None:
        """Settle on the mark that more cells speak for; ``default`` only where no comma is in doubt."""
        if self.mark is not None:
            return
        if self.votes["."] != self.votes[","]:
            self.mark = max(".,", key=self.votes.__getitem__)
        elif not self.votes["."] and default == "." and "," not in self.undecided:
            self.mark = "." if self.undecided else None

    @property
    def open(self) -> bool:
        """Whether cells were seen that cannot be read without knowing the mark."""
        return self.mark is None and (bool(self.undecided) or self.votes["."] > 0)
