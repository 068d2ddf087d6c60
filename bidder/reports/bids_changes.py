"""What changes: the biggest movers and why, how bids change, bids against value, campaigns."""

from __future__ import annotations

import math

import numpy as np

from bidder.keywords.guardrails.bound import Bound
from bidder.money import MICROS
from bidder.reports import charts, charts_bids, charts_dots
from bidder.reports.bids_view import BidsView, Floats, Rows
from bidder.reports.bids_why import why_lines
from bidder.reports.numbers import NOTHING
from bidder.reports.page import ROWS, Block, Chart, Figure, Grid, Key, Prose, Section, Table, table
from bidder.reports.theme import ACCENT, MUTED, OTHERS, PALE, SERIES

MOVERS = 100
"""Most keywords in the table of movers."""
POINTS = 900
"""Most keywords drawn as dots."""
CAMPAIGNS = 15
"""Most campaigns in a chart."""
WIDTHS = (0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0)
LEAST = 3
"""Fewest keywords that make a distribution."""
BINS = 30
"""Most intervals of the histogram."""


def movers_section(view: BidsView) -> Section | None:
    """The biggest movers and, for some of them, why."""
    if not len(view.movers):
        return None
    label = view.labels
    blocks: list[Block] = [Prose(why_lines(view), label("bd_why"), bullets=True), _movers(view)]
    return Section("movers", label("bd_movers"), blocks, label("bd_movers_lead"), label("bd_short_movers"))


def _movers(view: BidsView) -> Grid:
    label = view.labels
    shown = view.movers[:MOVERS]
    worth = label("bd_worth") if view.target_kind == "cpa" else view.with_currency("bd_worth")
    numeric = [False, False, False, True, True, True, True, True, True, False, False]
    columns = [
        label("bd_keyword"), label("bd_place"), label("bd_match"), view.with_currency("bd_old"),
        label("bd_new"), label("bd_change"), view.with_currency("bd_spend_effect"), worth,
        label("bd_clicks"), label("bd_reason"), label("bd_bound_by"),
    ]
    key = "bd_movers_hidden" if len(view.movers) > MOVERS else "bd_movers_all"
    caption = label(key, shown=f"{len(shown):,}", count=f"{len(view.movers):,}")
    rows = [_mover(view, int(k)) for k in shown]
    return Grid(Table(columns, rows, numeric), label("bd_movers_table"), caption)


def _mover(view: BidsView, k: int) -> list[str]:
    table, bids = view.proposal.night.keywords, view.proposal.bids
    return [
        str(table.keyword[k]), view.place(k), view.match_text(int(table.match_type[k])),
        view.bid(float(view.old[k])), view.bid(float(view.new[k])), view.signed(float(view.change[k])),
        view.signed_money(float(view.spend_after[k] - view.spend_before[k])), view.worth(k),
        f"{int(table.clicks[k]):,}", view.reason_text(int(bids.reason[k])),
        view.bound_text(int(bids.bound_by[k])) or NOTHING,
    ]


# How bids change


def changes_section(view: BidsView) -> Section | None:
    """Distribution of changes, bids against what value supports, and campaigns."""
    label = view.labels
    blocks: list[Block] = []
    if len(view.movers) >= LEAST:
        blocks.append(_histogram(view))
    if (figure := _against(view)) is not None:
        blocks.append(figure)
    if view.proposal.night.keywords.campaigns and len(view.proposal.night.keywords):
        blocks.append(_campaigns(view))
    if not blocks:
        return None
    return Section("changes", label("bd_changes"), blocks, short=label("bd_short_changes"))


def _bins(changes: Floats) -> tuple[float, Rows]:
    """Width of the intervals and the interval of each change: (lo, hi] above 0, [lo, hi) below."""
    span = float(changes.max() - changes.min())
    width = next((w for w in WIDTHS if span / w <= BINS), max(span / BINS, WIDTHS[-1]))
    scaled = changes / width
    places = np.where(changes > 0, np.ceil(scaled - 1e-9) - 1, np.floor(scaled + 1e-9))
    return width, places.astype(np.int64)


