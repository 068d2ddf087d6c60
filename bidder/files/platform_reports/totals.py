"""Whether total rows match the sums of their rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bidder.files.platform_reports.complaints import Complaints
from bidder.money import MICROS

SUMMED = ("impressions", "clicks", "cost", "conversions", "revenue")
_ROUNDED = ("conversions", "revenue")
_SIX_SIGMA = 6 * 0.01 / 12**0.5
"""Of the rounding of one cell to two decimals: platforms spread conversions over clicks, and show them so."""


@dataclass(frozen=True)
class TotalRow:
    """A total row: its values by column, and half of the last digit that each of them shows."""

    row: int
    rank: int
    values: dict[str, float]
    halves: dict[str, float]


@dataclass
class Sums:
    """Sums of the rows of one file, in units and conversions.

    Attributes
    ----------
    sums : dict
    fractions : dict
        Rows of a column that are no whole number.
    rows : int
    totals : list of TotalRow
    """

    sums: dict[str, float] = field(default_factory=dict)
    fractions: dict[str, int] = field(default_factory=dict)
    rows: int = 0
    totals: list[TotalRow] = field(default_factory=list)

    def add(self, values: dict[str, Any], rows: int) -> None:
        """Count rows; money in micros."""
        self.rows += rows
        for name in SUMMED:
            if name not in values:
                continue
            column = values[name]
            unit = MICROS if name in ("cost", "revenue") else 1
            self.sums[name] = self.sums.get(name, 0.0) + float(np.sum(column, dtype=np.longdouble) / unit)
            if name in _ROUNDED:
                odd = int(np.count_nonzero(np.mod(column, unit)))
                self.fractions[name] = self.fractions.get(name, 0) + odd

    def check(self, complaints: Complaints, titles: dict[str, str]) -> int:
        """Complain of totals that do not match; returns how many were compared.

        The labels that cover exactly the rows must match. Beside them, a total of the account covers at
        least the rows, and others (of a network) are not compared.
        """
        if not self.totals:
            return 0
        least = min(total.rank for total in self.totals)
        compared = 0
        for total in self.totals:
            if total.rank > least and total.rank > 1:
                continue
            compared += 1
            for name, told in total.values.items():
                self._compare(name, told, total, total.rank > least, complaints, titles)
        return compared

    def _compare(
        self, name: str, told: float, total: TotalRow, at_least: bool, complaints: Complaints,
        titles: dict[str, str],
    ) -> None:
        counted = self.sums.get(name, 0.0)
        allowed = total.halves[name] + _SIX_SIGMA * self.fractions.get(name, 0) ** 0.5
        allowed += 1e-9 * max(abs(counted), 1.0)
        short = counted - told
        if short > allowed or (not at_least and -short > allowed):
            title = titles.get(name, name)
            message = f"the total is {told:,.12g}, but its {self.rows:,} rows sum up to {counted:,.12g}"
            complaints.add(total.row, title, message, "a whole report (or totals: ignore)")
