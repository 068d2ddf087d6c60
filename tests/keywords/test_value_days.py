"""Weights and maturity of days."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from value_accounts import keyword_table

from bidder.errors import InputError
from bidder.keywords.data import LagTable
from bidder.keywords.spec_bidding import DayWeight, ValueSpec
from bidder.keywords.value.maturity import fit_maturity
from bidder.keywords.value.weights import LEAST_MATURITY, clicks_behind, day_weights

LAST = date(2026, 11, 20).toordinal()


def test_a_day_counts_half_after_the_half_life():
    found = day_weights(LAST - 90, LAST, ValueSpec(half_life_days=30), np.ones(1))
    assert found.day.tolist() == list(range(LAST - 90, LAST + 1))
    assert found.weight[[-1, -31, -61, -91]] == pytest.approx([1, 0.5, 0.25, 0.125])
    assert (found.maturity == 1).all()


def test_promotion_days_are_left_out_or_count_less():
    days = [
        DayWeight(dates=[date(2026, 11, 10), date(2026, 11, 11)], weight=0.5),
        DayWeight(dates=[date(2026, 11, 11), date(2025, 11, 11)]),
    ]
    plain = day_weights(LAST - 12, LAST, ValueSpec(), np.ones(1)).weight
    found = day_weights(LAST - 12, LAST, ValueSpec(days=days), np.ones(1)).weight
    assert (found / plain).tolist() == [1] * 2 + [0.5, 0] + [1] * 9


def test_maturity_is_by_age_and_never_nothing():
    found = day_weights(LAST - 5, LAST, ValueSpec(), np.array([0.0, 0.6, 0.9, 0.97]))
    assert found.maturity.tolist() == [0.97, 0.97, 0.97, 0.9, 0.6, LEAST_MATURITY]


def test_no_days():
    assert len(day_weights(LAST, LAST - 1, ValueSpec(), np.ones(1)).weight) == 0


@pytest.mark.parametrize(("half_life", "days"), [(45, 90), (10, 90), (45, 7), (3650, 30)])
def test_clicks_behind_weighted_ones(half_life, days):
    """Kish's effective size of a steady keyword's clicks, found without knowing the days."""
    weight = day_weights(LAST - days + 1, LAST, ValueSpec(half_life_days=half_life), np.ones(1)).weight
    table = keyword_table([1_000 * days], [0])
    table = keyword_table([1_000 * days], [0], weighted_clicks=table.clicks * weight.mean())
    assert clicks_behind(table) == pytest.approx(weight.sum() / (weight @ weight), rel=0.05)


def test_plain_clicks_are_clicks():
    assert clicks_behind(keyword_table([7, 0], [1, 0])) == 1
    assert clicks_behind(keyword_table([], [])) == 1


def lags_of(share, days, rng=None, a_day=1_000.0):
    """What is seen of ``a_day`` conversions of each of the last ``days`` days."""
    age, lag = map(np.ravel, np.meshgrid(np.arange(days), np.arange(len(share)), indexing="ij"))
    seen = lag <= age
    each = a_day * np.diff(share, prepend=0.0)[lag[seen]]
    each = each if rng is None else rng.poisson(each).astype(float)
    return LagTable(age[seen].astype(np.int64), lag[seen].astype(np.int64), each)


CURVE = 1 - 0.55 * 0.8 ** np.arange(30)
CURVE /= CURVE[-1]


def test_a_truncated_curve_is_recovered():
    """Without noise it is exact, though most clicks are too young to have shown their late conversions."""
    found = fit_maturity(lags_of(CURVE, 40), None)
    assert len(found) == 30
    assert found == pytest.approx(CURVE, abs=1e-12)
    lags = lags_of(CURVE, 40)
    naive = np.cumsum(np.bincount(lags.lag, lags.conversions)) / lags.conversions.sum()
    assert naive[5] > found[5] + 0.03


@pytest.mark.parametrize("seed", range(5))
def test_a_noisy_curve_is_recovered(seed):
    found = fit_maturity(lags_of(CURVE, 60, np.random.default_rng(seed), a_day=60), None)
    wanted = CURVE[: len(found)] if len(found) <= 30 else np.append(CURVE, np.ones(len(found) - 30))
    assert found == pytest.approx(wanted, abs=0.04)


def test_the_curve_is_that_of_the_lags_seen():
    """Days older than 15 are not in the data: nothing later is known of, and shares are of that."""
    found = fit_maturity(lags_of(CURVE, 15), None)
    assert found == pytest.approx(CURVE[:15] / CURVE[14], abs=1e-9)


def test_one_late_conversion_of_the_oldest_day_does_not_undo_the_rest():
    lags = lags_of(CURVE[:10] / CURVE[9], 20)
    late = LagTable(np.append(lags.age, 60), np.append(lags.lag, 60), np.append(lags.conversions, 1.0))
    assert fit_maturity(late, None) == pytest.approx(fit_maturity(lags, None), abs=1e-12)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.floats(0, 1e6)), max_size=60))
def test_a_fitted_curve_rises_to_one(rows):
    age, lag, conversions = (
        np.array([row[k] for row in rows], dtype=t) for k, t in enumerate((int, int, float))
    )
    found = fit_maturity(LagTable(age, lag, conversions), None)
    assert found[-1] == 1
    assert ((found >= 0) & (found <= 1)).all()
    assert all(a <= b for a, b in pairwise(found))


def test_without_lags_everything_is_reported():
    none = np.zeros(0, np.int64)
    assert fit_maturity(None, None).tolist() == [1.0]
    assert fit_maturity(LagTable(none, none, np.zeros(0)), None).tolist() == [1.0]


def test_a_given_curve_wins():
    assert fit_maturity(lags_of(CURVE, 40), [0.3, 0.8, 0.95]).tolist() == [0.3, 0.8, 0.95]


def test_a_given_curve_that_cannot_be():
    with pytest.raises(InputError) as caught:
        fit_maturity(None, [0.5, 0.4, 0.6, 0.2])
    assert [problem.path for problem in caught.value.problems] == [
        ("value", "maturity", 1), ("value", "maturity", 3),
    ]  # fmt: skip
    with pytest.raises(InputError, match="no share is above 0"):
        fit_maturity(None, [0.0, 0.0])
