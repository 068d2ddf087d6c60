"""What spend brings: response curves and marginal ROAS."""

from __future__ import annotations

from typing import Any

import numpy as np

from bidder.reports import charts
from bidder.reports.page import Chart, Figure, Key, Section, Table, table
from bidder.reports.plan_spend import TOP_ROWS
from bidder.reports.plan_view import Floats, PlanView
from bidder.reports.theme import INK, MUTED

TOP_CURVES = 12
"""Most campaigns whose curve is drawn."""
_STEPS = 48


def response_section(view: PlanView) -> Section:
    """Response curves with the chosen points, and marginal ROAS by campaign."""
    blocks = [_marginal(view), _curves(view)]
    return Section("response", view.labels("response_section"), blocks, short=view.labels("short_response"))


def _curves(view: PlanView) -> Figure:
    label = view.labels
    shown = [int(c) for c in view.order[:TOP_CURVES]]
    points = [_points(view, c) for c in shown]
    titles = {
        "w": view.period_word,
        "v": view.axis_title("spend"),
        "e": label("effect"),
        "m": label("marginal_roas"),
    }
    specs = [
        Chart(
            charts.curve_points(
                _line(view, c, points[k]),
                points[k],
                view.colours[view.shown_as(view.campaign_channels[c])],
                titles,
                view.numbers.axis(),
            ),
            view.campaigns[c],
        )
        for k, c in enumerate(shown)
    ]
    caption = label("response_caption")
    if len(view.order) > TOP_CURVES:
        caption += label("response_top", n=TOP_CURVES)
    keys = [Key(label("curve_line"), MUTED, "line"), Key(label("curve_point"), INK, "dot")]
    return Figure(label("response"), specs, _point_table(view, shown, points), caption, keys)


def _points(view: PlanView, campaign: int) -> list[dict[str, Any]]:
    # F(x) = out * f(x / in): divided by its own scales, every period's point lies on the same f.
    cells = view.plan.problem.cells
    marginal = view.column("marginal_roas")[campaign]
    mine = np.flatnonzero(cells.campaign == campaign)
    return [
        {
            "x": float(view.plan.spend[i] / cells.curves.scale_in[i]),
            "y": float(view.plan.effect[i] / cells.curves.scale_out[i]),
            "w": view.numbers.day(view.periods[cells.period[i]], year=True),
            "v": float(view.plan.spend[i]),
            "e": float(view.plan.effect[i]),
            "m": _finite(marginal[cells.period[i]]),
            "k": float(cells.curves.scale_in[i]),
        }
        for i in mine
        if cells.period[i] >= view.past and cells.curves.scale_in[i] > 0 and cells.curves.scale_out[i] > 0
    ]


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _line(view: PlanView, campaign: int, points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    cells = view.plan.problem.cells
    first = np.flatnonzero(cells.campaign == campaign)[-1:]
    curve = cells.curves.take(first)
    ones = np.ones(1)
    reach = max((p["x"] for p in points), default=0.0) * 1.3
    if reach <= 0:
        reach = float(cells.high[first[0]] / max(curve.scale_in[0], 1e-12))
    if not np.isfinite(reach) or reach <= 0:
        reach = 1.0
    base = type(curve)(curve.shape, curve.a, curve.b, curve.c, ones, ones, curve.points)
    x: Floats = np.linspace(0.0, reach, _STEPS + 1)
    y = base.value(x[None, :])[0]
    return [{"x": float(a), "y": float(b)} for a, b in zip(x, y, strict=True)]


def _point_table(view: PlanView, shown: list[int], points: list[list[dict[str, Any]]]) -> Table:
    label, numbers = view.labels, view.numbers
    rows = [
        [
            view.campaigns[c],
            p["w"],
            numbers.money(p["v"]),
            numbers.count(p["e"]),
            numbers.ratio(np.nan if p["m"] is None else p["m"]),
            numbers.ratio(p["k"]),
            numbers.money(p["x"]),
            numbers.count(p["y"]),
        ]
        for c, mine in zip(shown, points, strict=True)
        for p in mine
    ]
    columns = [
        label("campaign"),
        view.period_word,
        view.axis_title("spend"),
        label("effect"),
        label("marginal_roas"),
        label("season_index"),
        label("spend_at_1"),
        label("effect_at_1"),
    ]
    return table(columns, rows, text=2, left_out=label("left_out_plan"))


def _marginal(view: PlanView) -> Figure:
    label, numbers = view.labels, view.numbers
    marginal, spend, mean = view.column("marginal_roas"), view.spend, view.mean_marginal()
    rows: list[dict[str, Any]] = []
    for c in view.order:
        now = np.arange(len(view.periods)) >= view.past
        known = np.isfinite(marginal[c]) & now
        spent = known & (spend[c] > 0)
        used = marginal[c][spent if spent.any() else known]
        if len(used):
            average = float(mean[c]) if spent.any() else float(used.mean())
            rows.append(
                {
                    "c": view.campaigns[c],
                    "g": view.shown_as(view.campaign_channels[c]),
                    "v": average,
                    "lo": float(used.min()),
                    "hi": float(used.max()),
                    "z": not spent.any(),
                }
            )
    titles = {
        "c": label("campaign"),
        "lo": label("lowest"),
        "v": label("average"),
        "hi": label("highest"),
        "x": label("marginal_roas"),
    }
    drawn = rows[:TOP_ROWS]
    spec = charts.ranges(drawn, [r["c"] for r in drawn], view.shown_channels, view.colours, titles)
    caption = label("marginal_caption")
    if len(rows) > TOP_ROWS:
        caption += label("marginal_top", n=TOP_ROWS)
    values = table(
        [titles["c"], titles["lo"], titles["v"], titles["hi"]],
        [[r["c"], *(numbers.ratio(r[k]) for k in ("lo", "v", "hi"))] for r in rows],
        left_out=label("left_out_plan"),
    )
    return Figure(label("marginal"), [Chart(spec)], values, caption, view.keys)
