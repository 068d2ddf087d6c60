"""Small reports of every format, made here: the same six rows in the words of each platform."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bidder.keywords.data import MatchType


@dataclass(frozen=True)
class Line:
    """One keyword on one day; money in units."""

    day: date
    campaign: str
    ad_group: str
    keyword: str
    match_type: MatchType
    impressions: int
    clicks: int
    cost: str
    conversions: int
    revenue: str
    max_cpc: str
    quality: int


def _line(day: int, *rest: Any) -> Line:
    return Line(date(2026, 10, day), *rest)


_BROAD = MatchType.BROAD
LINES = (
    _line(19, "brand", "shoes", "red shoes", MatchType.EXACT, 1240, 62, "31.05", 4, "812.40", "0.60", 8),
    _line(19, "brand", "shoes", "running shoes", MatchType.PHRASE, 980, 21, "14.70", 1, "199.00", "0.75", 6),
    _line(19, "generic", "coats", "winter coat", _BROAD, 15200, 304, "1216.88", 9, "2700.50", "4.10", 5),
    _line(20, "brand", "shoes", "red shoes", MatchType.EXACT, 1310, 70, "36.40", 5, "1015.00", "0.60", 8),
    _line(20, "brand", "shoes", "running shoes", MatchType.PHRASE, 870, 0, "0.00", 0, "0.00", "0.75", 6),
    _line(20, "generic", "coats", "winter coat", _BROAD, 14010, 288, "1108.80", 8, "2410.25", "4.10", 5),
)
CURRENCY = "CNY"
_NAMES = {MatchType.EXACT: "exact", MatchType.PHRASE: "phrase", MatchType.BROAD: "broad"}


def total(of: Callable[[Line], Any]) -> float:
    """Sum over the lines."""
    return sum(float(of(line)) for line in LINES)


def table(rows: Sequence[Sequence[object]], delimiter: str = ",", end: str = "\r\n", quote: int = 0) -> str:
    """Rows as the text of a CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quote).writerows(rows)
    return out.getvalue()


def canonical(delimiter: str = ",") -> bytes:
    """Our own columns."""
    header = (
        "date", "campaign", "ad_group", "keyword", "match_type", "impressions", "clicks", "cost",
        "conversions", "revenue", "max_cpc", "quality_score",
    )
    rows = [
        (x.day, x.campaign, x.ad_group, x.keyword, _NAMES[x.match_type], x.impressions, x.clicks, x.cost,
         x.conversions, x.revenue, x.max_cpc, x.quality)
        for x in LINES
    ]
    return table([header, *rows], delimiter, "\n").encode()


def own_names() -> bytes:
    """A table of somebody's own, for a source with ``columns``."""
    header = ("when", "camp", "grp", "kw", "mt", "views", "clk", "spent", "orders", "gmv", "bid now", "qs")
    return b"\n".join([",".join(header).encode(), *canonical().split(b"\n")[1:]])


OWN_COLUMNS = {
    "date": "when", "campaign": "camp", "ad_group": "grp", "keyword": "kw", "match_type": "mt",
    "impressions": "views", "clicks": "clk", "cost": "spent", "conversions": "orders", "revenue": "gmv",
    "max_cpc": "bid now", "quality_score": "qs",
}


def parquet() -> bytes:
    """Our own columns with types."""
    columns = {
        "date": pa.array([x.day for x in LINES]),
        "campaign": pa.array([x.campaign for x in LINES]).dictionary_encode(),
        "ad_group": pa.array([x.ad_group for x in LINES]),
        "keyword": pa.array([x.keyword for x in LINES], pa.large_string()),
        "match_type": pa.array([_NAMES[x.match_type] for x in LINES]),
        "impressions": pa.array([x.impressions for x in LINES], pa.int32()),
        "clicks": pa.array([x.clicks for x in LINES]),
        "cost": pa.array([float(x.cost) for x in LINES]),
        "conversions": pa.array([float(x.conversions) for x in LINES]),
        "revenue": pa.array([float(x.revenue) for x in LINES]),
        "max_cpc": pa.array([float(x.max_cpc) for x in LINES]),
        "quality_score": pa.array([x.quality for x in LINES]),
    }
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def _grouped(number: float | str, digits: int = 0) -> str:
    return f"{float(number):,.{digits}f}"


def _comma(text: str) -> str:
    return text.translate(str.maketrans(".,", ",."))


