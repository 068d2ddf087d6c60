"""The plan report as text: sections, tables, escaping, the same bytes every time, size."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import subprocess
import sys
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from report_sample import renamed, sample_extras, sample_plan

from bidder.budget.spec import Budget, Risk, RiskObjective
from bidder.reports.data import ScenarioRow
from bidder.reports.numbers import Lang
from bidder.reports.plan import render_plan

HOSTILE = '</script><script>document.title="pwned"</script><img src=x onerror=alert(1)>\'"&{{7*7}}'
HOSTILE += " 双十一🎉\u202eשלום"
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Outline(HTMLParser):
    """Tags in order, tables, sections and text by tag; complains of tags that do not match."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.text: dict[str, list[str]] = {}
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.stack:
            self.text.setdefault(self.stack[-1], []).append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    def anchors(self) -> list[str]:
        return [str(attrs["id"]) for tag, attrs in self.tags if tag == "section"]


@lru_cache
def full_report(lang: Lang = "en") -> str:
    plan = sample_plan(past=5)
    return render_plan(plan, lang=lang, **sample_extras(plan))


def charts(html: str) -> list[dict[str, object]]:
    block = re.search(r'id="chart-data">(.*?)</script>', html, re.S)
    assert block
    return json.loads(block[1])["charts"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_section_is_there_with_its_values_as_tables(lang: Lang) -> None:
    html = full_report(lang)
    outline = Outline(html)
    assert outline.stack == []
    assert outline.anchors() == [
        "summary", "spend", "limits", "response", "frontier", "pool", "scenarios", "risk", "replan",
        "inputs", "proof",
    ]
    places = [attrs["id"] for tag, attrs in outline.tags if attrs.get("class") == "chart"]
    assert places == [c["id"] for c in charts(html)]
    figures, tables = outline.count("figure"), outline.count("table")
    assert tables >= figures
    assert ("Expected revenue" in html) == (lang == "en")
    assert ("预期收入" in html) == (lang == "zh")
    assert "0.000004%" in html


def test_sections_without_data_are_left_out() -> None:
    html = render_plan(sample_plan(risk=False, pools=False))
    assert Outline(html).anchors() == ["summary", "spend", "limits", "response", "inputs", "proof"]


def test_nothing_is_fetched() -> None:
    outline = Outline(full_report())
    named = {"src", "href", "action", "data", "srcset", "poster"}
    links = [v for _, attrs in outline.tags for k, v in attrs.items() if k in named]
    assert links
    assert all(str(link).startswith(("#", "data:")) for link in links)
    policy = next(a["content"] for t, a in outline.tags if t == "meta" and "http-equiv" in a)
    assert str(policy).startswith("default-src 'none'; script-src 'unsafe-eval' 'sha256-")
    assert "$schema" not in json.dumps(charts(full_report()))
    assert not any("url(" in css for css in outline.text["style"])


def test_a_hostile_name_stays_text_everywhere() -> None:
    plan = renamed(sample_plan(past=5), HOSTILE)
    extras = sample_extras(plan)
    extras["inputs_yaml"] = f"name: {HOSTILE}\n<!--<script>"
    row = ScenarioRow(HOSTILE, 1.0, 1.0, 1.0, HOSTILE)
    extras["scenarios"] = (row, row)
    for lang in ("en", "zh"):
        html = render_plan(plan, lang=lang, **extras)
        outline = Outline(html)
        assert outline.stack == []
        assert outline.count("script") == 3
        assert outline.count("img") == 0
        assert not any(k.startswith("on") for _, attrs in outline.tags for k in attrs)
        shown = HOSTILE.replace("\u202e", "")
        assert shown in "".join(outline.text["bdi"])
        assert shown in json.dumps(charts(html), ensure_ascii=False).replace('\\"', '"').replace("\u202e", "")
        html.encode("utf-8")


def test_text_that_no_file_can_hold_is_replaced() -> None:
    html = render_plan(renamed(sample_plan(), "lone \ud800 surrogate \x00"), inputs_yaml="\udfff")
    assert "\x00" not in html.encode("utf-8").decode()


def test_same_inputs_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, test_plan_report as t;"
        "print(hashlib.sha256(t.full_report().encode()).hexdigest())"
    )
    env = {"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parent), "TZ": "America/Los_Angeles"}
    other = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **env}
    )
    assert other.stdout.strip() == hashlib.sha256(full_report().encode()).hexdigest()


@pytest.mark.parametrize(("campaigns", "period"), [(50, "week"), (200, "week")])
def test_a_big_plan_stays_small_and_legible(campaigns: int, period: str) -> None:
    channels = {
        f"channel {k}": [(f"campaign {j}", 300.0 + 7 * j, 2e4 + 900 * j) for j in range(campaigns // 10)]
        for k in range(10)
    }
    html = render_plan(sample_plan(channels, 52, period, 2e8, pools=False))
    assert len(html.encode()) < 6_000_000
    drawn = charts(html)
    assert len(drawn) <= 16
    assert "further rows are left out" in html
    assert "<bdi>others</bdi>" in html


def test_a_stopped_plan_says_so() -> None:
    plan = dataclasses.replace(sample_plan(), status="stopped", gap=0.012)
    html = render_plan(plan)
    assert "stopped before it reached the gap" in html
    assert "at most 2% below the best possible plan" in html


def test_a_valued_spend_table_claims_no_proof() -> None:
    nan = float("nan")
    html = render_plan(dataclasses.replace(sample_plan(), status="valued", gap=nan, upper_bound=nan))
    assert "proof" not in Outline(html).anchors()
    assert "best possible" not in html
    assert "was not optimised" in html


def test_the_headline_of_a_risk_averse_plan_is_no_expected_value() -> None:
    plan = sample_plan()
    wanted = {"cvar": "Revenue: mean of the worst 10%", "mix": "Revenue: 50% mean of the worst 10%"}
    for objective, words in wanted.items():
        spec = plan.spec.model_copy(update={"risk": Risk(objective=RiskObjective(objective))})
        html = render_plan(dataclasses.replace(plan, spec=spec))
        assert f"<dt>{words}" in html
        assert "<dt>Expected revenue" in html


def test_an_open_budget_is_not_read_as_revenue() -> None:
    plan = sample_plan()
    spec = plan.spec.model_copy(update={"budget": Budget(marginal_roas=2.5)})
    objective = plan.objective - 2.5 * plan.totals["spend"]
    html = render_plan(dataclasses.replace(plan, spec=spec, objective=objective, upper_bound=objective))
    assert f"<dt>Expected revenue</dt><dd>CNY {plan.totals['revenue']:,.0f}</dd>" in html
    assert f"<dt>Objective</dt><dd>CNY {objective:,.0f}</dd>" in html
    assert "revenue less 2.50 for each CNY spent" in html


def test_one_period_one_campaign_and_no_spend() -> None:
    plan = sample_plan({"search": [("brand", 900.0, 16000.0)]}, 1, "month", 1000.0, pools=False, risk=False)
    nothing = dataclasses.replace(
        plan, spend=plan.spend * 0, effect=plan.effect * 0, constraints=plan.constraints[:0],
        cells=plan.cells.assign(spend=0.0, conversions=0.0, revenue=0.0),
        totals=dict.fromkeys(plan.totals, 0.0) | {"roas": float("nan"), "cpa": float("nan")},
    )
    for case in (plan, nothing):
        html = render_plan(case)
        assert "NaN" not in json.dumps(charts(html))
        assert Outline(html).stack == []
