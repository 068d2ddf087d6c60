"""A search channel played day by day: the same market, other bids."""

import numpy as np
import pytest
from small_worlds import live, only, spec_of

from bidder.worlds.hours import SLOTS
from bidder.worlds.keywords import whole_minor
from bidder.worlds.played import PlayedWorld
from bidder.worlds.tally import CLICKS, CONVERSIONS, COST, IMPRESSIONS

MORE = ("channels.search.auctions=200000", "channels.search.ours.level_spread=0")


@pytest.fixture(scope="module")
def busy():
    """A bigger world of search alone, played with its own bids, and these bids."""
    world = PlayedWorld(only("search", *MORE))
    for day in range(3):
        world.play_day(day)
    return world


def test_with_its_own_bids_it_is_the_world(small):
    """Other channels and all: the same impressions, clicks, costs and reported conversions."""
    tally = small.world.channels["search"].tally
    played = PlayedWorld(spec_of())
    for day, shown, counts in tally.keyword_days():
        result = played.play_day(day)
        by_keyword = result.by_keyword(played.hours.end)
        assert (np.flatnonzero(by_keyword[:, IMPRESSIONS]) == shown).all()
        assert (by_keyword[shown] == counts).all()
        assert (result.by_hour(played.hours.end) == tally.by_hour[played.hours.day == day]).all()
        assert result.expected_by_level.shape == (12, 1, 5)
    assert tally.keyword_days()[-1][0] == 2 and played.next_day == 3


def test_whole_hours_or_parts_of_them_the_blocks_are_those_of_the_world(monkeypatch):
    monkeypatch.setattr("bidder.worlds.world.BLOCK_AUCTIONS", 100)
    lived = live(only("search"))
    assert lived.world.blocks > 72
    played = PlayedWorld(only("search"))
    for day in range(3):
        played.play_day(day)
    by_hour = np.concatenate([r.by_hour(played.hours.end) for r in played.results])
    assert (by_hour == lived.world.channels["search"].tally.by_hour).all()


def test_bids_from_outside_take_the_place_of_the_policy(busy):
    own = busy.keywords.max_cpc
    assert same(busy.try_day(1, own), busy.results[1])
    less = busy.try_day(1, whole_minor(own * 0.5 / 1e6, "CNY"))
    assert less.expected.spend < 0.7 * busy.results[1].expected.spend
    silent = busy.try_day(1, np.where(np.arange(len(own)) == 2, own, 0))
    assert (np.flatnonzero(silent.shown[:, IMPRESSIONS]) == [2]).all() and silent.shown[2, CLICKS] > 0
    assert (silent.expected_by_level[[0, 1, 3]] == 0).all()


def test_a_day_may_be_tried_without_a_trace(busy):
    other = PlayedWorld(busy.spec)
    other.try_day(2)
    other.try_day(0, busy.keywords.max_cpc * 3, daily_budget=10**7)
    for day in range(3):
        assert same(other.play_day(day), busy.results[day])


def test_a_schedule_multiplies_bids_and_rounds_them_to_whole_minor_units(busy):
    own = busy.keywords.max_cpc
    flat = np.full((2, SLOTS), 1.2345)
    rounded = whole_minor(own * 1.2345 / 1e6, "CNY")
    scheduled, plain = busy.try_day(0, own, flat), busy.try_day(0, rounded)
    assert (scheduled.shown == plain.shown).all() and (rounded % 10_000 == 0).all()
    assert (scheduled.bids == own).all()
    nine = np.ones((2, SLOTS))
    nine[1, 9] = 3.0  # Monday, which day 0 is; the second campaign
    changed, before = busy.try_day(0, own, nine).by_hour(), busy.results[0].by_hour()
    assert (changed[:9] == before[:9]).all()
    assert changed[9, 1, COST] > before[9, 1, COST] and changed[9, 0, COST] <= before[9, 0, COST]


def test_conversions_become_known_as_they_are_reported(busy):
    result = busy.results[0]
    seen = [result.by_keyword(busy.known_by(day))[:, CONVERSIONS].sum() for day in range(3)]
    everything = result.by_keyword()[:, CONVERSIONS].sum()
    assert 0 < seen[0] < seen[1] < seen[2] < everything == len(result.sales.reported)
    first = result.by_hour(busy.known_by(0))[:, :, CONVERSIONS]
    assert first.sum() == seen[0]
    assert (result.by_keyword(busy.known_by(0))[:, : COST + 1] == result.shown).all()


