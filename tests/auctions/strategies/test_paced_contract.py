"""What every paced strategy keeps to: settings alone or together, pickling, odd looks, any unit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_market import BY_HOUR, DAY, build, make_log, play, training_of

from bidder.auctions.replay import Replay
from bidder.auctions.rules import Episodes, Rules
from bidder.auctions.strategies.base import Counts, View
from bidder.auctions.worth import Objective

SAID = {
    "pid": {"value_per_click": 9000.0},
    "ta_pid": {"value_per_click": 9000.0},
    "mystique": {"value_per_click": 9000.0},
    "throttling": {"value_per_click": 9000.0},
    "m_pid": {"value_per_click": 9000.0, "max_cpc": 3500.0, "alpha": 0.9, "beta": 0.8},
    "dual": {"value_per_click": 9000.0, "target_roas": 2.5},
}


def counts(S: int, cost=0, clicks=0, conversions=0) -> Counts:
    def each(value) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=np.int64), (S,))

    return Counts(0, each(0), each(0), each(clicks), each(cost), each(conversions), each(0))


def view_of(strategy, tick, ticks, spent, last, clicks=0, episode=0, budget=None) -> View:
    S = strategy.market.settings
    limits = strategy.market.budget if budget is None else np.full(S, budget)
    return View(
        tick, episode, "c", 0, tick / ticks, 1 / ticks, limits, limits - spent,
        counts(S, last, clicks), counts(S, spent, clicks), counts(S),
    )


def varied(kind: str) -> list[dict]:
    """Settings that differ in every kind of parameter."""
    one = {"kind": kind, **SAID[kind]}
    odd = {"kind": kind, **SAID[kind], "initial": 0.05, "traffic": BY_HOUR.tolist()}
    low = {**one, "min_factor": 0.2, "value_per_click": 4000.0}
    other = {k: v for k, v in one.items() if k != "target_roas"}
    more = {**one, "mirror": "additive"} if kind == "dual" else {**one, "max_factor": 0.7}
    return [one, odd, low, other, more]


def hourly_strategy(kinds, budget, log, ticks, training=None):
    return build(kinds, budget, Episodes(days=1, tick_us=DAY // ticks), log.info, ticks, training=training)


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("kind", SAID)
def test_settings_together_play_exactly_as_alone(kind, trained):
    log, ticks = make_log(6000, by_hour=BY_HOUR), 96
    training = training_of(make_log(6000, seed=2, by_hour=BY_HOUR)) if trained else None
    said = varied(kind) * 3
    budget = [20_000 + 3000 * k for k in range(len(said))]
    together = play(hourly_strategy(said, budget, log, ticks, training), log, ticks, by_time=True)
    for s, one in enumerate(said):
        alone = play(hourly_strategy([one], budget[s], log, ticks, training), log, ticks, by_time=True)
        assert np.array_equal(np.array(together.multiplier)[:, s], np.array(alone.multiplier)[:, 0])
        assert together.total("cost")[s] == alone.total("cost")[0]
        if kind == "throttling":
            assert np.array_equal(
                np.array(together.participation)[:, s], np.array(alone.participation)[:, 0]
            )


@pytest.mark.parametrize("kind", SAID)
def test_pickled_midway_it_goes_on_the_same(kind):
    log, ticks = make_log(4000, by_hour=BY_HOUR, days=2), 48
    strategies = [hourly_strategy(varied(kind), 9000, log, ticks) for _ in range(3)]
    runs = [
        play(strategy, log, ticks, by_time=True, episodes=2, pickle_at=at)
        for strategy, at in zip(strategies, (None, 17, 60), strict=True)
    ]
    for run in runs[1:]:
        assert np.array_equal(np.array(run.multiplier), np.array(runs[0].multiplier))
        assert np.array_equal(run.total("cost"), runs[0].total("cost"))


@pytest.mark.parametrize("kind", SAID)
def test_money_in_micros_or_in_large_units_is_paced_alike(kind):
    log, found = make_log(8000), []
    for scale in (1, 10**6):
        said = {"kind": kind, **SAID[kind]}
        said |= {name: said[name] * scale for name in ("value_per_click", "max_cpc") if name in said}
        strategy = build([said], 40_000 * scale, Episodes(auctions=8000, tick_auctions=80), log.info, 100)
        found.append(play(strategy, replace(log, market_price=log.market_price * scale), 100))
    coarse, fine = (np.array(c.multiplier)[:, 0] for c in found)
    np.testing.assert_allclose(fine / 1e6, coarse, rtol=1e-9)
    assert found[1].total("cost")[0] == found[0].total("cost")[0] * 10**6


def legal(control, S) -> None:
    assert control.multiplier.shape == (S,) and control.multiplier.dtype == np.float64
    assert np.isfinite(control.multiplier).all() and (control.multiplier >= 0).all()
    if control.participation is not None:
        assert control.participation.shape == (S,)
        assert ((control.participation >= 0) & (control.participation <= 1)).all()


@pytest.mark.parametrize("budget", [0, 1, 10**12])
@pytest.mark.parametrize("kind", SAID)
def test_nothing_won_is_no_trouble(kind, budget):
    strategy = build(varied(kind), budget, Episodes(auctions=50, tick_auctions=1), make_log(50).info, 50)
    for tick in range(50):
        legal(strategy.control(view_of(strategy, tick, 50, spent=0, last=0)), 5)


@pytest.mark.parametrize("kind", SAID)
def test_a_spent_budget_is_no_trouble_and_the_next_episode_begins_anew(kind):
    strategy = build(varied(kind), 1000, Episodes(auctions=50, tick_auctions=1), make_log(50).info, 50)
    for episode in range(3):
        for tick in range(50):
            last = 1000 if tick == 1 else 0
            view = view_of(strategy, tick, 50, spent=1000 * (tick > 0), last=last, episode=episode)
            legal(strategy.control(view), 5)


@pytest.mark.parametrize("kind", SAID)
def test_an_episode_of_one_look(kind):
    strategy = build(varied(kind), 1000, Episodes(auctions=1, tick_auctions=1), make_log(50).info, 1)
    for episode in range(5):
        legal(strategy.control(view_of(strategy, 0, 1, spent=0, last=0, episode=episode)), 5)


@pytest.mark.parametrize("kind", SAID)
def test_a_first_look_late_in_the_episode_does_not_chase_what_is_past(kind):
    """A log that begins at noon: the day's budget is spread over the afternoon."""
    strategy = build([{"kind": kind, **SAID[kind]}], 1000, Episodes(auctions=50, tick_auctions=1),
                     make_log(50).info, 50)
    strategy.control(view_of(strategy, 25, 50, spent=0, last=0))
    course = next(iter(strategy.courses.values()))
    look = strategy._look(view_of(strategy, 30, 50, spent=200, last=10), course)
    assert look.done == pytest.approx(0.2) and look.coming == pytest.approx(0.04)
    assert look.error[0] == pytest.approx(0.0)


