"""What a replay's report says of the winner, the reasons, the money and the conditions, in English and
Chinese."""

from __future__ import annotations

SUMMARY: dict[str, tuple[str, str]] = {
    # summary
    "rp_notes": ("Know before reading on", "阅读前须知"),
    "rp_censored": (
        "The log only knows the prices of auctions that were won. The market's prices are estimated from "
        "them and from the bids that lost.",
        "日志只包含竞得竞价的价格。市场价分布由这些价格和未竞得的出价估计。",
    ),
    "rp_nothing_won": ("No setting won a single auction.", "没有任何设置竞得过曝光。"),
    "rp_no_clicks": ("No setting got a single click.", "没有任何设置获得点击。"),
    "rp_by_worth": ("Strategies are ranked by what was expected of them.", "各策略按预期效果排序。"),
    "rp_no_winner": (
        "No setting is better than another: none brought anything.", "各设置无优劣之分：均无所获。",
    ),
    "rp_first_strategy": ("First strategy, none is better", "首个策略（无优劣之分）"),
    "rp_best_strategy": ("Best strategy", "最佳策略"),
    "rp_best_setting": ("Best setting of", "最佳设置"),
    "rp_the_strategy": ("Strategy", "策略"),
    "rp_interval": ("interval {range}", "区间 {range}"),
    "rp_mean_of_seeds": ("mean of {n} seeds", "{n} 个随机种子的平均"),
    "rp_of_budgets": ("{share} of all the budgets", "占全部预算的 {share}"),
    "rp_clicks_of": ("clicks: {clicks}", "共 {clicks} 次点击"),
    "rp_of_auctions": ("{won} of {auctions} auctions", "{auctions} 次竞价中竞得 {won} 次"),
    "rp_cpm_note": ("cost of 1,000 impressions", "每 1,000 次曝光的花费"),
    "rp_cpc_note": ("on average", "平均值"),
    "rp_bound_note": ("of what perfect foresight could have reached", "与完全预知所能达到的上限相比"),
    "rp_bound_zero": ("nothing could have been had", "本就无可获得"),
    "rp_bound_unknown": ("this log does not tell", "该日志无法给出"),
    "rp_who_wins": ("Who brings the most {measure}", "谁的{measure}最多"),
    "rp_against_best": ("Against the best", "与最佳相比"),
    "rp_is_best": ("the best", "最佳"),
    "rp_word_tied": ("equal", "持平"),
    "rp_word_real": ("really less", "确实较少"),
    "rp_word_hint": ("perhaps less", "可能较少"),
    "rp_word_chance": ("may be chance", "可能只是偶然"),
    "rp_word_unknown": ("not tested", "未检验"),
    "rp_rivals_hidden": ("{n} more are in the table of settings.", "其余 {n} 个见设置总表。"),
    "rp_beaten": ("Its lead over {names} is more than chance.", "领先 {names} 的幅度并非偶然。"),
    "rp_tied": ("{names} did exactly as well.", "{names} 与其持平。"),
    "rp_as_good": (
        "The difference to {names} may be chance.", "与 {names} 的差异可能只是偶然。",
    ),
    "rp_advice": ("Among those, take the simplest.", "其中可选最简单的一个。"),
    "rp_unknown": (
        "Its lead over {names} cannot be told from chance here.", "领先 {names} 的幅度在此无法与偶然区分。",
    ),
    "rp_uncompared": (
        "{names} came behind and were not compared one by one.", "{names} 落后，但未逐轮比较。",
    ),
    "rp_best_line": ("{name} is best: {count} for {cost}.", "{name} 最佳：{count}，花费 {cost}。"),
    "rp_other_scenes": ("Under other conditions", "其他条件下"),
    "rp_scenes_hidden": (
        "{hidden} further ones are in the table of settings.", "其余 {hidden} 种条件见设置总表。",
    ),
    "rp_why": ("Why", "原因"),
    "rp_why_early": (
        "{name} has spent {share} of its budget after {when} of the time, and misses what comes later.",
        "{name} 在 {when} 的时间点已用去 {share} 的预算，错过之后的机会。",
    ),
    "rp_why_early_day": (
        "{name} has spent {share} of its budget by {when}, and misses the rest of the day.",
        "{name} 到 {when} 已用去 {share} 的预算，错过当天余下的机会。",
    ),
    "rp_why_cpc": (
        "A click costs {other} {unit} with {name}, {mine} with {best}.",
        "{name} 的单次点击成本为 {other} {unit}，{best} 为 {mine}。",
    ),
    "rp_why_cpa": (
        "A conversion costs {other} {unit} with {name}, {mine} with {best}.",
        "{name} 的单次转化成本为 {other} {unit}，{best} 为 {mine}。",
    ),
    "rp_why_each": (
        "What is expected costs {other} {unit} apiece with {name}, {mine} with {best}.",
        "{name} 的单次预期成本为 {other} {unit}，{best} 为 {mine}。",
    ),
    "rp_why_roas": (
        "{name} brings {other} for 1 {unit}, {best} brings {mine}.",
        "{name} 每花 1 {unit}带来 {other}，{best} 为 {mine}。",
    ),
    "rp_why_cpc_cheap": (
        "{name} buys cheaper clicks ({other} {unit}; {best}: {mine}), but leaves {share} of its budget "
        "unspent.",
        "{name} 的点击更便宜（{other} {unit}，{best} 为 {mine}），但有 {share} 的预算没有花掉。",
    ),
    "rp_why_cpa_cheap": (
        "{name} buys cheaper conversions ({other} {unit}; {best}: {mine}), but leaves {share} of its budget "
        "unspent.",
        "{name} 的转化更便宜（{other} {unit}，{best} 为 {mine}），但有 {share} 的预算没有花掉。",
    ),
    "rp_why_each_cheap": (
        "{name} buys cheaper ({other} {unit} apiece; {best}: {mine}), but leaves {share} of its budget "
        "unspent.",
        "{name} 的单次预期成本更低（{other} {unit}，{best} 为 {mine}），但有 {share} 的预算没有花掉。",
    ),
    "rp_why_roas_cheap": (
        "{name} brings more for 1 {unit} ({other}; {best}: {mine}), but leaves {share} of its budget "
        "unspent.",
        "{name} 每花 1 {unit}带来更多（{other}，{best} 为 {mine}），但有 {share} 的预算没有花掉。",
    ),
    "rp_why_unspent": ("{name} leaves {share} of its budget unspent.", "{name} 有 {share} 的预算没有花掉。"),
    "rp_chance_never": (
        "is almost certainly real: chance alone would do this less than once in 1,000 times",
        "几乎可以肯定是真实的：纯属偶然的概率不到千分之一",
    ),
    "rp_chance_rare": (
        "is very likely real: chance alone would do this less than once in 100 times",
        "很可能是真实的：纯属偶然的概率不到百分之一",
    ),
    "rp_chance_seldom": (
        "is probably real: chance alone would seldom do this", "大概率是真实的：偶然出现的可能性较小",
    ),
    "rp_chance_hint": ("is a hint, not proof", "只是迹象，尚不能确认"),
    "rp_chance_likely": ("may well be chance", "完全可能出于偶然"),
    "rp_chance_unknown": ("cannot be told from chance here", "在此无法与偶然区分"),
    "rp_caution_sweep": (
        "The best of {tried} settings was chosen on the very auctions it is judged on; some of its lead "
        "is luck. Tuning on an earlier part of the log and judging on a later one tells how much.",
        "最佳设置是从 {tried} 组中按同一批竞价挑选的，其领先有一部分来自运气；"
        "在较早的日志上调参、在较晚的日志上检验即可看出。",
    ),
    "rp_caution_many": (
        "{n} comparisons were made: about {false} of them would look real by chance alone.",
        "共做了 {n} 次比较，仅因偶然就会有约 {false} 次看似真实。",
    ),
    "rp_caution_few": (
        "Comparisons rest on as few as {pairs} episodes; more episodes would make them firmer.",
        "部分比较只有 {pairs} 轮数据；轮数越多结论越可靠。",
    ),
    "rp_caution_few_day": (
        "Comparisons rest on as few as {pairs} days; more days would make them firmer.",
        "部分比较只有 {pairs} 天数据；天数越多结论越可靠。",
    ),
    # cost and what it brought
    "rp_money": ("What the money bought", "花费换来了什么"),
    "rp_short_money": ("Money", "花费"),
    "rp_money_lead": (
        "Each dot is a setting: what it cost and the {measure} it brought. The further up and to the left, "
        "the better.",
        "每个点为一组设置：花费与{measure}。越靠左上越好。",
    ),
    "rp_money_caption": (
        "Dashed: the most that was reached for each amount.", "虚线：每档花费所达到的最高水平。",
    ),
    "rp_money_large": (
        "Large dots: the best setting of each strategy at each budget.",
        "大圆点：各策略在每档预算下的最佳设置。",
    ),
    "rp_frontier": ("the most for the money", "同等花费下的最高值"),
    "rp_further": ("Each further one costs", "每多得一次的成本"),
    "rp_further_roas": ("Each further unit of money brings", "每多花一单位带来"),
    "rp_step_clicks": (
        "Up to {first}, a click costs {average} on average; beyond it, with {last}, each further click costs "
        "{price}.",
        "到 {first} 为止，平均每次点击 {average}；再多花（{last}），每多得一次点击需 {price}。",
    ),
    "rp_step_conversions": (
        "Up to {first}, a conversion costs {average} on average; beyond it, with {last}, each further one "
        "costs {price}.",
        "到 {first} 为止，平均每次转化 {average}；再多花（{last}），每多得一次转化需 {price}。",
    ),
    "rp_step_worth": (
        "Up to {first}, what is expected costs {average} apiece on average; beyond it, with {last}, each "
        "further one costs {price}.",
        "到 {first} 为止，平均单次预期成本 {average}；再多花（{last}），每多得一次需 {price}。",
    ),
    "rp_step_roas": (
        "Up to {first}, a unit of money brings {before} on average; beyond it, with {last}, each further one "
        "brings {plain}.",
        "到 {first} 为止，每花一单位平均带来 {before}；再多花（{last}），每单位带来 {plain}。",
    ),
    # conditions
    "rp_change": ("What the rules change", "规则的影响"),
    "rp_short_change": ("Conditions", "条件"),
    "rp_change_lead": (
        "The same settings under each value of a rule that nobody who bids may choose: {measure}, and what "
        "they cost.",
        "相同设置在不同规则（竞价者无法选择）下的表现：{measure}及其成本。",
    ),
    "rp_change_caption": (
        "Dots of one line are one setting; its best parameters are not chosen anew.",
        "同一行的圆点为同一设置，参数不重新选取。",
    ),
    "rp_change_best": ("Best with {parts}.", "最佳：{parts}。"),
    "rp_change_part": (
        "{field} = {value}: {name}, {count}", "{field} = {value}：{name}，{count}",
    ),
    "rp_in_market": ("Here: {market}.", "此处：{market}。"),
}
