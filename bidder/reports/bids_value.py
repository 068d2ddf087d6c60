"""How the value of a click was estimated, and what is being tried out."""

from __future__ import annotations

from typing import Any

import numpy as np

from bidder.reports import charts_bids
from bidder.reports.bids_view import BidsView, Floats, Rows
from bidder.reports.page import Block, Chart, Figure, Grid, Key, Prose, Section, Table, table
from bidder.reports.theme import ACCENT, MUTED, OTHERS

POINTS = 140
"""Most keywords in the chart of shrinkage."""
_TABLE = 40


def value_section(view: BidsView) -> Section | None:
    """Shrinkage of conversion rates, fitted strengths, exploration."""
    label = view.labels
    if not len(view.proposal.night.keywords):
        return None
    blocks: list[Block] = []
    if lines := _explored(view):
        blocks.append(Prose(lines, label("bd_exploration"), bullets=True))
    if (figure := _shrinkage(view)) is not None:
        blocks.append(figure)
    if view.proposal.value.strengths:
        blocks.append(_strengths(view))
    if not blocks:
        return None
    lead = label("bd_value_lead")
    return Section("value", label("bd_value_section"), blocks, lead, label("bd_short_value"))


def _explored(view: BidsView) -> list[str]:
    factor = view.proposal.bids.explored
    drawn = factor != 1
    if not drawn.any():
        return []
    label = view.labels
    before, after = float(view.spend_before[drawn].sum()), float(view.spend_after[drawn].sum())
    whole = float(view.spend_after.sum())
    lines = [
        label("bd_explored", n=f"{int(drawn.sum()):,}", up=f"{int((factor > 1).sum()):,}",
              down=f"{int((factor < 1).sum()):,}", low=view.numbers.ratio(float(factor[drawn].min())),
              high=view.numbers.ratio(float(factor[drawn].max())))
    ]
    if whole > 0:
        money = view.numbers.sum
        lines.append(label("bd_explored_spend", before=money(before), after=money(after),
                           share=view.numbers.percent(after / whole)))
    return lines


def _chosen(clicks: Floats) -> Rows:
    """Keywords spread evenly over the range of clicks, those with many and those with few."""
    some = np.flatnonzero(clicks >= 1)
    order = some[np.lexsort((some, clicks[some]))]
    if len(order) <= POINTS:
        return order.astype(np.int64)
    # Evenly over the logarithm: else nearly all of them would have a click or two.
    wanted = np.geomspace(clicks[order[0]], clicks[order[-1]], POINTS)
    places = np.clip(np.searchsorted(clicks[order], wanted), 0, len(order) - 1)
    return order[np.unique(places)].astype(np.int64)


def _shrinkage(view: BidsView) -> Figure | None:
    table_, value, label = view.proposal.night.keywords, view.proposal.value, view.labels
    clicks = table_.matured_clicks
    shown = _chosen(clicks)
    if len(shown) < 2:
        return None
    raw = table_.weighted_conversions[shown] / clicks[shown]
    rows: list[dict[str, Any]] = [
        {"x": float(clicks[k]), "r": float(raw[n]), "p": float(value.parent_cvr[k]), "s": float(value.cvr[k]),
         "f": str(table_.keyword[k])}
        for n, k in enumerate(shown)
    ]
    titles = {"x": label("bd_matured_clicks"), "y": label("bd_cvr"), "r": label("bd_raw"),
              "p": label("bd_parent"), "s": label("bd_shrunk"), "f": label("bd_keyword")}
    spec = charts_bids.shrinkage(rows, titles)
    keys = [Key(label("bd_raw"), OTHERS, "dot"), Key(label("bd_parent"), MUTED, "line"),
            Key(label("bd_shrunk"), ACCENT, "dot")]
    percent = view.numbers.percent
    step = max(1, -(-len(rows) // _TABLE))
    cells = [
        [r["f"], view.numbers.count(r["x"]), percent(r["r"], 2), percent(r["p"], 2), percent(r["s"], 2)]
        for r in reversed(rows[::step])
    ]
    columns = [label(k) for k in ("bd_keyword", "bd_matured_clicks", "bd_raw", "bd_parent", "bd_shrunk")]
    caption = label("bd_shrinkage_caption", n=f"{len(rows):,}")
    return Figure(label("bd_shrinkage"), [Chart(spec)], table(columns, cells), caption, keys)


def _strengths(view: BidsView) -> Grid:
    label = view.labels
    rows = [
        [view.word("bd_level", name), view.numbers.count(k),
         label(f"bd_level_means_{name}") if label.has(f"bd_level_means_{name}") else ""]
        for name, k in view.proposal.value.strengths.items()
    ]
    columns = [label(k) for k in ("bd_level", "bd_strength", "note")]
    grid = Table(columns, rows, [False, True, False])
    return Grid(grid, label("bd_strengths"), label("bd_strengths_caption"))
