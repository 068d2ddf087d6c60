"""The reports of a generated world that a nightly bid job reads."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from decimal import Decimal

import pytest

from bidder.jobs.generate import SEARCH_REPORTS, ensure_world, run_generate

TEXT = """\
name: tiny
seed: 5
calendar: {start: 2026-11-09, days: 4}
visitors: {users: 2000, organic_visits: 900, visited_before: 0.1}
channels:
  search:
    kind: search
    auctions: 12000
    keywords: [{kind: core, count: 12, traffic: 1, ctr: 0.2, cvr: 0.3}]
    competitors: [{name: 旗舰店, count: 3, value_share: 0.25}]
  social:
    kind: display
    auctions: 4000
    campaigns: {feed: {ctr: 0.1, cvr: 0.3}}
    competitors: [{name: 快消, count: 2, cpm: 20}]
    ours: {cpm: 22}
"""
COUNTS = ("impressions", "clicks", "cost", "conversions", "revenue")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    (folder / "tiny.yaml").write_text(TEXT, encoding="utf-8")
    run_generate(folder / "tiny.yaml", folder / "world")
    return folder / "world"


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sums(table, *by):
    found = defaultdict(lambda: [Decimal(0)] * 5)
    for row in table:
        key = tuple(row[name] for name in by)
        found[key] = [a + Decimal(row[c]) for a, c in zip(found[key], COUNTS, strict=True)]
    return found


def test_search_terms_add_up_to_the_keywords(made):
    words, terms = rows(made / "keyword_report.csv"), rows(made / "search_terms.csv")
    by = ("date", "campaign", "ad_group", "keyword")
    whole, parts = sums(words, *by), sums(terms, *by)
    assert {k: v[1:] for k, v in parts.items()} == {k: v[1:] for k, v in whole.items() if v[1]}
    assert all(row["search_term"].startswith(row["keyword"]) and int(row["clicks"]) > 0 for row in terms)


def test_some_search_terms_never_sell(made):
    truth = rows(made / "truth" / "search_terms.csv")
    never = {row["search_term"] for row in truth if row["converts"] == "0"}
    assert 0 < len(never) < len(truth)
    sold = sums(rows(made / "search_terms.csv"), "search_term")
    assert sum(sold[(term,)][1] for term in never) > 20 and all(sold[(term,)][3] == 0 for term in never)
    assert sum(row[3] for row in sold.values()) > 50


def test_devices_add_up_to_the_campaigns(made):
    searching = [row for row in rows(made / "campaign_report.csv") if row["channel"] == "search"]
    devices = rows(made / "device_report.csv")
    assert sums(devices, "date", "campaign") == sums(searching, "date", "campaign")
    assert {row["device"] for row in devices} == {"mobile", "desktop", "tablet"}
    assert len(rows(made / "truth" / "devices.csv")) == 3


def test_lags_of_search_are_those_of_the_account_counted_in_midnights(made):
    """The report of an evening holds the conversions whose days are at most the age of the click's date."""
    every = [row for row in rows(made / "conversion_lag.csv") if row["channel"] == "search"]
    searching = rows(made / "search_lag.csv")
    assert {row["channel"] for row in searching} == {"search"} and every
    for name in ("date", "campaign"):
        counted = [Counter(), Counter()]
        for count, table in zip(counted, (every, searching), strict=True):
            for row in table:
                count[row[name]] += int(row["conversions"])
        assert counted[0] == counted[1]
    days = [sum(int(r["lag_days"]) * int(r["conversions"]) for r in table) for table in (every, searching)]
    orders = sum(int(row["conversions"]) for row in searching)
    assert days[0] < days[1] < days[0] + orders
    ages = {row["date"]: 12 - int(row["date"][-2:]) for row in searching}
    assert all(int(row["lag_days"]) <= ages[row["date"]] for row in searching)
    assert orders == sum(int(row["conversions"]) for row in rows(made / "keyword_report.csv"))


def test_a_world_of_an_earlier_version_is_made_again(made):
    """Its files are whole, but it lacks a report."""
    summary = made / "world.json"
    document = json.loads(summary.read_text(encoding="utf-8"))
    assert set(document["files"]) >= SEARCH_REPORTS
    document["files"].remove("search_terms.csv")
    (made / "search_terms.csv").unlink()
    summary.write_text(json.dumps(document), encoding="utf-8")
    ensure_world(made.parent / "tiny.yaml", made)
    assert (made / "search_terms.csv").exists()
    inode = summary.stat().st_ino
    ensure_world(made.parent / "tiny.yaml", made)
    assert summary.stat().st_ino == inode
