"""The ``constraints`` list: one function per kind of limit, and the registry of kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bidder.budget.compile.draft import Draft, Tag
from bidder.budget.compile.scopes import Target, span_of, tag, targets
from bidder.budget.compile.sums import Span, combine, results_of, spend_of
from bidder.budget.problem import Linear, Side, Unit
from bidder.budget.spec_limits import (
    CashLimit,
    CpaCap,
    Lock,
    Metric,
    OutcomeFloor,
    RampLimit,
    RoasFloor,
    ShareLimit,
    SpendLimit,
    StockLimit,
)
from bidder.errors import Path
from bidder.money import minor_per_unit, to_minor
from bidder.quantities import HUGE

Integers = NDArray[np.int64]

OUTCOME_UNITS = {
    Metric.REVENUE: Unit.MONEY,
    Metric.PROFIT: Unit.MONEY,
    Metric.LIFETIME_VALUE: Unit.MONEY,
    Metric.CONVERSIONS: Unit.CONVERSIONS,
    Metric.NEW_CUSTOMERS: Unit.CUSTOMERS,
}
"""Unit of each metric."""


def constraints(draft: Draft) -> None:
    """Add every entry of the plan's ``constraints`` list."""
    for number, limit in enumerate(draft.model.grid.spec.constraints):
        KINDS[limit.kind](draft, limit, ("constraints", number))


def _members(found: Sequence[Target]) -> list[Integers]:
    return [target.members for target in found]


def _cells(draft: Draft, found: Sequence[Target], periods: Integers) -> Integers:
    campaigns = np.unique(np.concatenate(_members(found)))
    cells: Integers = (campaigns[:, None] * draft.model.grid.shape[1] + periods).ravel()
    return cells


def _spend(draft: Draft, limit: SpendLimit, path: Path) -> None:
    grid = draft.model.grid
    span, found = span_of(grid, limit), targets(grid, limit.scope)
    if span is None or (limit.max is None and not limit.min):
        return
    high = np.inf if limit.max is None else limit.max
    rows = draft.rows(spend_of(draft.model, _members(found), span), limit.min or -np.inf, high)
    both = bool(limit.min) and limit.max is not None
    if limit.max is not None:
        named = tag(grid, limit, (*path, "max"), Unit.MONEY, found, span, "spend max", " max" * both)
        draft.limit(named, limit.max, Side.MAX, rows, Side.MAX)
        draft.imply(_cells(draft, found, span.periods), limit.max)
    if limit.min:
        named = tag(grid, limit, (*path, "min"), Unit.MONEY, found, span, "spend min", " min" * both)
        draft.limit(named, limit.min, Side.MIN, rows, Side.MIN)
        draft.required += limit.min * len(rows)


def _share(draft: Draft, limit: ShareLimit, path: Path) -> None:
    grid = draft.model.grid
    span, found = span_of(grid, limit), targets(grid, limit.scope)
    if span is None:
        return
    part = spend_of(draft.model, _members(found), span)
    total = spend_of(draft.model, [grid.everyone] * len(found), span)
    both = bool(limit.min) and limit.max is not None
    if limit.max is not None and limit.max < 1:
        rows = draft.rows(combine((1.0, part), (-limit.max, total)), high=0.0)
        named = tag(grid, limit, (*path, "max"), Unit.SHARE, found, span, "share max", " max" * both)
        draft.limit(named, limit.max, Side.MAX, rows, Side.MAX, total)
    if limit.min:
        rows = draft.rows(combine((1.0, part), (-limit.min, total)), low=0.0)
        named = tag(grid, limit, (*path, "min"), Unit.SHARE, found, span, "share min", " min" * both)
        draft.limit(named, limit.min, Side.MIN, rows, Side.MIN, total)


def _roas(draft: Draft, limit: RoasFloor, path: Path) -> None:
    """``revenue - min * spend >= 0``: linear, and the same as a floor on the ratio."""
    grid = draft.model.grid
    span, found = span_of(grid, limit), targets(grid, limit.scope)
    if span is None:
        return
    spend = spend_of(draft.model, _members(found), span)
    revenue = results_of(draft.model, _members(found), span, grid.worth(Metric.REVENUE))
    rows = draft.rows(combine((1.0, revenue), (-limit.min, spend)), low=0.0)
    named = tag(grid, limit, (*path, "min"), Unit.ROAS, found, span, "roas min")
    draft.limit(named, limit.min, Side.MIN, rows, Side.MIN, spend)


def _cpa(draft: Draft, limit: CpaCap, path: Path) -> None:
    """``spend - max * conversions <= 0``."""
    grid = draft.model.grid
    span, found = span_of(grid, limit), targets(grid, limit.scope)
    if span is None:
        return
    spend = spend_of(draft.model, _members(found), span)
    conversions = results_of(draft.model, _members(found), span, grid.worth(Metric.CONVERSIONS))
    rows = draft.rows(combine((1.0, spend), (-limit.max, conversions)), high=0.0)
    named = tag(grid, limit, (*path, "max"), Unit.CPA, found, span, "cpa max")
    draft.limit(named, limit.max, Side.MAX, rows, Side.MAX, conversions)


