"""The table of all settings, and their intervals."""

from __future__ import annotations

import numpy as np

from bidder.reports.page import ROWS, Block, Grid, Section, Table, Value, table
from bidder.reports.replay_rules import part_name
from bidder.reports.replay_summary import BEST
from bidder.reports.replay_verdicts import interval_text, sentence
from bidder.reports.replay_view import Cell, ReplayView

CONDITIONS, PARAMETERS = 3, 2
"""Most conditions, and most chosen fields, with columns of their own; more of a kind share one."""
_INTERVAL = "interval"
_FIELD = "field:"
_COUNTS = ("auctions", "impressions", "clicks", "conversions", "value", "worth", "cost")
_ORDER = (
    "auctions", "impressions", "win_rate", "clicks", "conversions", "value", "worth", "cost", "spent_share",
    "cpm", "cpc", "cpa", "roas", "regret",
)
_SHARES = ("win_rate", "spent_share", "regret")

Scene = tuple[str, int, str]
"""Part, budget and market."""


def settings_section(view: ReplayView) -> Section | None:
    """Every setting with its figures, and the intervals of its sums."""
    rows = _rows(view)
    if not rows:
        return None
    label = view.labels
    caption = []
    if len(rows) > 1:
        caption.append(label("rp_table_caption", measure=sentence(view.name_of(view.measure))))
    if any(len(c.members) > 1 for c in rows):
        caption.append(label("rp_seeds_mean"))
    blocks: list[Block] = [_main(view, rows, view.joined(*caption))]
    if view.result.interval:
        blocks.append(_intervals(view, rows))
    return Section("settings", label("rp_settings"), blocks, short=label("rp_short_settings"))


def _scene(cell: Cell) -> Scene:
    return cell.part, cell.budget, repr(cell.market)


