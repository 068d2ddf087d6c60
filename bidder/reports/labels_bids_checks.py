"""Words of the account-wide checks of a night, in English and Chinese."""

from __future__ import annotations

CHECKS: dict[str, tuple[str, str]] = {
    "bd_checks_title": ("Account-wide checks", "账户级检查"),
    "bd_checks_caption": (
        "A check that fails stops the night: nothing is exported. σ: standard deviations of ordinary days.",
        "任一检查未通过即停止，不导出任何内容。σ：平常日的标准差。",
    ),
    "bd_outcome": ("Outcome", "结果"),
    "bd_check": ("Check", "检查项"),
    "bd_value": ("Value", "数值"),
    "bd_limit": ("Limit", "限值"),
    "bd_passed": ("passed", "通过"),
    "bd_skipped": ("not checked", "未检查"),
    "bd_failed": ("failed", "未通过"),
    "bd_check_spend_change": ("change of the expected spend", "预期花费变化"),
    "bd_check_changed_share": ("share of keywords changed", "变动关键词占比"),
    "bd_check_missing_hours": ("hours of the last day in the report", "最后一天报表中的小时数"),
    "bd_check_zero_conversions": ("chance of no conversion at all", "完全没有转化的概率"),
    "bd_check_jump_clicks": ("jump of clicks on the last day", "最后一天点击突变"),
    "bd_check_jump_cost": ("jump of cost on the last day", "最后一天花费突变"),
    "bd_check_jump_conversions": ("jump of conversions on the last day", "最后一天转化突变"),
    "bd_cure_spend_change": (
        "Look at the biggest movers: if they are right, raise guardrails.stop.spend_change or let the "
        "step be "
        "smaller (guardrails.max_raise, max_cut).",
        "查看主要变动：若合理，可提高 guardrails.stop.spend_change，"
        "或减小单夜幅度（guardrails.max_raise、max_cut）。",
    ),
    "bd_cure_changed_share": (
        "Look whether so many changes are meant, as after a change of the target; then raise "
        "guardrails.stop.changed_share for a night.",
        "确认如此多的变动是否符合预期（例如刚改过目标）；若是，可临时提高 guardrails.stop.changed_share。",
    ),
    "bd_cure_missing_hours": ("Export the report of the last day again.", "重新导出最后一天的报表。"),
    "bd_cure_zero_conversions": (
        "Check conversion tracking on the site and in the account before anything else.",
        "首先检查网站与账户的转化跟踪是否正常。",
    ),
    "bd_cure_jump_clicks": (
        "Find out what happened on the last day: a promotion, invalid clicks, or a faulty report. Name "
        "promotion "
        "days in value.days.",
        "查明最后一天发生了什么：促销、无效点击或报表有误。促销日请写入 value.days。",
    ),
    "bd_cure_jump_cost": (
        "Find out why the last day cost what it did: a promotion, edits, or a faulty report. Name "
        "promotion days in "
        "value.days.",
        "查明最后一天花费异常的原因：促销、人工改动或报表有误。促销日请写入 value.days。",
    ),
    "bd_cure_jump_conversions": (
        "Check conversion tracking, and whether the last day was a promotion day; name such days in "
        "value.days.",
        "检查转化跟踪，并确认最后一天是否为促销日；促销日请写入 value.days。",
    ),
    "bd_hardly": ("less than 1 in 1,000,000,000", "不到十亿分之一"),
    "bd_one_in": ("1 in {n}", "1/{n}"),
    "bd_with_unit": ("{value} {unit}", "{value} {unit}"),
    # what a check says
    "bd_said_spend_new": (
        "Expected spend of a day goes from {before} to {after}; the limit is {limit}.",
        "预期日花费由 {before} 变为 {after}；限值 {limit}。",
    ),
    "bd_said_spend": (
        "Expected spend of a day goes from {before} to {after}, by {share}; the limit is {limit}.",
        "预期日花费由 {before} 变为 {after}，变化 {share}；限值 {limit}。",
    ),
    "bd_said_changed": (
        "{moved} of {free} keywords that may change do, {share}; the limit is {limit}.",
        "可变动的 {free} 个关键词中有 {moved} 个变动，占 {share}；限值 {limit}。",
    ),
    "bd_said_changed_few": (
        "{moved} of {free} keywords that may change do, {share}; this is looked at from {least} keywords on.",
        "可变动的 {free} 个关键词中有 {moved} 个变动，占 {share}；满 {least} 个关键词才检查。",
    ),
    "bd_said_no_hours": (
        "There is no report by hour, so that hours of the last day are not checked.",
        "没有分时报表，不检查最后一天的小时数。",
    ),
    "bd_said_hours": (
        "The report by hour holds {found} of the last day's {there} hours; {needed} are needed.",
        "分时报表含最后一天 {there} 小时中的 {found} 小时；至少需要 {needed} 小时。",
    ),
    "bd_said_hours_missing": (
        "The report by hour holds {found} of the last day's {there} hours; {needed} are needed. Missing: "
        "{missing}.",
        "分时报表含最后一天 {there} 小时中的 {found} 小时；至少需要 {needed} 小时。缺少：{missing}。",
    ),
    "bd_said_never": (
        "No day of the window has a conversion, so that nothing tells how many to expect.",
        "所有日期均无转化，无从判断应有多少。",
    ),
    "bd_said_some": ("The last day has {n} conversions.", "最后一天有 {n} 次转化。"),
    "bd_said_none": (
        "No conversion in the last {days} days from {clicks} clicks, where about {expected} were to be "
        "expected by "
        "now. By chance alone that happens with a probability of {chance}; tracking may have failed.",
        "最近 {days} 天 {clicks} 次点击没有转化，而至今应有约 {expected} 次。"
        "纯属偶然的概率为 {chance}，转化跟踪可能已失效。",
    ),
    "bd_said_unlike": (
        "The last day is not like others, so that its {metric} are not compared.",
        "最后一天不同于平常日，不比较其{metric}。",
    ),
    "bd_said_few_days": (
        "Too few days to compare the last day's {metric} with: {same} of the same weekday and {days} in "
        "all, where "
        "{least_same} and {least} are needed.",
        "可与最后一天{metric}比较的日期过少：同一星期日 {same} 天、共 {days} 天，"
        "需要 {least_same} 天和 {least} 天。",
    ),
    "bd_said_jump": (
        "The last day's {metric} come to {amount}, where about {expected} were to be expected from "
        "{same} earlier "
        "days of that weekday ({weekday}) and the last days: {sigmas} standard deviations off; the limit "
        "is {limit}.",
        "最后一天{metric}为 {amount}，按此前 {same} 个{weekday}及近日应约为 {expected}："
        "偏离 {sigmas} 个标准差；限值 {limit}。",
    ),
    "bd_metric_clicks": ("clicks", "点击"),
    "bd_metric_cost": ("cost", "花费"),
    "bd_metric_conversions": ("conversions", "转化"),
}
