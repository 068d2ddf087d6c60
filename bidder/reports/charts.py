"""Charts that reports are made of, as Vega-Lite specifications: what is drawn, not what it means.

Data are given as rows with short fixed field names, so that no name a user chose ever becomes part
of an expression. Charts take the width of their container.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bidder.reports.theme import ACCENT, GRID, INK, MUTED, OTHERS

Row = dict[str, Any]
Tip = tuple[str, str, str]
"""Field, title and number format ("" for text) of a tooltip line."""


def altair() -> Any:
    """The altair module, which is slow to import and only drawing needs."""
    import altair as library

    return library


def finish(chart: Any, height: int | dict[str, int], padding: int = 0) -> dict[str, Any]:
    """The specification of a chart of any width: no schema address, no theme of the caller's session."""
    spec: dict[str, Any] = chart.properties(width="container", height=height).to_dict()
    for key in ("$schema", "config", "usermeta"):
        spec.pop(key, None)
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    spec["padding"] = {"left": padding, "right": 8, "top": 5, "bottom": 5}
    return spec


def chart(rows: Sequence[Row]) -> Any:
    """An altair chart of rows given inline."""
    alt = altair()
    return alt.Chart(alt.InlineData(values=list(rows)))


def tips(*lines: Tip) -> list[Any]:
    """Tooltip lines."""
    alt = altair()
    return [
        alt.Tooltip(name, type="quantitative", title=title, format=form)
        if form
        else alt.Tooltip(name, type="nominal", title=title)
        for name, title, form in lines
    ]


def palette(names: Sequence[str], colours: Mapping[str, str]) -> Any:
    """A colour scale of fixed names."""
    return altair().Scale(domain=list(names), range=[colours[name] for name in names])


def time_x(times: Sequence[str], labels: str, gap: float = 0.12) -> Any:
    """Periods side by side, labelled where there is room; field t."""
    alt = altair()
    axis = alt.Axis(labelExpr=labels, labelOverlap="parity", title=None, labelSeparation=10, ticks=False)
    return alt.X(
        "t",
        type="ordinal",
        axis=axis,
        scale=alt.Scale(
            domain=list(times), paddingInner=gap if len(times) <= 120 else 0, paddingOuter=gap / 2
        ),
    )


def amount_y(name: str, title: str | None, labels: str, zero: bool = True, ticks: int = 5) -> Any:
    """A vertical axis of large numbers."""
    alt = altair()
    axis = alt.Axis(labelExpr=labels, title=title, tickCount=ticks, domain=False, ticks=False, **_TITLE)
    return alt.Y(name, type="quantitative", axis=axis, scale=alt.Scale(zero=zero, nice=True))


# Set level above the axis, where it takes no width from a chart on a phone.
_TITLE: dict[str, Any] = {
    "titleAngle": 0,
    "titleAlign": "left",
    "titleAnchor": "end",
    "titleBaseline": "bottom",
    "titleX": 0,
    "titleY": -8,
}


# On a phone a long name keeps its end, which tells campaigns of a channel apart.
# Counted in whole characters: half of an emoji is no text that could be written.
_SHORT_NAME = (
    "containerSize()[0] < 480 ? "
    "replace(datum.label, regexp('^(.{9}).{2,}(.{10})$', 'u'), '$1…$2') : datum.label"
)


def name_axis() -> Any:
    """An axis of names."""
    return altair().Axis(
        title=None, domain=False, ticks=False, labelColor=INK, labelPadding=6, labelExpr=_SHORT_NAME
    )


