"""A history table into arrays, with everything that is wrong with it said at once."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bidder.budget.fitting.spec import FitSpec
from bidder.calendar import Period, period_start
from bidder.errors import Place, Problem
from bidder.files.tables import Row, Table, read_table, shown
from bidder.quantities import HUGE

if TYPE_CHECKING:
    from bidder.budget.fitting.history import History

MAX_ROWS = 20_000
MAX_LEVELS = 100
_STEP = {Period.DAY: "1 day", Period.WEEK: "7 days", Period.MONTH: "1 month"}
_SIGNED = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)

Dated = list[tuple[date, Row]]


def read_history(path: str | Path, spec: FitSpec) -> History:
    """Read the columns a specification names; rows may stand in any order of time.

    Raises
    ------
    InputError
        With every problem found: columns that are missing, text where a number is expected,
        negative spend, dates that are missing, given twice or leave a gap, campaigns without any
        spend, a result that never varies, too few rows.
    """
    table = read_table(path, list(dict.fromkeys(_columns(spec))))
    if len(table.rows) > MAX_ROWS:
        table.refuse(table.rows[MAX_ROWS].number, None, f"{len(table.rows)} rows", f"at most {MAX_ROWS}")
        table.close()
    dated = [(day, row) for row in table.rows if (day := _day(table, row, spec)) is not None]
    dated.sort(key=lambda pair: pair[0])
    whole = len(dated) == len(table.rows)
    if whole:
        _check_calendar(table, dated, spec)
    history = _history(table, dated if whole else [(date.min, row) for row in table.rows], spec)
    _check_values(table, history, spec)
    _check_length(table, history, spec)
    table.close()
    return history


def _columns(spec: FitSpec) -> list[str]:
    spends = [campaign.spend for campaign in spec.campaigns.values()]
    return [spec.date.column, spec.result.column, *spends, *(c.column for c in spec.controls)]


def _day(table: Table, row: Row, spec: FitSpec) -> date | None:
    form, column = spec.date.format, spec.date.column
    if form is None:
        return table.day(row, column)
    try:
        return datetime.strptime(row.cells[column], form).date()
    except (ValueError, re.error):
        table.refuse(row.number, column, f"found {shown(row.cells[column])}", f"a date written as {form}")
        return None


def _check_calendar(table: Table, dated: Dated, spec: FitSpec) -> None:
    """Every date once, and each exactly one period after the one before it."""
    column = spec.date.column
    apart = [dated[0]] if dated else []
    for day, row in dated[1:]:
        before, earlier = apart[-1]
        if day == before:
            message = f"{day} stands in row {earlier.number} already"
            table.refuse(row.number, column, message, "each date once")
            continue
        number, exact = _periods_from(dated[0][0], day, spec.period)
        skipped = number - _periods_from(dated[0][0], before, spec.period)[0] - 1
        if exact and skipped > 0:
            missing = f"{skipped} {spec.period.value}" + ("s are" if skipped > 1 else " is")
            message = f"{missing} missing between {before} and {day}"
            table.refuse(row.number, column, message, "a row for every period")
        elif not exact or skipped < 0:
            table.refuse(row.number, column, f"{day} follows {before}", f"a date {_STEP[spec.period]} later")
            continue  # later dates are measured from the last one in step
        apart.append((day, row))


def _periods_from(first: date, day: date, period: Period) -> tuple[int, bool]:
    """Whole periods from ``first`` to ``day``, and whether the day is exactly that far away."""
    if period is Period.MONTH:
        number = (day.year - first.year) * 12 + day.month - first.month
        return number, period_start(first, period, number) == day
    number, rest = divmod((day - first).days, 7 if period is Period.WEEK else 1)
    return number, rest == 0


def _signed(table: Table, row: Row, column: str) -> float:
    text = row.cells[column]
    value = float(text) if _SIGNED.fullmatch(text) else math.nan
    if math.isnan(value) or abs(value) > HUGE:
        table.refuse(row.number, column, f"found {shown(text)}", f"a number between {-HUGE:g} and {HUGE:g}")
        return 0.0
    return value


def _history(table: Table, dated: Dated, spec: FitSpec) -> History:
    import numpy as np

    from bidder.budget.fitting.history import History, dummies

    rows = [row for _, row in dated]
    result = np.array([_signed(table, row, spec.result.column) for row in rows], dtype=np.float64)
    spend = [
        [table.number(row, campaign.spend, "currency units") for row in rows]
        for campaign in spec.campaigns.values()
    ]
    names: list[str] = []
    controls: list[np.ndarray[tuple[int, ...], np.dtype[np.float64]]] = []
    for control in spec.controls:
        if control.kind == "number":
            names.append(control.column)
            numbers = [_signed(table, row, control.column) for row in rows]
            controls.append(np.array(numbers, dtype=np.float64).reshape(len(rows), 1))
            continue
        values = [row.cells[control.column] for row in rows]
        if len(set(values)) > MAX_LEVELS:
            place = Place(table.file, row=1, field=control.column)
            message = f"{len(set(values))} different values"
            table.problems.append(Problem(message, f"at most {MAX_LEVELS} in a category", place=place))
            continue
        levels, columns = dummies(control.column, values, control.none)
        names += levels
        controls.append(columns)
    return History(
        starts=tuple(day for day, _ in dated),
        period=spec.period,
        result=result,
        campaigns=tuple(spec.campaigns),
        spend=np.array(spend, dtype=np.float64).reshape(len(spec.campaigns), len(rows)).T,
        control_names=tuple(names),
        controls=np.concatenate([np.zeros((len(rows), 0)), *controls], axis=1),
    )


def _check_values(table: Table, history: History, spec: FitSpec) -> None:
    """Columns that say nothing at all; only where their cells could be read."""
    broken = {problem.place.field for problem in table.problems if problem.place}
    for name, spend in zip(history.campaigns, history.spend.T, strict=True):
        column = spec.campaigns[name].spend
        if len(spend) and not spend.any() and column not in broken:
            _refuse_column(table, column, "no spend in any row", f"spend, or campaign {name} left out")
    column = spec.result.column
    if len(history) > 1 and (history.result == history.result[0]).all() and column not in broken:
        _refuse_column(table, column, "the same value in every row", "a result that varies")


def _refuse_column(table: Table, column: str, message: str, expected: str) -> None:
    table.problems.append(Problem(message, expected, place=Place(table.file, row=1, field=column)))


def _check_length(table: Table, history: History, spec: FitSpec) -> None:
    from bidder.budget.fitting.fit import least_rows

    # The number of columns of trend and season does not depend on the dates.
    least = least_rows(history, spec) if len(history) else 1
    if len(history) < least:
        told = f"at least {least} for {len(history.campaigns)} campaigns and what else is to be explained"
        table.problems.append(Problem(f"{len(history)} rows", told, place=Place(table.file)))
