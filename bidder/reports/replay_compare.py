"""How settings compare over the same episodes, how tuning carried over, and how the market moved."""

from __future__ import annotations

import math

from bidder.auctions.result import Comparison, Drift, Tuned
from bidder.reports import charts
from bidder.reports.charts import Row
from bidder.reports.page import Bar, Block, Chart, Figure, Grid, Prose, Section, Table, Value
from bidder.reports.replay_notes import draws
from bidder.reports.replay_rules import part_name
from bidder.reports.replay_verdicts import (
    beyond_chance,
    interval_text,
    p_text,
    rival_name,
    short,
    spread,
    standing,
    verdict,
)
from bidder.reports.replay_view import ReplayView

SHOWN = 20
"""Most comparisons in a chart."""
PANELS = 6
"""Most conditions with a chart of their own."""
Line = tuple[str, Comparison, int]
"""Name of the rival, the comparison with it, and what turns that into winner minus rival."""
_NOTHING = 1e-9
"""A smaller difference of whole numbers is none."""
_LINES = 3
LITTLE, MUCH = 0.1, 0.25
"""Usual reading of a population stability index."""


def compare_section(view: ReplayView) -> Section | None:
    """Paired differences with intervals, a figure for every measure."""
    if not view.result.comparisons:
        return None
    measures = dict.fromkeys(c.measure for c in view.result.comparisons)
    figures = [_forest(view, name) for name in measures]
    label = view.labels
    lead = view.joined(view.spoken("rp_compare_lead"), label("rp_compare_winner"))
    return Section("compare", label("rp_compare"), figures, lead, label("rp_short_compare"))


def _forest(view: ReplayView, measure: str) -> Block:
    found = [c for c in view.result.comparisons if c.measure == measure]
    known = [c for c in found if math.isfinite(c.difference + c.low + c.high)]
    title, grid = view.spoken("rp_forest", name=view.name_of(measure)), _pairs(view, measure, found)
    if not any(abs(v) > _NOTHING for c in known for v in (c.low, c.difference, c.high)):
        return Grid(grid, title)
    panels = _winners(view) if measure == view.measure else []
    panels = panels or [("", [(_pair(view, c, 13), c, 1) for c in known[:SHOWN]])]
    drawn = [_drawn(view, rows, measure, name) for name, rows in panels]
    hidden = len(found) - sum(len(rows) for _, rows in panels)
    caption = view.joined(
        view.labels("rp_forest_caption"), _method(view, found),
        view.labels("rp_forest_hidden", hidden=f"{hidden:,}") if hidden else "",
    )
    if len(drawn) == 1 and drawn[0].title:
        title = f"{title} · {drawn[0].title}"
    return Figure(title, drawn, grid, caption, wide=True)


def _method(view: ReplayView, found: list[Comparison]) -> str:
    """How intervals and tests were made."""
    asked = sum(math.isfinite(c.p_value) for c in found)
    if not asked:
        return ""
    number = draws(view)
    made = view.labels("rp_method_draws", draws=number) if number else ""
    holm = any(c.p_adjusted is not None for c in found)
    return view.joined(made, view.labels("rp_holm_note", n=f"{asked:,}") if holm else "")


def _winners(view: ReplayView) -> list[tuple[str, list[Line]]]:
    """For each condition, the winner against its rivals."""
    panels = []
    for budget, market in spread([(b, m) for m in view.markets for b in view.budgets], PANELS):
        found = standing(view, budget, market)
        rows = [
            (short(rival_name(view, found.best, r.cell), 34), r.comparison, r.sign)
            for r in found.rivals
            if r.comparison is not None and math.isfinite(r.comparison.low)
        ] if found is not None else []
        if found is not None and rows:
            where, best = view.scene_text(budget, market), short(found.best.strategy, 24)
            # Titles are cut at their end where they do not fit: the condition tells panels apart.
            name = view.labels("rp_minus", name=best)
            name = f"{where[:1].upper()}{where[1:]} · {name}" if where else name
            panels.append((name, rows[:SHOWN]))
    return panels


