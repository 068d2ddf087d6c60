"""What was replayed and by which rules, in plain sentences; and how the figures are read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from bidder.auctions.log import MICROSECOND, LogInfo
from bidder.auctions.rules import LastEpisode, Payment, Rules
from bidder.reports.page import Prose, Section
from bidder.reports.replay_verdicts import sentence
from bidder.reports.replay_view import ReplayView

_NAMED = 5


def rules_section(view: ReplayView) -> Section:
    """The log, the rules and the episodes."""
    label = view.labels
    lines = [Prose(replayed_lines(view), bullets=True)]
    return Section("rules", label("rp_what_replayed"), lines, short=label("rp_short_rules"))


def judged_info(view: ReplayView) -> LogInfo:
    """Of the part of the log that is judged."""
    whole = view.part in ("all", "train") or view.result.part_info is None
    return view.result.info if whole or view.result.part_info is None else view.result.part_info


def most_auctions(view: ReplayView) -> int:
    """Auctions of the part that is judged."""
    return max((int(view.total(c, "auctions")) for c in view.judged), default=0)


def time_range(view: ReplayView) -> str:
    """First to last day of the judged part, or that only the order of its rows is known."""
    info = judged_info(view)
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
    named = view.listed(list(info.campaigns), _NAMED)
    one = "rp_log_one" if len(info.campaigns) == 1 else "rp_log_line"
    lines = [
        label(one, auctions=f"{most_auctions(view):,}", campaigns=f"{len(info.campaigns):,}", named=named,
              time=time_range(view)),
        *([label("rp_judged_on", part=part_name(view, view.part))] if view.part != "all" else []),
        view.joined(label(f"rp_pay_{rules.payment}"), label(f"rp_pricing_{rules.pricing}")),
        *_ranking(view, rules),
        view.joined(label("rp_tie_wins" if rules.win_on_tie else "rp_tie_loses"), *_bid_lines(view, rules)),
        _episode_line(view),
        label(f"rp_over_{rules.over_budget}"),
        label(f"rp_outcomes_{rules.outcomes}"),
    ]
    if rules.frequency_cap is not None:
        lines.append(label("rp_frequency", n=f"{rules.frequency_cap:,}"))
    if rules.retargeting_days is not None:
        lines.append(label("rp_retargeting", days=f"{rules.retargeting_days:g}"))
    if not view.in_currency and info.price_for != 1:
        lines.append(label("rp_per_price", n=f"{info.price_for:,}"))
    if varied := _varied(view):
        lines.append(label("rp_varied", fields=varied))
    return lines


def _varied(view: ReplayView) -> str:
    """Rules that are swept, which the sentences above tell for the first setting alone."""
    shared = ("auction", "bids", "over_budget", "outcomes", "frequency_cap", "retargeting")
    paths = [p for p, values in view.swept.items() if len(values) > 1 and p.partition(".")[0] in shared]
    return view.listed([
        view.labels("rp_varied_field", field=sentence(view.field(p)),
                    values=view.labels("list_comma").join(view.value_text(v, p) for v in view.swept[p][:12]))
        for p in paths
    ])


def _ranking(view: ReplayView, rules: Rules) -> list[str]:
    if rules.payment not in (Payment.GSP, Payment.VCG):
        return []
    rates = view.labels("list_comma").join(f"{rate:g}" for rate in rules.slots)
    rank = "rp_rank_bid" if rules.squashing == 0 else "rp_rank_quality"
    if rules.squashing not in (0, 1):
        rank = "rp_rank_squashed"
    rivals = "rp_rivals_react" if rules.rivals.react else "rp_rivals_stand"
    ranked = view.labels(rank, power=f"{rules.squashing:g}")
    return [view.joined(ranked, view.labels("rp_slots", rates=rates)), view.labels(rivals)]


def _bid_lines(view: ReplayView, rules: Rules) -> list[str]:
    label = view.labels
    parts = []
    if not view.in_currency:  # millionths of a currency unit are cut from nothing that counts
        parts.append(label("rp_integer" if rules.integer else "rp_fractions"))
    if rules.max_bid is not None:
        parts.append(label("rp_max_bid", bid=view.bid_text(rules.max_bid)))
    if rules.reserve > 0:
        parts.append(label("rp_reserve", bid=view.bid_text(rules.reserve)))
    return parts


def _episode_line(view: ReplayView) -> str:
    label, episodes = view.labels, view.result.episodes
    budgets = [view.budget_amount(b) for b in view.budgets]
    if len(budgets) > _NAMED:
        text = label("rp_budget_range", first=budgets[0], last=budgets[-1], n=len(budgets))
    else:
        text = label("list_comma").join(budgets)
    text = view.with_unit(text, view.money_word)
    if episodes.auctions is not None:
        line = label("rp_episodes_auctions", n=f"{episodes.auctions:,}", budgets=text)
    elif episodes.days is not None:
        number = {} if view.daily else {"n": f"{episodes.days:,}"}
        line = view.spoken("rp_episodes_days", zone=episodes.time_zone, budgets=text, **number)
    else:
        return label("rp_episodes_whole", budgets=text)
    whole = view.daily and episodes.last is LastEpisode.KEEP  # a day is a day
    return line if whole else view.joined(line, label(f"rp_last_{episodes.last}"))


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
