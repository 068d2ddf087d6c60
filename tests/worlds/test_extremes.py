"""Worlds at the edge of what may be said."""

import numpy as np
import pytest
from small_worlds import live, only, spec_of

from bidder.auctions.ranked.ranking import check_ranks, quality_weights
from bidder.errors import InputError


@pytest.mark.parametrize(
    "overrides",
    [
        ("channels.search.auctions=1", "channels.social.auctions=1", "visitors={users: 1}"),
        ("currency=JPY",),
        ("currency=KWD", "calendar.time_zone=America/New_York", "calendar.start=2026-10-31"),
        ("calendar.by_hour=[0,0,0,0,0,0,0,0,0,1,0,0,0,0,0,0,0,0,0,0,0,0,0,1]",),
        ("channels.search.squashing=0", "channels.search.floor=100000"),
        ("channels.social.competitors=[{name: a, cpm: 1, daily_budget: 1.0e-9}]",),
        ("channels.social.ours={cpm: 1000000, daily_budget: 1.0e-9}",),
    ],
)
def test_unusual_worlds_run(overrides):
    lived = live(spec_of(*overrides))
    for log in lived.logs.values():
        assert (log.market_price >= 0).all() and np.isfinite(log.pctr).all()


def test_dear_bids_stay_within_what_ranks_can_hold():
    value = "order_value: {mean: 1000000, spread: 1.5}"
    dear = f"{{kind: core, count: 5, traffic: 1, ctr: 0.5, cvr: 0.5, {value}}}"
    lived = live(
        only(
            "search", f"channels.search.keywords=[{dear}]", "channels.search.squashing=2",
            "channels.search.competitors=[{name: a, count: 3, value_share: 5, spread: 1.5}]",
            "channels.search.ours={level_spread: 1.5, roas: 0.01}",
        )
    )
    log = lived.logs["search"]
    check_ranks(log.bids.bid, quality_weights(log.bids.quality, 2.0))
    check_ranks(log.market_price, quality_weights(log.quality, 2.0))


@pytest.mark.parametrize("setting", ["calendar.start=0001-01-01", "calendar.start=9999-12-30"])
def test_years_without_a_clock_are_refused(setting):
    with pytest.raises(InputError, match="expected a day from 1971 to 2200"):
        spec_of(setting)


def test_a_world_without_traffic_is_refused():
    with pytest.raises(InputError, match="none of the days has traffic"):
        spec_of("calendar.by_weekday=[0, 0, 0, 0, 0, 0, 1]")
