"""The nightly bids as a replay strategy: the same values, and a target that is reached episode by episode."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tiny_market import DAY

from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import AuctionLog, LogInfo
from bidder.auctions.replay import Replay
from bidder.auctions.result import COUNTED
from bidder.auctions.rules import Episodes, Pricing, Rules
from bidder.auctions.strategies.base import Market, Requests, Training
from bidder.auctions.strategies.keyword_bids import KeywordBids, KeywordBidsParams
from bidder.auctions.worth import Objective

KEYWORDS, FEN = 40, 100


def keyword_log(seed: int, days: int, per_day: int = 8000, first: int = 20_000) -> AuctionLog:
    """Clicks sold at prices around 1 CNY; keywords whose conversion rates differ; orders worth 100 CNY."""
    draw, truth = np.random.default_rng(seed), np.random.default_rng(1)
    cvr = np.minimum(0.03 * np.exp(0.6 * truth.standard_normal(KEYWORDS)), 0.5)
    n = days * per_day
    keyword = draw.integers(0, KEYWORDS, n).astype(np.int32)
    click = draw.random(n) < 0.2
    return AuctionLog(
        LogInfo(("c",), "fen", FEN, "CNY", rows=n, first_ts=first * DAY, last_ts=(first + days) * DAY - 1,
                words=(("keyword", tuple(f"k{k}" for k in range(KEYWORDS))),)),
        first * DAY + np.sort(draw.integers(0, days * DAY, n)), np.zeros(n, dtype=np.int32),
        np.rint(FEN * np.exp(0.7 * draw.standard_normal(n))).astype(np.int64), keyword=keyword,
        click=click.astype(np.uint8), value=np.full(n, 100_000_000),
        conversion=(click & (draw.random(n) < cvr[keyword])).astype(np.uint8),
    )


def market(budget: int, settings: int = 1) -> Market:
    log = keyword_log(2, 20, first=19_000)
    prices = PriceDistribution.of_counts(np.bincount(log.market_price))
    rules, episodes = Rules(pricing=Pricing.CLICK, max_bid=10_000), Episodes(days=1, tick_us=DAY)
    info = keyword_log(3, 25).info
    return Market(info, rules, episodes, np.full(settings, budget), np.ones(settings, dtype=np.int64), 1,
                  Training(log, 1.0, 20.0, prices))


def play(params: KeywordBidsParams, budget: int) -> tuple[np.ndarray, np.ndarray]:
    """Cost and value of every episode."""
    replay = Replay(KeywordBids, [params], market(budget), Objective.CLICKS)
    replay.feed(keyword_log(3, 25))
    (result,) = replay.finish()
    cost, value = (result.episodes[:, COUNTED.index(name)].astype(float) for name in ("cost", "value"))
    return cost, value


@pytest.mark.parametrize("start", [0.5, 2.0])
def test_target_is_reached_from_either_side(start):
    params = KeywordBidsParams(name="n", kind="keyword_bids", target_roas=4.0, alpha=start)
    cost, value = play(params, 10**9)
    roas = value[10:].sum() / 1e6 / (cost[10:].sum() / FEN)
    assert roas == pytest.approx(4.0, rel=0.08)
    first = value[:2].sum() / 1e6 / (cost[:2].sum() / FEN)
    assert abs(np.log(first / 4)) > abs(np.log(roas / 4))


def test_budget_is_the_smaller_one():
    params = KeywordBidsParams(name="n", kind="keyword_bids", target_roas=1.0, alpha=1.0)
    cost, _ = play(params, 20_000)
    assert cost[10:].mean() == pytest.approx(20_000, rel=0.05)
    assert cost.max() <= 20_000


def test_bids_are_the_shrunk_values_over_the_target():
    params = [
        KeywordBidsParams(name="a", kind="keyword_bids", target_roas=4.0),
        KeywordBidsParams(name="b", kind="keyword_bids", target_cpa=4_000.0),
    ]
    strategy = KeywordBids(params, market(10**9, 2))
    keyword = np.arange(-1, KEYWORDS, dtype=np.int32)
    requests = Requests(strategy.market.info, np.zeros(len(keyword), np.int64), keyword.astype(np.int64),
                        keyword=keyword)
    by_roas, by_cpa = strategy.base(requests)
    value, mean = strategy.values[False]
    assert by_roas[1:] == pytest.approx(value * FEN / 4)
    assert by_roas[0] == pytest.approx(mean * FEN / 4)
    # Orders are all worth 100 CNY: a CPA of 40 CNY is a ROAS of 5.
    assert by_cpa == pytest.approx(by_roas * 4 / 2.5, rel=1e-3)
    # Shrunk: less spread than the rates that the log shows.
    log = strategy.market.training.log
    clicks = np.bincount(log.keyword[log.click > 0], minlength=KEYWORDS)
    raw = np.bincount(log.keyword, log.conversion, minlength=KEYWORDS) / clicks
    assert np.std(value / 100) < np.std(raw)


def test_keywords_are_needed():
    bare = market(10**9)
    log = bare.training.log
    without = replace(bare, training=replace(bare.training, log=replace(log, keyword=None)))
    with pytest.raises(ValueError, match="column keyword is needed"):
        KeywordBids([KeywordBidsParams(name="n", kind="keyword_bids", target_roas=4.0)], without)
