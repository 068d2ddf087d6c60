"""Intervals and tests against scipy's own and against what is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bidder.auctions.experiments.compare import (
    FEWEST,
    bca,
    compare,
    holm,
    p_values,
    resamples,
    signs,
    totals,
)
from bidder.auctions.result import COUNTED, STEPS, SettingResult


def result(clicks: object) -> SettingResult:
    episodes = np.zeros((len(clicks), len(COUNTED)), dtype=np.int64)
    episodes[:, COUNTED.index("clicks")] = clicks
    return SettingResult(episodes.sum(axis=0), episodes, np.zeros((STEPS, len(COUNTED)), dtype=np.int64))


def skewed(length: int, seed: int = 3) -> np.ndarray:
    return np.floor(np.random.default_rng(seed).gamma(0.7, 5.0, length))


def test_interval_is_scipys_to_what_draws_allow():
    data = skewed(60)[:, None]
    mine = bca(data, resamples(60, 20_000, 1), 0.95)
    theirs = stats.bootstrap((data[:, 0],), np.mean, n_resamples=20_000, method="BCa", rng=5)
    assert mine[0][0] == pytest.approx(theirs.confidence_interval.low, rel=0.02)
    assert mine[1][0] == pytest.approx(theirs.confidence_interval.high, rel=0.02)


def test_interval_is_scipys_for_the_same_draws():
    """The bias and the acceleration, to the last digits: the same resampled means in both."""
    data, weights = skewed(25), resamples(25, 2000, 1)
    means = weights @ data / 25
    low, high = bca(data[:, None], weights, 0.9)
    share = ((means < data.mean()).mean() + (means <= data.mean()).mean()) / 2
    z0 = stats.norm.ppf(share)
    left = np.array([np.delete(data, i).mean() for i in range(25)])
    away = left.mean() - left
    a = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    for end, z in ((low[0], stats.norm.ppf(0.05)), (high[0], stats.norm.ppf(0.95))):
        q = stats.norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z)))
        assert end == pytest.approx(np.quantile(means, q), rel=1e-12)


def test_intervals_cover_the_mean_as_often_as_they_say():
    rng = np.random.default_rng(4)
    data = np.floor(rng.gamma(2.0, 500.0, (60, 400)))
    low, high = bca(data, resamples(60, 1000, 1), 0.9)
    covered = ((low <= 999.5) & (high >= 999.5)).mean()
    assert 0.84 <= covered <= 0.96


@given(st.lists(st.integers(-3, 3), min_size=6, max_size=9))
def test_small_tests_are_exact(values):
    data = np.array(values, dtype=np.float64)
    flips, exact = signs(len(data), 1)
    assert exact and len(flips) == 2 ** len(data)
    mine = p_values(data[:, None], flips, exact)[0]
    theirs = stats.permutation_test(
        (data,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative="two-sided"
    )
    assert mine == pytest.approx(min(theirs.pvalue, 1.0), abs=1e-12)


def test_no_difference_is_no_evidence():
    for length in (8, 40):
        flips = signs(length, 1)
        assert p_values(np.zeros((length, 1)), *flips)[0] == 1.0
    low, high = bca(np.full((30, 1), 4.0), resamples(30, 200, 1), 0.95)
    assert (low[0], high[0]) == (4.0, 4.0)


def test_p_values_of_nothing_are_uniform():
    data = np.random.default_rng(2).integers(-3, 4, (40, 500)).astype(np.float64)
    p = p_values(data, *signs(40, 1))
    assert 0.02 <= (p <= 0.05).mean() <= 0.09
    assert p.min() >= 1 / 10_000


def test_zeros_do_not_change_the_verdict():
    """Episodes without any difference are no evidence either way (Wilcoxon would drop them)."""
    some = np.array([3.0, 2, 4, 1, 2, 3, 2, 1])
    alone = p_values(some[:, None], *signs(8, 1))[0]
    padded = p_values(np.concatenate([some, np.zeros(6)])[:, None], *signs(14, 1))[0]
    assert alone == padded == 2 / 2**8


def test_holm():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([float("nan"), 0.02])[1] == 0.02
    assert holm([]) == []


def test_totals_are_intervals_of_the_sum():
    data = skewed(80)
    found = totals([result(data), result(data[:FEWEST - 1])], 2000, 0.95, 1)
    low, high = found[0]["clicks"]
    assert low < data.sum() < high
    assert found[0]["cost"] == (0.0, 0.0)
    assert found[1] == {}


def test_many_settings_are_what_each_would_be_alone():
    results = [result(skewed(30, seed)) for seed in range(120)]
    together = totals(results, 300, 0.9, 1)
    assert [totals([r], 300, 0.9, 1)[0] for r in results] == together


def test_pairing_is_better_than_not():
    mood = np.random.default_rng(1).integers(0, 50, 100)
    one, other = result(mood + 1), result(mood)
    found = compare([(0, 1)], [one, other], "clicks", 500, 0.95, 1)[0]
    assert (found.difference, found.low, found.high) == (1.0, 1.0, 1.0)
    assert found.p_value == pytest.approx(1 / 10_000)
    assert found.p_adjusted == found.p_value


def test_few_episodes_have_no_interval():
    found = compare([(0, 1)], [result([1, 2]), result([0, 0])], "clicks", 500, 0.95, 1)[0]
    assert found.difference == 1.5
    assert np.isnan([found.low, found.high, found.p_value]).all()