def _histogram(view: BidsView) -> Figure:
    label = view.labels
    width, places = _bins(view.change[view.movers])
    found, counts = np.unique(places, return_counts=True)
    rows = [
        {"lo": round(float(b * width), 9), "hi": round(float((b + 1) * width), 9), "n": int(n)}
        for b, n in zip(found, counts, strict=True)
    ]
    titles = {"x": label("bd_change_axis"), "n": label("bd_bids"), "lo": label("bd_from"),
              "hi": label("bd_to"), "k": ""}
    marks = [{"x": 0, "k": label("bd_unchanged"), "colour": MUTED}]
    signed = "(datum.value > 0 ? '+' : '') + format(datum.value, '.0%')"
    whole = "datum.value % 1 == 0 ? format(datum.value, ',d') : ''"
    spec = charts.histogram(rows, marks, titles, signed, ACCENT, whole)
    digits = 0 if width >= 0.01 else 1
    cells = [[view.signed(r["lo"], digits), view.signed(r["hi"], digits), f"{r['n']:,}"] for r in rows]
    grid = table([label("bd_from"), label("bd_to"), label("bd_bids")], cells, text=0)
    unchanged = len(view.proposal.bids.new) - len(view.movers)
    return Figure(label("bd_histogram"), [Chart(spec)], grid,
                  label("bd_histogram_caption", n=f"{unchanged:,}"))


# Bids against what value supports


def _group(bound: Bound) -> str:
    if bound is Bound.NONE:
        return "free"
    if bound in (Bound.MAX_RAISE, Bound.MAX_CUT):
        return "step"
    if bound in (Bound.AUTOMATED, Bound.NO_REFERENCE, Bound.HUMAN_EDIT, Bound.LEAST_DATA, Bound.LEAST_CHANGE):
        return "left"
    return "range"


GROUPS = {"free": SERIES[0], "step": SERIES[1], "range": SERIES[3], "left": OTHERS}


def _against(view: BidsView) -> Figure | None:
    bids, label = view.proposal.bids, view.labels
    known = np.flatnonzero((bids.new > 0) & (bids.supported > 0))
    if len(known) < LEAST:
        return None
    shown = _spread(known, view.spend_after[known])
    x, y = bids.supported[shown] / MICROS, view.new[shown]
    names = {g: label(f"bd_group_{g}") for g in GROUPS}
    groups = [_group(Bound(int(b))) for b in bids.bound_by[shown]]
    table_ = view.proposal.night.keywords
    points = [
        {"x": float(x[n]), "y": float(y[n]), "c": names[groups[n]], "f": str(table_.keyword[k]),
         "o": float(view.old[k])}
        for n, k in enumerate(shown)
    ]
    titles = {"x": view.with_currency("bd_supported"), "y": view.with_currency("bd_new"),
              "o": view.with_currency("bd_old"), "f": label("bd_keyword"), "c": label("bd_bound_by")}
    colours = {names[g]: colour for g, colour in GROUPS.items()}
    spec = charts_bids.bids_against(points, _ends(x), _ends(y), colours, titles)
    keys = [Key(names[g], colour, "dot") for g, colour in GROUPS.items() if g in groups]
    keys.append(Key(label("bd_even"), MUTED, "line dashed"))
    left = len(known) - len(shown)
    caption = view.joined(label("bd_against_caption"), label("bd_dots_hidden", n=f"{left:,}") if left else "")
    return Figure(label("bd_against"), [Chart(spec)], _groups_table(view, known), caption, keys)


def _ends(bids: Floats) -> tuple[float, float]:
    """Ends of an axis; of many bids the few outermost ones are set at its edge."""
    outer = 0.005 if len(bids) > 200 else 0.0
    low, high = np.quantile(bids, [outer, 1 - outer])
    return float(low) * 0.85, float(high) * 1.15


