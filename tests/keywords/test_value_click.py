"""Values of clicks in whole accounts, and where there is next to nothing to tell them from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from value_accounts import keyword_table, sparse_account

from bidder.errors import InputError
from bidder.keywords.spec_bidding import ValueSpec
from bidder.keywords.value.click_value import CVR_PRIOR, click_value
from bidder.keywords.value.strengths import CLICKS

NO_CLASS = np.zeros(1, np.int32)


def classes(table):
    return np.zeros(len(table), np.int32)


def test_an_empty_account():
    found = click_value(keyword_table([], []), np.zeros(0, np.int32), ValueSpec())
    assert len(found.value) == len(found.cvr) == len(found.order_value) == 0
    assert set(found.strengths) == {"ad_group", "segment", "account"}


def test_one_keyword_stays_near_its_own_rate():
    table = keyword_table([10_000], [400], [400 * 150.0])
    found = click_value(table, NO_CLASS, ValueSpec())
    assert found.cvr[0] == pytest.approx(0.04, rel=0.01)
    assert found.order_value[0] == pytest.approx(150)
    assert found.value[0] == pytest.approx(6.0, rel=0.01)


def test_without_a_click_the_prior_is_the_estimate():
    table = keyword_table([0, 0, 0], [0, 0, 0])
    found = click_value(table, classes(table), ValueSpec(default_order_value=80))
    assert found.cvr == pytest.approx(CVR_PRIOR[1] / CVR_PRIOR[0])
    assert found.order_value.tolist() == [80, 80, 80]
    assert found.strengths["ad_group"] == CLICKS[1]


def test_without_a_conversion_more_clicks_mean_less():
    rates = []
    for clicks in (100, 1_000, 10_000):
        table = keyword_table([clicks] * 5, [0] * 5)
        found = click_value(table, classes(table), ValueSpec(default_order_value=80))
        assert np.isfinite(found.value).all()
        rates.append(found.cvr.mean())
    assert rates == pytest.approx([0.5 / (5 * n + CVR_PRIOR[0]) for n in (100, 1_000, 10_000)], rel=0.01)


def test_one_conversion_does_not_prove_that_all_others_never_convert():
    table = keyword_table([100] * 20, [1] + [0] * 19)
    cvr = click_value(table, classes(table), ValueSpec()).cvr
    assert cvr[0] < 0.004
    assert cvr[1:] == pytest.approx(1.5 / 2_017, rel=0.5)


@pytest.mark.parametrize(("conversions", "missing"), [(0, "conversion"), (3, "revenue")])
def test_nothing_tells_what_a_conversion_is_worth(conversions, missing):
    table = keyword_table([100, 50], [conversions, 0], [0.0, 0.0])
    with pytest.raises(InputError, match=f"no {missing}.*default_order_value") as caught:
        click_value(table, classes(table), ValueSpec())
    assert caught.value.problems[0].path == ("value", "default_order_value")
    counted = click_value(table, classes(table), ValueSpec(), count_conversions=True)
    assert counted.value == pytest.approx(counted.cvr)
    given = click_value(table, classes(table), ValueSpec(default_order_value=30))
    assert given.value == pytest.approx(30 * given.cvr)


def test_counting_conversions_leaves_rates_alone():
    account = sparse_account(1, keywords=500)
    worth = click_value(account.table, account.keyword_class, ValueSpec())
    counted = click_value(account.table, account.keyword_class, ValueSpec(), count_conversions=True)
    assert (counted.cvr == worth.cvr).all()
    assert (counted.order_value == 1).all()
    assert (counted.value == counted.cvr).all()


@pytest.mark.parametrize("scale", [0.01, 7.0, 1e6])
def test_another_currency_changes_nothing_but_the_unit(scale):
    account = sparse_account(2, keywords=1_500)
    there = replace(account.table, weighted_revenue=account.table.weighted_revenue * scale)
    before = click_value(account.table, account.keyword_class, ValueSpec())
    after = click_value(there, account.keyword_class, ValueSpec())
    assert after.order_value == pytest.approx(before.order_value * scale, rel=1e-3)
    assert (after.cvr == before.cvr).all()
    assert after.strengths == before.strengths


def test_one_big_order_does_not_make_a_keyword_ten_times_as_valuable():
    rng = np.random.default_rng(5)
    orders = 1 + rng.poisson(2, 400)
    revenue = rng.gamma(4 * orders) / 4 * 100
    orders[0], revenue[0] = 1, 3_000
    table = keyword_table(orders * 30, orders, revenue)
    found = click_value(table, classes(table), ValueSpec()).order_value
    assert 100 < found[0] < 1_000
    assert np.delete(found, 0) == pytest.approx(100, rel=0.6)


def test_keywords_of_good_groups_are_worth_more_before_their_first_conversion():
    good = [(400, 40)] * 5 + [(3, 0)]
    bad = [(400, 4)] * 5 + [(3, 0)]
    table = keyword_table(*zip(*(good + bad), strict=True), ad_group=[0] * 6 + [1] * 6, campaign_of=[0, 1])
    cvr = click_value(table, classes(table), ValueSpec()).cvr
    assert cvr[5] > 5 * cvr[11]
    assert 0.05 < cvr[5] < 0.1
    assert 0.01 < cvr[11] < 0.03


def test_immature_clicks_count_for_what_has_been_reported_of_them():
    """Half of the conversions are reported: half the conversions on as many clicks is the same rate."""
    account = sparse_account(4, keywords=2_000, volume=5.0, spread=1.5)
    table = account.table
    half = replace(table, matured_clicks=table.weighted_clicks * 0.5,
                   weighted_conversions=table.weighted_conversions * 0.5)  # fmt: skip
    whole = click_value(table, account.keyword_class, ValueSpec())
    young = click_value(half, account.keyword_class, ValueSpec())
    assert np.average(young.cvr, weights=table.clicks) == pytest.approx(
        np.average(whole.cvr, weights=table.clicks), rel=0.02
    )


HUGE = st.floats(0, 1e12)


@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.floats(0, 1e9), HUGE, st.floats(0, 1)), min_size=1, max_size=12
    ),
    st.integers(1, 4),
)
def test_any_report_gives_finite_values(rows, groups):
    """Also conversions without clicks, more conversions than clicks, revenue without conversions."""
    clicks, conversions, revenue, maturity = map(np.array, zip(*rows, strict=True))
    table = keyword_table(clicks, conversions, revenue, ad_group=np.arange(len(rows)) % groups)
    table = replace(table, matured_clicks=table.weighted_clicks * maturity)
    found = click_value(table, classes(table), ValueSpec(default_order_value=1.0))
    for name in ("cvr", "cvr_strength", "parent_cvr", "order_value", "value"):
        values = getattr(found, name)
        assert np.isfinite(values).all(), name
        assert (values >= 0).all(), name
    assert all(CLICKS[0] <= k <= CLICKS[1] for k in found.strengths.values())
