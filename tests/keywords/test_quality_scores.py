"""Expected quality where it is unknown, and what quality does to bids."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from value_accounts import keyword_table

from bidder.keywords.quality.quality import NEUTRAL, PARENT, quality_factor, shrunk_quality
from bidder.keywords.spec_bidding import QualityPolicy


def scored(scores, earlier=None, components=None, **where):
    n = len(scores)
    small = {
        name: np.array([row[k] for row in components] if components else [0] * n, np.int8)
        for k, name in enumerate(("expected_ctr", "ad_relevance", "landing_page"))
    }
    return keyword_table(
        [0] * n, [0] * n, quality_score=np.array(scores, np.int8),
        earlier_quality_score=np.array(earlier or [0] * n, np.int8), **small, **where,
    )  # fmt: skip


def test_an_unknown_score_is_that_of_its_group_shrunk_to_campaign_and_account():
    table = scored([8, 8, 0, 3, 0, 0], ad_group=[0, 0, 0, 1, 2, 3], campaign_of=[0, 0, 0, 1])
    account = 19 / 3
    campaign = (19 + PARENT * account) / (3 + PARENT)
    wanted = [8, 8, (16 + PARENT * campaign) / (2 + PARENT), 3, campaign, account]
    assert shrunk_quality(table) == pytest.approx(wanted)
    assert table.quality_score.tolist() == [8, 8, 0, 3, 0, 0]


def test_an_account_without_any_score_is_average():
    assert shrunk_quality(scored([0, 0])).tolist() == [NEUTRAL, NEUTRAL]
    assert len(shrunk_quality(scored([]))) == 0


def test_components_tell_the_score_where_it_is_not_told():
    """Above, average and below average in all three are 10, 5.5 and 1; a known score stays."""
    table = scored([0, 0, 0, 0, 4], components=[(3, 3, 3), (2, 2, 2), (1, 1, 1), (3, 2, 1), (3, 3, 3)])
    assert shrunk_quality(table).tolist() == [10, 5.5, 1, 5.5, 4]


def test_a_known_component_moves_the_mean_of_the_group():
    table = scored([8, 8, 8, 0, 0, 0], components=[(0, 0, 0)] * 3 + [(1, 0, 0), (0, 0, 0), (3, 0, 0)])
    low, middle, high = shrunk_quality(table)[3:]
    assert 1 < low < middle < high < 10
    assert middle == pytest.approx(8)


@given(st.lists(st.tuples(st.integers(0, 10), *[st.integers(0, 3)] * 3, st.integers(0, 2)), min_size=1))
def test_expected_quality_is_on_the_scale(rows):
    table = scored(
        [row[0] for row in rows], components=[row[1:4] for row in rows], ad_group=[row[4] for row in rows],
        campaign_of=[0, 0, 1],
    )  # fmt: skip
    found = shrunk_quality(table)
    assert ((found >= 1) & (found <= 10)).all()
    known = table.quality_score > 0
    assert (found[known] == table.quality_score[known]).all()


def test_a_change_of_score_holds_the_position():
    """Rank is bid x quality: what quality loses, the bid gains."""
    earlier, now = [5, 8, 7, 0, 6, 0], [8, 4, 7, 6, 0, 0]
    factor = quality_factor(scored(now, earlier), QualityPolicy())
    assert factor.tolist() == [5 / 8, 2, 1, 1, 1, 1]
    assert factor[:3] * now[:3] == pytest.approx(np.array(earlier[:3]))
    assert (quality_factor(scored(now, earlier), QualityPolicy(hold_position=False)) == 1).all()


def test_a_planners_table_takes_the_place_of_the_model():
    policy = QualityPolicy(multipliers={3: 0.7, 7: 1.0, 10: 1.2})
    table = scored([1, 3, 4, 5, 6, 8, 9, 10], earlier=[9, 0, 1, 2, 3, 4, 5, 6])
    assert quality_factor(table, policy).tolist() == [0.7, 0.7, 0.7, 0.7, 1.0, 1.0, 1.2, 1.2]


def test_a_planners_table_reads_an_unknown_score_where_it_is_expected():
    """All average is 5.5, halfway between the factors of 5 and 6; above average in one and unknown in two
    with nothing else known: 1 + 3.5 + 5.5 / 2 = 7.25, a quarter of the way from 7 to 8."""
    policy = QualityPolicy(multipliers={5: 0.8, 6: 1.0, 7: 1.2, 8: 2.0})
    table = scored([0, 0], components=[(2, 2, 2), (3, 0, 0)])
    assert shrunk_quality(table) == pytest.approx([5.5, 7.25])
    assert quality_factor(table, policy) == pytest.approx([0.9, 1.4])


def test_where_an_account_tells_nothing_a_planners_table_moves_nothing():
    policy = QualityPolicy(multipliers={5: 0.5})
    assert quality_factor(scored([0, 0, 0], earlier=[3, 9, 0]), policy).tolist() == [1, 1, 1]
    assert quality_factor(scored([0, 4]), policy).tolist() == [0.5, 0.5]
    assert quality_factor(scored([0, 0], components=[(0, 1, 0), (0, 0, 0)]), policy).tolist() == [0.5, 0.5]


def factor_one_by_one(score: float, told: dict[int, float]) -> float:
    """The planner's factor at a score that may lie between two whole ones, by the words of the policy."""

    def at(whole: int) -> float:
        return told[min(told, key=lambda named: (abs(named - whole), named))]

    low = math.floor(score)
    return at(low) if low == score else at(low) + (score - low) * (at(low + 1) - at(low))


@given(
    st.lists(st.tuples(st.integers(0, 10), *[st.integers(0, 3)] * 3, st.integers(0, 2)), min_size=1),
    st.dictionaries(st.integers(1, 10), st.floats(0.1, 5), min_size=1),
)
def test_a_planners_table_is_read_as_by_hand(rows, told):
    table = scored(
        [row[0] for row in rows], components=[row[1:4] for row in rows], ad_group=[row[4] for row in rows],
        campaign_of=[0, 0, 1],
    )  # fmt: skip
    found = quality_factor(table, QualityPolicy(multipliers=told))
    if not any(any(row[:4]) for row in rows):
        assert found.tolist() == [1] * len(rows)
        return
    wanted = [factor_one_by_one(float(score), told) for score in shrunk_quality(table)]
    assert found == pytest.approx(wanted)
    for factor, exact, row in zip(found, wanted, rows, strict=True):
        assert row[0] == 0 or factor == exact


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10), st.integers(0, 3)), min_size=1))
def test_the_model_moves_nothing_where_either_score_is_unknown(rows):
    """Whatever the components say."""
    now, earlier, component = (list(column) for column in zip(*rows, strict=True))
    table = scored(now, earlier, components=[(c, c, c) for c in component])
    wanted = [e / n if e and n else 1 for n, e in zip(now, earlier, strict=True)]
    assert quality_factor(table, QualityPolicy()).tolist() == wanted


def test_nobody_there():
    assert len(quality_factor(scored([]), QualityPolicy())) == 0
    assert len(quality_factor(scored([]), QualityPolicy(multipliers={5: 2.0}))) == 0
