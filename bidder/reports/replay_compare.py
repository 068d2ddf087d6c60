"""How settings compare over the same episodes, how tuning carried over, and how the market moved."""

from __future__ import annotations

import math

from bidder.auctions.result import Comparison, Drift, Tuned
from bidder.reports import charts
from bidder.reports.charts import Row
from bidder.reports.page import Bar, Block, Chart, Figure, Grid, Prose, Section, Table, Value
from bidder.reports.replay_summary import part_name
from bidder.reports.replay_verdicts import beyond_chance, interval_text, p_text, short, verdict
from bidder.reports.replay_view import ReplayView

SHOWN = 30
"""Most comparisons in a chart."""
PANELS = 6
"""Most settings with a chart of their own of what they were compared with."""
_NOTHING = 1e-9
"""A smaller difference of whole numbers is none."""
LITTLE, MUCH = 0.1, 0.25
"""Usual reading of a population stability index."""


def compare_section(view: ReplayView) -> Section | None:
    """Paired differences with intervals, a figure for every measure."""
    if not view.result.comparisons:
        return None
    measures = dict.fromkeys(c.measure for c in view.result.comparisons)
    figures = [_forest(view, name) for name in measures]
    label = view.labels
    lead, short = label("rp_compare_lead"), label("rp_short_compare")
    return Section("compare", label("rp_compare"), figures, lead, short)


def _forest(view: ReplayView, measure: str) -> Block:
    found = [c for c in view.result.comparisons if c.measure == measure]
    known = [c for c in found if math.isfinite(c.difference + c.low + c.high)]
    label = view.labels
    title, grid = label("rp_forest", name=view.name_of(measure)), _pairs(view, measure, found)
    if not any(abs(v) > _NOTHING for c in known for v in (c.low, c.difference, c.high)):
        return Grid(grid, title)
    best = _of_the_best(view, known)
    shown = _grouped(view, best)
    drawn = [_drawn(view, group, measure, side, words) for side, words, group in shown]
    hidden = len(found) - sum(len(group) for _, _, group in shown)
    caption = view.joined(
        label("rp_forest_caption"),
        label("rp_best_of_each") if len(best) < len(known) else "",
        label("rp_holm_note") if any(c.p_adjusted is not None for c in found) else "",
        label("rp_forest_hidden", hidden=f"{hidden:,}") if hidden else "",
    )
    if len(drawn) == 1 and drawn[0].title:
        title = f"{title} · {drawn[0].title}"
    return Figure(title, drawn, grid, caption, wide=True)


def _of_the_best(view: ReplayView, known: list[Comparison]) -> list[Comparison]:
    """Those of every strategy's best parameters at each budget, where there are any."""
    best = {k for b in view.budgets for cell in view.best_of_each(b) for k in cell.members}
    return [c for c in known if c.first in best and c.second in best] or known


