"""The multiplier and ROAS over the last nights."""

from __future__ import annotations

from bidder.reports import charts
from bidder.reports.bids_data import NightRow
from bidder.reports.bids_summary import alpha_sentence
from bidder.reports.bids_view import BidsView
from bidder.reports.charts import Row
from bidder.reports.page import Block, Chart, Figure, Key, Section, Table
from bidder.reports.theme import MUTED, SERIES

_EPOCH = 719_163
"""Ordinal of 1970-01-01."""


def nights_section(view: BidsView) -> Section | None:
    """Alpha and expected ROAS, night by night, tonight last."""
    label = view.labels
    if not view.page.nights:
        return None
    nights = [*view.page.nights, _tonight(view)]
    blocks: list[Block] = [_alpha(view, nights), _roas(view, nights)]
    return Section("nights", label("bd_nights"), blocks, alpha_sentence(view), label("bd_short_nights"))


def _tonight(view: BidsView) -> NightRow:
    alpha, effect = view.proposal.alpha, view.proposal.effect
    return NightRow(
        view.page.data_date, "tonight", alpha.chosen, alpha.in_force, effect.roas.mean, effect.spend.mean,
        view.raised + view.cut,
    )


def _points(view: BidsView, nights: list[NightRow], name: str, field: str) -> list[Row]:
    # Of several runs of a night the last one counts.
    last = {n.data_date: n for n in nights}
    return [
        {"x": day.toordinal() - _EPOCH, "w": view.numbers.day(day.isoformat(), year=True), "c": name,
         "y": float(getattr(night, field))}
        for day, night in sorted(last.items())
    ]


def _time(view: BidsView) -> str:
    pattern = "%-m/%-d" if view.labels.lang == "zh" else "%-d %b"
    return f"utcFormat(datum.value * 86400000, '{pattern}')"


def _alpha(view: BidsView, nights: list[NightRow]) -> Figure:
    label = view.labels
    names = {label("bd_chosen"): SERIES[0], label("bd_in_force"): SERIES[1]}
    chosen, force = names
    rows = [*_points(view, nights, chosen, "alpha"), *_points(view, nights, force, "in_force")]
    titles = {"x": label("bd_data_date"), "y": label("bd_alpha"), "c": ""}
    spec = charts.series(rows, names, titles, _time(view), "format(datum.value, '.2~f')", ".3f", zero=False)
    keys = [Key(name, colour, "line") for name, colour in names.items()]
    grid, caption = _table(view, nights), label("bd_alpha_caption")
    return Figure(label("bd_alpha_nights"), [Chart(spec)], grid, caption, keys)


def _roas(view: BidsView, nights: list[NightRow]) -> Figure:
    label, name = view.labels, view.labels("bd_roas_expected")
    rows = _points(view, nights, name, "roas")
    even, keys = [], [Key(name, SERIES[2], "line")]
    if view.target_kind == "roas":
        even = [{"x": rows[k]["x"], "y": view.proposal.target} for k in (0, -1)]
        keys.append(Key(view.target_text, MUTED, "line dashed"))
    titles = {"x": label("bd_data_date"), "y": label("roas"), "c": ""}
    form = "format(datum.value, '.2~f')"
    spec = charts.series(rows, {name: SERIES[2]}, titles, _time(view), form, ".2f", even, zero=False)
    return Figure(label("bd_roas_nights"), [Chart(spec)], _table(view, nights), "", keys)


def _table(view: BidsView, nights: list[NightRow]) -> Table:
    label, ratio = view.labels, view.numbers.ratio
    rows = [
        [view.numbers.day(n.data_date.isoformat(), year=True), view.word("bd_state", n.state), ratio(n.alpha),
         ratio(n.in_force), ratio(n.roas), view.numbers.money(n.spend), f"{n.changed:,}"]
        for n in reversed(nights)
    ]
    columns = [
        label("bd_data_date"), label("bd_state"), label("bd_chosen"), label("bd_in_force"),
        label("bd_roas_expected"), view.with_currency("bd_spend_day"), label("bd_changed_bids"),
    ]
    return Table(columns, rows, [False, False, True, True, True, True, True])
