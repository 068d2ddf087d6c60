"""Absolute terms of the Advertising Law: what is found, what is let pass, and where things stand."""

from __future__ import annotations

from itertools import chain

import pytest
from ad_law_texts import FINE, WARNED
from hypothesis import given
from hypothesis import strategies as st

from bidder.keywords.terms.ad_law import AdLawScreen
from bidder.keywords.terms.ad_law_contexts import AIMS, GOODS_FIRST, HARMLESS, OWN, OWN_MOST
from bidder.keywords.terms.ad_law_terms import LOOK_ALIKE, NUMBER_ONE, TERMS, TRADITIONAL, LawReason

SCREEN = AdLawScreen()
ALL_TERMS = sorted({*chain.from_iterable(TERMS.values()), *NUMBER_ONE})
NEUTRAL = st.text("连衣裙女夏棉麻衫蓝白色碎花鞋包abc 023，。！\n", max_size=12)

CLAIMS = [
    ("本品获国家级推荐", "国家级"), ("享受最高级的待遇", "最高级"), ("夏日最佳连衣裙", "最佳"),
    ("全网最低价，买到就是赚到", "全网最低价"), ("销量第一的面膜", "第一"), ("中国第一品牌", "第一品牌"),
    ("行业唯一无硅油洗发水", "唯一"), ("顶级真皮沙发", "顶级"), ("极致享受", "极致"), ("送礼首选", "首选"),
    ("世界级工艺", "世界级"), ("全球领先的芯片", "全球领先"), ("史上最强促销", "最强"),
    ("独一无二的设计", "独一无二"), ("极品大红袍", "极品"), ("绝无仅有的机会", "绝无仅有"),
    ("本店销量冠军", "销量冠军"), ("全国首家体验店", "全国首家"), ("最先进的技术", "最先进"),
    ("最受欢迎的女装", "最受欢迎"), ("最便宜的手机", "最便宜"), ("全国领先", "全国领先"),
    ("填补国内空白", "填补国内空白"), ("史无前例的优惠", "史无前例"), ("至尊体验", "至尊"),
    ("NO.1 面膜", "NO1"), ("天猫TOP1单品", "TOP1"), ("人气№1", "№1"), ("绝对正品", "绝对"),
    ("拥有无与伦比的手感", "无与伦比"), ("领导品牌", "领导品牌"), ("最时尚的款式", "最时尚"),
    ("巅峰之作", "巅峰"), ("排名第一名", "第一名"), ("这是最大的优惠", "最大"), ("最新技术", "最新技术"),
    ("全网底价", "全网底价"), ("中国第一款洗地机", "第一"), ("中國 第一款洗地機", "第一"),
    ("全国第一个", "第一"), ("国内首款", "国内首款"), ("首个智能锁", "首个"), ("全球首发", "全球首发"),
    ("全国一流", "一流"),
    ("国宴用酒", "国宴"), ("驰名商标", "驰名商标"), ("王牌产品", "王牌"), ("万能神药", "万能"),
    ("醉低价", "醉低价"), ("最佳面霜荣获金奖", "最佳"), ("大品牌最优惠", "最优惠"), ("最薄2024新款", "最薄"),
    ("全网最低9.9元", "全网最低"), ("最受宝妈喜爱", "最受"), ("人大第一食堂", "第一"),
]  # fmt: skip

DISGUISED = [
    ("最_佳", "最佳"), ("最♡佳", "最佳"), ("唯\ufe0f一", "唯一"),
    ("最 佳 选择", "最佳选择"), ("最*佳", "最佳"), ("最·高·级", "最高级"), ("「最」佳", "最佳"),
    ("國家級", "国家级"), ("銷量冠軍", "销量冠军"), ("絕對正品", "绝对"), ("頂級", "顶级"),
    ("獨一無二", "独一无二"), ("極品", "极品"), ("全網最低價", "全网最低价"), ("NO１", "NO1"),
    ("ＮＯ．１", "NO1"), ("no 1", "NO1"), ("Top-1", "TOP1"), ("ｔｏｐ１", "TOP1"), ("销量第1", "第一"),
    ("第①", "第一"), ("第\u200b一", "第一"), ("唯\u3000一", "唯一"), ("独1无二", "独一无二"),
    ("最、佳", "最佳"), ("国-家-级", "国家级"), ("首 選", "首选"), ("国·家·级认证", "国家级"),
    ("蕞好", "最好"), ("朂低价", "最低价"), ("弟一品牌", "第一品牌"), ("苐一", "第一"),
    ("第壹品牌", "第一品牌"), ("無敵", "无敌"), ("惟一", "唯一"), ("最\u3164佳", "最佳"), ("最\uff3f佳",
    "最佳"),
    ("最\u2fbc级", "最高级"), ("馳名商標", "驰名商标"), ("第㊀", "第一"),
]  # fmt: skip

