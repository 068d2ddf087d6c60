"""The labels of the plan report, each in English and Chinese."""

from __future__ import annotations

PLAN: dict[str, tuple[str, str]] = {
    "short_proof": ("Proof", "证明"),
    "short_replan": ("Old and new", "新旧对比"),
    "short_pool": ("Pool", "人群池"),
    "short_frontier": ("Frontier", "预算前沿"),
    "short_response": ("Returns", "回报"),
    "short_limits": ("Limits", "限制"),
    "short_spend": ("Spend", "花费"),
    "budget_plan": ("Budget plan", "预算方案"),
    "subtitle": (
        "{first} to {last} · {periods} · {campaigns} campaigns in {channels} channels",
        "{first}至{last} · {periods} · {channels} 个渠道，{campaigns} 个计划",
    ),
    "periods_day": ("{n} days", "{n} 天"),
    "periods_week": ("{n} weeks", "{n} 周"),
    "periods_month": ("{n} months", "{n} 个月"),
    "footer": (
        "bidder {version} · solver {solver} · rounds: {rounds} · nodes: {nodes} · certified gap {gap}",
        "bidder {version} · 求解器 {solver} · {rounds} 轮 · {nodes} 个节点 · 最优性差距 {gap}",
    ),
    "left_out_plan": (" (plan.csv holds them all)", "（完整数据见 plan.csv）"),
    "left_out_constraints": (" (constraints.csv holds them all)", "（完整数据见 constraints.csv）"),
    # headline figures
    "summary": ("Summary", "概要"),
    "least_spend": ("Least spend", "最低花费"),
    "expected": ("Expected {name}", "预期{name}"),
    "of_budget": ("{share} of the budget of {budget}", "占预算 {budget}的 {share}"),
    "open_budget": ("no fixed total", "未设总预算"),
    "gap_words_max": ("at most {gap} below the best possible plan", "与理论最优方案的差距不超过 {gap}"),
    "gap_words_min": ("at most {gap} above the least possible spend", "比理论最低花费最多高出 {gap}"),
    "bound_max": ("No plan can exceed", "理论上限"),
    "bound_min": ("No plan can do with less than", "理论下限"),
    "bound_note": ("certified gap {gap}", "已证明差距不超过 {gap}"),
    "per_conversion": ("spend per conversion", "每次转化的花费"),
    "roas_note": ("revenue per unit of spend", "每单位花费带来的收入"),
    "cvar_of": ("{name}: mean of the worst {tail} of draws", "{name}：最差 {tail} 抽样的平均值"),
    "mix_of": (
        "{name}: {weight} mean of the worst {tail} of draws, the rest overall mean",
        "{name}：最差 {tail} 抽样的平均值占 {weight}，其余为总体均值",
    ),
    "of_which_later": ("of which {count} arrive after the end", "其中 {count} 次在结束后到达"),
    "after_end": ("{count} more arrive after the end", "另有 {count} 次在结束后到达"),
    "aov_note": ("{value} per conversion", "平均每单 {value}"),
    "stopped": (
        "The solver stopped before it reached the gap asked for. The plan keeps every limit, but a "
        "better one may exist: {gap}.",
        "求解在达到要求的精度之前停止。方案满足全部限制，但可能存在更优方案：{gap}。",
    ),
    "charge_roas": (
        "The objective is {name} less {floor} for each {currency} spent: spending stops where the next "
        "{currency} would bring less than that.",
        "目标值为{name}减去每 1 {currency}花费 {floor}：下一单位花费的回报低于该值时即停止投放。",
    ),
    "charge_cpa": (
        "The objective is {name} less one for each {cap} spent: spending stops where one more would cost "
        "more.",
        "目标值为{name}减去每花费 {cap}计 1：再多一个的成本高于该值时即停止投放。",
    ),
    "charge_moved": (
        "The objective is charged {penalty} for each {currency} moved away from the old plan.",
        "每偏离旧方案 1 {currency}，目标值扣减 {penalty}。",
    ),
    "valued": (
        "This is a given spend table, valued under the same curves; it was not optimised.",
        "本报告对给定的花费方案按同样的曲线估值，未作优化。",
    ),
    "what_to_do": ("What to do", "怎么投"),
    "do_spend": ("Spend {spend} in {periods}{of_budget}.", "在 {periods}内共投放 {spend}{of_budget}。"),
    "do_of_budget": (", {share} of the {budget} available", "，占可用预算 {budget}的 {share}"),
    "do_channels": ("Give most of it to {list}.", "主要投向：{list}。"),
    "do_peak": (
        "Spend most {when}: {spend}, {times} times the average period.",
        "花费最高的是{when}：{spend}，为各周期平均值的 {times} 倍。",
    ),
    "when_day": ("on {day}", "{day}"),
    "when_week": ("in the week from {day}", "{day}起的一周"),
    "when_month": ("in the month from {day}", "{day}起的一个月"),
    "do_zero": ("Leave these campaigns without spend: {list}.", "以下计划不投放：{list}。"),
    "do_next": (
        "If the limits allowed, the next unit of spend would earn most in {high} (marginal ROAS "
        "{high_value}) and least in {low} ({low_value}).",
        "若限制允许，再增加一个单位的花费，"
        "在{high}回报最高（边际 ROAS {high_value}），在{low}回报最低（{low_value}）。",
    ),
    "do_stock": ("{count} conversions are lost for want of stock.", "因库存不足损失 {count} 次转化。"),
    "holds_back": ("What holds the plan back", "什么限制了方案"),
    "nothing_holds": ("No limit holds the plan back.", "没有任何限制约束本方案。"),
    "caution": (
        "Results are expectations under the response curves in this report, not measurements.",
        "以上结果是在本报告所列响应曲线下的预期值，并非实测。",
    ),
    "list_item": ("{name} ({share})", "{name}（{share}）"),
    "list_and": (" and ", "和"),
    "list_comma": (", ", "、"),
    # spend
    "spend_section": ("Where and when the money goes", "花费分布"),
    "spend_over_time": ("Spend by channel over time", "各渠道花费走势"),
    "past_shaded": (
        " Past periods, locked at their actual spend, are shaded.",
        "灰底为已发生的周期，按实际花费锁定。",
    ),
    "spend_over_time_caption": ("Spend of each period, channels stacked.", "各周期花费，按渠道堆叠。"),
    "by_campaign": ("Campaigns", "各计划汇总"),
    "by_campaign_caption": (
        "Marginal ROAS is the extra revenue of the next unit of spend, averaged over periods by spend. "
        "Conversions and revenue count in the period they arrive in.",
        "边际 ROAS 指再增加一个单位花费带来的收入，按花费对各周期加权平均。转化与收入计入其到达的周期。",
    ),
    "heat": ("Spend by campaign and period", "计划 × 周期花费热力图"),
    "heat_caption": (
        "Darker is more; the colour scale grows with the square root of spend.",
        "颜色越深花费越高；色阶按花费的平方根变化。",
    ),
    "heat_top": (
        " The {n} campaigns with the highest spend are shown; the table holds all.",
        "仅显示花费最高的 {n} 个计划，表格中列出全部。",
    ),
    # response
    "response_section": ("Response and returns", "响应曲线与回报"),
    "response": ("Response curves and chosen points", "响应曲线与选定点"),
    "response_caption": (
        "Across: spend; up: conversions. The line is each campaign's curve at seasonal index 1; a dot is "
        "a period of the plan. To put all periods on one curve, a period's spend is divided by its price "
        "and traffic indices and its conversions by its traffic and conversion indices; point at a dot "
        "for the real amounts. Each chart has its own scale.",
        "横轴为花费，纵轴为转化数。曲线为季节指数等于 1 时各计划的响应；每个点是方案中的一个周期。"
        "为使各周期落在同一条曲线上，花费除以价格与流量指数，"
        "转化数除以流量与转化指数；将指针移到点上可查看实际数值。各图刻度不同。",
    ),
    "response_top": (" The {n} campaigns with the highest spend are shown.", "仅显示花费最高的 {n} 个计划。"),
    "spend_at_1": ("Spend at index 1", "指数 1 时的花费"),
    "effect": ("Conversions caused", "带来的转化数"),
    "effect_at_1": ("Conversions at index 1", "指数 1 时的转化数"),
    "season_index": ("Spend index", "花费指数"),
    "curve_line": ("response curve", "响应曲线"),
    "curve_point": ("period of the plan", "方案中的周期"),
    "marginal": ("Marginal ROAS by campaign", "各计划的边际 ROAS"),
    "marginal_caption": (
        "Line: lowest to highest of the periods with spend; dot: average by spend. Where no limit but "
        "the budget binds and no campaign feeds another's audience, a plan for revenue makes these equal: "
        "money earns the same wherever the next unit goes. A hollow dot: a campaign without spend.",
        "横线为有花费各周期的最低至最高值，圆点为按花费加权的平均值。"
        "若除预算外没有限制起作用、各计划互不供给人群，则以收入为目标的方案各处相等：下一单位的钱投到哪里回报都一样。"
        "空心圆表示没有花费的计划。",
    ),
    "marginal_top": (" The {n} campaigns with the highest spend are shown.", "仅显示花费最高的 {n} 个计划。"),
    "lowest": ("Lowest", "最低"),
    "average": ("Average", "平均"),
    "highest": ("Highest", "最高"),
    # frontier
    "frontier_section": ("The frontier: more or less budget", "预算前沿"),
    "frontier_objective": ("{name} of the best plan for each budget", "各预算下最优方案的{name}"),
    "frontier_roas": ("ROAS and marginal ROAS", "ROAS 与边际 ROAS"),
    "frontier_caption": (
        "Each point is a plan of its own, solved for that budget under the same limits.",
        "每个点都是在相同限制下按该预算单独求解的方案。",
    ),
    "next_unit": ("{name} from the next unit of budget", "下一单位预算带来的{name}"),
    "no_plan": ("no plan keeps the limits", "无可行方案"),
    "this_plan": ("this plan", "本方案"),
    "budget": ("Budget", "预算"),
    # constraints
    "constraints_section": ("What the limits cost", "限制条件及其代价"),
    "constraints_lead": (
        "A price says what one more unit of a limit is worth to the objective, all else free to move. "
        "It holds for small changes.",
        "价格表示某项限制放宽一个单位、其余自由调整时目标的变化，仅对小幅变化成立。",
    ),
    "binding": ("Binding limits and their prices", "起约束作用的限制"),
    "binding_more": ("{text} (strongest of {n} periods)", "{text}（{n} 个周期中最强的一个）"),
    "all_limits": ("All limits ({n})", "全部限制（{n} 项）"),
    "no_binding": ("No limit is at its edge.", "没有限制达到边界。"),
    "limit_name": ("Limit", "限制"),
    "kind": ("Kind", "类型"),
    "scope": ("Scope", "范围"),
    "when": ("When", "时间"),
    "limit": ("Set at", "限值"),
    "value": ("Reached", "实际值"),
    "slack": ("Room left", "余量"),
    "price": ("Price", "价格"),
    "price_of": ("Price of", "价格单位"),
    "is_binding": ("Binds", "起约束"),
    "whole_horizon": ("whole horizon", "整个周期"),
    "sentence_more": (
        "One more {unit} of “{name}” ({scope}, {kind} {side}){when} adds {price} to {objective}.",
        "{scope}的{kind}{side}（{name}）{when}每提高 {unit}，{objective}增加 {price}。",
    ),
    "sentence_less": (
        "One more {unit} of “{name}” ({scope}, {kind} {side}){when} takes {price} off {objective}.",
        "{scope}的{kind}{side}（{name}）{when}每提高 {unit}，{objective}减少 {price}。",
    ),
    "side_max": ("at most", "上限"),
    "side_min": ("at least", "下限"),
    "sentence_when": (" on {day}", "在{day}"),
    "unit_money": ("{currency}", "1 {currency}"),
    "unit_share": ("percentage point", "1 个百分点"),
    "unit_roas": ("0.1 of ROAS", "0.1"),
    "unit_cpa": ("{currency} per conversion", "每次转化 1 {currency}"),
    "unit_conversions": ("conversion", "1 次转化"),
    "unit_customers": ("new customer", "1 位新客"),
    "unit_percent": ("percentage point", "1 个百分点"),
    "unit_lots": ("lot", "1 份"),
    "unit_impressions": ("thousand impressions", "1,000 次曝光"),
    "kind_spend": ("spend", "花费"),
    "kind_share": ("share", "占比"),
    "kind_roas": ("ROAS", "ROAS"),
    "kind_cpa": ("CPA", "CPA"),
    "kind_outcome": ("outcome", "成果"),
    "kind_cash": ("cash", "现金"),
    "kind_ramp": ("ramp", "升降幅度"),
    "kind_lock": ("lock", "锁定"),
    "kind_stock": ("stock", "库存"),
    "kind_retargeting": ("retargeting pool", "再营销人群"),
    "kind_budget": ("budget", "预算"),
    "kind_lots": ("lots", "份数"),
    "kind_replan": ("change of plan", "方案变动"),
    "scope_everything": ("everything", "整体"),
    "scope_channel": ("channel {name}", "渠道 {name}"),
    "scope_campaign": ("campaign {name}", "计划 {name}"),
    "scope_group": ("group {name}", "组合 {name}"),
    # retargeting
    "pools_section": ("Retargeting pool", "再营销人群池"),
    "pools_lead": (
        "Retargeting can only show ads to people whom the other campaigns and organic traffic brought in "
        "the window before. Less spend there dries the pool up.",
        "再营销只能触达窗口期内由其他计划和自然流量带来的访客；减少前端投放，人群池就会缩小。",
    ),
    "people": ("People in the pool", "人群池人数"),
    "people_title": ("{name}: people in the pool", "{name}：人群池人数"),
    "impressions_title": ("{name}: impressions used and possible", "{name}：已用与可用曝光"),
    "impressions": ("Impressions used", "已用曝光"),
    "impressions_possible": ("Impressions possible", "可用曝光"),
    "impressions_axis": ("Impressions", "曝光"),
    "used_share": ("Used", "使用率"),
    # scenarios
    "scenario_section": ("Scenarios", "情景比较"),
    "scenario_title": ("Objective of each scenario", "各情景的目标值"),
    "scenario": ("Scenario", "情景"),
    "versus_first": ("Against the first", "与首个情景相比"),
    # risk
    "risk_section": ("Risk", "风险"),
    "risk_title": ("{name} in {n} draws of the uncertain effects", "{n} 次抽样下的{name}分布"),
    "risk_caption": (
        "Half of all draws lie between {low} and {high}. CVaR is the mean of the worst {tail} of draws.",
        "半数抽样落在 {low} 与 {high} 之间。CVaR 为最差 {tail} 抽样的平均值。",
    ),
    "draws": ("Draws", "抽样次数"),
    "from": ("From", "起"),
    "to": ("To", "止"),
    "mark_mean": ("mean {value}", "均值 {value}"),
    "mark_worst": ("worst 5% below {value}", "最差 5% 低于 {value}"),
    "mark_cvar": ("CVaR {level} {value}", "CVaR {level} {value}"),
    # re-plan
    "replan_section": ("Old and new plan", "新旧方案对比"),
    "replan_title": ("Spend of each period, old and new", "各周期花费：旧方案与新方案"),
    "replan_caption": (
        "{moved} moves between campaigns and periods still to come.",
        "在尚未开始的周期中，共有 {moved} 在计划与周期之间调整。",
    ),
    "old": ("Old plan", "旧方案"),
    "new": ("New plan", "新方案"),
    "change": ("Change", "变化"),
    "replan_campaigns": ("Spend in the periods to come", "剩余周期花费"),
    # inputs
    "inputs_section": ("Inputs", "输入"),
    "inputs_yaml": ("Configuration as written", "配置原文"),
    "curve_table": ("Response curves used", "所用响应曲线"),
    "curve_table_caption": (
        "Parameters at seasonal index 1; the index columns give the lowest and highest factor on spend "
        "and on conversions over the periods.",
        "参数为季节指数等于 1 时的值；指数列为各周期对花费和转化的最低与最高系数。",
    ),
    "curve_kind": ("Curve", "曲线"),
    "curve_formula": ("Formula", "公式"),
    "order_value": ("Revenue per conversion", "单次转化收入"),
    "spend_factor": ("Index on spend", "花费指数"),
    "effect_factor": ("Index on conversions", "转化指数"),
    "shape_hill": ("Hill", "Hill"),
    "shape_log": ("logarithm", "对数"),
    "shape_power": ("power", "幂函数"),
    "shape_piecewise": ("points", "分段线性"),
    "points_to": (
        "{n} points up to {spend} and {effect} conversions",
        "{n} 个点，至花费 {spend}、转化 {effect}",
    ),
    # proof
    "proof_section": ("How the proof works", "最优性如何证明"),
    "proof_1_newton": (
        "The plan is found by Newton's method on the prices of the limits: at the final prices, what is best "
        "for each campaign and period alone keeps every limit.",
        "方案由对各项限制价格的牛顿法求得：在最终价格下，每个计划、每个周期各自的最优选择恰好满足全部限制。",
    ),
    "proof_1": (
        "The plan is found by a sequence of linear programs whose straight pieces close in on the true "
        "curves around the solution.",
        "方案由一系列线性规划求得，其直线段在解的附近逐步逼近真实曲线。",
    ),
    "proof_2": (
        "Each limit's price turns it into a charge or credit on spend and effect, which frees every "
        "campaign and period to be optimised alone on its true curve; the sum of these optima is a bound "
        "that no plan within the limits can beat (weak duality).",
        "以每项限制的价格将其化为对花费和效果的收费或补贴，于是每个计划、每个周期都可在真实曲线上单独求最优；"
        "这些最优值之和是任何满足限制的方案都无法超过的界（弱对偶）。",
    ),
    "proof_3": (
        "The objective of this plan is {objective} and the bound {bound}, so the plan is {gap}, whatever "
        "solver found it.",
        "本方案的目标值为 {objective}，界为 {bound}，因此{gap}，与所用求解器无关。",
    ),
}
