"""The first part of a replay's report: which strategy to use, how sure that is, and why."""

from __future__ import annotations

import math

from bidder.reports.page import Bar, Block, Fact, Facts, Grid, Prose, Section, Table, Value
from bidder.reports.replay_notes import told
from bidder.reports.replay_rules import most_auctions, part_name, time_range
from bidder.reports.replay_verdicts import (
    Rival,
    Standing,
    answer,
    cautions,
    chance,
    interval_text,
    scene_lines,
    sentence,
    standing,
)
from bidder.reports.replay_view import Cell, ReplayView
from bidder.reports.replay_why import why_lines

BEST = "★ "
_SCENES = 8
_RIVALS = 12


def summary_section(view: ReplayView) -> Section:
    """Notes first, then the winner and its figures, its rivals, the reasons, and the other conditions."""
    label = view.labels
    found = standing(view, view.budget)
    blocks: list[Block] = []
    if notes := _notes(view):
        blocks.append(Prose(notes, label("rp_notes"), bullets=True, tone="notice"))
    if found is not None:
        blocks.append(Facts(_facts(view, found)))
        if found.rivals and not found.nothing:
            blocks.append(_rivals(view, found))
        if lines := why_lines(view, found):
            blocks.append(Prose(lines, label("rp_why"), bullets=True))
    if lines := scene_lines(view, _SCENES):
        blocks.append(Prose(lines, label("rp_other_scenes"), bullets=True))
    if lines := cautions(view):
        blocks.append(Prose(lines, tone="quiet"))
    return Section("summary", label("summary"), blocks)


def _notes(view: ReplayView) -> list[str]:
    prices = view.result.prices
    own = []
    if view.result.info.censored or (prices is not None and prices.censored):
        own.append(view.labels("rp_censored"))
    if view.judged and not view.count("impressions").any():
        own.append(view.labels("rp_nothing_won"))
    elif view.judged and not view.count("clicks").any():
        own.append(view.joined(
            view.labels("rp_no_clicks"), view.labels("rp_by_worth") if view.measure == "worth" else "",
        ))
    return [*own, *told(view)]


# The winner


def _facts(view: ReplayView, found: Standing) -> list[Fact]:
    label, best = view.labels, found.best
    where = view.scene_text(view.budget, view.market)
    head = label("rp_best_strategy" if len(view.strategies) > 1 else "rp_the_strategy")
    if len(view.strategies) == 1 and view.varies(best):
        head = label("rp_best_setting")
    if found.nothing and len(view.strategies) > 1:
        head = label("rp_first_strategy")
    name = best.strategy if len(best.strategy) <= 60 else best.strategy[:59] + "…"
    chosen = view.swept_text(best.chosen) if view.varies(best) else ""
    note = " · ".join(filter(None, [chosen, view.joined(*answer(view, found, advice=True))]))
    headed = "rp_headed_where" if view.market else "rp_headed"
    title = label(headed, head=head, at=where) if where else head
    return [Fact(title, name, note, main=True), *_figures(view, best)]


def _figures(view: ReplayView, best: Cell) -> list[Fact]:
    label, numbers = view.labels, view.numbers
    raw = view.total(best, view.measure)
    spent = view.figure(best, "spent_share")
    spent_note = label("rp_of_budgets", share=numbers.percent(spent)) if math.isfinite(spent) else ""
    facts = [
        Fact(view.title(view.measure), view.amount(view.scaled(view.measure, raw), view.measure),
             _interval_note(view, best)),
        Fact(view.title("cost"), view.amount(view.paid(view.total(best, "cost")), "cost"), spent_note),
        Fact(view.each_title, view.each_text(best),
             "" if view.measure == "clicks" else
             label("rp_clicks_of", clicks=view.amount(view.total(best, "clicks")))),
        Fact(label("rp_win_rate"), numbers.percent(view.figure(best, "win_rate")),
             label("rp_of_auctions", won=view.amount(view.total(best, "impressions")),
                   auctions=view.amount(view.total(best, "auctions")))),
    ]
    name = "cpm" if view.each_name == "cpc" else "cpc"
    note = "rp_cpm_note" if name == "cpm" else "rp_cpc_note"
    facts.append(Fact(view.title(name), view.price_text(view.price(view.figure(best, name))), label(note)))
    return [*facts, _bound_fact(view, best)]


