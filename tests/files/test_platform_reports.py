"""Every platform's export gives the same canonical rows."""

from __future__ import annotations

import gzip
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import platform_samples as samples
import pyarrow as pa
import pytest
from platform_samples import LINES, Sample

from bidder.errors import InputError
from bidder.files.platform_reports.canonical import schema_of
from bidder.files.platform_reports.opening import OpenReport, open_reports
from bidder.keywords.data import Component, MatchType
from bidder.keywords.spec_reports import ReportKind, ReportReader, ReportSource

EXPECTED = [
    {
        "date": x.day, "campaign": x.campaign, "ad_group": x.ad_group, "keyword": x.keyword,
        "match_type": int(x.match_type), "impressions": x.impressions, "clicks": x.clicks,
        "cost": round(float(x.cost) * 1e6), "conversions": float(x.conversions),
        "revenue": round(float(x.revenue) * 1e6),
    }
    for x in LINES
]
BIDS = [{"max_cpc": round(float(x.max_cpc) * 1e6), "quality_score": x.quality} for x in LINES]


def opened(folder: Path, content: bytes, name: str = "report.csv", **spec: Any) -> OpenReport:
    (folder / name).write_bytes(content)
    account = spec.pop("account", samples.CURRENCY)
    (report,) = open_reports([ReportSource(path=name, **spec)], folder, account)
    return report


def rows_of(report: OpenReport) -> list[dict[str, Any]]:
    table = pa.Table.from_batches(list(report.batches()), schema_of(report.kind, report.columns))
    table.validate(full=True)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def refused(folder: Path, content: bytes, name: str = "report.csv", **spec: Any) -> list[str]:
    with pytest.raises(InputError) as error:
        rows_of(opened(folder, content, name, **spec))
    return [str(problem).replace(str(folder) + "/", "") for problem in error.value.problems]


@pytest.mark.parametrize("sample", samples.keyword_reports(), ids=lambda s: s.name)
def test_every_keyword_report_gives_the_same_rows(sample: Sample, tmp_path: Path) -> None:
    report = opened(tmp_path, sample.content, sample.name, **sample.spec)
    assert report.kind is ReportKind.KEYWORDS
    rows = rows_of(report)
    assert [{name: row[name] for name in EXPECTED[0]} for row in rows] == EXPECTED
    if sample.name != "amazon.csv":  # which has neither
        assert [{name: row[name] for name in BIDS[0]} for row in rows] == BIDS
    facts = report.facts
    assert (facts.rows, facts.first, facts.last) == (6, date(2026, 10, 19), date(2026, 10, 20))
    assert facts.sha256 == hashlib.sha256(sample.content).hexdigest()


@pytest.mark.parametrize("sample", samples.settings_reports(), ids=lambda s: s.name)
def test_every_bulk_file_gives_the_same_settings(sample: Sample, tmp_path: Path) -> None:
    report = opened(tmp_path, sample.content, sample.name)
    assert report.kind is ReportKind.SETTINGS
    rows = rows_of(report)
    names = ("campaign", "ad_group", "keyword", "match_type", "max_cpc")
    assert [tuple(row[n] for n in names) for row in rows] == [
        (x.campaign, x.ad_group, x.keyword, int(x.match_type), round(float(x.max_cpc) * 1e6))
        for x in LINES[:3]
    ]
    assert len({row["bid_strategy"] for row in rows}) == (1 if sample.name == "bulksheet.csv" else 2)
    assert "" not in {row["bid_strategy"] for row in rows}
    assert any("of other kinds" in note for note in report.facts.notes)


def test_bulk_rows_take_over_strategy_and_bid(tmp_path: Path) -> None:
    rows = rows_of(opened(tmp_path, samples.editor()))
    assert [row["bid_strategy"] for row in rows] == ["Manual CPC", "Manual CPC", "Maximize conversions"]
    assert rows[2]["max_cpc"] == 4_100_000
    assert {row["first_page_bid"] for row in rows} == {1_100_000}
    assert (rows[0]["expected_ctr"], rows[0]["ad_relevance"], rows[0]["landing_page"]) == (
        Component.ABOVE_AVERAGE, Component.BELOW_AVERAGE, Component.AVERAGE,
    )


