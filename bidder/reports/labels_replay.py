"""Words of a replay's report, in English and Chinese."""

from __future__ import annotations

from bidder.reports.labels_replay_fields import FIELDS
from bidder.reports.labels_replay_rules import RULES
from bidder.reports.labels_replay_summary import SUMMARY

REPLAY: dict[str, tuple[str, str]] = {
    **RULES,
    **FIELDS,
    **SUMMARY,
    "rp_kicker": ("Replay of past auctions", "历史竞价回放"),
    "rp_footer": ("bidder {version} · replay · {seed}", "bidder {version} · 回放 · {seed}"),
    "rp_seed_is": ("seed {seed}", "随机种子 {seed}"),
    "rp_seeds_are": ("{n} seeds from {first} to {last}", "{n} 个随机种子，{first} 至 {last}"),
    "rp_no_settings": ("no settings", "没有设置"),
    # how sentences are put together
    "rp_labelled": ("{label}: {text}", "{label}：{text}"),
    "rp_headed": ("{head} {at}", "{head}（{at}）"),
    "rp_headed_where": ("{head} · {at}", "{head}（{at}）"),
    "rp_range": ("{low} to {high}", "{low} 至 {high}"),
    "rp_from_to": ("{first} to {last}", "{first}至{last}"),
    "rp_and_more": (" and {n} more", "等（另 {n} 个）"),
    "rp_and": ("{first} and {last}", "{first}和{last}"),
    "rp_in_brackets": ("{name} ({more})", "{name}（{more}）"),
    "rp_semicolon": ("; ", "；"),
    "rp_headed_part": ("{time} ({part})", "{time}（{part}）"),
    "rp_none": ("–", "–"),
    "rp_currency_unit": ("currency units", "货币单位"),
    # names of figures
    "rp_strategy": ("Strategy", "策略"),
    "rp_setting": ("Setting", "设置"),
    "rp_swept": ("Parameters", "参数"),
    "rp_market_fields": ("Conditions", "条件"),
    "rp_budget": ("Budget", "预算"),
    "rp_part": ("Part of the log", "日志区段"),
    "rp_auctions": ("Auctions", "竞价次数"),
    "rp_entered": ("Auctions entered", "参与竞价"),
    "rp_impressions": ("Impressions", "曝光"),
    "rp_clicks": ("Clicks", "点击"),
    "rp_conversions": ("Conversions", "转化"),
    "rp_value": ("Revenue", "收入"),
    "rp_cost": ("Cost", "花费"),
    "rp_worth_clicks": ("Expected clicks", "预期点击"),
    "rp_worth_conversions": ("Expected conversions", "预期转化"),
    "rp_worth_value": ("Expected revenue", "预期收入"),
    "rp_win_rate": ("Win rate", "竞得率"),
    "rp_cpm": ("CPM", "千次曝光成本"),
    "rp_cpc": ("Cost per click", "单次点击成本"),
    "rp_cpa": ("Cost per conversion", "单次转化成本"),
    "rp_roas": ("ROAS", "ROAS"),
    "rp_roas_worth": ("Expected ROAS", "预期 ROAS"),
    "rp_each_worth_clicks": ("Cost per expected click", "单次预期点击成本"),
    "rp_each_worth_conversions": ("Cost per expected conversion", "单次预期转化成本"),
    "rp_spent_share": ("Share spent", "预算使用率"),
    "rp_bound_share": ("Of the best possible", "达到理论最优的比例"),
    "rp_regret": ("Regret", "遗憾值"),
    "rp_bid": ("Bid", "出价"),
    "rp_bid_mille": ("Bid for 1,000 impressions", "千次曝光出价"),
    "rp_paid_each": ("Paid per impression", "平均成交价"),
    "rp_market_price": ("Market price", "市场价"),
    "rp_market_price_mille": ("Market price of 1,000 impressions", "千次曝光市场价"),
    "rp_for_mille": ("{price} for 1,000 impressions", "每千次曝光 {price}"),
    "rp_floor": ("Floor", "底价"),
    "rp_floor_mille": ("Floor of 1,000 impressions", "千次曝光底价"),
    "rp_pctr": ("Predicted CTR", "预估点击率"),
    "rp_pcvr": ("Predicted CVR", "预估转化率"),
    "rp_click": ("Click rate of the log", "日志点击率"),
    "rp_at_budget": ("with budget {budget}", "预算 {budget}"),
    "rp_at_budget_day": ("with {budget} a day", "每日预算 {budget}"),
    "rp_budget_is": ("Budget {budget}", "预算 {budget}"),
    "rp_budget_is_day": ("{budget} a day", "每日预算 {budget}"),
    # counts in a sentence
    "rp_n_impressions": ("{n} impressions", "{n} 次曝光"),
    "rp_n_clicks": ("{n} clicks", "{n} 次点击"),
    "rp_n_conversions": ("{n} conversions", "{n} 次转化"),
    "rp_n_value": ("revenue of {n}", "收入 {n}"),
    "rp_n_worth_clicks": ("{n} expected clicks", "{n} 次预期点击"),
    "rp_n_worth_conversions": ("{n} expected conversions", "{n} 次预期转化"),
    "rp_n_worth_value": ("expected revenue of {n}", "预期收入 {n}"),
    # parts of the log
    "rp_part_all": ("whole log", "全部日志"),
    "rp_part_train": ("training part", "训练段"),
    "rp_part_validation": ("validation part", "验证段"),
    "rp_part_test": ("test part", "测试段"),
    # subtitle
    "rp_n_auctions": ("{n} auctions", "{n} 次竞价"),
    "rp_n_campaigns": ("campaigns: {n}", "{n} 个计划"),
    "rp_n_strategies": ("strategies: {n}", "{n} 个策略"),
    "rp_n_settings": ("settings: {n}", "{n} 组设置"),
    "rp_row_order": ("row order, without times", "按行序，无时间"),
    "rp_time_order": ("in order of time", "按时间顺序"),
    # settings
    "rp_settings": ("All settings", "设置总表"),
    "rp_short_settings": ("Settings", "设置"),
    "rp_table_caption": (
        "Best first under each condition; ★ marks the most {measure}.",
        "各条件下由好到差排列；★ 为{measure}最多者。",
    ),
    "rp_seeds_mean": ("A row and its interval are means over seeds.", "每行及其区间为各随机种子的平均。"),
    "rp_left_out": (" (results.csv holds them all)", "（完整数据见 results.csv）"),
    "rp_its_interval": ("Interval", "区间"),
    "rp_intervals": ("Intervals of the totals", "各项总量的区间"),
    "rp_intervals_caption": (
        "Bootstrap over episodes: where the total would lie in 95 of 100 repetitions with other episodes "
        "like these.",
        "按轮次自助抽样：若换成同类的其他轮次重复 100 次，约 95 次总量落在该区间。",
    ),
    # comparison
    "rp_compare": ("How sure is that", "结论有多可靠"),
    "rp_short_compare": ("How sure", "可靠性"),
    "rp_compare_lead": (
        "All settings face the same auctions, so that good and bad episodes cancel out.",
        "所有设置面对相同的竞价，轮次好坏的影响相互抵消。",
    ),
    "rp_compare_lead_day": (
        "All settings face the same auctions, so that good and bad days cancel out.",
        "所有设置面对相同的竞价，日子好坏的影响相互抵消。",
    ),
    "rp_compare_winner": (
        "Each line is the best setting minus another one: a line that stays right of zero is a lead that is "
        "more than chance.",
        "每条线为最佳设置减去另一设置：整条线在零的右侧，说明领先并非偶然。",
    ),
    "rp_forest": ("{name}: difference for an episode", "{name}：每轮差异"),
    "rp_forest_day": ("{name}: difference for a day", "{name}：每日差异"),
    "rp_forest_caption": (
        "Dot: mean difference; line: its interval. Blue: more than chance; grey: may be chance.",
        "圆点为平均差异，横线为区间。蓝色：并非偶然；灰色：可能只是偶然。",
    ),
    "rp_forest_hidden": ("{hidden} more are in the table only.", "其余 {hidden} 项仅列于表格。"),
    "rp_minus": ("{name} minus the others", "{name} 减其他设置"),
    "rp_holm": ("p-value, adjusted", "校正后 p 值"),
    "rp_method_draws": (
        "Intervals: bias-corrected bootstrap ({draws} draws); test: paired permutation test of the mean.",
        "区间：偏差校正自助法（{draws} 次抽样）；检验：均值的配对置换检验。",
    ),
    "rp_holm_note": (
        "Verdicts allow for all {n} comparisons that were made (Holm's adjusted p-values).",
        "结论已按全部 {n} 次比较校正（Holm 校正 p 值）。",
    ),
    "rp_left_out_pairs": (" (comparisons.csv holds them all)", "（完整数据见 comparisons.csv）"),
    "rp_pair": ("First – second", "前者 – 后者"),
    "rp_pairs": ("Episodes", "轮数"),
    "rp_pairs_day": ("Days", "天数"),
    "rp_difference": ("{name}, difference", "{name}差异"),
    "rp_level": ("{level} interval", "{level} 区间"),
    "rp_low": ("Interval from", "区间下限"),
    "rp_high": ("Interval to", "区间上限"),
    "rp_p": ("p-value", "p 值"),
    "rp_verdict": ("The difference", "结论"),
    # budget
    "rp_budget_section": ("What a budget buys", "预算能买到什么"),
    "rp_against_budget": ("{name} by budget", "{name}与预算"),
    "rp_budget_caption": (
        "Across: budget of an episode. Each point is a replay of its own.",
        "横轴为每轮预算，每个点都是一次独立回放。",
    ),
    "rp_budget_caption_day": (
        "Across: budget of a day and campaign. Each point is a replay of its own.",
        "横轴为每个计划的每日预算，每个点都是一次独立回放。",
    ),
    "rp_log_axis": ("Equal steps across are equal factors.", "横轴为对数刻度。"),
    "rp_best_of_each": (
        "Each strategy with its best parameters at each budget.", "各策略在每档预算下取其最佳参数。",
    ),
    "rp_strategies_hidden": (
        "Lines are drawn for the {shown} best strategies; {hidden} more are in the tables.",
        "仅绘出最好的 {shown} 个策略，其余 {hidden} 个见表格。",
    ),
    # parameters
    "rp_parameter_section": ("Which parameters are best", "哪些参数最好"),
    "rp_parameter": ("Parameter", "参数"),
    "rp_field_of": ("{field} ({name})", "{field}（{name}）"),
    "rp_short_parameters": ("Parameters", "参数"),
    "rp_parameter_lead": (
        "Up: {measure}, reached with each value of a parameter and the best values of the others.",
        "纵轴为{measure}：每个参数取值下，其余参数取最佳值时的结果。",
    ),
    "rp_parameters_hidden": ("Not drawn: {names}.", "未绘出：{names}。"),
    "rp_parameter_one": ("Strategy {name}, a line for each budget.", "策略 {name}，每条线为一档预算。"),
    "rp_parameter_many": ("Here: with budget {budget}.", "此处：预算 {budget}。"),
    "rp_parameter_many_day": ("Here: with {budget} a day.", "此处：每日预算 {budget}。"),
    "rp_best_value": ("Best value", "最佳取值"),
    "rp_of_best": ("{name}, as a share of the best", "{name}（与最佳相比）"),
    # course
    "rp_course": ("How the money was spent", "花费节奏"),
    "rp_short_course": ("Pacing", "节奏"),
    "rp_course_lead": (
        "Money that runs out early misses the auctions that come late; money left over buys nothing.",
        "过早花完会错过后面的竞价，花不完则白白浪费。",
    ),
    "rp_elapsed": ("Share of the episode that has passed", "本轮已过去的比例"),
    "rp_elapsed_day": ("Hour of the day", "时刻"),
    "rp_spent_axis": ("Budget spent so far", "累计预算使用率"),
    "rp_even": ("even spending", "匀速花费"),
    "rp_spend_course": ("Spend over an episode", "一轮之内的花费"),
    "rp_spend_course_day": ("Spend over the day", "一天之内的花费"),
    "rp_spend_course_caption": (
        "All episodes added up, against spending evenly (dashed).", "各轮合计，虚线为匀速花费。",
    ),
    "rp_spend_course_caption_day": (
        "All days added up, against spending evenly (dashed). Traffic is not even over a day, and good "
        "pacing follows the traffic rather than that line.",
        "各天合计，虚线为匀速花费。一天之内流量并不均匀，好的节奏应跟随流量而非该线。",
    ),
    "rp_win_course": ("Win rate over an episode", "一轮之内的竞得率"),
    "rp_win_course_day": ("Win rate over the day", "一天之内的竞得率"),
    "rp_win_course_caption": (
        "Impressions won per auction in each 24th of an episode. A fall to zero: the money ran out.",
        "一轮的每 1/24 内竞得曝光与竞价次数之比。降到零表示预算已花完。",
    ),
    "rp_win_course_caption_day": (
        "Impressions won per auction in each hour. A fall to zero: the money ran out.",
        "每小时竞得曝光与竞价次数之比。降到零表示预算已花完。",
    ),
    "rp_spend_episodes": ("Spend from episode to episode", "逐轮花费"),
    "rp_spend_episodes_day": ("Spend from day to day", "逐日花费"),
    "rp_spend_episodes_caption": (
        "Cost of each episode; dashed: its budget.", "每轮的花费；虚线为每轮预算。",
    ),
    "rp_spend_episodes_caption_day": ("Cost of each day; dashed: its budget.", "每日花费；虚线为每日预算。"),
    "rp_win_episodes": ("Win rate from episode to episode", "逐轮竞得率"),
    "rp_win_episodes_day": ("Win rate from day to day", "逐日竞得率"),
    "rp_win_episodes_caption": ("Impressions won per auction.", "竞得曝光与竞价次数之比。"),
    "rp_episode": ("Episode", "轮次"),
    "rp_date": ("Date", "日期"),
    "rp_grouped": ("A point is the mean of {n} episodes.", "每个点为 {n} 轮的平均。"),
    "rp_grouped_day": ("A point is the mean of {n} days.", "每个点为 {n} 天的平均。"),
    "rp_campaigns_added": ("All campaigns added up.", "各计划合计。"),
    "rp_by_campaign": ("Episodes run campaign by campaign.", "各计划的轮次依次排列。"),
    "rp_one_line": ("The lines of {names} coincide{where}.", "{where}{names} 的线重合。"),
    "rp_panels_hidden": ("{shown} of {all} budgets are drawn.", "绘出 {all} 档预算中的 {shown} 档。"),
    # regret
    "rp_regret_section": ("How near the best possible", "离理论最优还有多远"),
    "rp_regret_lead": (
        "100% is the most that anybody could have reached who knew all auctions beforehand, with the same "
        "budgets, counted in {worth}. What is missing is the regret.",
        "100% 为事先知道全部竞价、用同样预算所能达到的上限，以{worth}计；差额即遗憾值。",
    ),
    # market
    "rp_market": ("The market's prices", "市场价格"),
    "rp_short_market": ("Market", "市场"),
    "rp_prices_counted": (
        "Market prices as the log has them: the lowest bid that would have won each auction.",
        "日志中的市场价：每次竞价能够胜出的最低出价。",
    ),
    "rp_prices_kaplan_meier": (
        "Market prices estimated from won auctions and lost bids (Kaplan-Meier).",
        "由竞得价格与失败出价估计的市场价（Kaplan-Meier）。",
    ),
    "rp_prices_fitted": (
        "Market prices by a distribution fitted to the log ({method}).",
        "按日志拟合的市场价分布（{method}）。",
    ),
    "rp_landscape": ("How likely a bid wins", "出价与竞得概率"),
    "rp_win_probability": ("Probability to win", "竞得概率"),
    "rp_constant_line": ("a constant bid: average price paid", "固定出价：平均成交价"),
    "rp_landscape_caption": (
        "Line: share of all auctions that a bid wins.", "实线：某一出价能竞得的竞价比例。",
    ),
    "rp_places_caption": (
        "Dots: what each strategy paid on average, and its win rate, with budget {budget}.",
        "圆点：预算 {budget} 时各策略的平均成交价与竞得率。",
    ),
    "rp_places_caption_day": (
        "Dots: what each strategy paid on average, and its win rate, with {budget} a day.",
        "圆点：每日预算 {budget} 时各策略的平均成交价与竞得率。",
    ),
    "rp_constant_caption": (
        "A bidder that always bids the same lies on the dashed line when it is in every auction; right of "
        "it, better impressions were bought at a higher price; below it, auctions were missed.",
        "始终固定出价且参与每次竞价时落在虚线上；偏右表示以更高价格买了更好的曝光，"
        "偏下表示错过了部分竞价。",
    ),
    "rp_tail": ("The cheapest {share} of prices are drawn.", "绘出价格最低的 {share}。"),
    "rp_density": ("How prices are spread", "市场价分布"),
    "rp_density_caption": (
        "Share of auctions with a market price in each range.", "市场价落在各区间的竞价占比。",
    ),
    "rp_share_of_auctions": ("Share of auctions", "竞价占比"),
    "rp_mark": ("Mark", "标记"),
    "rp_mark_max": ("highest bid {bid}", "最高出价 {bid}"),
    "rp_mark_reserve": ("reserve {bid}", "底价 {bid}"),
    # tuning
    "rp_tuning": ("Do tuned parameters last?", "调参结果能否延续"),
    "rp_short_tuning": ("Tuning", "调参"),
    "rp_tuning_lead": (
        "Parameters were chosen on the earlier part of the log and then faced the later one.",
        "参数在较早的日志上选定，再用较晚的日志检验。",
    ),
    "rp_chosen": ("Chosen", "选定参数"),
    "rp_best_test": ("Best in hindsight, test part", "测试段事后最佳"),
    "rp_kept": ("Kept", "保留比例"),
    "rp_score": ("Scores: {name} for an episode on average.", "得分为每轮平均的{name}。"),
    "rp_scores": ("Scores are for an episode on average.", "得分为每轮平均值。"),
    "rp_kept_worst": ("The worst of {n}: {line}", "{n} 组中最差的：{line}"),
    "rp_kept_well": (
        "{name} keeps {share} of what the best parameters would have brought: the tuning lasted.",
        "{name} 达到最佳参数效果的 {share}：调参结果得以延续。",
    ),
    "rp_kept_some": (
        "{name} keeps {share} of what the best parameters would have brought: tune it again from time to "
        "time.",
        "{name} 达到最佳参数效果的 {share}：需定期重新调参。",
    ),
    "rp_kept_badly": (
        "{name} keeps only {share} of what the best parameters would have brought: do not rely on this "
        "tuning.",
        "{name} 只达到最佳参数效果的 {share}：不宜依赖该调参结果。",
    ),
    # drift
    "rp_drift": ("Did the market move?", "市场是否变化"),
    "rp_short_drift": ("Drift", "变化"),
    "rp_drift_lead": (
        "A strategy tuned on last month faces this month: what changed between the parts of the log.",
        "用上月数据调好的策略面对的是本月：日志各段之间的变化如下。",
    ),
    "rp_column": ("Column", "字段"),
    "rp_mean_in": ("Mean, {part}", "{part}均值"),
    "rp_stability": ("Stability index (PSI)", "稳定性指数（PSI）"),
    "rp_moved": ("Moved", "变化程度"),
    "rp_moved_little": ("little", "很小"),
    "rp_moved_some": ("some", "有所变化"),
    "rp_moved_much": ("much", "很大"),
    "rp_drift_caption": (
        "Usual reading of the index: below 0.1 little, 0.1 to 0.25 some, above 0.25 much.",
        "通常解读：0.1 以下变化很小，0.1 至 0.25 有所变化，0.25 以上变化很大。",
    ),
}
