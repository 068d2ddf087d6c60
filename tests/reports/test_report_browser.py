"""The report in a real browser without a network: charts are drawn, nothing hostile runs."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from replay_sample import many_result, renamed_result
from report_sample import renamed, sample_extras, sample_plan

from bidder.reports.plan import render_plan
from bidder.reports.replay import render_replay

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no chromium or google-chrome on the PATH")

NAME = '</script><script>document.title="pwned"</script><img src=x onerror="document.title=1">“双十一”🎉'
# Headless windows have a least width of about 500 px: the page itself is held to a phone's 390 px.
PROBE = """<style>body { width: 390px }</style><script>
setTimeout(function () {
  document.documentElement.setAttribute("data-width", document.body.scrollWidth);
}, 4000);
</script></body></html>"""


def dump(html: str, folder: Path, width: int = 1280) -> str:
    """The DOM after the charts were drawn, no host name resolving."""
    page = folder / "report.html"
    page.write_text(html, encoding="utf-8")
    assert BROWSER is not None
    return subprocess.run(
        [
            BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            f"--user-data-dir={folder / 'profile'}", f"--window-size={width},2000",
            "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=8000", "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True, text=True, timeout=120, check=True, encoding="utf-8",
    ).stdout


def hostile_report() -> str:
    plan = renamed(sample_plan(past=5), NAME)
    return render_plan(plan, **(sample_extras(plan) | {"inputs_yaml": NAME}))


def test_every_chart_is_drawn_offline_under_the_policy(tmp_path: Path) -> None:
    dom = dump(hostile_report(), tmp_path)
    assert 'data-charts="ready"' in dom
    places = re.findall(r'<div class="(chart[^"]*)" id="chart-', dom)
    assert len(places) >= 15
    assert not any("failed" in place for place in places)
    assert dom.count('class="marks"') == len(places)
    assert dom.count("aria-roledescription") > 100
    assert '<bdi>&lt;/script&gt;&lt;script&gt;document.title="pwned"' in dom


def test_a_hostile_name_runs_nothing_even_without_the_policy(tmp_path: Path) -> None:
    html, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", hostile_report())
    assert count == 1
    dom = dump(html.rpartition("</body>")[0] + PROBE, tmp_path, width=390)
    title = re.search(r"<title>(.*?)</title>", dom, re.S)
    assert title
    assert title[1].startswith("&lt;/script&gt;")
    assert 'data-charts="ready"' in dom
    assert 'data-width="390"' in dom


def hostile_replay() -> str:
    names = (NAME, "=cmd|' /C calc'!A0", "long name " * 19, "超长的中文策略名称" * 6)
    return render_replay(renamed_result(*names), "zh")


def test_every_chart_of_a_replay_is_drawn_offline_under_the_policy(tmp_path: Path) -> None:
    dom = dump(hostile_replay(), tmp_path)
    assert 'data-charts="ready"' in dom
    places = re.findall(r'<div class="(chart[^"]*)" id="chart-', dom)
    assert len(places) >= 20
    assert not any("failed" in place for place in places)
    assert dom.count('class="marks"') == len(places)
    assert '<bdi>&lt;/script&gt;&lt;script&gt;document.title="pwned"' in dom


@pytest.mark.parametrize("case", ["hostile", "many"])
def test_a_replay_fits_a_phone_and_runs_nothing_even_without_the_policy(tmp_path: Path, case: str) -> None:
    page = hostile_replay() if case == "hostile" else render_replay(many_result(2_000))
    html, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert count == 1
    dom = dump(html.rpartition("</body>")[0] + PROBE, tmp_path, width=390)
    assert "<title>pwned" not in dom
    assert 'data-charts="ready"' in dom
    assert 'data-width="390"' in dom
