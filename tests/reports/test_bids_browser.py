"""The report of a night in a real browser without a network: charts are drawn, nothing hostile runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bids_sample import NASTY, renamed_page, renamed_proposal, sample_page, sample_proposal
from test_report_browser import BROWSER, PROBE, dump

from bidder.reports.bids import render_bids

pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on the PATH")


def hostile() -> str:
    return render_bids(renamed_proposal(NASTY), renamed_page(NASTY), "zh")


def test_every_chart_of_a_night_is_drawn_offline_under_the_policy(tmp_path: Path) -> None:
    dom = dump(hostile(), tmp_path)
    assert 'data-charts="ready"' in dom
    places = re.findall(r'<div class="(chart[^"]*)" id="chart-', dom)
    assert len(places) == 9
    assert not any("failed" in place for place in places)
    assert dom.count('class="marks"') == len(places)
    assert '<bdi>&lt;/script&gt;&lt;script&gt;document.title="pwned"' in dom


@pytest.mark.parametrize("case", ["hostile", "large"])
def test_a_night_fits_a_phone_and_runs_nothing_even_without_the_policy(tmp_path: Path, case: str) -> None:
    large = tuple(f"计划 {k}" for k in range(40))
    page = hostile() if case == "hostile" else render_bids(sample_proposal(3_000, large), sample_page())
    html, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert count == 1
    dom = dump(html.rpartition("</body>")[0] + PROBE, tmp_path, width=390)
    assert "<title>pwned" not in dom
    assert 'data-charts="ready"' in dom
    assert 'data-width="390"' in dom
