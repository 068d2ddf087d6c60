"""Words of a night's report, in English and Chinese: summary, movers, changes, guardrails."""

from __future__ import annotations

from bidder.reports.labels_bids_more import MORE

BIDS: dict[str, tuple[str, str]] = {
    **MORE,
    "bd_kicker": ("Nightly keyword bids", "夜间关键词出价"),
    "bd_footer": ("bidder {version} · run {run}", "bidder {version} · 批次 {run}"),
    "bd_data_up_to": ("data up to {day}", "数据截至 {day}"),
    "bd_n_keywords": ("{n} keywords", "{n} 个关键词"),
    "bd_of": ("{part} of {whole}", "{part} / {whole}"),
    # summary
    "bd_stopped": ("Stopped: nothing was exported", "已停止：没有导出任何内容"),
    "bd_nothing_exported": (
        "Every bid stays as it is. What follows is what would have been proposed.",
        "全部出价保持不变。以下为原拟建议，仅供参考。",
    ),
    "bd_changed_bids": ("Bids changed", "调整的出价"),
    "bd_up_down": ("{up} raised · {down} cut · {rest} untouched", "上调 {up} · 下调 {down} · 不变 {rest}"),
    "bd_spend_day": ("Expected spend of a day", "预期日花费"),
    "bd_conversions_day": ("Expected conversions of a day", "预期日转化数"),
    "bd_revenue_day": ("Expected revenue of a day", "预期日收入"),
    "bd_before": ("before {before} · 80%: {low} to {high}", "调整前 {before} · 80% 区间 {low} 至 {high}"),
    "bd_alpha": ("Multiplier alpha", "出价系数 alpha"),
    "bd_alpha_note": ("in force {in_force}", "当前生效 {in_force}"),
    "bd_checks": ("Account-wide checks", "账户级检查"),
    "bd_checks_passed": ("all passed", "全部通过"),
    "bd_checks_skipped": ("not checked: {n}", "{n} 项未检查"),
    "bd_checks_failed": ("the night is stopped", "本夜已停止"),
    "bd_target_roas": ("target ROAS {target}", "目标 ROAS {target}"),
    "bd_target_marginal": ("target marginal ROAS {target}", "目标边际 ROAS {target}"),
    "bd_target_cpa": ("target CPA {target}", "目标 CPA {target}"),
    "bd_would_change": ("Bids that would change", "原拟调整的出价"),
    "bd_did_not": ("What it would have done", "原拟做什么"),
    "bd_did": ("What it did", "做了什么"),
    "bd_no_keywords": (
        "The reports hold no keyword: there is nothing to bid on.",
        "报表中没有关键词，无需出价。",
    ),
    "bd_nothing_changed": ("No bid changes.", "没有出价变动。"),
    "bd_changed_line": (
        "Bids raised: {up}, cut: {down}; half of the changes are of {middle} or more.",
        "上调 {up} 个、下调 {down} 个出价，变化幅度中位数 {middle}。",
    ),
    "bd_costs_more": (
        "A day is expected to cost {spend} more ({share}).", "预期日花费增加 {spend}（{share}）。",
    ),
    "bd_costs_less": (
        "A day is expected to cost {spend} less ({share}).", "预期日花费减少 {spend}（{share}）。",
    ),
    "bd_costs_same": ("A day is expected to cost the same.", "预期日花费不变。"),
    "bd_left_alone": ("Left alone: {n} bids ({parts}).", "{n} 个出价保持不动（{parts}）。"),
    "bd_count_of": ("{what}: {n}", "{what} {n} 个"),
    "bd_on_the_way": (
        "Held back by the most that one night allows: {n}. They go on tomorrow if the data still say so.",
        "{n} 个出价受单夜幅度限制尚未到位；若数据不变，明夜继续调整。",
    ),
    "bd_alpha_roas": (
        "Alpha is {alpha}, bound by the {target}: higher bids would miss it.",
        "alpha 为 {alpha}，受{target}约束：出价再高将达不到目标。",
    ),
    "bd_alpha_budget": (
        "Alpha is {alpha}, bound by the budget: higher bids would be expected to exceed it.",
        "alpha 为 {alpha}，受预算约束：出价再高预计会超出预算。",
    ),
    "bd_alpha_below": (
        "Alpha is {alpha}, below what target and budget allow.",
        "alpha 为 {alpha}，低于目标与预算所允许的水平。",
    ),
    "bd_alpha_limit": (
        "Alpha is {alpha}, bound by the lowest or highest alpha that the configuration allows.",
        "alpha 为 {alpha}，受配置中 alpha 上下限约束。",
    ),
    "bd_alpha_none": ("Alpha is {alpha}; no limit binds it.", "alpha 为 {alpha}，未受任何限制约束。"),
    "bd_alpha_start": (
        "Alpha is {alpha}, the last one or the start value: how the account responds to bids is not "
        "known yet.",
        "alpha 为 {alpha}，沿用上次或初始值：尚不了解账户对出价的响应。",
    ),
    "bd_alpha_target_allows": ("The target alone would allow {roas}.", "仅看目标可用到 {roas}。"),
    "bd_alpha_budget_allows": ("The budget would allow {budget}.", "预算可支持到 {budget}。"),
    "bd_alpha_step": (
        "It is on its way to {wanted}, in steps that cannot overshoot.", "正以不会过冲的步幅趋向 {wanted}。",
    ),
    "bd_trust": ("May it be trusted?", "是否可信"),
    "bd_trust_checks": ("All {n} account-wide checks passed.", "{n} 项账户级检查全部通过。"),
    "bd_trust_skipped": (
        "Account-wide checks passed: {passed}; not made for want of data: {skipped}.",
        "{passed} 项账户级检查通过；{skipped} 项因数据不足未检查。",
    ),
    "bd_trust_failed": (
        "{failed} of {n} account-wide checks failed: the data or the proposal is not to be trusted.",
        "{n} 项账户级检查中有 {failed} 项未通过：数据或建议不可信。",
    ),
    "bd_trust_data": (
        "It rests on data up to {last} (days: {days}, clicks: {clicks}, conversions: {conversions}).",
        "依据截至 {last}的数据：{days} 天、{clicks} 次点击、{conversions} 次转化。",
    ),
    "bd_trust_missing": ("Days missing in between: {n}.", "其间缺少 {n} 天。"),
    "bd_trust_evidence": (
        "{share} of the spend that moves is on keywords with {clicks} clicks or more.",
        "变动的花费中，{share} 来自点击不少于 {clicks} 次的关键词。",
    ),
    "bd_roas_on": (
        "The expected ROAS of {roas} is on its target of {target}.",
        "预期 ROAS {roas} 与目标 {target} 相符。",
    ),
    "bd_roas_above": (
        ""
        "The expected ROAS of {roas} is above its target of {target}.",
        "预期 ROAS {roas} 高于目标 {target}。",
    ),
    "bd_roas_below": (
        ""
        "The expected ROAS of {roas} is below its target of {target}.",
        "预期 ROAS {roas} 低于目标 {target}。",
    ),
    "bd_roas_inside": ("The difference is within a day's chance.", "差异在单日随机波动之内。"),
    "bd_roas_outside": ("The difference is more than a day's chance.", "差异超出单日随机波动。"),
    "bd_todo": ("What to do", "需要做什么"),
    "bd_do_again": (
        "When the cause is gone, propose the night again; nothing has to be undone.",
        "原因消除后重新生成本夜建议即可，无需撤销任何操作。",
    ),
    "bd_do_approve": (
        "To put it into force, unless the nightly job already has: bidder bids approve {run}, then "
        "bidder bids "
        "export {run}.",
        "如需生效（夜间任务尚未自动执行时）：先运行 bidder bids approve {run}，"
        "再运行 bidder bids export {run}。",
    ),
    "bd_do_rollback": (
        "To undo it after the export: bidder bids rollback {run}.", "导出后如需撤销："
        "bidder bids rollback {run}。",
    ),
    "bd_do_bid_max": (
        "Bids at the highest one allowed: {n}. If their value is trusted, raise guardrails.bid.max.",
        "{n} 个出价已到最高限价。若认可其价值，可提高 guardrails.bid.max。",
    ),
    "bd_do_class_max": (
        "Bids at the highest one of their class: {n}. If their value is trusted, raise it.",
        "{n} 个出价已到其类别上限。若认可其价值，可提高该上限。",
    ),
    "bd_do_no_reference": (
        "Keywords without a known bid: {n}. Export the reports with the column of the maximum bid.",
        "{n} 个关键词没有已知出价：导出报表时请包含最高出价列。",
    ),
    "bd_do_budget": (
        "The budget binds, and not the target: with more budget, more could be bought at the target.",
        "起约束作用的是预算而非目标：增加预算可在达标的前提下获得更多转化。",
    ),
    "bd_do_terms": ("Decide on the search terms below ({n}).", "对下方 {n} 个搜索词作出取舍。"),
    "bd_do_words": (
        "Check the texts with words that advertising law forbids ({n}).",
        "核查 {n} 处含广告法禁用词的文字。",
    ),
    "bd_do_no_keywords": (
        "Look at the reports and their kind: they hold no keyword.", "检查报表及其类型：其中没有关键词。",
    ),
    "bd_do_nothing": ("Nothing.", "无需操作。"),
    "bd_caution": (
        "Expected figures are estimates for an ordinary day, with 80% intervals; they are not promises.",
        "预期数值为普通一天的估计，附 80% 区间，并非承诺。",
    ),
    # movers
    "bd_movers": ("What moves most, and why", "主要变动及原因"),
    "bd_short_movers": ("Movers", "主要变动"),
    "bd_movers_lead": (
        "A bid is alpha × the value of a click ÷ the target, kept within the guardrails.",
        "出价 = alpha × 点击价值 ÷ 目标，并受各项护栏限制。",
    ),
    "bd_why": ("Why, step by step", "逐步说明"),
    "bd_why_name": ("{keyword} ({campaign}): ", "{keyword}（{campaign}）："),
    "bd_why_value": (
        "{clicks}, {orders} → CVR {cvr} (group {parent}), order value {order_value} → a click is worth "
        "{value}",
        "{clicks}、{orders} → CVR {cvr}（所属组 {parent}），客单价 {order_value} → 一次点击值 {value}",
    ),
    "bd_why_value_cpa": (
        "{clicks}, {orders} → CVR {cvr} (group {parent})",
        "{clicks}、{orders} → CVR {cvr}（所属组 {parent}）",
    ),
    "bd_why_supported": (
        "at {target} and alpha {alpha} that supports {bid}", "按{target}、alpha {alpha}，可支持 {bid}",
    ),
    "bd_why_explore": (
        "(little is known: a draw of × {factor} wants {bid})", "（数据不足，探索抽样 × {factor}，"
        "期望 {bid}）",
    ),
    "bd_why_position": ("(an impression share is to be held: {bid})", "（需保持展现份额：{bid}）"),
    "bd_why_quality": ("(with the quality score: {bid})", "（计入质量分：{bid}）"),
    "bd_why_landscape": ("(the best point of the bid simulator: {bid})", "（出价模拟器的最优点：{bid}）"),
    "bd_n_clicks": ("{n} clicks", "{n} 次点击"),
    "bd_n_clicks_one": ("{n} click", "{n} 次点击"),
    "bd_n_orders": ("{n} orders", "{n} 单"),
    "bd_n_orders_one": ("{n} order", "{n} 单"),
    "bd_n_conversions": ("{n} conversions", "{n} 次转化"),
    "bd_n_conversions_one": ("{n} conversion", "{n} 次转化"),
    "bd_why_bid": ("the bid goes from {old} to {new} ({how})", "出价由 {old} 调至 {new}（{how}）"),
    "bd_comma": (", ", "，"),
    "bd_why_then": ("; ", "；"),
    "bd_why_end": (".", "。"),
    "bd_movers_table": ("Biggest movers", "变动最大的关键词"),
    "bd_movers_all": (
        "All {count} changed bids, those that move most spend first.", "全部 {count} 个变动出价，"
        "按花费变化排序。",
    ),
    "bd_movers_hidden": (
        "The {shown} changed bids that move most spend, of {count}; bids.csv holds them all.",
        "共 {count} 个变动出价，此处为花费变化最大的 {shown} 个；完整数据见 bids.csv。",
    ),
    "bd_keyword": ("Keyword", "关键词"),
    "bd_place": ("Campaign / ad group", "计划 / 单元"),
    "bd_ad_group": ("Ad group", "单元"),
    "bd_match": ("Match", "匹配"),
    "bd_match_exact": ("exact", "精准"),
    "bd_match_phrase": ("phrase", "短语"),
    "bd_match_broad": ("broad", "广泛"),
    "bd_old": ("Old bid", "原出价"),
    "bd_new": ("New bid", "新出价"),
    "bd_change": ("Change", "变化"),
    "bd_spend_effect": ("Spend of a day", "日花费变化"),
    "bd_worth": ("Value of a click", "点击价值"),
    "bd_conversions_each": ("{n} conv.", "{n} 次转化"),
    "bd_clicks": ("Clicks", "点击"),
    "bd_reason": ("Reason", "依据"),
    "bd_bound_by": ("Guardrail", "护栏"),
    "bd_reason_value": ("value of a click", "点击价值"),
    "bd_reason_explore": ("exploration", "探索"),
    "bd_reason_position": ("impression share", "展现份额"),
    "bd_reason_quality": ("quality score", "质量分"),
    "bd_reason_landscape": ("bid simulator", "出价模拟"),
    "bd_reason_no_bid": ("no known bid", "出价未知"),
    # changes
    "bd_changes": ("How bids change", "出价变化分布"),
    "bd_short_changes": ("Changes", "变化"),
    "bd_histogram": ("Changes of bids", "出价变化分布"),
    "bd_histogram_caption": (
        "New over old bid. Bids that stay as they are ({n}) are not counted.",
        "新出价相对原出价的变化。未变动的 {n} 个出价未计入。",
    ),
    "bd_change_axis": ("change of the bid", "出价变化"),
    "bd_unchanged": ("unchanged", "不变"),
    "bd_from": ("From", "从"),
    "bd_to": ("To", "至"),
    "bd_bids": ("Bids", "出价数"),
    "bd_against": ("New bids and what value supports", "新出价与价值所支持的出价"),
    "bd_against_caption": (
        "On the dashed line a bid is exactly what the value of a click supports; above it a click costs "
        "more than "
        "that, below it traffic is left to others. Both axes are logarithmic.",
        "虚线上的出价恰为点击价值所支持的水平；高于虚线出价偏贵，低于虚线则把流量让给了别人。"
        "两轴均为对数刻度。",
    ),
    "bd_dots_hidden": ("Further keywords that are not drawn: {n}.", "另有 {n} 个关键词未画出。"),
    "bd_supported": ("Bid that value supports", "价值支持的出价"),
    "bd_even": ("bid = what value supports", "出价 = 价值所支持"),
    "bd_group_free": ("no guardrail", "未受护栏限制"),
    "bd_group_step": ("most of one night", "单夜幅度限制"),
    "bd_group_range": ("range of bids, first page, platform", "出价上下限、首页、平台"),
    "bd_group_left": ("left alone", "保持不动"),
    "bd_q10": ("Lowest tenth", "10% 分位"),
    "bd_q50": ("Median", "中位数"),
    "bd_q90": ("Highest tenth", "90% 分位"),
    "bd_campaigns": ("Expected spend by campaign", "各计划预期花费"),
    "bd_campaigns_caption": (
        "Expected spend of a day at the old and the new bids.", "按原出价与新出价的预期日花费。",
    ),
    "bd_campaigns_top": (
        "The {n} campaigns with the highest spend are drawn.", "仅画出花费最高的 {n} 个计划。",
    ),
    "bd_campaigns_hidden": ("Further campaigns, in schedule.csv: {n}.", "其余 {n} 个计划见 schedule.csv。"),
    "bd_before_change": ("before", "调整前"),
    "bd_after_change": ("after", "调整后"),
    "bd_keywords": ("Keywords", "关键词数"),
    "bd_raised": ("Raised", "上调"),
    "bd_cut": ("Cut", "下调"),
    "bd_spend_before": ("Spend before", "调整前花费"),
    "bd_spend_after": ("Spend after", "调整后花费"),
}
