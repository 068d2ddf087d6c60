"""Replays of aggregated logs against a plain reference in fractions."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.auctions.engine.histogram_replay import HOUR_US, histogram_info, replay_histogram
from bidder.auctions.landscapes.histogram import PriceHistogram
from bidder.auctions.result import COUNTED
from bidder.auctions.rules import Episodes, OverBudget, Payment, Pricing, Rules
from bidder.auctions.strategies.base import Control, Market, Strategy
from bidder.auctions.strategies.constant import Constant
from bidder.auctions.strategies.max_cpc import MaxCpc
from bidder.auctions.strategies.pid import Pid
from bidder.auctions.strategies.rlb import Rlb
from bidder.auctions.worth import Objective

MILLION = 10**6
COST = COUNTED.index("cost")


def histogram(rows, campaigns=("a",)):
    """Rows of (campaign, hour, price, impressions, clicks, cost), money in currency units."""
    array = np.array(sorted(rows), dtype=np.float64).reshape(-1, 6)
    campaign, hour, price, impressions, clicks, cost = array.T
    return PriceHistogram(
        campaigns, campaign.astype(np.int32), hour.astype(np.int64) * HOUR_US, np.arange(len(array)), price,
        impressions, clicks, cost,
    )


def market(log, budgets, episodes=None, **rules):
    budgets = np.asarray(budgets, dtype=np.int64)
    return Market(
        histogram_info(log), Rules(**rules), episodes or Episodes(), budgets, np.ones_like(budgets), 24
    )


def play(kind, params, log, budgets, episodes=None, objective=Objective.CLICKS, **rules):
    return replay_histogram(kind, params, market(log, budgets, episodes, **rules), log, objective)


def constant(*bids):
    return [Constant.Params(name="c", kind="constant", bid=bid) for bid in bids]


def reference(rows, bid, budget, rules):
    """One campaign and one episode: impressions and clicks in fractions, cost in micros."""
    balance, impressions, clicks, stopped = budget, 0, 0, False
    for hour in sorted({row[0] for row in rows}):
        used = min(bid, rules.max_bid) if rules.max_bid is not None else bid
        if used > balance:
            if rules.over_budget is OverBudget.CLIP_BID:
                used = balance
            else:
                stopped |= rules.over_budget is OverBudget.STOP
                continue
        if stopped or used < rules.reserve:
            continue
        mine = [r for r in rows if r[0] == hour and (r[1] <= used if rules.win_on_tie else r[1] < used)]
        shown, clicked, cost = (sum(r[k] for r in mine) for k in (2, 3, 4))
        if rules.payment is Payment.FIRST_PRICE:
            cost = math.ceil(Fraction(used * (clicked if rules.pricing is Pricing.CLICK else shown), MILLION))
        if cost > balance:
            shown, clicked, cost = shown * balance // cost, clicked * balance // cost, balance
        balance, impressions, clicks = balance - cost, impressions + shown, clicks + clicked
    return impressions // MILLION, clicks // MILLION, budget - balance, clicks * 1000


micros = st.integers(0, 5 * MILLION)
rows_of_hours = st.lists(st.tuples(st.integers(0, 5), micros, micros, micros, micros), max_size=20)
some_rules = st.builds(
    Rules, payment=st.sampled_from([Payment.SECOND_PRICE, Payment.FIRST_PRICE]),
    pricing=st.sampled_from(list(Pricing)), win_on_tie=st.booleans(), max_bid=st.none() | micros,
    reserve=micros | st.just(0), over_budget=st.sampled_from(list(OverBudget)),
)


bids_and_budgets = st.lists(st.tuples(micros, micros | st.just(10**9)), min_size=1, max_size=4)


@given(rows_of_hours, some_rules, bids_and_budgets)
def test_counts_are_those_of_the_reference(rows, rules, settings):
    log = histogram([(0, hour, *(amount / MILLION for amount in rest)) for hour, *rest in rows])
    budgets = [budget for _, budget in settings]
    fields = {name: getattr(rules, name) for name in vars(rules)}
    results = play(Constant, constant(*(bid for bid, _ in settings)), log, budgets, **fields)
    for (bid, budget), result in zip(settings, results, strict=True):
        got = [result.total(name) for name in ("impressions", "clicks", "cost", "worth")]
        assert got == list(reference(rows, bid, budget, rules))
        assert result.total("auctions") == sum(row[2] for row in rows) // MILLION
        assert result.bound >= result.total("worth")
        assert (result.course.sum(axis=0) == result.totals).all()


def many_hours(seed=0, hours=24 * 6, campaigns=2):
    rng = np.random.default_rng(seed)
    rows = []
    for campaign in range(campaigns):
        for hour in range(hours):
            for bin_ in range(-2, 12):
                clicks = rng.gamma(0.5, 0.2)
                rows.append((campaign, hour, 1.2**bin_, clicks * 40, clicks, clicks * 1.2**bin_ * 0.9))
    return histogram(rows, ("a", "b")[:campaigns])


def test_each_campaign_and_day_has_its_own_budget():
    log = many_hours()
    budgets = [20 * MILLION, 10**12]
    results = play(Constant, constant(3 * MILLION, 3 * MILLION), log, budgets, Episodes(days=1))
    assert results[0].episodes.shape[0] == 12
    cost = results[0].episodes[:, COST]
    assert (cost <= 20 * MILLION).all() and (cost > 19 * MILLION).all()
    assert results[1].total("cost") > results[0].total("cost")
    assert (results[1].episodes.sum(axis=0) == results[1].totals).all()


def test_enough_money_buys_whole_bins():
    log = many_hours()
    result, = play(Constant, constant(10**9), log, [10**15])
    assert result.total("cost") == int(np.rint(log.cost * MILLION).sum())
    assert result.total("worth") == result.bound == int(np.rint(log.clicks * MILLION).sum()) * 1000


def test_paced_strategies_see_their_hours_and_spend_evenly():
    log = many_hours(hours=24 * 12, campaigns=1)
    pid = [Pid.Params(name="p", kind="pid", value_per_click=10.0 * MILLION)] * 2
    greedy = [MaxCpc.Params(name="m", kind="max_cpc", value_per_click=10.0 * MILLION)] * 2
    day = Episodes(days=1)
    budgets = [30 * MILLION, 60 * MILLION]
    paced = play(Pid, pid, log, budgets, day, pricing=Pricing.CLICK)
    plain = play(MaxCpc, greedy, log, budgets, day, pricing=Pricing.CLICK)
    for mine, theirs in zip(paced, plain, strict=True):
        assert mine.bound == theirs.bound >= mine.total("worth") > theirs.total("worth")
        assert (mine.course[:, COST] > 0).all()


class Watcher(Strategy):
    """Remembers what it is shown and bids a little more every hour."""

    Params = Constant.Params
    seen: list = []  # noqa: RUF012

    def base(self, requests):
        Watcher.seen.append(("pctr", requests.ts.tolist(), requests.pctr.tolist()))
        return np.full(len(requests), 1e6)

    def control(self, view):
        counts = [(c.auctions, c.impressions.tolist(), c.clicks.tolist(), c.cost.tolist()) for c in
                  (view.last, view.so_far, view.before)]
        Watcher.seen.append((view.tick, view.episode, view.elapsed, view.balance.tolist(), counts))
        return Control(np.full(self.market.settings, 1.0 + view.tick / 10))


def watched(log):
    Watcher.seen = []
    result, = play(Watcher, constant(1), log, [25 * MILLION], Episodes(days=2))
    return result, list(Watcher.seen)


def test_the_view_adds_up_and_never_holds_the_future():
    log = many_hours(hours=24 * 4, campaigns=1)
    result, seen = watched(log)
    looks = [entry for entry in seen if entry[0] != "pctr"]
    assert [look[:2] for look in looks] == [(h, e) for e in (0, 1) for h in range(48)]
    assert looks[5][2] == 5 / 48
    for before, now in pairwise(looks[:48]):
        assert now[4][1][3][0] == before[4][1][3][0] + now[4][0][3][0]
        assert now[3][0] == 25 * MILLION - now[4][1][3][0]
    assert looks[48][4][2][3][0] == result.episodes[0, COST]
    later = log.hour >= 30 * HOUR_US
    changed = replace(log, clicks=np.where(later, 9.0, log.clicks), cost=np.where(later, 0.1, log.cost))
    _, other = watched(changed)
    until = next(k for k, entry in enumerate(seen) if entry[0] == 30) + 2
    assert other[:until] == seen[:until] and other != seen


def test_the_rate_is_that_of_the_hours_before():
    log = histogram([(0, 0, 1, 1000, 30, 9), (0, 1, 1, 500, 0, 9), (0, 3, 1, 1, 1, 1)])
    _, seen = watched(log)
    rates = [entry[2][0] for entry in seen if entry[0] == "pctr"]
    assert rates == pytest.approx([0.01, (30 + 1) / 1100, (30 + 1) / 1600])


class Half(Constant):
    """Enters half of every hour."""

    def control(self, view):
        return replace(super().control(view), participation=np.full(self.market.settings, 0.5))


def test_half_of_an_hour_is_half_of_its_counts():
    log = histogram([(0, 0, 1, 1000, 31, 9.000001), (0, 1, 1, 500, 0, 2)])
    result, = play(Half, constant(2 * MILLION), log, [10**9])
    assert [result.total(name) for name in ("entered", "impressions", "clicks")] == [750, 750, 15]
    assert result.total("cost") == 5_500_001


def test_what_needs_single_auctions_is_refused_at_once():
    log = many_hours(hours=3, campaigns=1)
    with pytest.raises(ValueError, match="counted in auctions, a frequency cap"):
        play(Constant, constant(1), log, [5], Episodes(auctions=10), frequency_cap=2)
    with pytest.raises(ValueError, match="the strategy Rlb"):
        play(Rlb, [None], log, [5])


def test_other_objectives_have_no_worth():
    result, = play(Constant, constant(10**7), many_hours(), [10**9], objective=Objective.CONVERSIONS)
    assert result.total("clicks") > 0 and result.total("worth") == 0 and result.bound is None