_GOOGLE_MATCH = {
    MatchType.EXACT: "Exact match", MatchType.PHRASE: "Phrase match", MatchType.BROAD: "Broad match",
}
_MARKS = {MatchType.EXACT: "[{}]", MatchType.PHRASE: '"{}"', MatchType.BROAD: "{}"}


def google(encoding: str = "utf-8") -> bytes:
    """A keyword report of the web interface, with totals."""
    header = (
        "Keyword status", "Search keyword", "Search keyword match type", "Campaign", "Ad group", "Day",
        "Currency code", "Max. CPC", "Impr.", "Clicks", "CTR", "Cost", "Conversions", "Conv. value",
        "Quality Score", "Exp. CTR", "Search impr. share",
    )
    rows: list[tuple[object, ...]] = [
        ("Eligible", _MARKS[x.match_type].format(x.keyword), _GOOGLE_MATCH[x.match_type], x.campaign,
         x.ad_group, x.day, CURRENCY, x.max_cpc, _grouped(x.impressions), x.clicks,
         f"{x.clicks / x.impressions:.2%}", _grouped(x.cost, 2), _grouped(x.conversions, 2),
         _grouped(x.revenue, 2), x.quality, "Above average", "< 10%")
        for x in LINES
    ]

    def totals(label: str, factor: int) -> tuple[object, ...]:
        return (
            label, " --", " --", " --", " --", " --", CURRENCY, " --",
            _grouped(factor * total(lambda x: x.impressions)), _grouped(factor * total(lambda x: x.clicks)),
            "3.00%", _grouped(factor * total(lambda x: x.cost), 2),
            _grouped(factor * total(lambda x: x.conversions), 2),
            _grouped(factor * total(lambda x: x.revenue), 2), " --", " --", " --",
        )

    ends = [totals("Total: Filtered keywords", 1), totals("Total: Account", 3), totals("Total: Search", 2)]
    head = "Search keyword report\nOctober 19, 2026 - October 20, 2026\n"
    return (head + table([header, *rows, *ends], end="\n")).encode(encoding)


def google_german() -> bytes:
    """The same in a German interface: semicolons, decimal commas, other words."""
    header = (
        "Tag", "Suchkeyword", "Keyword-Option", "Kampagne", "Anzeigengruppe", "Währungscode", "Max. CPC",
        "Impressionen", "Klicks", "Kosten", "Conversions", "Conv.-Wert", "Qualitätsfaktor",
    )
    kinds = {
        MatchType.EXACT: "Genau passend", MatchType.PHRASE: "Passende Wortgruppe",
        MatchType.BROAD: "Weitgehend passend",
    }
    rows = [
        (x.day.strftime("%d.%m.%Y"), x.keyword, kinds[x.match_type], x.campaign, x.ad_group, CURRENCY,
         _comma(x.max_cpc), _comma(_grouped(x.impressions)), x.clicks, _comma(_grouped(x.cost, 2)),
         _comma(f"{x.conversions:.2f}"), _comma(_grouped(x.revenue, 2)), x.quality)
        for x in LINES
    ]
    head = "Bericht zu Suchkeywords\n19. Oktober 2026 - 20. Oktober 2026\n"
    return (head + table([header, *rows], ";", "\n")).encode()


def editor(extra: int = 225) -> bytes:
    """An export of Google Ads Editor: UTF-16, tabs, very many columns, and records of other kinds."""
    header = [
        "Campaign", "Campaign Daily Budget", "Bid Strategy Type", "Ad Group", "Max CPC", "Keyword",
        "Criterion Type", "First page bid", "Quality score", "Landing page experience", "Expected CTR",
        "Ad relevance", "Status", "Headline 1", "Headline 2", "Description Line 1",
        *(f"Column {i}" for i in range(extra)),
    ]
    records: list[list[str]] = []
    for campaign, strategy in (("brand", "Manual CPC"), ("generic", "Maximize conversions")):
        records.append([campaign, "100.00", strategy, *[""] * 9, "Enabled"])
    for campaign, group in (("brand", "shoes"), ("generic", "coats")):
        records.append([campaign, "", "", group, "4.10", *[""] * 7, "Enabled"])
    records.append(["brand", "", "", "shoes", "", "cheap", "Negative Broad", *[""] * 5, "Enabled"])
    for x in LINES[:3]:
        bid = "" if x.campaign == "generic" else x.max_cpc  # taken over from the ad group
        records.append([
            x.campaign, "", "", x.ad_group, bid, x.keyword, _NAMES[x.match_type].title(), "1.10",
            str(x.quality), "Average", "Above average", "Below average", "Enabled",
        ])
    ad = ["The best shoes", "Red shoes", "Buy them now."]
    records.append(["brand", "", "", "shoes", *[""] * 8, "Enabled", *ad])
    rows = [header, *(record + [""] * (len(header) - len(record)) for record in records)]
    return ("\ufeff" + table(rows, "\t")).encode("utf-16-le")


