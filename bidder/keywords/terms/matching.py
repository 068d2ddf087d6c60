"""One regular expression for many texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

_DEEPEST = 20
"""Common beginnings are shared up to this depth; nested further, texts are listed in full."""


def any_of(texts: Iterable[str], written: Callable[[str], str] = re.escape, between: str = "") -> str:
    """A pattern of one of these texts, the longest that fits; texts that begin alike share their beginning.

    What it costs to try it at a position grows with the length of a text, not with their number.

    Parameters
    ----------
    texts : iterable of str
        At least one; an empty one makes the others optional.
    written : callable
        Pattern of a character.
    between : str
        Pattern of what stands before each character, the first one too.
    """
    return _Writer(written, between).branches(sorted(set(texts)), 0)


@dataclass(frozen=True)
class _Writer:
    written: Callable[[str], str]
    between: str

    def branches(self, texts: Sequence[str], depth: int) -> str:
        """Pattern of sorted texts, the longest first."""
        rest = [text for text in texts if text]
        if not rest:
            return ""
        if depth < _DEEPEST:
            parts = [self._beginning(group, depth) for group in _alike(rest)]
        else:
            parts = [self._whole(text) for text in sorted(rest, key=len, reverse=True)]
        pattern = f"{self.between}(?:{'|'.join(parts)})"
        return pattern if len(rest) == len(texts) else f"(?:{pattern})?"

    def _beginning(self, texts: Sequence[str], depth: int) -> str:
        """Pattern of sorted texts that share at least their first character."""
        first, last = texts[0], texts[-1]
        pairs = enumerate(zip(first, last, strict=False))
        shared = next((i for i, (a, b) in pairs if a != b), len(first))
        return self._whole(first[:shared]) + self.branches([text[shared:] for text in texts], depth + 1)

    def _whole(self, text: str) -> str:
        return self.between.join(map(self.written, text))


def _alike(texts: Sequence[str]) -> list[list[str]]:
    """Sorted texts by their first character."""
    groups: dict[str, list[str]] = {}
    for text in texts:
        groups.setdefault(text[0], []).append(text)
    return list(groups.values())
