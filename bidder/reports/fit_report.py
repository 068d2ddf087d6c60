"""The report of a fit: how good the model is, what each campaign did, and what is not known."""

from __future__ import annotations

from typing import Any

import numpy as np

from bidder import __version__
from bidder.budget.fitting.errors import ForecastError
from bidder.budget.fitting.history import History
from bidder.budget.fitting.result import CampaignFit, FitResult
from bidder.budget.fitting.spec import FitSpec
from bidder.reports.charts import amount_y, chart, curve_points, finish, palette, ranges, time_x, tips
from bidder.reports.labels import Labels
from bidder.reports.numbers import NOTHING, Numbers
from bidder.reports.page import (
    Bar,
    Chart,
    Fact,
    Facts,
    Figure,
    Grid,
    Key,
    Page,
    Prose,
    Section,
    Table,
    render_page,
    table,
)
from bidder.reports.theme import ACCENT, MUTED, WARM, colours

CURVE_STEPS = 80


def render_fit(result: FitResult, history: History, spec: FitSpec) -> str:
    """The report of a fit as one self-contained HTML text; the same inputs give the same bytes."""
    view = _View(result, history, spec)
    return render_page(
        Page(
            title=spec.name,
            kicker="Response curves from history",
            subtitle=(
                f"{view.day(0)} to {view.day(-1)} · {len(history)} {spec.period.value}s · "
                f"{len(history.campaigns)} campaigns · result: {spec.result.unit}"
            ),
            sections=[_trust(view), _effects(view), _curves(view), _parts(view), _doubts(view)],
            footer=(
                f"bidder {__version__} · fit · seed {spec.seed}, {spec.starts} starts, {spec.draws} refits"
            ),
            labels=Labels("en"),
        )
    )


class _View:
    """A fit with what its sections share."""

    def __init__(self, result: FitResult, history: History, spec: FitSpec) -> None:
        self.result, self.history, self.spec = result, history, spec
        # Without a stated currency, money is shown in the file's own units.
        self.numbers = Numbers("en", spec.currency or "XXX")
        self.colours = colours(history.campaigns)
        self.days = [d.isoformat() for d in history.starts]
        self.revenue = spec.result.unit == "revenue"
        self.return_name = "ROAS" if self.revenue else "Conversions per currency unit"
        self.unit = f" ({spec.currency})" if spec.currency else ""

    def day(self, number: int) -> str:
        return self.numbers.day(self.days[number], year=True)

    def amount(self, value: float) -> str:
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.3g}"


def _percent(view: _View, value: float | None) -> str:
    return NOTHING if value is None else view.numbers.percent(value)


def _trust(view: _View) -> Section:
    held, quality = view.result.holdout, view.result.quality
    naive = held.naive_error or ForecastError(None, None)
    facts = Facts(
        [
            Fact(
                "Held-out error (MAPE)",
                _percent(view, held.error.mape),
                f"seasonal-naive: {_percent(view, naive.mape)}; without campaigns: "
                f"{_percent(view, held.without_error.mape)}",
            ),
            Fact(
                "Held-out error (NRMSE)",
                _percent(view, held.error.nrmse),
                f"seasonal-naive: {_percent(view, naive.nrmse)}; without campaigns: "
                f"{_percent(view, held.without_error.nrmse)}",
            ),
            Fact("Explained variance", _percent(view, quality.r_squared), "on the rows fitted to"),
            Fact("Starts at the best optimum", f"{quality.agreement:.0%}", f"of {quality.starts}"),
        ]
    )
    verdict = {
        True: "The model beats seasonal-naive on periods it had not seen.",
        False: "The model is no better than seasonal-naive on periods it had not seen.",
        None: "The history is too short to compare with seasonal-naive.",
    }[held.better]
    if held.campaigns_help is False:
        verdict += " Without the campaigns it would have foreseen them as well or better."
    warnings = [finding.text for finding in view.result.warnings]
    blocks: list[Any] = [facts]
    if warnings:
        blocks.append(Prose(warnings, title="Before using these curves", bullets=True, tone="notice"))
    blocks.append(_forecast(view))
    return Section("trust", "How far to trust it", blocks, lead=verdict)