def _outcome(draft: Draft, limit: OutcomeFloor, path: Path) -> None:
    grid = draft.model.grid
    span, found = span_of(grid, limit), targets(grid, limit.scope)
    if span is None:
        return
    outcome = results_of(draft.model, _members(found), span, grid.worth(limit.metric))
    if limit.metric is Metric.PROFIT:
        outcome = combine((1.0, outcome), (-1.0, spend_of(draft.model, _members(found), span)))
    rows = draft.rows(outcome, low=limit.min)
    words = f"outcome {limit.metric.value.replace('_', ' ')} min"
    named = tag(grid, limit, (*path, "min"), OUTCOME_UNITS[limit.metric], found, span, words)
    draft.limit(named, limit.min, Side.MIN, rows, Side.MIN)


def _cash(draft: Draft, limit: CashLimit, path: Path) -> None:
    grid = draft.model.grid
    counted = grid.horizon.fraction_until(limit.by)
    if not np.any(counted[grid.past:] > 0):
        return
    found, span = targets(grid, limit.scope), Span(np.flatnonzero(counted > 0))
    rows = draft.rows(spend_of(draft.model, _members(found), span, counted), high=limit.max)
    named = tag(grid, limit, (*path, "max"), Unit.MONEY, found, span, f"cash max by {limit.by}")
    draft.limit(named, limit.max, Side.MAX, rows, Side.MAX)
    for period in span.periods:
        draft.imply(_cells(draft, found, np.array([period])), min(limit.max / counted[period], HUGE))


def _ramp(draft: Draft, limit: RampLimit, path: Path) -> None:
    """Steps into a period that is still to come, from the one before it."""
    grid = draft.model.grid
    into = np.arange(max(grid.past, 1), grid.shape[1])
    if not len(into):
        return
    found, span = targets(grid, limit.scope), Span(into, each=True)
    now = spend_of(draft.model, _members(found), span)
    before = spend_of(draft.model, _members(found), Span(into - 1, each=True))

    def named(key: str, unit: Unit, words: str) -> Tag:
        return tag(grid, limit, (*path, key), unit, found, span, f"ramp {words}", f" {words}")

    if limit.max is not None:
        rows = draft.rows(combine((1.0, now), (-1.0, before)), -limit.max, limit.max)
        draft.limit(named("max", Unit.MONEY, "up"), limit.max, Side.MAX, rows, Side.MAX)
        draft.limit(named("max", Unit.MONEY, "down"), limit.max, Side.MAX, rows, Side.MIN, -1.0)
    if limit.max_percent is not None:
        _ramp_percent(draft, limit.max_percent, now, before, named)


def _ramp_percent(
    draft: Draft, percent: float, now: Linear, before: Linear, named: Callable[[str, Unit, str], Tag]
) -> None:
    hundredth, part = combine((0.01, before)), percent / 100.0
    rows = draft.rows(combine((1.0, now), (-1.0 - part, before)), high=0.0)
    up = named("max_percent", Unit.PERCENT, "percent up")
    draft.limit(up, percent, Side.MAX, rows, Side.MAX, hundredth)
    if percent < 100:
        # Spend cannot fall by more than 100%: from there on the limit says nothing.
        rows = draft.rows(combine((1.0 - part, before), (-1.0, now)), high=0.0)
        down = named("max_percent", Unit.PERCENT, "percent down")
        draft.limit(down, percent, Side.MAX, rows, Side.MAX, hundredth)


def _lock(draft: Draft, limit: Lock, path: Path) -> None:
    grid = draft.model.grid
    periods = grid.horizon.periods_within(*limit.dates)
    periods = periods[periods >= grid.past]
    if not len(periods):
        return
    currency = grid.spec.currency
    spend = to_minor(limit.spend, currency) / minor_per_unit(currency)
    found, span = targets(grid, limit.scope), Span(periods, each=True)
    cells = _cells(draft, found, periods)
    for side, word in ((Side.MAX, "max"), (Side.MIN, "min")):
        named = tag(grid, limit, (*path, "spend"), Unit.MONEY, found, span, f"lock {word}", f" {word}")
        draft.cell_limit(named, limit.spend, side, cells, spend)


def _stock(draft: Draft, limit: StockLimit, path: Path) -> None:
    """Conversions served, that is delivered and not lost; arrivals after the horizon do not count."""
    grid = draft.model.grid
    span, found = span_of(grid, limit), targets(grid, limit.scope)
    if span is None:
        return
    span = Span(span.periods, span.each)
    served = results_of(draft.model, _members(found), span, grid.worth(Metric.CONVERSIONS))
    rows = draft.rows(served, high=limit.max)
    named = tag(grid, limit, (*path, "max"), Unit.CONVERSIONS, found, span, "stock max")
    draft.limit(named, limit.max, Side.MAX, rows, Side.MAX)


KINDS: dict[str, Callable[[Draft, Any, Path], None]] = {
    "spend": _spend,
    "share": _share,
    "roas": _roas,
    "cpa": _cpa,
    "outcome": _outcome,
    "cash": _cash,
    "ramp": _ramp,
    "lock": _lock,
    "stock": _stock,
}
"""What each kind of constraint adds."""
