"""A whole world: seeds, blocks, tallies."""

import numpy as np
import pytest
from small_worlds import live, only, spec_of

from bidder.auctions.log import COLUMNS
from bidder.worlds import world as world_module
from bidder.worlds.tally import CONVERSIONS, REVENUE


def same(a, b):
    return all(
        np.array_equal(getattr(a.logs[name], column), getattr(b.logs[name], column))
        for name in a.logs for column in COLUMNS if getattr(a.logs[name], column) is not None
    )


def test_the_same_seed_gives_the_same_world_and_another_one_another(small):
    assert same(small, live(spec_of()))
    other = live(spec_of(), seed=6)
    assert not any(
        np.array_equal(small.logs[name].market_price, other.logs[name].market_price) for name in small.logs
    )


def test_a_channel_does_not_depend_on_those_behind_it(small):
    alone = live(only("search"))
    assert np.array_equal(alone.logs["search"].market_price, small.logs["search"].market_price)


def test_large_hours_are_made_in_parts(monkeypatch):
    """Parts of an hour follow from the world's size, and bound what is held at once."""
    monkeypatch.setattr(world_module, "BLOCK_AUCTIONS", 300)
    lived = live(only("social"))
    assert lived.world.blocks > 72
    log = lived.logs["social"]
    assert (np.diff(log.ts) >= 0).all() and abs(len(log) - 20_000) < 5 * np.sqrt(20_000)
    assert (log.auction == np.arange(len(log))).all()


def test_conversions_are_counted_once_they_are_reported(small):
    """With the day of the click in the report, with the day of the report in the history."""
    for channel in small.world.channels.values():
        total = channel.tally.by_hour.sum(axis=(0, 1))
        assert channel.tally.report_day[:, 0].sum() == total[CONVERSIONS] == channel.tally.lag.sum()
        assert channel.tally.report_day[:, 1].sum() == total[REVENUE]
        assert total[CONVERSIONS] > 0


def test_late_conversions_are_missing_from_recent_days():
    slow = "channels.social.delay={soon_share: 0, late_days: 1, most_days: 30}"
    lived = live(only("social", slow, "channels.social.auctions=60000", "channels.social.ours.cpm=1000"))
    tally, log = lived.world.channels["social"].tally, lived.logs["social"]
    by_day = tally.by_hour.sum(axis=1).reshape(3, 24, -1).sum(axis=1)
    day = np.searchsorted(lived.world.hours.start[::24], log.ts, side="right") - 1
    true = np.bincount(day, log.conversion)
    share = by_day[:, CONVERSIONS] / true
    # On average over a day's clicks, 1 - exp(-age) of them are in; most clicks come late in the day.
    assert (np.diff(share) < 0).all() and share[0] == pytest.approx(0.9, abs=0.04)
    assert share[2] == pytest.approx(0.31, abs=0.08)


def test_keyword_days_add_up_to_the_hours(small):
    tally = small.world.channels["search"].tally
    words = small.world.channels["search"].keywords
    by_day = tally.by_hour.reshape(3, 24, len(words.campaigns), 5).sum(axis=1)
    for day, shown, counts in tally.keyword_days():
        summed = np.zeros_like(by_day[day])
        np.add.at(summed, words.campaign[shown], counts)
        assert (summed == by_day[day]).all()