@pytest.mark.parametrize(
    ("sample", "reader", "encoding", "delimiter", "decimal", "dates", "amounts"),
    [
        ("canonical.csv", ReportReader.CANONICAL, "utf-8", ",", ".", "iso", "units"),
        ("canonical.tsv", ReportReader.CANONICAL, "utf-8", "\t", ".", "iso", "units"),
        ("google16.csv", ReportReader.GOOGLE_ADS, "utf-16", ",", ".", "iso", "units"),
        ("german.csv", ReportReader.GOOGLE_ADS, "utf-8", ";", ",", "iso", "units"),
        ("microsoft.csv", ReportReader.MICROSOFT_ADS, "utf-8", ",", ".", "month_first", "units"),
        ("amazon.csv", ReportReader.AMAZON_ADS, "utf-8", ",", ".", "iso", "units"),
        ("zhitongche.csv", ReportReader.ZHITONGCHE, "gb18030", ",", ".", "iso", "units"),
        ("fen.csv", ReportReader.ZHITONGCHE, "utf-8", ",", ".", "iso", "mixed"),
        ("canonical.parquet", ReportReader.CANONICAL, "", "", ".", "iso", "units"),
    ],
)
def test_facts_tell_how_a_report_is_written(
    sample: str, reader: ReportReader, encoding: str, delimiter: str, decimal: str, dates: str, amounts: str,
    tmp_path: Path,
) -> None:
    chosen = next(s for s in samples.keyword_reports() if s.name == sample)
    report = opened(tmp_path, chosen.content, chosen.name, **chosen.spec)
    rows_of(report)
    facts = report.facts
    assert (facts.reader, facts.encoding, facts.delimiter) == (reader, encoding, delimiter)
    assert (facts.decimal, facts.dates, facts.amounts) == (decimal, dates, amounts)
    assert facts.totals_checked == (sample in ("google16.csv", "microsoft.csv", "zhitongche.csv", "fen.csv"))


def test_google_shares_take_their_bound_and_marks_of_the_unknown_are_unknown(tmp_path: Path) -> None:
    text = samples.google().decode()
    text = text.replace("< 10%", "> 90%", 1).replace(",8,Above average", ", --, --", 1)
    rows = rows_of(opened(tmp_path, text.encode()))
    assert [row["impression_share"] for row in rows] == [0.9, *[0.1] * 5]
    assert (rows[0]["quality_score"], rows[0]["expected_ctr"]) == (0, Component.UNKNOWN)
    assert rows[1]["expected_ctr"] == Component.ABOVE_AVERAGE


def test_brackets_and_quotes_tell_the_match_type(tmp_path: Path) -> None:
    content = (
        b"Day,Campaign,Ad group,Keyword,Impr.,Clicks,Cost,Conversions\n"
        b'2026-10-20,a,g,[red shoes],5,1,0.10,0.00\n2026-10-20,a,g,"""red shoes""",5,1,0.10,0.00\n'
        b"2026-10-20,a,g,+red +shoes,5,1,0.10,0.00\n2026-10-20,a,g,red shoes,5,1,0.10,0.00\n"
    )
    rows = rows_of(opened(tmp_path, content))
    assert [(row["keyword"], row["match_type"]) for row in rows] == [
        ("red shoes", MatchType.EXACT), ("red shoes", MatchType.PHRASE),
        ("+red +shoes", MatchType.BROAD), ("red shoes", MatchType.BROAD),
    ]


def test_a_bid_landscape_is_for_a_day(tmp_path: Path) -> None:
    content = (
        b"Campaign,Ad group,Keyword,Match type,Simulated max. CPC,Est. clicks,Est. cost,Est. impr.\n"
        b"brand,shoes,[red shoes],Exact,0.50,70,28.00,1400\n"
        b"brand,shoes,[red shoes],Exact,0.75,84,42.00,1500\n"
    )
    report = opened(tmp_path, content)
    rows = rows_of(report)
    assert report.kind is ReportKind.LANDSCAPE
    assert [(row["bid"], row["clicks"], row["cost"]) for row in rows] == [
        (500_000, 10.0, 4_000_000), (750_000, 12.0, 6_000_000),
    ]


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (
            "日期,小时,推广计划,展现量,点击量,花费(元)\n2026-10-20,07:00,a,10,2,1.50\n".encode("gbk"),
            ReportKind.HOURS, {"hour": 7, "campaign": "a", "cost": 1_500_000},
        ),
        (
            b"Campaign,Day,Hour of the day,Clicks,Impr.,Cost\na,2026-10-20,23,2,10,1.50\n",
            ReportKind.HOURS, {"hour": 23, "impressions": 10},
        ),
        (
            b"Campaign,Day,Device,Clicks,Impr.,Cost\na,2026-10-20,Mobile phones,2,10,1.50\n",
            ReportKind.SEGMENTS, {"device": "Mobile phones"},
        ),
        (samples.amazon_terms(), ReportKind.TERMS, {"search_term": "cheap red shoes", "clicks": 70}),
        (
            b"date,lag_days,conversions\n2026-10-01,3,1.5\n", ReportKind.LAGS,
            {"lag_days": 3, "conversions": 1.5},
        ),
        (
            b"campaign,ad_group,place,text\na,g,headline 1,The best shoes\n", ReportKind.ADS,
            {"place": "headline 1", "text": "The best shoes"},
        ),
    ],
    ids=["zhitongche hours", "google hours", "devices", "terms", "lags", "ads"],
)
def test_columns_tell_the_kind(
    content: bytes, kind: ReportKind, expected: dict[str, object], tmp_path: Path
) -> None:
    report = opened(tmp_path, content)
    assert report.kind is kind
    row = rows_of(report)[0]
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("content", "spec"),
    [
        (samples.editor(), {"kind": ReportKind.ADS}),
        (
            b"Ad status,Headline 1,Headline 2,Description Line 1,Campaign,Ad group\n"
            b"Eligible,The best shoes,Red shoes,Buy them now.,brand,shoes\n", {},
        ),
    ],
    ids=["editor", "report"],
)
def test_texts_of_ads_become_rows(content: bytes, spec: dict[str, Any], tmp_path: Path) -> None:
    report = opened(tmp_path, content, **spec)
    assert report.kind is ReportKind.ADS
    assert [(row["campaign"], row["ad_group"], row["place"], row["text"]) for row in rows_of(report)] == [
        ("brand", "shoes", "headline 1", "The best shoes"),
        ("brand", "shoes", "headline 2", "Red shoes"),
        ("brand", "shoes", "description line 1", "Buy them now."),
    ]


