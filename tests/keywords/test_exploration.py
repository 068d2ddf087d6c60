"""Draws for keywords of which little is known: bounded, seeded, each on its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyword_tables import click_values, keyword_table

from bidder.keywords.bids import exploration
from bidder.keywords.bids.elasticity import PRIOR
from bidder.keywords.bids.exploration import explored_factor, limit_spend
from bidder.keywords.spec_bidding import Exploration

N = 4000
RATES = np.linspace(0.01, 0.2, N)


def factors(spec=None, seed=1, day=739_000, rows=None, **columns):
    """Factors of N keywords without clicks, or of some rows of them."""
    table = keyword_table(N, **columns)
    value = click_values(RATES)
    if rows is not None:
        table = keyword_table(len(rows), keyword=table.keyword[rows], campaign=table.campaign[rows],
                              ad_group=table.ad_group[rows])
        value = click_values(RATES[rows])
    return explored_factor(value, table, spec or Exploration(), seed, day)


@pytest.mark.parametrize("bound", [0.1, 0.3, 2.0])
def test_draws_are_bounded_and_both_ways(bound):
    drawn = factors(Exploration(bound=bound))
    assert drawn.min() >= 1 / (1 + bound) - 1e-12 and drawn.max() <= 1 + bound + 1e-12
    assert (drawn > 1).any() and (drawn < 1).any()


@pytest.mark.parametrize(("rate", "strength"), [(0.03, 20), (0.03, 100), (0.2, 50), (0.005, 200)])
def test_mean_is_kept_though_draws_are_cut(rate, strength):
    value = click_values(np.full(N, rate), strength)
    drawn = [explored_factor(value, keyword_table(N), Exploration(), seed, 739_000) for seed in range(5)]
    assert np.mean(drawn) == pytest.approx(1, abs=0.01)


def test_unbounded_draws_have_the_posteriors_mean_and_spread():
    drawn = factors(Exploration(bound=2.0))[N // 2 :] * RATES[N // 2 :]
    rates = RATES[N // 2 :]
    assert drawn.mean() == pytest.approx(rates.mean(), rel=0.02)
    spread = np.sqrt(rates * (1 - rates) / 101)
    assert np.std((drawn - rates) / spread) == pytest.approx(1, rel=0.05)


def test_a_draw_does_not_depend_on_other_rows():
    rows = np.random.default_rng(0).permutation(N)[:500]
    assert np.array_equal(factors()[rows], factors(rows=rows))


def test_other_nights_seeds_and_identities_draw_anew():
    usual = factors()
    assert np.array_equal(usual, factors())
    for other in (factors(seed=2), factors(day=739_001), factors(campaigns=("c", "d")),
                  factors(match_type=np.full(N, 2, dtype=np.int8))):
        assert abs(np.corrcoef(usual, other)[0, 1]) < 0.06


def test_known_keywords_are_left_alone():
    clicks = np.where(np.arange(N) % 2, 30, 29)
    drawn = factors(clicks=clicks, impressions=clicks * 20)
    assert (drawn[clicks == 30] == 1).all()
    assert (drawn[clicks == 29] != 1).mean() > 0.99


@given(
    st.lists(st.tuples(st.floats(0.5, 2), st.floats(0, 1e6)), min_size=1, max_size=30), st.floats(0, 1)
)
def test_spend_is_limited(pairs, share):
    factor, spend = (np.array(column) for column in zip(*pairs, strict=True))
    limited = limit_spend(factor, spend, share)
    added = spend @ (np.maximum(limited, 1) ** PRIOR.up - 1)
    assert added <= share * spend.sum() * (1 + 1e-9) + 1e-9
    assert np.all((limited - 1) * (factor - 1) >= 0) and np.all(limited <= factor)
    assert np.array_equal(limited[factor <= 1], factor[factor <= 1])


def test_two_threads_draw_what_one_draws(monkeypatch):
    alone = factors()
    monkeypatch.setattr(exploration, "MANY", 1)
    assert factors().tolist() == alone.tolist()