def ranges(
    rows: Sequence[Row],
    names: Sequence[str],
    channels: Sequence[str],
    colours: Mapping[str, str],
    titles: Mapping[str, str],
    height: int = 24,
) -> dict[str, Any]:
    """A range and its average per name: fields c, g (colour group), lo, v, hi, z (no spend)."""
    alt = altair()
    base = chart(rows).encode(
        y=alt.Y("c", type="nominal", sort=list(names), axis=name_axis()),
        color=alt.Color("g", type="nominal", scale=palette(channels, colours), legend=None),
        tooltip=tips(
            ("c", titles["c"], ""),
            ("lo", titles["lo"], ",.3f"),
            ("v", titles["v"], ",.3f"),
            ("hi", titles["hi"], ",.3f"),
        ),
    )
    axis = alt.Axis(title=titles["x"], grid=True, domain=False, ticks=False, tickCount=6, gridColor=GRID)
    x = alt.X(
        "lo", type="quantitative", axis=axis, scale=alt.Scale(domain=_wide(rows), nice=True, padding=12)
    )
    line = base.mark_rule(strokeWidth=4, opacity=0.4, strokeCap="round").encode(x=x, x2="hi")
    dots = base.mark_circle(size=85, opacity=1).encode(x=alt.X("v", type="quantitative"))
    solid = dots.transform_filter("!datum.z")
    hollow = (
        base.mark_point(size=70, filled=False, strokeWidth=2)
        .encode(x=alt.X("v", type="quantitative"))
        .transform_filter("datum.z")
    )
    return finish(alt.layer(line, solid, hollow), {"step": height})


def _wide(rows: Sequence[Row]) -> list[float]:
    # Values that are equal up to rounding must look equal: at least a tenth of their size is shown.
    low = min((r["lo"] for r in rows), default=0.0)
    high = max((r["hi"] for r in rows), default=1.0)
    spare = max(0.0, 0.1 * max(abs(low), abs(high), 1e-9) - (high - low)) / 2
    return [low - spare, high + spare]


def curve_points(
    line: Sequence[Row],
    points: Sequence[Row],
    colour: str,
    titles: Mapping[str, str],
    labels: str,
) -> dict[str, Any]:
    """A curve and points on it: fields x, y; points also w, v (real spend), e (real effect), m."""
    alt = altair()
    x = alt.X(
        "x",
        type="quantitative",
        scale=alt.Scale(nice=False, zero=True),
        axis=alt.Axis(title=None, labelExpr=labels, tickCount=4, labelFlush=True),
    )
    y = alt.Y(
        "y",
        type="quantitative",
        scale=alt.Scale(zero=True),
        axis=alt.Axis(title=None, labelExpr=labels, tickCount=4, domain=False, ticks=False),
    )
    curve = chart(line).mark_line(color=MUTED, strokeWidth=1.6, clip=True).encode(x=x, y=y)
    dots = (
        chart(points)
        .mark_circle(color=colour, size=42, opacity=0.75, stroke="#fff", strokeWidth=0.6)
        .encode(
            x=x,
            y=y,
            tooltip=tips(
                ("w", titles["w"], ""),
                ("v", titles["v"], ",.2f"),
                ("e", titles["e"], ",.2f"),
                ("m", titles["m"], ",.3f"),
            ),
        )
    )
    return finish(alt.layer(curve, dots), 150)


def lines(
    rows: Sequence[Row],
    names: Sequence[str],
    colours: Mapping[str, str],
    titles: Mapping[str, str],
    x_labels: str,
    y_labels: str,
    form: str = ",.2f",
) -> dict[str, Any]:
    """Lines over a quantity with their points: fields x, c, y, h (the highlighted point)."""
    alt = altair()
    x = alt.X(
        "x",
        type="quantitative",
        scale=alt.Scale(zero=False, nice=False, padding=10),
        axis=alt.Axis(title=titles["x"], labelExpr=x_labels, tickCount=5, labelOverlap=True),
    )
    base = chart(rows).encode(
        x=x,
        y=amount_y("y", titles["y"], y_labels, zero=False),
        color=alt.Color("c", type="nominal", scale=palette(names, colours), legend=None),
        tooltip=tips(("c", titles["c"], ""), ("x", titles["x"], ",.2f"), ("y", titles["y"], form)),
    )
    mark = base.mark_circle(size=150, opacity=1, stroke="#fff", strokeWidth=2).transform_filter("datum.h")
    return finish(alt.layer(base.mark_line(strokeWidth=2), base.mark_circle(size=28, opacity=1), mark), 250)


