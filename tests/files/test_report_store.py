"""The grouping store against plain Python, on random reports."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_store_samples import (
    COUNTS,
    DAYS,
    FIRST,
    LAST,
    MICROS,
    day_reference,
    even,
    get,
    inside,
    key_of,
    keyword_reference,
    part_reference,
    report,
    same,
    weights_of,
)

from bidder.errors import InputError
from bidder.files.platform_reports import grouping_keywords, store_rows
from bidder.files.platform_reports.store import ReportStore
from bidder.keywords.data import MatchType
from bidder.keywords.spec_reports import ReportKind as Kind

EXAMPLES = settings(max_examples=10)


@pytest.fixture(autouse=True, scope="module")
def small_pieces():
    """Everything that is done piece by piece is done in small pieces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_rows, "CHUNK_ROWS", 5)
        patch.setattr(grouping_keywords, "RANGE", 3)
        yield


days = st.integers(-2, DAYS + 1).map(lambda k: FIRST + timedelta(k))
money = st.integers(0, 3 * MICROS)
counts = {
    "impressions": st.integers(0, 1000), "clicks": st.integers(0, 50), "cost": money,
    "conversions": st.floats(0, 3).map(lambda x: round(x, 3)), "revenue": st.none() | money,
}
names = {
    "campaign": st.sampled_from(["brand", "Zubehör", "新品"]),
    "ad_group": st.sampled_from(["", "a", "𝄞", "\uffee"]),
    "keyword": st.sampled_from(["shoe", "red shoe", "跑鞋", "'=1"]), "match_type": st.integers(0, 3),
}
told = {
    "max_cpc": st.none() | st.integers(1, 5 * MICROS),
    "first_page_bid": st.none() | st.integers(1, 5 * MICROS),
    **{name: st.integers(0, 3) for name in ("expected_ctr", "ad_relevance", "landing_page")},
    "quality_score": st.integers(0, 10),
    "bid_strategy": st.just("") | st.just("Manual CPC"),
}
some_weights = st.builds(
    weights_of, *[st.lists(st.floats(low, 1), min_size=DAYS, max_size=DAYS) for low in (0, 0.01)]
)


def rows_of(*columns, size=30):
    return st.lists(st.fixed_dictionaries({name: s for c in columns for name, s in c.items()}), max_size=size)


keyword_rows = rows_of({"date": days}, names, counts, told, {
    "impression_share": st.none() | st.integers(0, 100).map(lambda x: x / 100)
})
setting_rows = rows_of(names, told, {"platform_id": st.sampled_from(["", "7", "81"])}, size=8).map(
    lambda rows: list({key_of(row): row for row in rows}.values())
)


def filled(*reports, threads=2):
    store = ReportStore(FIRST, LAST, threads=threads)
    for each in reports:
        store.add(each)
    return store


def by_day(rows, files=2):
    """The rows as reports of days of their own."""
    parts = [[row for row in rows if row["date"].toordinal() % files == k] for k in range(files)]
    return [report(f"{k}.csv", Kind.KEYWORDS, part) for k, part in enumerate(parts) if part]


def values_of(table, k):
    """A row of the keyword table."""
    columns = (
        *COUNTS, "weighted_clicks", "matured_clicks", "weighted_conversions", "weighted_revenue", "max_cpc",
        "first_page_bid", "quality_score", "earlier_quality_score", "expected_ctr", "ad_relevance",
        "landing_page", "impression_share", "bid_strategy",
    )
    row = {name: getattr(table, name)[k] for name in columns}
    return {**row, "platform_id": "" if table.platform_id is None else table.platform_id[k]}


@EXAMPLES
@given(keyword_rows, setting_rows, some_weights)
def test_keywords_are_summed_and_ordered_as_by_hand(rows, standing, weights):
    with filled(*by_day(rows), *([report("s", Kind.SETTINGS, standing)] if standing else [])) as store:
        table = store.keywords(weights)
    expected = keyword_reference(rows, standing, weights)
    keys = [
        (table.campaigns[c], table.ad_groups[g], word, MatchType(match).name)
        for c, g, word, match in zip(
            table.campaign, table.ad_group, table.keyword, table.match_type, strict=True
        )
    ]
    assert keys == list(expected)
    assert table.campaigns == tuple(sorted({key[0] for key in expected}))
    groups = zip(table.ad_group_campaign, table.ad_groups, strict=True)
    assert [(table.campaigns[c], name) for c, name in groups] == sorted({key[:2] for key in expected})
    for k, row in enumerate(expected.values()):
        np.testing.assert_equal(values_of(table, k), row)
    types = {"keyword": "object", "match_type": "int8", "campaign": "int32", "cost": "int64",
             "quality_score": "int8", "bid_strategy": "object", "max_cpc": "int64"}
    for name, kind in types.items():
        assert getattr(table, name).dtype == kind


