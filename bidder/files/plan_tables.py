"""Tables of a plan: spend (and conversions) by campaign and period, from CSV into arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np

from bidder.budget.actuals import Actuals, Floats
from bidder.calendar import Horizon
from bidder.errors import Place, Problem, one_of
from bidder.files.tables import Row, read_table, shown

MAX_NAMED = 20


class _Cells:
    """Reads a table with one row for each campaign and period into arrays."""

    def __init__(
        self, path: str | Path, campaigns: Sequence[str], horizon: Horizon, values: dict[str, str]
    ) -> None:
        self.table = read_table(path, ["channel", "campaign", "period_start", *values])
        self.campaigns = {name: i for i, name in enumerate(campaigns)}
        self.horizon = horizon
        self.values = values
        self.starts = {day: t for t, day in enumerate(horizon.starts)}
        self.arrays = {name: np.zeros((len(campaigns), len(horizon))) for name in values}
        self.row_of = np.zeros((len(campaigns), len(horizon)), dtype=np.int64)

    def fill(self, outside: Callable[[date], bool]) -> None:
        """Take every row; rows of a period for which ``outside`` is true are passed over."""
        for row in self.table.rows:
            who = self._campaign(row)
            day = self.table.day(row, "period_start")
            when = self._period(row, day, outside) if day else None
            numbers = {name: self.table.number(row, name, unit) for name, unit in self.values.items()}
            if who is None or when is None:
                continue
            if self.row_of[who, when]:
                message = f"the same campaign and period as row {self.row_of[who, when]}"
                self.table.refuse(row.number, None, message, "one row each")
            self.row_of[who, when] = row.number
            for name, number in numbers.items():
                self.arrays[name][who, when] = number

    def _campaign(self, row: Row) -> int | None:
        name = f"{row.cells['channel']}/{row.cells['campaign']}"
        if name not in self.campaigns:
            self.table.refuse(
                row.number, "campaign", f"unknown campaign {shown(name)}", one_of(self.campaigns, name)
            )
        return self.campaigns.get(name)

    def _period(self, row: Row, day: date, outside: Callable[[date], bool]) -> int | None:
        if day not in self.starts and not outside(day):
            starts = self.horizon.starts
            near = max((d for d in starts if d <= day), default=starts[0])
            expected = f"the first day of a {self.horizon.period}, such as {near}"
            inside = starts[0] <= day <= self.horizon.end
            said = "begins no period" if inside else "lies outside the horizon"
            self.table.refuse(row.number, "period_start", f"{day} {said}", expected)
        return self.starts.get(day)

    def missing(self, upto: int) -> list[str]:
        """Names of the cells without a row among the first ``upto`` periods."""
        names = list(self.campaigns)
        return [f"{names[i]} {self.horizon.starts[t]}" for t, i in np.argwhere(self.row_of[:, :upto].T == 0)]

    def refuse_missing(self, missing: list[str]) -> None:
        """Note cells without a row as one problem."""
        if missing:
            message = (
                f"{len(missing)} rows are missing: {listed(missing)}"
                if missing[1:]
                else (f"the row for {missing[0]} is missing")
            )
            expected = "one row for every campaign and period"
            self.table.problems.append(Problem(message, expected, place=Place(self.table.file)))


def listed(names: Sequence[str]) -> str:
    """Names with commas, cut after twenty."""
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return ", ".join(names[:MAX_NAMED]) + more


def read_actuals(path: str | Path, campaigns: Sequence[str], horizon: Horizon) -> Actuals:
    """Read what was spent and earned: ``channel, campaign, period_start, spend, conversions``.

    The periods must be the horizon's first ones, each with a row for every campaign.

    Parameters
    ----------
    campaigns : sequence of str
        Full names (``channel/campaign``) in the plan's order.

    Raises
    ------
    InputError
        With every bad cell, row and gap.
    """
    cells = _Cells(path, campaigns, horizon, {"spend": "currency units", "conversions": "conversions"})
    cells.fill(outside=lambda day: False)
    given = np.flatnonzero(cells.row_of.any(axis=0))
    past = int(given[-1]) + 1 if given.size else 0
    if not cells.table.problems:
        cells.refuse_missing(cells.missing(past))
    if past == len(horizon) and not cells.table.problems:
        message = "the actuals cover the whole horizon: nothing is left to plan"
        cells.table.problems.append(Problem(message, place=Place(cells.table.file)))
    cells.table.close()
    return Actuals(cells.arrays["spend"][:, :past].copy(), cells.arrays["conversions"][:, :past].copy())


def read_plan(path: str | Path, campaigns: Sequence[str], horizon: Horizon) -> Floats:
    """Read an earlier plan's spend: ``channel, campaign, period_start, spend``; other columns are ignored.

    Periods before or after the horizon are passed over. A campaign that the earlier plan does not
    have is taken as 0 spend there; otherwise every period of the horizon must be in it.

    Returns
    -------
    ndarray
        Currency units, shape (campaigns, periods).

    Raises
    ------
    InputError
        With every bad cell, row and gap.
    """
    cells = _Cells(path, campaigns, horizon, {"spend": "currency units"})
    cells.fill(outside=lambda day: not horizon.starts[0] <= day <= horizon.end)
    known = [name for name, row in zip(campaigns, cells.row_of, strict=True) if row.any()]
    gaps = [gap for gap in cells.missing(len(horizon)) if gap.rsplit(" ", 1)[0] in set(known)]
    if not cells.table.problems:
        cells.refuse_missing(gaps)
    if not known and not cells.table.problems:
        message = f"no row lies in the horizon {horizon.starts[0]} to {horizon.end}"
        cells.table.problems.append(Problem(message, place=Place(cells.table.file)))
    cells.table.close()
    return cells.arrays["spend"]


def read_spend(
    path: str | Path, campaigns: Sequence[str], horizon: Horizon
) -> tuple[Floats, tuple[str, ...]]:
    """Read a hand-made split: ``channel, campaign, period_start, spend``; a cell without a row is 0.

    Returns
    -------
    spend : ndarray
        Currency units, shape (campaigns, periods).
    notes : tuple of str
        Which cells were missing.

    Raises
    ------
    InputError
        With every bad cell and row.
    """
    cells = _Cells(path, campaigns, horizon, {"spend": "currency units"})
    cells.fill(outside=lambda day: False)
    cells.table.close()
    missing = cells.missing(len(horizon))
    count = f"{len(missing)} cells have" if missing[1:] else "1 cell has"
    note = f"{cells.table.file}: {count} no row and are taken as 0 spend: {listed(missing)}"
    return cells.arrays["spend"], (note,) if missing else ()
