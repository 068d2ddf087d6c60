"""Believable nights, built by hand from a seed: a full one and the awkward ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from bidder.keywords.bids.elasticity import Elasticity
from bidder.keywords.bids.expected import Outlook, effect
from bidder.keywords.data import AccountDays, KeywordTable, MatchType, Night
from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.result import (
    Alpha,
    Bids,
    Block,
    Check,
    ClickValue,
    Proposal,
    Reason,
    Schedule,
    SegmentModifiers,
    codes,
)
from bidder.money import MICROS
from bidder.reports.bids_data import BidsPage, DataRow, NightRow, Suggestion, WordWarning

DAY = date(2026, 10, 14)
TARGET = 4.0
NASTY = '</script><script>document.title="pwned"</script><img src=x onerror="document.title=1">“双十一”🎉'
CAMPAIGNS = ("品牌词", "连衣裙 长尾词", "Shoes generic", "智能投放")
WORDS = (
    "连衣裙", "碎花 连衣裙 夏", "running shoes", "法式 连衣裙 小个子 显瘦", "brand 官方旗舰店",
    "sneakers women",
    "衬衫", "trail shoes size 44", "夏季 新款 女装", "蓝色 半身裙", "waterproof hiking shoes for men",
)


def sample_proposal(
    keywords: int = 60, campaigns: tuple[str, ...] = CAMPAIGNS, seed: int = 7, **changes: Any
) -> Proposal:
    """A night of an account; the last campaign's bids are set by the platform where there are several."""
    rng = np.random.default_rng(seed)
    table = _table(keywords, campaigns, rng)
    value = _value(table, rng)
    alpha = Alpha(1.06, 1.31, 1.12, 1.12, 1.12, "budget", -0.7, 1.5, "response", 1.12)
    bids = _bids(table, value, alpha.chosen, rng)
    outlook = _outlook(table, value)
    night = Night(
        DAY.toordinal(), table, _days(table, rng), bids.old, np.full(keywords, -1, np.int64),
        np.zeros(keywords, np.int32), ("other",),
    )
    proposal = Proposal(
        night, value, TARGET, 1.02 * outlook.spend(bids.old, bids.new) if keywords else 100.0, alpha, bids,
        _schedule(campaigns, rng), _segments(campaigns), effect(outlook, bids.old, bids.new), _checks(),
    )
    return replace(proposal, **changes)


def sample_page(**changes: Any) -> BidsPage:
    """Everything around it."""
    page = BidsPage(
        "nightly", "2026-10-14-3f2a9c01b7de", "shop-cn", "google_ads", "CNY", "Asia/Shanghai", DAY,
        sample_nights(), _data(), _suggestions(),
        (
            WordWarning("最佳", "全网最佳 连衣裙", "keyword", "a superlative, alike in meaning to 最佳"),
            WordWarning("第一", "销量第一", "headline 2",
                        "claims the first rank; as a fact of sales it has to name time, place and source"),
        ),
        (), "name: nightly\ntarget: {roas: 4.0}\n",
    )
    return replace(page, **changes)


def sample_nights(count: int = 14) -> tuple[NightRow, ...]:
    """Earlier nights: alpha comes to rest, one night was stopped."""
    rows = []
    for k in range(count):
        chosen = 1.12 - 0.45 * 0.7**k
        state = "stopped" if k == 5 else "confirmed" if k < count - 1 else "exported"
        roas = 4.0 + 0.9 * 0.72**k + 0.05 * np.sin(k)
        day = DAY - timedelta(days=count - k)
        rows.append(NightRow(day, state, chosen, chosen - 0.05, float(roas), 2800.0 + 90 * k, 40 - k))
    return tuple(rows)


