"""Colours and chart settings of every report, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FONTS = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, "PingFang SC", '
    '"Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif'
)

# Okabe and Ito, "Color Universal Design" (2008), without its yellow (too pale on white) and black,
# plus three tones of Paul Tol's muted scheme that stay apart from them under colour blindness.
SERIES = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#6A51A3",
    "#8C6D31",
    "#117733",
)
OTHERS = "#9AA5B1"

INK = "#1B2733"
MUTED = "#5B6B7B"
GRID = "#E6EAEE"
RULE = "#C5CED6"
ACCENT = "#0B5A8A"
WARM = "#D55E00"
PALE = "#C9DCEA"
PAST = "#EEF1F4"
HEAT = ("#F2F6FA", "#C6DBEC", "#7FB2D6", "#2E7EB8", "#0B4A7A")


def colours(names: Sequence[str]) -> dict[str, str]:
    """A colour for each name by its place; names past the palette's end share the grey of "others"."""
    return {name: SERIES[k] if k < len(SERIES) else OTHERS for k, name in enumerate(names)}


def config() -> dict[str, Any]:
    """Vega-Lite configuration shared by every chart of a page."""
    axis = {
        "domainColor": RULE,
        "gridColor": GRID,
        "tickColor": RULE,
        "labelColor": MUTED,
        "titleColor": MUTED,
        "labelFont": FONTS,
        "titleFont": FONTS,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelLimit": 190,
        "labelPadding": 4,
        "tickSize": 4,
    }
    return {
        "background": "transparent",
        "font": FONTS,
        "view": {"stroke": None},
        "axis": axis,
        "axisX": {"grid": False, "labelAngle": 0, "labelPadding": 7},
        "legend": {
            "labelFont": FONTS,
            "titleFont": FONTS,
            "labelColor": MUTED,
            "titleColor": MUTED,
            "labelFontSize": 11,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
        },
        "text": {"font": FONTS, "color": INK},
    }
