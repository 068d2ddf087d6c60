"""Who wins at each budget, and in plain words whether that is more than chance."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass

from bidder.auctions.result import Comparison
from bidder.reports.numbers import NOTHING
from bidder.reports.replay_view import Cell, ReplayView

_FEW_PAIRS = 10


@dataclass(frozen=True)
class Winner:
    """The best cell of a budget and another strategy's: the best that it was compared with, else the next.

    ``comparison`` is of the two, None when they were not compared; ``sign`` turns its difference into
    winner minus other. ``nothing``: not even the best brought anything.
    """

    best: Cell
    other: Cell | None
    comparison: Comparison | None
    sign: int
    tied: bool
    nothing: bool = False
    next: Cell | None = None
    """The next best strategy, where the winner was not compared with it but with ``other``."""


def winner(view: ReplayView, budget: int) -> Winner | None:
    """Who wins at a budget by the view's measure; None where nothing was played."""
    ranking = view.ranked(budget)
    if not ranking:
        return None
    best = ranking[0]
    other = next((c for c in ranking if c.strategy != best.strategy), None)
    if view.total(best, view.measure) <= 0:
        return Winner(best, other, None, 1, False, nothing=True)
    if other is None:
        return Winner(best, None, None, 1, False)
    tied = view.total(best, view.measure) == view.total(other, view.measure)
    found, sign = _compared(view, best, other)
    if found is not None or tied:
        return Winner(best, other, found, sign, tied)
    for cell in view.best_of_each(budget):
        found, sign = _compared(view, best, cell)
        if found is not None:
            return Winner(best, cell, found, sign, False, next=other)
    return Winner(best, other, None, 1, False)


def _compared(view: ReplayView, best: Cell, other: Cell) -> tuple[Comparison | None, int]:
    # With several seeds the least certain comparison speaks.
    found: list[tuple[float, Comparison, int]] = []
    for c in view.result.comparisons:
        if c.measure != view.measure:
            continue
        doubt = 2.0 if math.isnan(chance(c)) else chance(c)
        if c.first in best.members and c.second in other.members:
            found.append((doubt, c, 1))
        elif c.second in best.members and c.first in other.members:
            found.append((doubt, c, -1))
    if not found:
        return None, 1
    _, comparison, sign = max(found, key=lambda entry: entry[0])
    return comparison, sign


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
    ends = (view.amount(view.scaled(name, v), name) for v in (low, high))
    return view.labels("rp_range", **dict(zip(("low", "high"), ends, strict=True)))


def lead_text(view: ReplayView, found: Winner) -> str:
    """How the winner stands against the best other strategy, as a clause."""
    if found.other is None or found.nothing:
        return ""
    name = found.other.strategy
    if found.tied:
        return view.labels("rp_tied", other=name)
    c = found.comparison
    if c is None:
        return view.labels("rp_uncompared", other=name)
    ahead = view.labels("rp_ahead", other=name, verdict=verdict(view, c))
    if found.next is None:
        return ahead
    return view.joined(ahead, view.labels("rp_next", next=found.next.strategy))


def winner_lines(view: ReplayView, most: int) -> list[str]:
    """A sentence for each budget (at most ``most``, spread evenly), and one on all of them."""
    budgets = view.budgets
    found = {b: w for b in budgets if (w := winner(view, b)) is not None}
    alone = len(view.strategies) == 1 and len(view.judged) == len(budgets)
    if not found or alone:
        return []
    if all(w.nothing for w in found.values()):
        return [view.labels("rp_no_winner")]
    names = {w.best.strategy for w in found.values()}
    lines: list[str] = []
    if len(budgets) > 1 and len(names) == 1 and len(view.strategies) > 1:
        lines.append(view.labels("rp_wins_all", name=next(iter(names)), budgets=len(budgets)))
    shown = spread(list(found), most)
    lines += [_line(view, b, found[b]) for b in shown]
    if len(shown) < len(found):
        lines.append(view.labels("rp_budgets_hidden", hidden=len(found) - len(shown)))
    return lines


def _line(view: ReplayView, budget: int, found: Winner) -> str:
    text = view.labels("rp_no_winner").rstrip(".。") if found.nothing else view.labels(
        "rp_best_line",
        name=view.cell_name(found.best),
        value=view.measure_text(view.measure, view.total(found.best, view.measure)),
        measure=sentence(view.name_of(view.measure)),
    )
    if len(view.budgets) > 1:
        budget_words = view.labels("rp_at_budget", budget=view.budget_text(budget))
        text = view.labels("rp_labelled", label=budget_words[:1].upper() + budget_words[1:], text=text)
    lead = lead_text(view, found)
    if not lead:
        return view.labels("rp_full_stop", text=text)
    return view.labels("rp_joined", first=text, second=lead)


def cautions(view: ReplayView) -> list[str]:
    """What makes a lead look larger than it is."""
    lines = []
    tried, shown = len(view.judged), len(view.strategies)
    if tried > shown * len(view.budgets):
        lines.append(view.labels("rp_caution_sweep", tried=f"{tried:,}"))
    asked = [c for c in view.result.comparisons if math.isfinite(c.p_value)]
    if len(asked) >= 10 and asked[0].p_adjusted is None:
        false = max(1, round(len(asked) * (1 - asked[0].level)))
        lines.append(view.labels("rp_caution_many", n=len(asked), false=f"{false:,}"))
    if asked and min(c.pairs for c in asked) < _FEW_PAIRS:
        lines.append(view.labels("rp_caution_few", pairs=min(c.pairs for c in asked)))
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


def spread(items: list[int], most: int) -> list[int]:
    """At most ``most`` of the items, evenly spread, the first and the last among them."""
    if len(items) <= most:
        return items
    places = {round(k * (len(items) - 1) / (most - 1)) for k in range(most)}
    return [items[k] for k in sorted(places)]


def sentence(name: str) -> str:
    """A label inside a sentence: its first letter small, unless it is an abbreviation."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
