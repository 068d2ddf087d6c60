"""Finding keywords that are known by their texts in an account's table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import TYPE_CHECKING

import numpy as np

from bidder.arrays import Ints, Texts
from bidder.keywords.data import MatchType

if TYPE_CHECKING:
    from bidder.keywords.data import KeywordTable

    Names = Sequence[str] | Texts

MATCH_NAMES = {m: m.name.lower() if m is not MatchType.NONE else "" for m in MatchType}
"""How a match type is written."""
_MATCHES = {name: int(match) for match, name in MATCH_NAMES.items()}
PART = 1 << 16
"""Keywords that are looked through at a time."""


def find_keywords(
    table: KeywordTable, campaign: Names, ad_group: Names, keyword: Names, match_type: Names
) -> Ints:
    """Where keywords stand in the table, shape (n,); -1 for those that are not in it."""
    pairs = zip(table.ad_group_campaign.tolist(), table.ad_groups, strict=True)
    groups = {(table.campaigns[c], name): g for g, (c, name) in enumerate(pairs)}
    unknown = repeat(-1)
    group = np.fromiter(map(groups.get, zip(campaign, ad_group, strict=True), unknown), np.int64)
    match = np.fromiter(map(_MATCHES.get, match_type, unknown), np.int64)
    kind = np.where((group < 0) | (match < 0), -1, group * len(MATCH_NAMES) + match)
    there = table.ad_group.astype(np.int64) * len(MATCH_NAMES) + table.match_type
    found = np.full(len(group), -1, dtype=np.int64)
    wanted = np.argsort(kind, kind="stable")[np.count_nonzero(kind < 0) :]
    ordered = np.argsort(there, kind="stable")
    texts, names = table.keyword, np.asarray(keyword, dtype=object)
    for some, rows in _parts(kind[wanted], there[ordered]):
        at, chosen = ordered[rows], wanted[some]
        known = dict(zip(zip(there[at].tolist(), texts[at].tolist(), strict=True), at.tolist(), strict=True))
        asked = zip(kind[chosen].tolist(), names[chosen].tolist(), strict=True)
        found[chosen] = list(map(known.get, asked, unknown))
    return found


def _parts(kinds: Ints, there: Ints) -> Iterator[tuple[slice, slice]]:
    """Parts of what is looked for, and of where it may stand: the same kinds in both, in rising order."""
    start = 0
    while start < len(there):
        end = int(np.searchsorted(there, there[min(start + PART, len(there)) - 1], "right"))
        first, last = np.searchsorted(kinds, there[start]), np.searchsorted(kinds, there[end - 1], "right")
        yield slice(int(first), int(last)), slice(start, end)
        start = end
