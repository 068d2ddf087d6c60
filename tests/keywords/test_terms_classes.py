"""Keyword classes, held to a plain loop."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from keyword_tables import keyword_table

from bidder.keywords.spec_bidding import ClassRule
from bidder.keywords.terms.classes import classify, containing, word_counts
from bidder.keywords.terms.matching import any_of

TEXTS = st.text("abAB ß连衣裙女.*|é\n", max_size=12)
PARTS = st.text("abAß连衣.*|\n", max_size=4)


def words_of(text: str) -> int:
    """The plain way: runs of Chinese characters in pairs, other runs between blanks as one."""
    runs = re.findall(r"[\u4e00-\u9fff]+|[^\s\u4e00-\u9fff]+", text)
    return sum(max(len(run) // 2, 1) if "\u4e00" <= run[0] <= "\u9fff" else 1 for run in runs)


@given(st.lists(TEXTS, max_size=20), st.lists(PARTS, min_size=1, max_size=8))
def test_contains_is_what_python_says(texts: list[str], parts: list[str]) -> None:
    expected = [any(part.casefold() in text.casefold() for part in parts) for text in texts]
    assert containing(texts, parts).tolist() == expected


@given(st.lists(TEXTS, max_size=20))
def test_words_are_counted_as_by_hand(texts: list[str]) -> None:
    assert word_counts(texts).tolist() == [words_of(text) for text in texts]


@given(st.lists(st.text("ab", min_size=1, max_size=40), min_size=1, max_size=40), st.text("ab", max_size=50))
def test_the_longest_text_is_found_first(texts: list[str], searched: str) -> None:
    found = re.compile(any_of(texts)).match(searched)
    longest = max((text for text in texts if searched.startswith(text)), key=len, default=None)
    assert (found.group() if found else None) == longest


def test_very_many_texts_that_begin_alike_make_a_pattern() -> None:
    texts = ["a" * n + "b" for n in range(1, 1000)]
    assert containing(["x" + "a" * 700 + "b", "aaa"], texts).tolist() == [True, False]


@given(
    st.lists(
        st.sampled_from(["shoes", "red shoes", "Nike air max men", "nike", "跑步鞋男款", ""]), max_size=12
    ),
    st.lists(
        st.builds(
            ClassRule, name=st.sampled_from(["brand", "core", "long_tail", "other"]),
            contains=st.lists(st.sampled_from(["NIKE", "鞋", "red"]), max_size=2),
            campaigns=st.lists(st.sampled_from(["a", "b", "c"]), max_size=2),
            least_words=st.none() | st.integers(1, 4),
        ),
        max_size=5,
    ),
)
def test_the_first_rule_that_fits_names_the_class(keywords: list[str], rules: list[ClassRule]) -> None:
    table = keyword_table(len(keywords), keyword=np.array(keywords, dtype=object))

    def fits(j: int, rule: ClassRule) -> bool:
        text, campaign = keywords[j], table.campaigns[table.campaign[j]]
        return (
            (not rule.contains or any(part.casefold() in text.casefold() for part in rule.contains))
            and (not rule.campaigns or campaign in rule.campaigns)
            and (rule.least_words is None or words_of(text) >= rule.least_words)
        )

    codes, names = classify(table, rules)
    expected = [next((r.name for r in rules if fits(j, r)), "other") for j in range(len(keywords))]
    assert codes.dtype == np.int32
    assert [names[code] for code in codes] == expected
    assert names[-1] == "other"
    assert len(set(names)) == len(names)
    assert [*names[:-1]] == [*dict.fromkeys(r.name for r in rules if r.name != "other")]


def test_without_rules_everything_is_other() -> None:
    codes, names = classify(keyword_table(3), [])
    assert names == ("other",)
    assert codes.tolist() == [0, 0, 0]


def test_a_word_in_whatever_script() -> None:
    texts = ["", " ", "鞋", "连衣裙", "连衣裙女", "女士\u3000连衣裙", "iPhone 15手机壳", "b2b crm"]
    assert word_counts(texts).tolist() == [0, 0, 1, 1, 2, 2, 3, 2]
