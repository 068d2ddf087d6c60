"""Target and budget of the day that a night's bids are for."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta

from bidder.errors import InputError, Place, Problem, one_of
from bidder.files.tables import Row, Table, read_table
from bidder.jobs.bids.config import LoadedBids
from bidder.keywords.bids.goal import Goal

COLUMNS = ("channel", "campaign", "period_start", "spend", "marginal_roas")


@dataclass(frozen=True)
class _Cell:
    start: date
    campaign: str
    spend: float
    marginal: float | None


def make_goal(loaded: LoadedBids, day: date) -> Goal:
    """Goal of the bids for a day.

    Raises
    ------
    InputError
        When the plan cannot be read, or says nothing of the day.
    """
    spec = loaded.spec
    marginal, target, budget = False, spec.target.roas, spec.budget.daily
    if spec.target.cpa is not None:
        target = 1 / spec.target.cpa
    if spec.target.plan is not None:
        of_day, target = _from_plan(loaded, day)
        budget = of_day if budget is None else min(budget, of_day)
        marginal = True
    assert target is not None
    season = {"traffic": 1.0, "price": 1.0, "conversion": 1.0}
    for entry in spec.value.days:
        if day in entry.dates:
            season = {name: index * getattr(entry, name) for name, index in season.items()}
    return Goal(target, marginal, budget, day=day.toordinal(), holiday=day in spec.holidays, **season)


def _from_plan(loaded: LoadedBids, day: date) -> tuple[float, float]:
    """Budget of the day and marginal ROAS: the plan's, for the account's campaigns.

    A period's spend is spread evenly over its days. The marginal ROAS of several campaigns is weighted by
    their spend.
    """
    assert loaded.spec.target.plan is not None
    file = str(loaded.folder / loaded.spec.target.plan)
    table = read_table(file, COLUMNS)
    channels = {row.cells["channel"] for row in table.rows}
    cells = [cell for row in table.rows if (cell := _cell(table, row, loaded)) is not None]
    table.close()
    starts = sorted({cell.start for cell in cells})
    if not starts:
        target = loaded.spec.target
        what = f"channel {target.channel!r}" + (" and its campaigns" if target.campaigns else "")
        known = f"a channel of the plan: {one_of(sorted(channels), target.channel)}"
        raise InputError(Problem(f"no row is about {what}", known, place=Place(file)))
    at = bisect_right(starts, day) - 1
    days = _length(starts, at)
    if at < 0 or day >= starts[at] + timedelta(days=days):
        last = starts[-1] + timedelta(days=_length(starts, len(starts) - 1) - 1)
        covered = f"a day from {starts[0]} to {last}"
        raise InputError(Problem(f"the plan says nothing of {day}", covered, place=Place(file)))
    chosen = [cell for cell in cells if cell.start == starts[at]]
    spend = sum(cell.spend for cell in chosen)
    told = [cell for cell in chosen if cell.marginal is not None and cell.marginal > 0 and cell.spend > 0]
    if not told:
        message = f"no campaign has spend and a marginal ROAS in the period of {day}"
        raise InputError(Problem(message, "a plan that spends on this channel then", place=Place(file)))
    weight = sum(cell.spend for cell in told)
    return spend / days, sum(cell.spend * (cell.marginal or 0.0) for cell in told) / weight


def _length(starts: list[date], at: int) -> int:
    """Days of a period; the last one is as long as the one before it, a single one is a day."""
    if at + 1 < len(starts):
        return (starts[at + 1] - starts[at]).days
    return (starts[at] - starts[at - 1]).days if at > 0 else 1


def _cell(table: Table, row: Row, loaded: LoadedBids) -> _Cell | None:
    target = loaded.spec.target
    if row.cells["channel"] != target.channel:
        return None
    if target.campaigns is not None and row.cells["campaign"] not in target.campaigns:
        return None
    start = table.day(row, "period_start")
    spend = table.number(row, "spend", "currency units")
    marginal = table.number(row, "marginal_roas", "revenue per spend") if row.cells["marginal_roas"] else None
    return None if start is None else _Cell(start, row.cells["campaign"], spend, marginal)