HARMLESS_TEXTS = [
    "第一次来店立减", "上市第一天", "第一季新番", "第一时间发货", "小学语文第1单元", "第1-3章", "第10名",
    "第一百货大楼", "全国第一次人口普查", "最大码可穿到200斤", "最小尺寸", "最新款连衣裙", "最高温度60度",
    "最低起订量2件", "最大功率65W", "最佳食用时间", "最佳赏味期限", "最佳观看距离", "最好不要暴晒",
    "追求极致", "力争第一", "客户第一", "安全第一", "没有最好只有更好", "国家级非物质文化遗产",
    "国家级高新技术企业", "国家级自然保护区", "最佳导演奖", "首席执行官", "最高人民法院", "顶级域名注册",
    "极品飞车", "绝对值计算", "绝对伏特加", "唯一标识符", "首选项设置", "最强大脑", "最近热搜", "最后三天",
    "最终解释权", "一级能效空调", "南极品牌羽绒服", "电极品质", "拒绝对话", "元首选举", "TOP10榜单",
    "TOP100", "stop1", "casino1", "no10", "no 1.5", "大家最。佳能相机", "等级高，级别低", "我最高兴的一天",
    "最高可减200", "最高立减50元", "最低16度", "最快30分钟达", "力求最佳", "努力成为行业第一",
    "本店最大的尺码", "本系列 最轻", "至尊版", "最新款", "最新日期", "宝宝的第一款手机", "兄弟一起",
    "兄弟1起", "首个订单",
    "品牌首款", "统一流程", "万能充电器", "红点最佳产品设计奖", "驰名商标申请", "最大号", "第一波",
    "历史最低气温", "第 一 次", "第一屆", "國家級非物質文化遺產", "", " ", "普通连衣裙女夏",
    "running shoes",
]  # fmt: skip


def names(text: str, screen: AdLawScreen = SCREEN) -> list[str]:
    return [finding.term for finding in screen.find(text)]


@pytest.mark.parametrize(("text", "term"), CLAIMS + DISGUISED)
def test_a_claim_is_found(text: str, term: str) -> None:
    assert names(text) == [term]


@pytest.mark.parametrize("text", HARMLESS_TEXTS)
def test_what_is_no_claim_passes(text: str) -> None:
    assert names(text) == []


def test_a_harmless_phrase_excuses_nothing_beside_it() -> None:
    assert names("第一次买到第一品牌") == ["第一品牌"]
    assert names("追求极致，做最好的产品") == ["最好"]
    assert names("最新款最佳连衣裙第一天唯一") == ["最佳", "唯一"]


@given(st.sampled_from(ALL_TERMS), NEUTRAL, NEUTRAL)
def test_a_plain_term_in_neutral_text_is_always_found(term: str, before: str, after: str) -> None:
    if term in NUMBER_ONE:
        before, after = f"{before}，", f"，{after}"
    elif after[:1] in [*"0123abc"]:
        after = f"，{after}"
    found = SCREEN.find(before + term + after)
    assert [(f.term, f.start, f.end) for f in found] == [(term, len(before), len(before) + len(term))]


@given(st.sampled_from(sorted(chain.from_iterable(HARMLESS.values()))), NEUTRAL, NEUTRAL)
def test_a_harmless_phrase_in_neutral_text_always_passes(phrase: str, before: str, after: str) -> None:
    assert SCREEN.find(f"{before}，{phrase}，{after}") == []


@given(st.sampled_from(AIMS), st.sampled_from(ALL_TERMS))
def test_what_is_striven_for_is_no_claim(aim: str, term: str) -> None:
    assert SCREEN.find(aim + term) == []
    assert names(f"{aim}卓越，{term}") != []


@given(st.sampled_from(OWN), st.sampled_from(OWN_MOST))
def test_a_comparison_within_the_own_range_is_no_claim(own: str, most: str) -> None:
    assert SCREEN.find(f"{own}{most}") == []
    assert names(most) != []


@pytest.mark.parametrize("first", GOODS_FIRST)
def test_the_first_of_a_place_is_a_claim_and_the_first_of_a_person_is_none(first: str) -> None:
    assert names(f"全国{first}") == ["第一"]
    assert names(f"宝宝的{first}") == []


def test_the_labelled_texts_are_told_apart() -> None:
    """Of those to be warned of at least 98 in 100 are, and of the warnings at least 98 in 100 are right."""
    missed = [text for text in WARNED if not SCREEN.find(text)]
    wrong = [text for text in FINE if SCREEN.find(text)]
    assert min(len(WARNED), len(FINE)) >= 100
    assert not {*WARNED} & {*FINE}
    found = len(WARNED) - len(missed)
    assert found >= 0.98 * len(WARNED), missed
    assert found >= 0.98 * (found + len(wrong)), wrong


