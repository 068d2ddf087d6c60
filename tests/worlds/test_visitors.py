"""Visits, the shop's funnel and retargeting."""

import numpy as np
import pytest
from small_worlds import live, only, spec_of

from bidder.worlds.draws import hashed
from bidder.worlds.hours import DAY
from bidder.worlds.market_display import CART


def last_visits(lived):
    """For each retargeting auction, the user's latest visit before it, from the table of visits."""
    log = lived.logs["retargeting"]
    users = hashed(lived.visit_user)
    order = np.lexsort((lived.visit_ts, users))
    users, ts = users[order], lived.visit_ts[order]
    found = np.empty(len(log), np.int64)
    for i, (user, now) in enumerate(zip(log.user, log.ts, strict=True)):
        first, last = np.searchsorted(users, user), np.searchsorted(users, user, side="right")
        before = np.searchsorted(ts[first:last], now)
        found[i] = ts[first + before - 1] if before else -1
    return found


def test_last_visit_is_the_latest_row_of_the_visits(small):
    log = small.logs["retargeting"]
    assert len(log) > 3000
    assert (log.last_visit == last_visits(small)).all()


def test_every_retargeted_user_has_visited_within_the_window(small):
    log = small.logs["retargeting"]
    assert (log.last_visit >= 0).all() and (log.last_visit < log.ts).all()
    hour = 3_600_000_000
    assert (log.ts - log.last_visit <= 2 * DAY + hour).all()


def test_visits_are_in_order_and_paid_clicks_are_among_them(small):
    assert (np.diff(small.visit_ts) >= 0).all()
    tallies = [channel.tally.by_hour.sum(axis=(0, 1))[1] for channel in small.world.channels.values()]
    organic = len(small.visit_ts) - sum(tallies)
    before = (small.visit_ts < small.world.hours.start[0]).sum()
    assert abs(before - 300) < 5 * np.sqrt(300)
    assert abs(organic - before - 3000) < 5 * np.sqrt(3000)


def test_conversion_fades_with_the_time_since_the_visit():
    overrides = ("channels.retargeting.prediction.spread=0", "channels.retargeting.fading_days=1")
    log = live(spec_of(*overrides)).logs["retargeting"]
    age = (log.ts - log.last_visit) / DAY
    base = np.where(log.campaign == 1, 0.4, 0.2)
    assert log.pcvr == pytest.approx(base * np.exp(-age), rel=1e-6)


def test_full_carts_make_a_campaign_of_their_own(small):
    log = small.logs["retargeting"]
    assert small.world.channels["retargeting"].campaigns == ("viewed", "cart")
    assert 0.05 < np.mean(log.campaign) < 0.5
    assert log.pctr[log.campaign == 1].mean() > 1.5 * log.pctr[log.campaign == 0].mean()


def test_nothing_is_bought_from_an_empty_cart():
    lived = live(only("retargeting", "visitors.cart=0"))
    assert lived.world.visitors.orders.sum() == 0
    assert not (lived.world.visitors.stage == CART).any()


def test_organic_orders_follow_the_funnel():
    crowd = "users: 1000000, organic_visits: 30000, visited_before: 0, returning: 0, cart: 0.2, buy: 0.5"
    lived = live(only("retargeting", f"visitors={{{crowd}}}"))
    orders, revenue = lived.world.visitors.orders.sum(axis=0)
    assert abs(orders - 3000) < 5 * np.sqrt(3000)
    assert revenue / orders == pytest.approx(200e6, rel=0.05)


def test_more_pool_more_auctions(small):
    """Auctions come in proportion to the users inside the window."""
    double = live(spec_of("channels.retargeting.auctions_per_visitor_day=16"))
    ratio = len(double.logs["retargeting"]) / len(small.logs["retargeting"])
    assert ratio == pytest.approx(2, rel=0.1)
