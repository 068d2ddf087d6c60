"""Tables and sentences on the terminal."""

from __future__ import annotations

import math
import os
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from bidder.cli.output import coloured, printable, say

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bidder.jobs.overview import Line

WIDTH = 120
"""Columns where there is no terminal to ask."""
SMALL = 10_000
"""Amounts of money below this are shown with their minor digits."""
NOTHING = "–"


def console() -> Console:
    """Where data tables go: stdout, coloured only on a terminal and unless NO_COLOR is set."""
    from rich.console import Console

    known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return Console(
        highlight=False, markup=False, no_color=not coloured(), width=None if known else WIDTH,
        soft_wrap=False,
    )


def new_table(columns: Sequence[tuple[str, str]]) -> Table:
    """A plain table; each column is a header and ``left`` or ``right``."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_edge=False)
    for header, justify in columns:
        left = justify == "left"
        table.add_column(
            Text(header), justify="left" if left else "right", overflow="fold", no_wrap=not left,
            vertical="bottom" if not left else "top",
        )
    return table


def show(table: Table, least: int = 0) -> None:
    """Print a table on stdout, in at least so many columns: a terminal's own wrapping is better than
    cells without their ends."""
    to = console()
    to.width = max(to.width, least)
    to.print(table)


def sentences(lines: Iterable[str], bullet: str = "") -> None:
    """Print sentences on stdout, wrapped to the width of the tables."""
    width = console().width
    for line in lines:
        indent = " " * len(bullet)
        text = printable(line)
        for part in textwrap.wrap(text, max(width, 30), initial_indent=bullet, subsequent_indent=indent):
            say(part)


def cell(text: str, style: str = "") -> Text:
    """Text for a cell: nothing in it can steer the terminal."""
    from rich.text import Text

    return Text(printable(text), style=style)


def money(value: float, digits: int = 2, scale: float | None = None) -> str:
    """An amount; minor digits only when ``scale`` (the largest beside it) is small."""
    if not math.isfinite(value):
        return NOTHING
    shown = digits if abs(value if scale is None else scale) < SMALL else 0
    return f"{value:,.{shown}f}"


def signed(value: float, digits: int = 2, scale: float | None = None) -> str:
    """A difference, always with its sign."""
    text = money(abs(value), digits, scale)
    if not any(c in "123456789" for c in text):
        return "0"
    return f"{'+' if value > 0 else '-'}{text}"


def ratio(value: float) -> str:
    """A ROAS or another ratio; two digits that count, however small."""
    if not math.isfinite(value):
        return NOTHING
    digits = 2 if abs(value) >= 0.01 or value == 0 else min(1 - math.floor(math.log10(abs(value))), 12)
    return f"{value + 0.0:,.{digits}f}"


def percent(value: float) -> str:
    """A share."""
    return f"{value:.1%}" if math.isfinite(value) else NOTHING


def count(value: float) -> str:
    """A number of conversions."""
    if not math.isfinite(value):
        return NOTHING
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}"


def overview_table(lines: Sequence[Line], digits: int) -> Table:
    """Spend and results by channel and campaign."""
    headers = ("spend", "share", "conversions", "revenue", "ROAS", "marginal\nROAS")
    table = new_table([("channel / campaign", "left"), *((h, "right") for h in headers)])
    total = lines[-1]
    for line in lines:
        name = f"  {line.campaign}" if line.campaign else line.channel or "total"
        style = "" if line.campaign else "bold"
        if line is total:
            table.add_section()
        values = (
            money(line.spend, digits, total.spend), percent(line.share), count(line.conversions),
            money(line.revenue, digits, total.revenue), ratio(line.roas), ratio(line.marginal),
        )
        table.add_row(cell(name, style), *(cell(v, style) for v in values))
    return table