def _rows(view: ReplayView) -> list[Cell]:
    """Best first within each condition; the best of every condition among the rows shown."""
    groups: dict[Scene, list[Cell]] = {}
    for c in view.cells:
        groups.setdefault(_scene(c), []).append(c)
    markets = list(dict.fromkeys(repr(c.market) for c in view.cells))
    ordered = [
        sorted(groups[key], key=view.merit, reverse=True)
        for key in sorted(groups, key=lambda key: (view.parts.index(key[0]), markets.index(key[2]), key[1]))
    ]
    most = max(1, ROWS // max(len(ordered), 1))
    if sum(map(len, ordered)) <= ROWS:
        most = ROWS
    return [c for group in ordered for c in group[:most]] + [c for group in ordered for c in group[most:]]


def _names(view: ReplayView) -> list[str]:
    names = ["strategy", *_columns(view)]
    if len({c.budget for c in view.cells}) > 1:
        names.append("budget")
    if len(view.parts) > 1:
        names.append("part")
    return names


def _columns(view: ReplayView) -> list[str]:
    """Columns of the conditions and of what was chosen."""
    market = list(dict.fromkeys(path for c in view.cells for path, _ in c.market))
    chosen = list(dict.fromkeys(path for c in view.cells for path, _ in c.chosen))
    first = [_FIELD + path for path in market] if len(market) <= CONDITIONS else ["market_fields"]
    return [*first, *([_FIELD + path for path in chosen] if len(chosen) <= PARAMETERS else ["swept"])]


def _text(view: ReplayView, cell: Cell, names: list[str], best: bool) -> list[Value]:
    values = {
        "strategy": (BEST if best else "") + cell.strategy,
        "market_fields": view.swept_text(cell.market),
        "swept": view.swept_text(cell.chosen),
        "budget": view.budget_amount(cell.budget),
        "part": part_name(view, cell.part).replace(" ", "\N{NO-BREAK SPACE}"),
        **{_FIELD + path: view.value_text(value, path) for path, value in cell.swept},
    }
    return [values.get(name, view.labels("rp_none")) for name in names]


def _titles(view: ReplayView, names: list[str]) -> list[str]:
    return [
        view.field(name.removeprefix(_FIELD)) if name.startswith(_FIELD)
        else view.title("budget") if name == "budget" else view.labels(f"rp_{name}")
        for name in names
    ]


def _numeric(view: ReplayView, name: str) -> bool:
    values = view.swept.get(name.removeprefix(_FIELD), ())
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
    return name == "budget" or (name.startswith(_FIELD) and numbers)


def _main(view: ReplayView, rows: list[Cell], caption: str) -> Grid:
    names = _names(view)
    columns = [name for name in _ORDER if _known(view, name)]
    if view.result.interval:
        columns.insert(columns.index(view.measure) + 1, _INTERVAL)
    best = _best(view, rows)
    lines: list[list[Value]] = [
        [*_text(view, c, names, c in best), *(_figure(view, c, name) for name in columns)]
        for c in rows[:ROWS]
    ]
    lines += [[]] * (len(rows) - ROWS)  # counted, not set
    titles = [*_titles(view, names), *(_title(view, name) for name in columns)]
    numeric = [_numeric(view, name) for name in names] + [True] * len(columns)
    return Grid(Table(titles, lines, numeric, left_out=view.labels("rp_left_out")), caption=caption)


def _title(view: ReplayView, name: str) -> str:
    return view.labels("rp_its_interval") if name == _INTERVAL else view.title(name)


def _best(view: ReplayView, rows: list[Cell]) -> set[Cell]:
    # Equal bests are all marked; where nobody reached anything there is none.
    most: dict[Scene, float] = {}
    for c in rows:
        most[_scene(c)] = max(most.get(_scene(c), 0.0), view.total(c, view.measure))
    return {
        c for c in rows[:ROWS]
        if view.total(c, view.measure) == most[_scene(c)] > 0 and len(view.cells) > 1
    }


def _known(view: ReplayView, name: str) -> bool:
    if name == "worth":
        return bool(view.count(name).any())
    if name == "value":  # what the objective does not ask for is in results.csv
        return name == view.measure
    if name == "cpm":
        return not view.by_click
    if name in ("conversions", "cpa"):
        return view.result.objective != "clicks" and bool(view.count("conversions").any())
    if name == "regret":
        return any(r.bound for r in view.result.results)
    if name == "roas":
        return view.result.objective == "value" and view.result.info.per_currency is not None
    if name == "auctions":  # the same for all of a part, it stands in the summary
        return any(np.ptp([view.total(c, name) for c in view.cells if c.part == part]) for part in view.parts)
    return True


def _figure(view: ReplayView, cell: Cell, name: str) -> str:
    if name == _INTERVAL:
        return _ends(view, cell, view.measure)
    if name in _COUNTS:
        return view.amount(view.scaled(name, view.total(cell, name)), name)
    value = view.figure(cell, name)
    if name in _SHARES:
        return view.numbers.percent(value)
    return view.price_text(value if name == "roas" else view.price(value))


def _intervals(view: ReplayView, rows: list[Cell]) -> Grid:
    names, intervals = _names(view), view.result.interval
    found = {name for ends in intervals for name in ends}
    columns = [name for name in _COUNTS if name in found and view.count(name).any()]
    lines: list[list[Value]] = [
        [*_text(view, c, names, False), *(_ends(view, c, name) for name in columns)] for c in rows[:ROWS]
    ]
    lines += [[]] * (len(rows) - ROWS)
    titles = [*_titles(view, names), *map(view.title, columns)]
    grid = table(titles, lines, len(names), left_out=view.labels("rp_left_out"))
    return Grid(grid, view.labels("rp_intervals"), view.labels("rp_intervals_caption"), folded=True)


def _ends(view: ReplayView, cell: Cell, name: str) -> str:
    ends = view.interval(cell, name)
    return view.labels("rp_none") if ends is None else interval_text(view, name, *ends)
