"""The report of a rehearsal: whether the nightly job comes to its target, and what that is worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from bidder import __version__
from bidder.reports.charts import Row
from bidder.reports.charts_nights import Course, course
from bidder.reports.labels import Labels
from bidder.reports.numbers import NOTHING, Lang, Numbers
from bidder.reports.page import (
    Chart,
    Fact,
    Facts,
    Figure,
    Grid,
    Key,
    Page,
    Prose,
    Section,
    render_page,
    table,
)
from bidder.reports.rehearsal_data import BAND, PlayedNight, Rehearsal
from bidder.reports.theme import ACCENT, MUTED, OTHERS, PALE, PAST, SERIES, WARM

LAST = 10
"""Days that the headline's ROAS is taken over."""
_PLAIN = "format(datum.value, ',~r')"
_GREEN, _AMBER = SERIES[2], SERIES[1]
Line = tuple[str, str, Sequence[float]]
"""Name, colour and values of a line."""


def render_rehearsal(rehearsal: Rehearsal, lang: Lang = "en") -> str:
    """The report as one self-contained HTML text; the same rehearsal gives the same bytes."""
    view = _View(rehearsal, lang)
    r, label, day = rehearsal, view.labels, view.numbers.day
    first, last = (day(n.day.isoformat(), year=True) for n in (r.nights[0], r.nights[-1]))
    return render_page(
        Page(
            title=r.name,
            kicker=label("rh_kicker"),
            subtitle=label(
                "rh_subtitle", first=first, last=last, nights=len(r.nights), keywords=r.keywords,
                world=r.world,
            ),
            sections=[
                _verdict(view), _roas(view), _spend(view), _alpha(view), _revenue(view), _table(view),
            ],
            footer=label("rh_footer", version=__version__, seed=r.seed, history=r.history),
            labels=label,
        )
    )


class _View:
    """A rehearsal with what its sections share."""

    def __init__(self, rehearsal: Rehearsal, lang: Lang) -> None:
        self.rehearsal = rehearsal
        self.nights = rehearsal.nights
        self.labels = Labels(lang)
        self.numbers = Numbers(lang, rehearsal.currency)
        self.days = [n.day.isoformat() for n in rehearsal.nights]
        self.special = [n.day.isoformat() for n in rehearsal.nights if n.phase]

    def money_title(self, key: str) -> str:
        return self.labels("currency_axis", name=self.labels(key), currency=self.rehearsal.currency)

    def figure(
        self, lines: Sequence[Line], y: str, extra: Course, money: bool, keys: Sequence[Key] = (),
        caption: str = "",
    ) -> Figure:
        """Lines over the days, the same as a table, and a legend."""
        label, numbers = self.labels, self.numbers
        rows: list[Row] = [
            {"t": t, "w": numbers.day(t), "c": name, "y": float(f"{v:.6g}")}
            for name, _, values in lines
            for t, v in zip(self.days, values, strict=True)
        ]
        text: Callable[[float], str] = numbers.short_money if money else numbers.ratio
        grid = [
            [numbers.day(t), *(text(values[k]) for _, _, values in lines)] for k, t in enumerate(self.days)
        ]
        spec = course(
            rows, self.days, {name: colour for name, colour, _ in lines},
            {"y": y, "w": label("day"), "c": label("rh_line")}, numbers.axis() if money else _PLAIN,
            numbers.time_axis(False), ",.0f" if money else ",.3f", extra,
        )
        legend = [*(Key(name, colour, "line") for name, colour, _ in lines), *keys]
        if self.special:
            legend.append(Key(label("rh_special"), PAST))
        names = [label("day"), *(name for name, _, _ in lines)]
        return Figure("", [Chart(spec, y)], table(names, grid), caption, legend)


def _verdict(view: _View) -> Section:
    r, label, numbers = view.rehearsal, view.labels, view.numbers
    last = r.nights[-LAST:]
    spend, revenue = (sum(getattr(n.loop, name) for n in last) for name in ("spend", "revenue"))
    facts = [
        Fact(
            label("rh_roas_last", n=len(last)), numbers.ratio(revenue / spend) if spend else NOTHING,
            label("rh_target_note", target=numbers.ratio(r.target)), main=True,
        ),
        Fact(
            label("rh_from_night"), label("rh_never") if r.settled is None else str(r.settled),
            "" if r.settled is None else label("rh_from_night_note"),
        ),
        Fact(
            label("rh_revenue"), numbers.headline(r.revenue("loop")),
            label("rh_spend_note", spend=numbers.headline(r.spend("loop"))),
        ),
        Fact(
            label("rh_to_fixed"), _more(view, "fixed"),
            label("rh_to_fixed_note", roas=_roas_of(view, "fixed")),
        ),
        Fact(label("rh_to_alike"), _more(view, "fixed_alike"), label("rh_to_alike_note")),
        Fact(
            label("rh_to_oracle"), numbers.percent(r.revenue("loop") / r.revenue("oracle")),
            label("rh_to_oracle_note"),
        ),
    ]
    return Section("verdict", label("rh_verdict"), [Facts(facts), Prose(_sentences(view), bullets=True)])


