"""Candidates for negative keywords: the chance, the procedure, and what it holds in the long run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom, binom
from term_tables import account, posterior, term_table

from bidder.keywords.spec_terms import TermSpec
from bidder.keywords.terms.negatives import negative_candidates, rejected, zero_chance
from bidder.keywords.terms.rates import TermRates, term_rates

TARGET = 4.0
"""ROAS; an order of 200 may cost 50."""


@given(st.integers(0, 3000), st.floats(1e-4, 0.5), st.floats(1, 1e5))
def test_the_chance_is_that_of_the_beta_binomial(clicks: int, cvr: float, strength: float) -> None:
    exact = betabinom(clicks, strength * cvr, strength * (1 - cvr)).pmf(0)
    found = zero_chance(np.array([float(clicks)]), np.array([cvr]), np.array([strength]))
    assert found == pytest.approx(exact, rel=1e-6, abs=1e-12)


def test_a_rate_that_is_known_for_sure_gives_the_binomial() -> None:
    found = zero_chance(np.array([100.0]), np.array([0.03]), np.array([1e9]))
    assert found == pytest.approx(binom(100, 0.03).pmf(0), rel=1e-4)


@given(st.lists(st.floats(0, 1), max_size=30), st.sampled_from([0.01, 0.05, 0.2]))
def test_the_step_up_procedure_is_that_of_the_paper(chances: list[float], q: float) -> None:
    ordered = sorted(chances)
    ranks = [i for i, p in enumerate(ordered, 1) if p <= q * i / len(chances)]
    limit = ordered[max(ranks) - 1] if ranks else -1.0
    assert rejected(np.array(chances), q).tolist() == [p <= limit for p in chances]


def test_a_sink_is_found_with_its_figures() -> None:
    table = account([3000, 10], [120, 0])
    terms = term_table(
        ("free shoes", "k0", 300, 330, 0), ("red shoes", "k0", 400, 400, 20), ("k0", "k0", 500, 500, 0),
        ("cheap", "k0", 400, 49, 0), ("worse", "k0", 400, 900, 0), ("unlucky", "k0", 30, 60, 0),
    )  # fmt: skip
    rates = term_rates(terms, table, posterior(table))
    found = negative_candidates(terms, rates, TARGET, TermSpec(), "CNY")
    assert terms.term[found.row].tolist() == ["worse", "free shoes"]
    assert found.looked_at == 4
    assert found.found == 2
    expected = (120 + 50 * 0.03) / (2700 + 50)
    assert found.expected[1] == pytest.approx(300 * expected)
    assert found.why[1].startswith(
        "300 clicks cost 330.00 CNY without a conversion, where a CVR of 4.42% leads to expect 13.3: "
        "by chance 1 in "
    )


def test_least_cost_and_most_are_kept() -> None:
    table = account([9000, 10], [400, 0])
    terms = term_table(*((f"t{i}", "k0", 300, 100 + i, 0) for i in range(6)))
    rates = term_rates(terms, table, posterior(table))
    found = negative_candidates(terms, rates, TARGET, TermSpec(least_cost=103, most=2), "CNY")
    assert terms.term[found.row].tolist() == ["t5", "t4"]
    assert (found.found, found.looked_at, len(found.why)) == (3, 3, 2)


def test_of_nothing_nothing_is_found() -> None:
    table = account([100, 10], [4, 0])
    terms = term_table()
    found = negative_candidates(terms, term_rates(terms, table, posterior(table)), TARGET, TermSpec(), "CNY")
    assert (len(found.row), found.looked_at, found.why) == (0, 0, ())


def _drawn(seed: int, bad: int, n: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Which of n terms never convert, and which of them are candidates; rates as the spread says."""
    rng = np.random.default_rng(seed)
    clicks, strength, mean = rng.integers(50, 600, n), 400.0, 0.03
    rate = rng.beta(strength * mean, strength * (1 - mean), n)
    rate[:bad] = 0
    sold = rng.binomial(clicks, rate)
    terms = term_table(*((f"t{i}", "", int(c), float(c), float(s)) for i, (c, s) in enumerate(zip(
        clicks, sold, strict=True))))  # fmt: skip
    ones = np.ones(n)
    no = np.zeros(n, dtype=bool)
    rates = TermRates((), clicks * 1.0, mean * ones, strength * ones, 200 * ones, 50.0, no, no)
    found = negative_candidates(terms, rates, TARGET, TermSpec(significance=0.05, most=10_000), "CNY")
    return np.arange(n) < bad, found.row


def test_bad_luck_is_the_stated_share_of_candidates_at_most() -> None:
    shares = []
    for seed in range(10):
        bad, rows = _drawn(seed, bad=400)
        shares.append(np.mean(~bad[rows]) if len(rows) else 0.0)
        assert bad[rows].sum() > 100
    assert np.mean(shares) < 0.05


def test_without_bad_terms_hardly_any_night_suggests_one() -> None:
    nights = [len(_drawn(seed, bad=0)[1]) > 0 for seed in range(10)]
    assert sum(nights) <= 2


def test_significance_decides_how_much_is_taken() -> None:
    table = account([3000, 10], [60, 0])
    terms = term_table(*((f"t{n}", "k0", n, 100, 0) for n in range(100, 600, 10)))
    rates = term_rates(terms, table, posterior(table))
    numbers = [
        negative_candidates(terms, rates, TARGET, TermSpec(significance=q), "CNY").found
        for q in (1e-6, 1e-3, 0.01, 0.2)
    ]
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[-1]


def test_a_term_is_not_condemned_before_its_conversions_could_be_reported() -> None:
    table = account([3000, 10], [120, 0])
    terms = term_table(("x", "k0", 300, 330, 0))
    rates = term_rates(terms, table, posterior(table))
    fresh = replace(rates, clicks=rates.clicks * 0.1)
    assert negative_candidates(terms, rates, TARGET, TermSpec(), "CNY").found == 1
    assert negative_candidates(terms, fresh, TARGET, TermSpec(), "CNY").found == 0
