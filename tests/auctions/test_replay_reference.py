"""The kernels against plain Python: every rule, at once and one by one, to the last unit."""

from __future__ import annotations

import itertools
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replay_cases import HOUR, Factor, FactorEach, FactorParams, random_log
from replay_reference import play

from bidder.auctions.engine.columns import take
from bidder.auctions.replay import Replay
from bidder.auctions.result import COUNTED, STEPS
from bidder.auctions.rules import Episodes, LastEpisode, Outcomes, OverBudget, Payment, Pricing, Rules
from bidder.auctions.strategies.base import Market
from bidder.auctions.worth import Objective

SHOWN = [COUNTED.index(c) for c in ("entered", "impressions", "clicks", "conversions", "cost", "value")]


def run(log, rules, episodes, budgets, params, seed=3, kind=Factor, pieces=()):
    market = Market(log.info, rules, episodes, np.array(budgets), np.full(len(budgets), seed))
    replay = Replay(kind, params, market, Objective.CLICKS)
    edges = [0, *sorted(pieces), len(log)]
    for a, b in itertools.pairwise(edges):
        replay.feed(log.part(a, b))
        replay = pickle.loads(pickle.dumps(replay))
    return replay.finish()


def expected(log, rules, episodes, budget, param, seed=3):
    def tick(i):
        if episodes.tick_auctions is not None:
            return i % (episodes.auctions or 10**9) // episodes.tick_auctions
        raise AssertionError

    def bid(i):
        if param.swing:
            return param.factor * (1 + param.swing * (tick(i) % 3)) * log.pctr[i]
        return param.factor * log.pctr[i]

    return play(log, rules, episodes, budget, seed, bid, lambda i: param.enter)


RULES = st.builds(
    Rules,
    payment=st.sampled_from([Payment.SECOND_PRICE, Payment.FIRST_PRICE]),
    pricing=st.sampled_from([Pricing.IMPRESSION, Pricing.IMPRESSION, Pricing.CLICK]),
    win_on_tie=st.booleans(),
    integer=st.booleans(),
    max_bid=st.sampled_from([None, 25, 0]),
    reserve=st.sampled_from([0, 0, 7]),
    over_budget=st.sampled_from(list(OverBudget)),
    outcomes=st.sampled_from([Outcomes.LOGGED, Outcomes.LOGGED, Outcomes.DRAWN]),
    frequency_cap=st.sampled_from([None, None, 1, 3]),
    retargeting_days=st.sampled_from([None, None, 1.5]),
)
EPISODES = st.builds(
    Episodes,
    auctions=st.sampled_from([1, 7, 60, 1000]),
    last=st.sampled_from(list(LastEpisode)),
    tick_auctions=st.sampled_from([1, 5, 40]),
    time_zone=st.sampled_from(["UTC", "Asia/Shanghai", "America/New_York"]),
)


@settings(max_examples=150)
@given(
    seed=st.integers(0, 10**6), n=st.integers(0, 200), rules=RULES, episodes=EPISODES,
    many=st.booleans(), throttled=st.booleans(), swing=st.sampled_from([0.0, 0.25]),
    cut=st.floats(0, 1), each=st.booleans(),
)
def test_every_rule(seed, n, rules, episodes, many, throttled, swing, cut, each):
    rng = np.random.default_rng(seed)
    log = random_log(rng, n)
    size = 12 if many else 2
    budgets = rng.integers(0, 12 * min(episodes.auctions, n + 1) + 1, size)
    params = [
        FactorParams(
            name="f", factor=float(rng.choice([0.0, 200.0, 400.0, rng.uniform(0, 900)])), swing=swing,
            enter=0.5 if throttled else 1.0,
        )
        for _ in range(size)
    ]
    if each:
        params = [p.model_copy(update={"factor": max(p.factor, 1.0), "swing": 0.0}) for p in params]
    got = run(log, rules, episodes, budgets, params, 3, FactorEach if each else Factor, [int(cut * n)])
    for k, result in enumerate(got):
        want = expected(log, rules, episodes, int(budgets[k]), params[k])
        assert result.episodes[:, SHOWN].tolist() == want
        assert (result.course.sum(axis=0) == result.totals).all()
        assert (result.episodes.sum(axis=0) == result.totals).all()
        assert result.bound is None or rules.pricing is Pricing.CLICK or result.total("worth") <= result.bound


