"""Words of a night's report, in English and Chinese: guardrails, slots, nights, values, inputs."""

from __future__ import annotations

from bidder.reports.labels_bids_checks import CHECKS

MORE: dict[str, tuple[str, str]] = {
    **CHECKS,
    # guardrails
    "bd_guardrails": ("What held the bids", "护栏与检查"),
    "bd_short_guardrails": ("Guardrails", "护栏"),
    "bd_guardrails_lead": (
        "Guardrails act on single bids; a failed check stops the whole night.",
        "护栏约束单个出价；任一检查未通过则整夜停止。",
    ),
    "bd_bounds": ("Guardrails that moved or kept bids", "生效的护栏"),
    "bd_bounds_caption": (
        "Each bid counts once, with the last guardrail that moved it.", "每个出价只计一次，"
        "记最后生效的护栏。",
    ),
    "bd_guardrail": ("Guardrail", "护栏"),
    "bd_what_to_do": ("What to do about it", "应对"),
    "bd_bound_none": ("none: the bid is what was wanted", "无：出价即为期望值"),
    "bd_bound_automated": ("bids set by the platform", "平台自动出价"),
    "bd_bound_no_reference": ("no known bid", "出价未知"),
    "bd_bound_human_edit": ("set by a human lately", "近期人工改价"),
    "bd_bound_least_data": ("too few clicks", "点击过少"),
    "bd_bound_first_page": ("raised to the first page", "抬至首页出价"),
    "bd_bound_class_min": ("lowest bid of the class", "类别最低出价"),
    "bd_bound_class_max": ("highest bid of the class", "类别最高出价"),
    "bd_bound_bid_min": ("lowest bid", "最低出价"),
    "bd_bound_bid_max": ("highest bid", "最高出价"),
    "bd_bound_max_raise": ("most a bid may rise in a night", "单夜最大上调"),
    "bd_bound_max_cut": ("most a bid may fall in a night", "单夜最大下调"),
    "bd_bound_platform": ("range of the platform", "平台取值范围"),
    "bd_bound_least_change": ("change too small", "变化过小"),
    "bd_advice_none": ("Nothing.", "无需处理。"),
    "bd_advice_automated": (
        "Nothing: the platform bids here. Exclude such campaigns from the report if they are not wanted.",
        "无需处理：由平台出价。若不需要，可从报表中排除这些计划。",
    ),
    "bd_advice_no_reference": (
        "Export the report with the column of the maximum bid.", "导出报表时包含最高出价列。",
    ),
    "bd_advice_human_edit": (
        "Nothing: they are left alone for as long as guardrails.respect_edits_days says.",
        "无需处理：在 guardrails.respect_edits_days 规定的天数内不改动。",
    ),
    "bd_advice_least_data": (
        "Wait for clicks, or lower guardrails.least_clicks.", "等待更多点击，"
        "或降低 guardrails.least_clicks。",
    ),
    "bd_advice_first_page": (
        "Nothing: value supports the first page.", "无需处理：点击价值支持首页出价。",
    ),
    "bd_advice_class_min": (
        "Look whether these keywords are worth their place, or lower the class's floor.",
        "检查这些词是否值得投放，或降低该类别下限。",
    ),
    "bd_advice_class_max": (
        "Value supports more: raise the class's ceiling if the value is trusted.",
        "价值支持更高出价：若认可其价值，可提高类别上限。",
    ),
    "bd_advice_bid_min": (
        "Value supports less: pause these keywords, or lower guardrails.bid.min.",
        "价值只支持更低出价：可暂停这些词，或降低 guardrails.bid.min。",
    ),
    "bd_advice_bid_max": (
        "Value supports more: raise guardrails.bid.max if the value is trusted.",
        "价值支持更高出价：若认可其价值，可提高 guardrails.bid.max。",
    ),
    "bd_advice_max_raise": ("Nothing: they go on tomorrow.", "无需处理：明夜继续上调。"),
    "bd_advice_max_cut": ("Nothing: they go on tomorrow.", "无需处理：明夜继续下调。"),
    "bd_advice_platform": (
        "Nothing: the platform takes no other bid.", "无需处理：平台不接受其他取值。",
    ),
    "bd_advice_least_change": (
        "Nothing: not worth an edit.", "无需处理：变化太小，不值得改动。",
    ),
    # slots
    "bd_slots": ("Hours, devices and audiences", "时段、设备与人群"),
    "bd_short_slots": ("Hours", "时段"),
    "bd_slots_lead": (
        "Modifiers multiply the bid: 1.2 is 20% more. The product of all of them is kept within its cap.",
        "系数与出价相乘：1.2 即高 20%。全部系数的乘积受上下限约束。",
    ),
    "bd_weeks": ("Modifiers by hour of the week", "一周分时折扣"),
    "bd_weeks_caption": (
        "Blue hours are bid less for, orange ones more; hours of {zone}.", "蓝色时段出价较低，"
        "橙色时段较高；时区 {zone}。",
    ),
    "bd_weeks_hidden": (
        "Further campaigns with a week of their own, in the table below and in schedule.csv: {n}.",
        "另有 {n} 个分时计划见下表与 schedule.csv。",
    ),
    "bd_left_out_schedule": (" (schedule.csv holds them all)", "（完整数据见 schedule.csv）"),
    "bd_weekday": ("Weekday", "星期"),
    "bd_weekday_0": ("Mon", "周一"),
    "bd_weekday_1": ("Tue", "周二"),
    "bd_weekday_2": ("Wed", "周三"),
    "bd_weekday_3": ("Thu", "周四"),
    "bd_weekday_4": ("Fri", "周五"),
    "bd_weekday_5": ("Sat", "周六"),
    "bd_weekday_6": ("Sun", "周日"),
    "bd_time": ("Time", "时间"),
    "bd_modifier": ("Modifier", "系数"),
    "bd_effect": ("Estimated value", "估计价值"),
    "bd_weeks_table": ("Weeks of all campaigns", "各计划的分时情况"),
    "bd_week": ("Week", "一周"),
    "bd_flat": ("flat", "不分时"),
    "bd_shaped": ("by hour", "分时"),
    "bd_to_flat": ("going flat", "趋于不分时"),
    "bd_all_flat": (
        "The weeks of all campaigns are flat: {reason}.", "全部计划均不分时：{reason}。",
    ),
    "bd_week_even": ("all hours alike", "各时段相同"),
    "bd_lowest": ("Lowest", "最低"),
    "bd_highest": ("Highest", "最高"),
    "bd_week_peaks": ("highest from {high}, lowest from {low}", "最高自{high}，最低自{low}"),
    "bd_day_hour": ("{day} {hour}", "{day} {hour}"),
    "bd_segments_device": ("Devices", "设备"),
    "bd_segments_audience": ("Audiences", "人群"),
    "bd_segments_caption": (
        "Modifier, and in brackets the estimated value of a click relative to the campaign's.",
        "系数；括号内为点击价值相对本计划的估计值。",
    ),
    "bd_left_out_segments": ("The change sheets hold the rest.", "其余见调整表。"),
    "bd_modifier_effect": ("{modifier} ({effect})", "{modifier}（{effect}）"),
    "bd_segment_mobile": ("mobile", "手机"),
    "bd_segment_desktop": ("desktop", "电脑"),
    "bd_segment_tablet": ("tablet", "平板"),
    # nights
    "bd_nights": ("The last nights", "最近各夜"),
    "bd_short_nights": ("Nights", "各夜"),
    "bd_alpha_nights": ("Multiplier alpha, night by night", "各夜的 alpha"),
    "bd_alpha_caption": (
        "Chosen by the night, and what the bids of the last days come to. The two draw together when "
        "bids have "
        "followed.",
        "当夜选定值，以及近几天出价实际对应的值。出价跟上之后两者趋于一致。",
    ),
    "bd_roas_nights": ("Expected ROAS, night by night", "各夜的预期 ROAS"),
    "bd_roas_expected": ("Expected ROAS", "预期 ROAS"),
    "bd_chosen": ("alpha chosen", "选定 alpha"),
    "bd_in_force": ("alpha in force", "生效 alpha"),
    "bd_data_date": ("Data up to", "数据截至"),
    "bd_state": ("State", "状态"),
    "bd_state_tonight": ("tonight", "本夜"),
    "bd_state_planned": ("planned", "已计划"),
    "bd_state_approved": ("approved", "已批准"),
    "bd_state_exported": ("exported", "已导出"),
    "bd_state_confirmed": ("confirmed", "已确认"),
    "bd_state_rolled_back": ("rolled back", "已撤销"),
    "bd_state_stopped": ("stopped", "已停止"),
    "bd_state_backfilled": ("backfilled", "补算"),
    # values
    "bd_value_section": ("How values were estimated", "价值如何估计"),
    "bd_short_value": ("Values", "价值"),
    "bd_value_lead": (
        "Few keywords have enough orders to speak for themselves: what they lack is taken from their group.",
        "多数关键词的订单不足以单独估计，其余信息取自所属组。",
    ),
    "bd_exploration": ("Exploration", "探索"),
    "bd_explored": (
        "Keywords of which little is known and that are tried out: {n}; at a higher value {up}, at a "
        "lower one "
        "{down} (factors {low} to {high}).",
        "对 {n} 个数据不足的关键词进行试探：{up} 个按更高价值，{down} 个按更低价值（倍数 {low} 至 {high}）。",
    ),
    "bd_explored_spend": (
        "They are expected to cost {after} a day ({before} before), {share} of the account.",
        "预期日花费 {after}（调整前 {before}），占账户的 {share}。",
    ),
    "bd_shrinkage": ("Conversion rates, counted and estimated", "转化率：原始值与估计值"),
    "bd_shrinkage_caption": (
        "Keywords drawn: {n}, spread over all numbers of clicks. With few clicks the estimate stays near "
        "that of the group; "
        "with many it follows the count.",
        "按点击数均匀选取 {n} 个关键词。点击少时估计值接近所属组，点击多时接近原始值。",
    ),
    "bd_matured_clicks": ("clicks (weighted, matured)", "点击（加权、成熟）"),
    "bd_cvr": ("CVR", "CVR"),
    "bd_raw": ("CVR as counted", "原始 CVR"),
    "bd_parent": ("CVR of the group", "所属组 CVR"),
    "bd_shrunk": ("CVR as estimated", "估计 CVR"),
    "bd_strengths": ("How much a group counts", "所属组的权重"),
    "bd_strengths_caption": (
        "In clicks: a keyword with that many clicks of its own is taken half from itself and half from "
        "its group.",
        "以点击数计：自身点击达到该数时，估计值一半取自自身，一半取自所属组。",
    ),
    "bd_strength": ("Clicks", "点击数"),
    "bd_level": ("Level", "层级"),
    "bd_level_ad_group": ("ad group", "单元"),
    "bd_level_segment": ("campaign, match type and class", "计划、匹配方式与类别"),
    "bd_level_account": ("account", "账户"),
    "bd_level_means_ad_group": ("keywords are drawn to their ad group", "关键词向所属单元收缩"),
    "bd_level_means_segment": (
        "ad groups are drawn to keywords of their campaign, match type and class",
        "单元向同计划、同匹配方式、同类别的关键词收缩",
    ),
    "bd_level_means_account": ("those are drawn to the account", "上一层级向账户收缩"),
    # terms and words
    "bd_terms": ("For a human to decide", "有待人工决定"),
    "bd_short_terms": ("Terms", "搜索词"),
    "bd_terms_lead": ("Nothing of this is exported.", "以下内容均不会导出。"),
    "bd_kind_negative": ("Search terms to exclude", "建议否定的搜索词"),
    "bd_kind_keyword": ("Search terms to add as keywords", "建议添加为关键词的搜索词"),
    "bd_caption_negative": (
        ""
        "They have cost more without a conversion than bad luck explains.",
        "花费而无转化的程度超出偶然所能解释。",
    ),
    "bd_caption_keyword": ("They convert, and are no keywords yet.", "已有转化，但尚未作为关键词投放。"),
    "bd_term": ("Search term", "搜索词"),
    "bd_terms_hidden": ("The file of suggestions holds {n} more.", "其余 {n} 条见建议文件。"),
    "bd_suggested_why": ("Why", "理由"),
    "bd_suggested_negative": (
        "{expected} were to be expected (CVR {cvr}); chance of none: 1\u00a0in\u00a0{often}",
        "按转化率 {cvr} 应有约 {expected} 次转化；偶然为零的概率约 1/{often}",
    ),
    "bd_suggested_negative_never": (
        "{expected} were to be expected (CVR {cvr}); chance of none: less than 1 in a billion",
        "按转化率 {cvr} 应有约 {expected} 次转化；偶然为零的概率低于十亿分之一",
    ),
    "bd_suggested_keyword": (
        "a click is worth {worth} {currency} and cost {paid} (CVR {cvr}, shrunk to its keyword's {parent})",
        "每次点击价值 {worth} {currency}，花费 {paid}（转化率 {cvr}，已向所属关键词的 {parent} 收缩）",
    ),
    "bd_suggested_keyword_cpa": (
        "a click is worth {worth} conversions and cost {paid} {currency} (CVR {cvr}, shrunk to its keyword's "
        "{parent})",
        "每次点击带来 {worth} 次转化，花费 {paid} {currency}（转化率 {cvr}，已向所属关键词的 {parent} 收缩）",
    ),
    "bd_words": ("Words that advertising law forbids", "广告法禁用词"),
    "bd_words_caption": (
        "Warnings, never a block: names of registered brands, for instance, may be exempt (terms.exempt).",
        "仅为提醒，不会拦截；例如注册商标可予豁免（terms.exempt）。",
    ),
    "bd_word": ("Word", "词语"),
    "bd_text": ("Text", "原文"),
    "bd_where": ("Where", "位置"),
    "bd_word_reason": ("Why", "理由"),
    "bd_words_hidden": ("Left out here: {n}.", "此处略去其余 {n} 条。"),
    # inputs
    "bd_inputs": ("What it was made from", "数据与配置"),
    "bd_short_inputs": ("Inputs", "数据"),
    "bd_files": ("Files read", "读取的文件"),
    "bd_files_caption": ("Files: {files}, rows: {rows}.", "共 {files} 个文件，{rows} 行。"),
    "bd_files_hidden": ("Files left out here: {n}.", "此处略去其余 {n} 个文件。"),
    "bd_file": ("File", "文件"),
    "bd_kind": ("Kind", "类型"),
    "bd_reader": ("Reader", "格式"),
    "bd_rows": ("Rows", "行数"),
    "bd_days": ("Days", "日期范围"),
    "bd_written": ("Written as", "写法"),
    "bd_report_keywords": ("keywords", "关键词"),
    "bd_report_hours": ("hours", "分时"),
    "bd_report_segments": ("devices, audiences", "设备与人群"),
    "bd_report_terms": ("search terms", "搜索词"),
    "bd_report_lags": ("conversion lags", "转化延迟"),
    "bd_report_landscape": ("bid simulator", "出价模拟"),
    "bd_report_settings": ("settings", "设置"),
    "bd_report_ads": ("ads", "广告文案"),
    "bd_reader_canonical": ("our own columns", "标准列"),
    "bd_reader_auto": ("detected", "自动识别"),
    "bd_reader_google_ads": ("Google Ads", "Google Ads"),
    "bd_reader_google_ads_editor": ("Google Ads Editor", "Google Ads Editor"),
    "bd_reader_microsoft_ads": ("Microsoft Advertising", "Microsoft Advertising"),
    "bd_reader_microsoft_bulk": ("Microsoft Advertising bulk file", "Microsoft Advertising 批量文件"),
    "bd_reader_amazon_ads": ("Amazon Ads", "Amazon Ads"),
    "bd_reader_amazon_bulk": ("Amazon Ads bulk sheet", "Amazon Ads 批量表"),
    "bd_reader_zhitongche": ("Taobao zhitongche", "直通车"),
    "bd_platform_google_ads": ("Google Ads", "Google Ads"),
    "bd_platform_microsoft_ads": ("Microsoft Advertising", "Microsoft Advertising"),
    "bd_platform_amazon_ads": ("Amazon Ads", "Amazon Ads"),
    "bd_platform_zhitongche": ("Taobao zhitongche", "直通车"),
    "bd_platform_pinduoduo": ("Pinduoduo", "拼多多"),
    "bd_platform_generic": ("generic platform", "通用平台"),
    "bd_written_as": (
        "{encoding}, cells apart by {delimiter}, decimal mark “{decimal}”",
        "{encoding}，分隔符 {delimiter}，小数点“{decimal}”",
    ),
    "bd_written_sheet": ("workbook, sheet “{sheet}”", "工作簿，工作表“{sheet}”"),
    "bd_tabs": ("tabs", "制表符"),
    "bd_quoted": ("“{text}”", "“{text}”"),
    "bd_file_other": ("{n} rows of other kinds than keywords were passed over", "跳过 {n} 行非关键词记录"),
    "bd_file_nameless": ("{n} rows without a keyword were left out", "剔除 {n} 行没有关键词的记录"),
    "bd_file_late": ("{n} rows after {day} were left out", "剔除 {n} 行 {day} 之后的记录"),
    "bd_file_clicks": ("{n} rows have more clicks than impressions", "{n} 行的点击多于展现"),
    "bd_file_days": ("figures for {n} days were divided by {n}", "{n} 天的数据已除以 {n}"),
    "bd_file_revenue": ("the report has no revenue", "报表没有收入"),
    "bd_file_full": (
        "the sheet is full ({n} rows): rows may be missing", "工作表已满（{n} 行），可能缺少记录"
    ),
    # why a word is not allowed, and where it stands
    "bd_law_named": ("named in Article 9 (3) of the Advertising Law", "《广告法》第九条第（三）项列明"),
    "bd_law_official": (
        "claims a rank that only a state or the world could give, like 国家级",
        "声称只有国家或世界范围才能授予的级别（如“国家级”）",
    ),
    "bd_law_superlative": ("a superlative, alike in meaning to 最佳", "与“最佳”含义相同的极限用语"),
    "bd_law_top": ("claims the utmost grade, alike in meaning to 最高级", "与“最高级”含义相同的用语"),
    "bd_law_first": (
        "claims the first rank; as a fact of sales it has to name time, place and source",
        "声称排名第一；如属销售事实，须注明时间、地域与来源",
    ),
    "bd_law_order": (
        "claims to be the first of its kind; exempt only with time and place, and if it can be proved",
        "声称同类首个；仅在注明时间、地域且能够证明时豁免",
    ),
    "bd_law_dated": (
        "names a time or a source: exempt by Article 6 (6) of the guide of 2023 if it can be proved",
        "已注明时间或来源：如能证明，按二〇二三年执法指南第六条第（六）项豁免",
    ),
    "bd_law_state": (
        "uses the name of the state, which Article 9 (2) of the Advertising Law forbids",
        "使用国家机关等名义，为《广告法》第九条第（二）项所禁止",
    ),
    "bd_law_well_known": (
        "may not be advertised with: Article 14 of the Trademark Law",
        "《商标法》第十四条禁止将其用于广告宣传",
    ),
    "bd_law_only": ("claims to be without equal", "声称独一无二"),
    "bd_law_price": (
        "claims the lowest price; as a fact it has to be proved",
        "声称最低价；如属事实，须能证明",
    ),
    "bd_place_keyword": ("keyword", "关键词"),
    "bd_place_headline": ("headline {n}", "标题 {n}"),
    "bd_place_long_headline": ("long headline {n}", "长标题 {n}"),
    "bd_place_short_headline": ("short headline {n}", "短标题 {n}"),
    "bd_place_title": ("title {n}", "标题 {n}"),
    "bd_place_text": ("text {n}", "正文 {n}"),
    "bd_place_description": ("description {n}", "描述 {n}"),
    "bd_place_path": ("path {n}", "路径 {n}"),
    "bd_place_of": ("{kind}, {owner}", "{kind}，{owner}"),
    "bd_place_more": ("{place} and {n} more", "{place}，另有 {n} 处"),
    # notes of the engine
    "bd_flat_clicks": (
        "{clicks} clicks: below {least} a curve by hour is no better than a flat week",
        "{clicks} 次点击：少于 {least} 次时，分时曲线并不优于不分时",
    ),
    "bd_flat_conversions": ("no conversion in {clicks} clicks", "{clicks} 次点击没有转化"),
    "bd_flat_platform": ("{platform} takes no modifiers by hour", "{platform} 不支持分时系数"),
    "bd_flat_off": ("slots.enabled is off", "配置中 slots.enabled 已关闭"),
    "bd_flat_report": ("no report tells clicks by hour", "没有报表给出分时点击"),
    "bd_flat_campaign": ("the report by hour has no such campaign", "分时报表中没有该计划"),
    "bd_note_no_response": (
        "No day tells bids, cost and clicks together, so how the account responds is not known: alpha is "
        "alpha.start "
        "of the configuration.",
        "没有任何一天同时给出出价、花费和点击，无法得知账户的响应：alpha 取配置中的 alpha.start。",
    ),
    "bd_note_most_negatives": (
        "Of {found} search terms to exclude the first {given} are given (terms.most).",
        "建议否定的搜索词共 {found} 个，仅列前 {given} 个（terms.most）。",
    ),
    "bd_note_most_keywords": (
        "Of {found} search terms to add as keywords the first {given} are given (terms.most).",
        "建议添加的关键词共 {found} 个，仅列前 {given} 个（terms.most）。",
    ),
    "bd_note_most_words": (
        "Of {found} words that advertising law forbids the first {given} are given.",
        "广告法禁用词共 {found} 处，仅列前 {given} 处。",
    ),
    "bd_note_over_budget": (
        "The expected spend of {spend} is above the budget of {budget}: bids may not fall further in one "
        "night.",
        "预期花费 {spend} 高于预算 {budget}：单夜下调幅度已达上限。",
    ),
}
