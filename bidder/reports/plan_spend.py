"""Where and when the plan spends."""

from __future__ import annotations

import numpy as np

from bidder.reports import charts_time
from bidder.reports.page import Bar, Block, Chart, Figure, Grid, Section, Table, table
from bidder.reports.plan_view import Floats, PlanView, divide

TOP_ROWS = 25
"""Most campaigns in a chart of rows; the tables hold all."""


def spend_section(view: PlanView) -> Section:
    """Spend by channel over time, the campaigns' totals, and a heat map."""
    blocks: list[Block] = [_over_time(view), _campaigns(view)]
    if len(view.periods) > 1 and len(view.campaigns) > 1:
        blocks.append(_heat_map(view))
    return Section("spend", view.labels("spend_section"), blocks, short=view.labels("short_spend"))


def _over_time(view: PlanView) -> Figure:
    amounts = view.channel_matrix()
    tops = np.cumsum(amounts, axis=0)
    totals = np.maximum(amounts.sum(axis=0), 1e-12)
    rows = [
        {
            "t": t,
            "w": view.numbers.day(t, year=True),
            "c": name,
            "v": float(amounts[k, j]),
            "lo": float(tops[k, j] - amounts[k, j]),
            "hi": float(tops[k, j]),
            "p": float(amounts[k, j] / totals[j]),
        }
        for k, name in enumerate(view.shown_channels)
        for j, t in enumerate(view.periods)
        if amounts[k, j] > 0
    ]
    label = view.labels
    titles = {
        "v": view.axis_title("spend"),
        "w": view.period_word,
        "c": label("channel"),
        "p": label("share"),
    }
    spec = charts_time.stacked_bars(
        rows,
        view.periods,
        view.shown_channels,
        view.colours,
        titles,
        view.numbers.axis(),
        view.time_axis,
        view.past,
    )
    caption = label("spend_over_time_caption") + (label("past_shaded") if view.past else "")
    return Figure(
        label("spend_over_time"),
        [Chart(spec)],
        time_table(view, view.shown_channels, amounts),
        caption=caption,
        keys=view.keys,
    )


def time_table(view: PlanView, names: tuple[str, ...], amounts: Floats) -> Table:
    """Money by period (rows) and name (columns) with totals."""
    money = view.numbers.money
    rows = [
        [
            view.numbers.day(t, year=True),
            *(money(v) for v in amounts[:, j]),
            money(float(amounts[:, j].sum())),
        ]
        for j, t in enumerate(view.periods)
    ]
    sums = [view.labels("total"), *(money(v) for v in amounts.sum(axis=1)), money(float(amounts.sum()))]
    return table(
        [view.period_word, *names, view.labels("total")],
        rows,
        total=sums,
        left_out=view.labels("left_out_plan"),
    )


def _campaigns(view: PlanView) -> Grid:
    label, numbers = view.labels, view.numbers
    spend, conversions = view.spend.sum(axis=1), view.column("conversions").sum(axis=1)
    revenue, marginal = view.column("revenue").sum(axis=1), view.mean_marginal()
    whole, most = max(float(spend.sum()), 1e-12), max(float(spend.max()), 1e-12)
    rows = [
        [
            view.campaigns[c],
            numbers.money(spend[c]),
            Bar(numbers.percent(spend[c] / whole), float(spend[c] / most)),
            numbers.count(conversions[c]),
            numbers.money(revenue[c]),
            numbers.ratio(divide(revenue[c], spend[c])),
            numbers.ratio(float(marginal[c])),
            numbers.money(divide(spend[c], conversions[c])),
        ]
        for c in view.order
    ]
    sums = [
        label("total"),
        numbers.money(float(spend.sum())),
        numbers.percent(1.0),
        numbers.count(float(conversions.sum())),
        numbers.money(float(revenue.sum())),
        numbers.ratio(divide(float(revenue.sum()), float(spend.sum()))),
        "",
        numbers.money(divide(float(spend.sum()), float(conversions.sum()))),
    ]
    columns = [
        label("campaign"),
        view.axis_title("spend"),
        label("share"),
        label("conversions"),
        view.axis_title("revenue"),
        label("roas"),
        label("marginal_roas"),
        label("cpa"),
    ]
    return Grid(
        table(columns, rows, total=sums, left_out=label("left_out_plan")),
        label("by_campaign"),
        label("by_campaign_caption"),
    )


def _heat_map(view: PlanView) -> Figure:
    label = view.labels
    top = view.order[:TOP_ROWS]
    names = [view.campaigns[c] for c in top]
    amounts = view.spend[top]
    caption = label("heat_caption")
    if len(view.order) > TOP_ROWS:
        caption += label("heat_top", n=TOP_ROWS)
    rows = [
        {"t": t, "w": view.numbers.day(t, year=True), "c": name, "v": float(amounts[k, j])}
        for k, name in enumerate(names)
        for j, t in enumerate(view.periods)
    ]
    titles = {"v": view.axis_title("spend"), "w": view.period_word, "c": label("campaign")}
    spec = charts_time.heat_map(rows, view.periods, names, titles, view.numbers.axis(), view.time_axis)
    return Figure(label("heat"), [Chart(spec)], _matrix(view), caption)


def _matrix(view: PlanView) -> Table:
    short = view.numbers.short_money
    rows = [[view.campaigns[c], *(short(v) for v in view.spend[c])] for c in view.order]
    return table(
        [view.labels("campaign"), *(view.numbers.day(t) for t in view.periods)],
        rows,
        left_out=view.labels("left_out_plan"),
    )