def test_direct_transactions_alone_can_be_counted(tmp_path: Path) -> None:
    rows = rows_of(opened(tmp_path, samples.zhitongche(), conversions="direct"))
    assert [row["conversions"] for row in rows] == [x.conversions // 2 for x in LINES]
    assert {row["revenue"] for row in rows} == {0}


def test_amounts_and_later_days(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(samples.canonical())
    source = ReportSource(path="a.csv", amounts="minor")
    (report,) = open_reports([source], tmp_path, "CNY", until=date(2026, 10, 19))
    rows = rows_of(report)
    assert [row["cost"] for row in rows] == [row["cost"] // 100 for row in EXPECTED[:3]]
    assert report.facts.last == date(2026, 10, 19)
    assert report.facts.notes == ("3 rows after 2026-10-19 were left out",)


def test_patterns_gzip_and_natural_order(tmp_path: Path) -> None:
    for name in ("day10.csv.gz", "day2.csv.gz", "day1.csv.gz"):
        (tmp_path / name).write_bytes(gzip.compress(samples.google()))
    reports = open_reports([ReportSource(path="day*.csv.gz")], tmp_path, "CNY")
    assert [Path(r.file).name for r in reports] == ["day1.csv.gz", "day2.csv.gz", "day10.csv.gz"]
    assert len(rows_of(reports[1])) == 6
    assert reports[1].facts.sha256 == hashlib.sha256((tmp_path / "day2.csv.gz").read_bytes()).hexdigest()


def test_guards_of_spreadsheets_are_undone(tmp_path: Path) -> None:
    text = samples.canonical().decode().replace("red shoes", "'=red shoes").replace("31.05", "'31.05")
    rows = rows_of(opened(tmp_path, text.encode()))
    assert (rows[0]["keyword"], rows[0]["cost"]) == ("=red shoes", 31_050_000)


def test_a_report_can_be_read_twice_and_only_then_tells_facts(tmp_path: Path) -> None:
    report = opened(tmp_path, samples.google())
    with pytest.raises(ValueError, match="not been read"):
        _ = report.facts
    assert rows_of(report) == rows_of(report)
    assert report.facts.rows == 6


def test_line_ends_inside_cells_keep_row_numbers_right(tmp_path: Path) -> None:
    lines = samples.canonical().decode().split("\n")
    lines[1] = lines[1].replace("brand", '"bra\n\nnd"')
    lines[5] = lines[5].replace(",0.00,", ",nothing,", 1)
    found = refused(tmp_path, "\n".join(lines).encode())
    assert found == [
        "report.csv:row 8, column cost: found 'nothing'; expected an amount of at least 0 (CNY)"
    ]
    lines[5] = lines[5].replace("nothing", "0.00")
    assert rows_of(opened(tmp_path, "\n".join(lines).encode()))[0]["campaign"] == "bra  nd"


def test_a_quote_inside_a_bare_cell_is_a_letter(tmp_path: Path) -> None:
    text = samples.canonical().decode().replace("winter coat", '5" pipe').replace("31.05", "x")
    found = refused(tmp_path, text.encode())
    assert found == ["report.csv:row 2, column cost: found 'x'; expected an amount of at least 0 (CNY)"]
    assert rows_of(opened(tmp_path, text.replace(",x,", ",1,").encode()))[2]["keyword"] == '5" pipe'