def _more(view: _View, side: str) -> str:
    """Revenue of the loop over that of another side, as a signed share."""
    share = view.rehearsal.revenue("loop") / view.rehearsal.revenue(side) - 1
    return ("+" if share >= 0 else "") + view.numbers.percent(share)


def _roas_of(view: _View, side: str) -> str:
    spend = view.rehearsal.spend(side)
    return view.numbers.ratio(view.rehearsal.revenue(side) / spend) if spend else NOTHING


def _sentences(view: _View) -> list[str]:
    r, label, nights = view.rehearsal, view.labels, view.nights
    found = [label("rh_unsettled")]
    if r.settled is not None:
        later = [n for n in nights[r.settled - 1 :] if not n.phase]
        inside = all(abs(r.off(n)) <= BAND for n in later)
        found = [label("rh_settled" if inside else "rh_settled_budget", night=r.settled)]
    over = [n.over_budget for n in nights if n.over_budget > 0]
    if any(n.budget is not None for n in nights):
        found.append(label("rh_budget_kept"))
    if over:
        most = view.numbers.percent(max(over))
        found[-1] = label("rh_budget_broken", n=len(over), nights=len(nights), most=most)
    if stopped := sum(n.stopped for n in nights):
        found.append(label("rh_stopped", n=stopped, nights=len(nights)))
    return found


def _roas(view: _View) -> Section:
    label, target = view.labels, view.rehearsal.target
    lines: list[Line] = [
        (label("rh_true"), ACCENT, [n.loop.roas for n in view.nights]),
        (label("rh_measured"), OTHERS, [n.measured_roas for n in view.nights]),
    ]
    extra = Course(
        view.special, (target * (1 - BAND), target * (1 + BAND)), target, [label("rh_measured")], zero=False
    )
    keys = [Key(label("rh_target"), MUTED, "line dashed"), Key(label("rh_band"), PALE)]
    figure = view.figure(lines, label("roas"), extra, False, keys, label("rh_roas_caption"))
    return Section("roas", label("rh_roas"), [figure], label("rh_roas_lead"))


def _spend(view: _View) -> Section:
    label = view.labels
    lines: list[Line] = [
        (label("rh_expected"), ACCENT, [n.loop.spend for n in view.nights]),
        (label("rh_forecast"), OTHERS, [n.forecast for n in view.nights]),
    ]
    faint = [label("rh_forecast")]
    if all(n.budget is not None for n in view.nights):
        lines.append((label("rh_budget"), WARM, [n.budget or 0.0 for n in view.nights]))
        faint.append(label("rh_budget"))
    figure = view.figure(lines, view.money_title("spend"), Course(view.special, faint=faint), True)
    return Section("spend", label("rh_spend"), [figure], label("rh_spend_lead"))


def _alpha(view: _View) -> Section:
    label = view.labels
    lines: list[Line] = [
        (label("rh_chosen"), ACCENT, [n.alpha for n in view.nights]),
        (label("rh_oracle"), _GREEN, [n.oracle_alpha for n in view.nights]),
    ]
    extra = Course(view.special, faint=[label("rh_oracle")], zero=False)
    return Section(
        "alpha", label("rh_alpha"), [view.figure(lines, "α", extra, False)], label("rh_alpha_lead")
    )


def _revenue(view: _View) -> Section:
    label = view.labels
    sides = (
        ("loop", "rh_loop", ACCENT), ("fixed", "rh_fixed", _AMBER),
        ("fixed_alike", "rh_fixed_alike", SERIES[3]), ("oracle", "rh_oracle", _GREEN),
    )
    lines: list[Line] = [
        (label(key), colour, list(accumulate(getattr(n, side).revenue for n in view.nights)))
        for side, key, colour in sides
    ]
    faint = [label(key) for _, key, _ in sides[1:]]
    figure = view.figure(lines, view.money_title("revenue"), Course(view.special, faint=faint), True)
    return Section("revenue", label("rh_cumulative"), [figure], label("rh_cumulative_lead"))


def _table(view: _View) -> Section:
    label = view.labels
    columns = [
        label("rh_night"), label("day"), label("rh_bound"), "α", label("rh_changed"),
        view.money_title("rh_budget_title"), view.money_title("spend"), label("rh_roas_true"),
        label("rh_off"), label("rh_roas_measured"), view.money_title("revenue"),
    ]
    rows = [_night(view, number, n) for number, n in enumerate(view.nights, 1)]
    return Section("nights", label("rh_nights"), [Grid(table(columns, rows, text=3))])


def _night(view: _View, number: int, n: PlayedNight) -> list[str]:
    numbers = view.numbers
    day = numbers.day(n.day.isoformat()) + (f" · {view.labels('rh_special')}" if n.phase else "")
    off = view.rehearsal.off(n)
    return [
        str(number), day, view.labels("rh_by_stopped" if n.stopped else f"rh_by_{n.bound_by}"),
        numbers.ratio(n.alpha), numbers.count(n.changed),
        NOTHING if n.budget is None else numbers.short_money(n.budget), numbers.short_money(n.loop.spend),
        numbers.ratio(n.loop.roas), ("+" if off >= 0 else "") + numbers.percent(off),
        numbers.ratio(n.measured_roas), numbers.short_money(n.loop.revenue),
    ]
