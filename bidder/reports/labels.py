"""Every word a report says, in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from bidder.reports.labels_bids import BIDS
from bidder.reports.labels_plan import PLAN
from bidder.reports.labels_rehearsal import REHEARSAL
from bidder.reports.labels_replay import REPLAY
from bidder.reports.numbers import Lang

COMMON: dict[str, tuple[str, str]] = {
    "contents": ("Contents", "目录"),
    "as_table": ("These values as a table", "以表格查看"),
    "open_tables": ("Open all tables", "展开全部表格"),
    "close_tables": ("Close all tables", "收起全部表格"),
    "no_script": (
        "The charts need JavaScript. Every value is also in the tables below.",
        "图表需要启用 JavaScript；所有数值也列在下方表格中。",
    ),
    "rows_hidden": ("{count:,} further rows are left out here{where}.", "此处略去其余 {count:,} 行{where}。"),
    "others": ("others", "其他"),
    "total": ("Total", "合计"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "channel": ("Channel", "渠道"),
    "campaign": ("Campaign", "计划"),
    "period": ("Period", "周期"),
    "day": ("Day", "日期"),
    "week": ("Week from", "周（起始日）"),
    "month": ("Month from", "月（起始日）"),
    "spend": ("Spend", "花费"),
    "share": ("Share", "占比"),
    "revenue": ("Revenue", "收入"),
    "profit": ("Profit", "利润"),
    "conversions": ("Conversions", "转化数"),
    "new_customers": ("New customers", "新客数"),
    "lifetime_value": ("Customer lifetime value", "客户终身价值"),
    "roas": ("ROAS", "ROAS"),
    "cpa": ("CPA", "CPA"),
    "marginal_roas": ("Marginal ROAS", "边际 ROAS"),
    "objective": ("Objective", "目标值"),
    "currency_axis": ("{name} ({currency})", "{name}（{currency}）"),
    "name": ("Name", "名称"),
    "note": ("Note", "备注"),
}

LABELS: dict[str, tuple[str, str]] = {**COMMON, **PLAN, **REPLAY, **REHEARSAL, **BIDS}


@dataclass(frozen=True)
class Labels:
    """The labels of one language: ``labels("spend")``; a label may take values by name."""

    lang: Lang

    def __call__(self, key: str, **values: object) -> str:
        """The text of a label; KeyError for an unknown one."""
        text = LABELS[key][1 if self.lang == "zh" else 0]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is such a label."""
        return key in LABELS
