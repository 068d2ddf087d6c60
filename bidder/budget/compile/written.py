"""Limits written on the budget, on channels and on campaigns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bidder.budget.compile.draft import Draft, Tag
from bidder.budget.compile.grid import Grid
from bidder.budget.compile.scopes import Target, channel_target
from bidder.budget.compile.sums import Span, combine, spend_of
from bidder.budget.problem import Side, Unit
from bidder.budget.spec_campaign import Bounds, CampaignSpend, Lots
from bidder.errors import Path

Integers = NDArray[np.int64]


def written_limits(draft: Draft) -> None:
    """Add every limit of the budget section, the channels and the campaigns."""
    grid = draft.model.grid
    _budget(draft)
    for number, name in enumerate(grid.channels):
        spend, target = grid.spec.channels[name].spend, channel_target(grid, number)
        path: Path = ("channels", name, "spend")
        _total(draft, target, f"{name} spend", spend, path)
        _share(draft, target, f"{name} share", spend.share, (*path, "share"))
        if spend.per_period:
            _per_period(draft, target, f"{name} spend", spend.per_period, (*path, "per_period"))
    for number, name in enumerate(grid.names):
        campaign, path = grid.campaigns[number], grid.path(number)
        target = Target(f"campaign {name}", np.array([number]))
        _campaign(draft, target, name, campaign.spend, (*path, "spend"))
        if isinstance(campaign.buying, Lots):
            _lots(draft, target, name, campaign.buying, (*path, "buying"))


def _whole(grid: Grid) -> Span:
    return Span(np.arange(grid.shape[1]))


def _cells(grid: Grid, members: Integers) -> Integers:
    cells: Integers = (members[:, None] * grid.shape[1] + np.arange(grid.shape[1])).ravel()
    return cells


def _one(name: str, target: Target, unit: Unit, path: Path, kind: str = "spend") -> Tag:
    return Tag([name], [""], [target.label], kind, unit, path)


def _dated(
    grid: Grid, name: str, target: Target, periods: Integers, path: Path, kind: str = "spend"
) -> Tag:
    whens: Sequence[str] = [grid.whens[t] for t in periods]
    return Tag([name] * len(whens), whens, [target.label] * len(whens), kind, Unit.MONEY, path)


def _budget(draft: Draft) -> None:
    grid, budget = draft.model.grid, draft.model.grid.spec.budget
    if budget.total is None:
        return
    everything = Target("everything", grid.everyone)
    low = budget.total if budget.exact else -np.inf
    rows = draft.rows(spend_of(draft.model, [grid.everyone], _whole(grid)), low, budget.total)
    path: Path = ("budget", "total")
    tag = _one("budget total", everything, Unit.MONEY, path, "budget")
    draft.limit(tag, budget.total, Side.MAX, rows, Side.MAX)
    draft.imply(np.arange(grid.size), budget.total)
    if budget.exact:
        tag = _one("budget total min", everything, Unit.MONEY, path, "budget")
        draft.limit(tag, budget.total, Side.MIN, rows, Side.MIN)
        draft.required += budget.total


def _total(draft: Draft, target: Target, name: str, bounds: Bounds, path: Path) -> None:
    """Least and most spend over the horizon."""
    if bounds.max is None and not bounds.min:
        return
    grid = draft.model.grid
    spend = spend_of(draft.model, [target.members], _whole(grid))
    rows = draft.rows(spend, bounds.min or -np.inf, np.inf if bounds.max is None else bounds.max)
    if bounds.max is not None:
        tag = _one(f"{name} max", target, Unit.MONEY, (*path, "max"))
        draft.limit(tag, bounds.max, Side.MAX, rows, Side.MAX)
        draft.imply(_cells(grid, target.members), bounds.max)
    if bounds.min:
        tag = _one(f"{name} min", target, Unit.MONEY, (*path, "min"))
        draft.limit(tag, bounds.min, Side.MIN, rows, Side.MIN)
        draft.required += bounds.min


def _share(draft: Draft, target: Target, name: str, share: tuple[float, float] | None, path: Path) -> None:
    """Least and most share of the plan's spend over the horizon; 0 and 1 say nothing."""
    if share is None:
        return
    grid = draft.model.grid
    part = spend_of(draft.model, [target.members], _whole(grid))
    total = spend_of(draft.model, [grid.everyone], _whole(grid))
    least, most = share
    if least > 0:
        rows = draft.rows(combine((1.0, part), (-least, total)), low=0.0)
        tag = _one(f"{name} min", target, Unit.SHARE, (*path, 0), "share")
        draft.limit(tag, least, Side.MIN, rows, Side.MIN, total)
    if most < 1:
        rows = draft.rows(combine((1.0, part), (-most, total)), high=0.0)
        tag = _one(f"{name} max", target, Unit.SHARE, (*path, 1), "share")
        draft.limit(tag, most, Side.MAX, rows, Side.MAX, total)


def _per_period(draft: Draft, target: Target, name: str, bounds: Bounds, path: Path) -> None:
    """Least and most spend in each period still to come."""
    grid = draft.model.grid
    periods = grid.ahead
    if (bounds.max is None and not bounds.min) or not len(periods):
        return
    spend = spend_of(draft.model, [target.members], Span(periods, each=True))
    rows = draft.rows(spend, bounds.min or -np.inf, np.inf if bounds.max is None else bounds.max)
    if bounds.max is not None:
        tag = _dated(grid, f"{name} max per period", target, periods, (*path, "max"))
        draft.limit(tag, bounds.max, Side.MAX, rows, Side.MAX)
        draft.imply(_cells(grid, target.members), bounds.max)
    if bounds.min:
        tag = _dated(grid, f"{name} min per period", target, periods, (*path, "min"))
        draft.limit(tag, bounds.min, Side.MIN, rows, Side.MIN)
        draft.required += bounds.min * len(periods)


def _campaign(draft: Draft, target: Target, name: str, spend: CampaignSpend, path: Path) -> None:
    grid = draft.model.grid
    cells = grid.cells_of(int(target.members[0]), grid.ahead)
    if spend.max is not None and len(cells):
        tag = _dated(grid, f"{name} spend max", target, grid.ahead, (*path, "max"))
        draft.cell_limit(tag, spend.max, Side.MAX, cells)
    if spend.min and len(cells):
        tag = _dated(grid, f"{name} spend min", target, grid.ahead, (*path, "min"))
        draft.cell_limit(tag, spend.min, Side.MIN, cells)
    if spend.total:
        _total(draft, target, f"{name} total spend", spend.total, (*path, "total"))
    _share(draft, target, f"{name} share", spend.share, (*path, "share"))


def _lots(draft: Draft, target: Target, name: str, lots: Lots, path: Path) -> None:
    grid = draft.model.grid
    cells = grid.cells_of(int(target.members[0]), grid.ahead)
    if lots.max_lots_per_period is not None and len(cells):
        tag = _dated(
            grid, f"{name} lots max per period", target, grid.ahead, (*path, "max_lots_per_period"), "lots"
        )
        draft.cell_limit(tag, lots.max_lots_per_period * lots.lot, Side.MAX, cells)
    if lots.max_lots is not None:
        most = lots.max_lots * lots.lot
        rows = draft.rows(spend_of(draft.model, [target.members], _whole(grid)), high=most)
        tag = _one(f"{name} lots max", target, Unit.LOTS, (*path, "max_lots"), "lots")
        draft.limit(tag, float(lots.max_lots), Side.MAX, rows, Side.MAX, lots.lot)
        draft.imply(_cells(grid, target.members), most)
