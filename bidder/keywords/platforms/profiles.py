"""The platforms that are known, as data.

Where a platform's limits differ between currencies (Microsoft, Amazon) the widest common ones stand here;
``guardrails.bid`` of a job narrows them.
"""

from __future__ import annotations

from decimal import Decimal

from bidder.keywords.platforms.profile import ModifierStyle, PlatformProfile

# Maximise and target strategies by their names in reports (English, German, Chinese) and in interfaces.
_AUTOMATED = frozenset({
    "maximize clicks", "maximize conversions", "maximize conversion value", "target cpa", "target roas",
    "target impression share", "target search page location", "target outranking share",
    "maximise clicks", "maximise conversions", "maximise conversion value", "target_cpa", "target_roas",
    "maximize_conversions", "maximize_conversion_value", "target_spend", "target_impression_share",
    "klicks maximieren", "conversions maximieren", "conversion-wert maximieren", "ziel-cpa", "ziel-roas",
    "angestrebter anteil an möglichen impressionen", "尽可能争取更多点击次数", "尽可能提高转化次数",
    "尽可能提高转化价值", "目标每次转化费用", "目标广告支出回报率", "目标展示次数份额",
})  # fmt: skip

# Six schedules a day on quarter hours, an unlisted hour does not serve:
#   https://developers.google.com/google-ads/api/reference/rpc/latest/AdScheduleInfo
#   https://support.google.com/google-ads/answer/6372656
# Modifiers from 0.1 to 10.0: .../rpc/latest/CampaignCriterion; whole per cent in Google Ads Editor:
#   https://support.google.com/google-ads/editor/answer/57751 (schedules), .../answer/30532 (devices)
_GOOGLE_ADS = PlatformProfile(
    name="google_ads", bid_step_micros=None, min_bid_micros=10_000, max_bid_micros=10_000_000_000,
    slot_minutes=15, max_blocks=6, schedule_min=Decimal("0.1"), schedule_max=Decimal(10),
    segment_min=Decimal("0.1"), segment_max=Decimal(10), modifier_step=Decimal("0.01"),
    schedule_style=ModifierStyle.AT_PERCENT, segment_style=ModifierStyle.PERCENT_CHANGE, has_schedule=True,
    unlisted_serves=False, automated=_AUTOMATED,
)  # fmt: skip

# -90 to 900 per cent, minutes 0, 15, 30 and 45, at most seven ranges a day through the interface (six are
# used, as on Google):
#   https://learn.microsoft.com/advertising/bulk-service/campaign-daytime-criterion
# Ranges of bids by currency: https://learn.microsoft.com/advertising/guides/currencies
_MICROSOFT_ADS = PlatformProfile(
    name="microsoft_ads", bid_step_micros=None, min_bid_micros=10_000, max_bid_micros=1_000_000_000,
    slot_minutes=15, max_blocks=6, schedule_min=Decimal("0.1"), schedule_max=Decimal(10),
    segment_min=Decimal("0.1"), segment_max=Decimal(10), modifier_step=Decimal("0.01"),
    schedule_style=ModifierStyle.PERCENT_CHANGE, segment_style=ModifierStyle.PERCENT_CHANGE,
    has_schedule=True, unlisted_serves=False,
    automated=_AUTOMATED | {
        "maxclicks", "maxconversions", "maxconversionvalue", "targetcpa", "targetroas", "maxroas",
        "targetimpressionshare",
    },
)  # fmt: skip

# Bidding adjustments only raise (0 to 900 per cent) and know placements and audiences, not devices; bid
# rules by hour only raise too and are no part of bulksheets: https://advertising.amazon.com/help
# Dynamic bids (down only, up and down) start from the advertiser's bid, so they are not automated.
_AMAZON_ADS = PlatformProfile(
    name="amazon_ads", bid_step_micros=None, min_bid_micros=20_000, max_bid_micros=1_000_000_000,
    slot_minutes=60, max_blocks=1, schedule_min=Decimal(1), schedule_max=Decimal(1),
    segment_min=Decimal(1), segment_max=Decimal(10), modifier_step=Decimal("0.01"),
    schedule_style=ModifierStyle.PERCENT_CHANGE, segment_style=ModifierStyle.PERCENT_CHANGE,
    has_schedule=False, unlisted_serves=True,
    automated=frozenset({"rule based bidding", "rule-based bidding", "rule_based"}),
    segments=frozenset({"audience"}),
)  # fmt: skip

# Bids in fen, at least 5 (Keyword.max_price of the taobao.simba interfaces, https://open.taobao.com) and
# below 100 yuan; discounts by hour in whole per cent (CampaignSchedule.schedule there, which speaks of 1 to
# 150; the web pages take 30 to 250, and those are kept to). Audiences only get premiums.
_ZHITONGCHE = PlatformProfile(
    name="zhitongche", bid_step_micros=10_000, min_bid_micros=50_000, max_bid_micros=99_990_000,
    slot_minutes=60, max_blocks=24, schedule_min=Decimal("0.3"), schedule_max=Decimal("2.5"),
    segment_min=Decimal(1), segment_max=Decimal(4), modifier_step=Decimal("0.01"),
    schedule_style=ModifierStyle.PERCENT, segment_style=ModifierStyle.PERCENT_CHANGE, has_schedule=True,
    unlisted_serves=False,
    automated=frozenset({
        "智能出价", "自动出价", "最大化拿量", "控成本投放", "控投产比投放", "稳定投产比", "目标投产比",
    }),
    segments=frozenset({"audience"}),
)  # fmt: skip

# Discounts by hour in thousandths (rate 1000 is 100%): pdd.ad.api.plan.update.plan.discount; bids between
# 0.10 and 99.00 yuan: pdd.ad.api.plan.create, https://open.pinduoduo.com/application/document/api
_PINDUODUO = PlatformProfile(
    name="pinduoduo", bid_step_micros=10_000, min_bid_micros=100_000, max_bid_micros=99_000_000,
    slot_minutes=60, max_blocks=24, schedule_min=Decimal("0.3"), schedule_max=Decimal(3),
    segment_min=Decimal(1), segment_max=Decimal(4), modifier_step=Decimal("0.001"),
    schedule_style=ModifierStyle.PERMILLE, segment_style=ModifierStyle.PERMILLE, has_schedule=True,
    unlisted_serves=False, automated=frozenset({"自动出价", "智能推广", "全站推广", "ocpc", "ocpx"}),
    segments=frozenset({"audience"}),
)  # fmt: skip

_GENERIC = PlatformProfile(
    name="generic", bid_step_micros=None, min_bid_micros=10_000, max_bid_micros=1_000_000_000,
    slot_minutes=60, max_blocks=24, schedule_min=Decimal("0.1"), schedule_max=Decimal(10),
    segment_min=Decimal("0.1"), segment_max=Decimal(10), modifier_step=Decimal("0.01"),
    schedule_style=ModifierStyle.MULTIPLIER, segment_style=ModifierStyle.MULTIPLIER, has_schedule=True,
    unlisted_serves=False, automated=frozenset(),
)  # fmt: skip

PROFILES: dict[str, PlatformProfile] = {
    profile.name: profile
    for profile in (_GOOGLE_ADS, _MICROSOFT_ADS, _AMAZON_ADS, _ZHITONGCHE, _PINDUODUO, _GENERIC)
}
