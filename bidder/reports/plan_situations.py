"""Sections that only some plans have: retargeting pool, scenarios, risk, re-plan."""

from __future__ import annotations

from typing import Any

import numpy as np

from bidder.reports import charts, charts_time
from bidder.reports.data import ScenarioRow
from bidder.reports.page import Block, Chart, Figure, Grid, Key, Section, Table, table
from bidder.reports.plan_view import Floats, PlanView, divide
from bidder.reports.theme import ACCENT, PALE, SERIES, WARM

TOP_POOLS = 3
"""Most retargeting campaigns whose pool is drawn."""


def pools_section(view: PlanView) -> Section | None:
    """The retargeting pool over time, and impressions used against possible ones."""
    pools = view.plan.pools
    if pools.empty:
        return None
    label = view.labels
    drawn: list[Chart] = []
    for name in list(dict.fromkeys(pools["campaign"]))[:TOP_POOLS]:
        drawn += _pool_charts(view, str(name), pools[pools["campaign"] == name].to_dict("records"))
    keys = [
        Key(label("people"), ACCENT, "line"),
        Key(label("impressions"), ACCENT),
        Key(label("impressions_possible"), PALE),
    ]
    figure = Figure("", drawn, _pool_table(view), keys=keys, wide=True)
    return Section("pool", label("pools_section"), [figure], label("pools_lead"), label("short_pool"))


def _pool_charts(view: PlanView, name: str, rows: list[Any]) -> list[Chart]:
    label = view.labels
    times = [str(r["period_start"]) for r in rows]
    base = [{"t": t, "w": view.numbers.day(t, year=True)} for t in times]
    people = [{**b, "v": float(r["people"])} for b, r in zip(base, rows, strict=True)]
    shown = [
        {**b, "a": float(r["impressions"]), "b": float(r["impressions_possible"])}
        for b, r in zip(base, rows, strict=True)
    ]
    titles = {
        "w": view.period_word,
        "v": label("people"),
        "a": label("impressions"),
        "b": label("impressions_possible"),
        "y": label("impressions_axis"),
    }
    axis, time = view.numbers.axis(), view.time_axis
    return [
        Chart(charts_time.area(people, times, ACCENT, titles, axis, time), label("people_title", name=name)),
        Chart(
            charts_time.paired_bars(shown, times, (ACCENT, PALE), titles, axis, time),
            label("impressions_title", name=name),
        ),
    ]


def _pool_table(view: PlanView) -> Table:
    label, numbers = view.labels, view.numbers
    rows = [
        [
            str(r["campaign"]),
            numbers.day(str(r["period_start"]), year=True),
            numbers.count(float(r["people"])),
            numbers.count(float(r["impressions"])),
            numbers.count(float(r["impressions_possible"])),
            numbers.percent(divide(float(r["impressions"]), float(r["impressions_possible"]))),
        ]
        for r in view.plan.pools.to_dict("records")
    ]
    columns = [
        label("campaign"),
        view.period_word,
        label("people"),
        label("impressions"),
        label("impressions_possible"),
        label("used_share"),
    ]
    return table(columns, rows, text=2)


def scenario_section(view: PlanView, scenarios: tuple[ScenarioRow, ...]) -> Section | None:
    """Other plans beside this one."""
    if not scenarios:
        return None
    label, numbers = view.labels, view.numbers
    first = scenarios[0].objective
    rows = [
        [
            s.name,
            numbers.money(s.spend),
            view.objective_cell(s.objective),
            ""
            if s is scenarios[0]
            else _signed(numbers.percent(divide(s.objective - first, abs(first))), s.objective > first),
            numbers.ratio(s.roas),
            s.note,
        ]
        for s in scenarios
    ]
    columns = [
        label("scenario"),
        view.axis_title("spend"),
        view.objective_axis,
        label("versus_first"),
        label("roas"),
        label("note"),
    ]
    names = list(dict.fromkeys(s.name for s in scenarios))
    bars = charts.bars(
        [{"c": s.name, "v": float(s.objective)} for s in scenarios],
        names,
        ACCENT,
        {"c": label("scenario"), "v": view.objective_axis},
        numbers.axis(),
    )
    values = Table(columns, rows, [False, True, True, True, True, False])
    return Section(
        "scenarios", label("scenario_section"), [Grid(values), Figure(label("scenario_title"), [Chart(bars)])]
    )


def _signed(text: str, up: bool) -> str:
    return f"+{text}" if up and text[0].isdigit() else text


