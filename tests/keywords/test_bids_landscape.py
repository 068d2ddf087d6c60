"""Points of bid simulators, chosen together under a budget, a target and a least return."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from bidder.keywords.bids.landscape import solve_landscape
from bidder.keywords.data import LandscapePoints


def landscape(*keywords, revenue=True):
    """Points from lists of (cost, worth) by keyword; bids are 1, 2, 3 ... units."""
    rows = [(j, k + 1, c, w) for j, points in enumerate(keywords) for k, (c, w) in enumerate(points)]
    keyword, bid, cost, worth = np.array(rows, dtype=np.float64).reshape(-1, 4).T.copy()
    none = np.full(len(rows), np.nan)
    clicks, told = (none, worth) if revenue else (worth, none)
    return LandscapePoints(keyword.astype(np.int64), bid.astype(np.int64) * 10**6, clicks, cost, told)


def solve(keywords, budget=None, target=None, least_return=None):
    points = landscape(*keywords)
    return solve_landscape(points, np.ones(len(keywords)), len(keywords), budget, target, least_return)


def units(solution):
    return (solution.bid // 10**6).tolist()


def allowed(points, least):
    """No bid, and the points that add at least ``least`` per cost to each cheaper one."""
    every = [(0.0, 0.0), *points]
    return [
        (c, w) for c, w in every
        if least is None or all(w - v >= least * (c - b) * (1 - 1e-12) for b, v in every if b < c)
    ]


def brute_force(keywords, budget, target, least):
    best = 0.0
    for choice in product(*(allowed(points, least) for points in keywords)):
        cost, worth = np.sum(choice, axis=0) if choice else (0.0, 0.0)
        if (budget is None or cost <= budget) and (target is None or worth >= target * cost):
            best = max(best, worth)
    return best


def relaxed(keywords, budget, target, least):
    """Most worth of mixtures of points: the choices' convex hull, solved as a linear program."""
    columns = [(j, c, w) for j, points in enumerate(keywords) for c, w in allowed(points, least)]
    if not columns:
        return 0.0
    j, cost, worth = (np.array([row[i] for row in columns]) for i in range(3))
    one_each = (j == np.arange(len(keywords))[:, None]).astype(float)
    rows = [] if budget is None else [(cost, budget)]
    rows += [] if target is None else [(target * cost - worth, 0.0)]
    above = {"A_ub": np.array([r for r, _ in rows]), "b_ub": [b for _, b in rows]} if rows else {}
    answer = linprog(-worth, A_eq=one_each, b_eq=np.ones(len(keywords)), **above)
    assert answer.status == 0
    return -answer.fun


numbers = st.integers(0, 40).map(lambda n: n / 4)
simulators = st.lists(st.lists(st.tuples(numbers, numbers), max_size=4), max_size=4)
limits = {
    "budget": st.none() | st.integers(0, 60).map(lambda n: n / 2),
    "target": st.none() | st.integers(0, 12).map(lambda n: n / 4),
    "least": st.none() | st.integers(0, 12).map(lambda n: n / 4),
}


@given(keywords=simulators, **limits)
def test_against_every_choice(keywords, budget, target, least):
    found, best = solve(keywords, budget, target, least), brute_force(keywords, budget, target, least)
    step = max((w for points in keywords for _, w in points), default=0.0)
    assert best <= found.bound + 1e-9
    assert found.worth <= best + 1e-9
    assert best <= found.worth + step + 1e-9
    assert budget is None or found.cost <= budget + 1e-9
    assert target is None or found.worth >= target * found.cost - 1e-9


@given(keywords=simulators, **limits)
def test_bound_is_the_relaxed_optimum(keywords, budget, target, least):
    assert solve(keywords, budget, target, least).bound == pytest.approx(
        relaxed(keywords, budget, target, least), abs=1e-7
    )


@given(simulators, limits["budget"])
def test_price_solves_the_dual_of_the_budget(keywords, budget):
    found = solve(keywords, budget)
    best = sum(max(w - found.price * c for c, w in [(0.0, 0.0), *points]) for points in keywords)
    assert best + found.price * (budget or 0.0) == pytest.approx(found.bound, abs=1e-9)


@given(simulators, limits["target"], st.lists(numbers, min_size=2, max_size=2).map(sorted))
def test_a_larger_budget_is_never_worth_less(keywords, target, budgets):
    less, more = (solve(keywords, budget, target) for budget in budgets)
    assert less.worth <= more.worth
    assert less.bound <= more.bound + 1e-9
    assert less.cost <= more.cost


@given(keywords=simulators, **limits)
def test_bids_are_points_that_cost_what_is_told(keywords, budget, target, least):
    found = solve(keywords, budget, target, least)
    cost = worth = 0.0
    for points, bid in zip(keywords, units(found), strict=True):
        assert (bid == -1) == (not points)
        if points and bid > 1:
            cost, worth = cost + points[bid - 1][0], worth + points[bid - 1][1]
    lowest = [points[0] for points, bid in zip(keywords, units(found), strict=True) if bid == 1]
    # The lowest point stands for no bid too.
    sums = [np.sum([(cost, worth), *(p for p, k in zip(lowest, kept, strict=True) if k)], axis=0)
            for kept in product([False, True], repeat=len(lowest))]
    assert any(pair == pytest.approx((found.cost, found.worth)) for pair in sums)


CURVES = [[(1, 10), (3, 16), (7, 20)], [(2, 12), (4, 18)]]
"""Steps by return: 10 and 6 (costs 1 and 2), 3 and 3 (both 2), 1 (cost 4)."""


