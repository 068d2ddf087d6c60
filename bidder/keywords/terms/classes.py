"""Classes of keywords: core, attribute, audience, long-tail or whatever a planner names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from bidder.arrays import Bools, Codes, Ints
from bidder.keywords.data import KeywordTable
from bidder.keywords.spec_bidding import ClassRule

OTHER = "other"
"""Class of the keywords that no rule names."""
CHARACTERS_A_WORD = 2
_WITHOUT_SPACES = re.compile(
    "[\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Ideographs and kana, which are written without spaces between words."""
_MARK = "\x00"


def classify(table: KeywordTable, rules: Sequence[ClassRule]) -> tuple[Codes, tuple[str, ...]]:
    """Class of each keyword: that of the first rule that fits it.

    Parameters
    ----------
    table : KeywordTable
    rules : sequence of ClassRule
        Several may name the same class.

    Returns
    -------
    keyword_class : ndarray of int32, shape (J,)
        Positions in ``classes``.
    classes : tuple of str
        In the order of the rules, and "other" at the end.
    """
    named = dict.fromkeys(rule.name for rule in rules if rule.name != OTHER)
    classes = (*named, OTHER)
    codes = np.full(len(table), len(named), dtype=np.int32)
    free = np.ones(len(table), dtype=np.bool_)
    texts = _Texts(table)
    for rule in rules:
        fits = free & texts.fit(rule)
        codes[fits] = classes.index(rule.name)
        free &= ~fits
    return codes, classes


def words(text: str) -> int:
    """Words of a text; where it is written without spaces, two characters count as a word.

    >>> words("red shoes"), words("红色跑步鞋"), words("nike 跑步鞋男"), words("鞋")
    (2, 2, 3, 1)
    """
    if text.isascii():
        return len(text.split())
    rest, characters = _WITHOUT_SPACES.subn(" ", text)
    return len(rest.split()) + (max(characters // CHARACTERS_A_WORD, 1) if characters else 0)


class _Texts:
    """The keywords, made ready for searching once for all rules."""

    def __init__(self, table: KeywordTable) -> None:
        self._table = table
        folded = [text.casefold() for text in table.keyword.tolist()]
        self._joined = _MARK.join(folded)
        lengths = np.fromiter(map(len, folded), dtype=np.int64, count=len(folded))
        self._ends: Ints = np.cumsum(lengths + 1) - 1
        self._words: Ints | None = None

    def fit(self, rule: ClassRule) -> Bools:
        """Which keywords a rule fits."""
        fits = np.ones(len(self._table), dtype=np.bool_)
        if rule.campaigns:
            asked = frozenset(rule.campaigns)
            chosen = np.array([name in asked for name in self._table.campaigns], dtype=np.bool_)
            fits &= chosen[self._table.campaign]
        if rule.least_words is not None:
            fits &= self._counted() >= rule.least_words
        if rule.contains:
            fits &= self._containing(rule.contains)
        return fits

    def _counted(self) -> Ints:
        if self._words is None:
            keywords = self._table.keyword.tolist()
            self._words = np.fromiter(map(words, keywords), dtype=np.int64, count=len(keywords))
        return self._words

    def _containing(self, parts: Sequence[str]) -> Bools:
        found = np.zeros(len(self._table), dtype=np.bool_)
        for part in {part.casefold() for part in parts}:
            if not part or not len(found):
                found[:] = True
                continue
            starts = np.fromiter(self._starts(part), dtype=np.int64)
            rows = np.searchsorted(self._ends, starts)
            # A part that spans two keywords stands in neither of them.
            found[rows[starts + len(part) <= self._ends[rows]]] = True
        return found

    def _starts(self, part: str) -> Iterator[int]:
        """Where a part begins, at least once in each keyword that holds it."""
        at = self._joined.find(part)
        while at >= 0:
            yield at
            at = self._joined.find(part, at + 1)
