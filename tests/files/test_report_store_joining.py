"""Several reports in one store: which ones overlap, and what happens when one of them is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from report_store_samples import FIRST, LAST, Rows, even, report, same

from bidder.errors import InputError, Problem
from bidder.files.platform_reports import store_rows
from bidder.files.platform_reports.canonical import schema_of
from bidder.files.platform_reports.opening import open_reports
from bidder.files.platform_reports.store import ReportStore
from bidder.keywords.spec_reports import ReportKind as Kind
from bidder.keywords.spec_reports import ReportSource

NEXT = FIRST + timedelta(1)
COUNTED = {"clicks": 1, "cost": 5}


def keyword(word="k", day=FIRST, **more):
    return {"date": day, "campaign": "c", "ad_group": "g", "keyword": word, "match_type": 1, "impressions": 9,
            "conversions": 0.5, **COUNTED, **more}


def hour(h, day=FIRST, **more):
    return {"date": day, "hour": h, "campaign": "c", **COUNTED, **more}


def segment(day=FIRST, **more):
    return {"date": day, "campaign": "c", **more, **COUNTED}


def setting(word="k", **more):
    return {"campaign": "c", "ad_group": "g", "keyword": word, "match_type": 1, "max_cpc": 7, **more}


def term(text, day=FIRST):
    return {"date": day, "campaign": "c", "search_term": text, **COUNTED}


def point(bid):
    return {"campaign": "c", "keyword": "k", "bid": bid, "clicks": 1.0, "cost": 5}


def lag(days):
    return {"date": FIRST, "lag_days": days, "conversions": 1.0}


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def refused(*reports):
    with ReportStore(FIRST, LAST) as store:
        for each in reports:
            store.add(each)
        try:
            store.days()
        except InputError as error:
            return [str(problem) for problem in error.problems]
        return []


@pytest.mark.parametrize(("kind", "one", "other"), [
    (Kind.KEYWORDS, keyword(), keyword()),
    (Kind.KEYWORDS, keyword(), keyword(device="mobile")),
    (Kind.KEYWORDS, keyword(), keyword(hour=3)),
    (Kind.KEYWORDS, keyword(device="mobile"), keyword(hour=3)),
    (Kind.KEYWORDS, keyword(), without(keyword(), "match_type")),
    (Kind.KEYWORDS, keyword(), without(keyword(), "ad_group")),
    (Kind.KEYWORDS, keyword(platform_id="7"), keyword()),
    (Kind.HOURS, hour(3), hour(3)),
    (Kind.HOURS, hour(3), hour(3, ad_group="g")),
    (Kind.HOURS, hour(3), hour(3, device="mobile")),
    (Kind.SEGMENTS, segment(device="m"), segment(device="m")),
    (Kind.SEGMENTS, segment(device="m"), segment(device="m", audience="cart")),
    (Kind.TERMS, term("a"), term("a")),
    (Kind.SETTINGS, setting(), setting()),
    (Kind.LANDSCAPE, point(3), point(3)),
    (Kind.LAGS, lag(3), lag(3)),
    (Kind.LAGS, lag(3), lag(3) | {"campaign": "c"}),
])
def test_the_same_row_in_two_files_is_refused_with_both_names(kind, one, other):
    problems = refused(report("one.csv", kind, [one]), report("other.csv", kind, [other]))
    assert len(problems) == 1
    assert problems[0].startswith("other.csv: ")
    assert "one.csv" in problems[0]


@pytest.mark.parametrize(("kind", "one", "other"), [
    (Kind.KEYWORDS, keyword(), keyword(day=NEXT)),
    (Kind.KEYWORDS, keyword(), keyword("other")),
    (Kind.KEYWORDS, keyword(), keyword(match_type=2)),
    (Kind.KEYWORDS, keyword(hour=3), keyword(hour=4)),
    (Kind.KEYWORDS, keyword(device="m"), keyword(device="t")),
    (Kind.KEYWORDS, keyword(day=FIRST - timedelta(1)), keyword(day=FIRST - timedelta(1))),
    (Kind.HOURS, hour(3), hour(4)),
    (Kind.SEGMENTS, segment(device="m"), segment(audience="cart")),
    (Kind.SEGMENTS, segment(device="m"), segment(device="t", audience="cart")),
    (Kind.TERMS, term("a"), term("b")),
    (Kind.SETTINGS, setting(), setting("other")),
    (Kind.LANDSCAPE, point(3), point(4)),
    (Kind.LAGS, lag(3), lag(4)),
])
def test_different_rows_in_two_files_are_joined(kind, one, other):
    assert refused(report("one.csv", kind, [one]), report("other.csv", kind, [other])) == []


def test_kinds_stand_side_by_side():
    rows = [(Kind.KEYWORDS, keyword()), (Kind.HOURS, hour(3)), (Kind.SEGMENTS, segment(device="m")),
            (Kind.SETTINGS, setting())]
    assert refused(*(report(str(kind), kind, [row]) for kind, row in rows)) == []


def test_the_same_row_twice_in_one_file_is_summed():
    with ReportStore(FIRST, LAST) as store:
        store.add(report("a", Kind.KEYWORDS, [keyword(), keyword()]))
        assert store.keywords(even()).clicks.tolist() == [2]


def test_every_pair_of_files_is_told_with_the_number_of_rows_and_one_of_them():
    files = [report(f"{name}.csv", Kind.KEYWORDS, [keyword(word) for word in words])
             for name, words in (("a", "kxy"), ("b", "xyz"), ("c", "z"), ("d", "w"))]
    first, second = refused(*files)
    assert first.startswith("b.csv: 2 of its rows stand in a.csv too, such as 2026-10-19, campaign 'c', ")
    assert "ad group 'g', keyword 'x'" in first
    assert second.startswith("c.csv: 1 of its rows stand in b.csv too")


def test_settings_without_dates_are_told_apart_from_rows_of_a_day():
    told, = refused(report("a", Kind.SETTINGS, [setting()]), report("b", Kind.SETTINGS, [setting()]))
    assert told == (
        "b: 1 of its rows stand in a too, such as campaign 'c', ad group 'g', keyword 'k': which one stands "
        "is not told; expected each row in one report"
    )


def test_texts_are_told_apart_by_every_character():
    words = ["a", "a\0", "a\0b", "A", "a ", "ａ", "e\u0301", "é", "x" * 40, "x" * 40 + "y"]
    with ReportStore(FIRST, LAST) as store:
        store.add(report("a", Kind.KEYWORDS, [keyword(word) for word in words]))
        store.add(report("b", Kind.KEYWORDS, [keyword(word, NEXT) for word in words]))
        table = store.keywords(even())
    assert table.keyword.tolist() == sorted(words)
    assert set(table.clicks.tolist()) == {2}


class Broken(Rows):
    """A report with a mistake after its first batches."""

    def batches(self):
        yield from super().batches()
        raise InputError(Problem("row 17 is wrong"))


def test_a_wrong_report_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(store_rows, "CHUNK_ROWS", 1)  # so that some are in the database by then
    good = report("good.csv", Kind.KEYWORDS, [keyword(), keyword("b")])
    right = report("right.csv", Kind.KEYWORDS, [keyword("new", NEXT)])
    rows = [keyword("b", NEXT), keyword("b", platform_id="8"), keyword("new", NEXT, ad_group="another"),
            keyword("b", LAST + timedelta(9))]
    rows = [{"platform_id": "", **row} for row in rows]
    with ReportStore(FIRST, LAST) as store, ReportStore(FIRST, LAST) as other:
        for each in (store, other):
            each.add(good)
        with pytest.raises(InputError, match="row 17"):
            store.add(Broken("bad.csv", Kind.KEYWORDS, tuple(rows[0]), rows))
        for each in (store, other):
            each.add(right)
        same(store.keywords(even()), other.keywords(even()))
        same(store.days(), other.days())
        assert store.keywords(even()).keyword.tolist() == ["b", "k", "new"]
        assert (store.left_out, store.input_hash()) == ({}, other.input_hash())


def test_what_is_told_last_stands_and_settings_stand_above_reports():
    rows = [keyword("a", FIRST, max_cpc=1, quality_score=4, bid_strategy="x", platform_id="1"),
            keyword("a", NEXT, max_cpc=2, quality_score=5, bid_strategy="y", platform_id="2"),
            keyword("a", LAST, max_cpc=None, quality_score=0, bid_strategy="", platform_id=""),
            keyword("b", LAST, max_cpc=3, quality_score=8, bid_strategy="x", platform_id="5")]
    told = [setting("b", quality_score=9, bid_strategy="", platform_id="6"),
            setting("c", quality_score=0, bid_strategy="z", platform_id="")]
    with ReportStore(FIRST, LAST) as store:
        store.add(report("a", Kind.KEYWORDS, rows))
        store.add(report("s", Kind.SETTINGS, told))
        table = store.keywords(even())
    assert table.keyword.tolist() == ["a", "b", "c"]
    assert table.max_cpc.tolist() == [2, 7, 7]
    assert table.quality_score.tolist() == [5, 9, 0]
    assert table.earlier_quality_score.tolist() == [4, 0, 0]
    assert table.bid_strategy.tolist() == ["y", "x", "z"]
    assert table.platform_id.tolist() == ["2", "6", ""]
    assert table.clicks.tolist() == [3, 1, 0]


def test_days_that_settings_tell_are_days_of_the_window():
    rows = [setting("a", max_cpc=5, date=FIRST), setting("a", max_cpc=6, date=NEXT),
            setting("a", max_cpc=9, date=LAST + timedelta(1))]
    with ReportStore(FIRST, LAST) as store:
        store.add(report("s", Kind.SETTINGS, rows))
        assert store.keywords(even()).max_cpc.tolist() == [6]


def test_rows_go_to_disk_when_memory_is_short(tmp_path):
    n = 200_000
    words = [f"a keyword of many words, and of a number {k * 7919 % n:06d}" for k in range(n)]
    clicks = np.arange(n) % 50
    with ReportStore(FIRST, LAST, memory_limit_mb=64, folder=tmp_path) as store:
        store.add(Arrays("a", {
            "date": np.full(n, np.datetime64(FIRST)), "campaign": ["c"] * n, "keyword": words,
            "impressions": clicks, "clicks": clicks, "cost": clicks, "conversions": np.zeros(n),
        }))
        table = store.keywords(even())
        assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) > 1_000_000
    assert list(tmp_path.iterdir()) == []
    assert table.keyword.tolist() == sorted(words)
    np.testing.assert_array_equal(table.clicks, clicks[np.argsort(words)])


class Arrays:
    """A large report of keywords."""

    kind = Kind.KEYWORDS
    facts = SimpleNamespace(sha256="")

    def __init__(self, file, columns):
        self.file = file
        self.columns = columns

    def batches(self):
        yield from pa.table(self.columns, schema=schema_of(self.kind, self.columns)).to_batches(65_536)


def test_no_room_is_said_as_such(tmp_path):
    with pytest.raises(InputError, match="room for temporary files"):
        ReportStore(FIRST, LAST, folder=tmp_path / "absent")


def test_reports_are_read_from_files(tmp_path):
    header = "date,campaign,ad_group,keyword,match_type,impressions,clicks,cost,conversions,revenue,max_cpc"
    for k, words in enumerate((("shoe", "hat"), ("hat",))):
        day = FIRST + timedelta(k)
        lines = [f"{day},brand,g,{word},exact,100,{k + 2},1.50,0.5,20.00,0.75" for word in words]
        (tmp_path / f"day{k}.csv").write_text("\n".join([header, *lines]) + "\n")
    (tmp_path / "hours.csv").write_text(f"date,hour,campaign,clicks,cost\n{FIRST},7,brand,4,3.00\n")
    sources = [ReportSource(path="day*.csv"), ReportSource(path="hours.csv")]
    with ReportStore(FIRST, LAST) as store:
        for each in open_reports(sources, tmp_path, "CNY", until=LAST):
            store.add(each)
        table, account, hours = store.keywords(even(0.5)), store.days(), store.hours(even())
        valued = store.with_values(account, table, np.array([2.0, 3.0]))
    assert table.keyword.tolist() == ["hat", "shoe"]
    assert (table.clicks.tolist(), table.cost.tolist()) == ([5, 2], [3_000_000, 1_500_000])
    assert (table.matured_clicks.tolist(), table.max_cpc.tolist()) == ([2.5, 1.0], [750_000, 750_000])
    assert account.clicks[:2].tolist() == [4, 3]
    assert valued.value_clicks[:2].tolist() == [10.0, 6.0]
    level = [0.75 / 2 ** (10 / 16) / 3 ** (6 / 16), 0.75 / 2]  # by the value of all clicks: 10 and 6
    assert valued.bid_level[:2] == pytest.approx(level, rel=1e-5)
    assert hours.raw_clicks[0, 7] == 4


def test_the_store_is_not_loaded_before_it_is_needed():
    code = "import sys, bidder.cli.main; print([m for m in ('duckdb', 'pyarrow') if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert answer.stdout.strip() == "[]"
