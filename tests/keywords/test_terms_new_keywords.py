"""Search terms proposed as keywords, with bids that are legal and supported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from term_tables import SPREAD, account, posterior, term_table, together

from bidder.keywords.platforms import PROFILES
from bidder.keywords.spec import BidsSpec
from bidder.keywords.terms.new_keywords import new_keywords
from bidder.keywords.terms.rates import term_rates

TABLE = account([1000, 1000], [40, 20])


def spec_of(platform: str = "google_ads", currency: str = "CNY", **more: Any) -> BidsSpec:
    return BidsSpec.model_validate({
        "name": "n", "reports": [{"path": "x.csv"}], "target": {"roas": 4},
        "account": {"name": "a", "currency": currency, "time_zone": "UTC", "platform": platform},
        "guardrails": {"bid": {"min": 0.05, "max": 20}}, **more,
    })


def test_a_term_that_pays_is_proposed_with_its_bid() -> None:
    terms = term_table(("long red shoes", "k0", 60, 60, 6), ("k1", "k0", 60, 60, 6), ("two", "k0", 60, 60, 1))
    rates = term_rates(terms, TABLE, posterior(TABLE))
    found = new_keywords(terms, rates, 1.1, 4.0, spec_of())
    assert terms.term[found.row].tolist() == ["long red shoes"]
    keyword = (34 + SPREAD * 0.03) / (940 + SPREAD)
    cvr = (6 + SPREAD * keyword) / (60 + SPREAD)
    assert found.cvr == pytest.approx([cvr])
    assert found.value == pytest.approx([cvr * 200])
    assert found.bid.tolist() == [round(1.1 * cvr * 200 / 4 * 100) * 10_000]
    assert found.why[0] == (
        f"6 conversions in 60 clicks at 1.00 CNY each; its CVR, shrunk to the {keyword:.2%} of its keyword, "
        f"is {cvr:.2%}, so a click is worth {cvr * 200:.2f} CNY"
    )


def test_two_lucky_conversions_at_a_high_price_are_not_enough() -> None:
    terms = term_table(("dear", "k1", 40, 200, 2))
    found = new_keywords(terms, term_rates(terms, TABLE, posterior(TABLE)), 1.0, 4.0, spec_of())
    assert found.found == 0


def test_a_term_counts_over_all_ad_groups_and_goes_where_it_sells_most() -> None:
    terms = together(
        term_table(("Shoes red", "", 30, 30, 1), group="g", campaign="a"),
        term_table(("shoes  red", "", 40, 40, 3), group="g", campaign="b"),
    )
    found = new_keywords(terms, term_rates(terms, TABLE, posterior(TABLE)), 1.0, 4.0, spec_of())
    assert found.row.tolist() == [1]
    assert (found.clicks.tolist(), found.cost.tolist()) == ([70], [70_000_000])
    assert found.conversions.tolist() == [4]


def test_most_conversions_first_and_no_more_than_asked() -> None:
    terms = term_table(*((f"t{i}", "k0", 50, 20, 2 + i) for i in range(5)))
    rates = term_rates(terms, TABLE, posterior(TABLE))
    found = new_keywords(terms, rates, 1.0, 4.0, spec_of(terms={"most": 3}))
    assert terms.term[found.row].tolist() == ["t4", "t3", "t2"]
    assert (found.found, len(found.why)) == (5, 3)


def test_with_a_target_cpa_a_click_is_worth_conversions() -> None:
    terms = term_table(("x", "k0", 60, 60, 6))
    rates = term_rates(terms, TABLE, posterior(TABLE, worth=1.0))
    found = new_keywords(terms, rates, 1.0, 1 / 50, spec_of())
    assert found.bid.tolist() == [round(float(found.cvr[0]) * 50 * 100) * 10_000]
    assert found.why[0].endswith(f"so a click is worth {found.cvr[0]:.4f} conversions")


def test_of_nothing_nothing_is_proposed() -> None:
    terms = term_table()
    found = new_keywords(terms, term_rates(terms, TABLE, posterior(TABLE)), 1.0, 4.0, spec_of())
    assert (len(found.bid), found.found) == (0, 0)


@given(
    st.sampled_from(sorted(PROFILES)), st.sampled_from(["CNY", "JPY", "KWD"]), st.floats(0.2, 5),
    st.floats(0.01, 1000), st.lists(st.tuples(st.integers(1, 500), st.integers(0, 20)), max_size=8),
    st.floats(0.01, 5), st.floats(1, 500),
)  # fmt: skip
def test_every_bid_is_legal_and_in_range(
    platform: str, currency: str, alpha: float, target: float, counts: list[tuple[int, int]], low: float,
    times: float,
) -> None:  # fmt: skip
    high = low * times
    spec = spec_of(platform, currency, guardrails={"bid": {"min": low, "max": high}})
    terms = term_table(*((f"t{i}", "k0", n, 0.01, sold) for i, (n, sold) in enumerate(counts)))
    rates = term_rates(terms, TABLE, posterior(TABLE))
    found = new_keywords(terms, rates, alpha, target, spec)
    profile = PROFILES[platform]
    assert np.array_equal(found.bid, profile.legal_bid(found.bid, currency))
    assert (found.bid >= low * 1e6 - 1).all()
    assert (found.bid <= high * 1e6 + 1).all()
    supported = alpha * found.value / target * 1e6
    assert (found.bid <= supported + profile.bid_step(currency) / 2 + 1).all()
