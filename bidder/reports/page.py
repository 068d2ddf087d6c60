"""A self-contained HTML page of sections with charts and tables; knows nothing of plans.

Everything that is text in these classes is escaped when the page is written; the only markup comes
from the template. Charts are Vega-Lite specifications, kept as JSON in a block that no browser runs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from bidder.reports.bundle import bundle
from bidder.reports.labels import Labels
from bidder.reports.numbers import clean
from bidder.reports.theme import FONTS, config

ROWS = 400
"""Most rows a table shows; what is left out is named below it."""


@dataclass(frozen=True)
class Bar:
    """A number in a cell, with a bar of a length between 0 and 1 behind it."""

    text: str
    length: float

    @property
    def percent(self) -> str:
        """Length in percent, for CSS."""
        return f"{100 * min(max(self.length, 0.0), 1.0):.1f}"


Value = str | Bar


@dataclass(frozen=True)
class Table:
    """Rows of formatted values; ``numeric`` tells which columns are set right-aligned.

    ``left_out`` says where the rows beyond :data:`ROWS` are to be found, for a reader.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]
    numeric: Sequence[bool]
    total: Sequence[Value] | None = None
    left_out: str = ""

    @property
    def shown(self) -> Sequence[Sequence[Value]]:
        """The rows that are set."""
        return self.rows[:ROWS]

    @property
    def hidden(self) -> int:
        """How many rows are not set."""
        return max(0, len(self.rows) - ROWS)


def table(columns: Sequence[str], rows: Sequence[Sequence[Value]], text: int = 1, **more: Any) -> Table:
    """A table whose first ``text`` columns are text and the others numbers."""
    return Table(columns, rows, [k >= text for k in range(len(columns))], **more)


@dataclass(frozen=True)
class Key:
    """An entry of a figure's legend; ``form`` is box, line or dot."""

    text: str
    colour: str
    form: str = "box"


@dataclass(frozen=True)
class Chart:
    """One Vega-Lite specification (without config), with a title for small multiples and readers."""

    spec: dict[str, Any]
    title: str = ""


@dataclass(frozen=True)
class Figure:
    """One chart or a row of small ones, with legend, caption and the same values as a table."""

    title: str
    charts: Sequence[Chart]
    table: Table | None = None
    caption: str = ""
    keys: Sequence[Key] = ()
    wide: bool = False
    """Small multiples at twice the width."""


@dataclass(frozen=True)
class Prose:
    """Paragraphs or, with ``bullets``, a list; ``title`` stands above."""

    lines: Sequence[str]
    title: str = ""
    bullets: bool = False
    tone: str = ""
    """"", notice, alarm or quiet."""


@dataclass(frozen=True)
class Fact:
    """A headline figure; ``note`` is set small below it."""

    label: str
    value: str
    note: str = ""
    main: bool = False


@dataclass(frozen=True)
class Facts:
    """Headline figures side by side."""

    facts: Sequence[Fact]


@dataclass(frozen=True)
class Source:
    """Text shown as it was written, folded away under ``title``."""

    title: str
    text: str


@dataclass(frozen=True)
class Grid:
    """A table on its own, under ``title``."""

    table: Table
    title: str = ""
    caption: str = ""
    folded: bool = False


Block = Figure | Prose | Facts | Source | Grid


@dataclass(frozen=True)
class Section:
    """A part of a page; ``anchor`` is a plain ASCII word."""

    anchor: str
    title: str
    blocks: Sequence[Block]
    lead: str = ""
    short: str = ""
    """Title in the row of links; the whole title by default."""


@dataclass(frozen=True)
class Page:
    """A whole report."""

    title: str
    kicker: str
    subtitle: str
    sections: Sequence[Section]
    footer: str
    labels: Labels
    extra_config: dict[str, Any] = field(default_factory=dict)


def render_page(page: Page) -> str:
    """The page as HTML text; the same page gives the same bytes."""
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["clean"] = clean
    environment.filters["object_id"] = id
    environment.tests["kind"] = lambda value, name: type(value).__name__ == name
    specs = _number_charts(page)
    script, start = bundle(), _asset("page.js")
    settings: dict[str, Any] = {**config(), **page.extra_config}
    data = {"config": settings, "charts": [{"id": k, "spec": c.spec} for k, c in specs.items()]}
    fonts = "\n:root { --fonts: " + FONTS + "; }\n"
    return environment.from_string(_asset("page.html")).render(
        page=page,
        label=page.labels,
        ids={id(chart): name for name, chart in specs.items()},
        css=_safe(_asset("page.css") + fonts),
        bundle=_safe(script),
        start=_safe(start),
        policy=_policy(script, start),
        specs=_safe(_json(data)),
    )


def _number_charts(page: Page) -> dict[str, Chart]:
    charts = [
        chart
        for section in page.sections
        for block in section.blocks
        if isinstance(block, Figure)
        for chart in block.charts
    ]
    return {f"chart-{number}": chart for number, chart in enumerate(charts, 1)}


def _plain(value: Any) -> Any:
    # What is not a number is not drawn; JSON has no word for it.
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _json(value: object) -> str:
    # "<" would end the script block or begin a comment inside it.
    text = json.dumps(_plain(value), ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _policy(*scripts: str) -> str:
    # Only the page's own two scripts run, and nothing is ever fetched; Vega compiles its expressions.
    hashes = " ".join(
        "'sha256-" + base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() + "'" for s in scripts
    )
    return f"default-src 'none'; script-src 'unsafe-eval' {hashes}; style-src 'unsafe-inline'; img-src data:"


def _safe(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)


def _asset(name: str) -> str:
    return (resources.files("bidder.reports") / "assets" / name).read_text(encoding="utf-8")
