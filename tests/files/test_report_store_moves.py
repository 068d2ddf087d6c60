"""How far bids of recent days were from usual, and what that cost: as by hand."""

import math
from collections import defaultdict
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_store_samples import FIRST, LAST, report

from bidder.files.platform_reports.grouping_days import MOVE_WIDTH
from bidder.files.platform_reports.store import ReportStore
from bidder.keywords.data import RECENT_DAYS, RECENT_POWER, DayWeights
from bidder.keywords.spec_reports import ReportKind as Kind

FARTHEST = 3.0
BEGIN = LAST - timedelta(days=RECENT_DAYS + 5)
WEIGHTS = DayWeights(np.array([BEGIN.toordinal()]), np.ones(1), np.ones(1))
rows = st.lists(st.fixed_dictionaries({
    "date": st.integers(0, RECENT_DAYS + 5).map(lambda k: BEGIN + timedelta(days=k)),
    "campaign": st.just("c"), "ad_group": st.just("g"), "keyword": st.sampled_from("abc"),
    "clicks": st.integers(0, 9), "cost": st.integers(0, 10**8),
    "max_cpc": st.none() | st.sampled_from([0, 250_000, 1_000_000, 10**13]) | st.integers(10_000, 10**7),
}), max_size=40)


def read(given_rows):
    with ReportStore(BEGIN, LAST) as store:
        if given_rows:
            store.add(report("a", Kind.KEYWORDS, given_rows))
        table = store.keywords(WEIGHTS)
        return table, store.with_values(store.days(), table, np.ones(len(table)))


@settings(max_examples=30)
@given(rows)
def test_recent_bids_and_what_they_cost(given_rows):
    table, days = read(given_rows)
    told = [row for row in given_rows if row["max_cpc"] and row["date"] > LAST - timedelta(days=RECENT_DAYS)]
    assert (table.recent is None) == (not told)
    usual = {}
    for k, name in enumerate(table.keyword if told else ()):
        own = [row for row in told if row["keyword"] == name]
        assert table.recent.rows[k] == len(own)
        assert table.recent.cost[k] == sum(row["cost"] for row in own)
        if own:
            power = sum(min(row["max_cpc"], 10**12) ** RECENT_POWER for row in own) / len(own)
            usual[name] = power ** (1 / RECENT_POWER), table.recent.cost[k] / len(own)
            assert table.recent.bid[k] == pytest.approx(usual[name][0], rel=1e-6)
        else:
            assert np.isnan(table.recent.bid[k])
    sums = defaultdict(lambda: np.zeros(4))
    for row in told:
        bid, cost = usual[row["keyword"]]
        if round(cost):
            move = min(max(math.log(row["max_cpc"] / bid), -FARTHEST), FARTHEST)
            sums[row["date"].toordinal()] += row["clicks"], row["cost"], round(cost), round(cost) * move
    moves = days.moves
    assert set(moves.day.tolist()) == set(sums)
    for day, (clicks, cost, usually, moved) in sums.items():
        here = moves.day == day
        assert (moves.clicks[here].sum(), moves.cost[here].sum()) == (clicks, cost)
        assert moves.usual[here].sum() == usually
        assert abs(moves.usual[here] @ moves.move[here] - moved) <= usually * (MOVE_WIDTH / 2 + 1e-5)


def test_bids_that_stay_are_usual():
    stay = [
        {"date": FIRST + timedelta(days=k), "campaign": "c", "ad_group": "g", "keyword": "a", "clicks": k,
         "cost": 1000 * k, "max_cpc": 700_000}
        for k in range(10)
    ]
    table, days = read(stay)
    assert table.recent.bid == pytest.approx([700_000], rel=1e-6)
    assert not days.moves.move.any()
    assert days.moves.usual.tolist() == [4500] * 10
