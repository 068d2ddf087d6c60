"""The table of ``bidder replay``: which rows and columns fit on a terminal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bidder.cli import tables
from bidder.cli.output import printable, say
from bidder.cli.tables import NOTHING

if TYPE_CHECKING:
    from bidder.auctions.result import Setting
    from bidder.jobs.replay import ReplayOutcome

MOST_ROWS = 24
"""Rows of the table; the others are in results.csv."""
LONGEST, SHORTEST = 28, 14
"""Characters to which long names and values are cut, with and without much room."""
GAP = 2
"""Characters between columns."""
UNSWEPT = ("auction", "bids", "episodes", "tick", "frequency_cap", "retargeting")
"""Sections whose swept fields do not belong to a strategy."""
ALONE = ("over_budget", "outcomes", "objective", "seed")
"""Swept fields without a section that do not belong to a strategy."""
NEEDED = ("budget", "interval", "regret", "part", "spent", "clicks", "cost", "impressions", "cpc")
"""Columns that may have to go for lack of room, the most important ones first."""


@dataclass(frozen=True)
class Column:
    """A column of the table: one cell for every row."""

    name: str
    header: str
    cells: tuple[str, ...]
    left: bool = False
    cut: bool = False
    """Whether long cells may be cut in the middle."""
    rank: int = 0
    """The columns of the highest rank go first where there is no room; those of rank 0 stay."""

    @property
    def width(self) -> int:
        """Characters on a terminal, of which Chinese ones count twice."""
        return max(map(_length, (*self.header.split("\n"), *self.cells)))


def print_results(outcome: ReplayOutcome) -> None:
    """Print what fits of the results, and say what does not."""
    rows = shown_rows(outcome)
    columns = _columns(outcome, rows)
    same, columns = _told_once(columns, outcome)
    width = tables.console().width
    columns, dropped = fit(columns, width)
    if same:
        say(printable("; ".join(same)))
    table = tables.new_table([(c.header, "left" if c.left else "right") for c in columns])
    for column, made in zip(columns, table.columns, strict=True):
        made.no_wrap, made.vertical = True, "bottom"
        made.min_width = column.width
    for cells in zip(*(c.cells for c in columns), strict=True):
        table.add_row(*map(tables.cell, cells))
    tables.show(table, least=_total(columns))
    _remarks(outcome, len(rows), dropped)


def _remarks(outcome: ReplayOutcome, shown: int, dropped: Sequence[str]) -> None:
    settings, said = outcome.result.settings, []
    if len(settings) > shown:
        chosen = sum(s.part == settings[-1].part for s in settings) > shown
        how = f", the best of each strategy by {outcome.measure} first" if chosen else ""
        said.append(f"{shown} of {len(settings):,} rows{how}")
    if dropped:
        said.append(f"no room for {', '.join(dropped)}")
    if said:
        tables.sentences([f"{'; '.join(said)}; everything is in results.csv"])


def shown_rows(outcome: ReplayOutcome) -> list[int]:
    """The rows to show, in their order.

    All when they are few. Else those of the last part: the one with the most of the measure of each
    strategy, then of each strategy under each rule, budget and seed, then whatever has the most of it.
    """
    settings, results = outcome.result.settings, outcome.result.results
    if len(settings) <= MOST_ROWS:
        return list(range(len(settings)))
    last = [k for k, setting in enumerate(settings) if setting.part == settings[-1].part]
    ranked = sorted(last, key=lambda k: (-results[k].total(outcome.measure), k))
    alone: dict[str, int] = {}
    in_scene: dict[tuple[str, str], int] = {}
    for k in ranked:
        alone.setdefault(settings[k].strategy, k)
        in_scene.setdefault(_scene(settings[k]), k)
    best, others = set(alone.values()), set(in_scene.values())
    ranked.sort(key=lambda k: 0 if k in best else 1 if k in others else 2)
    return sorted(ranked[:MOST_ROWS])


def _scene(setting: Setting) -> tuple[str, str]:
    """A strategy and what is swept besides its own parameters."""
    shared = [item for item in setting.swept if item[0] in ALONE or item[0].split(".")[0] in UNSWEPT]
    return setting.strategy, repr(shared)


def _columns(outcome: ReplayOutcome, rows: Sequence[int]) -> list[Column]:
    """All columns that say something, with short headers."""
    settings = [outcome.result.settings[k] for k in rows]
    parts = tuple("" if s.part == "all" else s.part for s in settings)
    columns = [
        Column("strategy", "strategy", tuple(printable(s.strategy) for s in settings), left=True, cut=True),
        Column("part", "part", parts, left=True, rank=_rank("part")),
        *_swept(settings),
    ]
    figures = [_figures(outcome, k) for k in rows]
    for name in figures[0]:
        rank = 0 if name == outcome.measure else _rank(name)
        columns.append(Column(name, name, tuple(one[name] for one in figures), rank=rank))
    return [c for c in columns if any(cell not in ("", NOTHING) for cell in c.cells)]


def _rank(name: str) -> int:
    return 1000 + NEEDED.index(name)


def _swept(settings: Sequence[Setting]) -> list[Column]:
    """A column for each swept field but the budget, which has one anyway."""
    names = list(dict.fromkeys(name for s in settings for name, _ in s.swept))
    names = [name for name in names if name != "episodes.budget"]
    shorts = short_names(names)
    columns = []
    for rank, name in enumerate(names, 1):
        values = [dict(s.swept).get(name) for s in settings]
        numbers = all(v is None or (isinstance(v, int | float) and not isinstance(v, bool)) for v in values)
        columns.append(Column(name, shorts[name], _texts(values), not numbers, not numbers, rank))
    return columns


def short_names(names: Sequence[str]) -> dict[str, str]:
    """The last word of every path, or the whole path where two have the same.

    >>> short_names(["frequency_cap.per_day", "bids.max", "max"])
    {'frequency_cap.per_day': 'per_day', 'bids.max': 'bids.max', 'max': 'max'}
    """
    taken = ["strategy", "part", "budget", *(name.rpartition(".")[2] for name in names)]
    return {n: s if taken.count(s := n.rpartition(".")[2]) == 1 else n for n in names}


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    """Values as the YAML would have them; numbers with as few digits as tell them apart."""
    numbers = {v for v in values if isinstance(v, float)}
    digits = next((d for d in (6, 9, 12) if len({f"{v:.{d}g}" for v in numbers}) == len(numbers)), 17)
    return tuple(_text(v, digits) for v in values)


def _text(value: Any, digits: int) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.{digits}g}"
    return printable(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _told_once(columns: list[Column], outcome: ReplayOutcome) -> tuple[list[str], list[Column]]:
    """What is the same in every row as words before the table, and the other columns."""
    money = outcome.units.name
    whose = " of each campaign" if len(outcome.result.info.campaigns) > 1 else ""
    said = {"budget": f"budget {{}} {money} for each episode{whose}", "part": "on the part {} of the log"}
    swept = {c.name: f"{c.header} {{}}" for c in columns if 0 < c.rank < _rank("budget")}
    same = [c for c in columns if c.name in said | swept and len(c.cells) > 1 and len(set(c.cells)) == 1]
    words = [(said | swept)[c.name].format(c.cells[0]) for c in same]
    if all(c.name != "budget" for c in same):
        words.insert(0, f"money in {money}")
    return words, [c for c in columns if c not in same]


def fit(columns: Sequence[Column], width: int) -> tuple[list[Column], list[str]]:
    """Columns that fit into a width, and the names of those that had to go.

    Headers are broken at underscores, then the least important columns go, then long names are cut in the
    middle, and then other columns go.
    """
    kept, gone = [_cut(c, LONGEST) for c in columns], list[str]()
    for step, rank in ((_broken, _rank("clicks")), (partial(_cut, width=SHORTEST), 0)):
        if _total(kept) > width:
            kept = [step(c) for c in kept]
        while _total(kept) > width and (last := max(kept, key=lambda c: c.rank)).rank > rank:
            gone.append(last.header.replace("\n", ""))
            kept.remove(last)
    return kept, gone


def _total(columns: Sequence[Column]) -> int:
    return sum(c.width for c in columns) + GAP * (len(columns) - 1)


def _broken(column: Column) -> Column:
    """With the header in two lines where that makes the column narrower."""
    words = column.header.split("_")
    ways = ["_".join(words[:k]) + "_\n" + "_".join(words[k:]) for k in range(1, len(words))]
    return min((replace(column, header=h) for h in (column.header, *ways)), key=lambda c: c.width)


def _cut(column: Column, width: int) -> Column:
    """Long cells without their middle, unless that would make different ones look alike."""
    if not column.cut:
        return column
    different = len(set(column.cells))
    for most in (width, width * 2):
        cells = tuple(shorten(cell, most) for cell in column.cells)
        if len(set(cells)) == different:
            return replace(column, cells=cells)
    return column


def shorten(text: str, width: int) -> str:
    """A text without its middle when it is too long.

    >>> shorten("a strategy with a long name", 14), shorten("short", 14)
    ('a strat…g name', 'short')
    """
    if _length(text) <= width:
        return text
    head, tail = text, text
    while _length(head) > width // 2:
        head = head[:-1]
    while _length(tail) > (width - 1) // 2:
        tail = tail[1:]
    return f"{head}…{tail}"


def _length(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)


def _figures(outcome: ReplayOutcome, k: int) -> dict[str, str]:
    from bidder.auctions.metrics import metrics
    from bidder.jobs.replay_output import Scale

    result, measure, scale = outcome.result, outcome.measure, Scale(outcome.units)
    setting, figures = result.settings[k], result.results[k]
    computed, interval = metrics(figures, setting, result.info), result.interval[k].get(measure)
    cpc = scale.price(computed["cpc"])
    return {
        "budget": _number(scale.mean(setting.budget, "cost")),
        "impressions": f"{figures.total('impressions'):,}",
        "clicks": f"{figures.total('clicks'):,}",
        "cost": _number(scale.mean(figures.total("cost"), "cost")),
        "spent": _share(computed["spent_share"]),
        "cpc": NOTHING if cpc is None else _number(cpc),
        measure: _number(scale.mean(figures.total(measure), measure)),
        "interval": _ends(interval, measure, scale),
        "regret": _share(computed["regret"]),
    }


def _ends(interval: tuple[float, float] | None, measure: str, scale: Any) -> str:
    if interval is None:
        return ""
    return " to ".join(_number(scale.mean(end, measure)) for end in interval)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:,.4g}"


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1%}"
