"""Classes of keywords against a look at each keyword and rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from value_accounts import keyword_table

from bidder.keywords.spec_bidding import ClassRule
from bidder.keywords.terms.classes import classify, words

TEXT = st.text("abAB 红鞋\x00ß", max_size=6)


def table(keywords, campaign=None):
    campaign = [0] * len(keywords) if campaign is None else campaign
    return keyword_table(
        [1] * len(keywords), [0] * len(keywords), keyword=np.array(keywords, dtype=object),
        ad_group=campaign, campaign_of=[0, 1],
    )  # fmt: skip


RULES = st.builds(
    ClassRule, name=st.sampled_from(["brand", "core", "other"]), contains=st.lists(TEXT, max_size=2),
    campaigns=st.lists(st.sampled_from(["c0", "c1", "c2"]), max_size=2),
    least_words=st.none() | st.integers(1, 3),
)  # fmt: skip


@given(st.lists(st.tuples(TEXT, st.integers(0, 1)), max_size=6), st.lists(RULES, max_size=4))
def test_the_first_rule_that_fits_names_the_class(keywords, rules):
    texts, campaigns = [text for text, _ in keywords], [campaign for _, campaign in keywords]
    found, classes = classify(table(texts, campaigns), rules)
    for text, campaign, code in zip(texts, campaigns, found, strict=True):
        expected = "other"
        for rule in rules:
            if (
                (not rule.contains or any(part.casefold() in text.casefold() for part in rule.contains))
                and (not rule.campaigns or f"c{campaign}" in rule.campaigns)
                and (rule.least_words is None or words(text) >= rule.least_words)
            ):
                expected = rule.name
                break
        assert classes[code] == expected
    assert classes[-1] == "other"
    assert len(set(classes)) == len(classes)


def test_a_text_that_spans_two_keywords_is_in_neither():
    rules = [ClassRule(name="shoes", contains=["SHOES"])]
    found, classes = classify(table(["red sh", "oes", "red shoes"]), rules)
    assert [classes[code] for code in found] == ["other", "other", "shoes"]


def test_classes_stand_in_the_order_of_the_rules():
    rules = [ClassRule(name=name, contains=[name]) for name in ("core", "brand", "core")]
    assert classify(table(["x"]), rules)[1] == ("core", "brand", "other")
    assert classify(table([]), rules)[1] == ("core", "brand", "other")


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("shoes", 1), ("running shoes men", 3), ("红色跑步鞋男", 3), ("跑步鞋", 1), ("鞋", 1),
     ("nike 跑步鞋男款", 3), ("ランニングシューズ", 4), ("운동화 남자", 2)],
)  # fmt: skip
def test_words(text, count):
    assert words(text) == count