def _forecast(view: _View) -> Figure:
    held = view.result.holdout
    days = view.days[held.first :]
    series = [("actual", held.actual, MUTED), ("model", held.forecast, ACCENT)]
    if held.naive is not None:
        series.append(("seasonal-naive", held.naive, WARM))
    rows = [
        {"t": t, "w": t, "c": name, "y": float(v)}
        for name, values, _ in series
        for t, v in zip(days, values, strict=True)
    ]
    grid = [[t, *(view.amount(float(values[k])) for _, values, _ in series)] for k, t in enumerate(days)]
    return Figure(
        "Forecast of the held-out periods",
        [Chart(_time_lines(view, rows, days, {name: colour for name, _, colour in series}))],
        table(["Period", *(name for name, _, _ in series)], grid),
        keys=[Key(name, colour, "line") for name, _, colour in series],
    )


def _time_lines(
    view: _View, rows: list[dict[str, Any]], days: list[str], shades: dict[str, str]
) -> dict[str, Any]:
    import altair as alt

    base = (
        chart(rows)
        .mark_line(strokeWidth=1.8)
        .encode(
            x=time_x(days, view.numbers.time_axis(len(days) > 60)),
            y=amount_y("y", None, view.numbers.axis(), zero=False),
            color=alt.Color("c", type="nominal", scale=palette(list(shades), shades), legend=None),
            tooltip=tips(("w", "Period", ""), ("c", "Series", ""), ("y", view.spec.result.unit, ",.0f")),
        )
    )
    return finish(base, 260)


def _effects(view: _View) -> Section:
    campaigns = view.result.campaigns
    most = max((c.share for c in campaigns), default=0.0) or 1.0
    rows: list[list[str | Bar]] = []
    for c in campaigns:
        band = c.intervals["return_on_spend"]
        rows.append(
            [
                c.name,
                view.amount(c.spend),
                view.amount(c.effect),
                Bar(view.numbers.percent(c.share), c.share / most),
                view.numbers.ratio(c.return_on_spend),
                f"{view.numbers.ratio(band.shown_low)} to {view.numbers.ratio(band.high)}",
                view.numbers.ratio(c.marginal_return),
                f"{c.spread:.2f}",
                "yes" if c.distinct else "no",
            ]
        )
    headers = [
        "Campaign",
        f"Spend{view.unit}",
        "Effect",
        "Share of result",
        view.return_name,
        "90% of refits",
        "Of the next unit",
        "Spread",
        "Told from 0",
    ]
    dots: list[dict[str, Any]] = [
        {
            "c": c.name,
            "g": c.name,
            "lo": c.intervals["return_on_spend"].shown_low,
            "v": c.return_on_spend,
            "hi": c.intervals["return_on_spend"].high,
            "z": not c.distinct,
        }
        for c in campaigns
    ]
    names = list(view.history.campaigns)
    titles = {
        "c": "Campaign",
        "lo": "5% of refits below",
        "v": "fitted",
        "hi": "5% of refits above",
        "x": view.return_name,
    }
    figure = Figure(
        f"{view.return_name} and where 90% of the refits lie",
        [Chart(ranges(dots, names, names, view.colours, titles))],
        caption="A hollow mark: the effect is not different from 0.",
        table=table(
            ["Campaign", "5%", view.return_name, "95%"],
            [[d["c"], *(view.numbers.ratio(d[k]) for k in ("lo", "v", "hi"))] for d in dots],
        ),
    )
    note = (
        "Of the next unit: at the average spend of periods with spend. Spread: standard deviation of the "
        "log effect."
    )
    return Section("effects", "What each campaign did", [Grid(table(headers, rows), caption=note), figure])


