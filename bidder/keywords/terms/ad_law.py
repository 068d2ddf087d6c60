"""Screening of texts for the absolute terms of China's Advertising Law: warnings, never a block.

Terms are found however they are written (see :mod:`bidder.keywords.terms.ad_law_writing`), except where the
context exempts them (:mod:`bidder.keywords.terms.ad_law_contexts`). Texts are searched as they are, so that
positions are those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, chain
from operator import itemgetter

import numpy as np

from bidder.keywords.terms.ad_law_contexts import (
    AIMS,
    AWARDS,
    FACTS,
    GOODS_FIRST,
    HARMLESS,
    KIN,
    LIMIT_LINKS,
    LIMITS,
    NO_LIMIT_AFTER,
    OWN,
    OWN_MOST,
    PLACE_ENDS,
    SCOPES,
)
from bidder.keywords.terms.ad_law_terms import NUMBER_ONE, TERMS, LawReason
from bidder.keywords.terms.ad_law_writing import (
    GAP,
    character_pattern,
    phrase_pattern,
    searched,
    terms_pattern,
    usual,
)

_LINE = "\n"
_AT_ONCE = 65_536
_FACTUAL = frozenset((LawReason.FIRST, LawReason.ORDER))
"""What a time or a source may exempt."""


@dataclass(frozen=True)
class Finding:
    """An absolute term in a text.

    Attributes
    ----------
    text : int
        Which of the texts.
    start, end : int
        Where it stands: ``text[start:end]``.
    term : str
        As the list has it.
    reason : LawReason
    """

    text: int
    start: int
    end: int
    term: str
    reason: LawReason


_NAMES = {usual(name): name for name in NUMBER_ONE}
"""Terms whose characters the list writes otherwise than they are compared."""


@cache
def _reasons() -> dict[str, LawReason]:
    """Reason of each term; of a term that is listed twice, the first one."""
    reasons = {usual(term): LawReason.FIRST for term in NUMBER_ONE}
    for reason, terms in TERMS.items():
        for term in terms:
            reasons.setdefault(usual(term), reason)
    return reasons


@cache
def _terms_as_text() -> str:
    return terms_pattern(_reasons(), frozenset(map(usual, NUMBER_ONE)))


@cache
def _terms() -> re.Pattern[str]:
    return re.compile(_terms_as_text())


@cache
def _facts() -> re.Pattern[str]:
    return re.compile("|".join(FACTS))


@cache
def _harmless() -> re.Pattern[str]:
    return _overlapping(phrase_pattern(_usual_of(chain.from_iterable(HARMLESS.values()))))


@cache
def _contexts() -> tuple[re.Pattern[str], ...]:
    """What exempts by more than a phrase."""
    places = ["".join(map(character_pattern, end)) for end in PLACE_ENDS]
    nowhere = "".join(f"(?<!{place})(?<!{place}[^\\w])" for place in places)
    limits = f"{phrase_pattern(_usual_of(LIMITS))}(?:{phrase_pattern(_usual_of(LIMIT_LINKS))})?"
    patterns = (
        f"(?={character_pattern('第')}){nowhere}{phrase_pattern(_usual_of(GOODS_FIRST))}",
        f"{phrase_pattern(_usual_of(AIMS))}(?:{phrase_pattern(_usual_of(SCOPES))})?{GAP}{_terms_as_text()}",
        f"{phrase_pattern(_usual_of(OWN))}{GAP}[里中内的]?{phrase_pattern(_usual_of(OWN_MOST))}",
        f"(?<![{NO_LIMIT_AFTER}]){limits}(?!20[0-9]{{2}}[年款新])[0-9０-９]",
        f"{phrase_pattern(_usual_of(AWARDS))}[^\\W获獲得赢贏送抽领領]{{0,10}}[奖獎](?![励金品勵])",
        f"[{KIN}]弟[一1１]",
    )
    return tuple(map(_overlapping, patterns))


def _overlapping(pattern: str) -> re.Pattern[str]:
    """A pattern whose first group is found wherever it begins."""
    return re.compile(f"(?=({pattern}))")


def _usual_of(texts: Iterable[str]) -> set[str]:
    return set(map(usual, texts))


class AdLawScreen:
    """Finds absolute terms in texts.

    Parameters
    ----------
    exempt : iterable of str
        Texts that are allowed as they stand, such as a registered brand that holds such a term.
    """

    def __init__(self, exempt: Iterable[str] = ()) -> None:
        allowed = _usual_of(exempt) - {""}
        self._allowed = [_overlapping(phrase_pattern(allowed))] if allowed else []

    def find(self, text: str) -> list[Finding]:
        """Absolute terms in one text, in the order of their places."""
        return list(self.find_all([text]))

    def find_all(self, texts: Sequence[str]) -> Iterator[Finding]:
        """Absolute terms in many texts, in the order of the texts and of their places."""
        for begin in range(0, len(texts), _AT_ONCE):
            for text, spans in _hits(texts[begin : begin + _AT_ONCE]):
                yield from self._claims(begin + text, texts[begin + text], spans)

    def _claims(self, number: int, text: str, spans: list[tuple[int, int]]) -> Iterator[Finding]:
        """Those of the hits in a text that nothing exempt covers."""
        seen = searched(text)
        for patterns in ([_harmless(), *self._allowed], _contexts()):
            spans = _uncovered(spans, patterns, seen)
            if not spans:
                return
        for start, end in spans:
            term = usual(text[start:end])
            yield Finding(number, start, end, _NAMES.get(term, term), _reason(term, text))


def _uncovered(
    spans: list[tuple[int, int]], patterns: Iterable[re.Pattern[str]], text: str
) -> list[tuple[int, int]]:
    """Those of the spans in a text that no match of a pattern covers."""
    found = (match.span(1) for pattern in patterns for match in pattern.finditer(text))
    exempt = iter(sorted(found, key=itemgetter(0)))
    covered, ahead, left = 0, next(exempt, None), []
    for start, end in spans:
        while ahead is not None and ahead[0] <= start:
            covered, ahead = max(covered, ahead[1]), next(exempt, None)
        if covered < end:
            left.append((start, end))
    return left


def _reason(term: str, text: str) -> LawReason:
    """Of a term in a text."""
    reason = _reasons()[term]
    return LawReason.DATED if reason in _FACTUAL and _facts().search(text) else reason


def _hits(texts: Sequence[str]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Which texts have terms in them, and where."""
    found = [match.span() for match in _terms().finditer(searched(_LINE.join(texts)))]
    if not found:
        return
    begins = [0, *accumulate(len(text) + 1 for text in texts)]
    owners = np.searchsorted(begins, [start for start, _ in found], side="right") - 1
    spans: dict[int, list[tuple[int, int]]] = {}
    for owner, (start, end) in zip(owners.tolist(), found, strict=True):
        spans.setdefault(owner, []).append((start - begins[owner], end - begins[owner]))
    yield from spans.items()
