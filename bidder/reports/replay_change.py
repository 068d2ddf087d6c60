"""What changes when the conditions change: the same settings under each value of a rule of the auction."""

from __future__ import annotations

import math
from collections.abc import Callable

from bidder.reports import charts_dots
from bidder.reports.charts import Row
from bidder.reports.page import Chart, Figure, Key, Section, Table, Value
from bidder.reports.replay_units import Swept
from bidder.reports.replay_verdicts import sentence, spread
from bidder.reports.replay_view import Cell, ReplayView
from bidder.reports.theme import SERIES

PATHS = 4
"""Most conditions with a figure of their own."""
VALUES = 6
"""Most values of a condition in a figure."""
SETTINGS = 12
"""Most settings in a figure; where there are more, the best of each strategy."""


def change_section(view: ReplayView) -> Section | None:
    """Every condition beside the budget, the others as in the headline."""
    paths = [p for p, values in view.swept.items() if len(values) > 1 and p in dict(view.market)]
    if not paths or not view.count("impressions").any():
        return None
    label = view.labels
    figures = [_figure(view, path) for path in paths[:PATHS]]
    lead = label("rp_change_lead", measure=sentence(view.name_of(view.measure)))
    if len(view.budgets) > 1:
        lead = view.joined(lead, view.spoken("rp_parameter_many", budget=view.budget_text(view.budget)))
    return Section("change", label("rp_change"), figures, lead, label("rp_short_change"))


def _figure(view: ReplayView, path: str) -> Figure:
    found = _settings(view, path)
    names = [view.value_text(v, path) for v in _values(view, path)]
    colours = dict(zip(names, SERIES, strict=False))
    drawn = [
        _dots(view, found, path, colours, lambda c: view.scaled(view.measure, view.total(c, view.measure)),
              view.title(view.measure)),
        _dots(view, found, path, colours, view.each, view.each_title),
    ]
    others = tuple((p, v) for p, v in view.market if p != path)
    caption = view.joined(
        view.labels("rp_change_caption"), _best_words(view, path),
        view.labels("rp_in_market", market=view.swept_text(others)) if others else "",
    )
    keys = [Key(name, shade, "dot") for name, shade in colours.items()]
    shown = [c for c in drawn if c]
    return Figure(view.field(path), shown, _table(view, found, path), caption, keys, wide=True)


def _values(view: ReplayView, path: str) -> list[object]:
    return spread(list(view.swept[path]), VALUES)


def _at(view: ReplayView, path: str, value: object) -> Swept:
    return tuple((p, value if p == path else v) for p, v in view.market)


def _settings(view: ReplayView, path: str) -> dict[str, dict[str, Cell]]:
    """Every setting by its name, and under each value of the condition; in the order of the experiment."""
    scenes = [(view.value_text(v, path), view.ranked(view.budget, _at(view, path, v)))
              for v in _values(view, path)]
    found: dict[str, dict[str, Cell]] = {}
    for value, cells in scenes:
        for c in cells:
            found.setdefault(_name(view, c), {})[value] = c
    if len(found) > SETTINGS:
        best = {_name(view, c) for c in view.best_of_each(view.budget)}
        found = dict([(name, some) for name, some in found.items() if name in best][:SETTINGS])
    order = list(dict.fromkeys(_name(view, c) for c in view.judged))
    return {name: found[name] for name in order if name in found}


def _name(view: ReplayView, cell: Cell) -> str:
    return view.cell_name(cell)


def _dots(
    view: ReplayView, found: dict[str, dict[str, Cell]], path: str, colours: dict[str, str],
    reach: Callable[[Cell], float], title: str,
) -> Chart | None:
    rows: list[Row] = [
        {"c": name, "g": value, "v": float(f"{reach(c):.5g}")}
        for name, some in found.items() for value, c in some.items() if math.isfinite(reach(c))
    ]
    if not rows:
        return None
    titles = {"c": view.labels("rp_setting"), "g": view.field(path), "v": title}
    spec = charts_dots.dumbbells(rows, list(found), colours, titles, view.numbers.axis(), ",.4~g")
    return Chart(spec, title)


def _best_words(view: ReplayView, path: str) -> str:
    """What the best setting reaches with each value, as one sentence."""
    told = []
    for value in _values(view, path):
        if ranking := view.ranked(view.budget, _at(view, path, value)):
            count = view.counted(view.measure, view.total(ranking[0], view.measure))
            told.append(view.labels("rp_change_part", value=view.value_text(value, path),
                                    field=sentence(view.field(path)), name=view.cell_name(ranking[0]),
                                    count=count))
    return view.labels("rp_change_best", parts=view.labels("rp_semicolon").join(told))


def _table(view: ReplayView, found: dict[str, dict[str, Cell]], path: str) -> Table:
    rows: list[list[Value]] = [
        [
            name, value, view.amount(view.scaled(view.measure, view.total(c, view.measure)), view.measure),
            view.amount(view.paid(view.total(c, "cost")), "cost"), view.each_text(c),
            *(view.numbers.percent(view.figure(c, n)) for n in ("win_rate", "spent_share")),
        ]
        for name, some in found.items() for value, c in some.items()
    ]
    titles = [view.labels("rp_setting"), view.field(path), view.title(view.measure), view.title("cost"),
              view.each_title, view.labels("rp_win_rate"), view.labels("rp_spent_share")]
    return Table(titles, rows, [False, False, True, True, True, True, True])
