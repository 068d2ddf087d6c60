"""Strengths are recovered from simulated data, and are where the likelihood is highest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import kl_div
from scipy.stats import betabinom, gamma
from value_accounts import sparse_account

from bidder.keywords.value.condense import EXACT, Cells, condensed
from bidder.keywords.value.hierarchy import Tree, keyword_tree, shrunk, summed
from bidder.keywords.value.likelihood import beta_binomial, gamma_gamma
from bidder.keywords.value.strengths import CLICKS, ORDERS, most_likely, order_strengths, rate_strengths

PRIOR = (50 / 3, 0.5)


def cells(count, total, mean, doubt=0.0, weight=1.0):
    n = len(count)
    return Cells(
        np.asarray(count, float), np.asarray(total, float), np.full(n, mean), np.full(n, doubt),
        np.full(n, weight),
    )  # fmt: skip


def nested(seed, sizes, draw, strengths, mean):
    """A tree of the given sizes (keywords, groups, segments) and the means of keywords drawn down it."""
    rng = np.random.default_rng(seed)
    keywords, groups, segments = sizes
    parents = (rng.integers(0, groups, keywords), rng.integers(0, segments, groups), np.zeros(segments, int))
    above = np.array([mean])
    for parent, strength in zip(reversed(parents), reversed(strengths), strict=True):
        above = draw(rng, above[parent], strength)
    return Tree(tuple(p.astype(np.int32) for p in parents), (groups, segments, 1)), above, rng


def beta(rng, mean, strength):
    return np.clip(rng.beta(strength * mean, strength * (1 - mean)), 1e-9, 1 - 1e-9)


@pytest.mark.parametrize("strengths", [(50.0, 100.0, 200.0), (200.0, 100.0, 400.0)])
@pytest.mark.parametrize("clicks_of_most", [2.0, 20.0])
def test_rates_recover(strengths, clicks_of_most):
    tree, rate, rng = nested(1, (60_000, 6_000, 300), beta, strengths, 0.03)
    clicks = rng.poisson(rng.lognormal(np.log(clicks_of_most), 1.5, len(rate)))
    conversions = rng.binomial(clicks, rate)
    found = rate_strengths(tree, (clicks.astype(float), conversions.astype(float)), PRIOR).levels
    assert found == pytest.approx(strengths, rel=0.25)


def test_a_group_of_one_keyword_is_not_taken_for_proof_of_it():
    """Every group has one keyword: all its spread must end up with one of the two levels, not both."""
    tree, rate, rng = nested(2, (20_000, 2_000, 50), beta, (60.0, 1e7, 300.0), 0.04)
    alone = Tree((np.arange(20_000, dtype=np.int32), tree.parents[1][tree.parents[0]], tree.parents[2]),
                 (20_000, 50, 1))  # fmt: skip
    clicks = rng.poisson(30, len(rate))
    conversions = rng.binomial(clicks, rate).astype(float)
    k = rate_strengths(alone, (clicks.astype(float), conversions), PRIOR).levels
    assert 1 / (1 / k[0] + 1 / k[1]) == pytest.approx(60, rel=0.1)


def test_without_spread_all_equal_their_parent():
    rng = np.random.default_rng(4)
    tree, _, _ = nested(4, (20_000, 1_000, 40), beta, (1e7, 1e7, 1e7), 0.03)
    clicks = rng.poisson(20, 20_000)
    conversions = rng.binomial(clicks, 0.03)
    found = rate_strengths(tree, (clicks.astype(float), conversions.astype(float)), PRIOR).levels
    assert found[0] > 5_000
    assert all(k > 1_000 for k in found)
    orders = np.maximum(conversions, 1).astype(float)
    revenue = rng.gamma(4 * orders) / 4 * 200
    told = order_strengths(tree, (orders, revenue), (1.0, 200.0))
    assert min(told.levels) > 100
    assert told.shape == pytest.approx(4, rel=0.05)


def test_nothing_to_tell_from_gives_the_highest():
    one = Tree((np.zeros(3, np.int32), np.zeros(1, np.int32), np.zeros(1, np.int32)), (1, 1, 1))
    none = np.zeros(3)
    start = rate_strengths(one, (none, none), PRIOR).levels
    assert all(k == CLICKS[1] for k in start)
    assert order_strengths(one, (none, none), (1.0, 100.0)).levels == (ORDERS[1],) * 3


def test_orders_recover():
    """Means are inverse gamma around their parent's, as the model has it."""
    shape, strengths = 3.0, (6.0, 20.0, 10.0)

    def draw(rng, mean, k):
        q = 1 + shape * k
        return mean * (q - 1) / rng.gamma(q, size=mean.shape)

    tree, worth, rng = nested(3, (40_000, 4_000, 300), draw, strengths, 150.0)
    orders = 1.0 + rng.poisson(1.5, len(worth))
    revenue = rng.gamma(shape * orders) / shape * worth
    found = order_strengths(tree, (orders, revenue), (1.0, 150.0))
    assert found.levels == pytest.approx(strengths, rel=0.25)
    assert found.shape == pytest.approx(shape, rel=0.1)