@EXAMPLES
@given(keyword_rows, st.data())
def test_days_are_counted_and_valued_as_by_hand(rows, data):
    with filled(*by_day(rows)) as store:
        table, account = store.keywords(even()), store.days()
        value = np.array([data.draw(st.floats(0, 40).map(lambda x: round(x, 2))) for _ in table.keyword])
        valued = store.with_values(account, table, value)
        present = store.present_dates
        assert store.last_day_present == (present[-1] if present else None)
        assert sum(store.left_out.values()) == len(rows) - len(inside(rows))
    assert account.day.tolist() == list(range(FIRST.toordinal(), LAST.toordinal() + 1))
    assert np.isnan(account.bid_level).all()
    assert not account.value_clicks.any()
    for k, expected in enumerate(day_reference(rows)):
        np.testing.assert_equal({name: getattr(account, name)[k] for name in expected}, expected)
    assert present == tuple(FIRST + timedelta(int(k)) for k in np.flatnonzero(account.present))
    worth = dict(zip(keyword_reference(rows, [], even()), value.tolist(), strict=True))
    clicks = dict(zip(worth, table.clicks.tolist(), strict=True))
    for k in range(DAYS):
        today = [row for row in rows if row["date"] == FIRST + timedelta(k)]
        expected = sum(row["clicks"] * worth[key_of(row)] for row in today)
        assert valued.value_clicks[k] == pytest.approx(expected, rel=1e-9, abs=1e-9)
        np.testing.assert_allclose(valued.bid_level[k], bid_level(today, worth, clicks), rtol=1e-4)


def bid_level(today, worth, clicks):
    """Geometric mean of bid over value, weighted by the value of the window's clicks."""
    most = max((worth[key] * clicks[key] for key in worth), default=0)
    weight, level = 0, 0.0
    for row in today:
        key = key_of(row)
        share = round(worth[key] * clicks[key] / max(most, 1e-300) * 2**30)
        if row["max_cpc"] and share:
            weight += share
            level += share * math.log(row["max_cpc"] / MICROS / worth[key])
    return math.exp(level / weight) if weight else np.nan


hour_rows = rows_of(
    {"date": days, "hour": st.integers(0, 23)}, {"campaign": names["campaign"]}, counts, size=25
)
keyword_hour_rows = rows_of(
    {"date": days, "hour": st.integers(0, 23), "device": st.sampled_from(["", "mobile", "desktop"])},
    names, counts, size=25,
)
holidays = st.lists(days, max_size=3)


@EXAMPLES
@given(hour_rows, keyword_hour_rows, some_weights, holidays)
def test_hours_count_once_and_hour_reports_stand_above_keyword_reports(rows, other, weights, free):
    reports = [report("h", Kind.HOURS, rows)] if rows else []
    with filled(*reports, *by_day(other)) as store:
        table = store.hours(weights, free)
    dedicated = {(row["date"], row["campaign"]) for row in rows}
    kept = inside(rows + [row for row in other if (row["date"], row["campaign"]) not in dedicated])
    if not kept:
        assert table is None
        return
    sums = part_reference(
        kept, lambda r: (6 if r["date"] in free else r["date"].weekday()) * 24 + r["hour"], weights
    )
    assert table.campaigns == tuple(sorted({row["campaign"] for row in kept}))
    for name in ("raw_clicks", "clicks", "conversions", "cost", "revenue"):
        expected = np.zeros((len(table.campaigns), 168))
        for (campaign, hour), cell in sums.items():
            expected[table.campaigns.index(campaign), hour] = cell[name]
        np.testing.assert_array_equal(getattr(table, name), expected)
    assert table.last_day_hours.tolist() == sorted({row["hour"] for row in kept if row["date"] == LAST})
    earlier = {(row["date"], row["hour"]) for row in kept if row["date"] < LAST}
    seen = len({day for day, _ in earlier})
    if seen < 7:
        assert table.usual is None
    else:
        usual = [sum(h == hour for _, h in earlier) / seen for hour in range(24)]
        np.testing.assert_array_equal(table.usual, usual)


devices = {"device": st.sampled_from(["", "mobile", "tablet"])}
segment_rows = rows_of({"date": days}, {"campaign": names["campaign"]}, devices, counts)