@pytest.mark.parametrize("over", list(OverBudget))
@pytest.mark.parametrize("budget", [3_000, 100_000, 10**9])
def test_long_stretches(over, budget):
    """Runs, stretches of bins, lists of cheap auctions: longer than any of them, one by one or at once."""
    rng = np.random.default_rng(1)
    log = random_log(rng, 30_000, prices=900)
    rules = Rules(over_budget=over, max_bid=800)
    episodes = Episodes(auctions=29_000, tick_auctions=13_000)
    factors = np.concatenate([[0.0], rng.uniform(0, 20_000, 30)])
    params = [FactorParams(name="f", factor=float(f)) for f in factors]
    at_once = run(log, rules, episodes, [budget] * 31, params, pieces=[11_111])
    for k in range(31):
        alone = run(log, rules, episodes, [budget], [params[k]])[0]
        assert (alone.episodes == at_once[k].episodes).all()
        assert (alone.course == at_once[k].course).all()
        assert alone.bound == at_once[k].bound
    for k in (0, 5, 17):
        want = expected(log, rules, episodes, budget, params[k])
        assert at_once[k].episodes[:, SHOWN].tolist() == want


def test_small_balances_buy_cheap_auctions():
    """Every budget around the prices at which the lists of cheap auctions end."""
    log = replace(random_log(np.random.default_rng(2), 8_192, prices=300), floor=None)
    episodes = Episodes(auctions=8_192, tick_auctions=8_192)
    budgets = list(range(120))
    params = [FactorParams(name="f", factor=1e6)] * len(budgets)
    at_once = run(log, Rules(), episodes, budgets, params)
    for budget, result in zip(budgets, at_once, strict=True):
        alone = run(log, Rules(), episodes, [budget], params[:1])[0]
        assert (alone.totals == result.totals).all()


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize("days", [1, 2, None])
def test_episodes_of_days(zone, days):
    rng = np.random.default_rng(5)
    log = random_log(rng, 3_000)
    episodes = Episodes(days=days, time_zone=zone, tick_us=HOUR // 4)
    rules = Rules(frequency_cap=2)
    params = [FactorParams(name="f", factor=f) for f in (300.0, 800.0)]
    got = run(log, rules, episodes, [4_000, 9_000], params, pieces=[1, 700, 701, 2_999])
    for k, budget in enumerate([4_000, 9_000]):
        want = expected(log, rules, episodes, budget, params[k])
        assert got[k].episodes[:, SHOWN].tolist() == want


def test_campaigns_have_their_own_budgets():
    rng = np.random.default_rng(6)
    log = random_log(rng, 2_000, campaigns=3)
    episodes = Episodes(auctions=100, tick_auctions=10)
    params = [FactorParams(name="f", factor=500.0)]
    both = run(log, Rules(), episodes, [300], params, pieces=[900])[0]
    rows = []
    for code in range(3):
        mine = take(log, log.campaign == code)
        alone = replace(mine, info=replace(log.info, campaigns=("x",), rows=len(mine)))
        rows.append(run(alone, Rules(), episodes, [300], params)[0].episodes)
    assert (both.episodes == np.concatenate(rows)).all()


def test_unknown_prices_are_never_won():
    log = random_log(np.random.default_rng(7), 500)
    log.market_price[::2] = -1
    episodes = Episodes(auctions=500, tick_auctions=500)
    got = run(log, Rules(), episodes, [10**12] * 9, [FactorParams(name="f", factor=1e15)] * 9)
    assert [r.total("impressions") for r in got] == [250] * 9
    assert got[0].bound is None


def test_many_episodes_are_kept_in_groups():
    log = random_log(np.random.default_rng(8), 9_001)
    episodes = Episodes(auctions=2, tick_auctions=2)
    params = [FactorParams(name="f", factor=400.0)]
    result = run(log, Rules(), episodes, [20], params)[0]
    want = np.array(expected(log, Rules(), episodes, 20, params[0]))
    assert len(result.episodes) <= 1025
    assert (result.totals[SHOWN] == want.sum(axis=0)).all()
    assert (result.episodes[:-1, 0] == 16).all()
    assert (result.episodes[0][SHOWN] == want[:8].sum(axis=0)).all()


def test_course_follows_the_episode():
    log = random_log(np.random.default_rng(9), 4_800)
    params = [FactorParams(name="f", factor=400.0)]
    result = run(log, Rules(), Episodes(auctions=480, tick_auctions=20), [10**9], params)[0]
    assert result.course.shape == (STEPS, len(COUNTED))
    assert (result.course[:, 0] == 200).all()


def test_an_empty_log_has_empty_results():
    log = random_log(np.random.default_rng(0), 0)
    params = [FactorParams(name="f", factor=1.0)] * 2
    got = run(log, Rules(), Episodes(auctions=10, tick_auctions=1), [5, 6], params)
    assert [r.totals.tolist() for r in got] == [[0] * len(COUNTED)] * 2
