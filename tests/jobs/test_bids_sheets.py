"""Sheets of a run: what differs from before, what restores it, and what no sheet may touch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bidder.files.change_sheets import read_change_sheets
from bidder.jobs.bids.sheets import BY_HAND_FILE, CHANGE, ROLLBACK, change_sheets, rollback_sheets
from bidder.ledger.records import Changes, ScheduleRow, Schedules

N = 4


def changes(keywords=("shoes", "=1+1", "+red", "-5"), **columns) -> Changes:
    names = ("campaign", "ad_group", "reason", "bound_by")
    texts = {name: np.array([name] * N, dtype=object) for name in names}
    usual = {
        **texts, "keyword": np.array(keywords, dtype=object),
        "match_type": np.array(["exact"] * N, dtype=object),
        "platform_id": np.array(list("1234"), dtype=object), "old": np.arange(1, N + 1) * 10**6,
        "new": np.arange(1, N + 1) * 10**6 + 20_000, "clicks": np.zeros(N, dtype=np.int64),
        "value_per_click": np.zeros(N),
    }
    return Changes(**{**usual, **columns})


def week(campaign: str, modifier: float = 1.0) -> tuple[ScheduleRow, ...]:
    return tuple(ScheduleRow(campaign, day, 0, 1440, modifier) for day in range(7))


def told(platform, files):
    sheet = read_change_sheets(platform, files)
    return {row[2]: row[5] for row in sheet.bids.rows()}, sheet.blocks, sheet.segments


@pytest.mark.parametrize("platform", ["google_ads", "zhitongche", "pinduoduo"])
def test_keywords_like_formulas_are_changed_by_hand(platform):
    made = changes()
    files = change_sheets(platform, "CNY", made, Schedules(), None)
    (name,) = change_sheets("generic", "CNY", made, Schedules(), None)
    rest = {name: files.pop(CHANGE + BY_HAND_FILE)}
    assert set(told(platform, files)[0]) == {"shoes"}
    assert told("generic", rest)[0] == dict(zip(["=1+1", "+red", "-5"], made.new[1:].tolist(), strict=True))
    back = rollback_sheets(platform, "CNY", made, Schedules(), None)
    names = [name.removeprefix(CHANGE) for name in files]
    assert set(back) == {ROLLBACK + name for name in (*names, BY_HAND_FILE)}


@pytest.mark.parametrize("platform", ["amazon_ads", "microsoft_ads", "generic"])
def test_where_ids_tell_keywords_all_stand_in_the_sheet(platform):
    files = change_sheets(platform, "CNY", changes(), Schedules(), None)
    assert CHANGE + BY_HAND_FILE not in files
    assert len(told(platform, files)[0]) == N


def test_only_what_differs_from_before_is_written():
    before = Schedules((*week("a", 1.2), *week("b")), (("device", "a", "mobile", 1.1),))
    now = Schedules((*week("a", 1.2), *week("b", 0.9), *week("c")), (
        ("device", "a", "mobile", 1.1), ("device", "b", "mobile", 1.3), ("device", "c", "mobile", 1.0),
    ))  # fmt: skip
    _, blocks, segments = told("generic", change_sheets("generic", "CNY", changes(), now, before))
    assert {(b.campaign, b.modifier) for b in blocks} == {("b", 0.9)} and len(blocks) == 7
    assert [tuple(s) for s in segments] == [("device", "b", "mobile", 1.3)]
    _, blocks, segments = told("generic", rollback_sheets("generic", "CNY", changes(), now, before))
    assert {(b.campaign, b.modifier) for b in blocks} == {("b", 1.0)} and len(blocks) == 7
    assert [tuple(s) for s in segments] == [("device", "b", "mobile", 1.0)]


def test_a_flat_week_of_an_unknown_account_is_left_alone():
    files = change_sheets("google_ads", "CNY", changes(tuple("abcd")), Schedules(week("a")), None)
    assert not told("google_ads", files)[1]


def test_bids_that_were_not_known_are_not_restored():
    made = changes(("a", "b", "c", "d"))
    made = replace(made, old=np.array([-1, 10**6, 10**6, 10**6]))
    back = told("generic", rollback_sheets("generic", "CNY", made, Schedules(), None))[0]
    assert set(back) == {"b", "c", "d"}
