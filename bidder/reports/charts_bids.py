"""Charts of bids: weeks of modifiers, bids against what supports them, rates before and after shrinkage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bidder.reports.charts import APART, Row, altair, amount_y, chart, finish, palette, tips
from bidder.reports.theme import ACCENT, GRID, MUTED, OTHERS

DIVERGING = ("#0B4A7A", "#7FB2D6", "#F4F5F3", "#F0A868", "#B34A00")
"""From low over even to high; told apart by lightness and hue under colour blindness."""


_WIDE = 12.0
"""Highest over lowest value from which an axis letters 1, 2 and 5 alone."""


def _log_labels(low: float, high: float) -> str:
    """Expression for a logarithmic axis: all ten steps of each decade would crowd it."""
    digits = [1, 2, 5] if high > _WIDE * low else [1, 2, 3, 4, 5, 7]
    digit = "round(datum.value / pow(10, floor(log(datum.value) / LN10 + 1e-9)))"
    return f"indexof({digits}, {digit}) >= 0 ? format(datum.value, ',~r') : ''"


def week(rows: Sequence[Row], days: Sequence[str], titles: Mapping[str, str]) -> dict[str, Any]:
    """Hours of a week: fields d (weekday), h (hour), w (time in words), u (-1 to 1), m, e."""
    alt = altair()
    x = alt.X(
        "h",
        type="ordinal",
        scale=alt.Scale(domain=list(range(24)), paddingInner=0, paddingOuter=0),
        axis=alt.Axis(title=None, values=[0, 6, 12, 18], labelExpr="datum.value + ':00'", domain=False,
                      ticks=False, labelAlign="left", labelOffset=-6),
    )
    y = alt.Y(
        "d",
        type="nominal",
        sort=list(days),
        axis=alt.Axis(title=None, domain=False, ticks=False),
    )
    colour = alt.Color(
        "u",
        type="quantitative",
        legend=None,
        scale=alt.Scale(domain=[-1, -0.5, 0, 0.5, 1], range=list(DIVERGING), clamp=True, interpolate="rgb"),
    )
    cells = (
        chart(rows)
        .mark_rect(stroke="#fff", strokeWidth=0.8)
        .encode(
            x=x,
            y=y,
            color=colour,
            tooltip=tips(("d", titles["d"], ""), ("w", titles["w"], ""), ("m", titles["m"], ",.2f"),
                         ("e", titles["e"], ",.2f")),
        )
    )
    return finish(cells, {"step": 18})


def bids_against(
    points: Sequence[Row],
    x_ends: tuple[float, float],
    y_ends: tuple[float, float],
    colours: Mapping[str, str],
    titles: Mapping[str, str],
) -> dict[str, Any]:
    """Bids (y) over what value supports (x), both logarithmic, with the line where they are equal.

    Fields x, y, c (colour group), f (keyword), o (old bid).
    """
    alt = altair()
    x = alt.X(
        "x",
        type="quantitative",
        scale=alt.Scale(type="log", domain=list(x_ends), nice=False, clamp=True),
        axis=alt.Axis(title=titles["x"], labelExpr=_log_labels(*x_ends), tickCount=6, **APART),
    )
    y = amount_y("y", titles["y"], _log_labels(*y_ends))
    y.scale = alt.Scale(type="log", domain=list(y_ends), nice=False, clamp=True)
    ends = max(x_ends[0], y_ends[0]), min(x_ends[1], y_ends[1])
    even = [{"x": v, "y": v} for v in ends if ends[0] < ends[1]]
    line = chart(even).mark_line(color=MUTED, strokeDash=[5, 4], strokeWidth=1.4).encode(x=x, y=y)
    dots = (
        chart(points)
        .mark_circle(size=46, opacity=0.7, stroke="#fff", strokeWidth=0.5)
        .encode(
            x=x,
            y=y,
            color=alt.Color("c", type="nominal", scale=palette(list(colours), colours), legend=None),
            tooltip=tips(("f", titles["f"], ""), ("o", titles["o"], ",.2f"), ("y", titles["y"], ",.2f"),
                         ("x", titles["x"], ",.2f"), ("c", titles["c"], "")),
        )
    )
    return finish(alt.layer(line, dots), 320)


def shrinkage(rows: Sequence[Row], titles: Mapping[str, str]) -> dict[str, Any]:
    """Rates over clicks: as counted (r, hollow), the parent's (p, tick) and as estimated (s), joined."""
    alt = altair()
    percent = "format(datum.value, '.1~%')"
    ends = min(r["x"] for r in rows), max(r["x"] for r in rows)
    x = alt.X(
        "x",
        type="quantitative",
        scale=alt.Scale(type="log", nice=False, padding=10),
        axis=alt.Axis(title=titles["x"], labelExpr=_log_labels(*ends), tickCount=6, **APART),
    )
    base = chart(rows).encode(
        x=x,
        tooltip=tips(("f", titles["f"], ""), ("x", titles["x"], ",.0f"), ("r", titles["r"], ".2%"),
                     ("p", titles["p"], ".2%"), ("s", titles["s"], ".2%")),
    )
    y = amount_y("r", titles["y"], percent)
    joined = base.mark_rule(color=GRID, strokeWidth=1.5).encode(y=y, y2="s")
    counted = base.mark_point(size=34, color=OTHERS, filled=False, strokeWidth=1.4).encode(y=y)
    other = {name: alt.Y(name, type="quantitative") for name in "ps"}
    parent = base.mark_tick(color=MUTED, width=9, thickness=1.2, orient="horizontal").encode(y=other["p"])
    estimated = base.mark_circle(size=44, color=ACCENT, opacity=0.9).encode(y=other["s"])
    return finish(alt.layer(joined, parent, counted, estimated), 280)
