"""Screening of texts for the absolute terms of China's Advertising Law: warnings, never a block.

A term is found in simplified or traditional characters, in half or full width, whatever the case, and with up
to three blanks or marks between its characters (最 佳, NO.１). The end of a clause (。！？；，and the like)
parts terms. Texts are searched as they are, so that positions are those of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate, chain

import numpy as np

from bidder.keywords.terms.ad_law_terms import HARMLESS, NUMBER_ONE, TERMS, TRADITIONAL, LawReason
from bidder.keywords.terms.matching import any_of

_KEPT = ",;:!?，；：！？。№"
_GAP = f"[^\\w\n\r{_KEPT}]{{0,3}}+"
_BETWEEN = re.compile(f"[^\\w{_KEPT}]+|_+")
_WORD = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"
_ONE = ("一壹①", "1１")
_NUMBER_ENDS = f"(?![{_WORD}%％]|[-–—~～/／.．][0-9０-９])"
_COMMON = "最第全国世"
"""First characters that are tried first, because they are met most."""
_LINE = "\n"
_AT_ONCE = 65_536


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


def _variants() -> dict[str, str]:
    """Other ways to write a character."""
    other = dict(zip(TRADITIONAL[::2], TRADITIONAL[1::2], strict=True))
    for code in range(0x21, 0x7F):
        plain = chr(code)
        wide = chr(code + 0xFEE0)
        others = {*other.get(plain.lower(), ""), plain, wide} - {plain.lower()}
        other[plain.lower()] = "".join(sorted(others))
    return other


_OTHER = _variants()
_USUAL = {ord(other): plain for plain, others in _OTHER.items() for other in others if other != plain}
_USUAL |= {ord(other): "一" for other in "".join(_ONE) if other != "一"}


def _usual(text: str) -> str:
    """A text in the characters of the list, without what may stand between them."""
    return _BETWEEN.sub("", text).translate(_USUAL)


_NAMES = {_usual(name): name for name in NUMBER_ONE}
"""Terms whose characters the list writes otherwise than they are compared."""


def _one_of(character: str) -> str:
    """Pattern of a character however it is written."""
    if character == "一":
        return f"(?:[{_ONE[0]}]|[{_ONE[1]}]{_NUMBER_ENDS})"
    return f"[{re.escape(character)}{re.escape(_OTHER.get(character, ''))}]"


def _pattern(texts: Iterable[str], apart: frozenset[str] = frozenset()) -> str:
    """Pattern of texts in the characters of the list; those in ``apart`` have no letter or digit around.

    All first characters are in one class in front, which a search runs through at the speed of a scan.
    """
    rests: dict[str, list[str]] = {}
    for text in texts:
        rests.setdefault(text[0], []).append(text[1:])
    first = "".join(_any_first(character) for character in sorted(rests))
    branches = []
    for character, rest in sorted(rests.items(), key=lambda item: (item[0] not in _COMMON, item[0])):
        only_apart = all(character + text in apart for text in rest)
        own = f"[{re.escape(_any_first(character))}]"
        alone = f"(?<![{_WORD}]{own})" if only_apart else ""
        branches.append(f"(?<={own}){alone}{any_of(rest, _one_of, _GAP)}")
    return f"[{re.escape(first)}](?:{'|'.join(branches)})"


def _any_first(character: str) -> str:
    """All ways to write a character, as text."""
    return "".join(_ONE) if character == "一" else character + _OTHER.get(character, "")


@cache
def _reasons() -> dict[str, LawReason]:
    """Reason of each term; of a term that is listed twice, the first one."""
    reasons = {_usual(term): LawReason.FIRST for term in NUMBER_ONE}
    for reason, terms in TERMS.items():
        for term in terms:
            reasons.setdefault(_usual(term), reason)
    return reasons


@cache
def _terms() -> re.Pattern[str]:
    return re.compile(_pattern(_reasons(), frozenset(map(_usual, NUMBER_ONE))))


class AdLawScreen:
    """Finds absolute terms in texts.

    Parameters
    ----------
    exempt : iterable of str
        Texts that are allowed as they stand, such as a registered brand that holds such a term.
    """

    def __init__(self, exempt: Iterable[str] = ()) -> None:
        allowed = {usual for text in exempt if (usual := _usual(text))}
        harmless = {_usual(text) for text in chain.from_iterable(HARMLESS.values())}
        self._phrases = harmless | allowed

    @cached_property
    def _harmless(self) -> re.Pattern[str]:
        return re.compile(f"(?=({_pattern(self._phrases)}))")

    def find(self, text: str) -> list[Finding]:
        """Absolute terms in one text, in the order of their places."""
        return list(self.find_all([text]))

    def find_all(self, texts: Sequence[str]) -> Iterator[Finding]:
        """Absolute terms in many texts, in the order of the texts and of their places."""
        for begin in range(0, len(texts), _AT_ONCE):
            for text, spans in _hits(texts[begin : begin + _AT_ONCE]):
                yield from self._claims(begin + text, texts[begin + text], spans)

    def _claims(self, number: int, text: str, spans: Sequence[tuple[int, int]]) -> Iterator[Finding]:
        """Those of the hits in a text that no harmless phrase covers."""
        harmless = (match.span(1) for match in self._harmless.finditer(_searched(text)))
        covered, ahead = 0, next(harmless, None)
        for start, end in spans:
            while ahead is not None and ahead[0] <= start:
                covered, ahead = max(covered, ahead[1]), next(harmless, None)
            if covered < end:
                term = _usual(text[start:end])
                yield Finding(number, start, end, _NAMES.get(term, term), _reasons()[term])


def _searched(text: str) -> str:
    """The text as patterns see it: ``_`` is a letter to them, and would not stand between characters."""
    return text.replace("_", " ")


def _hits(texts: Sequence[str]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Which texts have terms in them, and where."""
    found = [match.span() for match in _terms().finditer(_searched(_LINE.join(texts)))]
    if not found:
        return
    begins = [0, *accumulate(len(text) + 1 for text in texts)]
    owners = np.searchsorted(begins, [start for start, _ in found], side="right") - 1
    spans: dict[int, list[tuple[int, int]]] = {}
    for owner, (start, end) in zip(owners.tolist(), found, strict=True):
        spans.setdefault(owner, []).append((start - begins[owner], end - begins[owner]))
    yield from spans.items()
