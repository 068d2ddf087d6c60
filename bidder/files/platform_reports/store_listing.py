"""The keywords of all reports in their order, and which of them each kept row is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.arrays import Bools, Codes, Ints
from bidder.files.platform_reports.store_database import Database
from bidder.keywords.data import MatchType

PLACES = "places"
"""Table of ad groups: number, campaign, ad_group."""
ENTRIES = "entries"
"""Table of keywords as reports name them: number, place, keyword, match_type, platform_id."""
POSITIONS = "positions"
"""Table of entry, keyword, position, place, campaign: ``keyword`` is the same for entries that differ in
their platform id alone, ``position`` is the row of the keyword table or -1, ``campaign`` the rank of the
campaign among all."""


@dataclass(frozen=True)
class Listing:
    """Keywords of keyword reports and settings: J of them, in the order of the keyword table.

    Attributes
    ----------
    campaigns : tuple of str
        Of all reports, in order.
    ad_groups : pyarrow.Array of string
        Of all reports, in the order of campaign and ad group.
    ad_group_campaign : ndarray of int32
        Campaign of each ad group.
    ad_group : ndarray of int32, shape (J,)
    keyword : pyarrow.Array of string, length J
    match_type : ndarray of int8, shape (J,)
    entry, entry_position : ndarray of int32
        Every entry of these keywords, and the keyword's row.
    platform_id : pyarrow.Array of string
        Of each of these entries.
    """

    campaigns: tuple[str, ...]
    ad_groups: Any
    ad_group_campaign: Codes
    ad_group: Codes
    keyword: Any
    match_type: Codes
    entry: Codes
    entry_position: Codes
    platform_id: Any

    def __len__(self) -> int:
        return len(self.keyword)


def list_keywords(database: Database, listed: Bools) -> Listing:
    """Put all keywords in order and note in the database what each entry is about.

    Parameters
    ----------
    database : Database
    listed : ndarray of bool, shape (entries,)
        Whether an entry stands in keyword reports or settings, which make up the keyword table.
    """
    places = database.table(f"SELECT number, campaign, ad_group FROM {PLACES} ORDER BY campaign, ad_group")
    campaigns, campaign = _ranked(places.column("campaign").combine_chunks())
    rank = np.empty(len(places), dtype=np.int32)
    rank[places.column("number").to_numpy()] = np.arange(len(places), dtype=np.int32)
    entries = _sorted_entries(database, rank)
    number, place = entries.column("number").to_numpy(), entries.column("rank").to_numpy()
    keyword = entries.column("keyword").combine_chunks()
    match_type = entries.column("match_type").to_numpy()
    same = _same_as_before(place, match_type, keyword)
    group = np.cumsum(~same, dtype=np.int32) - 1
    position, first = _positions(group, listed[number])
    database.run(f"CREATE OR REPLACE TABLE {POSITIONS} AS SELECT * FROM found", found=pa.table({
        "entry": number, "keyword": group, "position": position, "place": place,
        "campaign": campaign[place] if len(place) else place,
    }))
    in_list = np.flatnonzero(position >= 0)
    platform_ids = entries.column("platform_id").combine_chunks().take(pa.array(in_list))
    return Listing(
        campaigns, places.column("ad_group").combine_chunks(), campaign, place[first],
        keyword.take(pa.array(first)), match_type[first],
        number[in_list], position[in_list], platform_ids,
    )


def _sorted_entries(database: Database, rank: Codes) -> Any:
    by_name = sorted(MatchType, key=lambda match: match.name)
    order = ", ".join(str(by_name.index(match)) for match in MatchType)
    return database.table(
        f"SELECT number, rank, keyword, match_type, platform_id FROM {ENTRIES} JOIN ranks USING (place) "
        f"ORDER BY rank, keyword, [{order}][match_type + 1], platform_id",
        ranks=pa.table({"place": np.arange(len(rank), dtype=np.int32), "rank": rank}),
    )


def _ranked(ordered: Any) -> tuple[tuple[str, ...], Codes]:
    """Distinct texts of a sorted column, and the rank of each row's text."""
    encoded = ordered.dictionary_encode()
    return tuple(encoded.dictionary.to_pylist()), encoded.indices.to_numpy()


def _same_as_before(place: Codes, match_type: Codes, keyword: Any) -> Bools:
    """Whether a row has the keyword of the row before it."""
    same = np.zeros(len(place), dtype=np.bool_)
    if len(place) > 1:
        texts = pc.equal(keyword[1:], keyword[:-1]).to_numpy(zero_copy_only=False)
        same[1:] = texts & (place[1:] == place[:-1]) & (match_type[1:] == match_type[:-1])
    return same


def _positions(group: Codes, listed: Bools) -> tuple[Codes, Ints]:
    """Row of the keyword table by entry (-1 for none), and the first entry of each row."""
    groups = int(group[-1]) + 1 if len(group) else 0
    counted = np.zeros(groups, dtype=np.bool_)
    counted[group[listed]] = True
    row = np.where(counted, np.cumsum(counted, dtype=np.int32) - 1, -1).astype(np.int32)
    first = np.searchsorted(group, np.flatnonzero(counted))
    return row[group], first
