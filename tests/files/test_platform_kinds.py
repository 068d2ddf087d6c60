"""What a report is about when its header alone does not tell."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bidder.errors import InputError
from bidder.files.platform_reports.opening import open_reports
from bidder.keywords.spec_reports import ReportKind, ReportSource

HEADER = "date,{part},campaign,ad_group,keyword,match_type,impressions,clicks,cost,conversions,revenue"


def opened(tmp_path, part, rows):
    text = "\n".join([HEADER.format(part=part), *rows]) + "\n"
    (tmp_path / "report.csv").write_text(text, encoding="utf-8")
    (report,) = open_reports([ReportSource(path="report.csv")], tmp_path, "CNY")
    return report, [row for batch in report.batches() for row in batch.to_pylist()]


@pytest.mark.parametrize(("part", "value", "kind"), [
    ("hour", "7", ReportKind.HOURS), ("device", "mobile", ReportKind.SEGMENTS),
    ("audience", "new", ReportKind.SEGMENTS),
])
def test_rows_without_keywords_are_about_campaigns(tmp_path, part, value, kind):
    report, rows = opened(tmp_path, part, [f"2026-10-0{k},{value},core,,,,10,{k},1.50,0,0" for k in (1, 2)])
    assert report.kind is report.facts.kind is kind and len(rows) == 2
    assert [row["clicks"] for row in rows] == [1, 2]


def test_rows_of_days_that_are_not_read_tell_it_too(tmp_path):
    text = "\n".join([HEADER.format(part="hour"), "2026-10-02,7,core,,,,10,1,1.50,0,0"]) + "\n"
    (tmp_path / "report.csv").write_text(text, encoding="utf-8")
    sources = [ReportSource(path="report.csv")]
    (report,) = open_reports(sources, tmp_path, "CNY", until=date(2026, 10, 1))
    assert report.kind is ReportKind.HOURS
    assert sum(len(batch) for batch in report.batches()) == 0


def test_rows_with_keywords_are_about_keywords(tmp_path):
    report, rows = opened(tmp_path, "hour", ["2026-10-01,7,core,g,shoes,exact,10,1,1.50,0,0"])
    assert report.kind is ReportKind.KEYWORDS and rows[0]["hour"] == 7


@pytest.mark.parametrize("order", [1, -1])
def test_both_in_one_report_are_refused_with_the_row(tmp_path, order):
    rows = ["2026-10-01,7,core,g,shoes,exact,10,1,1.50,0,0", "2026-10-01,8,core,,,,10,1,1.50,0,0"]
    with pytest.raises(InputError) as caught:
        opened(tmp_path, "hour", rows[::order])
    (problem,) = caught.value.problems
    assert (problem.place.row, problem.place.field) == (3 if order == 1 else 2, "keyword")


def test_files_are_named_as_short_as_they_can_be(tmp_path, monkeypatch):
    """Also where a folder is a link, and the way up from it another one."""
    (tmp_path / "far" / "configs").mkdir(parents=True)
    (tmp_path / "configs").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "far" / "configs")
    text = HEADER.format(part="hour") + "\n2026-10-01,7,core,g,shoes,exact,10,1,1.50,0,0\n"
    for folder in (tmp_path, tmp_path / "far"):
        (folder / "report.csv").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for pattern in ("../report.csv", "../repor?.csv"):
        named = [
            open_reports([ReportSource(path=pattern)], Path(folder), "CNY")[0].file
            for folder in ("configs", "link")
        ]
        assert named == ["report.csv", f"link/{pattern.replace('?', 't')}"]
