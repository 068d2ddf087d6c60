"""Who wins under each condition, and in plain words whether that is more than chance."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import TypeVar

from bidder.auctions.result import Comparison
from bidder.reports.numbers import NOTHING
from bidder.reports.replay_units import Swept
from bidder.reports.replay_view import Cell, ReplayView

_FEW_PAIRS = 10
_NAMED = 5
Item = TypeVar("Item")


@dataclass(frozen=True)
class Rival:
    """What the winner is measured against: another strategy's best cell, or another choice of its own.

    Attributes
    ----------
    cell : Cell
    comparison : Comparison or None
        Of the two; the least certain one where there are several seeds; None when there is none.
    sign : int
        Turns the comparison's difference into winner minus rival.
    tied : bool
        Whether both reached the same.
    """

    cell: Cell
    comparison: Comparison | None
    sign: int
    tied: bool

    @property
    def beaten(self) -> bool:
        """Whether the winner's lead is more than chance."""
        c = self.comparison
        return c is not None and beyond_chance(c) and c.difference * self.sign > 0


@dataclass(frozen=True)
class Standing:
    """The best cell under one condition and its rivals, best first; ``nothing``: nobody brought anything."""

    best: Cell
    rivals: tuple[Rival, ...]
    nothing: bool


def standing(view: ReplayView, budget: int, market: Swept | None = None) -> Standing | None:
    """Who wins at a budget by the view's measure; None where nothing was played."""
    ranking = view.ranked(budget, market)
    if not ranking:
        return None
    best = ranking[0]
    met = {a if b == best else b for a, b in view.compared if best in (a, b)}
    met |= {c for c in view.best_of_each(budget, market) if c.strategy != best.strategy}
    rivals = tuple(_rival(view, best, c) for c in ranking if c in met and c != best)
    return Standing(best, rivals, view.total(best, view.measure) <= 0)


def _rival(view: ReplayView, best: Cell, cell: Cell) -> Rival:
    sides = [(c, 1) for c in view.compared.get((best, cell), ())]
    sides += [(c, -1) for c in view.compared.get((cell, best), ())]
    tied = view.total(best, view.measure) == view.total(cell, view.measure)
    if not sides:
        return Rival(cell, None, 1, tied)
    comparison, sign = max(sides, key=lambda side: 2.0 if math.isnan(chance(side[0])) else chance(side[0]))
    return Rival(cell, comparison, sign, tied)


def chance(c: Comparison) -> float:
    """The p-value that a verdict rests on: adjusted for the number of comparisons where it has been."""
    return c.p_value if c.p_adjusted is None else c.p_adjusted


def beyond_chance(c: Comparison) -> bool:
    """Whether both the test and the interval tell the difference from nothing at the level asked for."""
    return bool(chance(c) < 1 - c.level and (c.low > 0 or c.high < 0))


def verdict(view: ReplayView, c: Comparison) -> str:
    """The p-value in words."""
    p = chance(c)
    if not math.isfinite(p):
        return view.labels("rp_chance_unknown")
    if not beyond_chance(c):
        return view.labels("rp_chance_hint" if p < 0.1 else "rp_chance_likely")
    steps = ((0.001, "rp_chance_never"), (0.01, "rp_chance_rare"))
    return view.labels(next((key for limit, key in steps if p < limit), "rp_chance_seldom"))


def p_text(p: float) -> str:
    """A p-value as it is printed."""
    if not math.isfinite(p):
        return NOTHING
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}" if p < 0.01 else f"{p:.3f}"


