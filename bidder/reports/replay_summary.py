"""The first and last parts of a replay's report: what was replayed, who wins, how to read it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, tzinfo

from bidder.auctions.log import MICROSECOND
from bidder.auctions.rules import Payment, Rules
from bidder.reports.page import Block, Fact, Facts, Prose, Section
from bidder.reports.replay_verdicts import cautions, interval_text, lead_text, sentence, winner, winner_lines
from bidder.reports.replay_view import Cell, ReplayView

_NAMED = 5
_BUDGETS = 8


def summary_section(view: ReplayView) -> Section:
    """Notes first, then the winner and its figures, the others, and the rules in words."""
    label = view.labels
    blocks: list[Block] = []
    if notes := _notes(view):
        blocks.append(Prose(notes, label("rp_notes"), bullets=True, tone="notice"))
    if facts := _facts(view):
        blocks.append(Facts(facts))
    if lines := winner_lines(view, _BUDGETS):
        measure = sentence(view.name_of(view.measure))
        blocks.append(Prose(lines, label("rp_who_wins", measure=measure), bullets=True))
    if lines := cautions(view):
        blocks.append(Prose(lines, tone="quiet"))
    blocks.append(Prose(replayed_lines(view), label("rp_what_replayed"), bullets=True))
    return Section("summary", label("summary"), blocks)


def _notes(view: ReplayView) -> list[str]:
    prices = view.result.prices
    own = []
    said = view.labels.lang == "en" and any("censored" in note for note in view.result.notes)
    if not said and (view.result.info.censored or (prices is not None and prices.censored)):
        own.append(view.labels("rp_censored"))
    if view.judged and not view.count("impressions").any():
        own.append(view.labels("rp_nothing_won"))
    elif view.judged and not view.count("clicks").any():
        own.append(view.joined(
            view.labels("rp_no_clicks"), view.labels("rp_by_worth") if view.measure == "worth" else "",
        ))
    return [*own, *(note[:1].upper() + note[1:] for note in view.result.notes)]


def _facts(view: ReplayView) -> list[Fact]:
    label = view.labels
    found = winner(view, view.budget)
    if found is None:
        return []
    best = found.best
    at = label("rp_at_budget", budget=view.budget_text(view.budget)) if len(view.budgets) > 1 else ""
    head = label("rp_best_strategy" if len(view.strategies) > 1 else "rp_the_strategy")
    if found.nothing and len(view.strategies) > 1:
        head = label("rp_first_strategy")
    name = best.strategy if len(best.strategy) <= 60 else best.strategy[:59] + "…"
    swept = view.swept_text(best.swept) if view.varies(best) else ""
    more = [swept, lead_text(view, found).rstrip(".。")]
    title = label("rp_headed", head=head, at=at) if at else head
    return [Fact(title, name, " · ".join(filter(None, more)), main=True), *_figures(view, best)]


def _figures(view: ReplayView, best: Cell) -> list[Fact]:
    label, numbers = view.labels, view.numbers
    raw = view.total(best, view.measure)
    cost = view.total(best, "cost")
    spent = view.figure(best, "spent_share")
    spent_note = label("rp_of_budgets", share=numbers.percent(spent)) if math.isfinite(spent) else ""
    return [
        Fact(view.title(view.measure), view.amount(view.scaled(view.measure, raw), view.measure),
             _interval_note(view, best)),
        Fact(view.title("cost"), view.amount(view.paid(cost), "cost"), spent_note),
        Fact(view.title("cpc"), view.price_text(view.price(view.figure(best, "cpc"))),
             label("rp_clicks_of", clicks=view.amount(view.total(best, "clicks")))),
        Fact(label("rp_win_rate"), numbers.percent(view.figure(best, "win_rate")),
             label("rp_of_auctions", won=view.amount(view.total(best, "impressions")),
                   auctions=view.amount(view.total(best, "auctions")))),
        Fact(view.title("cpm"), view.price_text(view.price(view.figure(best, "cpm"))), label("rp_cpm_note")),
        _bound_fact(view, best),
    ]


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


# What was replayed


def subtitle(view: ReplayView) -> str:
    """Auctions, campaigns, time and how much was tried, in one line."""
    label, info = view.labels, view.result.info
    return " · ".join([
        label("rp_n_auctions", n=f"{_auctions(view):,}"),
        label("rp_n_campaigns", n=f"{len(info.campaigns):,}"),
        time_range(view),
        label("rp_n_strategies", n=f"{len(view.strategies):,}"),
        label("rp_n_settings", n=f"{len(view.result.settings):,}"),
    ])


def _auctions(view: ReplayView) -> int:
    return max((int(view.total(c, "auctions")) for c in view.judged), default=0)


def time_range(view: ReplayView) -> str:
    """First to last day of the log, or that only the order of its rows is known."""
    info = view.result.info
    if not info.timed:
        return view.labels("rp_row_order")
    if info.first_ts is None or info.last_ts is None:
        return view.labels("rp_time_order")
    first, last = (day_of(view, ts) for ts in (info.first_ts, info.last_ts))
    first, last = (view.numbers.day(d, year=True) for d in (first, last))
    return first if first == last else view.labels("rp_from_to", first=first, last=last)


def day_of(view: ReplayView, ts: int) -> str:
    """Day of a time stamp in the experiment's time zone, ISO."""
    zone = _zone(view.result.episodes.time_zone)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return (start + timedelta(seconds=ts // MICROSECOND)).astimezone(zone).date().isoformat()


def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)


def replayed_lines(view: ReplayView) -> list[str]:
    """The log, the rules and the episodes in plain sentences."""
    label, info, rules = view.labels, view.result.info, view.result.rules
    named = view.labels("list_comma").join(info.campaigns[:_NAMED])
    if len(info.campaigns) > _NAMED:
        named += label("rp_and_more", n=f"{len(info.campaigns) - _NAMED:,}")
    one = "rp_log_one" if len(info.campaigns) == 1 else "rp_log_line"
    lines = [
        label(one, auctions=f"{_auctions(view):,}", campaigns=f"{len(info.campaigns):,}", named=named,
              time=time_range(view)),
        view.joined(label(f"rp_pay_{rules.payment}"), label(f"rp_pricing_{rules.pricing}")),
        *_ranking(view, rules),
        label("rp_tie_wins" if rules.win_on_tie else "rp_tie_loses"),
        *_bid_lines(view, rules),
        _episode_line(view),
        label(f"rp_over_{rules.over_budget}"),
        label(f"rp_outcomes_{rules.outcomes}"),
    ]
    if rules.frequency_cap is not None:
        lines.append(label("rp_frequency", n=f"{rules.frequency_cap:,}"))
    if rules.retargeting_days is not None:
        lines.append(label("rp_retargeting", days=f"{rules.retargeting_days:g}"))
    if view.part != "all":
        lines.append(label("rp_judged_on", part=part_name(view, view.part)))
    return lines


def _ranking(view: ReplayView, rules: Rules) -> list[str]:
    if rules.payment not in (Payment.GSP, Payment.VCG):
        return []
    rates = view.labels("list_comma").join(f"{rate:g}" for rate in rules.slots)
    rank = "rp_rank_bid" if rules.squashing == 0 else "rp_rank_quality"
    if rules.squashing not in (0, 1):
        rank = "rp_rank_squashed"
    return [view.labels(rank, power=f"{rules.squashing:g}"), view.labels("rp_slots", rates=rates)]


def _bid_lines(view: ReplayView, rules: Rules) -> list[str]:
    label = view.labels
    parts = [label("rp_integer" if rules.integer else "rp_fractions")]
    if rules.max_bid is not None:
        parts.append(label("rp_max_bid", bid=_bid_text(view, rules.max_bid)))
    if rules.reserve > 0:
        parts.append(label("rp_reserve", bid=_bid_text(view, rules.reserve)))
    return [view.joined(*parts)]


def _bid_text(view: ReplayView, bid: int) -> str:
    return view.with_unit(view.bid_text(bid), view.money_word)


def _episode_line(view: ReplayView) -> str:
    label, episodes = view.labels, view.result.episodes
    budgets = [view.amount(view.paid(b), "cost") for b in view.budgets]
    if len(budgets) > _NAMED:
        text = label("rp_budget_range", first=budgets[0], last=budgets[-1], n=len(budgets))
    else:
        text = label("list_comma").join(budgets)
    text = view.with_unit(text, view.money_word)
    if episodes.auctions is not None:
        line = label("rp_episodes_auctions", n=f"{episodes.auctions:,}", budgets=text)
    elif episodes.days is not None:
        line = label("rp_episodes_days", n=f"{episodes.days:,}", zone=episodes.time_zone, budgets=text)
    else:
        line = label("rp_episodes_whole", budgets=text)
    if episodes.auctions is None and episodes.days is None:
        return line
    return view.joined(line, label(f"rp_last_{episodes.last}"))


def part_name(view: ReplayView, part: str) -> str:
    """A part of the log in words."""
    return view.labels(f"rp_part_{part}") if view.labels.has(f"rp_part_{part}") else part


def reading_section(view: ReplayView) -> Section:
    """A short glossary."""
    label = view.labels
    names = ["win_rate", "cpm", "cpc", "worth", "bound", "pacing", "interval", "p_value"]
    if view.result.drift:
        names.append("stability")
    return Section(
        "reading", label("rp_reading"), [Prose([label(f"rp_read_{name}") for name in names], bullets=True)],
        short=label("rp_short_reading"),
    )
