"""How money was spent: over an episode against even pacing, and from episode to episode."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np

from bidder.auctions.result import COUNTED, STEPS
from bidder.reports import charts
from bidder.reports.charts import Row
from bidder.reports.page import Chart, Figure, Key, Section, Table, Value, table
from bidder.reports.replay_rules import day_of, judged_info
from bidder.reports.replay_verdicts import spread
from bidder.reports.replay_view import Cell, Floats, Ints, ReplayView
from bidder.reports.replay_why import spent_by_step
from bidder.reports.theme import MUTED

ONE_LINE = 0.02
"""Share of the budget: lines that are never further apart look like one."""
PANELS = 4
"""Most budgets with a chart of their own."""
POINTS = 30
"""Most points on a line over episodes; more episodes are averaged by groups."""
_PERCENT = "format(datum.value, '~%')"
_EPOCH = date(1970, 1, 1)
_COST, _WON, _CAME = (COUNTED.index(name) for name in ("cost", "impressions", "auctions"))


def course_section(view: ReplayView) -> Section | None:
    """Spend and win rate over an episode and over time, for the best setting of every strategy."""
    if not view.count("impressions").any():
        return None
    blocks = [_spend_course(view), _win_course(view)]
    if _count(view) > 1:
        blocks += [_spend_episodes(view), _win_episodes(view)]
    several = any(view.varies(c) for c in view.headline)
    lead = view.joined(
        view.labels("rp_course_lead"), view.labels("rp_best_of_each") if several else "",
        view.in_market(), view.left_out(),
    )
    return Section("course", view.labels("rp_course"), blocks, lead, view.labels("rp_short_course"))


def _shown(view: ReplayView, budget: int) -> list[Cell]:
    return [c for c in view.best_of_each(budget) if c.strategy in view.colours]


def _course(view: ReplayView, cell: Cell) -> Floats:
    return _sum([view.result.results[k].course for k in cell.members])


def _sum(arrays: list[np.ndarray]) -> Floats:
    total: Floats = np.sum([a.astype(np.float64) for a in arrays], axis=0)
    return total


def _won(rows: Floats) -> Floats:
    came = rows[:, _CAME]
    rate: Floats = np.divide(rows[:, _WON], came, out=np.full(len(rows), np.nan), where=came > 0)
    return rate


def _panels(view: ReplayView, draw: Callable[[int], dict[str, object]]) -> list[Chart]:
    budgets = spread(list(view.budgets), PANELS)
    return [Chart(draw(b), view.spoken("rp_budget_is", budget=view.budget_text(b))) for b in budgets]


def _spend_course(view: ReplayView) -> Figure:
    label = view.labels
    x = [(k / STEPS, _moment(view, k)) for k in range(STEPS + 1)]
    titles = {**_titles(view, "", label("rp_spent_axis")), "x": view.spoken("rp_elapsed")}
    ticks = _ticks(view)

    def draw(budget: int) -> dict[str, object]:
        rows = _rows(x, {c.strategy: spent_by_step(view, c) for c in _shown(view, budget)})
        even = [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 1.0}]
        return charts.series(rows, view.colours, titles, _elapsed(view), _PERCENT, ".1%", even, ticks=ticks)

    grid = _values(view, _shown, x[::2], lambda c: spent_by_step(view, c)[::2], view.numbers.percent)
    keys = [*view.keys, Key(label("rp_even"), MUTED, "line dashed")]
    caption = view.joined(view.spoken("rp_spend_course_caption"), _coinciding(view), _panel_words(view))
    return Figure(view.spoken("rp_spend_course"), _panels(view, draw), grid, caption, keys, wide=True)


def _coinciding(view: ReplayView) -> str:
    """Which lines of the headline's budget cannot be told apart, as a sentence."""
    groups: list[list[Cell]] = []
    for c in _shown(view, view.budget):
        mine = spent_by_step(view, c)
        near = (g for g in groups if np.abs(spent_by_step(view, g[0]) - mine).max() < ONE_LINE)
        group = next(near, None)
        if group is None:
            groups.append([c])
        else:
            group.append(c)
    together = [view.listed([c.strategy for c in g], most=len(g)) for g in groups if len(g) > 1]
    where = " " + view.at_budget(view.budget) if len(view.budgets) > 1 else ""
    if view.labels.lang == "zh" and where:
        where = where.strip() + "时，"
    return view.joined(*(view.labels("rp_one_line", names=names, where=where) for names in together))


