"""Keyword auctions against a plain reference and against what is declared."""

import numpy as np
import pytest
from small_worlds import live, only

from bidder.auctions.ranked.ranking import allocate, quality_weights, slot_millionths
from bidder.auctions.rules import Payment
from bidder.worlds.tally import CLICKS, COST, IMPRESSIONS

FLOOR = 50_000  # micros: the default floor of 0.05


def auctions(log):
    """Bids, weights and bidders of each auction."""
    weight = quality_weights(log.bids.quality)
    for i in range(len(log)):
        part = slice(log.bids.offsets[i], log.bids.offsets[i + 1])
        yield i, log.bids.bid[part], weight[part], log.bids.bidder[part]


def test_market_price_is_the_least_bid_that_beats_the_best_score(small):
    log = small.logs["search"]
    ours = quality_weights(log.quality)
    for i, bid, weight, bidder in auctions(log):
        ranks = [int(b) * int(w) for b, w in zip(bid, weight, strict=True)]
        assert ranks == sorted(ranks, reverse=True)
        assert len(set(bidder.tolist())) == len(bidder)
        assert (bid >= FLOOR).all()
        price, best = int(log.market_price[i]), max(ranks, default=0)
        assert price >= FLOOR and price * int(ours[i]) >= best
        assert price == FLOOR or (price - 1) * int(ours[i]) < best


def test_our_own_auctions_are_those_of_the_replay_engine():
    """One slot, no budget: who wins, clicks and pays follows from the log and from our bids."""
    lived = live(only("search", "channels.search.slots=[1.0]", "channels.search.auctions=4000"))
    log, channel = lived.logs["search"], lived.world.channels["search"]
    ours, slots = quality_weights(log.quality), slot_millionths([1.0])
    day = np.searchsorted(lived.world.hours.start[::24], log.ts, side="right") - 1
    bids = [channel.max_cpc(level) for level in channel.level_by_day]
    won, clicks, cost = 0, 0, 0
    for i, bid, weight, _ in auctions(log):
        own = bids[day[i]][log.keyword[i]]
        slot, price = allocate(
            np.concatenate([[own], bid]), np.concatenate([[ours[i]], weight]), slots, Payment.GSP, FLOOR
        )
        if slot[0] == 0:
            won += 1
            clicks += int(log.click[i])
            cost += int(price[0]) * int(log.click[i])
    total = channel.tally.by_hour.sum(axis=(0, 1))
    assert [total[IMPRESSIONS], total[CLICKS], total[COST]] == [won, clicks, cost]
    assert won > 500 and clicks > 50


def test_response_curves_are_what_each_level_would_have_brought():
    """Slots, clicks and cost of every bid level, summed auction by auction from the log."""
    lived = live(
        only(
            "search", "channels.search.auctions=2000", "calendar.days=1",
            "channels.search.prediction={spread: 0.5, noise: 0}",
        )
    )
    log, channel = lived.logs["search"], lived.world.channels["search"]
    ours, rates = quality_weights(log.quality), np.array([1.0, 0.6, 0.35, 0.2])
    for k in (1, 5, 9):
        impressions = clicks = cost = conversions = 0.0
        for i, bid, weight, _ in auctions(log):
            own = np.int64(channel.keywords.max_cpc[log.keyword[i]] * channel.levels[k])
            slot, price = allocate(
                np.concatenate([[own], bid]), np.concatenate([[ours[i]], weight]), slot_millionths(rates),
                Payment.GSP, FLOOR,
            )
            if slot[0] >= 0:
                rate = log.pctr[i] * rates[slot[0]]
                impressions, clicks, cost = impressions + 1, clicks + rate, cost + rate * price[0]
                conversions += rate * log.pcvr[i]
        found = channel.tally.response[0, :, k].sum(axis=0)
        assert found[:4] == pytest.approx([impressions, clicks, cost, conversions], rel=1e-9)


def test_response_rises_with_the_bid(small):
    for channel in small.world.channels.values():
        response = channel.tally.response
        assert (np.diff(response, axis=2) >= -1e-9).all()
        assert response.sum() > 0


