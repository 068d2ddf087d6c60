"""Taobao and Tmall: reports of zhitongche, and of wanxiangtai, which took its place in 2023."""

from __future__ import annotations

from bidder.files.platform_reports.formats.form import PlatformForm
from bidder.keywords.spec_reports import ReportReader

ZHITONGCHE = PlatformForm(
    reader=ReportReader.ZHITONGCHE,
    names={
        "date": ("日期", "时间", "统计日期", "数据日期"),
        "hour": ("小时", "时段", "分时"),
        "campaign": ("计划名称", "推广计划", "推广计划名称", "计划名字", "计划", "所属计划"),
        "ad_group": (
            "单元名称", "推广单元", "推广单元名称", "单元名字", "宝贝名称", "推广单元标题",
            "主体名称", "单元",
        ),
        "keyword": ("关键词", "关键词名称", "词名字/词包名字", "词名称", "竞价词", "购买词"),
        "match_type": ("匹配方式", "匹配模式", "匹配类型"),
        "search_term": ("搜索词", "用户搜索词", "买家搜索词"),
        "device": ("设备", "终端", "流量来源", "平台"),
        "audience": ("人群", "人群名称", "人群名字", "搜索人群"),
        "impressions": ("展现量", "展现数", "展现"),
        "clicks": ("点击量", "点击数", "点击"),
        "cost": ("花费", "消耗", "总花费"),
        "conversions": ("总成交笔数", "成交笔数", "总成交订单数"),
        "direct_conversions": ("直接成交笔数", "直接成交订单数"),
        "indirect_conversions": ("间接成交笔数", "间接成交订单数"),
        "revenue": ("总成交金额", "成交金额"),
        "direct_revenue": ("直接成交金额",),
        "indirect_revenue": ("间接成交金额",),
        "max_cpc": ("出价", "关键词出价", "计算机出价", "移动出价", "当前出价"),
        "quality_score": ("质量分", "移动质量分", "质量得分", "计算机质量分"),
        "first_page_bid": ("首屏出价", "首页预估出价"),
        "status": ("状态", "关键词状态", "推广状态"),
        "bid_strategy": ("出价方式", "竞价方式", "出价类型", "出价策略"),
        "platform_id": ("关键词id", "关键词ID", "词ID/词包ID"),
        "currency": ("币种", "货币"),
    },
    signs=(
        frozenset({"展现量", "花费"}), frozenset({"展现量", "点击量"}), frozenset({"总成交笔数"}),
        frozenset({"直接成交笔数"}), frozenset({"计划名称", "花费"}), frozenset({"推广计划"}),
        frozenset({"关键词", "出价", "质量分"}),
    ),
    totals=(r"合计|总计|汇总|总和|全部(合计)?|total",),
)
