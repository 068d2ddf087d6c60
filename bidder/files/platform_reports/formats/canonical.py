"""Our own tables, and any table whose columns a source names."""

from __future__ import annotations

from bidder.files.platform_reports.canonical import TYPES
from bidder.files.platform_reports.formats.form import PlatformForm
from bidder.keywords.spec_reports import ReportReader

CANONICAL = PlatformForm(
    reader=ReportReader.CANONICAL,
    names={**{name: (name,) for name in TYPES}, "currency": ("currency", "currency_code")},
    totals=(r"(grand )?totals?", r"合计|总计|汇总"),
    unknown=frozenset({""}),
    decimal=".",
    blank_counts=False,
)
