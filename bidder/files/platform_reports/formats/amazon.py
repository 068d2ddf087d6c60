"""Amazon Ads: Sponsored Products reports, and bulksheets, as workbooks or saved as CSV.

Some headers of the reports end in a space, and amounts carry a currency symbol.
"""

from __future__ import annotations

from bidder.files.platform_reports.formats.form import PlatformForm
from bidder.keywords.spec_reports import ReportKind, ReportReader

AMAZON_ADS = PlatformForm(
    reader=ReportReader.AMAZON_ADS,
    names={
        "date": ("Date", "Datum", "Fecha", "日期"),
        "start_date": ("Start Date", "开始日期"),
        "end_date": ("End Date", "结束日期"),
        "campaign": ("Campaign Name", "Campaign", "Kampagnenname", "广告活动名称"),
        "ad_group": ("Ad Group Name", "Ad Group", "Anzeigengruppenname", "广告组名称"),
        "keyword": ("Targeting", "Keyword Text", "Keyword", "Ausrichtung", "投放"),
        "match_type": ("Match Type", "Übereinstimmungstyp", "匹配类型"),
        "search_term": ("Customer Search Term", "Search Term", "Suchbegriff eines Kunden", "客户搜索词"),
        "impressions": ("Impressions", "Impressionen", "展示量", "曝光量"),
        "clicks": ("Clicks", "Klicks", "点击量"),
        "cost": ("Spend", "Cost", "Ausgaben", "花费"),
        "conversions": (
            "7 Day Total Orders (#)", "14 Day Total Orders (#)", "Total Orders", "Orders",
            "7 Tage, Aufträge gesamt (#)", "7天总订单数(#)", "7天总订单数",
        ),
        "revenue": (
            "7 Day Total Sales", "14 Day Total Sales", "Total Sales", "Sales", "7 Tage, Umsatz gesamt",
            "7天总销售额",
        ),
        "max_cpc": ("Bid", "Keyword Bid", "竞价"),
        "impression_share": ("Top-of-search Impression Share", "Top of search impression share"),
        "device": ("Device",),
        "currency": ("Currency", "Währung", "货币"),
    },
    signs=(
        frozenset({"7daytotalsales"}), frozenset({"14daytotalsales"}), frozenset({"7daytotalorders"}),
        frozenset({"customersearchterm", "spend"}), frozenset({"7天总销售额"}), frozenset({"客户搜索词"}),
    ),
    totals=(r"totals?", r"总计|合计"),
)

AMAZON_BULK = PlatformForm(
    reader=ReportReader.AMAZON_BULK,
    names={
        "record": ("Entity", "实体层级"),
        "campaign": (
            "Campaign Name (Informational only)", "Campaign Name", "广告活动名称（仅供参考）", "广告活动名称",
        ),
        "ad_group": (
            "Ad Group Name (Informational only)", "Ad Group Name", "广告组名称（仅供参考）", "广告组名称",
        ),
        "keyword": ("Keyword Text", "关键词文本"),
        "match_type": ("Match Type", "匹配类型"),
        "max_cpc": ("Bid", "竞价"),
        "bid_strategy": ("Bidding Strategy", "竞价方案"),
        "status": ("State", "状态"),
        "platform_id": ("Keyword ID", "Keyword Id (Read only)", "关键词编号"),
    },
    signs=(
        frozenset({"product", "entity", "operation"}), frozenset({"entity", "campaignid", "keywordid"}),
        frozenset({"实体层级", "广告活动名称"}),
    ),
    record=frozenset({"keyword", "关键词"}),
    kind=ReportKind.SETTINGS,
    sheet=r"sponsored products[ -]+(campaigns|kampagnen)|商品推广(广告)?活动",
)