def test_clicks_and_conversions_have_the_declared_rates():
    """By keyword and hour of the week, within the error of sampling."""
    lived = live(only("search", "channels.search.auctions=200000", "channels.search.prediction.spread=0.3"))
    log, words, hours = lived.logs["search"], lived.world.channels["search"].keywords, lived.world.hours
    shown = np.bincount(log.keyword, minlength=len(words))
    assert_rates(np.bincount(log.keyword, log.click, len(words)), shown, words.ctr)
    expected = len(log) * words.share
    assert ((shown - expected) ** 2 / expected).sum() < len(words) + 5 * np.sqrt(2 * len(words))
    hour = np.searchsorted(hours.start, log.ts, side="right") - 1
    cell = log.keyword * 168 + hours.slot[hour]
    clicked = np.bincount(cell, log.click, len(words) * 168)
    bought = np.bincount(cell, log.conversion, len(words) * 168)
    many = clicked >= 50
    assert many.sum() > 50
    assert_rates(bought[many], clicked[many], words.cvr.ravel()[many])


def assert_rates(hits, trials, rate):
    """Chi-square of counts against their declared rates."""
    variance = np.maximum(trials * rate * (1 - rate), 1e-9)
    score = ((hits - trials * rate) ** 2 / variance).sum()
    assert score < len(hits) + 5 * np.sqrt(2 * len(hits))


@pytest.mark.parametrize("noise", [0.0, 0.5, 1.0])
def test_predictions_are_calibrated_whatever_their_noise(noise):
    prediction = f"channels.search.prediction={{spread: 0.6, noise: {noise}}}"
    word = "{kind: core, count: 5, traffic: 1, ctr: 0.1, cvr: 0.1, rate_spread: 0.2}"
    words = f"channels.search.keywords=[{word}]"
    log = live(only("search", "channels.search.auctions=100000", prediction, words)).logs["search"]
    order = np.argsort(log.pctr)
    for part in np.array_split(order, 10):
        expected = log.pctr[part].sum()
        assert abs(log.click[part].sum() - expected) < 5 * np.sqrt(expected)
    clicked = np.flatnonzero(log.click)
    for part in np.array_split(clicked[np.argsort(log.pcvr[clicked])], 5):
        expected = log.pcvr[part].sum()
        assert abs(log.conversion[part].sum() - expected) < 5 * np.sqrt(expected)
    spread = np.log(log.pctr[log.keyword == 0]).std()
    assert spread == pytest.approx(0.6 * np.sqrt(1 - noise), abs=0.02)


def test_quality_scores_follow_from_their_components(small):
    words = small.world.channels["search"].keywords
    assert set(words.quality.tolist()) <= set(range(1, 11))
    best = (words.expected_ctr == 2) & (words.ad_relevance == 2) & (words.landing_page == 2)
    assert (words.quality[best] == 10).all()
    low, high = words.expected_ctr[:4].argmin(), words.expected_ctr[:4].argmax()
    assert words.ctr[low] <= words.ctr[high]


def test_keyword_names_are_all_different():
    keywords = "channels.search.keywords=[{kind: core, count: 900, traffic: 1, ctr: 0.1, cvr: 0.1}, " \
        "{kind: long_tail, count: 20000, traffic: 1, ctr: 0.1, cvr: 0.1}]"
    from bidder.worlds.world import World

    words = World(only("search", keywords)).channels["search"].keywords
    assert len(set(words.name)) == len(words) == 20_900


def test_weekly_profile_of_the_declaration_is_kept():
    """CVR by hour and weekday, mean 1 for each keyword."""
    hour = list(range(1, 25))
    keywords = f"channels.search.keywords=[{{kind: core, count: 3, traffic: 1, ctr: 0.1, cvr: 0.01, " \
        f"slot_spread: 0, rate_spread: 0, cvr_by_hour: {hour}, cvr_by_weekday: [1, 1, 1, 1, 1, 2, 2]}}]"
    words = live(only("search", keywords, "channels.search.auctions=10")).world.channels["search"].keywords
    assert words.cvr.mean(axis=1) == pytest.approx([0.01] * 3)
    week = words.cvr[0].reshape(7, 24)
    assert week[5, 3] / week[0, 3] == pytest.approx(2)
    assert week[0, 23] / week[0, 0] == pytest.approx(24)
