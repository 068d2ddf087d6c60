"""Cells that are words of a small list: match types, ratings, hours, scores."""

from __future__ import annotations

import re

from bidder.keywords.data import Component, MatchType

_MATCH_TYPES: dict[MatchType, tuple[str, ...]] = {
    MatchType.EXACT: (
        "exact", "exact match", "genau passend", "exakt", "exact match (close variant)", "mot clé exact",
        "requête exacte", "concordancia exacta", "exacta", "完全匹配", "精准匹配", "精确匹配", "精准", "精确",
    ),
    MatchType.PHRASE: (
        "phrase", "phrase match", "passende wortgruppe", "wortgruppe", "phrase match (close variant)",
        "expression exacte", "expression", "concordancia de frase", "de frase", "词组匹配", "短语匹配",
        "中心词匹配", "中心词", "短语",
    ),
    MatchType.BROAD: (
        "broad", "broad match", "weitgehend passend", "weitgehend", "broad match modifier", "modified broad",
        "requête large", "large", "concordancia amplia", "amplia", "广泛匹配", "广泛",
    ),
    MatchType.NONE: (
        "none", "targeting_expression", "targeting_expression_predefined", "predefined", "auto", "automatic",
        "ai max", "dsa", "dynamic ad target", "智能匹配", "智能",
    ),
}
_MATCH_WORDS = {word: int(code) for code, words in _MATCH_TYPES.items() for word in words}

_COMPONENTS: dict[Component, tuple[str, ...]] = {
    Component.BELOW_AVERAGE: (
        "below average", "below_average", "unterdurchschnittlich", "inférieur à la moyenne",
        "inferior a la media", "低于平均水平", "低于平均值", "1",
    ),
    Component.AVERAGE: (
        "average", "durchschnittlich", "moyen", "moyenne", "promedio", "平均水平", "平均值", "一般", "2",
    ),
    Component.ABOVE_AVERAGE: (
        "above average", "above_average", "überdurchschnittlich", "supérieur à la moyenne",
        "superior a la media", "高于平均水平", "高于平均值", "3",
    ),
    Component.UNKNOWN: ("unknown", "no data", "0"),
}
_COMPONENT_WORDS = {word: int(code) for code, words in _COMPONENTS.items() for word in words}
_HOUR = re.compile(
    r"(\d{1,2})(?::00(?::00)?)?(?:\s*(?:[-–~至]|to)\s*\d{1,2}(?::(?:00|59)(?::\d\d)?)?)?\s*(?:时|点|h|uhr)?",
    re.ASCII,
)
_CLOCK = re.compile(r"(\d{1,2})(?::00)?\s*([ap])\.?m\.?", re.ASCII)
_SCORE = re.compile(r"(\d{1,2})(?:[.,]0+)?(?:\s*/\s*10|分)?", re.ASCII)


def match_type_of(word: str) -> int | None:
    """Code of a match type; None for a word that is none."""
    return _MATCH_WORDS.get(_small(word))


def component_of(word: str) -> int | None:
    """Code of a rating of a part of quality; None for a word that is none."""
    return _COMPONENT_WORDS.get(_small(word))


def hour_of(word: str) -> int | None:
    """Hour of the day, 0 to 23, of ``7``, ``07:00``, ``7:00 - 8:00``, ``7 AM``; None for anything else."""
    text = _small(word)
    if found := _CLOCK.fullmatch(text):
        hour = int(found.group(1))
        return None if not 1 <= hour <= 12 else hour % 12 + (12 if found.group(2) == "p" else 0)
    found = _HOUR.fullmatch(text)
    return int(found.group(1)) if found and int(found.group(1)) <= 23 else None


def score_of(word: str) -> int | None:
    """A quality score, 1 to 10, or 0 for unknown; None for anything else."""
    found = _SCORE.fullmatch(_small(word))
    return int(found.group(1)) if found and int(found.group(1)) <= 10 else None


def _small(word: str) -> str:
    return " ".join(word.casefold().split())