def _drawn(view: ReplayView, lines: list[Line], measure: str, title: str) -> Chart:
    names = _once([name for name, _, _ in lines])
    rows: list[Row] = [
        {
            "c": name, "s": beyond_chance(c), "w": verdict(view, c),
            "f": _pair(view, c) if sign > 0 else name,
            **dict(zip(("lo", "v", "hi"), (view.scaled(measure, v) for v in _turned(c, sign)), strict=True)),
        }
        for name, (_, c, sign) in zip(names, lines, strict=True)
    ]
    label = view.labels
    titles = {"c": label("rp_pair"), "v": label("rp_difference", name=view.title(measure)),
              "lo": label("rp_low"), "hi": label("rp_high"), "w": label("rp_verdict")}
    return Chart(charts.forest(rows, names, titles, view.numbers.axis()), title)


def _turned(c: Comparison, sign: int) -> tuple[float, float, float]:
    return (c.low, c.difference, c.high) if sign > 0 else (-c.high, -c.difference, -c.low)


def _pair(view: ReplayView, c: Comparison, most: int = 1000) -> str:
    """``first – second``, and the budgets where they differ from pair to pair."""
    first, second = view.result.settings[c.first], view.result.settings[c.second]
    name = f"{short(first.strategy, most)} – {short(second.strategy, most)}"
    if len(view.budgets) > 1:
        one, other = (view.budget_amount(s.budget) for s in (first, second))
        name += f" · {one}" if one == other else f" · {one} / {other}"
    return name


def _once(names: list[str]) -> list[str]:
    # An axis of names needs every one once.
    seen: dict[str, int] = {}
    out = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        out.append(f"{name} ({seen[name]})" if seen[name] > 1 else name)
    return out


def _pairs(view: ReplayView, measure: str, found: list[Comparison]) -> Table:
    label = view.labels
    rows: list[list[Value]] = [
        [
            _pair(view, c), _settings(view, c), f"{c.pairs:,}",
            view.difference(view.scaled(measure, c.difference), measure),
            interval_text(view, measure, c.low, c.high), p_text(c.p_value),
            "" if c.p_adjusted is None else p_text(c.p_adjusted), verdict(view, c),
        ]
        for c in found
    ]
    level = view.numbers.percent(found[0].level, 0)
    titles = [label("rp_pair"), label("rp_swept"), view.spoken("rp_pairs"),
              label("rp_difference", name=view.title(measure)), label("rp_level", level=level), label("rp_p"),
              label("rp_holm"), label("rp_verdict")]
    keep = [k for k in range(len(titles)) if any(row[k] for row in rows)]  # no empty columns
    cut = [[row[k] for k in keep] for row in rows]
    numeric = [k in range(2, 7) for k in keep]
    return Table([titles[k] for k in keep], cut, numeric, left_out=label("rp_left_out_pairs"))


def _settings(view: ReplayView, c: Comparison) -> str:
    """Parameters and seeds of a pair, as far as they vary."""
    pair = [view.result.settings[k] for k in (c.first, c.second)]
    several = len({s.seed for s in view.result.settings}) > 1
    texts = [
        ", ".join(filter(None, [
            view.swept_text(view.apart(s.swept)), view.labels("rp_seed_is", seed=s.seed) if several else "",
        ]))
        for s in pair
    ]
    return texts[0] if texts[0] == texts[1] else " – ".join(t or view.labels("rp_none") for t in texts)


# Tuning


