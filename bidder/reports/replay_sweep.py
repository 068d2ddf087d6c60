"""What a budget and the swept parameters bring, and how near hindsight it comes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bidder.reports import charts
from bidder.reports.charts import Row
from bidder.reports.page import Bar, Chart, Figure, Key, Section, Table, Value, table
from bidder.reports.replay_verdicts import sentence, short, spread
from bidder.reports.replay_view import Cell, ReplayView
from bidder.reports.theme import ACCENT, SERIES

_PLAIN = "format(datum.value, ',~r')"
_PERCENT = "format(datum.value, '~%')"
# Budgets stand on the axis as they were given, as far as three digits go.
_BUDGET = "abs(datum.value) >= 10000 ? format(datum.value, '.3~s') : format(datum.value, ',~r')"
PARAMETERS = 6
"""Most parameters with a chart of their own."""
POINTS = 60
"""Most points on a line."""
FEW_VALUES, FEW_LINES = 20, 4
"""With more values of a parameter than the first, at most so many lines as the second."""
VALUES = 24
"""Most values of a parameter that is no number."""
Reach = Callable[[Cell], float]


def budget_section(view: ReplayView) -> Section | None:
    """The objective, the cost of a click and what is left against the budget."""
    if len(view.budgets) < 2 or not view.count("impressions").any():
        return None
    label = view.labels
    drawn = [
        _by_budget(view, view.measure, lambda c: view.scaled(view.measure, view.total(c, view.measure))),
        _by_budget(view, "of_best", lambda c: _of_best(view, c)),
        _by_budget(view, view.each_name, view.each),
        _by_budget(view, "spent_share", lambda c: view.figure(c, "spent_share")),
    ]
    charts_ = [c for c in drawn if c is not None]
    log = label("rp_log_axis") if _is_log(view.budgets) else ""
    caption = view.joined(view.spoken("rp_budget_caption"), log)
    figure = Figure("", charts_, _budget_table(view), caption, view.keys, wide=True)
    several = any(view.varies(c) for c in view.headline)
    lead = view.joined(label("rp_best_of_each") if several else "", view.in_market(), view.left_out())
    return Section("budget", label("rp_budget_section"), [figure], lead, label("rp_budget"))


def _best_cells(view: ReplayView, budget: int) -> list[Cell]:
    return [c for c in view.best_of_each(budget) if c.strategy in view.colours]


def _of_best(view: ReplayView, cell: Cell) -> float:
    most = view.total(view.ranked(cell.budget)[0], view.measure)
    return view.total(cell, view.measure) / most if most > 0 else math.nan


def _by_budget(view: ReplayView, name: str, reach: Reach) -> Chart | None:
    rows: list[Row] = [
        {"x": view.paid(b), "w": view.budget_text(b), "y": y, "c": c.strategy}
        for b in view.budgets
        for c in _best_cells(view, b)
        if math.isfinite(y := reach(c))
    ]
    if not any(r["y"] for r in rows):
        return None
    title = _figure_title(view, name)
    titles = {"x": view.title("budget"), "y": title, "c": view.labels("rp_strategy")}
    share = name in ("of_best", "spent_share")
    labels = _PERCENT if share else view.numbers.axis()
    spec = charts.series(rows, view.colours, titles, _BUDGET, labels, ".1%" if share else ",.4~g",
                         log=_is_log(view.budgets), zero=name == view.measure)
    return Chart(spec, view.labels("rp_against_budget", name=title))


def _figure_title(view: ReplayView, name: str) -> str:
    if name == "of_best":
        return view.labels("rp_of_best", name=view.name_of(view.measure))
    return view.each_title if name == view.each_name else view.title(name)


def _is_log(values: Sequence[float]) -> bool:
    """Whether values grow by factors rather than by steps: their middle is near the geometric mean."""
    low, middle, high = min(values), float(np.median(sorted(set(values)))), max(values)
    return low > 0 and high >= 8 * low and middle**2 <= 2 * low * high


def _budget_table(view: ReplayView) -> Table:
    names = [view.measure, "cost"]
    rows: list[list[Value]] = []
    for b in view.budgets:
        for c in _best_cells(view, b):
            figures = [view.amount(view.scaled(n, view.total(c, n)), n) for n in names]
            prices = [view.price_text(view.price(view.figure(c, n))) for n in ("cpc", "cpm")]
            share = view.numbers.percent(view.figure(c, "spent_share"))
            rows.append([c.strategy, view.swept_text(c.chosen), view.budget_amount(b), *figures, *prices,
                         share])
    titles = [view.labels("rp_strategy"), view.labels("rp_swept"), view.title("budget"),
              *map(view.title, [*names, "cpc", "cpm", "spent_share"])]
    return table(titles, rows, text=2, left_out=view.labels("rp_left_out"))


# Regret


def regret_section(view: ReplayView) -> Section | None:
    """Expected worth reached as a share of the hindsight bound."""
    shares = {
        b: [(c, s) for c in view.best_of_each(b) if math.isfinite(s := view.figure(c, "bound_share"))]
        for b in view.budgets
    }
    if not any(shares.values()):
        return None
    label = view.labels
    lead = view.joined(
        label("rp_regret_lead", worth=sentence(view.name_of("worth"))), view.in_market(),
    )
    if len(view.budgets) > 1:
        figure = _regret_lines(view, shares)
        lead = view.joined(lead, view.left_out())
    else:
        figure = _regret_bars(view, shares[view.budgets[0]])
    return Section("regret", label("rp_regret_section"), [figure], lead, label("rp_regret"))


def _regret_lines(view: ReplayView, shares: Mapping[int, list[tuple[Cell, float]]]) -> Figure:
    rows = [
        {"x": view.paid(b), "w": view.budget_text(b), "y": share, "c": c.strategy}
        for b, group in shares.items()
        for c, share in group
        if c.strategy in view.colours
    ]
    titles = {"x": view.title("budget"), "y": view.labels("rp_bound_share"), "c": view.labels("rp_strategy")}
    log = _is_log(view.budgets)
    spec = charts.series(rows, view.colours, titles, _BUDGET, _PERCENT, ".1%", log=log, zero=False)
    return Figure("", [Chart(spec, titles["y"])], _regret_table(view, shares), keys=view.keys)


def _regret_bars(view: ReplayView, group: list[tuple[Cell, float]]) -> Figure:
    shown = sorted(group, key=lambda entry: -entry[1])[:30]
    rows: list[Row] = [{"c": c.strategy, "v": share} for c, share in shown]
    titles = {"c": view.labels("rp_strategy"), "v": view.labels("rp_bound_share")}
    spec = charts.bars(rows, [c.strategy for c, _ in shown], ACCENT, titles, _PERCENT)
    return Figure("", [Chart(spec, titles["v"])], _regret_table(view, {view.budgets[0]: group}))


def _regret_table(view: ReplayView, shares: Mapping[int, list[tuple[Cell, float]]]) -> Table:
    rows: list[list[Value]] = [
        [
            c.strategy, view.budget_amount(b),
            view.amount(view.scaled("worth", view.total(c, "worth")), "worth"),
            Bar(view.numbers.percent(share), share), view.numbers.percent(1 - share),
        ]
        for b, group in shares.items()
        for c, share in group
    ]
    titles = [view.labels("rp_strategy"), *map(view.title, ("budget", "worth", "bound_share", "regret"))]
    return table(titles, rows, left_out=view.labels("rp_left_out"))


# Parameters


def parameter_section(view: ReplayView) -> Section | None:
    """The objective against every field that may be chosen, the others at their best."""
    paths = [path for path in view.swept if any(len(v) > 1 for v in _best_at(view, path).values())]
    if not paths or not view.count(view.measure).any():
        return None
    label = view.labels
    drawn = [_parameter(view, path) for path in paths[:PARAMETERS]]
    figures = _side_by_side(drawn)
    lead = view.joined(
        label("rp_parameter_lead", measure=sentence(view.name_of(view.measure))), view.in_market(),
    )
    if len(paths) > PARAMETERS:
        hidden = label("list_comma").join(view.field(p) for p in paths[PARAMETERS:][:20])
        lead = view.joined(lead, label("rp_parameters_hidden", names=hidden))
    return Section("parameters", label("rp_parameter_section"), figures, lead, label("rp_short_parameters"))


def _side_by_side(figures: list[Figure]) -> list[Figure]:
    """Figures with the same legend and caption as one, its charts side by side."""
    groups: dict[str, list[Figure]] = {}
    for f in figures:
        columns = f.table.columns if f.table is not None else ()
        groups.setdefault(repr((f.keys, f.caption, columns)), []).append(f)
    merged = []
    for some in groups.values():
        first, tables = some[0], [f.table for f in some if f.table is not None]
        if len(some) > 1 and tables:
            rows = [row for t in tables for row in t.rows]
            grid = Table(tables[0].columns, rows, tables[0].numeric)
            drawn = [c for f in some for c in f.charts]
            first = Figure("", drawn, grid, first.caption, first.keys, wide=True)
        merged.append(first)
    return merged


def _parameter(view: ReplayView, path: str) -> Figure:
    values = view.swept[path]
    numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
    return _numbers(view, path) if numeric else _words(view, path)


def _holders(view: ReplayView, path: str) -> list[str]:
    return list(dict.fromkeys(c.strategy for c in view.headline if path in dict(c.chosen)))


def _best_at(view: ReplayView, path: str) -> dict[tuple[str, int], dict[Any, float]]:
    """For every strategy and budget, the best sum reached with each value of a parameter."""
    best: dict[tuple[str, int], dict[Any, float]] = {}
    for c in view.headline:
        chosen = dict(c.chosen)
        if path in chosen:
            found = best.setdefault((c.strategy, c.budget), {})
            total = view.total(c, view.measure)
            found[chosen[path]] = max(found.get(chosen[path], -math.inf), total)
    return best


def _numbers(view: ReplayView, path: str) -> Figure:
    label, best, holders = view.labels, _best_at(view, path), _holders(view, path)
    by_budget = len(holders) == 1 and len(view.budgets) > 1
    if by_budget:  # one strategy: a line for each budget
        budgets = spread([b for b in view.budgets if (holders[0], b) in best], len(SERIES))
        series = {view.budget_text(b): best[holders[0], b] for b in budgets}
        caption = label("rp_parameter_one", name=holders[0])
        if len(budgets) < len(view.budgets):
            shown = label("rp_panels_hidden", shown=len(budgets), all=len(view.budgets))
            caption = view.joined(caption, shown)
        colours = dict(zip(series, SERIES, strict=False))
    else:
        drawn = _drawn(view, holders, best)
        series = {s: best[s, view.budget] for s in drawn}
        hidden = len(holders) - len(drawn)
        caption = view.joined(
            view.spoken("rp_parameter_many", budget=view.budget_text(view.budget)) if len(view.budgets) > 1
            else "",
            label("rp_strategies_hidden", shown=len(drawn), hidden=hidden) if hidden else "",
        )
        colours = {s: view.colours[s] for s in series}
    what = label("rp_budget" if by_budget else "rp_strategy")
    return _lines(view, path, series, colours, caption, what)


def _drawn(view: ReplayView, holders: list[str], best: Mapping[tuple[str, int], object]) -> list[str]:
    # Many long lines hide each other: the best few are enough.
    known = [s for s in holders if (s, view.budget) in best and s in view.colours]
    if max(len(values) for values in view.swept.values()) <= FEW_VALUES:
        return known
    ranking = dict.fromkeys(c.strategy for c in view.ranked(view.budget))
    few = [s for s in ranking if s in known][:FEW_LINES]
    return [s for s in known if s in few]


def _lines(
    view: ReplayView, path: str, series: Mapping[str, Mapping[Any, float]], colours: Mapping[str, str],
    caption: str, what: str,
) -> Figure:
    rows: list[Row] = [
        {"x": float(x), "w": view.value_text(x), "y": float(f"{view.scaled(view.measure, y):.6g}"), "c": name}
        for name, found in series.items()
        for x, y in _thinned(found)
    ]
    titles = {"x": view.field(path), "y": view.title(view.measure), "c": what}
    xs = [r["x"] for r in rows]
    log = bool(xs) and _is_log(xs)
    spec = charts.series(rows, colours, titles, _PLAIN, view.numbers.axis(), ",.4~g", log=log)
    top: list[list[Value]] = [
        [name, view.field(path), view.value_text(x),
         view.amount(view.scaled(view.measure, y), view.measure)]
        for name, found in series.items()
        for x, y in [max(found.items(), key=lambda entry: entry[1])]
    ]
    columns = [what, view.labels("rp_parameter"), view.labels("rp_best_value"), view.title(view.measure)]
    keys = [Key(name, shade, "line") for name, shade in colours.items()] if len(colours) > 1 else []
    title = _chart_title(view, path, list(series), what)
    return Figure(title, [Chart(spec, title)], Table(columns, top, [False, False, True, True]), caption, keys)


def _chart_title(view: ReplayView, path: str, names: list[str], what: str) -> str:
    if len(names) == 1 and what == view.labels("rp_strategy") and len(view.strategies) > 1:
        return view.labels("rp_field_of", field=view.field(path), name=short(names[0], 30))
    return view.field(path)


def _thinned(found: Mapping[Any, float]) -> list[tuple[Any, float]]:
    # The best of each stretch, so that no peak is lost.
    points = sorted(found.items())
    size = -(-len(points) // POINTS)
    return [max(points[k : k + size], key=lambda p: p[1]) for k in range(0, len(points), max(size, 1))]


def _words(view: ReplayView, path: str) -> Figure:
    best = _best_at(view, path)
    rows: list[list[Value]] = []
    most = max((v for (_, b), found in best.items() if b == view.budget for v in found.values()), default=0.0)
    for (strategy, budget), found in best.items():
        if budget == view.budget:
            for value, total in list(found.items())[:VALUES]:
                text = view.amount(view.scaled(view.measure, total), view.measure)
                bar = Bar(text, total / most if most > 0 else 0.0)
                rows.append([view.value_text(value, path), strategy, bar])
    dots: list[Row] = [
        {"c": f"{r[0]} · {r[1]}", "v": float(f"{bar.length:.5g}")} for r in rows[:40]
        for bar in r[2:] if isinstance(bar, Bar)
    ]
    titles = {"c": view.field(path), "v": _figure_title(view, "of_best")}
    spec = charts.bars(dots, [d["c"] for d in dots], ACCENT, titles, _PERCENT)
    columns = [view.field(path), view.labels("rp_strategy"), view.title(view.measure)]
    caption = view.spoken("rp_parameter_many", budget=view.budget_text(view.budget))
    return Figure(view.field(path), [Chart(spec, path)], table(columns, rows, text=2), caption)
