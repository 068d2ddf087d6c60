"""The report of a night as text: sections, sentences, tables, escaping, the same bytes, bounded size."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
import re
import string
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bids_sample import (
    NASTY,
    cpa_proposal,
    empty_proposal,
    renamed_page,
    renamed_proposal,
    sample_page,
    sample_proposal,
    stopped_proposal,
)
from test_plan_report import Outline, charts

from bidder.keywords.data import AccountDays, HourTable, MatchType
from bidder.keywords.guardrails.account_stop import account_checks
from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.platforms import PROFILES
from bidder.keywords.result import Check, Proposal, Reason
from bidder.keywords.slots.schedule import make_schedule
from bidder.keywords.spec_guardrails import StopRules
from bidder.keywords.spec_reports import ReportKind, ReportReader
from bidder.keywords.spec_slots import SlotSpec
from bidder.keywords.terms.ad_law_terms import LawReason
from bidder.ledger.records import RunState
from bidder.reports.bids import render_bids
from bidder.reports.bids_changes import POINTS, _bins
from bidder.reports.bids_checks import check_text
from bidder.reports.bids_notes import (
    FILES,
    FLAT,
    NOTES,
    PLACES,
    WARNINGS,
    flat_reason,
    text_place,
    told,
    warning_reason,
    written_as,
)
from bidder.reports.bids_said import SAID, not_made, said
from bidder.reports.bids_summary import alpha_sentence
from bidder.reports.bids_view import MINUS, BidsView
from bidder.reports.bids_why import why, why_lines
from bidder.reports.labels import Labels
from bidder.reports.labels_bids import BIDS
from bidder.reports.numbers import Lang, Numbers

EVERY = ["summary", "movers", "changes", "guardrails", "slots", "nights", "value", "terms", "inputs"]
CHECKS = ("spend_change", "changed_share", "missing_hours", "zero_conversions", "jump_clicks", "jump_cost",
          "jump_conversions")
PATTERNS = (NOTES, FLAT, FILES, WARNINGS, PLACES, SAID)
# Names of things, which are written alike in every language.
NAMES = {
    "alpha", "roas", "cvr", "cpa", "shop", "cn", "google", "ads", "asia", "shanghai", "nightly", "bidder",
    "bids", "approve", "export", "rollback", "guardrails", "bid", "max", "respect", "edits", "days", "terms",
    "exempt", "csv", "schedule", "reports", "keywords", "hours", "gz", "utf", "le", "cny", "returning", "new",
    "value", "stop", "a", "javascript",
}


@lru_cache
def full_report(lang: Lang = "en") -> str:
    return render_bids(sample_proposal(), sample_page(), lang)


def text(html: str) -> str:
    """All that a reader sees, without markup and charts."""
    outline = Outline(html)
    words = ("p", "li", "dt", "dd", "td", "th", "bdi", "span", "h1", "h2", "h3", "h4", "figcaption",
             "summary")
    return "\n".join(t for tag in words for t in outline.text.get(tag, []))


def rows_of(chart: dict[str, Any]) -> list[dict[str, Any]]:
    """All rows that a chart is drawn from."""
    return [row for rows in chart["spec"]["datasets"].values() for row in rows]


def view(proposal: Proposal | None = None, lang: Lang = "en", **page: object) -> BidsView:
    return BidsView(proposal or sample_proposal(), sample_page(**page), Labels(lang), Numbers(lang, "CNY"))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_section_is_there_with_its_values_as_tables(lang: Lang) -> None:
    html = full_report(lang)
    outline = Outline(html)
    assert outline.stack == []
    assert outline.anchors() == EVERY
    places = [attrs["id"] for _, attrs in outline.tags if attrs.get("class") == "chart"]
    assert places == [c["id"] for c in charts(html)]
    assert len(places) == 9
    assert outline.count("table") >= outline.count("figure")
    assert "NaN" not in json.dumps(charts(html))
    assert ("What to do" in html) == (lang == "en")
    assert ("需要做什么" in html) == (lang == "zh")


def test_a_chinese_report_has_no_english_words_but_names() -> None:
    page = sample_page(name="夜间", config_text="")
    html = render_bids(sample_proposal(), dataclasses.replace(page, run_id="1"), "zh")
    shown = text(html)
    for word in sample_proposal().night.keywords.keyword:
        shown = shown.replace(str(word), "")
    for name in ("Shoes generic", "shoes repair"):
        shown = shown.replace(name, "")
    found = {w.lower() for w in re.findall(r"[A-Za-z]{2,}", shown)}
    unknown_note = {"rows", "before", "the", "header", "were", "left", "out"}
    assert found - NAMES == unknown_note
    titles = set(_titles([c["spec"] for c in charts(html)]))
    assert "原出价（元）" in titles
    assert {w.lower() for t in titles for w in re.findall(r"[A-Za-z]{2,}", t)} <= NAMES


def _titles(node: Any) -> Iterator[str]:
    """Titles of axes and tooltips, wherever they stand."""
    if isinstance(node, dict):
        if isinstance(node.get("title"), str):
            yield node["title"]
        node = [v for k, v in node.items() if k != "datasets"]
    if isinstance(node, list):
        for part in node:
            yield from _titles(part)


def test_sections_without_data_are_left_out() -> None:
    bare = sample_page(nights=(), data=(), suggestions=(), warnings=(), config_text="")
    proposal = sample_proposal()
    still = dataclasses.replace(proposal.bids, new=proposal.bids.old)
    quiet = dataclasses.replace(
        proposal, bids=still, segments=(), checks=(),
        schedule=dataclasses.replace(proposal.schedule, campaigns=(), blocks=(), flat={}),
    )
    assert Outline(render_bids(quiet, bare)).anchors() == ["summary", "changes", "guardrails", "value"]
    assert "No bid changes." in render_bids(quiet, bare)
    assert Outline(render_bids(empty_proposal(), bare)).anchors() == ["summary"]


# What is said


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_stopped_night_says_so_first_with_every_failed_check(lang: Lang) -> None:
    html = render_bids(stopped_proposal(), sample_page(), lang)
    notice = html.index('class="prose alarm"')
    assert notice < html.index('class="facts"')
    words = (
        "nothing was exported", "of 1 in 310,000,000; tracking may have failed",
        "7.4 standard deviations off",
        "19 of the last day&#39;s 24 hours", "Check conversion tracking",
    )
    if lang == "zh":
        words = ("没有导出任何内容", "概率为 1/310,000,000，转化跟踪可能已失效", "偏离 7.4 个标准差",
                 "24 小时中的 19 小时", "首先检查网站与账户的转化跟踪")
    assert all(word in html for word in words)
    assert "bidder bids approve" not in html
    assert 'class="prose alarm"' not in full_report(lang)


def test_headline_figures_are_those_of_the_proposal() -> None:
    proposal = sample_proposal()
    bids, effect = proposal.bids, proposal.effect
    up, down = int((bids.new > bids.old).sum()), int((bids.new < bids.old).sum())
    html = full_report()
    assert f"<dt>Bids changed</dt><dd>{up + down} of 60</dd>" in html
    assert f"{up} raised · {down} cut · {60 - up - down} untouched" in html
    assert f"<dt>ROAS</dt><dd>{effect.roas.mean:.2f}</dd>" in html
    assert f"80%: {effect.roas.low:.2f} to {effect.roas.high:.2f}" in html
    assert f"<dt>Expected spend of a day</dt><dd>CNY {effect.spend.mean:,.0f}</dd>" in html
    assert "98% of the budget" in html


def test_spend_of_keywords_adds_up_to_the_expected_spend() -> None:
    shown = view()
    assert shown.spend_before.sum() == pytest.approx(shown.proposal.effect.spend_before)
    assert shown.spend_after.sum() == pytest.approx(shown.proposal.effect.spend.mean)
    before, after = shown.campaign_spend
    assert (before.sum(), after.sum()) == pytest.approx((shown.spend_before.sum(), shown.spend_after.sum()))


def test_the_biggest_movers_are_those_that_move_most_spend() -> None:
    shown = view()
    moved = np.abs(shown.spend_after - shown.spend_before)
    assert sorted(shown.movers) == list(np.flatnonzero(shown.proposal.bids.changed))
    assert np.all(np.diff(moved[shown.movers]) <= 0)
    first = int(shown.movers[0])
    rows = re.findall(r"<tr><td><bdi>(.*?)</bdi>", full_report())
    assert rows[0] == shown.proposal.night.keywords.keyword[first]


def test_why_a_bid_is_what_it_is() -> None:
    base = sample_proposal(1, ("brand",))
    table = dataclasses.replace(
        base.night.keywords, clicks=np.array([28]), conversions=np.array([2.0]), ad_groups=("core",),
        keyword=np.array(["shoes"], dtype=object),
    )
    value = dataclasses.replace(
        base.value, cvr=np.array([0.041]), parent_cvr=np.array([0.036]), order_value=np.array([203.0]),
        value=np.array([8.32]),
    )
    bids = dataclasses.replace(
        base.bids, old=np.array([1_600_000]), supported=np.array([2_330_000]), wanted=np.array([2_330_000]),
        new=np.array([1_920_000]), reason=np.array([Reason.VALUE]), bound_by=np.array([Bound.MAX_RAISE]),
        explored=np.ones(1),
    )
    night = dataclasses.replace(base.night, keywords=table)
    proposal = dataclasses.replace(base, night=night, value=value, bids=bids)
    assert why(view(proposal), 0) == (
        "shoes (brand / core): 28 clicks, 2 orders → CVR 4.10% (group 3.60%), order value 203.00 → a click "
        "is worth 8.32; at target ROAS 4.00 and alpha 1.12 that supports 2.33; the bid goes from 1.60 to "
        "1.92 (+20%, most a bid may rise in a night)."
    )
    assert why(view(proposal, "zh"), 0) == (
        "shoes（brand / core）：28 次点击、2 单 → CVR 4.10%（所属组 3.60%），客单价 203.00 → "
        "一次点击值 8.32；按目标 ROAS 4.00、alpha 1.12，可支持 2.33；"
        "出价由 1.60 调至 1.92（+20%，单夜最大上调）。"
    )
    drawn = dataclasses.replace(
        bids, wanted=np.array([2_800_000]), reason=np.array([Reason.EXPLORE]), explored=np.array([1.2])
    )
    told_why = why(view(dataclasses.replace(proposal, bids=drawn)), 0)
    assert "that supports 2.33 (little is known: a draw of × 1.20 wants 2.80); the bid" in told_why


def test_reasons_are_told_for_different_kinds_of_movers() -> None:
    lines = why_lines(view())
    assert len(lines) == len(set(lines)) == 6
    kinds = ("impression share", "quality score", "bid simulator")
    assert all(any(kind in line for line in lines) for kind in kinds)


@pytest.mark.parametrize(
    ("bound", "roas", "budget", "wanted", "words"),
    [
        ("budget", 1.31, 1.12, 1.12, "bound by the budget: higher bids would be expected to exceed it. The "
         "target alone would allow 1.31."),
        ("roas", 1.12, 1.5, 1.12, "bound by the target ROAS 4.00: higher bids would miss it. The budget "
         "would allow 1.50."),
        ("roas", 1.3, math.inf, 1.3, "below what target and budget allow. It is on its way to 1.30, in steps "
         "that cannot overshoot."),
        ("budget", 1.5, 1.3, 1.3, "below what target and budget allow. The target alone would allow 1.50. It "
         "is on its way to 1.30, in steps that cannot overshoot."),
        ("limit", 9.0, math.inf, 1.12, "bound by the lowest or highest alpha that the configuration allows."),
        ("none", math.inf, math.inf, 1.12, "no limit binds it."),
    ],
)
def test_what_bounds_alpha_is_said_plainly(
    bound: str, roas: float, budget: float, wanted: float, words: str
) -> None:
    base = sample_proposal()
    alpha = dataclasses.replace(base.alpha, bound_by=bound, roas=roas, budget=budget, wanted=wanted)
    sentence = alpha_sentence(view(dataclasses.replace(base, alpha=alpha)))
    assert sentence.startswith("Alpha is 1.12")
    assert sentence.endswith(words)


def test_more_budget_is_only_asked_for_where_it_holds_bids_now() -> None:
    base = sample_proposal()
    asked = "with more budget, more could be bought"
    for wanted, shown in ((1.12, True), (1.3, False)):
        alpha = dataclasses.replace(base.alpha, bound_by="budget", roas=1.5, budget=wanted, wanted=wanted)
        html = render_bids(dataclasses.replace(base, alpha=alpha), sample_page())
        assert (asked in text(html)) is shown


def test_a_target_cpa_is_not_told_as_roas() -> None:
    html = render_bids(cpa_proposal(), sample_page())
    assert "target CPA CNY 45.00" in html
    assert "target ROAS" not in html
    assert "<dt>CPA</dt>" in html
    assert "order value 1.00" not in html
    named = view(target_kind="marginal")
    assert named.target_text == "target marginal ROAS 4.00"
    assert "above its target" not in render_bids(sample_proposal(), sample_page(target_kind="marginal"))


def test_every_word_of_the_engine_has_words_in_the_report() -> None:
    wanted = [f"bound_{b.name.lower()}" for b in Bound] + [f"advice_{b.name.lower()}" for b in Bound]
    wanted += [f"reason_{r.name.lower()}" for r in Reason] + [f"check_{c}" for c in CHECKS]
    wanted += [f"why_{r.name.lower()}" for r in Reason if r not in (Reason.VALUE, Reason.NO_BID)]
    wanted += [f"cure_{c}" for c in CHECKS]
    wanted += [f"match_{m.name.lower()}" for m in MatchType if m] + [f"state_{s}" for s in RunState]
    wanted += [f"report_{k}" for k in ReportKind] + [f"reader_{r}" for r in ReportReader]
    wanted += [f"alpha_{b}" for b in ("roas", "budget", "limit", "none", "start")]
    wanted += [f"level_{k}" for k in ("ad_group", "segment", "account")]
    wanted += [key.removeprefix("bd_") for patterns in PATTERNS for _, key in patterns]
    assert not [name for name in wanted if f"bd_{name}" not in BIDS]
    for en, zh in BIDS.values():
        fields = [{f for _, f, _, _ in string.Formatter().parse(t) if f is not None} for t in (en, zh)]
        assert fields[0] == fields[1]


def test_every_platform_has_a_name() -> None:
    from typing import get_args

    from bidder.keywords.spec import Account

    names = get_args(Account.model_fields["platform"].annotation)
    assert names
    assert not [n for n in names if f"bd_platform_{n}" not in BIDS]


def test_notes_of_the_engine_are_told_in_the_language_of_the_report() -> None:
    note = (
        "the expected spend of 1,200.00 is above the budget of 1,000.00: bids may not fall further in one "
        "night"
    )
    proposal = sample_proposal(notes=(note,))
    assert told(view(proposal, "zh", notes=(note, "unheard of"))) == [
        "预期花费 1,200.00 高于预算 1,000.00：单夜下调幅度已达上限。", "unheard of"
    ]
    assert written_as(view(lang="zh"), "utf-16-le tabs . CNY") == "utf-16-le，分隔符 制表符，小数点“.”，CNY"
    assert written_as(view(), "utf-8 ; ,") == "utf-8, cells apart by “;”, decimal mark “,”"
    assert written_as(view(), "parquet") == "parquet"


def _days(count: int = 60, quiet: int = 0, **changes: object) -> AccountDays:
    """Days alike, the last ``quiet`` ones without a conversion."""
    numbers = 300 + np.arange(count) % 3
    conversions = np.where(np.arange(count) < count - quiet, 11.5, 0.0)
    days = AccountDays(
        739_903 - np.arange(count - 1, -1, -1), np.ones(count, np.bool_), numbers * 30, numbers,
        numbers * 10**6, numbers * 4 * 10**6, conversions, numbers * 1.2, np.zeros(count),
    )
    return dataclasses.replace(days, **changes)


def _hours(hours: int) -> HourTable:
    week = np.full((1, 168), 30.0)
    return HourTable(("a",), week, week / 30, week, week, week.astype(np.int64), np.arange(hours))


def _all_checks() -> list[Check]:
    """Checks of the engine itself, of every kind of message."""
    moved, free = np.array([True] * 27 + [False] * 11), np.ones(38, np.bool_)
    few, rules, every = np.ones(3, np.bool_), StopRules(), tuple(range(24))
    jump = _days().clicks.copy()
    jump[-1] *= 10
    unlike = np.ones(60, np.bool_)
    unlike[-1] = False
    cases = (
        account_checks(_days(), None, None, moved, free, 1051.2, 1138.4, rules, 24),
        account_checks(_days(quiet=1), _hours(19), every, few, few, 0.0, 12.5, rules, 24),
        account_checks(_days(quiet=9), _hours(24), every, few, few, 0.0, 0.0, rules, 24),
        account_checks(_days(quiet=60), None, None, few, few, 1e7, 1e6, rules, 24, ordinary=unlike),
        account_checks(_days(5), None, None, few, few, 10.0, 9.0, rules, 24),
        account_checks(_days(conversions=np.full(60, 1 / 3)), None, None, few, few, 1.0, 1.0, rules, 24),
        account_checks(_days(clicks=jump), None, None, few, few, 10.0, 9.0, rules, 24),
    )
    return [check for checks in cases for check in checks]


def test_every_message_of_the_checks_is_told_in_chinese() -> None:
    shown, checks = view(lang="zh"), _all_checks()
    for check in checks:
        assert not re.search("[A-Za-z]{2,}", said(shown, check, "")), check.message
        assert said(view(), check, "x").count(" ") > 3
    keys = {next(key for p, key in SAID if re.fullmatch(p, c.message)) for c in checks}
    assert keys == {key for _, key in SAID}
    assert not any(not_made(c) for c in checks if not c.passed)


def test_a_check_that_could_not_be_made_is_not_told_as_passed() -> None:
    checks = account_checks(
        _days(5), None, None, np.ones(38, np.bool_), np.ones(38, np.bool_), 10.0, 9.0,
        StopRules(changed_share=None), 24,
    )
    html = render_bids(sample_proposal(checks=checks), sample_page())
    assert "Account-wide checks passed: 2; not made for want of data: 4." in html
    assert "<dt>Account-wide checks</dt><dd>2 of 6</dd><dd class=\"note\">not checked: 4</dd>" in html
    assert html.count("– not checked") == 4


def test_reasons_of_flat_weeks_and_of_the_law_are_told_in_chinese() -> None:
    shown, google = view(lang="zh"), PROFILES["google_ads"]
    idle = dataclasses.replace(_hours(24), conversions=np.zeros((1, 168)))
    none = dataclasses.replace(google, has_schedule=False)
    cases = [(None, SlotSpec(), google), (None, SlotSpec(enabled=False), google), (None, SlotSpec(), none),
             (idle, SlotSpec(), google), (_hours(24), SlotSpec(least_clicks=1e6), google)]
    told_flat = [make_schedule(("a", "b"), hours, spec, profile, None).flat for hours, spec, profile in cases]
    reasons = {why for flat in told_flat for why in flat.values()}
    keys = {next((key for p, key in FLAT if re.fullmatch(p, reason)), reason) for reason in reasons}
    assert keys == {key for _, key in FLAT}
    for reason in reasons:
        words = flat_reason(shown, reason).replace("slots.enabled", "").replace("Google Ads", "")
        assert not re.search("[A-Za-z]{2,}", words), reason
    for law in LawReason:
        assert not re.search("[A-Za-z]", warning_reason(shown, str(law)))
    assert [text_place(shown, p) for p in ("keyword", "headline 2", "headline", "sitelink")] == [
        "关键词", "标题 2", "标题", "sitelink"
    ]


def test_an_unknown_check_is_told_by_its_own_message() -> None:
    check = Check("moon_phase", False, 1.0, 0.5, "phases", "the moon is full")
    assert check_text(view(), check) == "the moon is full"
    assert "1.00 phases" in render_bids(sample_proposal(checks=(check,)), sample_page())


# Charts and tables


@pytest.mark.parametrize("changes", [[0.2, 0.2, -0.3], [0.05], [-0.5, 4.0, 37.0], [1e-6, -1e-6]])
def test_every_change_lies_in_its_interval_and_none_beyond_what_was_changed(changes: list[float]) -> None:
    width, places = _bins(np.array(changes))
    assert len(np.unique(places)) <= len(changes)
    for change, place in zip(changes, places, strict=True):
        assert place * width - 1e-9 <= change <= (place + 1) * width + 1e-9
        assert (place >= 0) == (change > 0)


def test_a_rise_of_the_most_allowed_is_not_drawn_beyond_it() -> None:
    width, places = _bins(np.array([0.2, 0.1, -0.3]))
    assert (places[0] + 1) * width == pytest.approx(0.2)
    assert places[2] * width == pytest.approx(-0.3)


def test_changes_are_signed() -> None:
    shown = view()
    signed = [shown.signed(x) for x in (0.2, -0.3, 0.0, 0.001, math.nan)]
    assert signed == ["+20%", f"{MINUS}30%", "0%", "0%", "–"]
    assert [shown.signed_money(x) for x in (1.5, -1.5, -0.001)] == ["+1.50", f"{MINUS}1.50", "0.00"]


def test_weeks_are_drawn_hour_by_hour_on_one_scale() -> None:
    proposal = sample_proposal()
    weeks = [rows for c in charts(full_report()) if "u" in (rows := rows_of(c))[0]]
    assert len(weeks) == 3  # the fourth campaign's week is flat
    drawn = [row for rows in weeks for row in rows]
    assert len(drawn) == 3 * 168
    assert max(abs(row["u"]) for row in drawn) == pytest.approx(1.0)
    assert {row["m"] for row in drawn} == set(np.unique(proposal.schedule.modifier[:3]))
    assert "820 clicks: below 2,000" in full_report()
    assert "820 次点击：少于 2,000 次时" in full_report("zh")


def test_weeks_that_are_all_flat_for_one_reason_take_one_line() -> None:
    base = sample_proposal()
    names = base.schedule.campaigns
    flat = dataclasses.replace(
        base.schedule, modifier=np.ones((4, 168)), flat=dict.fromkeys(names, "no report tells clicks by hour")
    )
    html = render_bids(dataclasses.replace(base, schedule=flat), sample_page(), "zh")
    assert "全部计划均不分时：没有报表给出分时点击。" in html
    assert "各计划的分时情况" not in html


def test_tonight_is_the_last_of_the_nights_and_a_second_run_counts_once() -> None:
    page = sample_page()
    again = dataclasses.replace(page.nights[-1], alpha=9.0)
    html = render_bids(sample_proposal(), dataclasses.replace(page, nights=(*page.nights, again)))
    lines = next(c for c in charts(html) if "alpha chosen" in json.dumps(c))
    chosen = {r["x"]: r["y"] for r in rows_of(lines) if r["c"] == "alpha chosen"}
    assert len(chosen) == 15
    assert chosen[max(chosen)] == 1.12
    assert chosen[max(chosen) - 1] == 9.0


# Safety


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_hostile_name_stays_text_everywhere(lang: Lang) -> None:
    for name in (NASTY, "{{7*7}} <!--<script> \ud800\x00", "=cmd()"):
        html = render_bids(renamed_proposal(name), renamed_page(name), lang)
        outline = Outline(html)
        assert outline.stack == []
        assert outline.count("script") == 3
        assert outline.count("img") == 0
        assert not any(k.startswith("on") for _, attrs in outline.tags for k in attrs)
        html.encode("utf-8")
    shown = Outline(render_bids(renamed_proposal(NASTY), renamed_page(NASTY), lang))
    assert NASTY in "".join(shown.text["bdi"])
    assert NASTY in "".join(shown.text["pre"])


def test_nothing_is_fetched() -> None:
    outline = Outline(full_report())
    named = ("src", "href", "action", "data", "srcset", "poster")
    links = [v for _, attrs in outline.tags for k, v in attrs.items() if k in named]
    assert links
    assert all(str(link).startswith(("#", "data:")) for link in links)


def test_same_night_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from bids_sample import sample_page, sample_proposal;"
        "from bidder.reports.bids import render_bids;"
        "print(hashlib.sha256(render_bids(sample_proposal(), sample_page()).encode()).hexdigest())"
    )
    env = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parent), "TZ": "America/Los_Angeles"}
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **env}
    )
    assert other.stdout.strip() == hashlib.sha256(full_report().encode()).hexdigest()


def test_a_hundred_thousand_keywords_give_a_small_page() -> None:
    names = tuple(f"计划 {k}" for k in range(600))
    page = sample_page(
        suggestions=sample_page().suggestions * 1000, warnings=sample_page().warnings * 1000,
        data=sample_page().data * 500,
    )
    html = render_bids(sample_proposal(100_000, names), page)
    assert len(html.encode()) < 3_000_000
    assert "bids.csv holds them all" in html
    dots = [row for c in charts(html) for row in rows_of(c) if "o" in row]
    assert len(dots) == POINTS
    assert Outline(html).stack == []


def test_one_keyword_and_none() -> None:
    for proposal in (sample_proposal(1, ("一",)), empty_proposal()):
        for lang in ("en", "zh"):
            html = render_bids(proposal, sample_page(nights=()), lang)
            assert "NaN" not in json.dumps(charts(html))
            assert "nan" not in text(html)
            assert Outline(html).stack == []
    assert "<dt>ROAS</dt><dd>–</dd>" in render_bids(empty_proposal(), sample_page())