@pytest.mark.parametrize("seed", range(5))
def test_no_grid_finds_more(seed):
    rng = np.random.default_rng(seed)
    clicks = rng.poisson(rng.lognormal(2, 1.5, 3_000)) + 1
    rate = beta(rng, np.full(3_000, 0.05), 10.0 ** rng.uniform(1, 3))
    these = cells(clicks, rng.binomial(clicks, rate), 0.05, doubt=1e-4)
    k = most_likely(lambda k: beta_binomial(these, k), *CLICKS)
    best = max(beta_binomial(these, float(x)) for x in np.geomspace(*CLICKS, 2_000))
    assert beta_binomial(these, k) >= best - 2e-3
    near = most_likely(lambda k: beta_binomial(these, k), *CLICKS, near=2.5 * k)
    assert near == pytest.approx(k, rel=0.01)


@given(
    st.integers(0, 40), st.integers(0, 40), st.floats(0.01, 0.9), st.floats(0.5, 1e4), st.floats(0.5, 1e4)
)
def test_beta_binomial_is_the_one_of_the_books(hits, misses, mean, one, other):
    n = hits + misses
    these = cells([n], [hits], mean)
    wanted = [betabinom.logpmf(hits, n, k * mean, k * (1 - mean)) for k in (one, other)]
    assert beta_binomial(these, one) - beta_binomial(these, other) == pytest.approx(
        wanted[0] - wanted[1], abs=1e-8
    )


@pytest.mark.parametrize(("strength", "shape"), [(3.0, 2.0), (0.7, 5.0), (40.0, 1.0)])
def test_gamma_gamma_is_the_mixture_that_it_says(strength, shape):
    """The mean order's density, integrated over the rate of the unit's orders."""
    count, revenue, mean = 4.0, 500.0, 100.0
    q = 1 + shape * strength

    def density(k, s):
        q = 1 + s * k
        return quad(
            lambda rate: gamma.pdf(revenue / count, s * count, scale=1 / (count * rate))
            * gamma.pdf(rate, q, scale=1 / (k * mean)),
            0, 60 * q / (strength * mean), limit=400,
        )[0]  # fmt: skip

    def ours(k, s):
        return gamma_gamma(cells([count], [revenue], mean), k, s)

    wanted = np.log(density(strength, shape) / density(2 * strength, shape + 1))
    assert ours(strength, shape) - ours(2 * strength, shape + 1) == pytest.approx(wanted, abs=1e-6)
    expected = quad(
        lambda rate: shape / rate * gamma.pdf(rate, q + shape * count, scale=1 / (strength * mean + revenue)),
        0, np.inf,
    )[0]  # fmt: skip
    assert expected == pytest.approx((revenue + strength * mean) / (count + strength), rel=1e-6)


def test_units_taken_together_tell_the_same():
    _, rate, rng = nested(6, (EXACT * 12, 3_000, 100), beta, (80.0, 200.0, 200.0), 0.03)
    clicks = 1.0 + rng.poisson(rng.lognormal(1.5, 1.5, len(rate)))
    conversions = rng.binomial(clicks.astype(int), rate).astype(float)
    mean, doubt = rng.uniform(0.02, 0.05, len(rate)), rng.uniform(0.001, 0.01, len(rate))
    single = Cells(clicks, conversions, mean, doubt, np.ones(len(rate)))
    together = condensed(clicks, conversions, mean, doubt)
    assert len(together.count) < len(rate) / 6
    assert together.weight.sum() == len(rate)
    assert together.weight @ together.count == pytest.approx(clicks.sum())
    assert together.weight @ together.total == pytest.approx(conversions.sum())
    one, other = (most_likely(lambda k, c=c: beta_binomial(c, k), *CLICKS) for c in (single, together))
    assert other == pytest.approx(one, rel=0.03)


def test_weighted_clicks_scatter_less_than_as_many_clicks():
    """With weights by day the strength comes out in weighted clicks, not inflated by their calm."""
    tree, rate, rng = nested(7, (60_000, 6_000, 300), beta, (100.0, 200.0, 300.0), 0.03)
    weight = np.exp2(-np.arange(90) / 45)
    expected = rng.lognormal(1, 1.3, len(rate))
    clicks = np.zeros(len(rate))
    conversions, plain = np.zeros(len(rate)), np.zeros((2, len(rate)))
    for w in weight:
        today = rng.poisson(expected / 30)
        bought = rng.binomial(today, rate)
        clicks += w * today
        conversions += w * bought
        plain += today, bought
    behind = weight.sum() / (weight @ weight)
    as_counts = rate_strengths(tree, (clicks, conversions), PRIOR).levels
    aware = np.array(rate_strengths(tree, (clicks, conversions), PRIOR, behind).levels) * behind
    true = rate_strengths(tree, (plain[0], plain[1]), PRIOR).levels
    assert aware == pytest.approx(true, rel=0.2)
    assert as_counts[0] * behind > 1.5 * true[0]


@pytest.mark.parametrize("seed", range(5))
def test_fitted_strengths_predict_as_well_as_the_true_ones(seed):
    """Where most groups have a few keywords, levels can hardly be told apart, and need not be."""
    account = sparse_account(seed)
    tree = keyword_tree(account.table, account.keyword_class)
    own = account.table.matured_clicks, account.table.weighted_conversions

    def loss(strengths):
        """Expected over clicks that are still to come, in excess of the truth's."""
        rate, _ = shrunk(tree, summed(tree, own, strengths), strengths, PRIOR)
        return account.volume @ kl_div(account.cvr, rate) + account.volume @ kl_div(1 - account.cvr, 1 - rate)

    fitted, true = loss(rate_strengths(tree, own, PRIOR).levels), loss((100.0, 150.0, 200.0))
    assert fitted < 1.1 * true
    assert 1.1 * true < 0.9 * min(loss((1e7, 1e7, 200.0)), loss((10.0, 10.0, 200.0)))