def test_expectations_are_right_but_for_chance(busy):
    """Counts lie around them by chance alone: the error of a Poisson count is the root of its mean."""
    expected = sum(r.expected_by_level[:, 0] for r in busy.results)
    counted = sum(r.by_keyword() for r in busy.results)
    assert (expected[:, IMPRESSIONS] == counted[:, IMPRESSIONS]).all()
    for column in (CLICKS, CONVERSIONS):
        error = (counted[:, column] - expected[:, column]) / np.sqrt(np.maximum(expected[:, column], 1))
        assert np.abs(error).max() < 4 and (error**2).mean() < 2.5
        assert counted[:, column].sum() == pytest.approx(
            expected[:, column].sum(), abs=4 * expected[:, column].sum() ** 0.5
        )
    assert counted[:, COST].sum() == pytest.approx(expected[:, COST].sum(), rel=0.03)
    days = busy.results
    assert sum(d.expected.revenue for d in days) == pytest.approx(expected[:, 4].sum() / 1e6)
    assert days[0].expected.roas == pytest.approx(days[0].expected.revenue / days[0].expected.spend)


def test_levels_are_what_multiplied_bids_would_meet(busy):
    own = busy.keywords.max_cpc
    result = busy.try_day(0, own, levels=(0.5, 1.0, 2.0))
    spend = [result.expected_at(k).spend for k in range(3)]
    assert spend[0] < spend[1] < spend[2] and result.expected == result.expected_at(1)
    assert result.expected == busy.results[0].expected
    doubled = busy.try_day(0, own * 2)
    assert doubled.expected.spend == pytest.approx(spend[2], rel=0.1)  # competitors react to the bids


def test_a_budget_ends_the_day_only_when_it_is_asked_for(busy):
    own = busy.keywords.max_cpc
    free = int(busy.results[1].shown[:, COST].sum())
    held = busy.try_day(1, own, daily_budget=free // 3)
    spent = int(held.shown[:, COST].sum())
    assert free // 3 - own.max() <= spent <= free // 3
    assert held.shown_by_hour[-1].sum() < busy.results[1].shown_by_hour[-1].sum()
    assert held.expected.spend > 2 * spent / 1e6  # as if there were no budget


def test_own_policy_keeps_its_own_budget():
    world = PlayedWorld(only("search", *MORE, "channels.search.ours.daily_budget=500"))
    assert world.play_day(0).shown[:, COST].sum() <= 500e6
    assert world.try_day(1, world.keywords.max_cpc).shown[:, COST].sum() > 500e6


def test_days_of_23_and_25_hours():
    zone = ("calendar.time_zone=Europe/Berlin", "calendar.start=2026-10-25", "calendar.days=1")
    result = PlayedWorld(only("search", *zone)).play_day(0)
    assert result.shown_by_hour.shape == (25, 2, 3) and result.shown_by_hour[24].sum() > 0


def test_true_values_say_what_clicks_bring(busy):
    words = busy.keywords
    assert busy.true_value == pytest.approx(words.cvr.mean(axis=1) * words.order_value)
    assert busy.true_schedule.shape == (2, SLOTS)
    assert busy.true_schedule.mean(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((1,), "it is the turn of day 0"),
        ((0, np.ones(3)), "shape"),
        ((0, np.full(12, -1)), "at least 0"),
        ((0, np.full(12, 10_000), np.zeros((2, SLOTS))), "above 0"),
        ((0, np.full(12, 10_000), np.full((2, SLOTS), np.nan)), "above 0"),
    ],
)
def test_impossible_days_are_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        PlayedWorld(only("search")).play_day(*arguments)


def test_only_search_channels_are_played():
    assert PlayedWorld(spec_of(), channel="search").channel == "search"
    with pytest.raises(ValueError, match="no search channel"):
        PlayedWorld(spec_of(), channel="social")
    with pytest.raises(ValueError, match="no search channel"):
        PlayedWorld(only("social"))


def same(a, b):
    """Whether two days came to the same."""
    return (a.by_keyword() == b.by_keyword()).all() and (a.by_hour() == b.by_hour()).all()