def test_every_harmless_phrase_has_something_to_excuse() -> None:
    terms = [*chain.from_iterable(TERMS.values())]
    idle = [p for p in chain.from_iterable(HARMLESS.values()) if not any(term in p for term in terms)]
    assert idle == []


def test_no_phrase_is_both_a_term_and_harmless() -> None:
    assert {*chain.from_iterable(HARMLESS.values())} & {*ALL_TERMS} == set()


def test_a_character_has_one_traditional_form() -> None:
    simplified, traditional = TRADITIONAL[::2], TRADITIONAL[1::2]
    assert len(set(simplified)) == len(simplified)
    assert not set(simplified) & set(traditional)
    alike = [*chain.from_iterable(LOOK_ALIKE.values()), *traditional]
    assert len(set(alike)) == len(alike)
    assert not set(alike) & set(LOOK_ALIKE)


def test_reasons_tell_what_the_law_says() -> None:
    text = "国家级，最佳，最美，第一，唯一，NO.1，全网最低价，顶级，首款，国宴，驰名商标，世界级"
    reasons = {f.term: f.reason for f in SCREEN.find(text)}
    assert reasons == {
        "国家级": LawReason.NAMED, "最佳": LawReason.NAMED, "最美": LawReason.SUPERLATIVE,
        "第一": LawReason.FIRST, "唯一": LawReason.ONLY, "NO1": LawReason.FIRST,
        "全网最低价": LawReason.PRICE, "顶级": LawReason.TOP,
        "首款": LawReason.ORDER, "国宴": LawReason.STATE, "驰名商标": LawReason.WELL_KNOWN,
        "世界级": LawReason.OFFICIAL,
    }  # fmt: skip


@pytest.mark.parametrize(
    "fact",
    ["2023年3月", "6月18日", "截至2024年底", "数据来源：某机构", "据某机构统计数据", "统计周期见详情"],
)
def test_a_fact_with_its_time_or_source_is_told_to_be_exempt_if_proved(fact: str) -> None:
    """Sales and the order of events; the time makes no superlative better."""
    text = f"{fact} 国内首款 销量第一 最佳"
    assert [f.reason for f in SCREEN.find(text)] == [LawReason.DATED, LawReason.DATED, LawReason.NAMED]


def test_a_year_in_a_title_is_no_source() -> None:
    assert [f.reason for f in SCREEN.find("2024新款 国内首款")] == [LawReason.ORDER]


@pytest.mark.parametrize(
    ("exempt", "text", "found"),
    [
        ("老第一牌", "老第一牌酱油", []),
        ("老第一牌", "老 第一牌酱油销量第一", ["第一"]),
        ("Best最佳", "BEST最佳", []),
        ("極致", "极致享受", []), ("", "最佳", ["最佳"]), (" ", "最佳", ["最佳"]), ("(.*)", "最佳", ["最佳"]),
        ("NO.1", "NO1面膜", []),
    ],
)  # fmt: skip
def test_exempt_texts_pass_as_they_stand(exempt: str, text: str, found: list[str]) -> None:
    assert names(text, AdLawScreen([exempt])) == found


SAID = [*(text for text, _ in CLAIMS + DISGUISED), *HARMLESS_TEXTS]


@given(st.lists(NEUTRAL | st.sampled_from(SAID), max_size=8))
def test_many_texts_are_each_screened_alone(texts: list[str]) -> None:
    together = [(f.text, f.start, f.end, f.term) for f in SCREEN.find_all(texts)]
    alone = [(i, f.start, f.end, f.term) for i, text in enumerate(texts) for f in SCREEN.find(text)]
    assert together == alone


def test_a_term_does_not_reach_from_one_text_into_the_next() -> None:
    assert [f.term for f in SCREEN.find_all(["最", "佳", "唯一\n", "无二"])] == ["唯一"]


@given(st.text(max_size=60))
def test_any_text_can_be_screened(text: str) -> None:
    for finding in SCREEN.find(text):
        assert 0 <= finding.start < finding.end <= len(text)


def test_a_huge_text_is_screened_in_one_go() -> None:
    unit = "连衣裙最佳第一次最 新 款唯一，"
    found = SCREEN.find(unit * 30_000)
    assert [f.term for f in found] == ["最佳", "唯一"] * 30_000
    assert found[-1].start == len(unit) * 29_999 + unit.index("唯一")
    assert SCREEN.find("最   " * 200_000) == []


def test_more_texts_than_are_searched_at_once() -> None:
    texts = ["连衣裙"] * 140_000
    texts[70_000] = texts[139_999] = "唯一的连衣裙"
    assert [(f.text, f.start) for f in SCREEN.find_all(texts)] == [(70_000, 0), (139_999, 0)]