def tuning_section(view: ReplayView) -> Section | None:
    """Chosen parameters and how they did on the part they had not seen."""
    if not view.result.tuned:
        return None
    label = view.labels
    lines = _kept_lines(view)
    rows = [_tuned_row(view, t) for t in view.result.tuned]
    measures = {t.measure for t in view.result.tuned}
    of = label("rp_score", name=view.title(measures.pop())) if len(measures) == 1 else label("rp_scores")
    titles = [label("rp_strategy"), label("rp_chosen"), *map(label, _SCORES), label("rp_kept")]
    grid = Table(titles, rows, [False, False, True, True, True, True, True])
    blocks: list[Block] = [Prose(lines, bullets=True), Grid(grid, caption=of)]
    return Section("tuning", label("rp_tuning"), blocks, label("rp_tuning_lead"), label("rp_short_tuning"))


_SCORES = ("rp_part_train", "rp_part_validation", "rp_part_test", "rp_best_test")


def _tuned_row(view: ReplayView, t: Tuned) -> list[Value]:
    scores = (t.train_score, t.validation_score, t.test_score, t.best_test_score)
    kept = _kept(t)
    return [
        view.qualified(t.strategy, [view.swept_text(t.swept)]), view.swept_text(t.chosen),
        *(view.amount(view.scaled(t.measure, math.nan if s is None else s), t.measure) for s in scores),
        Bar(view.numbers.percent(kept), kept) if math.isfinite(kept) else view.numbers.percent(kept),
    ]


def _kept(t: Tuned) -> float:
    return t.test_score / t.best_test_score if t.best_test_score > 0 else math.nan


def _kept_lines(view: ReplayView) -> list[str]:
    """A line on each that was tuned or, of many, on the worst."""
    known = sorted((t for t in view.result.tuned if math.isfinite(_kept(t))), key=_kept)
    if len(known) <= _LINES:
        return [_kept_line(view, t) for t in view.result.tuned if t in known]
    return [view.labels("rp_kept_worst", n=len(known), line=_kept_line(view, known[0]))]


def _kept_line(view: ReplayView, t: Tuned) -> str:
    kept = _kept(t)
    key = "rp_kept_well" if kept >= 0.95 else "rp_kept_some" if kept >= 0.8 else "rp_kept_badly"
    name = view.qualified(t.strategy, [view.swept_text(t.swept)])
    return view.labels(key, name=name, share=view.numbers.percent(kept))


# Drift


def drift_section(view: ReplayView) -> Section | None:
    """How the last part of the log differs from the first."""
    if not view.result.drift:
        return None
    label = view.labels
    parts = list(dict.fromkeys(p for d in view.result.drift for p in d.parts))
    most = max(max((d.stability for d in view.result.drift if math.isfinite(d.stability)), default=0.0), MUCH)
    rows = [_drift_row(view, d, parts, most) for d in view.result.drift]
    titles = [
        label("rp_column"), *(label("rp_mean_in", part=part_name(view, p)) for p in parts),
        label("rp_stability"), label("rp_moved"),
    ]
    numeric = [False, *[True] * (len(parts) + 1), False]
    grid = Grid(Table(titles, rows, numeric), caption=label("rp_drift_caption"))
    return Section("drift", label("rp_drift"), [grid], label("rp_drift_lead"), label("rp_short_drift"))


def _drift_row(view: ReplayView, d: Drift, parts: list[str], most: float) -> list[Value]:
    means = dict(zip(d.parts, d.mean, strict=True))
    money = d.column in ("market_price", "floor")
    name = view.title(d.column) if view.labels.has(f"rp_{d.column}") else d.column
    name = view.bid_title(d.column) if money else name
    texts = [_mean_text(view, means[p], money) if p in means else view.labels("rp_none") for p in parts]
    size = d.stability
    if not math.isfinite(size):
        return [name, *texts, view.labels("rp_none"), view.labels("rp_none")]
    word = "rp_moved_little" if size < LITTLE else "rp_moved_some" if size <= MUCH else "rp_moved_much"
    return [name, *texts, Bar(f"{size:.2f}", size / most), view.labels(word)]


def _mean_text(view: ReplayView, mean: float, money: bool) -> str:
    return view.price_text(view.bid(mean)) if money else view.numbers.percent(mean, 2 if mean < 0.1 else 1)