def interval_text(view: ReplayView, name: str, low: float, high: float) -> str:
    """An interval of a sum of one of COUNTED; a dash where there is none."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return view.labels("rp_none")
    ends = (view.amount(view.scaled(name, v), name).replace("-", "−") for v in (low, high))
    return view.labels("rp_range", **dict(zip(("low", "high"), ends, strict=True)))


# Sentences


def answer(view: ReplayView, found: Standing, advice: bool = False) -> list[str]:
    """Which rivals are really beaten, which may be as good, and which were not compared."""
    if found.nothing:
        return []
    groups: dict[str, list[str]] = {}
    for rival in found.rivals:
        groups.setdefault(_group(rival), []).append(rival_name(view, found.best, rival.cell))
    order = ("rp_beaten", "rp_tied", "rp_as_good", "rp_unknown", "rp_uncompared")
    told = [view.labels(key, names=view.listed(groups[key], _NAMED)) for key in order if key in groups]
    return [*told, view.labels("rp_advice")] if advice and "rp_as_good" in groups else told


def _group(rival: Rival) -> str:
    if rival.beaten:
        return "rp_beaten"
    if rival.tied:
        return "rp_tied"
    if rival.comparison is None:
        return "rp_uncompared"
    return "rp_as_good" if math.isfinite(chance(rival.comparison)) else "rp_unknown"


def rival_name(view: ReplayView, best: Cell, cell: Cell) -> str:
    """A rival as it differs from the winner: by its strategy, else by what was chosen."""
    if cell.strategy != best.strategy:
        return cell.strategy
    mine = dict(best.chosen)
    return view.swept_text(tuple((k, v) for k, v in cell.chosen if repr(mine.get(k)) != repr(v)), " & ")


def scene_lines(view: ReplayView, most: int) -> list[str]:
    """A sentence or two for each condition but the headline's (at most ``most``, evenly spread)."""
    scenes = [(b, m) for m in view.markets for b in view.budgets if (b, m) != (view.budget, view.market)]
    shown = spread(scenes, most)
    lines = [line for b, m in shown if (line := _scene_line(view, b, m))]
    if len(shown) < len(scenes):
        lines.append(view.labels("rp_scenes_hidden", hidden=len(scenes) - len(shown)))
    return lines


def _scene_line(view: ReplayView, budget: int, market: Swept) -> str:
    found = standing(view, budget, market)
    if found is None:
        return ""
    where = view.scene_text(budget, market)
    best = view.labels("rp_no_winner") if found.nothing else view.labels(
        "rp_best_line", name=view.cell_name(found.best),
        count=view.counted(view.measure, view.total(found.best, view.measure)),
        cost=view.measure_text("cost", view.total(found.best, "cost")),
    )
    text = view.joined(best, *answer(view, found))
    return view.labels("rp_labelled", label=where[:1].upper() + where[1:], text=text)


def cautions(view: ReplayView) -> list[str]:
    """What makes a lead look larger than it is."""
    lines = []
    tried = len(view.judged)
    if tried > len(view.strategies) * len(view.budgets) * len(view.markets):
        lines.append(view.labels("rp_caution_sweep", tried=f"{tried:,}"))
    asked = [c for c in view.result.comparisons if math.isfinite(c.p_value)]
    if len(asked) >= 10 and asked[0].p_adjusted is None:
        false = max(1, round(len(asked) * (1 - asked[0].level)))
        lines.append(view.labels("rp_caution_many", n=len(asked), false=f"{false:,}"))
    if asked and min(c.pairs for c in asked) < _FEW_PAIRS:
        lines.append(view.spoken("rp_caution_few", pairs=min(c.pairs for c in asked)))
    return lines


def short(name: str, most: int) -> str:
    """A name of at most ``most`` columns (a Chinese character takes two); its beginning and end are kept.

    >>> short("a strategy with a name", 11)
    'a str… name'
    """
    if _columns(name) <= most:
        return name
    tail = _fitting(name[::-1], (most - 1) // 2)[::-1]
    return f"{_fitting(name, most - 1 - _columns(tail))}…{tail}"


def _fitting(text: str, room: int) -> str:
    end = 0
    while end < len(text) and _columns(text[: end + 1]) <= room:
        end += 1
    return text[:end]


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def spread(items: list[Item], most: int) -> list[Item]:
    """At most ``most`` of the items, evenly spread, the first and the last among them."""
    if len(items) <= most:
        return items
    places = {round(k * (len(items) - 1) / (most - 1)) for k in range(most)}
    return [items[k] for k in sorted(places)]


def sentence(name: str) -> str:
    """A label inside a sentence: its first letter small, unless it is an abbreviation."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