def _win_course(view: ReplayView) -> Figure:
    label = view.labels
    x = [((k + 0.5) / STEPS, f"{_moment(view, k)}–{_moment(view, k + 1)}") for k in range(STEPS)]
    titles = {**_titles(view, "", label("rp_win_rate")), "x": view.spoken("rp_elapsed")}
    ticks = _ticks(view)

    def draw(budget: int) -> dict[str, object]:
        rows = _rows(x, {c.strategy: _won(_course(view, c)) for c in _shown(view, budget)})
        return charts.series(rows, view.colours, titles, _elapsed(view), _PERCENT, ".1%", ticks=ticks)

    grid = _values(view, _shown, x[::2], lambda c: _won(_course(view, c))[::2], view.numbers.percent)
    caption = view.joined(view.spoken("rp_win_course_caption"), _panel_words(view))
    return Figure(view.spoken("rp_win_course"), _panels(view, draw), grid, caption, view.keys, wide=True)


def _moment(view: ReplayView, step: int) -> str:
    """Where a part of an episode begins: of a day, its hour."""
    return f"{step * 24 // STEPS}:00" if view.daily else f"{step / STEPS:.0%}"


def _elapsed(view: ReplayView) -> str:
    return "format(round(datum.value * 24), 'd') + ':00'" if view.daily else _PERCENT


def _ticks(view: ReplayView) -> list[float]:
    return [k / 8 for k in range(9)] if view.daily else [k / 5 for k in range(6)]


# From episode to episode


def _spend_episodes(view: ReplayView) -> Figure:
    label, (x, words, groups) = view.labels, _groups(view)
    titles = _titles(view, words, view.title("cost"))
    rows = _rows(x, {c.strategy: _spend_by(view, c, groups) for c in _alike(view, view.budget)})
    full = view.paid(view.budget) * _merged(view)
    even = [{"x": x[0][0], "y": full}, {"x": x[-1][0], "y": full}]
    spec = charts.series(rows, view.colours, titles, _time_labels(view), view.numbers.axis(), ",.4~g", even)
    grid = _values(view, _alike, x, lambda c: _spend_by(view, c, groups), lambda v: view.amount(v, "cost"))
    keys = [*view.keys, Key(label("rp_budget"), MUTED, "line dashed")]
    caption = view.joined(view.spoken("rp_spend_episodes_caption"), *_group_words(view))
    return Figure(view.spoken("rp_spend_episodes"), [Chart(spec)], grid, caption, keys)


def _win_episodes(view: ReplayView) -> Figure:
    label, (x, words, groups) = view.labels, _groups(view)
    titles = _titles(view, words, label("rp_win_rate"))

    def won(cell: Cell) -> Floats:
        return _won(np.add.reduceat(_episodes(view, cell), groups, axis=0))

    rows = _rows(x, {c.strategy: won(c) for c in _alike(view, view.budget)})
    spec = charts.series(rows, view.colours, titles, _time_labels(view), _PERCENT, ".1%")
    grid = _values(view, _alike, x, won, view.numbers.percent)
    caption = view.joined(label("rp_win_episodes_caption"), *_group_words(view))
    return Figure(view.spoken("rp_win_episodes"), [Chart(spec)], grid, caption, view.keys)


def _episodes(view: ReplayView, cell: Cell) -> Floats:
    """Counts by episode, the campaigns of a day added up where all have the same days."""
    rows = _sum([view.result.results[k].episodes for k in cell.members]) / len(cell.members)
    campaigns = _merged(view)
    return rows.reshape(campaigns, -1, rows.shape[1]).sum(axis=0) if campaigns > 1 else rows


def _merged(view: ReplayView) -> int:
    """How many campaigns have the same days, so that they can be added up; 1 where they have not."""
    campaigns, days = len(view.result.info.campaigns), _days(view)
    if campaigns < 2 or days < 1:
        return 1
    lengths = {len(view.result.results[k].episodes) for c in _shown(view, view.budget) for k in c.members}
    return campaigns if lengths == {campaigns * days} else 1


def _days(view: ReplayView) -> int:
    """Episodes between the first and the last day of the judged part, where they are counted in days."""
    first, last = _bounds(view)
    step = view.result.episodes.days
    return (last - first).days // step + 1 if step and first is not None and last is not None else 0