def _spread(rows: Rows, weight: Floats) -> Rows:
    """At most POINTS rows: half of them the heaviest, half spread evenly over the others."""
    if len(rows) <= POINTS:
        return rows
    order = rows[np.argsort(-weight, kind="stable")]
    rest = order[POINTS // 2 :]
    spread = rest[np.linspace(0, len(rest) - 1, POINTS - POINTS // 2).astype(np.int64)]
    return np.concatenate([order[: POINTS // 2], spread])


def _groups_table(view: BidsView, known: Rows) -> Table:
    """How far new bids are from what value supports, by group."""
    bids, label = view.proposal.bids, view.labels
    of_bound = np.array([list(GROUPS).index(_group(b)) for b in Bound])
    groups = of_bound[bids.bound_by[known]]
    ratio = bids.new[known] / bids.supported[known] - 1
    rows = []
    for g, name in enumerate(GROUPS):
        mine = ratio[groups == g]
        if len(mine):
            low, middle, high = (view.signed(float(v)) for v in np.quantile(mine, [0.1, 0.5, 0.9]))
            rows.append([label(f"bd_group_{name}"), f"{len(mine):,}", low, middle, high])
    columns = [label(k) for k in ("bd_bound_by", "bd_bids", "bd_q10", "bd_q50", "bd_q90")]
    return table(columns, rows)


# Campaigns


def _campaigns(view: BidsView) -> Figure:
    label = view.labels
    names = view.proposal.night.keywords.campaigns
    before, after = view.campaign_spend
    order = np.argsort(-np.maximum(before, after), kind="stable")
    now, then = label("bd_before_change"), label("bd_after_change")
    rows = [
        {"c": names[c], "g": name, "v": float(amounts[c])}
        for c in order[:CAMPAIGNS]
        for name, amounts in ((now, before), (then, after))
    ]
    titles = {"c": label("campaign"), "g": "", "v": view.with_currency("bd_spend_day")}
    colours = {now: PALE, then: ACCENT}
    spec = charts_dots.dumbbells(rows, [names[c] for c in order[:CAMPAIGNS]], colours, titles,
                                 view.numbers.axis(), ",.2f")
    caption = label("bd_campaigns_caption")
    if len(names) > CAMPAIGNS:
        caption = view.joined(caption, label("bd_campaigns_top", n=CAMPAIGNS))
    keys = [Key(now, PALE, "dot"), Key(then, ACCENT, "dot")]
    return Figure(label("bd_campaigns"), [Chart(spec)], _campaign_table(view, order), caption, keys)


def _campaign_table(view: BidsView, order: Rows) -> Table:
    label, night, bids = view.labels, view.proposal.night.keywords, view.proposal.bids
    count = len(night.campaigns)
    before, after = view.campaign_spend
    keywords = np.bincount(night.campaign, minlength=count)
    up = np.bincount(night.campaign[bids.new > bids.old], minlength=count)
    down = np.bincount(night.campaign[bids.new < bids.old], minlength=count)

    def row(name: str, values: tuple[int, int, int, float, float]) -> list[str]:
        n, more, less, old, new = values
        change = view.signed(new / old - 1, 1) if old > 0 else view.numbers.percent(math.nan)
        money = view.numbers.money
        return [name, f"{n:,}", f"{more:,}", f"{less:,}", money(old), money(new), change]

    rows = [
        row(night.campaigns[c],
            (int(keywords[c]), int(up[c]), int(down[c]), float(before[c]), float(after[c])))
        for c in order[:ROWS]
    ]
    total = row(label("total"), (int(keywords.sum()), int(up.sum()), int(down.sum()), float(before.sum()),
                                 float(after.sum())))
    columns = [
        label("campaign"), label("bd_keywords"), label("bd_raised"), label("bd_cut"),
        view.with_currency("bd_spend_before"), view.with_currency("bd_spend_after"), label("bd_change"),
    ]
    return table(columns, rows, total=total)
