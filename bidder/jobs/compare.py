"""Two plans side by side: what moved, what it is worth, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bidder.budget.solvers import DEFAULT
from bidder.errors import InputError, Place, Problem
from bidder.jobs.progress import Progress
from bidder.jobs.sides import Cell, LimitState, Side, load_side

FIGURES = (
    "objective", "spend", "revenue", "conversions", "profit", "new_customers", "lifetime_value", "roas",
    "cpa",
)
PRICE_CHANGE = 0.01
"""Relative change of a limit's price that is worth telling."""


@dataclass(frozen=True)
class Figure:
    """One figure of both plans; None where a side does not tell."""

    name: str
    a: float | None
    b: float | None

    @property
    def change(self) -> float | None:
        """b - a."""
        return None if self.a is None or self.b is None else self.b - self.a


@dataclass(frozen=True)
class Move:
    """Spend and revenue of one campaign in both plans, currency units; None where it is not in a plan."""

    campaign: str
    spend_a: float | None
    spend_b: float | None
    revenue_a: float | None
    revenue_b: float | None

    @property
    def change(self) -> float:
        """Spend in b less spend in a."""
        return (self.spend_b or 0.0) - (self.spend_a or 0.0)


@dataclass(frozen=True)
class Reason:
    """One thing that differs and may be why.

    Attributes
    ----------
    kind : str
        setting, binds_now, binds_no_more, price, only_a or only_b.
    what : str
        The setting's path, or the limit's name.
    a, b : object
        The setting's values, or the limit's prices.
    text : str
        In words.
    """

    kind: str
    what: str
    a: Any
    b: Any
    text: str


@dataclass(frozen=True)
class Comparison:
    """What differs between two plans.

    Attributes
    ----------
    a, b : Side
    figures : tuple of Figure
    moves : tuple of Move
        The largest change of spend first.
    cells : tuple of (Cell, float, float)
        The cells that changed most: spend in a and in b.
    moved : float
        Currency units that are in another cell now: half of all changes, plus half of the difference of
        the totals.
    reasons : tuple of Reason
    """

    a: Side
    b: Side
    figures: tuple[Figure, ...]
    moves: tuple[Move, ...]
    cells: tuple[tuple[Cell, float, float], ...]
    moved: float
    reasons: tuple[Reason, ...]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "schema_version": 1, "a": self.a.label, "b": self.b.label, "currency": self.a.currency or None,
            "figures": {f.name: {"a": f.a, "b": f.b, "change": f.change} for f in self.figures},
            "moved": self.moved,
            "campaigns": [
                {
                    "campaign": m.campaign, "spend_a": m.spend_a, "spend_b": m.spend_b, "change": m.change,
                    "revenue_a": m.revenue_a, "revenue_b": m.revenue_b,
                }
                for m in self.moves
            ],
            "cells": [
                {"campaign": c, "period_start": day, "spend_a": a, "spend_b": b}
                for (c, day), a, b in self.cells
            ],
            "reasons": [vars(r) for r in self.reasons],
        }


def run_compare(
    a: str | Path,
    b: str | Path,
    *,
    overrides: Sequence[str] = (),
    solver: str = DEFAULT,
    progress: Progress | None = None,
) -> Comparison:
    """Compare two plans, each a config or a finished run.

    Parameters
    ----------
    a, b : path
        A plan's YAML (solved now), a folder written by ``bidder plan``, or the plan.csv in one.
    overrides : sequence of str
        ``key.sub=value`` settings for those that are configs.

    Raises
    ------
    InputError
        When a side cannot be read, or the two are in different currencies.
    """
    return compare(load_side(a, overrides, solver, progress), load_side(b, overrides, solver, progress))


def compare(a: Side, b: Side) -> Comparison:
    """What differs between two sides."""
    if a.currency and b.currency and a.currency != b.currency:
        message = f"in {b.currency}, but {a.label} is in {a.currency}"
        raise InputError(Problem(message, "two plans in one currency", place=Place(b.label)))
    cells = _changed_cells(a, b)
    change = sum(abs(after - before) for _, before, after in cells)
    net = abs(sum(after - before for _, before, after in cells))
    return Comparison(
        a, b, tuple(_figures(a, b)), tuple(_moves(a, b)), tuple(cells[:10]), 0.5 * (change + net),
        (*_settings(a, b), *_limits(a, b)),
    )


def _figures(a: Side, b: Side) -> Iterator[Figure]:
    known = [_totals(side) for side in (a, b)]
    same_objective = all(
        a.summary.get(k) == b.summary.get(k) for k in ("objective_metric", "objective_sense")
    )
    for name in FIGURES:
        if name == "objective" and not same_objective:
            continue
        values = [k.get(name) for k in known]
        if any(v is not None for v in values):
            yield Figure(name, values[0], values[1])


def _totals(side: Side) -> dict[str, float | None]:
    """The summary's figures, or what the table tells."""
    if side.summary:
        figures = {name: side.summary.get(name) for name in FIGURES}
        return {k: float(v) if isinstance(v, int | float) else None for k, v in figures.items()}
    spend, revenue = sum(side.spend.values()), sum(side.revenue.values())
    bought = sum(side.conversions.values())
    return {
        "spend": spend, "revenue": revenue, "conversions": bought,
        "roas": revenue / spend if spend else None, "cpa": spend / bought if bought else None,
    }