def _interval_note(view: ReplayView, best: Cell) -> str:
    ends, seeds = view.interval(best, view.measure), len(best.members)
    notes = [view.labels("rp_mean_of_seeds", n=seeds)] if seeds > 1 else []
    if ends is not None:
        notes.append(view.labels("rp_interval", range=interval_text(view, view.measure, *ends)))
    return " · ".join(notes)


def _bound_fact(view: ReplayView, best: Cell) -> Fact:
    share = view.figure(best, "bound_share")
    known = all(view.result.results[k].bound is not None for k in best.members)
    note = "rp_bound_note" if math.isfinite(share) else "rp_bound_zero" if known else "rp_bound_unknown"
    return Fact(view.labels("rp_bound_share"), view.numbers.percent(share), view.labels(note))


# Its rivals


def _rivals(view: ReplayView, found: Standing) -> Grid:
    label = view.labels
    shown = found.rivals[:_RIVALS]
    cells = [found.best, *(r.cell for r in shown)]
    chosen = any(view.varies(c) for c in cells)
    rows = [_line(view, found.best, found, None, chosen)]
    rows += [_line(view, r.cell, found, r, chosen) for r in shown]
    titles = [
        label("rp_strategy"), *([label("rp_swept")] if chosen else []), view.title(view.measure),
        label("rp_against_best"), label("rp_verdict"), view.title("cost"), label("rp_spent_share"),
        view.each_title,
    ]
    numeric = [False, *([False] if chosen else []), True, True, False, True, True, True]
    caption = label("rp_rivals_hidden", n=len(found.rivals) - _RIVALS) if len(found.rivals) > _RIVALS else ""
    title = label("rp_who_wins", measure=sentence(view.name_of(view.measure)))
    return Grid(Table(titles, rows, numeric), title, caption)


def _line(view: ReplayView, cell: Cell, found: Standing, rival: Rival | None, chosen: bool) -> list[Value]:
    most, mine = (view.total(c, view.measure) for c in (found.best, cell))
    bar = Bar(view.amount(view.scaled(view.measure, mine), view.measure), mine / most if most > 0 else 0.0)
    against = view.labels("rp_none")
    if rival is not None and most > 0:
        against = view.numbers.percent(mine / most - 1).replace("-", "−")
    return [
        ("" if rival else BEST) + cell.strategy, *([view.swept_text(cell.chosen)] if chosen else []), bar,
        against, view.labels("rp_is_best") if rival is None else _word(view, rival),
        view.amount(view.paid(view.total(cell, "cost")), "cost"),
        view.numbers.percent(view.figure(cell, "spent_share")), view.each_text(cell),
    ]


def _word(view: ReplayView, rival: Rival) -> str:
    if rival.tied:
        return view.labels("rp_word_tied")
    if rival.comparison is None or not math.isfinite(chance(rival.comparison)):
        return view.labels("rp_word_unknown")
    if rival.beaten:
        return view.labels("rp_word_real")
    return view.labels("rp_word_hint" if chance(rival.comparison) < 0.1 else "rp_word_chance")


# What was replayed, in one line


def subtitle(view: ReplayView) -> str:
    """Auctions, campaigns, time and how much was tried."""
    label, info = view.labels, view.result.info
    time = time_range(view)
    if view.part != "all":
        time = label("rp_headed_part", time=time, part=part_name(view, view.part))
    return " · ".join([
        label("rp_n_auctions", n=f"{most_auctions(view):,}"),
        label("rp_n_campaigns", n=f"{len(info.campaigns):,}"),
        time,
        label("rp_n_strategies", n=f"{len(view.strategies):,}"),
        label("rp_n_settings", n=f"{len(view.judged):,}"),
    ])