def _grouped(view: ReplayView, found: list[Comparison]) -> list[tuple[str, str, list[Comparison]]]:
    """Comparisons by the setting that they share: its side and name, both empty without few groups."""
    for side in ("second", "first"):
        groups: dict[int, list[Comparison]] = {}
        for c in found:
            groups.setdefault(getattr(c, side), []).append(c)
        if len(groups) <= min(PANELS, max(1, len(found) // 2)):
            return [(side, _against(view, k, side), group[:SHOWN]) for k, group in groups.items()]
    return [("", "", found[:SHOWN])]


def _against(view: ReplayView, number: int, side: str) -> str:
    s = view.result.settings[number]
    budget = view.labels("rp_at_budget", budget=view.budget_text(s.budget)) if len(view.budgets) > 1 else ""
    key = "rp_minus" if side == "first" else "rp_versus"
    return view.labels(key, name=short(s.strategy, 24)) + (f" · {budget}" if budget else "")


def _drawn(view: ReplayView, found: list[Comparison], measure: str, side: str, title: str) -> Chart:
    """A chart of the settings that differ when the one on a side is shared, else of pairs."""
    names = _once([_other(view, c, side == "second") if side else _pair(view, c, 13) for c in found])
    rows: list[Row] = [
        {
            "c": name, "s": beyond_chance(c), "w": verdict(view, c), "f": _pair(view, c),
            **{k: view.scaled(measure, v) for k, v in (("lo", c.low), ("v", c.difference), ("hi", c.high))},
        }
        for name, c in zip(names, found, strict=True)
    ]
    label = view.labels
    titles = {"c": label("rp_pair"), "v": label("rp_difference", name=view.title(measure)),
              "lo": label("rp_low"), "hi": label("rp_high"), "w": label("rp_verdict")}
    return Chart(charts.forest(rows, names, titles, view.numbers.axis()), title)


def _other(view: ReplayView, c: Comparison, second_shared: bool) -> str:
    first, second = view.result.settings[c.first], view.result.settings[c.second]
    shown, shared = (first, second) if second_shared else (second, first)
    name = shown.strategy
    if shown.budget != shared.budget:
        name += f" · {view.amount(view.paid(shown.budget), 'cost')}"
    return short(name, 30)


def _pair(view: ReplayView, c: Comparison, most: int = 1000) -> str:
    """``first – second``, and the budgets where they differ from pair to pair."""
    first, second = view.result.settings[c.first], view.result.settings[c.second]
    name = f"{short(first.strategy, most)} – {short(second.strategy, most)}"
    if len(view.budgets) > 1:
        one, other = (view.amount(view.paid(s.budget), "cost") for s in (first, second))
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
            view.amount(view.scaled(measure, c.difference), measure),
            interval_text(view, measure, c.low, c.high), p_text(c.p_value),
            "" if c.p_adjusted is None else p_text(c.p_adjusted), verdict(view, c),
        ]
        for c in found
    ]
    level = view.numbers.percent(found[0].level, 0)
    titles = [label("rp_pair"), label("rp_swept"), label("rp_pairs"),
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
    lines = [line for t in view.result.tuned if (line := _kept_line(view, t))]
    rows = [_tuned_row(view, t) for t in view.result.tuned]
    measures = {t.measure for t in view.result.tuned}
    of = label("rp_score", name=view.title(measures.pop())) if len(measures) == 1 else label("rp_scores")
    titles = [label("rp_strategy"), label("rp_chosen"), *map(label, _SCORES), label("rp_kept")]
    grid = Table(titles, rows, [False, False, True, True, True, True, True])
    blocks: list[Block] = [Prose(lines[:10], bullets=True), Grid(grid, caption=of)]
    return Section("tuning", label("rp_tuning"), blocks, label("rp_tuning_lead"), label("rp_short_tuning"))


_SCORES = ("rp_part_train", "rp_part_validation", "rp_part_test", "rp_best_test")


def _tuned_row(view: ReplayView, t: Tuned) -> list[Value]:
    scores = (t.train_score, t.validation_score, t.test_score, t.best_test_score)
    kept = _kept(t)
    return [
        t.strategy + (f" ({view.swept_text(t.swept)})" if t.swept else ""), view.swept_text(t.chosen),
        *(view.amount(view.scaled(t.measure, math.nan if s is None else s), t.measure) for s in scores),
        Bar(view.numbers.percent(kept), kept) if math.isfinite(kept) else view.numbers.percent(kept),
    ]


def _kept(t: Tuned) -> float:
    return t.test_score / t.best_test_score if t.best_test_score > 0 else math.nan


def _kept_line(view: ReplayView, t: Tuned) -> str:
    kept = _kept(t)
    if not math.isfinite(kept):
        return ""
    key = "rp_kept_well" if kept >= 0.95 else "rp_kept_some" if kept >= 0.8 else "rp_kept_badly"
    name = t.strategy + (f" ({view.swept_text(t.swept)})" if t.swept else "")
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
    texts = [
        view.price_text(view.price(means[p]) if money else means[p]) if p in means else view.labels("rp_none")
        for p in parts
    ]
    size = d.stability
    if not math.isfinite(size):
        return [name, *texts, view.labels("rp_none"), view.labels("rp_none")]
    word = "rp_moved_little" if size < LITTLE else "rp_moved_some" if size <= MUCH else "rp_moved_much"
    return [name, *texts, Bar(f"{size:.2f}", size / most), view.labels(word)]
