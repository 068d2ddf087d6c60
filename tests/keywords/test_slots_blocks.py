"""The dynamic program finds what trying everything finds."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.keywords.slots.blocks import BROKEN, best_blocks


def cuts(n, most, least):
    """All ways to cut n slots into at most ``most`` blocks of at least ``least``, as lists of ends."""
    if n == 0:
        return [[]]
    if most == 0:
        return []
    return [[*head, n] for size in range(least, n + 1) for head in cuts(n - size, most - 1, least)]


def value(wanted, weight, low, high, level, part):
    error = (weight[part] * (wanted[part] - level) ** 2).sum()
    lowest, highest = low[part].max(), high[part].min()
    broken = max(lowest - level, 0) + max(level - highest, 0)
    return error + BROKEN * broken


def brute(wanted, weight, low, high, first, last, most, least):
    n = len(wanted)
    best = np.inf
    for ends in cuts(n, min(most, n), min(least, n)):
        total, start = 0.0, 0
        for end in ends:
            part = slice(start, end)
            total += min(value(wanted, weight, low, high, m, part) for m in range(first, last + 1))
            start = end
        best = min(best, total)
    return best


numbers = st.floats(0, 12, allow_subnormal=False)


@settings(max_examples=100)
@given(st.data())
def test_as_good_as_trying_everything(data):
    n = data.draw(st.integers(1, 6))
    wanted = np.array(data.draw(st.lists(numbers, min_size=n, max_size=n)))
    weight = np.array(data.draw(st.lists(st.sampled_from([1e-3, 1.0, 7.0]), min_size=n, max_size=n)))
    weight /= weight.sum()
    middle = np.array(data.draw(st.lists(st.integers(0, 12), min_size=n, max_size=n)))
    reach = data.draw(st.integers(0, 12))
    low, high = middle - reach, middle + reach
    first = data.draw(st.integers(1, 5))
    last = data.draw(st.integers(first, 12))
    most, least = data.draw(st.integers(1, n + 1)), data.draw(st.integers(1, n + 1))
    end, level = best_blocks(wanted, weight, low, high, first, last, most, least)
    starts = np.concatenate([[0], end[:-1]])
    assert end[-1] == n and len(end) <= most and (end - starts >= min(least, n)).all()
    assert (first <= level).all() and (level <= last).all()
    total = sum(
        value(wanted, weight, low, high, m, slice(a, b)) for a, b, m in zip(starts, end, level, strict=True)
    )
    wanted_total = brute(wanted, weight, low, high, first, last, most, least)
    assert total == pytest.approx(wanted_total, rel=1e-12, abs=1e-9)


def test_no_more_blocks_than_are_of_use():
    n = 96
    wanted, weight = np.repeat([100.2, 130.0], n // 2), np.ones(n)
    free = np.zeros(n, np.int64), np.full(n, 1000)
    end, level = best_blocks(wanted, weight, *free, 10, 900, 6, 4)
    assert end.tolist() == [48, 96] and level.tolist() == [100, 130]
    end, level = best_blocks(np.full(n, 100.0), weight, *free, 10, 900, 6, 4)
    assert end.tolist() == [96] and level.tolist() == [100]


def test_beats_equal_parts_on_a_day_with_six_blocks():
    rng = np.random.default_rng(0)
    hours = np.exp(0.3 * rng.standard_normal(24)) * 100
    wanted, weight = np.repeat(hours, 4), np.repeat(rng.uniform(1, 50, 24), 4)
    free = np.zeros(96, np.int64), np.full(96, 1000)
    end, level = best_blocks(wanted, weight, *free, 10, 1000, 6, 4)

    def error(ends, levels):
        sizes = np.diff([0, *ends])
        return (weight * (wanted - np.repeat(levels, sizes)) ** 2).sum()

    best = error(end, level)
    for inside in product(range(4, 93, 8), repeat=2):
        ends = sorted({*inside, 16, 32, 64, 96})
        parts = np.split(np.arange(96), ends[:-1])
        levels = [round(float((weight[p] * wanted[p]).sum() / weight[p].sum())) for p in parts]
        assert best <= error(ends, levels) + 1e-9