def bars(
    rows: Sequence[Row], names: Sequence[str], colour: str, titles: Mapping[str, str], labels: str
) -> dict[str, Any]:
    """A horizontal bar per name: fields c, v."""
    alt = altair()
    axis = alt.Axis(title=titles["v"], labelExpr=labels, tickCount=5, grid=True, domain=False, ticks=False)
    base = (
        chart(rows)
        .mark_bar(color=colour, height={"band": 0.62})
        .encode(
            y=alt.Y("c", type="nominal", sort=list(names), axis=name_axis()),
            x=alt.X("v", type="quantitative", axis=axis),
            tooltip=tips(("c", titles["c"], ""), ("v", titles["v"], ",.2f")),
        )
    )
    return finish(base, {"step": 30})


def histogram(
    rows: Sequence[Row],
    marks: Sequence[Row],
    titles: Mapping[str, str],
    labels: str,
    colour: str,
    n_labels: str = "",
    n_form: str = ",.0f",
) -> dict[str, Any]:
    """Counts of intervals (fields lo, hi, n) with vertical marks (fields x, k, colour).

    With ``n_labels``, an expression for the axis, n need not be whole.
    """
    alt = altair()
    x = alt.X(
        "lo",
        type="quantitative",
        scale=alt.Scale(zero=False, nice=False, padding=6),
        axis=alt.Axis(title=titles["x"], labelExpr=labels, tickCount=6, labelOverlap=True),
    )
    columns = (
        chart([{**row, "zero": 0} for row in rows])
        .mark_bar(color=colour, stroke="#fff", strokeWidth=1)
        .encode(
            x=x,
            x2="hi",
            y2="zero",
            y=alt.Y(
                "n",
                type="quantitative",
                axis=alt.Axis(
                    title=titles["n"], tickCount=4, domain=False, ticks=False,
                    **({"labelExpr": n_labels} if n_labels else {"tickMinStep": 1}), **_TITLE,
                ),
            ),
            tooltip=tips(
                ("lo", titles["lo"], ",.2f"), ("hi", titles["hi"], ",.2f"), ("n", titles["n"], n_form)
            ),
        )
    )
    rules = [
        chart([m])
        .mark_rule(color=m["colour"], strokeWidth=2.5)
        .encode(x=alt.X("x", type="quantitative"), tooltip=tips(("k", titles["k"], "")))
        for m in marks
    ]
    return finish(alt.layer(columns, *rules), 250)


def series(
    rows: Sequence[Row],
    colours: Mapping[str, str],
    titles: Mapping[str, str],
    x_labels: str,
    y_labels: str,
    form: str,
    even: Sequence[Row] = (),
    log: bool = False,
    zero: bool = True,
    ticks: Sequence[float] = (),
) -> dict[str, Any]:
    """Lines over a quantity: fields x, w (x in words), c, y; ``even`` is a dashed line of fields x, y."""
    alt = altair()
    places = list(ticks) or sorted({r["x"] for r in rows})
    where: dict[str, Any] = {"tickCount": 6, "tickMinStep": _step(rows)}
    if ticks or len(places) <= 8:
        where = {"values": places}
    scale = alt.Scale(type="log") if log else alt.Scale(zero=False)
    x = alt.X(
        "x",
        type="quantitative",
        scale=alt.Scale(**scale.to_dict(), nice=False, padding=4),
        axis=alt.Axis(title=titles["x"], labelExpr=x_labels, **where, **APART),
    )
    y = amount_y("y", titles["y"], y_labels, zero)
    base = chart(rows).encode(
        x=x,
        y=y,
        color=alt.Color("c", type="nominal", scale=palette(list(colours), colours), legend=None),
        tooltip=tips(("c", titles["c"], ""), ("w", titles["x"], ""), ("y", titles["y"], form)),
    )
    layers = [base.mark_line(strokeWidth=1.8)]
    if len({r["x"] for r in rows}) <= 40:  # more points would hide the lines
        layers.append(base.mark_circle(size=20, opacity=0.9))
    if even:
        dashed = chart(even).mark_line(color=MUTED, strokeDash=[5, 4], strokeWidth=1.4)
        layers.insert(0, dashed.encode(x=x, y=y))
    return finish(alt.layer(*layers), 230)