def stopped_proposal() -> Proposal:
    """Conversions were not reported, and cost has jumped."""
    failed = (
        Check("zero_conversions", False, 3.2e-9, 1e-6, "probability",
              "The last 2 days have no conversion from 564 clicks, where about 21.7 were to be expected by "
              "now; chance does that with probability 3.2e-09, and the limit is 1e-06."),
        _jump("cost", 7.4, "2,911.5", "1,036.4", passed=False),
        Check("missing_hours", False, 19.0, 24.0, "hours",
              "The report by hour holds 19 of the last day's 24 hours; 24 are needed. Missing: 19:00, 20:00, "
              "21:00, 22:00, 23:00."),
    )
    return sample_proposal(checks=(*_checks()[:2], *failed))


def cpa_proposal() -> Proposal:
    """A target CPA of 45: values are counted in conversions."""
    base = sample_proposal()
    value = replace(base.value, order_value=np.ones(60), value=base.value.cvr.copy())
    return replace(base, value=value, target=1 / 45)


def empty_proposal() -> Proposal:
    """An account without a keyword."""
    return replace(
        sample_proposal(0, ()), checks=(), budget=None,
        alpha=Alpha(1.0, np.inf, np.inf, 1.0, 1.0, "none", np.nan, np.nan, "start", 1.0),
    )


def renamed_proposal(name: str) -> Proposal:
    """The full one under another name, wherever a user's text can stand."""
    base = sample_proposal(campaigns=(name, "=cmd()", "long name " * 19, name + "2"))
    table = base.night.keywords
    words = np.array([f"{name}{k}" for k in range(len(table))], dtype=object)
    table = replace(table, keyword=words, ad_groups=tuple(name for _ in table.ad_groups))
    segments = tuple(replace(s, segments=(name, *s.segments[1:])) for s in base.segments)
    schedule = replace(base.schedule, flat={name: name})
    checks = (Check(name, False, 1.0, 2.0, name, name), *base.checks)
    value = replace(base.value, strengths={name: 12.0})
    return replace(
        base, night=replace(base.night, keywords=table), segments=segments, schedule=schedule, checks=checks,
        notes=(name,), value=value,
    )


def renamed_page(name: str) -> BidsPage:
    """The same for what stands around it."""
    return sample_page(
        name=name, run_id=name, account=name, platform=name, time_zone=name,
        nights=tuple(replace(n, state=name) for n in sample_nights()),
        data=(DataRow(name, name, name, 3, None, None, name, (name,)),),
        suggestions=(Suggestion(name, name, name, name, 3, 4.0, 0.0, name),),
        warnings=(WordWarning(name, name, name, name),), notes=(name,), config_text=f"{name}\n<!--<script>",
    )


def _table(count: int, campaigns: tuple[str, ...], rng: np.random.Generator) -> KeywordTable:
    owner = np.sort(rng.integers(0, max(len(campaigns), 1), count)).astype(np.int32)
    clicks = np.floor(rng.lognormal(4.2, 1.5, count)).astype(np.int64)
    clicks[rng.random(count) < 0.1] = 0
    order_value = 203.0
    conversions = rng.binomial(clicks, rng.beta(3, 80, count)).astype(np.float64) if count else np.zeros(0)
    max_cpc = np.round(rng.lognormal(1.0, 0.3, count), 2) * MICROS
    max_cpc = max_cpc.astype(np.int64)
    if count > 10:
        max_cpc[[3, 4]] = -1
    cost = np.floor(clicks * np.maximum(max_cpc, 0) * 0.8).astype(np.int64)
    revenue = np.floor(conversions * order_value * MICROS * rng.uniform(0.8, 1.2, count)).astype(np.int64)
    words = np.array([f"{WORDS[k % len(WORDS)]}{'' if k < len(WORDS) else f' {k}'}" for k in range(count)],
                     dtype=object)
    if count > 20:
        words[12], words[13] = "</script><script>alert(1)</script>", "=cmd()"
    small = np.zeros(count, np.int8)
    return KeywordTable(
        campaigns, tuple(f"{c} / A" for c in campaigns), np.arange(len(campaigns), dtype=np.int32), words,
        np.full(count, MatchType.EXACT, np.int8), owner, owner.copy(), clicks * 30, clicks, cost, revenue,
        conversions, clicks * 0.8, clicks * 0.75, conversions * 0.8, revenue / MICROS * 0.8, max_cpc,
        np.full(count, -1, np.int64), small, small, small, small, small, np.full(count, np.nan),
        np.full(count, "", dtype=object),
    )


