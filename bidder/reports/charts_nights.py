"""Charts of nights in a row: lines from day to day, with a band to keep to and days that are special."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bidder.reports.charts import Row, altair, amount_y, chart, finish, palette, time_x, tips
from bidder.reports.theme import MUTED, PALE, PAST

BAND_OPACITY = 0.55


@dataclass(frozen=True)
class Course:
    """What a chart over days has besides its lines.

    Attributes
    ----------
    special : sequence of str
        Days to shade.
    band : tuple of float, optional
        Low and high end of a band.
    level : float, optional
        Where a dashed line lies.
    faint : sequence of str
        Names of lines that are drawn thin, without points.
    zero : bool
        Whether the vertical axis begins at 0.
    """

    special: Sequence[str] = ()
    band: tuple[float, float] | None = None
    level: float | None = None
    faint: Sequence[str] = ()
    zero: bool = True


def course(
    rows: Sequence[Row],
    times: Sequence[str],
    colours: Mapping[str, str],
    titles: Mapping[str, str],
    labels: str,
    time: str,
    form: str,
    extra: Course,
) -> dict[str, Any]:
    """Lines over days: fields t, w (day in words), c (name), y."""
    alt = altair()
    x, y = time_x(times, time), amount_y("y", titles["y"], labels, extra.zero)
    faint = list(extra.faint)
    base = chart([{**row, "f": row["c"] in faint} for row in rows]).encode(
        x=x,
        y=y,
        color=alt.Color("c", type="nominal", scale=palette(list(colours), colours), legend=None),
        tooltip=tips(("w", titles["w"], ""), ("c", titles["c"], ""), ("y", titles["y"], form)),
    )
    strong, thin = base.transform_filter("!datum.f"), base.transform_filter("datum.f")
    lines = [strong.mark_line(strokeWidth=2), strong.mark_circle(size=26, opacity=1)]
    if faint:
        lines.insert(0, thin.mark_line(strokeWidth=1.1))
    return finish(alt.layer(*_behind(times, x, titles, labels, extra), *lines), 250)


def _behind(times: Sequence[str], x: Any, titles: Mapping[str, str], labels: str, extra: Course) -> list[Any]:
    """Shaded days, the band and the dashed line, from back to front."""
    alt = altair()
    y = amount_y("lo", titles["y"], labels, extra.zero)
    layers = []
    if extra.special:
        shade = chart([{"t": t} for t in extra.special])
        layers.append(shade.mark_rect(color=PAST).encode(x=x, tooltip=alt.value(None)))
    if extra.band is not None:
        low, high = extra.band
        band = chart([{"lo": low, "hi": high}])
        layers.append(band.mark_rect(color=PALE, opacity=BAND_OPACITY).encode(y=y, y2="hi"))
    if extra.level is not None:
        rule = chart([{"lo": extra.level}])
        layers.append(rule.mark_rule(color=MUTED, strokeDash=[5, 4], strokeWidth=1.4).encode(y=y))
    return layers
