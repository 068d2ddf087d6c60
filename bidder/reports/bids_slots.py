"""Modifiers: hours of the week as heat maps, flat weeks with their reasons, devices and audiences."""

from __future__ import annotations

import math

import numpy as np

from bidder.keywords.data import HOURS_OF_WEEK
from bidder.keywords.result import SegmentModifiers
from bidder.reports import charts_bids
from bidder.reports.bids_notes import flat_reason
from bidder.reports.bids_view import BidsView, short
from bidder.reports.page import ROWS, Block, Chart, Figure, Grid, Key, Prose, Section, Table, Value, table

PANELS = 6
"""Most campaigns with a heat map of their own."""
SEGMENTS = 12
"""Most devices or audiences in a table."""
LEAST_SPAN = 1.25
"""Colours reach at least from 1 / this to this, so that a flat week looks flat."""
DAYS = tuple(f"bd_weekday_{d}" for d in range(7))


def slots_section(view: BidsView) -> Section | None:
    """Weeks of the campaigns, and modifiers of devices and audiences."""
    label, schedule = view.labels, view.proposal.schedule
    blocks: list[Block] = []
    if len(schedule.campaigns):
        if shaped := _shaped(view):
            blocks.append(_weeks(view, shaped[:PANELS]))
        reasons = {schedule.flat.get(name, "") for name in schedule.campaigns}
        if not shaped and len(reasons) == 1 and len(schedule.campaigns) > 1:
            why = _why_flat(view, reasons.pop())
            blocks.append(Prose([label("bd_all_flat", reason=why)]))
        else:
            blocks.append(_summary(view))
    blocks += [_segments(view, s) for s in view.proposal.segments if len(s.campaigns) and len(s.segments)]
    if not blocks:
        return None
    return Section("slots", label("bd_slots"), blocks, label("bd_slots_lead"), label("bd_short_slots"))


def _order(view: BidsView) -> list[int]:
    """Campaigns of the schedule by falling expected spend."""
    names = view.proposal.night.keywords.campaigns
    spend = dict(zip(names, view.campaign_spend[1], strict=True)) if len(names) else {}
    mine = view.proposal.schedule.campaigns
    return sorted(range(len(mine)), key=lambda c: -spend.get(mine[c], 0.0))


def _shaped(view: BidsView) -> list[int]:
    """Campaigns whose week is not flat."""
    schedule = view.proposal.schedule
    return [c for c in _order(view) if np.ptp(schedule.modifier[c]) > 1e-9]


def _weeks(view: BidsView, shown: list[int]) -> Figure:
    label, schedule = view.labels, view.proposal.schedule
    days = [label(d) for d in DAYS]
    values = schedule.modifier[shown]
    span = max(LEAST_SPAN, float(np.exp(np.abs(np.log(np.maximum(values, 1e-9))).max())))
    titles = {"d": label("bd_weekday"), "w": label("bd_time"), "m": label("bd_modifier"),
              "e": label("bd_effect")}
    drawn = []
    for c in shown:
        rows = [
            {"d": days[h // 24], "h": h % 24, "w": f"{h % 24}:00–{h % 24 + 1}:00",
             "u": math.log(max(float(schedule.modifier[c, h]), 1e-9)) / math.log(span),
             "m": float(schedule.modifier[c, h]), "e": float(schedule.effect[c, h])}
            for h in range(HOURS_OF_WEEK)
        ]
        drawn.append(Chart(charts_bids.week(rows, days, titles), schedule.campaigns[c]))
    keys = [
        Key(view.numbers.ratio(span**u), colour)
        for u, colour in zip((-1, -0.5, 0, 0.5, 1), charts_bids.DIVERGING, strict=True)
    ]
    hidden = len(_shaped(view)) - len(shown)
    caption = view.joined(label("bd_weeks_caption", zone=short(view.page.time_zone)),
                          label("bd_weeks_hidden", n=hidden) if hidden else "")
    return Figure(label("bd_weeks"), drawn, _blocks(view, shown), caption, keys, wide=len(drawn) > 1)


def _blocks(view: BidsView, shown: list[int]) -> Table:
    label, schedule = view.labels, view.proposal.schedule
    rows = [
        [schedule.campaigns[b.campaign], label(DAYS[b.weekday]), _clock(b.start), _clock(b.end),
         view.numbers.ratio(b.modifier)]
        for b in schedule.blocks if b.campaign in shown
    ]
    columns = [label(k) for k in ("campaign", "bd_weekday", "bd_from", "bd_to", "bd_modifier")]
    return Table(columns, rows, [False, False, True, True, True], left_out=label("bd_left_out_schedule"))


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _summary(view: BidsView) -> Grid:
    """Every campaign's week in a line."""
    label, schedule, ratio = view.labels, view.proposal.schedule, view.numbers.ratio
    rows = []
    for c in _order(view)[:ROWS]:
        week, name = schedule.modifier[c], schedule.campaigns[c]
        best, worst = int(week.argmax()), int(week.argmin())
        even = bool(np.ptp(week) <= 1e-9)
        if even or name in schedule.flat:
            kind = label("bd_flat" if even else "bd_to_flat")
            why = _why_flat(view, schedule.flat.get(name, ""))
        else:
            kind = label("bd_shaped")
            why = label("bd_week_peaks", high=_hour(view, best), low=_hour(view, worst))
        rows.append([name, kind, ratio(float(week[worst])), ratio(float(week[best])), why])
    columns = [label(k) for k in ("campaign", "bd_week", "bd_lowest", "bd_highest", "note")]
    hidden = len(schedule.campaigns) - len(rows)
    caption = label("bd_campaigns_hidden", n=f"{hidden:,}") if hidden else ""
    return Grid(Table(columns, rows, [False, False, True, True, False]), label("bd_weeks_table"), caption)


def _why_flat(view: BidsView, reason: str) -> str:
    return flat_reason(view, reason) if reason else view.labels("bd_week_even")


def _hour(view: BidsView, hour: int) -> str:
    return view.labels("bd_day_hour", day=view.labels(DAYS[hour // 24]), hour=f"{hour % 24}:00")


def _segment(view: BidsView, name: str) -> str:
    key = f"bd_segment_{name.lower()}"
    return view.labels(key) if view.labels.has(key) else name


def _segments(view: BidsView, segments: SegmentModifiers) -> Grid:
    label = view.labels
    names = segments.segments[:SEGMENTS]
    rows: list[list[Value]] = [
        [name, *(
            label("bd_modifier_effect", modifier=view.numbers.ratio(float(segments.modifier[c, s])),
                  effect=view.numbers.ratio(float(segments.effect[c, s])))
            for s in range(len(names))
        )]
        for c, name in enumerate(segments.campaigns[:ROWS])
    ]
    hidden = max(len(segments.segments) - SEGMENTS, 0) + max(len(segments.campaigns) - ROWS, 0)
    caption = view.joined(label("bd_segments_caption"), label("bd_left_out_segments") if hidden else "")
    columns = [label("campaign"), *(_segment(view, n) for n in names)]
    return Grid(table(columns, rows), view.word("bd_segments", segments.kind), caption)
