"""The ways to write a Chinese term, as patterns and as one usual way.

A term is found in simplified or traditional characters, in characters that look or sound alike (蕞佳, 弟一)
or that Unicode has for compatibility (⾼), in half or full width, whatever the case, and with up to three
blanks or marks between its characters (最 佳, NO.１). The end of a clause (。！？；，and the like) parts
terms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from bidder.keywords.terms.ad_law_terms import LOOK_ALIKE, TRADITIONAL
from bidder.keywords.terms.matching import any_of

_KEPT = ",;:!?，；：！？。№\u2e80-\u2fdf"
"""Not letters to patterns, and yet not to stand between characters: ends of clauses, and radicals."""
_BLANK_LETTERS = "_\u115f\u1160\u3164\uffa0"
"""Letters to patterns, and blanks or nearly so to the eye; the last four are the fillers of Hangul."""
GAP = f"[^\\w\n\r{_KEPT}]{{0,3}}+"
_BETWEEN = re.compile(f"(?:[^\\w{_KEPT}]|[{_BLANK_LETTERS}])+")
_WORD = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"
_NUMBER_ENDS = f"(?![{_WORD}%％]|[-–—~～/／.．][0-9０-９])"
_DIGITS_OF_ONE = "1１"
_COMPATIBLE = (range(0x2E80, 0x2FE0), range(0x3280, 0x32B1), range(0xF900, 0xFB00))
"""Where Unicode has radicals, characters in circles and the doubles of other standards."""
_COMMON = "最第全国世"
"""First characters that are tried first, because they are met most."""
_TOGETHER = 8
"""First characters that are told apart from the others at once: few steps to find one among many."""


def _variants() -> dict[str, str]:
    """Other ways to write a character."""
    other = dict(zip(TRADITIONAL[::2], TRADITIONAL[1::2], strict=True))
    for plain, alike in LOOK_ALIKE.items():
        other[plain] = other.get(plain, "") + alike
    for character in map(chr, chain.from_iterable(_COMPATIBLE)):
        plain = unicodedata.normalize("NFKC", character)
        if len(plain) == 1 and plain != character:
            other[plain] = other.get(plain, "") + character
    for code in range(0x21, 0x7F):
        plain, wide = chr(code), chr(code + 0xFEE0)
        others = {*other.get(plain.lower(), ""), plain, wide} - {plain.lower()}
        other[plain.lower()] = "".join(sorted(others))
    other["一"] += "①"
    return other


_OTHER = _variants()
_USUAL = {ord(other): plain for plain, others in _OTHER.items() for other in others if other != plain}
_USUAL |= {ord(digit): "一" for digit in _DIGITS_OF_ONE}


def usual(text: str) -> str:
    """A text in the characters of the list, without what may stand between them."""
    return _BETWEEN.sub("", text).translate(_USUAL)


def searched(text: str) -> str:
    """The text as patterns see it: letters that are blank to the eye would not stand between characters."""
    for letter in _BLANK_LETTERS:
        text = text.replace(letter, " ")
    return text


def character_pattern(character: str) -> str:
    """Pattern of a character however it is written."""
    if character == "一":
        return f"(?:{_any_of(character)}|[{_DIGITS_OF_ONE}]{_NUMBER_ENDS})"
    return _any_of(character)


def _any(character: str) -> str:
    """All ways to write a character, as text."""
    return character + _OTHER.get(character, "")


def phrase_pattern(texts: Iterable[str]) -> str:
    """Pattern of texts in the characters of the list; no text may be empty."""
    return any_of(texts, character_pattern, GAP)


def terms_pattern(texts: Iterable[str], apart: frozenset[str] = frozenset()) -> str:
    """As :func:`phrase_pattern`, and fast where there are none; those in ``apart`` stand apart from letters.

    All first characters are in one class in front, which a search runs through at the speed of a scan. A text
    that begins with 一 is found in Chinese characters only: digits are met too often.
    """
    rests: dict[str, list[str]] = {}
    for text in texts:
        rests.setdefault(text[0], []).append(text[1:])
    names = sorted(rests, key=lambda character: (character not in _COMMON, character))
    groups = [names[start : start + _TOGETHER] for start in range(0, len(names), _TOGETHER)]
    return _any_of([*rests]) + "(?:" + "|".join(_group(group, rests, apart) for group in groups) + ")"


def _group(names: Sequence[str], rests: Mapping[str, Sequence[str]], apart: frozenset[str]) -> str:
    """Pattern of the texts that begin with one of these characters, right after that character."""
    branches = []
    for name in names:
        only_apart = all(name + rest in apart for rest in rests[name])
        alone = f"(?<![{_WORD}]{_any_of(name)})" if only_apart else ""
        branches.append(f"(?<={_any_of(name)}){alone}{any_of(rests[name], character_pattern, GAP)}")
    return f"(?<={_any_of(names)})(?:{'|'.join(branches)})"


def _any_of(names: Iterable[str]) -> str:
    """Pattern of one of these characters, however it is written."""
    return f"[{re.escape(''.join(map(_any, names)))}]"
