"""Charts over time: amounts by period, with periods already past shaded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bidder.reports.charts import Row, altair, amount_y, chart, finish, name_axis, palette, time_x, tips
from bidder.reports.theme import HEAT, PAST


def past_bands(times: Sequence[str], past: int, labels: str) -> Any:
    """Shade behind the first ``past`` periods."""
    alt = altair()
    return (
        chart([{"t": t} for t in times[:past]])
        .mark_rect(color=PAST, width={"band": 1.14})
        .encode(x=time_x(times, labels), tooltip=alt.value(None))
    )


def stacked_bars(
    rows: Sequence[Row],
    times: Sequence[str],
    names: Sequence[str],
    colours: Mapping[str, str],
    titles: Mapping[str, str],
    money: str,
    time: str,
    past: int = 0,
) -> dict[str, Any]:
    """Bars over time, stacked: fields t, w (period in words), c (name), lo, hi, v, p (share)."""
    alt = altair()
    bars = (
        chart(rows)
        .mark_bar()
        .encode(
            x=time_x(times, time),
            y=amount_y("lo", titles["v"], money),
            y2="hi",
            color=alt.Color("c", type="nominal", scale=palette(names, colours), legend=None),
            tooltip=tips(
                ("w", titles["w"], ""),
                ("c", titles["c"], ""),
                ("v", titles["v"], ",.2f"),
                ("p", titles["p"], ".1%"),
            ),
        )
    )
    layers = [past_bands(times, past, time), bars] if past else [bars]
    return finish(alt.layer(*layers), 300)


def paired_bars(
    rows: Sequence[Row],
    times: Sequence[str],
    colours: tuple[str, str],
    titles: Mapping[str, str],
    labels: str,
    time: str,
    past: int = 0,
    tick: bool = False,
) -> dict[str, Any]:
    """Two amounts per period: a wide bar or mark behind (b) and a bar (a); fields t, w, a, b."""
    alt = altair()
    tooltip = tips(("w", titles["w"], ""), ("a", titles["a"], ",.2f"), ("b", titles["b"], ",.2f"))
    base = chart(rows).encode(x=time_x(times, time), tooltip=tooltip)
    behind = base.mark_bar(color=colours[1]).encode(y=amount_y("b", titles["y"], labels))
    front = base.mark_bar(color=colours[0]).encode(y=amount_y("a", titles["y"], labels))
    if tick:
        behind = base.mark_tick(color=colours[1], thickness=2.5).encode(y=amount_y("b", titles["y"], labels))
        layers = [front, behind]
    else:
        layers = [behind, front]
    if past:
        layers.insert(0, past_bands(times, past, time))
    return finish(alt.layer(*layers), 240)


def area(
    rows: Sequence[Row],
    times: Sequence[str],
    colour: str,
    titles: Mapping[str, str],
    labels: str,
    time: str,
) -> dict[str, Any]:
    """One amount over time: fields t, w, v."""
    mark = {"color": colour, "opacity": 0.16, "line": {"color": colour, "strokeWidth": 2}}
    if len(rows) <= 62:
        mark["point"] = {"color": colour, "size": 22, "opacity": 1}
    base = (
        chart(rows)
        .mark_area(**mark)
        .encode(
            x=time_x(times, time),
            y=amount_y("v", titles["v"], labels),
            tooltip=tips(("w", titles["w"], ""), ("v", titles["v"], ",.0f")),
        )
    )
    return finish(base, 240)


def heat_map(
    rows: Sequence[Row],
    times: Sequence[str],
    names: Sequence[str],
    titles: Mapping[str, str],
    money: str,
    time: str,
) -> dict[str, Any]:
    """Amounts by name and period: fields t, w, c, v."""
    alt = altair()
    legend = alt.Legend(
        orient="top",
        title=titles["v"],
        gradientLength=180,
        gradientThickness=10,
        labelExpr=money,
        values=_legend_steps(rows),
        titleOrient="left",
        offset=8,
    )
    base = (
        chart(rows)
        .mark_rect(stroke="#fff", strokeWidth=1 if len(times) <= 31 else 0.5 if len(times) <= 120 else 0)
        .encode(
            x=time_x(times, time, gap=0.0),
            y=alt.Y("c", type="nominal", sort=list(names), axis=name_axis()),
            color=alt.Color(
                "v",
                type="quantitative",
                legend=legend,
                scale=alt.Scale(type="sqrt", range=list(HEAT), domainMin=0),
            ),
            tooltip=tips(("w", titles["w"], ""), ("c", titles["c"], ""), ("v", titles["v"], ",.2f")),
        )
    )
    return finish(base, {"step": 22})


def _legend_steps(rows: Sequence[Row]) -> list[float]:
    # A square root scale crowds its upper end: nothing, a quarter and the whole are told.
    most = max((r["v"] for r in rows), default=0.0)
    if most <= 0:
        return [0.0]
    unit = 10.0 ** math.floor(math.log10(most))
    top = math.floor(most / unit) * unit
    return [0.0, top / 4, top]