APART: dict[str, Any] = {"labelOverlap": True, "labelSeparation": 8, "labelFlush": True}
"""Of an axis: labels that would touch are left out."""


def _step(rows: Sequence[Row]) -> float:
    # Whole numbers, as of episodes or days, have no ticks between them.
    return 1.0 if rows and all(float(r["x"]).is_integer() for r in rows) else 0.0


def forest(
    rows: Sequence[Row], names: Sequence[str], titles: Mapping[str, str], labels: str
) -> dict[str, Any]:
    """Differences and their intervals about zero: fields c, lo, v, hi, s (told from zero), w, f (in full)."""
    alt = altair()
    axis = alt.Axis(
        title=titles["v"], labelExpr=labels, tickCount=6, grid=True, domain=False, ticks=False,
        gridColor=GRID, **APART,
    )
    x = alt.X("lo", type="quantitative", axis=axis, scale=alt.Scale(zero=True, nice=True, padding=8))
    base = chart(rows).encode(
        y=alt.Y("c", type="nominal", sort=list(names), axis=name_axis()),
        color=alt.condition("datum.s", alt.value(ACCENT), alt.value(OTHERS)),
        tooltip=tips(
            ("f", titles["c"], ""), ("v", titles["v"], ",.4~g"), ("lo", titles["lo"], ",.4~g"),
            ("hi", titles["hi"], ",.4~g"), ("w", titles["w"], ""),
        ),
    )
    zero = chart([{"x": 0}]).mark_rule(color=MUTED).encode(x=alt.X("x", type="quantitative"))
    line = base.mark_rule(strokeWidth=3).encode(x=x, x2="hi")
    dots = base.mark_circle(size=80, opacity=1).encode(x=alt.X("v", type="quantitative"))
    return finish(alt.layer(zero, line, dots), {"step": 26})


def landscape(
    line: Sequence[Row],
    second: Sequence[Row],
    points: Sequence[Row],
    colours: Mapping[str, str],
    titles: Mapping[str, str],
    x_labels: str,
    y_labels: str,
) -> dict[str, Any]:
    """A curve, perhaps a dashed one, and named points: fields x, y; points also c."""
    alt = altair()
    x = alt.X(
        "x",
        type="quantitative",
        scale=alt.Scale(nice=False, zero=True),
        axis=alt.Axis(title=titles["x"], labelExpr=x_labels, tickCount=6, **APART),
    )
    y = amount_y("y", titles["y"], y_labels)
    tip = tips(("x", titles["x"], ",.4~g"), ("y", titles["y"], ".1%"))
    layers = [chart(line).mark_line(color=ACCENT, strokeWidth=2).encode(x=x, y=y, tooltip=tip)]
    if second:
        dashed = chart(second).mark_line(color=MUTED, strokeDash=[5, 4], strokeWidth=1.4, clip=True)
        layers.append(dashed.encode(x=x, y=y, order=alt.Order("y", type="quantitative")))
    if points:
        dots = chart(points).mark_circle(size=110, opacity=1, stroke="#fff", strokeWidth=1.5)
        colour = alt.Color("c", type="nominal", scale=palette(list(colours), colours), legend=None)
        named = tips(("c", titles["c"], ""), ("x", titles["p"], ",.4~g"), ("y", titles["y"], ".1%"))
        layers.append(dots.encode(x=x, y=y, color=colour, tooltip=named))
    return finish(alt.layer(*layers), 260)
