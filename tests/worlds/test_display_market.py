"""Display auctions, delays, order values."""

import numpy as np
import pytest
from scipy import stats
from small_worlds import live, only

from bidder.auctions.log import MICROSECOND
from bidder.worlds.draws import delays, reported_share
from bidder.worlds.hours import DAY
from bidder.worlds.random import generator
from bidder.worlds.spec_market import Delay
from bidder.worlds.tally import CLICKS, COST, IMPRESSIONS


@pytest.mark.parametrize("name", ["social", "banner"])
def test_our_own_impressions_are_those_of_a_replay(small, name):
    """Without a budget: who wins and what is paid follows from the log and from our policy."""
    log, channel = small.logs[name], small.world.channels[name]
    day = np.searchsorted(small.world.hours.start[::24], log.ts, side="right") - 1
    usual = 22_000.0 * log.pctr / channel.ctr[log.campaign]
    bid = np.floor(usual * channel.level_by_day[day]).astype(np.int64)
    won = bid >= log.market_price
    paid = bid if name == "banner" else log.market_price
    total = channel.tally.by_hour.sum(axis=(0, 1))
    assert total[IMPRESSIONS] == won.sum() and total[CLICKS] == log.click[won].sum()
    assert total[COST] == paid[won].sum()


@pytest.mark.parametrize("name", ["social", "banner"])
def test_response_of_each_level(name):
    lived = live(only(name, f"channels.{name}.prediction.noise=0"))
    log, channel = lived.logs[name], lived.world.channels[name]
    usual = 22_000.0 * log.pctr / channel.ctr[log.campaign]
    for k, level in enumerate(channel.levels):
        won = usual * level >= log.market_price
        paid = usual * level if name == "banner" else log.market_price
        expected = [
            won.sum(), log.pctr[won].sum(), paid[won].sum(), (log.pctr * log.pcvr)[won].sum(),
            (log.pctr * log.pcvr)[won].sum() * 200 * 1e6,
        ]
        assert channel.tally.response[:, :, k].sum(axis=(0, 1)) == pytest.approx(expected, rel=1e-9)


def test_clicks_and_conversions_have_the_declared_rates():
    log = live(only("social", "channels.social.auctions=100000")).logs["social"]
    for campaign, ctr, cvr in ((0, 0.1, 0.2), (1, 0.05, 0.3)):
        rows = log.campaign == campaign
        clicks = log.click[rows].sum()
        assert abs(clicks - rows.sum() * ctr) < 5 * np.sqrt(rows.sum() * ctr)
        assert abs(log.conversion[rows].sum() - clicks * cvr) < 5 * np.sqrt(clicks * cvr)
    assert not (log.conversion > log.click).any()
    assert np.mean(log.campaign) == pytest.approx(0.5, abs=0.01)


def test_conversion_index_multiplies_the_rate():
    seasons = "calendar.seasons=[{date: 2026-11-10, conversion: 2}]"
    lived = live(only("social", seasons, "channels.social.auctions=100000"))
    log = lived.logs["social"]
    day = np.searchsorted(lived.world.hours.start[::24], log.ts, side="right") - 1
    rate = [log.conversion[day == d].sum() / log.click[day == d].sum() for d in range(3)]
    assert rate[1] / np.mean([rate[0], rate[2]]) == pytest.approx(2, rel=0.1)


def test_price_index_and_insight_move_the_market():
    calm = "channels.social.competitors=[{name: a, cpm: 20, takes_part: 1, taste: 0, insight: %s}]"
    seasons = "calendar.seasons=[{date: 2026-11-10, price: 1.5}]"
    lived = live(only("social", calm % 0, seasons))
    log = lived.logs["social"]
    day = np.searchsorted(lived.world.hours.start[::24], log.ts, side="right") - 1
    median = [np.median(log.market_price[day == d]) for d in range(3)]
    assert median[1] / median[0] == pytest.approx(1.5, rel=0.03)
    assert median[0] == pytest.approx(20_000, rel=0.02)
    assert abs(stats.spearmanr(log.pctr, log.market_price).statistic) < 0.03
    seen = live(only("social", calm % 1)).logs["social"]
    assert stats.spearmanr(seen.pctr, seen.market_price).statistic > 0.3


@pytest.mark.parametrize("soon_share", [0.0, 0.6, 1.0])
def test_delays_have_the_declared_distribution(soon_share):
    spec = Delay(soon_share=soon_share, soon_minutes=30, late_days=2, most_days=9)
    found = delays(generator(3), spec, np.ones(20_000, np.uint8))
    assert (found % MICROSECOND == 0).all() and found.max() <= 9 * DAY and found.min() >= 0
    for age in (0.01, 0.1, 1.0, 3.0, 8.9, 9.0, 30.0):
        share = reported_share(spec, np.array([round(age * DAY)]))[0]
        error = np.sqrt(max(share * (1 - share), 1e-9) / 20_000)
        assert abs(np.mean(found <= age * DAY) - share) < 5 * error + 1e-4
    assert reported_share(spec, np.array([9 * DAY]))[0] == 1


def test_no_conversion_has_no_delay(small):
    for log in small.logs.values():
        assert (log.conversion_delay[log.conversion == 0] == 0).all()
        assert (np.diff(log.ts) >= 0).all()
        assert (log.value > 0).all() and (log.value % 10_000 == 0).all()  # whole fen
        assert log.value.mean() == pytest.approx(200e6, rel=0.02)
