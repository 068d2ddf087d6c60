"""Swept fields and their values in plain words, and the notes of a replay, in English and Chinese."""

from __future__ import annotations

FIELDS: dict[str, tuple[str, str]] = {
    # fields
    "rp_field_auction.payment": ("Payment rule", "计费规则"),
    "rp_field_auction.squashing": ("Weight of quality", "质量分权重"),
    "rp_field_auction.reserve": ("Reserve", "底价"),
    "rp_field_auction.win_on_tie": ("Win on tie", "同价胜出"),
    "rp_field_auction.pricing": ("Paid for", "计费方式"),
    "rp_field_auction.slots": ("Click rates of the slots", "广告位点击率"),
    "rp_field_auction.competitors.react": ("Competitors react", "竞争者有反应"),
    "rp_field_auction.competitors.source": ("Competing bids", "竞争出价来源"),
    "rp_field_auction.competitors.bidders": ("Competitors", "竞争者数"),
    "rp_field_bids.max": ("Highest bid", "最高出价"),
    "rp_field_episodes.budget": ("Budget", "预算"),
    "rp_field_episodes.auctions": ("Auctions in an episode", "每轮竞价次数"),
    "rp_field_episodes.days": ("Days in an episode", "每轮天数"),
    "rp_field_over_budget": ("Bid above the balance", "超出余额时"),
    "rp_field_outcomes": ("Clicks from", "点击来源"),
    "rp_field_objective": ("Objective", "目标"),
    "rp_field_frequency_cap.per_day": ("Daily cap", "每日频次上限"),
    "rp_field_retargeting.window_days": ("Window (days)", "访问后窗口（天）"),
    "rp_field_tick.minutes": ("Minutes between looks", "调整间隔（分钟）"),
    "rp_field_tick.auctions": ("Auctions between looks", "调整间隔（竞价次数）"),
    "rp_field_bid": ("Bid", "出价"),
    "rp_field_base_bid": ("Base bid", "基准出价"),
    "rp_field_value_per_click": ("Value per click", "单次点击价值"),
    "rp_field_value_per_conversion": ("Value per conversion", "单次转化价值"),
    # values
    "rp_auction.payment_second_price": ("second price", "第二价格"),
    "rp_auction.payment_first_price": ("first price", "第一价格"),
    "rp_auction.payment_gsp": ("GSP", "GSP"),
    "rp_auction.payment_vcg": ("VCG", "VCG"),
    "rp_auction.pricing_impression": ("impressions", "曝光"),
    "rp_auction.pricing_click": ("clicks", "点击"),
    "rp_auction.competitors.source_log": ("the log's", "日志"),
    "rp_auction.competitors.source_fitted": ("fitted", "拟合"),
    "rp_over_budget_clip_bid": ("lowered to it", "降至余额"),
    "rp_over_budget_skip": ("auction left out", "放弃该次竞价"),
    "rp_over_budget_stop": ("no more bids", "停止出价"),
    # units of money that are no currency
    "rp_unit_CPM unit": ("log units", "日志单位"),
    "rp_unit_micros": ("micros", "百万分之一元"),
    # notes
    "rp_note_training": ("Training log: {note}", "训练日志：{note}"),
    "rp_note_bad_rows": (
        "{n} of {all} rows were bad and left out: {why}.", "{all} 行中有 {n} 行有误，已剔除：{why}。",
    ),
    "rp_bad_count": ("{n} × {reason}", "{reason}（{n} 行）"),
    "rp_bad_time": ("time goes backwards", "时间倒退"),
    "rp_bad_cells": ("wrong number of cells", "列数不符"),
    "rp_bad_bid": ("a bid in an auction that is not in the log", "出价所属竞价不在日志中"),
    "rp_bad_value": ("no valid {field}", "{field} 无效"),
    "rp_note_never_won": (
        "{n} of {all} auctions have no known price: whatever is bid, they are never won.",
        "{all} 次竞价中有 {n} 次没有已知价格：无论出价多少都视为未竞得。",
    ),
    "rp_note_drawn": (
        "{n} of {all} auctions had no known price: theirs were drawn from the estimated distribution, above "
        "the bids that lost. {never} draws lie above all known prices and are never won.",
        "{all} 次竞价中有 {n} 次没有已知价格：其价格按估计的分布在未竞得出价之上抽取；"
        "{never} 次抽取高于所有已知价格，视为未竞得。",
    ),
    "rp_note_early": (
        "All times lie before 1973: is ts in seconds or milliseconds? It counts microseconds since 1970 UTC.",
        "所有时间都早于 1973 年：ts 的单位是秒或毫秒吗？它应为自 1970 年（UTC）起的微秒数。",
    ),
    "rp_note_zone": ("{field} has no time zone: taken as UTC.", "{field} 没有时区：按 UTC 处理。"),
    "rp_note_no_times": (
        "The log has no times: rows are taken to be in the order of time.",
        "日志没有时间：按行序视为时间顺序。",
    ),
    "rp_note_no_pctr": ("The log has no predicted click rates.", "日志没有预估点击率。"),
    "rp_note_won_alone": ("The log holds won auctions alone.", "日志只包含竞得的竞价。"),
    "rp_note_lost_clicks": (
        "{n} clicks have no impression of their own and are left out.", "{n} 次点击没有对应的曝光，已剔除。",
    ),
    "rp_note_lost_sales": (
        "{n} conversions have no impression of their own and are left out.",
        "{n} 次转化没有对应的曝光，已剔除。",
    ),
    "rp_note_unclicked": (
        "{n} conversions had no click before and are left out.", "{n} 次转化之前没有点击，已剔除。",
    ),
    "rp_note_all_clicked": (
        "The log knows no clicks: every ad shown counts as clicked, pValue is its conversion rate.",
        "日志没有点击：每次曝光都视为点击，pValue 为其转化率。",
    ),
    "rp_note_rounded": (
        "Prices are rounded to millionths of the currency.", "价格舍入到货币单位的百万分之一。",
    ),
    "rp_note_some_pairs": (
        "Only the first {n} of {all} comparisons were made.", "共 {all} 次比较，只做了前 {n} 次。",
    ),
    "rp_note_few": (
        "With fewer than {n} episodes there are no intervals and no tests.",
        "少于 {n} 轮时没有区间和检验。",
    ),
}