def _bounds(view: ReplayView) -> tuple[date | None, date | None]:
    info = judged_info(view)
    if not info.timed or info.first_ts is None or info.last_ts is None:
        return None, None
    first, last = (date.fromisoformat(day_of(view, ts)) for ts in (info.first_ts, info.last_ts))
    return first, last


def _spend_by(view: ReplayView, cell: Cell, groups: Ints) -> Floats:
    # Of an episode (or a day of all campaigns), on average over the group.
    cost = _episodes(view, cell)[:, _COST]
    size = np.diff(np.append(groups, len(cost)))
    return np.array([view.paid(float(v)) for v in np.add.reduceat(cost, groups) / size])


def _length(view: ReplayView, cell: Cell) -> int:
    return len(view.result.results[cell.members[0]].episodes) // _merged(view)


def _count(view: ReplayView) -> int:
    return max((_length(view, c) for c in _shown(view, view.budget)), default=0)


def _alike(view: ReplayView, budget: int) -> list[Cell]:
    # Where the length of episodes is swept, those of another length have no place on the same axis.
    return [c for c in _shown(view, budget) if _length(view, c) == _count(view)]


def _first_day(view: ReplayView) -> date | None:
    """Day of the first episode, where the episodes are the days of the judged part."""
    whole = view.part in ("all", "train") or view.result.part_info is not None
    return _bounds(view)[0] if whole and _days(view) == _count(view) else None


def _groups(view: ReplayView) -> tuple[list[tuple[float, str]], str, Ints]:
    """Place and name of every group of episodes, label of what is counted, and their first episodes."""
    count, first = _count(view), _first_day(view)
    size = -(-count // POINTS)
    starts: Ints = np.arange(0, count, size, dtype=np.int64)
    if first is not None:
        step = view.result.episodes.days or 1
        days = [first + timedelta(days=int(k) * step) for k in starts]
        named = [(float((d - _EPOCH).days), view.numbers.day(d.isoformat(), year=True)) for d in days]
        return named, "rp_date", starts
    names = [f"{k + 1:,}" if size == 1 else f"{k + 1:,}–{min(k + size, count):,}" for k in starts]
    return [(float(k + 1), name) for k, name in zip(starts, names, strict=True)], "rp_episode", starts


def _time_labels(view: ReplayView) -> str:
    if _first_day(view) is None:
        return "format(datum.value, ',~r')"
    form = "%-m/%-d" if view.labels.lang == "zh" else "%-d %b"
    return f"utcFormat(datum.value * 86400000, '{form}')"


def _group_words(view: ReplayView) -> list[str]:
    label, size = view.labels, -(-_count(view) // POINTS)
    return [
        view.spoken("rp_grouped", n=size) if size > 1 else "",
        label("rp_campaigns_added") if _merged(view) > 1
        else label("rp_by_campaign") if len(view.result.info.campaigns) > 1 else "",
        view.spoken("rp_parameter_many", budget=view.budget_text(view.budget)) if len(view.budgets) > 1
        else "",
    ]


# What the figures share


def _titles(view: ReplayView, x: str, y: str) -> dict[str, str]:
    return {"x": view.labels(x) if x else "", "y": y, "c": view.labels("rp_strategy")}


def _rows(x: list[tuple[float, str]], series: dict[str, Floats]) -> list[Row]:
    return [
        {"x": round(place, 5), "w": words, "y": float(f"{y:.5g}"), "c": name}
        for name, values in series.items()
        for (place, words), y in zip(x, values, strict=True)
        if np.isfinite(y)
    ]


def _panel_words(view: ReplayView) -> str:
    if len(view.budgets) <= PANELS:
        return ""
    return view.labels("rp_panels_hidden", shown=PANELS, all=len(view.budgets))


def _values(
    view: ReplayView, shown: Callable[[ReplayView, int], list[Cell]], x: list[tuple[float, str]],
    values: Callable[[Cell], Floats], text: Callable[[float], str],
) -> Table:
    rows: list[list[Value]] = []
    for budget in spread(list(view.budgets), PANELS) if shown is _shown else [view.budget]:
        for c in shown(view, budget):
            numbers = [text(float(v)) for v in values(c)]
            rows.append([c.strategy, view.budget_amount(budget), *numbers])
    titles = [view.labels("rp_strategy"), view.title("budget"), *(name for _, name in x)]
    return table(titles, rows)
