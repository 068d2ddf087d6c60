"""The frontier: what more or less budget would bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from bidder.reports import charts
from bidder.reports.data import FrontierData
from bidder.reports.page import Bar, Chart, Figure, Key, Section, Table, Value, table
from bidder.reports.plan_view import Floats, PlanView
from bidder.reports.theme import ACCENT, INK, SERIES, WARM

_PLAIN = "format(datum.value, ',~r')"


def frontier_section(view: PlanView, data: FrontierData | None) -> Section | None:
    """The best objective, ROAS and worth of the next unit for each budget."""
    if data is None or len(data.budgets) < 2:
        return None
    label = view.labels
    name, worth = view.objective_name, _worth_name(view)
    shades = {name: ACCENT, label("roas"): SERIES[2], worth: WARM}
    title, big = view.objective_axis, view.numbers.axis()
    best = _lines(view, data, {name: data.objective}, shades, title, big)
    drawn = [Chart(best, label("frontier_objective", name=name))]
    rates = {label("roas"): data.roas, worth: data.marginal_roas}
    if _is_roas(view):  # both are revenue per unit of spend: one scale
        drawn.append(Chart(_lines(view, data, rates, shades, label("roas"), _PLAIN), label("frontier_roas")))
    else:
        drawn += [Chart(_lines(view, data, {k: v}, shades, k, _PLAIN), k) for k, v in rates.items()]
    keys = [Key(k, c, "line") for k, c in shades.items()]
    if data.plan is not None:
        keys.append(Key(label("this_plan"), INK, "dot"))
    figure = Figure("", drawn, _frontier_table(view, data), label("frontier_caption"), keys, wide=True)
    return Section("frontier", label("frontier_section"), [figure], short=label("short_frontier"))


def _is_roas(view: PlanView) -> bool:
    return view.metric == "revenue" and not view.averse and not view.adjusted


def _worth_name(view: PlanView) -> str:
    if _is_roas(view):
        return view.labels("marginal_roas")
    return view.labels("next_unit", name=view.objective_name)


def _lines(
    view: PlanView, data: FrontierData, series: Mapping[str, Floats], shades: Mapping[str, str], title: str,
    labels: str,
) -> dict[str, Any]:
    rows = [
        {"x": float(data.budgets[i]), "y": float(values[i]), "c": name, "h": data.plan == i}
        for name, values in series.items()
        for i in range(len(data.budgets))
        if np.isfinite(values[i])
    ]
    titles = {"x": view.axis_title("budget"), "y": title, "c": view.labels("name")}
    return charts.lines(rows, list(series), shades, titles, view.numbers.axis(), labels)


def _frontier_table(view: PlanView, data: FrontierData) -> Table:
    label, numbers = view.labels, view.numbers
    known = data.objective[np.isfinite(data.objective)]
    most = max(float(np.max(np.abs(known), initial=0.0)), 1e-12)
    rows: list[list[Value]] = []
    for i, best in enumerate(data.objective):
        text = view.objective_cell(best)
        rows.append([
            numbers.money(data.budgets[i]) + (f" ({label('this_plan')})" if data.plan == i else ""),
            Bar(text, abs(float(best)) / most) if np.isfinite(best) else label("no_plan"),
            numbers.ratio(data.roas[i]),
            numbers.ratio(data.marginal_roas[i]),
        ])
    columns = [view.axis_title("budget"), view.objective_axis, label("roas"), _worth_name(view)]
    return table(columns, rows)
