"""Charts of points: what was paid against what it brought, and how the same thing fares everywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bidder.reports.charts import APART, Row, altair, amount_y, chart, finish, name_axis, palette, tips
from bidder.reports.theme import GRID, MUTED, RULE


def scatter(
    points: Sequence[Row],
    line: Sequence[Row],
    colours: Mapping[str, str],
    titles: Mapping[str, str],
    x_labels: str,
    y_labels: str,
    forms: tuple[str, str],
) -> dict[str, Any]:
    """Points and a dashed line through the outermost ones: fields x, y; points also c, f (in full), b.

    Those with b are large; ``forms`` are the formats of x and y in a tooltip.
    """
    alt = altair()
    x = alt.X(
        "x",
        type="quantitative",
        scale=alt.Scale(zero=True, nice=True),
        axis=alt.Axis(title=titles["x"], labelExpr=x_labels, tickCount=6, **APART),
    )
    y = amount_y("y", titles["y"], y_labels)
    dashed = chart(line).mark_line(color=MUTED, strokeDash=[5, 4], strokeWidth=1.4).encode(x=x, y=y)
    base = chart(points).encode(
        x=x,
        y=y,
        color=alt.Color("c", type="nominal", scale=palette(list(colours), colours), legend=None),
        tooltip=tips(("f", titles["c"], ""), ("x", titles["x"], forms[0]), ("y", titles["y"], forms[1])),
    )
    small = base.mark_circle(size=36, opacity=0.55).transform_filter("!datum.b")
    large = base.mark_circle(size=110, opacity=1, stroke="#fff", strokeWidth=1.5).transform_filter("datum.b")
    return finish(alt.layer(dashed, small, large), 300)


def dumbbells(
    rows: Sequence[Row],
    names: Sequence[str],
    colours: Mapping[str, str],
    titles: Mapping[str, str],
    labels: str,
    form: str,
) -> dict[str, Any]:
    """For every name a dot for each condition, joined by a line: fields c, g (condition), v."""
    alt = altair()
    axis = alt.Axis(
        title=titles["v"], labelExpr=labels, tickCount=5, grid=True, domain=False, ticks=False,
        gridColor=GRID, **APART,
    )
    base = chart(rows).encode(
        y=alt.Y("c", type="nominal", sort=list(names), axis=name_axis()),
        x=alt.X("v", type="quantitative", axis=axis, scale=alt.Scale(zero=True, nice=True)),
    )
    line = base.mark_line(color=RULE, strokeWidth=3).encode(detail=alt.Detail("c", type="nominal"))
    dots = base.mark_circle(size=95, opacity=0.95, stroke="#fff", strokeWidth=1).encode(
        color=alt.Color("g", type="nominal", scale=palette(list(colours), colours), legend=None),
        tooltip=tips(("c", titles["c"], ""), ("g", titles["g"], ""), ("v", titles["v"], form)),
    )
    return finish(alt.layer(line, dots), {"step": 28})
