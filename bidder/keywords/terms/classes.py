"""Keyword classes: core, attribute, brand, long tail, or whatever a planner calls them."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Bools, Codes, Ints
from bidder.keywords.data import KeywordTable
from bidder.keywords.spec_bidding import ClassRule
from bidder.keywords.terms.matching import any_of

OTHER = "other"
"""Class of the keywords that no rule fits."""
_END = "\0"
"""Stands between texts that are searched in one go."""
_AT_ONCE = 65_536
_BLANK, _PLAIN, _CHINESE = 0, 1, 2
_LAST_BLANK = 0x3000
_IDEOGRAPHS = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))


def classify(table: KeywordTable, rules: Sequence[ClassRule]) -> tuple[Codes, tuple[str, ...]]:
    """Class of each keyword: that of the first rule of which it fits everything that is given.

    Returns
    -------
    codes : ndarray of int32, shape (J,)
        Positions in ``names``.
    names : tuple of str
        Classes in the order of the rules, each once; "other", for keywords that no rule fits, is the last.
    """
    names = (*dict.fromkeys(rule.name for rule in rules if rule.name != OTHER), OTHER)
    codes = np.full(len(table), len(names) - 1, dtype=np.int32)
    left = np.arange(len(table))
    for rule in rules:
        fits = _fitting(table, left, rule)
        codes[fits] = names.index(rule.name)
        taken = np.zeros(len(table), dtype=np.bool_)
        taken[fits] = True
        left = left[~taken[left]]
    return codes, names


def _fitting(table: KeywordTable, rows: Ints, rule: ClassRule) -> Ints:
    """Which of these keywords fit everything that a rule gives."""
    if rule.campaigns:
        wanted = np.array([name in set(rule.campaigns) for name in table.campaigns], dtype=np.bool_)
        rows = rows[wanted[table.campaign[rows]]]
    if rule.contains:
        rows = rows[containing(table.keyword[rows].tolist(), rule.contains)]
    if rule.least_words is not None:
        rows = rows[word_counts(table.keyword[rows].tolist()) >= rule.least_words]
    return rows


def containing(texts: Sequence[str], parts: Sequence[str]) -> Bools:
    """Which texts contain one of the parts, whatever the case, shape (len(texts),).

    A part with a NUL character is in no text.
    """
    found = np.zeros(len(texts), dtype=np.bool_)
    sought = {part.casefold() for part in parts if _END not in part}
    if "" in sought:
        found[:] = True
    elif sought:
        pattern = re.compile(f"{any_of(sought)}[^{_END}]*")
        for begin in range(0, len(texts), _AT_ONCE):
            folded = [text.casefold() for text in texts[begin : begin + _AT_ONCE]]
            ends = np.fromiter(accumulate(len(text) + 1 for text in folded), np.int64, len(folded))
            at = [match.start() for match in pattern.finditer(_END.join(folded))]
            found[begin + np.searchsorted(ends, at, side="right")] = True
    return found


def word_counts(texts: Sequence[str]) -> Ints:
    """Words of each text, shape (len(texts),).

    Blanks part words, and so do the ends of a run of Chinese characters; in such a run every 2 characters
    count as a word, and a single one too.

    >>> word_counts(["running shoes men", "连衣裙女夏季", "iPhone手机壳"]).tolist()
    [3, 3, 2]
    """
    counts = np.zeros(len(texts), dtype=np.int64)
    for begin in range(0, len(texts), _AT_ONCE):
        counts[begin : begin + _AT_ONCE] = _word_counts(texts[begin : begin + _AT_ONCE])
    return counts


def _word_counts(texts: Sequence[str]) -> Ints:
    whole = " ".join([*texts, ""])
    characters = np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
    kinds = _kinds()[characters]
    starts = np.flatnonzero(np.diff(kinds, prepend=np.int8(-1)))
    lengths = np.diff(starts, append=len(kinds))
    words = np.where(kinds[starts] == _CHINESE, np.maximum(lengths // 2, 1), kinds[starts] == _PLAIN)
    until = np.concatenate(([0], np.cumsum(words)))
    return np.diff(until[np.searchsorted(starts, ends)], prepend=0)


@cache
def _kinds() -> NDArray[np.int8]:
    """Blank, plain or Chinese, for every code point."""
    kinds = np.full(sys.maxunicode + 1, _PLAIN, dtype=np.int8)
    for low, high in _IDEOGRAPHS:
        kinds[low : high + 1] = _CHINESE
    kinds[[code for code in range(_LAST_BLANK + 1) if chr(code).isspace()]] = _BLANK
    return kinds