@EXAMPLES
@given(segment_rows, keyword_hour_rows, some_weights)
def test_segments_count_once_and_their_own_reports_stand_above_keyword_reports(rows, other, weights):
    reports = [report("d", Kind.SEGMENTS, rows)] if rows else []
    with filled(*reports, *by_day(other)) as store:
        table = store.segments("device", weights)
        assert store.segments("audience", weights) is None
    rows, other = ([row for row in each if row["device"]] for each in (rows, other))
    dedicated = {(row["date"], row["campaign"]) for row in rows}
    kept = inside(rows + [row for row in other if (row["date"], row["campaign"]) not in dedicated])
    if not kept:
        assert table is None
        return
    assert (table.kind, table.segments) == ("device", tuple(sorted({row["device"] for row in kept})))
    sums = part_reference(kept, lambda row: row["device"], weights)
    for name in ("raw_clicks", "clicks", "conversions", "revenue"):
        expected = np.zeros((len(table.campaigns), len(table.segments)))
        for (campaign, device), cell in sums.items():
            expected[table.campaigns.index(campaign), table.segments.index(device)] = cell[name]
        np.testing.assert_array_equal(getattr(table, name), expected)


words = {"search_term": st.sampled_from(["buy shoe", "鞋", "shoe"])}
term_rows = rows_of({"date": days}, names, words, counts)


@EXAMPLES
@given(term_rows)
def test_terms_are_summed_by_ad_group_and_name_the_keyword_with_most_clicks(rows):
    with filled(*([report("t", Kind.TERMS, rows)] if rows else [])) as store:
        table = store.terms()
    if not rows:
        assert table is None
        return
    groups = {}
    for row in inside(rows):
        groups.setdefault((row["campaign"], row["ad_group"], row["search_term"]), []).append(row)
    keys = list(zip(table.campaign, table.ad_group, table.term, strict=True))
    assert keys == sorted(groups)
    for k, key in enumerate(keys):
        for name in COUNTS:
            total = sum((get(row, name) or 0) for row in groups[key])
            assert getattr(table, name)[k] == pytest.approx(total, abs=1e-6)
        by_word = {}
        for row in groups[key]:
            clicks, shown = by_word.get(row["keyword"], (0, 0))
            by_word[row["keyword"]] = clicks - row["clicks"], shown - row["impressions"]
        assert table.keyword[k] == min(by_word, key=lambda word: (*by_word[word], word))


lag_rows = rows_of({"date": days, "lag_days": st.integers(0, 12), "campaign": names["campaign"],
                    "conversions": counts["conversions"]})


@EXAMPLES
@given(lag_rows, st.integers(3, DAYS - 1))
def test_lags_are_summed_by_age(rows, end):
    last = FIRST + timedelta(end)
    with filled(*([report("l", Kind.LAGS, rows)] if rows else [])) as store:
        table = store.lags(last)
    if not rows:
        assert table is None
        return
    sums = {}
    for row in inside(rows):
        age = (last - row["date"]).days
        if row["lag_days"] <= age:
            cell = age, row["lag_days"]
            sums[cell] = sums.get(cell, 0) + round(row["conversions"] * 10**6)
    assert list(zip(table.age.tolist(), table.lag.tolist(), strict=True)) == sorted(sums)
    assert table.conversions.tolist() == [sums[cell] / 10**6 for cell in sorted(sums)]


points = rows_of(names, {"bid": st.integers(1, 9), "clicks": st.floats(0, 50), "cost": money,
                         "revenue": st.none() | money})


@EXAMPLES
@given(points, keyword_rows)
def test_landscapes_are_found_by_keyword(rows, others):
    rows = list({(key_of(row), row["bid"]): row for row in rows}.values())
    with filled(*by_day(others), *([report("p", Kind.LANDSCAPE, rows)] if rows else [])) as store:
        found = store.landscape(store.keywords(even()))
    if not rows:
        assert found is None
        return
    place = {key: k for k, key in enumerate(keyword_reference(others, [], even()))}
    kept = sorted((place[key_of(row)], row["bid"], row) for row in rows if key_of(row) in place)
    assert found.keyword.tolist() == [k for k, _, _ in kept]
    assert found.bid.tolist() == [bid for _, bid, _ in kept]
    assert found.clicks.tolist() == [row["clicks"] for _, _, row in kept]
    assert found.cost.tolist() == [row["cost"] / MICROS for _, _, row in kept]
    revenue = [np.nan if row["revenue"] is None else row["revenue"] / MICROS for _, _, row in kept]
    np.testing.assert_array_equal(found.revenue, revenue)


