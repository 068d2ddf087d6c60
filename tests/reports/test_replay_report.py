"""The replay report as text: sections, winners, tables, escaping, the same bytes every time, size."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import math
import os
import string
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from replay_sample import (
    BUDGETS,
    NASTY,
    STRATEGIES,
    censored_result,
    many_result,
    parts_result,
    poor_result,
    quiet_result,
    renamed_result,
    sample_result,
    single_result,
    world_result,
)
from test_plan_report import Outline, charts

from bidder.auctions.result import COUNTED, Comparison, ExperimentResult
from bidder.auctions.rules import (
    LastEpisode,
    Outcomes,
    OverBudget,
    Payment,
    Pricing,
    Rules,
)
from bidder.auctions.worth import Objective
from bidder.reports.labels import Labels
from bidder.reports.labels_replay import REPLAY
from bidder.reports.numbers import Lang
from bidder.reports.replay import render_replay
from bidder.reports.replay_money import frontier
from bidder.reports.replay_notes import PATTERNS, REASONS, told
from bidder.reports.replay_summary import BEST
from bidder.reports.replay_verdicts import answer, beyond_chance, p_text, short, standing, verdict
from bidder.reports.replay_view import ReplayView

EVERY = [
    "summary", "compare", "money", "budget", "course", "regret", "market", "tuning", "drift", "settings",
    "rules", "reading",
]


@lru_cache
def full_report(lang: Lang = "en") -> str:
    return render_replay(sample_result(), lang)


def text(html: str) -> str:
    """All that a reader sees, without markup and charts."""
    outline = Outline(html)
    words = ("p", "li", "dt", "dd", "td", "th", "bdi", "span", "h2", "h3", "h4", "figcaption")
    return "\n".join(t for tag in words for t in outline.text.get(tag, []))


def view(result: ExperimentResult, lang: Lang = "en") -> ReplayView:
    return ReplayView(result, Labels(lang))


def rows(html: str, anchor: str) -> list[list[str]]:
    """Cells of the first table of a section."""
    body = html.split(f'<section id="{anchor}">')[1].split("</table>")[0].split("<tbody>")[1]
    return [Outline(line).text["bdi"] for line in body.split("</tr>") if "<td" in line]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_section_is_there_with_its_values_as_tables(lang: Lang) -> None:
    html = full_report(lang)
    outline = Outline(html)
    assert outline.stack == []
    assert outline.anchors() == EVERY
    places = [attrs["id"] for tag, attrs in outline.tags if attrs.get("class") == "chart"]
    assert places == [c["id"] for c in charts(html)]
    assert outline.count("table") >= outline.count("figure") >= 9
    assert ("Second price: the winner pays" in html) == (lang == "en")
    assert ("第二价格：胜出者支付市场价" in html) == (lang == "zh")
    assert "NaN" not in json.dumps(charts(html))


def test_what_is_not_there_is_left_out() -> None:
    html = render_replay(single_result())
    assert Outline(html).anchors() == ["summary", "course", "regret", "settings", "rules", "reading"]
    assert "Who brings the most" not in html
    assert "Spend from episode to episode" not in html
    assert "comes next" not in html


def test_the_winner_is_the_best_by_the_objective_at_every_budget() -> None:
    result = sample_result()
    seen = view(result)
    for budget in BUDGETS:
        mine = [k for k, s in enumerate(result.settings) if s.budget == budget]
        best = max(mine, key=lambda k: (result.results[k].total("clicks"), result.results[k].total("worth")))
        found = standing(seen, budget)
        assert found is not None
        assert found.best.members == (best,)
        assert len(found.rivals) == len(STRATEGIES) - 1
        for rival in found.rivals:
            assert rival.comparison is not None
            assert {rival.comparison.first, rival.comparison.second} == {best, *rival.cell.members}
    table = rows(render_replay(result), "settings")
    assert [row[0].removeprefix(BEST) for row in table if row[0].startswith(BEST)] == ["rlb"] * 5
    assert [int(row[1].replace(",", "")) for row in table] == sorted(BUDGETS * len(STRATEGIES))


def test_figures_of_the_table_are_those_of_the_metrics() -> None:
    result = sample_result(budgets=(3_938,))
    row = next(r for r in rows(render_replay(result), "settings") if r[0].endswith("rlb"))
    rlb = result.results[3]
    cost, won, clicks = (rlb.total(name) for name in ("cost", "impressions", "clicks"))
    low, high = result.interval[3]["clicks"]
    assert row[1:5] == [f"{won:,}", f"{won / 600:.1f}%", f"{clicks}", f"{low:.1f} to {high:.0f}"]
    assert row[6:11] == [f"{cost:,}", f"{cost / 60 / 39.38:.1f}%", f"{cost / won:.2f}",
                         f"{cost / clicks / 1000:.2f}", f"{100 * (1 - rlb.total('worth') / rlb.bound):.1f}%"]


@pytest.mark.parametrize(
    ("p", "low", "high", "key"),
    [
        (0.0004, 0.1, 0.3, "never"), (0.004, 0.1, 0.3, "rare"), (0.04, 0.1, 0.3, "seldom"),
        (0.04, -0.1, 0.3, "hint"), (0.07, -0.1, 0.3, "hint"), (0.3, -0.1, 0.3, "likely"),
        (math.nan, 0.1, 0.3, "unknown"),
    ],
)
def test_a_p_value_is_put_in_words(p: float, low: float, high: float, key: str) -> None:
    c = Comparison(0, 1, "clicks", 60, 0.2, low, high, p)
    for lang in ("en", "zh"):
        assert verdict(view(sample_result(), lang), c) == Labels(lang)(f"rp_chance_{key}")
    assert beyond_chance(c) == (key in ("never", "rare", "seldom"))


def test_p_values_are_printed_without_false_zeros() -> None:
    assert [p_text(p) for p in (0.0, 0.00321, 0.2, math.nan)] == ["< 0.0001", "0.0032", "0.200", "–"]


def test_with_seeds_a_result_is_the_mean_and_the_least_certain_comparison_speaks() -> None:
    result = sample_result(budgets=(3_938,), seeds=(1, 2))
    seen = view(result)
    best, other = seen.ranked(3_938)[:2]
    assert len(best.members) == 2
    both = [result.results[k].total("clicks") for k in best.members]
    assert seen.total(best, "clicks") == np.mean(both)
    pairs = tuple(
        Comparison(other.members[k], best.members[k], "clicks", 60, -1.0, -2.0, -0.5, p)
        for k, p in enumerate((0.001, 0.02))
    )
    found = standing(view(dataclasses.replace(result, comparisons=pairs)), 3_938)
    assert found is not None
    assert (found.rivals[0].comparison, found.rivals[0].sign) == (pairs[1], -1)
    assert found.rivals[0].beaten


def test_verdicts_allow_for_the_number_of_comparisons() -> None:
    c = Comparison(0, 1, "clicks", 60, 0.2, 0.1, 0.3, 0.004, p_adjusted=0.2)
    assert verdict(view(sample_result()), c) == "may well be chance"
    result = sample_result()
    adjusted = tuple(dataclasses.replace(c, p_adjusted=min(1.0, 20 * c.p_value)) for c in result.comparisons)
    html = render_replay(dataclasses.replace(result, comparisons=adjusted))
    assert "p-value, adjusted" in html
    assert "would look real by chance alone" not in html


def test_every_rival_is_beaten_or_may_be_as_good_or_was_not_compared() -> None:
    result = sample_result(budgets=(3_938,))
    best, names = 3, list(STRATEGIES)
    pairs = (
        Comparison(best, 0, "clicks", 60, 0.5, 0.2, 0.8, 0.0001),
        Comparison(1, best, "clicks", 60, -0.5, -0.8, -0.2, 0.001, p_adjusted=0.002),
        Comparison(best, 2, "clicks", 60, 0.1, -0.2, 0.4, 0.5),
    )
    seen = view(dataclasses.replace(result, comparisons=pairs))
    found = standing(seen, 3_938)
    assert found is not None
    told = " ".join(answer(seen, found, advice=True))
    behind = [r.cell.strategy for r in found.rivals]
    assert names[best] not in behind
    assert {r.cell.strategy for r in found.rivals if r.beaten} == {"mcpc", "lin"}
    assert "The difference to ortb may be chance." in told
    assert "pid came behind and were not compared one by one." in told
    assert told.endswith("Among those, take the simplest.")
    html = render_replay(seen.result)
    assert "rlb minus the others" in html
    assert {"really less", "may be chance", "not tested"} <= set(Outline(html).text["bdi"])


def test_reasons_are_told_from_the_figures() -> None:
    result = sample_result(budgets=(3_938,))
    best, other = 3, 0
    course = result.results[other].course.copy()
    course[:, COUNTED.index("cost")] = 0
    course[6, COUNTED.index("cost")] = 60 * 3_938
    early = dataclasses.replace(result.results[other], course=course)
    results = (early, *result.results[1:])
    pairs = (Comparison(best, other, "clicks", 60, 0.5, 0.2, 0.8, 0.0001),)
    html = render_replay(dataclasses.replace(result, results=results, comparisons=pairs))
    assert "mcpc has spent 100% of its budget after 29% of the time, and misses what comes later." in html
    assert "with mcpc, " in html


def test_what_each_further_click_costs_rises_along_the_frontier() -> None:
    seen = view(sample_result())
    best = frontier(seen, seen.judged)
    points = [(0.0, 0.0), *((seen.total(c, "cost"), seen.total(c, "clicks")) for c in best)]
    slopes = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in itertools.pairwise(points)]
    assert len(slopes) >= 3
    assert all(a > b > 0 for a, b in itertools.pairwise(slopes))
    for c in seen.judged:  # nobody is above the line
        x, y = seen.total(c, "cost"), seen.total(c, "clicks")
        reached = np.interp(x, [p[0] for p in points], [p[1] for p in points])
        assert y <= reached + 1e-6 or x > points[-1][0]


def test_conditions_are_compared_side_by_side_and_never_chosen_from() -> None:
    base = sample_result({"lin": (41.0, 0.0039, 2.0), "rlb": (33.0, 0.0043, 0.2)}, (3_938,), comparisons=())
    swept = [("auction.payment", "gsp"), ("auction.payment", "vcg")]
    settings = tuple(dataclasses.replace(s, swept=(way,)) for way in swept for s in base.settings)
    richer = tuple(_with(r, "clicks", 2 * r.total("clicks")) for r in base.results)
    both = dataclasses.replace(
        base, settings=settings, results=(*base.results, *richer), interval=base.interval * 2
    )
    seen = view(both)
    assert seen.markets == ((swept[0],), (swept[1],))
    found = standing(seen, 3_938)
    assert found is not None
    assert found.best.members == (1,)  # not the same strategy's better result under another rule
    html = render_replay(both)
    assert "change" in Outline(html).anchors()
    assert "parameters" not in Outline(html).anchors()
    assert "payment rule = VCG" in html
    assert "规则的影响" in render_replay(both, "zh")


def test_notes_are_told_in_both_languages() -> None:
    notes = (
        "3 of 1,000 rows were bad and left out: 2 x time goes backwards; 1 x price is not a whole number",
        "the log has no times: rows are taken to be in the order of time",
        "training: the log has no predicted rates (pctr)",
        "the log is censored: the market price is known for won auctions alone",
        "5 comparisons by clicks for an episode: BCa bootstrap intervals (2,000 draws), paired permutation "
        "test of the mean, p-values also adjusted by Holm",
        "something new",
    )
    result = sample_result(notes=notes)
    assert told(view(result)) == [
        "3 of 1,000 rows were bad and left out: 2 × time goes backwards; 1 × no valid price.",
        "The log has no times: rows are taken to be in the order of time.",
        "Training log: The log has no predicted click rates.", "Something new",
    ]
    why = "时间倒退（2 行）；price 无效（1 行）"
    assert told(view(result, "zh"))[0] == f"1,000 行中有 3 行有误，已剔除：{why}。"
    assert "(2,000 draws)" in render_replay(result)
    assert all(key in REPLAY for _, key in (*PATTERNS, *REASONS))


def test_notes_of_the_readers_are_known() -> None:
    """Whatever a reader of logs says of its format has a wording in both languages."""
    from bidder.auctions.log import LogInfo
    from bidder.files.auction_logs.auctionnet import AuctionNetReader
    from bidder.files.auction_logs.ipinyou_raw import RawReader
    from bidder.files.auction_logs.ipinyou_theta import BASE, ThetaReader

    raw = RawReader((), BASE)
    raw.counts.update({"clicks": 3, "conversions": 2, "unclicked": 1})
    readers = (AuctionNetReader((), LogInfo(())), ThetaReader((), BASE), raw)
    notes = [note for reader in readers for note in reader.notes()]
    assert len(notes) >= 6
    chinese = told(view(sample_result(notes=tuple(notes)), "zh"))
    assert all(any("\u4e00" <= c <= "\u9fff" for c in note) for note in chinese)


def test_notes_of_censored_logs_and_of_times_are_known() -> None:
    import numpy as np

    from bidder.auctions.log import AuctionLog, InMemory, LogInfo
    from bidder.files.auction_logs.opening import EARLY
    from bidder.jobs.replay_parts import Part, told_unknown, with_drawn_prices

    info = LogInfo(("c",), censored=True)
    lost = np.array([-1, 6, -1])
    log = AuctionLog(info, np.arange(3), np.zeros(3, np.int32), np.array([5, -1, 7]), lost_bid=lost)
    part = Part(InMemory(log), 0, 3, info)
    notes = (
        EARLY, "ts has no time zone: taken as UTC", told_unknown(part),
        told_unknown(with_drawn_prices(part, 1, win_on_tie=True)),
    )
    assert told(view(sample_result(notes=notes)))[1:] == [
        "ts has no time zone: taken as UTC.",
        "1 of 3 auctions have no known price: whatever is bid, they are never won.",
        "1 of 3 auctions had no known price: theirs were drawn from the estimated distribution, above the "
        "bids that lost. 0 draws lie above all known prices and are never won.",
    ]
    chinese = told(view(sample_result(notes=notes), "zh"))
    assert len(chinese) == 4
    assert all(any("\u4e00" <= c <= "\u9fff" for c in note) for note in chinese)


def test_too_few_episodes_for_an_interval_are_a_dash() -> None:
    nan = math.nan
    few = tuple(
        dataclasses.replace(c, low=nan, high=nan, p_value=nan, p_adjusted=nan)
        for c in sample_result().comparisons
    )
    html = render_replay(dataclasses.replace(sample_result(), comparisons=few, interval=({},) * 25))
    assert "cannot be told from chance here" in html
    assert "not tested" in html
    assert not any(word in text(html) for word in ("nan", "– to –"))


def test_the_test_part_is_judged_and_every_part_is_listed() -> None:
    result = parts_result()
    html = render_replay(result)
    assert view(result).part == "test"
    assert len(view(result).judged) * 2 == len(view(result).cells)
    assert "This is the test part, on which everything is judged" in html
    assert {"test\N{NO-BREAK SPACE}part", "training\N{NO-BREAK SPACE}part"} <= set(Outline(html).text["bdi"])
    assert "The best of 25 settings was chosen on the very auctions" in html
    assert "mean of 2 seeds" in html
    assert "parameters" in Outline(html).anchors()


@pytest.mark.slow
def test_ten_thousand_settings_stay_small_and_legible() -> None:
    result = many_result()
    html = render_replay(result)
    assert len(html.encode()) < 3_000_000
    assert len(charts(html)) <= 32
    assert "9,600 further rows are left out here (results.csv holds them all)." in text(html)
    assert "Lines are drawn for the 9 best strategies; 11 more are in the tables." in text(html)
    assert sum(row[0].startswith(BEST) for row in rows(html, "settings")) >= len(BUDGETS)
    for c in charts(html):
        assert len(json.dumps(c)) < 120_000


def test_the_best_strategy_is_drawn_whatever_is_left_out() -> None:
    seen = view(many_result(2_000))
    assert len(seen.shown) == 9
    assert seen.ranked(seen.budget)[0].strategy in seen.shown


def test_no_clicks_are_told_by_what_was_expected() -> None:
    rate = {name: (price, 0.0, haste) for name, (price, _, haste) in STRATEGIES.items()}
    nothing = render_replay(quiet_result())
    assert "No setting got a single click." in nothing
    assert "none brought anything" in nothing
    assert "is best" not in nothing
    assert "Who brings the most" not in nothing
    assert BEST not in "".join(row[0] for row in rows(nothing, "settings"))
    result = sample_result(rate)
    expected = dataclasses.replace(
        result, results=tuple(_with(r, "worth", r.total("impressions") * 10**6) for r in result.results),
        comparisons=(),
    )
    assert view(expected).measure == "worth"
    assert "Who brings the most expected clicks" in render_replay(expected)


def _with(result: object, name: str, value: int) -> object:
    totals = result.totals.copy()  # type: ignore[attr-defined]
    totals[COUNTED.index(name)] = value
    return dataclasses.replace(result, totals=totals)  # type: ignore[type-var]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_money_nothing_is_divided(lang: Lang) -> None:
    html = render_replay(poor_result(), lang)
    assert "NaN" not in json.dumps(charts(html))
    assert not any(word in text(html) for word in ("nan", "inf%", "None"))
    assert Labels(lang)("rp_nothing_won") in html
    nothing_bought = ("money", "budget", "course", "regret")
    assert Outline(html).anchors() == [name for name in EVERY if name not in nothing_bought]


def test_a_censored_log_is_said_to_be_one_up_front() -> None:
    html = render_replay(censored_result())
    summary = html.split('id="summary"')[1]
    assert summary.index("only knows the prices of auctions that were won") < summary.index("<dl")
    assert "Kaplan-Meier" in html
    assert "this log does not tell" in html
    assert "regret" not in Outline(html).anchors()


def test_rules_are_told_in_plain_words() -> None:
    html = render_replay(world_result())
    for words in (
        "Generalised second price", "Paid for each click.", "Bids are ranked by bid × quality.",
        "relative to the first: 1, 0.6, 0.35.", "A bid equal to the market price loses.",
        "The highest bid is CNY 5.", "No bid below CNY 0.10 can win.", "Competing bids are those of the log",
        "At most 7 impressions for a user on a day.",
        "within 30 days of a visit",
        "Every day (Asia/Shanghai) of every campaign has a budget of its own: CNY 40.",
        "there are no more bids until the next budget",
        "26 Oct 2026 to 24 Nov 2026",
    ):
        assert words in html, words


def test_every_rule_and_measure_has_words() -> None:
    wanted = [f"pay_{p}" for p in Payment] + [f"pricing_{p}" for p in Pricing]
    wanted += [f"over_{o}" for o in OverBudget] + [f"last_{x}" for x in LastEpisode]
    wanted += [f"outcomes_{o}" for o in Outcomes] + [f"worth_{o}" for o in Objective]
    wanted += [name for name in COUNTED if name != "worth"]
    wanted += [f"n_{o}" for o in Objective] + [f"n_worth_{o}" for o in Objective]
    each = ("cpc", "cpa", "roas", "each")
    wanted += [f"why_{name}{end}" for name in each for end in ("", "_cheap")]
    wanted += [f"step_{name}" for name in ("clicks", "conversions", "worth", "roas")]
    wanted += ["cpc", "cpa", "roas", "roas_worth", "each_worth_clicks", "each_worth_conversions"]
    assert all(f"rp_{name}" in REPLAY for name in wanted)
    for en, zh in REPLAY.values():
        fields = [{f for _, f, _, _ in string.Formatter().parse(t) if f is not None} for t in (en, zh)]
        assert fields[0] == fields[1]


def test_days_of_one_campaign_are_dated() -> None:
    html = render_replay(world_result(("search",)), "zh")
    assert "2026年10月26日" in "".join(Outline(html).text["th"])
    assert "utcFormat(datum.value * 86400000" in json.dumps(charts(html))
    assert "%-m/%-d" in json.dumps(charts(html))


def test_swept_episodes_and_odd_values_do_not_break_the_charts() -> None:
    result = sample_result(budgets=(3_938,), comparisons=())
    short_one = sample_result(budgets=(3_938,), episodes=7).results[0]
    odd = (("slots", [1.0, 0.5]), ("bids.max", None), ("on", True))
    even = (("slots", [1.0]), ("bids.max", 3), ("on", False))
    settings = (
        *result.settings[:4], dataclasses.replace(result.settings[4], swept=odd),
        dataclasses.replace(result.settings[4], swept=even),
    )
    changed = dataclasses.replace(
        result, settings=settings, results=(*result.results[:4], short_one, result.results[4]), interval=(),
        rules=Rules(), prices=None,
    )
    html = render_replay(changed)
    assert "[1.0, 0.5]" in html
    assert Outline(html).anchors()[:3] == ["summary", "money", "parameters"]


def test_an_experiment_without_settings_is_still_a_page() -> None:
    empty = sample_result(comparisons=(), tuned=(), drift=(), prices=None)
    html = render_replay(dataclasses.replace(empty, settings=(), results=(), interval=()))
    assert Outline(html).anchors()[0] == "summary"


def test_a_name_is_cut_in_its_middle_and_never_inside_a_column() -> None:
    assert short("lin", 10) == "lin"
    assert short("一二三四五六七八", 9) == "一二…七八"
    for most in range(3, 30):
        assert len(short("a" * 40, most)) <= most


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_hostile_name_stays_text_everywhere(lang: Lang) -> None:
    result = renamed_result(NASTY, "=cmd|' /C calc'!A0", "x" * 200, "{{7*7}} <!--<script> \ud800\x00")
    html = render_replay(result, lang)
    outline = Outline(html)
    assert outline.stack == []
    assert outline.count("script") == 3
    assert outline.count("img") == 0
    assert not any(k.startswith("on") for _, attrs in outline.tags for k in attrs)
    assert NASTY in "".join(outline.text["bdi"])
    assert "{{7*7}}" in "".join(outline.text["bdi"])
    html.encode("utf-8")


def test_nothing_is_fetched() -> None:
    outline = Outline(full_report())
    named = ("src", "href", "action", "data", "srcset", "poster")
    links = [v for _, attrs in outline.tags for k, v in attrs.items() if k in named]
    assert links
    assert all(str(link).startswith(("#", "data:")) for link in links)
    assert not any("url(" in css for css in outline.text["style"])


def test_same_result_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from replay_sample import sample_result;"
        "from bidder.reports.replay import render_replay;"
        "print(hashlib.sha256(render_replay(sample_result()).encode()).hexdigest())"
    )
    env = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parent), "TZ": "America/Los_Angeles"}
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **env}
    )
    assert other.stdout.strip() == hashlib.sha256(full_report().encode()).hexdigest()
