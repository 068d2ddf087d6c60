"""The rules of a replay in plain words and how its figures are read, in English and Chinese."""

from __future__ import annotations

RULES: dict[str, tuple[str, str]] = {
    # what was replayed
    "rp_what_replayed": ("What was replayed, by which rules", "回放内容与规则"),
    "rp_short_rules": ("Rules", "规则"),
    "rp_log_one": (
        "{auctions} auctions of campaign {named}, {time}.", "计划 {named} 的 {auctions} 次竞价，{time}。",
    ),
    "rp_log_line": (
        "{auctions} auctions of {campaigns} campaigns ({named}), {time}.",
        "{campaigns} 个计划（{named}）的 {auctions} 次竞价，{time}。",
    ),
    "rp_pay_second_price": (
        "Second price: the winner pays the market price, the lowest bid that would have won.",
        "第二价格：胜出者支付市场价，即能够胜出的最低出价。",
    ),
    "rp_pay_first_price": ("First price: the winner pays its own bid.", "第一价格：胜出者支付自己的出价。"),
    "rp_pay_gsp": (
        "Generalised second price: each slot's winner pays the least that keeps its rank.",
        "广义第二价格（GSP）：每个广告位的胜出者支付保住名次的最低价。",
    ),
    "rp_pay_vcg": (
        "VCG: each winner pays what its presence costs the others.",
        "VCG：胜出者支付其参与给其他竞价者造成的损失。",
    ),
    "rp_pricing_impression": ("Paid for each impression.", "按曝光付费。"),
    "rp_pricing_click": ("Paid for each click.", "按点击付费。"),
    "rp_rank_bid": ("Bids are ranked by the bid alone.", "仅按出价排名。"),
    "rp_rank_quality": ("Bids are ranked by bid × quality.", "按出价 × 质量分排名。"),
    "rp_rank_squashed": ("Bids are ranked by bid × quality^{power}.", "按出价 × 质量分^{power} 排名。"),
    "rp_slots": (
        "Click rate of the slots relative to the first: {rates}.", "各广告位相对首位的点击率：{rates}。",
    ),
    "rp_tie_wins": ("A bid equal to the market price wins.", "出价等于市场价时胜出。"),
    "rp_tie_loses": ("A bid equal to the market price loses.", "出价等于市场价时不胜出。"),
    "rp_integer": ("Bids are cut to whole units.", "出价向下取整。"),
    "rp_fractions": ("Bids may be fractions of a unit.", "出价可以带小数。"),
    "rp_max_bid": ("The highest bid is {bid}.", "最高出价 {bid}。"),
    "rp_reserve": ("No bid below {bid} can win.", "低于 {bid}的出价不能胜出。"),
    "rp_episodes_auctions": (
        "An episode is {n} auctions of a campaign and has a budget of its own: {budgets}.",
        "每轮为一个计划的 {n} 次竞价，预算独立：{budgets}。",
    ),
    "rp_episodes_days": (
        "An episode is {n} days of a campaign ({zone}) and has a budget of its own: {budgets}.",
        "每轮为一个计划的 {n} 天（{zone}），预算独立：{budgets}。",
    ),
    "rp_episodes_days_day": (
        "Every day ({zone}) of every campaign has a budget of its own: {budgets}.",
        "每个计划的每一天（{zone}）预算独立：{budgets}。",
    ),
    "rp_episodes_whole": (
        "A campaign is one episode with one budget: {budgets}.", "每个计划为一轮，共用一份预算：{budgets}。",
    ),
    "rp_budget_range": ("{n} budgets from {first} to {last}", "{first} 至 {last}，共 {n} 档"),
    "rp_last_keep": ("A short last episode has the whole budget.", "最后不足一轮的部分仍有完整预算。"),
    "rp_last_drop": ("A short last episode is left out.", "最后不足一轮的部分不计入。"),
    "rp_last_prorate": (
        "A short last episode has a budget in proportion.", "最后不足一轮的部分按比例获得预算。",
    ),
    "rp_over_clip_bid": ("A bid above the money left is lowered to it.", "出价高于余额时，降至余额。"),
    "rp_over_skip": (
        "An auction in which the bid is above the money left is left out.", "出价高于余额时，放弃该次竞价。",
    ),
    "rp_over_stop": (
        "Once a bid is above the money left, there are no more bids until the next budget.",
        "出价一旦高于余额，在下一份预算之前停止出价。",
    ),
    "rp_outcomes_logged": (
        "Clicks and conversions are those that the log recorded.", "点击与转化取自日志的真实记录。",
    ),
    "rp_outcomes_drawn": (
        "Clicks and conversions are drawn at random with their predicted probabilities.",
        "点击与转化按预估概率随机生成。",
    ),
    "rp_rivals_stand": (
        "Competing bids are those of the log, whatever we bid.", "竞争出价取自日志，不随我方出价变化。",
    ),
    "rp_rivals_react": (
        "Competitors change their bids as they spend their own budgets.",
        "竞争者会随自身预算的消耗调整出价。",
    ),
    "rp_per_price": (
        "Prices of this log stand for {n} impressions: costs add up such prices, while costs per click are "
        "divided by {n}.",
        "该日志的价格对应 {n} 次曝光：花费为这些价格之和，单次点击成本已除以 {n}。",
    ),
    "rp_varied": (
        "These rules vary; the lines above tell the first setting: {fields}.",
        "以下规则有多种取值，上文为第一种设置：{fields}。",
    ),
    "rp_varied_field": ("{field} ({values})", "{field}（{values}）"),
    "rp_frequency": ("At most {n} impressions for a user on a day.", "每个用户每天最多曝光 {n} 次。"),
    "rp_retargeting": (
        "A user is shown ads only within {days} days of a visit.", "仅在用户访问后 {days} 天内投放。",
    ),
    "rp_judged_on": (
        "This is the {part}, on which everything is judged; the table of settings has every part.",
        "以上为{part}，结论与图表均基于此；设置总表列出全部区段。",
    ),
    # how to read
    "rp_reading": ("How to read this", "阅读说明"),
    "rp_short_reading": ("Reading", "说明"),
    "rp_read_win_rate": (
        "Win rate: impressions won per auction that came along.", "竞得率：竞得曝光与遇到的竞价次数之比。",
    ),
    "rp_read_cpm": ("CPM: cost of 1,000 impressions.", "千次曝光成本（CPM）：每 1,000 次曝光的花费。"),
    "rp_read_cpc": (
        "Cost per click: cost divided by clicks; without a click there is none.",
        "单次点击成本（CPC）：花费除以点击；没有点击则无此值。",
    ),
    "rp_read_worth": (
        "Expected clicks, conversions or revenue: the predictions of the log added up over the "
        "impressions won. Steadier than what happened, but only as good as the predictions.",
        "预期点击、转化或收入：竞得曝光的日志预估值之和。比实际结果更稳定，但取决于预估的准确度。",
    ),
    "rp_read_bound": (
        "Best possible: the most that anybody could have had who knew all auctions beforehand, with the same "
        "budgets. Regret: the share of it that was missed.",
        "理论最优：预先知道全部竞价、用同样预算能达到的上限。遗憾值：未达到的部分所占比例。",
    ),
    "rp_read_pacing": (
        "Pacing: spending a budget evenly over its time. Above the dashed line money goes too fast, below "
        "it too slowly.",
        "预算平滑：把预算均匀花在整个时段。高于虚线表示花得太快，低于虚线表示花得太慢。",
    ),
    "rp_read_interval": (
        "Interval: where a figure would lie if other auctions of the same kind had come; a narrow one is "
        "firm.",
        "区间：若遇到另一批同类竞价，该数值可能落入的范围；区间越窄越可靠。",
    ),
    "rp_read_p_value": (
        "p-value: how often chance alone would bring a difference as large as this one, if both "
        "strategies were equally good.",
        "p 值：若两个策略其实一样好，仅凭偶然出现同样大差异的概率。",
    ),
    "rp_read_stability": (
        "Stability index: how far a column's distribution moved between two parts of the log; 0 is not at "
        "all.",
        "稳定性指数：某字段的分布在两段日志之间移动了多少；0 表示没有变化。",
    ),
}
