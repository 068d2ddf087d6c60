"""One regular expression for many texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

_DEEPEST = 20
"""Common beginnings are shared up to this depth; nested further, texts are listed in full."""


def _plain(text: str) -> str:
    return "".join(map(re.escape, text))


def any_of(texts: Iterable[str], written: Callable[[str], str] = _plain) -> str:
    """A pattern of one of these texts, the longest that fits; texts that begin alike share their beginning.

    What it costs to try it at a position grows with the length of a text, not with their number.

    Parameters
    ----------
    texts : iterable of str
        At least one; an empty one makes the others optional.
    written : callable
        Pattern of a piece of a text; whatever a text is cut into, the pieces' patterns in a row have to be
        a pattern of the whole.
    """
    return _branches(sorted(set(texts)), written, 0)


def _branches(texts: Sequence[str], written: Callable[[str], str], depth: int) -> str:
    """Pattern of sorted texts."""
    if depth >= _DEEPEST:
        return "(?:" + "|".join(written(text) for text in sorted(texts, key=len, reverse=True)) + ")"
    ends, rest = texts[0] == "", [text for text in texts if text]
    parts, begin = [], 0
    for end in range(1, len(rest) + 1):
        if end == len(rest) or rest[end][0] != rest[begin][0]:
            parts.append(_beginning(rest[begin:end], written, depth))
            begin = end
    if not parts:
        return ""
    return f"(?:{'|'.join(parts)}){'?' if ends else ''}"


def _beginning(texts: Sequence[str], written: Callable[[str], str], depth: int) -> str:
    """Pattern of sorted texts that share at least their first character."""
    first, last = texts[0], texts[-1]
    shared = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    if len(texts) == 1:
        return written(first)
    return written(first[:shared]) + _branches([text[shared:] for text in texts], written, depth + 1)
