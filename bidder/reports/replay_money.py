"""What the money bought: every setting by its cost and what it brought, and what one more of it costs."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bidder.reports import charts_dots
from bidder.reports.charts import Row
from bidder.reports.page import Chart, Figure, Key, Section, Table, Value
from bidder.reports.replay_verdicts import sentence
from bidder.reports.replay_view import Cell, ReplayView
from bidder.reports.theme import MUTED, OTHERS

POINTS = 300
"""Most settings in the chart."""
STEPS = 8
"""Most steps in the table."""


def money_section(view: ReplayView) -> Section | None:
    """Cost against the objective, with the settings that get the most out of each amount."""
    cells = [c for c in view.headline if view.total(c, "cost") > 0 and view.total(c, view.measure) > 0]
    if len({(view.total(c, "cost"), view.total(c, view.measure)) for c in cells}) < 3:
        return None
    label = view.labels
    best = frontier(view, cells)
    measure = sentence(view.name_of(view.measure))
    figure = Figure("", [_chart(view, cells, best)], _table(view, best), _caption(view, cells), _keys(view))
    lead = view.joined(label("rp_money_lead", measure=measure), _steps(view, best), view.in_market())
    return Section("money", label("rp_money"), [figure], lead, label("rp_short_money"))


def frontier(view: ReplayView, cells: Sequence[Cell]) -> list[Cell]:
    """Cells that bring the most for their cost, by rising cost: those on the upper hull, from nothing on.

    What each further one costs rises from step to step.
    """
    hull: list[Cell] = []
    for c in sorted(cells, key=lambda c: (view.total(c, "cost"), -view.total(c, view.measure))):
        if hull and view.total(c, view.measure) <= view.total(hull[-1], view.measure):
            continue
        while hull and _gain(view, hull[-2] if len(hull) > 1 else None, hull[-1]) <= _gain(view, hull[-1], c):
            hull.pop()
        hull.append(c)
    return hull


def _gain(view: ReplayView, first: Cell | None, second: Cell) -> float:
    """What a unit of money brings on the way from one cell, or from nothing, to another."""
    cost = view.total(second, "cost") - (view.total(first, "cost") if first else 0.0)
    more = view.total(second, view.measure) - (view.total(first, view.measure) if first else 0.0)
    return more / cost if cost > 0 else math.inf


def _chart(view: ReplayView, cells: Sequence[Cell], best: Sequence[Cell]) -> Chart:
    large = {c for b in view.budgets for c in view.best_of_each(b)} | set(best)
    shown = sorted(cells, key=lambda c: c not in large)[:POINTS]
    points: list[Row] = [
        {**_place(view, c), "c": c.strategy if c.strategy in view.colours else "", "b": c in large,
         "f": _name(view, c)}
        for c in shown
    ]
    line = [{"x": 0.0, "y": 0.0}, *(_place(view, c) for c in best)]
    titles = {"x": view.title("cost"), "y": view.title(view.measure), "c": view.labels("rp_setting")}
    spec = charts_dots.scatter(points, line, {**view.colours, "": OTHERS}, titles, view.numbers.axis(),
                               view.numbers.axis(), (",.0f", ",.4~g"))
    return Chart(spec, view.labels("rp_money"))


def _place(view: ReplayView, cell: Cell) -> Row:
    x, y = view.paid(view.total(cell, "cost")), view.scaled(view.measure, view.total(cell, view.measure))
    return {"x": float(f"{x:.6g}"), "y": float(f"{y:.6g}")}


def _name(view: ReplayView, cell: Cell) -> str:
    more = [view.swept_text(cell.chosen)] if view.varies(cell) else []
    if len(view.budgets) > 1:
        more.append(sentence(view.spoken("rp_budget_is", budget=view.budget_text(cell.budget))))
    return view.qualified(cell.strategy, more)


def _keys(view: ReplayView) -> list[Key]:
    keys = [Key(name, shade, "dot") for name, shade in view.colours.items()]
    if len(view.colours) < len(view.strategies):
        keys.append(Key(view.labels("others"), OTHERS, "dot"))
    return [*keys, Key(view.labels("rp_frontier"), MUTED, "line dashed")]


def _caption(view: ReplayView, cells: Sequence[Cell]) -> str:
    several = any(view.varies(c) for c in cells)
    return view.joined(
        view.labels("rp_money_caption"), view.labels("rp_money_large") if several else "",
    )


def _further(view: ReplayView, first: Cell | None, second: Cell) -> float:
    """What each further one costs; for revenue, what a further unit of money brings."""
    cost = view.paid(view.total(second, "cost") - (view.total(first, "cost") if first else 0.0))
    more = view.scaled(
        view.measure,
        view.total(second, view.measure) - (view.total(first, view.measure) if first else 0.0),
    )
    if view.each_name.startswith("roas"):
        return more / cost if cost > 0 else math.nan
    factor = view.result.info.price_for if not view.in_currency else 1
    return cost / more / factor if more > 0 else math.nan


def _steps(view: ReplayView, best: Sequence[Cell]) -> str:
    """The dearest step in a sentence."""
    if len(best) < 2:
        return ""
    last, before = best[-1], best[-2]
    price = view.price_text(_further(view, before, last))
    average = view.price_text(_further(view, None, before))
    key = "rp_step_roas" if view.each_name.startswith("roas") else f"rp_step_{view.measure}"
    return view.labels(
        key, first=_name(view, before), last=_name(view, last), plain=price, before=average,
        average=view.with_unit(average, view.money_word), price=view.with_unit(price, view.money_word),
    )


def _table(view: ReplayView, best: Sequence[Cell]) -> Table:
    label = view.labels
    rows: list[list[Value]] = []
    for first, second in zip([None, *best], best, strict=False):
        raw = view.total(second, view.measure)
        rows.append([
            _name(view, second), view.amount(view.paid(view.total(second, "cost")), "cost"),
            view.amount(view.scaled(view.measure, raw), view.measure), view.each_text(second),
            view.price_text(_further(view, first, second)),
        ])
    further = label("rp_further_roas" if view.each_name.startswith("roas") else "rp_further")
    titles = [label("rp_setting"), view.title("cost"), view.title(view.measure), view.each_title, further]
    return Table(titles, rows[-STEPS:], [False, True, True, True, True])