@EXAMPLES
@given(keyword_hour_rows, some_weights, st.randoms())
def test_threads_order_and_batches_change_no_byte(rows, weights, shuffle):
    turned = [dict(row) for row in rows]
    shuffle.shuffle(turned)
    results = []
    for each, threads, files in ((rows, 1, 1), (rows, 2, 2), (turned, 2, 3)):
        with filled(*by_day(each, files), threads=threads) as store:
            table, account = store.keywords(weights), store.days()
            valued = store.with_values(account, table, np.linspace(0.1, 3, len(table)))
            results.append([table, account, valued, store.hours(weights), store.segments("device", weights)])
    for other in results[1:]:
        for one, two in zip(results[0], other, strict=True):
            assert (one is None) == (two is None)
            if one is not None:
                same(one, two)


def test_an_account_of_hour_reports_alone_has_days():
    rows = [{"date": FIRST, "hour": h, "campaign": "c", "clicks": 2, "cost": 5} for h in (0, 1, 1)]
    with filled(report("h", Kind.HOURS, rows)) as store:
        account, table = store.days(), store.keywords(even())
        valued = store.with_values(account, table, np.zeros(0))
    assert (account.clicks[0], account.cost[0], account.present.sum()) == (6, 15, 1)
    assert len(table) == 0
    assert np.isnan(valued.bid_level).all()
    assert not valued.value_clicks.any()


def test_nothing_added_is_nothing_found():
    with filled() as store:
        assert len(store.keywords(even())) == 0
        assert not store.days().present.any()
        assert store.last_day_present is None
        assert [store.hours(even()), store.terms(), store.ads(), store.lags(LAST)] == [None] * 4
        assert store.landscape(store.keywords(even())) is None


def test_an_hour_that_the_clocks_double_counts_twice():
    rows = [{"date": date(2026, 10, 25), "hour": 2, "campaign": "c", "clicks": 3, "cost": 1}] * 2
    with filled(report("h", Kind.HOURS, rows)) as store:
        assert store.hours(even()).raw_clicks[0, 6 * 24 + 2] == 6


def test_ads_are_told_once_in_order():
    rows = [{"campaign": c, "ad_group": "g", "place": p, "text": t}
            for c, p, t in (("b", "headline 2", "x"), ("a", "headline 1", "y"), ("b", "headline 2", "x"))]
    with filled(report("1", Kind.ADS, rows), report("2", Kind.ADS, rows[:1])) as store:
        ads = store.ads()
    assert list(zip(ads.campaign, ads.place, ads.text, strict=True)) == [
        ("a", "headline 1", "y"), ("b", "headline 2", "x")
    ]


def test_the_hash_is_of_contents_whatever_their_order():
    days = enumerate("abc")
    reports = [report(name, Kind.KEYWORDS, [keyword_row(FIRST + timedelta(k))]) for k, name in days]
    hashes = []
    for order in (reports, reports[::-1], reports[:2]):
        with filled(*order) as store:
            hashes.append(store.input_hash())
    assert hashes[0] == hashes[1] != hashes[2]
    assert len(hashes[0]) == 64


def keyword_row(day, **more):
    return {"date": day, "campaign": "c", "ad_group": "g", "keyword": "k", "match_type": 1, "impressions": 9,
            "clicks": 1, "cost": 5, "conversions": 0.5, **more}


def test_the_first_and_the_last_day_are_inside_and_the_days_beside_them_are_not():
    edges = [FIRST - timedelta(1), FIRST, LAST, LAST + timedelta(1)]
    with filled(report("a.csv", Kind.KEYWORDS, [keyword_row(day) for day in edges])) as store:
        assert store.present_dates == (FIRST, LAST)
        assert store.left_out == {"a.csv": 2}
        assert store.keywords(even()).clicks.tolist() == [2]


def test_a_table_of_another_store_has_no_landscape_here():
    with filled(report("a", Kind.KEYWORDS, [keyword_row(FIRST)])) as store, filled() as empty:
        table = store.keywords(even())
        with pytest.raises(ValueError, match="1 keywords"):
            empty.landscape(table)


def test_a_window_that_ends_before_it_begins_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="before it begins"):
        ReportStore(LAST, FIRST)


def test_sums_that_cannot_be_counted_are_refused():
    rows = [keyword_row(FIRST) | {"cost": 9 * 10**18}] * 2
    with filled(report("a", Kind.KEYWORDS, rows)) as store, pytest.raises(InputError, match="larger than"):
        store.days()


def test_weighted_sums_beyond_64_bits_are_exact():
    row = keyword_row(FIRST) | {"cost": 10**9, "revenue": 9 * 10**18}
    with filled(report("a", Kind.KEYWORDS, [row])) as store:
        table = store.keywords(even())
    assert table.weighted_revenue[0] == pytest.approx(9e12, rel=1e-15)
    assert table.revenue[0] == 9 * 10**18
