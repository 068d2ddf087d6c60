"""The hierarchy of shrinkage against plain loops over keywords."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from value_accounts import keyword_table, sparse_account

from bidder.keywords.spec_bidding import ValueSpec
from bidder.keywords.value.click_value import CVR_PRIOR, click_value
from bidder.keywords.value.hierarchy import from_the_others, keyword_tree, shrunk, summed

FIXED = st.floats(0.5, 1e6)


@st.composite
def accounts(draw, least=1):
    """A small account: ad groups of several campaigns, match types, classes; some keywords have no click."""
    n = draw(st.integers(least, 25))
    campaign_of = draw(st.lists(st.integers(0, 2), min_size=4, max_size=4))
    clicks = draw(st.lists(st.integers(0, 300), min_size=n, max_size=n))
    conversions = [draw(st.integers(0, c)) for c in clicks]
    table = keyword_table(
        clicks, conversions, ad_group=draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)),
        campaign_of=campaign_of, match_type=draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)),
        weight=0.7, maturity=0.8,
    )  # fmt: skip
    return table, np.array(draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)), np.int32)


def by_loops(table, keyword_class, strengths, prior):
    """The same formulas, one dictionary for each level."""
    keywords = range(len(table))
    group = [(table.ad_group[j], table.match_type[j], keyword_class[j]) for j in keywords]
    segment = [(table.campaign[j], table.match_type[j], keyword_class[j]) for j in keywords]
    groups, segments = defaultdict(lambda: [0.0, 0.0]), defaultdict(lambda: [0.0, 0.0])
    segment_of = dict(zip(group, segment, strict=True))
    for j in keywords:
        share = strengths[0] / (table.matured_clicks[j] + strengths[0])
        groups[group[j]][0] += share * table.matured_clicks[j]
        groups[group[j]][1] += share * table.weighted_conversions[j]
    for key, (count, total) in groups.items():
        share = strengths[1] / (count + strengths[1])
        segments[segment_of[key]][0] += share * count
        segments[segment_of[key]][1] += share * total
    count, total = prior
    for n, c in segments.values():
        share = strengths[2] / (n + strengths[2])
        count, total = count + share * n, total + share * c
    account = total / count
    by_segment = {key: (c + strengths[2] * account) / (n + strengths[2]) for key, (n, c) in segments.items()}
    by_group = {
        key: (c + strengths[1] * by_segment[segment_of[key]]) / (n + strengths[1])
        for key, (n, c) in groups.items()
    }
    own = [
        (table.weighted_conversions[j] + strengths[0] * by_group[group[j]])
        / (table.matured_clicks[j] + strengths[0])
        for j in keywords
    ]
    return np.array(own), np.array([by_group[key] for key in group])


@given(accounts(), st.tuples(FIXED, FIXED, FIXED))
def test_the_formulas(account, strengths):
    table, keyword_class = account
    tree = keyword_tree(table, keyword_class)
    levels = summed(tree, (table.matured_clicks, table.weighted_conversions), strengths)
    own, parent = shrunk(tree, levels, strengths, CVR_PRIOR)
    wanted, above = by_loops(table, keyword_class, strengths, CVR_PRIOR)
    assert own == pytest.approx(wanted, rel=1e-12)
    assert parent == pytest.approx(above, rel=1e-12)


@given(accounts(), FIXED)
def test_a_fixed_strength_is_used_at_every_level(account, strength):
    table, keyword_class = account
    found = click_value(table, keyword_class, ValueSpec(strength=strength, default_order_value=80))
    wanted, above = by_loops(table, keyword_class, (strength,) * 3, CVR_PRIOR)
    assert found.cvr == pytest.approx(wanted, rel=1e-12)
    assert found.parent_cvr == pytest.approx(above, rel=1e-12)
    assert set(found.strengths.values()) == {strength}


@given(accounts())
def test_estimates_lie_between_the_keyword_and_its_parent(account):
    table, keyword_class = account
    found = click_value(table, keyword_class, ValueSpec(default_order_value=80))
    clicked = table.matured_clicks > 0
    raw = table.weighted_conversions[clicked] / table.matured_clicks[clicked]
    low, high = np.minimum(raw, found.parent_cvr[clicked]), np.maximum(raw, found.parent_cvr[clicked])
    assert (found.cvr[clicked] >= low - 1e-12).all()
    assert (found.cvr[clicked] <= high + 1e-12).all()
    assert found.cvr[~clicked] == pytest.approx(found.parent_cvr[~clicked])
    k = found.strengths["ad_group"]
    formula = (table.weighted_conversions + k * found.parent_cvr) / (table.matured_clicks + k)
    assert found.cvr == pytest.approx(formula, rel=1e-12)
    assert found.cvr_strength == pytest.approx(table.matured_clicks + k)
    assert found.value == pytest.approx(found.cvr * found.order_value)


@given(accounts(least=2), st.tuples(FIXED, FIXED, FIXED), st.integers(0, 24))
def test_what_the_others_tell_is_what_is_left_when_a_keyword_goes(account, strengths, which):
    table, keyword_class = account
    which %= len(table)
    tree = keyword_tree(table, keyword_class)
    clicks, conversions = table.matured_clicks, table.weighted_conversions
    levels = summed(tree, (clicks, conversions), strengths)
    mean, doubt = from_the_others(tree, levels, strengths, CVR_PRIOR, 0, np.arange(len(table)))
    kept = np.arange(len(table)) != which
    without = replace(table, matured_clicks=clicks * kept, weighted_conversions=conversions * kept)
    _, above = by_loops(without, keyword_class, strengths, CVR_PRIOR)
    assert mean[which] == pytest.approx(above[which], rel=1e-9)
    assert (doubt > 0).all()


def renamed(account, rng):
    """The same account with ad groups, campaigns and classes numbered otherwise, and rows shuffled."""
    table, row = account.table, rng.permutation(len(account.table))
    group, campaign = rng.permutation(len(table.ad_groups)), rng.permutation(len(table.campaigns))
    campaign_of = np.empty_like(table.ad_group_campaign)
    campaign_of[group] = campaign[table.ad_group_campaign]
    fresh = keyword_table(
        table.clicks[row], table.conversions[row], table.weighted_revenue[row],
        ad_group=group[table.ad_group[row]], campaign_of=campaign_of, match_type=3 - table.match_type[row],
    )  # fmt: skip
    return fresh, 2 - account.keyword_class[row], row


def test_names_of_groups_and_the_order_of_rows_do_not_matter():
    account = sparse_account(3, keywords=800, groups=80, campaigns=6)
    table, keyword_class, row = renamed(account, np.random.default_rng(1))
    before = click_value(account.table, account.keyword_class, ValueSpec())
    after = click_value(table, keyword_class, ValueSpec())
    assert after.strengths == pytest.approx(before.strengths, rel=1e-6)
    assert after.value == pytest.approx(before.value[row], rel=1e-6)


def test_many_codes_that_hardly_occur():
    """Ad groups and classes far apart are numbered as well as neighbouring ones."""
    few = keyword_table([10, 20, 30], [1, 0, 3], ad_group=[0, 1, 1])
    far = replace(few, ad_group=np.array([0, 90_000, 90_000], np.int32))
    classes = np.array([0, 0, 50], np.int32)
    assert keyword_tree(far, classes).parents[0].tolist() == keyword_tree(few, classes).parents[0].tolist()
    assert keyword_tree(far, classes).parents[0].tolist() == [0, 1, 2]