def _value(table: KeywordTable, rng: np.random.Generator) -> ClickValue:
    count = len(table)
    parent = 0.033 + 0.004 * (table.campaign % 3)
    cvr = (table.weighted_conversions + 85 * parent) / (table.matured_clicks + 85)
    order_value = np.round(203.0 * rng.uniform(0.9, 1.1, count), 2)
    return ClickValue(
        cvr, table.matured_clicks + 85, parent, order_value, cvr * order_value,
        {"ad_group": 85.2, "segment": 310.5, "account": 1204.0},
    )


def _bids(table: KeywordTable, value: ClickValue, alpha: float, rng: np.random.Generator) -> Bids:
    count, old = len(table), table.max_cpc
    explored = np.where((table.clicks < 12) & (rng.random(count) < 0.6), rng.uniform(0.8, 1.3, count), 1.0)
    supported = np.rint(alpha * value.value / TARGET * MICROS).astype(np.int64)
    wanted = np.rint(supported * explored).astype(np.int64)
    if count > 30:
        wanted[[25, 26, 27]] = supported[[25, 26, 27]] * 1.3 // 1
    new, bound = wanted.copy(), np.zeros(count, np.int64)
    for low, high, code in ((0, 4_000_000, Bound.BID_MAX), (0, old * 1.2, Bound.MAX_RAISE),
                            (old * 0.7, 10**15, Bound.MAX_CUT)):
        held = np.clip(new, low, high).astype(np.int64)
        bound, new = np.where(held != new, code, bound), held
    new = np.where(new < old, -(-new // 10_000), new // 10_000) * 10_000
    still = np.abs(new - old) < 0.01 * np.abs(old)
    automated = (table.campaign == 3) if len(table.campaigns) > 3 else np.zeros(count, np.bool_)
    for rows, code in ((still, Bound.LEAST_CHANGE), (rng.random(count) < 0.04, Bound.HUMAN_EDIT),
                       (old < 0, Bound.NO_REFERENCE), (automated, Bound.AUTOMATED)):
        bound, new = np.where(rows, code, bound), np.where(rows, old, new)
    reason = np.where(old < 0, Reason.NO_BID, np.where(explored != 1, Reason.EXPLORE, Reason.VALUE))
    if count > 30:
        reason[25], reason[26], reason[27] = Reason.POSITION, Reason.LANDSCAPE, Reason.QUALITY
    return Bids(old, supported, wanted, new, codes(reason), codes(bound), explored)


def _outlook(table: KeywordTable, value: ClickValue) -> Outlook:
    clicks = table.clicks / 14
    conversions = clicks * value.cvr
    return Outlook(
        table.cost / MICROS / 14, clicks, conversions, conversions * value.order_value, np.zeros(len(table)),
        Elasticity(1.5, 1.5), 0.8 / 1.5, 0.12,
    )


def _days(table: KeywordTable, rng: np.random.Generator) -> AccountDays:
    days = 28
    mood = rng.uniform(0.9, 1.1, days)
    clicks = np.rint(table.clicks.sum() / days * mood).astype(np.int64)
    cost = np.rint(table.cost.sum() / days * mood).astype(np.int64)
    return AccountDays(
        DAY.toordinal() - np.arange(days - 1, -1, -1), np.ones(days, np.bool_), clicks * 30, clicks, cost,
        np.rint(table.revenue.sum() / days * mood).astype(np.int64), table.conversions.sum() / days * mood,
        cost / MICROS * 1.2, np.zeros(days),
    )


def _schedule(campaigns: tuple[str, ...], rng: np.random.Generator) -> Schedule:
    hours = np.arange(168) % 24
    shape = 1 + 0.25 * np.sin((hours - 14) / 24 * 2 * np.pi) + 0.15 * (hours >= 20)
    count = len(campaigns)
    effects = np.array([shape * (1 + 0.04 * rng.normal(size=168)) for _ in campaigns]).reshape(count, 168)
    modifier, blocks = np.ones((count, 168)), []
    flat = {}
    for c, name in enumerate(campaigns):
        if c % 4 == 3:
            flat[name] = "820 clicks: below 2,000 a curve by hour is no better than a flat week"
        for d in range(7):
            for start, end in ((0, 8), (8, 14), (14, 20), (20, 24)):
                part = slice(24 * d + start, 24 * d + end)
                mean = float(effects[c, part].mean()) * (1 + 0.02 * (d > 4))
                level = 1.0 if name in flat else round(mean, 2)
                modifier[c, part] = level
                blocks.append(Block(c, d, start * 60, end * 60, level))
    return Schedule(campaigns, effects, modifier, tuple(blocks), flat)


def _segments(campaigns: tuple[str, ...]) -> tuple[SegmentModifiers, ...]:
    devices, audiences = ("MOBILE", "DESKTOP", "TABLET"), ("加购未买", "returning", "new")
    shape = (len(campaigns), 3)
    effects = np.tile([1.1, 0.82, 0.6], (shape[0], 1)).reshape(shape)
    return (
        SegmentModifiers("device", campaigns, devices, effects, np.round(effects, 1)),
        SegmentModifiers("audience", campaigns, audiences, effects + 0.2, effects + 0.1),
    )


def _jump(metric: str, sigmas: float, amount: str, expected: str, passed: bool = True) -> Check:
    said = (
        f"The last day's {metric} come to {amount}, where about {expected} were to be expected from 8 "
        f"earlier Wednesdays and the last days: {sigmas:.1f} standard deviations off; the limit is 5."
    )
    return Check(f"jump_{metric}", passed, sigmas, 5.0, "standard deviations", said)


def _checks() -> tuple[Check, ...]:
    return (
        Check("spend_change", True, 0.083, 0.3, "share",
              "Expected spend of a day goes from 1,051.20 to 1,138.40, by +8.3%; the limit is 30%."),
        Check("changed_share", True, 0.71, 0.8, "share",
              "27 of 38 keywords that may change do, 71.1%; the limit is 80%."),
        Check("missing_hours", True, 0.0, 0.0, "hours",
              "There is no report by hour, so that hours of the last day are not checked."),
        Check("zero_conversions", True, 1.0, 1e-6, "probability", "The last day has 11 conversions."),
        _jump("clicks", 0.8, "291", "282"), _jump("cost", 1.4, "1,087.2", "1,036.4"),
        _jump("conversions", 2.1, "14.2", "10.8"),
    )


def _data() -> tuple[DataRow, ...]:
    first = DAY - timedelta(days=27)
    return (
        DataRow("reports/keywords.csv", "google_ads", "keywords", 1680, first, DAY, "utf-16-le tabs . CNY",
                ("2 rows before the header were left out",)),
        DataRow("reports/hours.csv.gz", "canonical", "hours", 2688, first, DAY, "utf-8 , . CNY"),
    )


def _suggestions() -> tuple[Suggestion, ...]:
    return (
        Suggestion(
            "negative", "连衣裙 图片", CAMPAIGNS[1], "A", 212, 341.5, 0.0, "212 clicks cost 341.50 CNY "
            "without a conversion, where a CVR of 3.10% leads to expect 6.6: by chance 1 in 400",
        ),
        Suggestion(
            "negative", "shoes repair", CAMPAIGNS[2], "A", 95, 188.0, 0.0, "95 clicks cost 188.00 CNY "
            "without a conversion, where a CVR of 5.30% leads to expect 5.0: by chance 1 in 150",
        ),
        Suggestion(
            "keyword", "法式 碎花 连衣裙 长款", CAMPAIGNS[1], "A", 66, 88.0, 5.0, "5 conversions in 66 "
            "clicks at 1.33 CNY each; its CVR, shrunk to the 3.10% of its keyword, is 5.20%, so a click is "
            "worth 9.36 CNY",
        ),
    )