def _curves(view: _View) -> Section:
    charts = [Chart(_curve(view, number, c), c.name) for number, c in enumerate(view.result.campaigns)]
    rows = [
        [
            c.name,
            view.amount(c.ceiling),
            view.amount(c.half_spend),
            f"{c.slope:.2f}",
            f"{c.retention:.2f}",
            str(c.carryover_periods),
            _band(view, c, "half_spend"),
            _band(view, c, "slope"),
            _band(view, c, "retention"),
            f"{c.vif:.2f}",
            f"{c.separable_ratio:.2f}",
        ]
        for c in view.result.campaigns
    ]
    headers = [
        "Campaign",
        "ceiling",
        "half_spend",
        "slope",
        "retention",
        "carryover periods",
        "half_spend, 90%",
        "slope, 90%",
        "retention, 90%",
        "Variance inflation",
        "Plan's value / fit's",
    ]
    caption = (
        f"{view.spec.result.unit.capitalize()} per {view.spec.period.value} against steady spend; the dots "
        "are the periods' own spend, each placed on the curve."
    )
    lead = (
        "ceiling · x^slope / (half_spend^slope + x^slope) of spend x. A plan applies the curve before the "
        "carryover, the fit after it; the last column says how the two compare on the history's own spend."
    )
    figure = Figure("Response curves at steady spend", charts, caption=caption)
    return Section("curves", "Response curves", [figure, Grid(table(headers, rows))], lead=lead)


def _band(view: _View, campaign: CampaignFit, name: str) -> str:
    band = campaign.intervals[name]
    form = view.amount if name == "half_spend" else (lambda v: f"{v:.2f}")
    return f"{form(band.low)} to {form(band.high)}"


def _curve(view: _View, number: int, campaign: CampaignFit) -> dict[str, Any]:
    spend = view.history.spend[:, number]
    x = np.linspace(0.0, float(spend.max()) * 1.05, CURVE_STEPS)
    line = [{"x": float(a), "y": float(b)} for a, b in zip(x, campaign.hill(x), strict=True)]
    at = campaign.hill(spend)
    points = [
        {
            "x": float(spend[t]),
            "y": float(at[t]),
            "w": view.days[t],
            "v": float(spend[t]),
            "e": float(at[t]),
            "m": float(at[t] / spend[t]),
        }
        for t in np.flatnonzero(spend > 0)
    ]
    titles = {"w": "Period", "v": "Spend", "e": "Effect at steady spend", "m": "Effect per unit"}
    return curve_points(line, points, view.colours[campaign.name], titles, view.numbers.axis())


def _parts(view: _View) -> Section:
    parts = view.result.decomposition
    fitted = [("actual", parts.actual, MUTED), ("fitted", parts.fitted, ACCENT)]
    rows = [
        {"t": t, "w": t, "c": name, "y": float(v)}
        for name, values, _ in fitted
        for t, v in zip(view.days, values, strict=True)
    ]
    spent = [
        {"t": t, "w": t, "c": name, "y": float(v)}
        for name, column in zip(view.history.campaigns, parts.campaigns.T, strict=True)
        for t, v in zip(view.days, column, strict=True)
    ]
    columns = ["Period", "actual", "fitted", "trend", "season", "controls", *view.history.campaigns]
    every = (parts.actual, parts.fitted, parts.trend, parts.season, parts.controls, *parts.campaigns.T)
    grid = Table(
        columns,
        [[t, *(view.amount(float(values[k])) for values in every)] for k, t in enumerate(view.days)],
        [k > 0 for k in range(len(columns))],
        left_out=" (all are in decomposition.csv)",
    )
    return Section(
        "parts",
        "Where the result came from",
        [
            Figure(
                "Result and fit",
                [Chart(_time_lines(view, rows, view.days, {n: s for n, _, s in fitted}))],
                grid,
                keys=[Key(name, shade, "line") for name, _, shade in fitted],
            ),
            Figure(
                "Contribution of each campaign",
                [Chart(_time_lines(view, spent, view.days, view.colours))],
                keys=[Key(name, view.colours[name], "line") for name in view.history.campaigns],
            ),
        ],
    )


def _doubts(view: _View) -> Section:
    names = view.history.campaigns
    blocks: list[Any] = [Prose([n.text for n in view.result.notes], bullets=True)]
    matrices = {
        "Correlation of carried-over, saturated spend, everything else taken out": view.result.correlation,
        "Correlation of effects over the refits (near -1: only the sum is known)": (
            view.result.effect_correlation
        ),
    }
    for title, matrix in matrices.items():
        rows = [[name, *(f"{v:.2f}" for v in row)] for name, row in zip(names, matrix, strict=True)]
        blocks.append(Grid(table(["Campaign", *names], rows), title=title, folded=len(names) > 12))
    return Section("doubts", "What the history cannot tell", blocks)
