"""Suggestion files of a night, from reports on disk to files and the report."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bids_accounts import LAST, Account

from bidder.files.tables import format_table
from bidder.jobs.bids.output import AD_LAW_FILE, NEGATIVES_FILE, NEW_KEYWORDS_FILE
from bidder.jobs.bids.propose import run_propose
from bidder.jobs.bids.suggestions import AD_LAW_COLUMNS, NEGATIVE_COLUMNS, NEW_KEYWORD_COLUMNS, suggest

TERM_COLUMNS = (
    "date", "campaign", "ad_group", "keyword", "search_term", "impressions", "clicks", "cost", "conversions",
    "revenue",
)  # fmt: skip
AD_COLUMNS = ("campaign", "ad_group", "place", "text")
KEYWORD_ROW = (LAST, "连衣裙", "group 1", "全网最低价连衣裙", "exact", 10, 1, 0.5, 0, 0, 0.6, 7, "manual_cpc")
HOME = ("连衣裙", "group 1", "keyword 001")


def term(text: str, clicks: int, cost: float, sold: int) -> tuple[object, ...]:
    return (LAST, *HOME, text, clicks * 20, clicks, cost, sold, sold * 180.0)


class Night:
    """An account with more reports, and what is suggested of it."""

    def __init__(self, folder: Path) -> None:
        self.account = Account(folder).write()

    def add(self, name: str, columns: tuple[str, ...], *rows: tuple[object, ...]) -> Night:
        (self.account.folder / "reports" / name).write_text(format_table(columns, rows), encoding="utf-8")
        return self

    def add_keyword(self, *row: object) -> Night:
        file = self.account.folder / "reports" / "keywords.csv"
        with file.open("a", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerow(row)
        return self

    def propose(self, *overrides: str) -> Any:
        return run_propose(
            self.account.config, LAST, self.account.folder / "out", overrides=overrides, report=False
        )


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((folder / name).read_text(encoding="utf-8"))))


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


def test_terms_go_to_their_files(night: Night) -> None:
    night.add(
        "terms.csv", TERM_COLUMNS, term("free dress", 900, 900, 0), term("silk dress", 200, 40, 40),
        term("keyword 001", 900, 900, 0), term("=cmd()", 900, 800, 0),
    )  # fmt: skip
    outcome = night.propose()
    sinks = rows_of(outcome.folder, NEGATIVES_FILE)
    assert [row["term"] for row in sinks] == ["free dress", "'=cmd()"]
    assert tuple(sinks[0]) == NEGATIVE_COLUMNS
    assert (sinks[0]["clicks"], sinks[0]["cost"], sinks[0]["match_type"]) == ("900", "900.00", "exact")
    assert (sinks[0]["campaign"], sinks[0]["ad_group"]) == HOME[:2]
    assert float(sinks[0]["chance"]) < 0.01 < 1 < float(sinks[0]["expected_conversions"])
    (news,) = rows_of(outcome.folder, NEW_KEYWORDS_FILE)
    assert tuple(news) == NEW_KEYWORD_COLUMNS
    assert (news["keyword"], news["conversions"], news["cost"]) == ("silk dress", "40.0", "40.00")
    assert float(news["max_cpc"]) <= float(news["value_per_click"]) / 4 * outcome.proposal.alpha.chosen + 0.01
    assert AD_LAW_FILE not in outcome.files
    again = suggest(outcome.loaded, outcome.data, outcome.proposal)
    assert [(s.kind, s.term) for s in again.terms] == [
        ("negative", "free dress"), ("negative", "=cmd()"), ("keyword", "silk dress"),
    ]  # fmt: skip
    assert again.terms[0].why == sinks[0]["why"]
    assert again.files[NEGATIVES_FILE] == (outcome.folder / NEGATIVES_FILE).read_bytes()


def test_the_report_tells_why_a_term_is_suggested_in_its_language(night: Night) -> None:
    night.add(
        "terms.csv", TERM_COLUMNS, term("free dress", 900, 900, 0), term("silk dress", 200, 40, 40)
    )
    account, pages = night.account, {}
    for lang in ("en", "zh"):
        folder = account.folder / lang
        run_propose(account.config, LAST, folder, lang=lang)
        pages[lang] = (folder / "report.html").read_text(encoding="utf-8")
    (sink,), (news,) = (rows_of(account.folder / "en", f) for f in (NEGATIVES_FILE, NEW_KEYWORDS_FILE))
    cvr = re.search(r"a CVR of (\S+%)", sink["why"]).group(1)
    assert f"were to be expected (CVR {cvr})" in pages["en"]
    assert f"按转化率 {cvr} 应有约" in pages["zh"]
    worth = re.search(r"a click is worth ([\d.,]+) CNY", news["why"]).group(1)
    assert f"a click is worth {worth} CNY and cost 0.20" in pages["en"]
    assert f"每次点击价值 {worth} 元，花费 0.20" in pages["zh"]
    assert "by chance" not in pages["zh"]
    assert "is worth" not in pages["zh"]


def test_more_than_asked_is_noted(night: Night) -> None:
    night.add("terms.csv", TERM_COLUMNS, *(term(f"sink {i}", 900, 900, 0) for i in range(4)))
    outcome = night.propose("terms.most=3")
    assert len(rows_of(outcome.folder, NEGATIVES_FILE)) == 3
    assert "of 4 terms to exclude the first 3 are given (terms.most)" in outcome.notes


def test_words_are_told_with_their_place(night: Night) -> None:
    night.add_keyword(*KEYWORD_ROW).add_keyword(*KEYWORD_ROW[:4], "broad", *KEYWORD_ROW[5:])
    night.add(
        "ads.csv", AD_COLUMNS, ("连衣裙", "group 1", "headline 2", "TOP1 dress"),
        ("shoes", "group 0", "headline 1", "第一次下单立减，最佳选择"),
    )  # fmt: skip
    outcome = night.propose()
    rows = rows_of(outcome.folder, AD_LAW_FILE)
    assert tuple(rows[0]) == AD_LAW_COLUMNS
    assert [(r["term"], r["found"], r["position"], r["place"]) for r in rows] == [
        ("全网最低价", "全网最低价", "1", "keyword, 连衣裙 / group 1 and 1 more"),
        ("最佳选择", "最佳选择", "9", "headline 1, shoes / group 0"),
        ("TOP1", "TOP1", "1", "headline 2, 连衣裙 / group 1"),
    ]
    words = suggest(outcome.loaded, outcome.data, outcome.proposal).words
    assert [(w.term, w.text, w.place, w.reason) for w in words] == [
        (r["term"], r["text"], r["place"], r["reason"]) for r in rows
    ]


@pytest.mark.parametrize("override", ["terms.screen=false", "terms.exempt=[全网最低价连衣裙]"])
def test_what_is_exempt_or_not_to_be_screened_is_not_told(night: Night, override: str) -> None:
    assert AD_LAW_FILE not in night.add_keyword(*KEYWORD_ROW).propose(override).files


def test_latin_words_count_only_where_there_is_chinese_text(night: Night) -> None:
    night.add_keyword(*KEYWORD_ROW[:3], "no 1 shoes", *KEYWORD_ROW[4:])
    night.add("ads.csv", AD_COLUMNS, ("shoes", "group 0", "headline 1", "No. 1 shoes"))
    assert AD_LAW_FILE not in night.propose().files


def test_without_terms_and_words_there_is_no_file(night: Night) -> None:
    files = night.propose().files
    assert not {NEGATIVES_FILE, NEW_KEYWORDS_FILE, AD_LAW_FILE} & {*files}


def test_suggestions_do_not_depend_on_the_order_of_rows(night: Night) -> None:
    rows = [term(f"sink {i}", 900, 900 + i % 3, 0) for i in range(9)]
    first = night.add("terms.csv", TERM_COLUMNS, *rows).propose()
    content = (first.folder / NEGATIVES_FILE).read_bytes()
    shuffled = [rows[i] for i in np.random.default_rng(1).permutation(len(rows))]
    second = night.add("terms.csv", TERM_COLUMNS, *shuffled).propose()
    assert (second.folder / NEGATIVES_FILE).read_bytes() == content
