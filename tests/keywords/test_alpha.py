"""The account's multiplier: closed forms, and what it does to an account night after night."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.keywords.bids.alpha import budget_aim, choose_alpha
from bidder.keywords.bids.elasticity import Elasticity
from bidder.keywords.bids.goal import Goal
from bidder.keywords.bids.response import Response, calibration, respond
from bidder.keywords.data import AccountDays, DayWeights
from bidder.keywords.result import CarriedAlpha
from bidder.keywords.spec_bidding import AlphaSpec
from bidder.money import MICROS

RESPONSE = Response(0.8, 739_000, 5.0, 900.0, np.nan, -0.7, Elasticity(1.5, 1.5), 0.05, 1.0)
FREE = AlphaSpec(damping=1.0, max_step=2.0, dead_band=0.0, min=0.01, max=100.0)
SOME = st.floats(0.3, 3.0)


def at(response, alpha, goal):
    """ROAS and cost at an alpha on the goal's day, as the model says."""
    ratio = alpha / goal.price / response.in_force
    roas = goal.conversion / goal.price * response.roas * ratio**response.roas_slope
    return roas, goal.traffic * goal.price * response.cost * ratio**response.cost_slope


@given(SOME, SOME, SOME, SOME)
def test_undamped_alpha_meets_the_target(target, traffic, price, conversion):
    goal = Goal(5 * target, traffic=traffic, price=price, conversion=conversion)
    alpha = choose_alpha(RESPONSE, goal, FREE)
    assert at(RESPONSE, alpha.chosen, goal)[0] == pytest.approx(goal.target)
    assert alpha.bound_by == "roas"


@given(SOME, SOME, SOME)
def test_undamped_alpha_spends_a_budget_that_binds(share, traffic, price):
    goal = Goal(0.01, budget=900 * share, traffic=traffic, price=price)
    long_held = CarriedAlpha(100.0, RESPONSE.in_force, 0.0, RESPONSE.day)  # so that one step gets far enough
    alpha = choose_alpha(RESPONSE, goal, FREE, long_held)
    assert at(RESPONSE, alpha.chosen, goal)[1] == pytest.approx(budget_aim(RESPONSE, goal))
    assert 0.8 * goal.budget < budget_aim(RESPONSE, goal) < goal.budget
    assert alpha.bound_by == "budget"


@given(SOME, SOME)
def test_the_smaller_one_is_taken(target, share):
    goal = Goal(5 * target, budget=900 * share)
    alpha = choose_alpha(RESPONSE, goal, FREE)
    roas, cost = at(RESPONSE, alpha.chosen, goal)
    assert roas >= goal.target * (1 - 1e-9)
    assert cost <= goal.budget * (1 + 1e-9)
    assert alpha.wanted == min(alpha.roas, alpha.budget)


def test_marginal_target_is_the_derivative():
    goal = Goal(2.0, marginal=True)
    alpha = choose_alpha(RESPONSE, goal, FREE).chosen
    step = 1e-6
    (r0, c0), (r1, c1) = (at(RESPONSE, a, goal) for a in (alpha, alpha * (1 + step)))
    assert (r1 * c1 - r0 * c0) / (c1 - c0) == pytest.approx(2.0, rel=1e-4)


def test_a_budget_is_kept_at_once_though_damped():
    goal = Goal(0.01, budget=300)
    alpha = choose_alpha(RESPONSE, goal, AlphaSpec())
    assert at(RESPONSE, alpha.chosen, goal)[1] == pytest.approx(budget_aim(RESPONSE, goal))
    # Upwards it takes its time.
    up = choose_alpha(RESPONSE, Goal(0.01, budget=5000), AlphaSpec(max=100))
    assert up.chosen == pytest.approx(0.8 * np.exp(0.25))


def test_nothing_known_starts_at_the_start():
    alpha = choose_alpha(None, Goal(4.0), AlphaSpec(start=0.9))
    assert (alpha.chosen, alpha.source) == (0.9, "start")


class Account:
    """An account whose ROAS and cost really are powers of alpha, with slopes of its own and noise."""

    def __init__(self, roas_slope, cost_slope, noise, gap=1.0, seed=0):
        self.slopes, self.noise, self.gap = (roas_slope, cost_slope), noise, gap
        self.rng = np.random.default_rng(seed)
        self.rows = []
        for _ in range(30):
            self.play(1.3)

    def play(self, alpha):
        """One day with the bids that guardrails make of alpha."""
        in_force = alpha * self.gap
        roas = 4.0 * in_force ** self.slopes[0] * np.exp(self.noise * self.rng.standard_normal())
        cost = 800 * in_force ** self.slopes[1] * np.exp(self.noise * self.rng.standard_normal())
        self.rows.append((in_force, roas, cost))

    def days(self, target):
        alpha, roas, cost = (np.array(column) for column in zip(*self.rows, strict=True))
        n, value = len(self.rows), roas * cost
        day = np.arange(739_000, 739_000 + n)
        counts = np.full(n, 2000)
        days = AccountDays(
            day, np.ones(n, bool), counts * 20, counts, np.rint(cost * MICROS).astype(np.int64),
            np.rint(value * MICROS).astype(np.int64), np.full(n, 100.0), alpha / target, value,
        )
        return days, DayWeights(day, np.ones(n), np.ones(n))

    def true_roas(self):
        return 4.0 * self.rows[-1][0] ** self.slopes[0]


