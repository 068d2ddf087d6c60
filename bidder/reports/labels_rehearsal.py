"""What the report of a rehearsal says, in English and Chinese."""

from __future__ import annotations

REHEARSAL: dict[str, tuple[str, str]] = {
    "rh_kicker": ("Rehearsal of nightly bids", "夜间出价演练"),
    "rh_subtitle": (
        "{first} to {last} · {nights} nights · {keywords:,} keywords · world {world}",
        "{first}至{last} · {nights} 夜 · {keywords:,} 个关键词 · 市场 {world}",
    ),
    "rh_footer": (
        "bidder {version} · rehearse · seed {seed}, {history} days of history before the first night",
        "bidder {version} · rehearse · 随机种子 {seed}，首夜之前有 {history} 天历史数据",
    ),
    # verdict
    "rh_verdict": ("How it went", "结果"),
    "rh_settled": (
        "From night {night} on, the true ROAS of every ordinary day is within 5% of the target.",
        "从第 {night} 夜起，所有普通日的真实 ROAS 均在目标的 ±5% 以内。",
    ),
    "rh_settled_budget": (
        "From night {night} on, every ordinary day is within 5% of the target, or above it because its "
        "budget allowed no more.",
        "从第 {night} 夜起，所有普通日的真实 ROAS 均在目标的 ±5% 以内，或因预算用尽而高于目标。",
    ),
    "rh_unsettled": (
        "The true ROAS did not come to stay within 5% of the target.",
        "真实 ROAS 未能稳定在目标的 ±5% 以内。",
    ),
    "rh_budget_kept": ("The expected spend never was above the budget.", "预期花费从未超出预算。"),
    "rh_budget_broken": (
        "The expected spend was above the budget on {n} of {nights} days, by {most} at most.",
        "{nights} 天中有 {n} 天的预期花费超出预算，最多超出 {most}。",
    ),
    "rh_stopped": (
        "A guardrail stopped {n} of {nights} nights; there the bids stayed as they were.",
        "{nights} 夜中有 {n} 夜被护栏中止，出价保持不变。",
    ),
    "rh_roas_last": ("True ROAS, last {n} days", "最近 {n} 天真实 ROAS"),
    "rh_target_note": ("target {target}", "目标 {target}"),
    "rh_revenue": ("Expected revenue", "预期收入"),
    "rh_spend_note": ("for {spend} of spend", "花费 {spend}"),
    "rh_to_fixed": ("Against the bids of the beginning", "与初始出价相比"),
    "rh_to_fixed_note": ("at their ROAS of {roas}", "其 ROAS 为 {roas}"),
    "rh_to_alike": ("Against them at the same target", "与同目标的初始出价相比"),
    "rh_to_alike_note": (
        "all multiplied by what suits target and budget", "全部乘以满足目标与预算的同一系数",
    ),
    "rh_to_oracle": ("Of what an oracle earns", "相当于先知出价的收入"),
    "rh_to_oracle_note": ("which knows every conversion rate", "先知了解所有转化率"),
    # charts
    "rh_roas": ("ROAS against its target", "ROAS 与目标"),
    "rh_roas_lead": (
        "The true ROAS is what is to be expected of the bids in force; the measured one holds the chance of "
        "single orders too.",
        "真实 ROAS 为当前出价的期望值；实测 ROAS 还包含单个订单的偶然性。",
    ),
    "rh_roas_caption": ("The band is 5% on either side of the target.", "色带为目标上下各 5%。"),
    "rh_true": ("true", "真实"),
    "rh_measured": ("measured", "实测"),
    "rh_target": ("target", "目标"),
    "rh_band": ("within 5%", "±5% 以内"),
    "rh_special": ("promotion", "促销日"),
    "rh_spend": ("Spend and budget", "花费与预算"),
    "rh_spend_lead": (
        "What the day's bids are expected to cost, before any platform would end the day, beside what the "
        "job had expected of them.",
        "当日出价的预期花费（未考虑平台提前停投），以及任务事先的预期。",
    ),
    "rh_expected": ("expected in truth", "真实期望"),
    "rh_forecast": ("foreseen by the job", "任务预测"),
    "rh_budget": ("budget", "预算"),
    "rh_alpha": ("The multiplier", "出价系数"),
    "rh_alpha_lead": (
        "Every bid is the multiplier times the value of a click over the target ROAS. The oracle's is the "
        "highest that keeps target and budget on that very day.",
        "每个出价 = 系数 × 点击价值 ÷ 目标 ROAS。先知的系数是当日满足目标与预算的最大值。",
    ),
    "rh_chosen": ("chosen", "选定"),
    "rh_oracle": ("oracle", "先知"),
    "rh_cumulative": ("Revenue so far", "累计收入"),
    "rh_cumulative_lead": (
        "Expected revenue, added up from the first night on, all on the same days and against the same "
        "competitors. Where the bids of the beginning cost more than the budget, they end the day early.",
        "自首夜起累计的预期收入；各方处于相同日期、面对相同竞争者。初始出价的花费若超出预算，则当日提前停投。",
    ),
    "rh_loop": ("nightly job", "夜间任务"),
    "rh_fixed": ("bids of the beginning", "初始出价"),
    "rh_fixed_alike": ("the same at the target", "同目标的初始出价"),
    "rh_nights": ("Night by night", "逐夜明细"),
    "rh_night": ("Night", "夜"),
    "rh_budget_title": ("Budget", "预算"),
    "rh_from_night": ("On target from night", "达标起始夜"),
    "rh_from_night_note": ("and on every ordinary day after it", "此后所有普通日均达标"),
    "rh_never": ("never for good", "未能稳定"),
    "rh_bound": ("Held by", "受限于"),
    "rh_changed": ("Bids changed", "调整的出价数"),
    "rh_off": ("Off target", "偏离目标"),
    "rh_roas_true": ("True ROAS", "真实 ROAS"),
    "rh_roas_measured": ("Measured ROAS", "实测 ROAS"),
    "rh_line": ("Line", "曲线"),
    "rh_by_roas": ("target", "目标"),
    "rh_by_budget": ("budget", "预算"),
    "rh_by_limit": ("limits of alpha", "系数上下限"),
    "rh_by_none": ("nothing", "无"),
    "rh_by_stopped": ("stopped by a guardrail", "被护栏中止"),
}