def _moves(a: Side, b: Side) -> list[Move]:
    sums = [(_by_campaign(side.spend), _by_campaign(side.revenue)) for side in (a, b)]
    (spend_a, revenue_a), (spend_b, revenue_b) = sums
    names = dict.fromkeys([*spend_a, *spend_b])
    moves = [
        Move(n, spend_a.get(n), spend_b.get(n), revenue_a.get(n), revenue_b.get(n)) for n in names
    ]
    return sorted(moves, key=lambda m: -abs(m.change))


def _by_campaign(cells: dict[Cell, float]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for (campaign, _), value in cells.items():
        sums[campaign] = sums.get(campaign, 0.0) + value
    return sums


def _changed_cells(a: Side, b: Side) -> list[tuple[Cell, float, float]]:
    every = dict.fromkeys([*a.spend, *b.spend])
    pairs = [(cell, a.spend.get(cell, 0.0), b.spend.get(cell, 0.0)) for cell in every]
    return sorted((p for p in pairs if p[1] != p[2]), key=lambda p: -abs(p[2] - p[1]))


def _settings(a: Side, b: Side) -> Iterator[Reason]:
    if a.config is None or b.config is None:
        return
    left, right = dict(_flat(a.config)), dict(_flat(b.config))
    for key in dict.fromkeys([*left, *right]):
        if left.get(key) == right.get(key) and (key in left) == (key in right):
            continue
        shown = [_value(side[key]) if key in side else "not set" for side in (left, right)]
        text = f"{key}{_named(key, a.config, b.config)}: {shown[0]} -> {shown[1]}"
        yield Reason("setting", key, left.get(key), right.get(key), text)


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Settings by their dotted path; lists of plain values stay whole."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for number, item in enumerate(value):
            yield from _flat(item, f"{path}.{number}")
    else:
        yield path, value


def _named(key: str, *configs: dict[str, Any]) -> str:
    """Name of the constraint that a setting belongs to, where it has one in both."""
    first, _, rest = key.partition(".")
    number, _, field = rest.partition(".")
    if first != "constraints" or field == "name":
        return ""
    lists = [c.get(first) or [] for c in configs]
    found = {limits[int(number)].get("name") for limits in lists if len(limits) > int(number)}
    name = found.pop() if len(found) == 1 else None
    return f" ({name})" if name else ""


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.10g}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _limits(a: Side, b: Side) -> Iterator[Reason]:
    """Limits that bind in one plan only, or have another price; each name once, its strongest period."""
    if not a.limits or not b.limits:
        return
    best: dict[tuple[str, str], tuple[float, Reason]] = {}
    for name, when in dict.fromkeys([*a.limits, *b.limits]):
        before, after = a.limits.get((name, when)), b.limits.get((name, when))
        found = _reason(name, when, before, after)
        if found is None:
            continue
        size = max(abs(s.price or 0.0) * abs(s.limit or 1.0) for s in (before, after) if s is not None)
        key = (found.kind, name)
        if key not in best or size > best[key][0]:
            best[key] = (size, found)
    yield from (reason for _, reason in sorted(best.values(), key=lambda pair: -pair[0]))


def _reason(name: str, when: str, a: LimitState | None, b: LimitState | None) -> Reason | None:
    full = f"{name} ({when})" if when else name
    if a is None or b is None:
        only = b if a is None else a
        if only is None or not only.price:
            return None
        kind = "only_b" if a is None else "only_a"
        return Reason(kind, full, None if a is None else a.price, None if b is None else b.price,
                      f"{full}: only in {'B' if a is None else 'A'}; {_worth(only)}")
    before, after = a.price or 0.0, b.price or 0.0
    if not before and not after:
        return None
    if before and after and abs(after - before) <= PRICE_CHANGE * max(abs(before), abs(after)):
        return None
    if not before:
        return Reason("binds_now", full, before, after, f"{full} holds back B but not A; {_worth(b)}")
    if not after:
        return Reason("binds_no_more", full, before, after, f"{full} holds back A but not B; {_worth(a)}")
    text = f"{full}: {_price(a, before)} -> {_price(b, after)} {_STEPS.get(b.unit, (1.0, ''))[1]}".rstrip()
    return Reason("price", full, before, after, text)


_STEPS = {
    "money": (1.0, "for one more unit"),
    "share": (0.01, "for one percentage point"),
    "revenue per spend": (0.1, "for 0.1 of ROAS"),
    "impressions": (1000.0, "for a thousand impressions"),
    "lots": (1.0, "for one lot"),
    "percent": (1.0, "for one percent"),
    "conversions": (1.0, "for one conversion"),
    "new customers": (1.0, "for one new customer"),
}


def _price(state: LimitState, price: float) -> str:
    worth = price * _STEPS.get(state.unit, (1.0, ""))[0]
    return f"{worth:,.0f}" if abs(worth) >= 1000 else f"{worth:,.3g}"


def _worth(state: LimitState) -> str:
    return state.sentence.rstrip(".") or f"price {state.price or 0.0:,.4g}"
