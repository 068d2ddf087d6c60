"""The hindsight bound against brute force and against the fractional optimum in exact arithmetic."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.auctions.landscapes.hindsight import HindsightBounds
from bidder.auctions.landscapes.shares import share_down, share_up

small = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=9)
big = st.lists(st.tuples(st.integers(2**52, 2**53 - 1), st.integers(2**52, 2**53 - 1)), max_size=6)


def columns(auctions):
    array = np.array(auctions, dtype=np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def bound(auctions, budget, **how):
    bounds = HindsightBounds(**how)
    bounds.add(*columns(auctions))
    found = bounds.close_episode(np.array([budget]))
    return int(found.worth[0]), float(found.multiplier[0])


def lowest_dual(auctions, budget):
    """The dual function is convex with corners at the ratios: look at all of them, exactly."""
    rates = {Fraction(0)} | {Fraction(w, p) for p, w in auctions if p}
    return min(sum(max(w - rate * p, 0) for p, w in auctions) + rate * budget for rate in rates)


def best_choice(choices, budget):
    """Most worth when one (price, worth) of each auction is taken."""
    return max(
        (sum(w for _, w in taken) for taken in product(*choices) if sum(p for p, _ in taken) <= budget),
        default=0,
    )


@given(small, st.integers(0, 120))
def test_is_the_fractional_optimum_rounded_up_and_above_every_choice(auctions, budget):
    found, multiplier = bound(auctions, budget)
    dual = lowest_dual(auctions, budget)
    assert found == -(-dual.numerator // dual.denominator)
    assert found >= best_choice([[(0, 0), a] for a in auctions], budget)
    at_it = sum(max(w - multiplier * p, 0) for p, w in auctions) + multiplier * budget
    assert at_it == pytest.approx(float(dual))


@given(big, st.floats(0, 1))
def test_numbers_that_floats_cannot_tell_apart_are_ordered_exactly(auctions, share):
    budget = int(share * sum(p for p, _ in auctions))
    dual = lowest_dual(auctions, budget)
    assert bound(auctions, budget)[0] == -(-dual.numerator // dual.denominator)


def test_equal_ratios_in_floats_are_sorted_by_the_exact_ones():
    one = 2**53 - 1
    auctions = [(one - 2, one - 3), (one, one - 1), (one - 4, one - 5)]
    assert len({w / p for p, w in auctions}) == 1
    dual = lowest_dual(auctions, one)
    assert bound(auctions, one)[0] == -(-dual.numerator // dual.denominator) == one - 1


@given(small, st.integers(0, 120))
def test_on_the_grid_it_is_never_lower_and_hardly_higher(auctions, budget):
    exact, _ = bound(auctions, budget)
    coarse, _ = bound(auctions, budget, most_exact=0)
    assert exact <= coarse <= exact * 1.002 + 1


def test_on_the_grid_for_many_budgets_and_pieces():
    rng = np.random.default_rng(5)
    price = rng.lognormal(11, 1, 50_000).astype(np.int64)
    worth = (rng.beta(1, 300, 50_000) * 1e9).astype(np.int64)
    budgets = (price.sum() * np.array([0, 0.001, 0.03, 0.2, 0.6, 1, 5])).astype(np.int64)
    exact, coarse = HindsightBounds(), HindsightBounds(most_exact=20_000)
    exact.add(price, worth)
    for start in range(0, 50_000, 7_000):
        coarse.add(price[start : start + 7_000], worth[start : start + 7_000])
    best, near = exact.close_episode(budgets), coarse.close_episode(budgets)
    assert (near.worth >= best.worth).all()
    assert (near.worth <= best.worth * 1.0001 + 1).all()
    assert best.worth[-1] == near.worth[-1] == worth.sum()
    assert best.multiplier[-1] == near.multiplier[-1] == 0


def test_episodes_do_not_know_each_other():
    bounds = HindsightBounds(most_exact=3)
    first, second = [(2, 3), (0, 1), (5, 5), (1, 1), (4, 7)], [(3, 3)]
    for auctions in (first, second, first):
        bounds.add(*columns(auctions))
        assert bounds.close_episode(np.array([4])).worth[0] == bound(auctions, 4, most_exact=3)[0]
    assert bounds.close_episode(np.array([4])).worth[0] == 0


def test_an_unknown_price_leaves_its_episode_alone_without_a_bound():
    bounds = HindsightBounds()
    bounds.add(np.array([3, -1]), np.array([2, 9]))
    assert bounds.close_episode(np.array([10])) is None
    bounds.add(np.array([3]), np.array([2]))
    assert bounds.close_episode(np.array([10])).worth[0] == 2


slots = st.lists(
    st.lists(st.tuples(st.integers(-1, 15), st.integers(0, 15)), min_size=3, max_size=3), max_size=5
)


@given(slots, st.integers(0, 60))
def test_with_slots_it_is_the_lowest_dual_of_the_multiple_choice(auctions, budget):
    bounds = HindsightBounds()
    array = np.array(auctions, dtype=np.int64).reshape(-1, 3, 2)
    bounds.add_slots(array[:, :, 0], array[:, :, 1])
    found = int(bounds.close_episode(np.array([budget])).worth[0])
    choices = [[(0, 0)] + [slot for slot in auction if slot[0] >= 0] for auction in auctions]
    pairs = [(b, a) for choice in choices for a in choice for b in choice if b[0] > a[0]]
    rates = {Fraction(0)} | {max(Fraction(b[1] - a[1], b[0] - a[0]), Fraction(0)) for b, a in pairs}
    dual = min(
        sum(max(w - rate * p for p, w in choice) for choice in choices) + rate * budget for rate in rates
    )
    assert found == -(-dual.numerator // dual.denominator)
    assert found >= best_choice(choices, budget)


@given(st.integers(1, 2**53), st.integers(0, 2**53), st.floats(0, 1))
def test_products_beyond_64_bits_are_shared_out_exactly(whole, amount, share):
    part = min(int(share * whole), whole)
    columns_ = [np.array([number]) for number in (amount, part, whole)]
    assert int(share_down(*columns_)[0]) == amount * part // whole
    assert int(share_up(*columns_)[0]) == -(-amount * part // whole)