@pytest.mark.parametrize(
    ("limits", "bids", "worth", "bound", "price"),
    [
        ({}, [3, 2], 38, 38, 0),
        ({"budget": 3}, [1, 1], 22, 22, 3),
        ({"budget": 5}, [2, 1], 28, 28, 3),  # equal returns: the first keyword's step is taken
        ({"budget": 9}, [2, 2], 34, 36, 1),
        ({"budget": 0}, [1, 1], 0, 0, 10),
        ({"target": 4}, [2, 2], 34, 36, 1),
        ({"target": 3}, [3, 2], 38, 38, 0),
        ({"target": 20}, [1, 1], 0, 0, 10),
        ({"least_return": 3}, [2, 2], 34, 34, 0),
        ({"least_return": 3.1}, [1, 1], 22, 22, 0),
        ({"least_return": 3, "budget": 4}, [1, 1], 22, 25, 3),
    ],
)
def test_known_optimum(limits, bids, worth, bound, price):
    found = solve(CURVES, **limits)
    assert (units(found), found.worth, found.price) == (bids, worth, price)
    assert found.bound == pytest.approx(bound, rel=1e-9, abs=1e-9)


def test_equal_keywords_are_served_in_order():
    # Two returns in turn, close enough to be of one class: the lower one is served in order of keyword.
    many = landscape(*[[(0.5, 0.1), (1, 2)], [(0.5, 0.1), (1, 2.01)]] * 200)
    taken = solve_landscape(many, np.ones(400), 400, 240.5, None).bid == 2 * 10**6
    assert taken[1::2].all()
    assert taken[::2].tolist() == [True] * 40 + [False] * 160


def test_only_the_hull_is_bid_on():
    # Worth that falls with the bid, points below the line between others, duplicates, cost that falls.
    assert units(solve([[(1, 5), (2, 4)]])) == [1]
    assert units(solve([[(2, 1), (4, 8), (5, 8)]], budget=3)) == [1]
    assert units(solve([[(1, 3), (2, 6), (2, 6), (2, 5)]])) == [2]
    falling = [(1, 1), (10, 5), (5, 4)]
    assert units(solve([falling], budget=6)) == [3]
    assert units(solve([falling])) == [2]


def test_points_without_cost_are_always_taken():
    found = solve([[(0, 0), (0, 2), (0, 3), (1, 4)]], budget=0, target=9)
    assert (units(found), found.cost, found.worth) == ([3], 0, 3)


def test_limits_met_to_the_last_digit():
    assert units(solve([[(0.05, 0.1), (0.1, 0.3)]], target=3)) == [2]  # 0.3 < 3 * 0.1 in floats
    assert solve([[(0.1, 1)], [(0.2, 1)]], budget=0.3).worth == 2


def test_nothing_to_choose_from():
    for none in (solve([]), solve([[], []], 1.0, 1.0)):
        assert (none.cost, none.worth, none.bound, none.price) == (0, 0, 0, 0)
    assert units(solve([[], [(1, 2)], []])) == [-1, 1, -1]
    assert solve([[], [(1, 2)], []]).bid[[0, 2]].tolist() == [-1, -1]


def test_huge_and_unusable_numbers():
    huge = solve([[(1e13, 1e100), (2e13, 1.5e100)], [(1e-300, 1e13)]], budget=1e13)
    assert huge.worth == 1e100
    assert np.isfinite(huge.bound)
    nan, inf = np.nan, np.inf
    odd = [(nan, 9), (-1, 9), (inf, 9), (2, inf), (2, -1), (2, 4)]
    assert units(solve([odd])) == [6]


def test_clicks_are_worth_their_value_where_revenue_is_not_told():
    points = landscape([(1, 3), (2, 4)], [(1, 3), (2, 4)], [(1, 3), (2, 4)], revenue=False)
    points.revenue[4:] = [9, 12]
    found = solve_landscape(points, np.array([1.0, 5.0, 0.0]), 3, None, None, 2.0)
    assert units(found) == [1, 2, 2]
    assert found.worth == 3 + 20 + 12


@pytest.mark.parametrize("clustered", [False, True])
def test_many_keywords_against_a_plain_sort(clustered):
    random = np.random.default_rng(5)
    cost = np.cumsum(random.uniform(0.1, 1, (3_000, 6)), axis=1)
    slopes = random.uniform(1, 1.001, (3_000, 6)) if clustered else random.lognormal(0, 3, (3_000, 6))
    slopes = -np.sort(-slopes, axis=1)
    steps = np.diff(cost, axis=1, prepend=0)
    worth = np.cumsum(steps * slopes, axis=1)
    n = cost.size
    points = LandscapePoints(
        np.repeat(np.arange(3_000), 6), np.tile(np.arange(1, 7), 3_000), np.full(n, np.nan), cost.ravel(),
        worth.ravel(),
    )
    order = np.argsort(-slopes.ravel(), kind="stable")
    spent, earned = np.cumsum(steps.ravel()[order]), np.cumsum((steps * slopes).ravel()[order])
    budget = float(spent[-1]) * 0.37
    found = solve_landscape(points, np.ones(3_000), 3_000, budget, None)
    fitting = int(np.searchsorted(spent, budget, side="right"))
    assert found.cost == pytest.approx(spent[fitting - 1], rel=1e-10)
    assert found.worth == pytest.approx(earned[fitting - 1], rel=1e-10)
    assert found.bound == pytest.approx(np.interp(budget, spent, earned), rel=1e-10)
    assert found.price == pytest.approx(slopes.ravel()[order][fitting], rel=1e-9)