def microsoft(preamble: bool = True) -> bytes:
    """A keyword report with its preamble and copyright line."""
    head = (
        '"Report Name: Keywords"\r\n"Report Time: 10/19/2026,10/20/2026"\r\n'
        '"Time Zone: (GMT+08:00) Beijing, Chongqing, Hong Kong SAR, Urumqi"\r\n'
        '"Last Completed Available Day: 10/21/2026 2:05:00 PM (GMT)"\r\n"Report Aggregation: Daily"\r\n'
        f'"Report Filter: "\r\n"Potential Incomplete Data: false"\r\n"Rows: {len(LINES)}"\r\n\r\n'
    )
    header = (
        "TimePeriod", "CampaignName", "AdGroupName", "Keyword", "BidMatchType", "CurrencyCode",
        "CurrentMaxCpc", "QualityScore", "ExpectedCtr", "Impressions", "Clicks", "Spend", "Conversions",
        "Revenue",
    )
    rows = [
        (f"{x.day:%m/%d/%Y}", x.campaign, x.ad_group, x.keyword, _NAMES[x.match_type].title(), CURRENCY,
         x.max_cpc, x.quality, "3", x.impressions, x.clicks, x.cost, x.conversions, x.revenue)
        for x in LINES
    ]
    body = table([header, *rows], quote=csv.QUOTE_ALL)
    foot = '\r\n"©2026 Microsoft Corporation. All rights reserved. "\r\n'
    return ((head if preamble else "") + body + foot).encode("utf-8-sig")


def microsoft_bulk() -> bytes:
    """A bulk file: a format record, campaigns, ad groups, keywords."""
    header = (
        "Type", "Status", "Id", "Parent Id", "Campaign", "Ad Group", "Keyword", "Match Type", "Bid",
        "Quality Score", "Bid Strategy Type", "Name",
    )
    rows: list[tuple[str, ...]] = [
        ("Format Version", *[""] * 10, "6.0"),
        ("Campaign", "Active", "1", "9", "brand", *[""] * 5, "ManualCpc", ""),
        ("Campaign", "Active", "2", "9", "generic", *[""] * 5, "MaxConversions", ""),
        ("Ad Group", "Active", "3", "1", "brand", "shoes", "", "", "0.50", "", "", ""),
    ]
    rows += [
        ("Keyword", "Active", str(70 + i), "3", x.campaign, x.ad_group, x.keyword,
         _NAMES[x.match_type].title(), x.max_cpc, str(x.quality), "", "")
        for i, x in enumerate(LINES[:3])
    ]
    return table([header, *rows]).encode("utf-8-sig")


def amazon() -> bytes:
    """A targeting report, by day."""
    header = (
        "Date", "Portfolio name", "Currency", "Campaign Name", "Ad Group Name", "Targeting", "Match Type",
        "Impressions", "Clicks", "Click-Thru Rate (CTR)", "Cost Per Click (CPC)", "Spend",
        "7 Day Total Sales ", "Total Advertising Cost of Sales (ACOS) ", "7 Day Total Orders (#)",
        "7 Day Total Units (#)",
    )
    rows = [
        (f"{x.day:%b %d, %Y}", "No Portfolio", CURRENCY, x.campaign, x.ad_group, x.keyword,
         _NAMES[x.match_type].upper(), x.impressions, x.clicks, f"{x.clicks / x.impressions:.4%}",
         "", f"¥{_grouped(x.cost, 2)}", f"¥{_grouped(x.revenue, 2)}", "", x.conversions, x.conversions)
        for x in LINES
    ]
    return table([header, *rows]).encode()


