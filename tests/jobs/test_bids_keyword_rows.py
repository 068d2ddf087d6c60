"""Keywords are found by their texts where they stand, and nowhere else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.jobs.bids import keyword_rows
from bidder.jobs.bids.keyword_rows import find_keywords
from bidder.jobs.bids.night import key_of
from bidder.jobs.bids.steps import compare
from bidder.keywords.data import KeywordTable, MatchType
from bidder.ledger.records import Changes, Took

NAMES = st.sampled_from(["a", "b", "词", ""])
KEYS = st.tuples(NAMES, NAMES, NAMES, st.sampled_from(["", "exact", "phrase", "broad"]))


def table_of(keys: list[tuple[str, str, str, str]], bids: list[int]) -> KeywordTable:
    """Keywords in the order in which they are given."""
    campaigns = sorted({key[0] for key in keys})
    groups = sorted({key[:2] for key in keys})
    match = [MatchType[key[3].upper()] if key[3] else MatchType.NONE for key in keys]
    group = np.array([groups.index(key[:2]) for key in keys], dtype=np.int32)
    group_campaign = np.array([campaigns.index(g[0]) for g in groups], dtype=np.int32)
    zeros, small, floats = (np.zeros(len(keys), kind) for kind in (np.int64, np.int8, np.float64))
    texts = np.array([key[2] for key in keys], dtype=object)
    return KeywordTable(
        tuple(campaigns), tuple(g[1] for g in groups), group_campaign, texts, np.array(match, dtype=np.int8),
        group_campaign[group], group, zeros, zeros, zeros, zeros, floats, floats, floats, floats, floats,
        np.array(bids, dtype=np.int64), zeros, small, small, small, small, small, floats, texts,
    )


@pytest.mark.parametrize("part", [1, 3, 1 << 16])
@given(held=st.lists(KEYS, unique=True, max_size=12), asked=st.lists(KEYS, max_size=12))
def test_found_where_they_stand(part, held, asked):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyword_rows, "PART", part)
        table = table_of(held, [0] * len(held))
        columns = zip(*asked, strict=True) if asked else ([],) * 4
        found = find_keywords(table, *map(list, columns))
    assert [key_of(table, j) for j in range(len(held))] == held
    assert found.tolist() == [held.index(key) if key in held else -1 for key in asked]


def test_what_became_of_bids():
    keys = [("c", "g", word, "exact") for word in "abcd"]
    table = table_of(keys[:3], [20, 10, 15])
    texts = [np.array(column, dtype=object) for column in zip(*keys, strict=True)]
    old, new, same = np.full(4, 10), np.full(4, 20), np.array([""] * 4, dtype=object)
    changes = Changes(*texts, same, old, new, same, same, old, new.astype(float))
    effects = compare(changes, table)
    assert effects.took.tolist() == [Took.EFFECT, Took.NOT_APPLIED, Took.EDITED, Took.MISSING]
    assert effects.found.tolist() == [20, 10, 15, -1]
