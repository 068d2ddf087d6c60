"""What is expected of a search term, with what it tells itself taken out."""

from __future__ import annotations

import numpy as np
import pytest
from term_tables import SPREAD, account, posterior, term_table, together

from bidder.keywords.terms.rates import plain, term_rates


def test_a_keyword_without_the_term_is_what_is_expected() -> None:
    with_term, without = account([1000, 10], [30, 0]), account([800, 10], [30, 0])
    terms = term_table(("x", "k0", 200, 100, 0))
    rates = term_rates(terms, with_term, posterior(with_term))
    expected = posterior(without)
    assert rates.cvr == pytest.approx(expected.cvr[:1])
    assert rates.strength == pytest.approx(expected.cvr_strength[:1])
    assert rates.spread == SPREAD


def test_conversions_of_the_term_are_taken_out_too() -> None:
    table = account([1000, 10], [30, 0])
    rates = term_rates(term_table(("x", "k0", 200, 100, 12)), table, posterior(table))
    assert rates.cvr == pytest.approx([(18 + SPREAD * 0.03) / (800 + SPREAD)])


def test_a_keyword_that_lives_on_one_term_says_no_more_than_its_ad_group() -> None:
    table = account([500, 10], [0, 0])
    rates = term_rates(term_table(("x", "k0", 500, 100, 0)), table, posterior(table))
    assert rates.cvr == pytest.approx([0.03])
    assert rates.strength == pytest.approx([SPREAD])


def test_clicks_count_as_far_as_they_have_matured() -> None:
    table = account([1000, 10], [30, 0], matured_clicks=np.array([600.0, 10.0]))
    rates = term_rates(term_table(("x", "k0", 200, 100, 0)), table, posterior(table))
    assert rates.clicks == pytest.approx([120])
    assert rates.strength == pytest.approx([600 + SPREAD - 120])


def test_without_its_keyword_the_ad_group_or_the_account_speaks() -> None:
    table = account([100, 300, 500, 700], [10, 3, 25, 7])
    value = posterior(table)
    terms = together(
        term_table(("x", "", 10, 1, 0), ("x", "unheard", 10, 1, 0)),
        term_table(("x", "k0", 10, 1, 0), group="nowhere"),
    )
    rates = term_rates(terms, table, value)
    group = np.average(value.cvr[:2], weights=value.cvr_strength[:2])
    whole = np.average(value.cvr, weights=value.cvr_strength)
    assert rates.cvr == pytest.approx([group, group, whole])
    assert rates.strength == pytest.approx([SPREAD] * 3)


def test_of_several_match_types_the_one_with_most_clicks_speaks() -> None:
    names = np.array(["shoe", "shoe", "b", "c"], dtype=object)
    table = account([100, 400, 9, 9], [0, 40, 0, 0], keyword=names)
    rates = term_rates(term_table(("x", "Shoe", 0, 0, 0)), table, posterior(table))
    assert rates.cvr == pytest.approx(posterior(table).cvr[1:2])


def test_known_keywords_are_told_by_ad_group_and_account() -> None:
    names = np.array(["red  Shoes", "b", "blue shoes", "d"], dtype=object)
    table = account([1, 1, 1, 1], [0, 0, 0, 0], keyword=names)
    terms = term_table(*((t, "b", 1, 1, 0) for t in ("RED shoes", "blue shoes", "green shoes")))
    rates = term_rates(terms, table, posterior(table))
    assert rates.own_group.tolist() == [True, False, False]
    assert rates.anywhere.tolist() == [True, True, False]


def test_terms_are_compared_without_case_and_double_blanks() -> None:
    assert plain("  Red\u3000 SHOES ") == "red shoes"


def test_no_terms() -> None:
    table = account([1, 1], [0, 0])
    assert term_rates(term_table(), table, posterior(table)).cvr.shape == (0,)