def amazon_terms(start: str = "Oct 20, 2026", end: str = "Oct 20, 2026") -> bytes:
    """A search term report of one day."""
    header = (
        "Start Date", "End Date", "Currency", "Campaign Name", "Ad Group Name", "Targeting", "Match Type",
        "Customer Search Term", "Impressions", "Clicks", "Spend", "7 Day Total Sales ",
        "7 Day Total Orders (#)",
    )
    rows = [
        (start, end, CURRENCY, x.campaign, x.ad_group, x.keyword, _NAMES[x.match_type].upper(),
         f"cheap {x.keyword}", x.impressions, x.clicks, x.cost, x.revenue, x.conversions)
        for x in LINES[3:]
    ]
    return table([header, *rows]).encode()


def amazon_bulk() -> bytes:
    """A bulksheet saved as CSV."""
    header = (
        "Product", "Entity", "Operation", "Campaign ID", "Ad Group ID", "Keyword ID", "Campaign Name",
        "Ad Group Name", "Campaign Name (Informational only)", "Ad Group Name (Informational only)", "State",
        "Bid", "Keyword Text", "Match Type", "Bidding Strategy",
    )
    product = "Sponsored Products"
    rows: list[tuple[str, ...]] = [
        (product, "Campaign", "", "11", "", "", name, "", name, "", "enabled", "", "", "",
         "Dynamic bids - down only")
        for name in ("brand", "generic")
    ]
    rows += [
        (product, "Keyword", "", "11", "21", str(70 + i), "", "", x.campaign, x.ad_group, "enabled",
         x.max_cpc, x.keyword, _NAMES[x.match_type], "")
        for i, x in enumerate(LINES[:3])
    ]
    return table([header, *rows]).encode()


_CHINESE_MATCH = {MatchType.EXACT: "精准匹配", MatchType.PHRASE: "中心词匹配", MatchType.BROAD: "广泛匹配"}


def zhitongche(encoding: str = "gb18030", unit: str = "元") -> bytes:
    """A keyword report with direct and indirect transactions and a total."""
    header = (
        "日期", "计划名称", "单元名称", "关键词", "匹配方式", "出价", "质量分", "展现量", "点击量",
        f"花费({unit})", "直接成交笔数", "间接成交笔数", "总成交笔数", "直接成交金额", "间接成交金额",
        "总成交金额",
    )

    def spent(text: str | float) -> str:
        return f"{float(text) * 100:.0f}" if unit == "分" else f"{float(text):.2f}"

    rows: list[tuple[object, ...]] = [
        (x.day, x.campaign, x.ad_group, x.keyword, _CHINESE_MATCH[x.match_type], x.max_cpc, x.quality,
         x.impressions, x.clicks, spent(x.cost), x.conversions // 2, x.conversions - x.conversions // 2,
         x.conversions, "0.00", x.revenue, x.revenue)
        for x in LINES
    ]
    sums = [f"{total(of):.0f}" for of in (lambda x: x.impressions, lambda x: x.clicks)]
    half, whole = sum(x.conversions // 2 for x in LINES), sum(x.conversions for x in LINES)
    revenue = f"{total(lambda x: x.revenue):.2f}"
    rows.append((
        "合计", *[""] * 6, *sums, spent(total(lambda x: x.cost)), half, whole - half, whole, "0.00", revenue,
        revenue,
    ))
    return table([header, *rows]).encode(encoding)


@dataclass(frozen=True)
class Sample:
    """A report and what its source says beside the path."""

    name: str
    content: bytes
    spec: dict[str, Any] = field(default_factory=dict)


def keyword_reports() -> tuple[Sample, ...]:
    """Reports that all hold :data:`LINES`."""
    return (
        Sample("canonical.csv", canonical()),
        Sample("canonical.tsv", canonical("\t")),
        Sample("own.csv", own_names(), {"columns": OWN_COLUMNS}),
        Sample("canonical.parquet", parquet()),
        Sample("google.csv", google()),
        Sample("google16.csv", google("utf-16")),
        Sample("german.csv", google_german()),
        Sample("microsoft.csv", microsoft()),
        Sample("amazon.csv", amazon()),
        Sample("zhitongche.csv", zhitongche()),
        Sample("fen.csv", zhitongche("utf-8-sig", "分")),
    )


def settings_reports() -> tuple[Sample, ...]:
    """Bulk files that all hold the first three keywords."""
    return (
        Sample("editor.csv", editor()),
        Sample("bulk.csv", microsoft_bulk()),
        Sample("bulksheet.csv", amazon_bulk()),
    )