def risk_section(view: PlanView) -> Section | None:
    """Histogram of the objective over the draws with mean, worst 5% and CVaR."""
    draws = view.plan.draws
    if draws is None or len(draws) < 2:
        return None
    label, text = view.labels, view.objective_text
    scenarios = view.plan.accounts.scenarios
    level = scenarios.level if scenarios is not None else 0.9
    counts, edges = np.histogram(draws, bins=int(np.clip(np.sqrt(len(draws)) * 1.5, 8, 40)))
    bins = [{"lo": float(edges[i]), "hi": float(edges[i + 1]), "n": int(n)} for i, n in enumerate(counts)]
    worst, cvar = float(np.quantile(draws, 0.05)), tail_mean(draws, level, view.minimising)
    marks: list[dict[str, Any]] = [
        {
            "x": float(draws.mean()),
            "k": label("mark_mean", value=text(float(draws.mean()))),
            "colour": "#1B2733",
        },
        {"x": worst, "k": label("mark_worst", value=text(worst)), "colour": SERIES[1]},
        {
            "x": cvar,
            "k": label("mark_cvar", level=view.numbers.percent(level, 0), value=text(cvar)),
            "colour": WARM,
        },
    ]
    titles = {
        "x": view.objective_axis,
        "n": label("draws"),
        "lo": label("from"),
        "hi": label("to"),
        "k": label("value"),
    }
    spec = charts.histogram(bins, marks, titles, view.numbers.axis(), "#A9C6DC")
    low, high = np.quantile(draws, [0.25, 0.75])
    figure = Figure(
        label("risk_title", name=view.objective_name, n=f"{len(draws):,}"),
        [Chart(spec)],
        table(
            [label("from"), label("to"), label("draws")],
            [[view.objective_cell(b["lo"]), view.objective_cell(b["hi"]), f"{b['n']:,}"] for b in bins],
            text=0,
        ),
        label(
            "risk_caption",
            low=text(float(low)),
            high=text(float(high)),
            tail=view.numbers.percent(1 - level, 0),
        ),
        [Key(m["k"], m["colour"], "line") for m in marks],
    )
    return Section("risk", label("risk_section"), [figure])


def tail_mean(draws: Floats, level: float, high_is_bad: bool = False) -> float:
    """CVaR of equally likely draws: mean of the worst 1 - level of them (Rockafellar and Uryasev 2000).

    The draw on the edge of the tail counts by its part inside.
    """
    worst = np.sort(draws)[::-1] if high_is_bad else np.sort(draws)
    size = (1.0 - level) * len(worst)
    weights = np.clip(size - np.arange(len(worst)), 0.0, 1.0)
    return float(weights @ worst / max(size, 1e-12)) if size > 0 else float(worst[0])


def replan_section(view: PlanView) -> Section | None:
    """Old spend against new, by period and by campaign."""
    old = view.plan.accounts.old_spend
    if old is None:
        return None
    label, numbers = view.labels, view.numbers
    cells = view.plan.problem.cells
    before = np.zeros_like(view.spend)
    before[cells.campaign, cells.period] = old
    rows: list[dict[str, Any]] = [
        {
            "t": t,
            "w": numbers.day(t, year=True),
            "a": float(view.spend[:, j].sum()),
            "b": float(before[:, j].sum()),
        }
        for j, t in enumerate(view.periods)
    ]
    titles = {"w": view.period_word, "a": label("new"), "b": label("old"), "y": view.axis_title("spend")}
    spec = charts_time.paired_bars(
        rows, view.periods, ("#7FB2D6", WARM), titles, numbers.axis(), view.time_axis, view.past, tick=True
    )
    values = table(
        [view.period_word, label("old"), label("new"), label("change")],
        [
            [r["w"], numbers.money(r["b"]), numbers.money(r["a"]), _change(view, r["a"] - r["b"])]
            for r in rows
        ],
    )
    moved = 0.5 * float(np.abs(view.spend - before)[:, view.past :].sum())
    caption = label("replan_caption", moved=numbers.sum(moved)) + (label("past_shaded") if view.past else "")
    keys = [Key(label("new"), "#7FB2D6"), Key(label("old"), WARM, "line")]
    figure = Figure(label("replan_title"), [Chart(spec)], values, caption, keys)
    blocks: list[Block] = [figure, _replan_campaigns(view, before)]
    return Section("replan", label("replan_section"), blocks, short=label("short_replan"))


def _change(view: PlanView, value: float) -> str:
    text = view.numbers.money(value)
    return f"+{text}" if value > 0 and text[0].isdigit() and text.strip("0.,") else text


def _replan_campaigns(view: PlanView, before: Floats) -> Grid:
    label, money = view.labels, view.numbers.money
    old, new = before[:, view.past :].sum(axis=1), view.spend[:, view.past :].sum(axis=1)
    order = np.argsort(-np.abs(new - old), kind="stable")
    rows = [
        [view.campaigns[c], money(old[c]), money(new[c]), _change(view, float(new[c] - old[c]))]
        for c in order
    ]
    total = [
        label("total"),
        money(float(old.sum())),
        money(float(new.sum())),
        _change(view, float(new.sum() - old.sum())),
    ]
    columns = [label("campaign"), label("old"), label("new"), label("change")]
    return Grid(table(columns, rows, total=total, left_out=label("left_out_plan")), label("replan_campaigns"))