@settings(max_examples=60)
@given(
    kind=st.sampled_from(sorted(SAID)),
    budget=st.integers(0, 10**15),
    looks=st.lists(
        st.tuples(st.integers(0, 10**15), st.integers(0, 10**6), st.booleans()), min_size=1, max_size=30
    ),
)
def test_whatever_it_sees_it_answers_with_a_bid(kind, budget, looks):
    log = make_log(50)
    strategy = build(varied(kind), budget, Episodes(auctions=50, tick_auctions=1), log.info, 40)
    tick, episode, spent = 0, 0, 0
    for cost, clicks, anew in looks:
        if anew:
            tick, episode, spent, cost = 0, episode + 1, 0, 0
        cost = min(cost, budget - spent)
        spent += cost
        legal(strategy.control(view_of(strategy, tick, 40, spent, cost, clicks, episode)), 5)
        tick += 1


@pytest.mark.parametrize("kind", SAID)
def test_factors_stay_within_their_limits(kind):
    log = make_log(4000)
    said = {"kind": kind, **SAID[kind], "min_factor": 0.25, "max_factor": 0.5}
    strategy = build([said] * 2, [500, 10**9], Episodes(auctions=4000, tick_auctions=40), log.info, 100)
    course = play(strategy, log, 100)
    held = np.array(course.participation) if kind == "throttling" else np.array(course.multiplier) / 9000.0
    # The cost limit of m_pid may go below what the budget alone would be held at.
    assert held.max() <= 0.5 + 1e-12 and (kind == "m_pid" or held.min() >= 0.25 - 1e-12)


@pytest.mark.parametrize("kind", SAID)
def test_campaigns_do_not_mix(kind):
    strategy = build([{"kind": kind, **SAID[kind]}], 1000, Episodes(auctions=50, tick_auctions=1),
                     make_log(50).info, 50)
    first = [strategy.control(view_of(strategy, t, 50, 40 * t, 40)).multiplier[0] for t in range(10)]
    other = [
        strategy.control(replace(view_of(strategy, t, 50, 40 * t, 40), campaign="d")).multiplier[0]
        for t in range(10)
    ]
    assert first == other


@pytest.mark.parametrize("kind", SAID)
def test_the_engine_plays_them_as_the_plain_loop_does(kind):
    """Look by look the same past is seen, so that every total is the same to the last unit."""
    log, budget = make_log(6000, seed=4), [15_000 + 4000 * k for k in range(9)]
    said = [{k: v for k, v in one.items() if k != "traffic"} for one in varied(kind)] + varied(kind)[:4]
    episodes, rules = Episodes(auctions=2000, tick_auctions=50), Rules()
    plain = build(said, budget, episodes, log.info, 40, rules=rules)
    course = play(plain, log, 40, episodes=3)
    replay = Replay(type(plain), plain.params, plain.market, Objective.CLICKS)
    for start in (0, 1234, 4444):
        replay.feed(log.part(start, {0: 1234, 1234: 4444, 4444: 6000}[start]))
    for s, found in enumerate(replay.finish()):
        for name in ("impressions", "clicks", "cost"):
            assert found.total(name) == course.total(name)[s]
