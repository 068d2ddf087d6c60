"""The report of a rehearsal: what it says, in both languages, and that its charts are drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from test_report_browser import BROWSER, NAME, PROBE, dump

from bidder.reports.rehearsal import render_rehearsal
from bidder.reports.rehearsal_data import PlayedNight, Rehearsal
from bidder.worlds.played_day import Expected


def expected(spend: float, roas: float) -> Expected:
    return Expected(10_000.0, 1_000.0, spend, 50.0, spend * roas)


def night(k: int, **changes: object) -> PlayedNight:
    roas = 4 + 2 * 0.5**k
    made = PlayedNight(
        date(2026, 10, 17) + timedelta(days=k), "peak" if k == 15 else "", 1.0 + 0.03 * k, 0.97 + 0.03 * k,
        "roas", 30_000.0, 120, False, 21_000.0, expected(20_000 + 100 * k, roas), expected(16_000, 3.8),
        expected(15_000, 4.0), expected(22_000, 4.0), 1.7, 20_000 + 90.0 * k, (20_000 + 90 * k) * 4.2,
    )
    return replace(made, **changes)


def rehearsal(**changes: object) -> Rehearsal:
    nights = tuple(night(k) for k in range(30))
    return replace(Rehearsal("nightly", "market", 4, "CNY", 4.0, 460, 40, nights), **changes)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.partition("<body")[2]))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_word_is_there_and_the_same_rehearsal_gives_the_same_bytes(lang):
    html = render_rehearsal(rehearsal(), lang)
    assert html == render_rehearsal(rehearsal(), lang)
    assert "rh_" not in words(html.partition("<script")[0]) and "{" not in words(html.partition("<script")[0])
    assert html.count('class="chart') >= 4


def test_it_tells_when_the_target_was_reached_and_what_it_was_worth():
    text = words(render_rehearsal(rehearsal()).partition("<script")[0])
    assert "From night 5 on, the true ROAS of every ordinary day is within 5% of the target." in text
    assert "The expected spend never was above the budget." in text
    done = rehearsal()
    share = done.revenue("loop") / done.revenue("fixed") - 1
    assert f"+{share:.1%}" in text and f"{done.revenue('loop') / done.revenue('oracle'):.1%}" in text
    assert "stopped" not in text


def test_it_tells_of_budgets_broken_nights_stopped_and_targets_missed():
    nights = [night(k) for k in range(30)]
    nights[3] = night(3, budget=20_000.0)
    nights[29] = night(29, loop=expected(20_000, 3.0), stopped=True)
    text = words(render_rehearsal(rehearsal(nights=tuple(nights))).partition("<script")[0])
    assert "did not come to stay within 5% of the target" in text
    assert "above the budget on 1 of 30 days, by 1.5% at most" in text
    assert "A guardrail stopped 1 of 30 nights" in text and "stopped by a guardrail" in text


def test_days_held_by_their_budget_are_told_apart():
    nights = tuple(night(k, loop=expected(29_000, 4.6), bound_by="budget") for k in range(30))
    text = words(render_rehearsal(rehearsal(nights=nights)).partition("<script")[0])
    assert "or above it because its budget allowed no more" in text


def test_without_a_budget_nothing_is_said_of_one():
    nights = tuple(night(k, budget=None) for k in range(3))
    html = render_rehearsal(rehearsal(nights=nights))
    assert "never was above the budget" not in html and "–" in words(html.partition("<script")[0])


@pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on the PATH")
def test_its_charts_are_drawn_offline_and_fit_a_phone(tmp_path: Path):
    page = render_rehearsal(rehearsal(name=NAME, world=NAME))
    html, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert count == 1
    dom = dump(html.rpartition("</body>")[0] + PROBE, tmp_path, width=390)
    assert 'data-charts="ready"' in dom and "<title>pwned" not in dom
    places = re.findall(r'<div class="(chart[^"]*)" id="chart-', dom)
    assert len(places) == 4 and not any("failed" in place for place in places)
    assert 'data-width="390"' in dom