def run(account, nights, goal, spec=None):
    """Night after night; the true ROAS of each day."""
    spec, previous, seen = spec or AlphaSpec(), None, []
    for _ in range(nights):
        days, weights = account.days(goal.target)
        goal = replace(goal, day=int(days.day[-1]) + 1)
        response = respond(days, weights, days.revenue / MICROS, goal.target, 42, goal.weekday)
        alpha = choose_alpha(response, goal, spec, previous)
        previous = alpha.carried
        account.play(alpha.chosen)
        seen.append(account.true_roas())
    return np.array(seen)


@pytest.mark.parametrize("roas_slope", [-0.35, -0.7, -1.0])
@pytest.mark.parametrize("gap", [0.8, 1.0, 1.25])
@pytest.mark.parametrize("target", [3.0, 5.0])
def test_reaches_the_target_and_stays(roas_slope, gap, target):
    """With slopes off the prior, noise, and bids that are not quite what alpha asks for."""
    roas = run(Account(roas_slope, 1.3, 0.03, gap), 30, Goal(target))
    late = np.log(roas[9:] / target)
    assert np.abs(late).max() < 0.05
    # No cycle: what is left has no swing of its own, night to night.
    assert np.std(np.diff(np.log(roas[9:]))) < 0.03


def test_budget_holds_in_expectation():
    account, goal = Account(-0.7, 1.4, 0.03), Goal(0.1, budget=500.0)
    run(account, 20, goal)
    costs = np.array([800 * a**1.4 for a, _, _ in account.rows[-15:]])
    assert costs.mean() < 500 * 1.02
    assert costs.mean() > 500 * 0.9


def test_calibration_is_shrunk_and_follows_what_came():
    days, weights = Account(-0.7, 1.4, 0.0).days(4.0)
    worth = days.revenue / MICROS
    assert calibration(days, weights, worth) == pytest.approx(1.0, abs=1e-6)
    half = calibration(days, weights, worth / 2)
    assert 0.5 < half < 0.75
    few = replace(days, conversions=days.conversions / 1000)
    assert calibration(few, weights, worth / 2) > 0.99


def test_no_usable_day_is_no_response():
    days, weights = Account(-0.7, 1.4, 0.0).days(4.0)
    unknown = replace(days, bid_level=np.full(len(days.day), np.nan))
    assert respond(unknown, weights, days.revenue / MICROS, 4.0, 42, 0) is None


def test_promotion_days_do_not_teach():
    days, weights = Account(-0.7, 1.4, 0.01).days(4.0)
    wild = days.cost.copy()
    wild[-3] *= 5
    told = replace(days, cost=wild)
    apart = replace(weights, weight=np.where(np.arange(len(wild)) == len(wild) - 3, 0.0, 1.0))
    worth = days.revenue / MICROS
    with_it = respond(told, apart, worth, 4.0, 42, 0)
    ordinary = respond(days, weights, worth, 4.0, 42, 0)
    assert with_it.cost == pytest.approx(ordinary.cost, rel=0.03)
    assert with_it.roas == pytest.approx(ordinary.roas, rel=0.01)


def test_a_budget_that_held_alpha_down_is_forgotten_when_it_is_gone():
    """A promotion day under a tight budget, then ordinary days: the way to the target goes on."""
    before = choose_alpha(RESPONSE, Goal(5.0, day=739_001), AlphaSpec()).carried
    tight = Goal(5.0, budget=300.0, traffic=2.0, price=1.2, conversion=1.4, day=739_002)
    held = choose_alpha(RESPONSE, tight, AlphaSpec(), before)
    assert held.bound_by == "budget" and held.chosen < 0.6
    after = choose_alpha(RESPONSE, Goal(5.0, day=739_003), AlphaSpec(), held.carried)
    assert after.chosen == pytest.approx(0.8, rel=1e-6)


def test_guardrails_gap_is_made_up_for():
    """Bids come out 20% below what alpha asks for, night after night: alpha asks for more."""
    account = Account(-0.7, 1.4, 0.0, gap=0.8)
    run(account, 25, Goal(4.0))
    assert account.rows[-1][0] == pytest.approx(1.0, rel=0.02)
