"""Why the winner is better: whose money ran out early, who paid more, who left money unspent."""

from __future__ import annotations

import math

import numpy as np

from bidder.auctions.result import COUNTED, STEPS
from bidder.reports.replay_verdicts import Standing, rival_name
from bidder.reports.replay_view import Cell, Floats, ReplayView

GONE = 0.97
"""From this share of a budget on it counts as spent."""
EARLY = 0.85
"""A budget that is spent by this share of an episode was spent early."""
DEARER = 1.03
"""A price is higher from this factor on."""
LEFT = 0.1
"""Unspent share of the budget beyond the winner's that is worth a word."""
_MOST = 4
_COST = COUNTED.index("cost")


def why_lines(view: ReplayView, found: Standing) -> list[str]:
    """A sentence on each rival that is behind for a reason that its figures show, the nearest first."""
    if found.nothing:
        return []
    behind = [r.cell for r in found.rivals if not r.tied and (r.beaten or r.comparison is None)]
    return [line for cell in behind if (line := _reason(view, found, cell))][:_MOST]


def _reason(view: ReplayView, found: Standing, cell: Cell) -> str:
    name = rival_name(view, found.best, cell)
    mine, other = view.each(found.best), view.each(cell)
    factor = other / mine if mine > 0 and math.isfinite(other) else math.nan
    if view.each_name.startswith("roas"):
        factor = 1 / factor if factor > 0 else math.nan
    left = view.figure(found.best, "spent_share") - view.figure(cell, "spent_share")
    unspent = view.numbers.percent(1 - view.figure(cell, "spent_share"), 0)
    prices = {"other": view.each_text(cell), "mine": view.each_text(found.best), "unit": view.money_word}
    values = {"name": name, "best": rival_name(view, cell, found.best), **prices}
    parts = [_early(view, cell, name)]
    key = f"rp_why_{view.each_name.removesuffix('_worth')}"
    if factor <= 1 / DEARER and left >= LEFT:
        return view.labels(f"{key}_cheap", **values, share=unspent)
    if factor >= DEARER:
        parts.append(view.labels(key, **values))
    if left >= LEFT:
        parts.append(view.labels("rp_why_unspent", name=name, share=unspent))
    return view.joined(*parts)


def _early(view: ReplayView, cell: Cell, name: str) -> str:
    spent = spent_by_step(view, cell)
    gone = np.flatnonzero(spent >= GONE)
    if not len(gone) or gone[0] > EARLY * STEPS:
        return ""
    step = int(gone[0])
    when = f"{step * 24 // STEPS}:00" if view.daily else view.numbers.percent(step / STEPS, 0)
    share = view.numbers.percent(float(spent[step]), 0)
    return view.spoken("rp_why_early", name=name, when=when, share=share)


def spent_by_step(view: ReplayView, cell: Cell) -> Floats:
    """Share of the budget spent by the end of each step, beginning with nothing, shape (STEPS + 1,)."""
    whole = view.figure(cell, "budget_total") * len(cell.members)
    courses = [view.result.results[k].course[:, _COST].astype(np.float64) for k in cell.members]
    cost = np.concatenate([[0.0], np.sum(courses, axis=0).cumsum()])
    return cost / whole if whole > 0 else cost * np.nan
