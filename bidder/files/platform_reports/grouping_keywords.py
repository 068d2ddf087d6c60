"""The keyword table, grouped a range of keywords at a time so that memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.arrays import Codes, Ints, Texts
from bidder.files.platform_reports.grouping import day_table, recent_bid, total, unweighted, weighted
from bidder.files.platform_reports.store_kept import KeptRows
from bidder.files.platform_reports.store_listing import POSITIONS, Listing
from bidder.files.platform_reports.store_rows import COUNTS, PARTS, table_of
from bidder.keywords.data import RECENT_POWER, UNKNOWN_MONEY, DayWeights, KeywordTable, RecentBids, Small
from bidder.keywords.spec_reports import ReportKind
from bidder.money import MICROS

RANGE = 131_072
"""Keywords that are grouped at a time."""
SHARE_DAYS = 7
_WEIGHTED = {"weighted_clicks": 1, "matured_clicks": 1, "weighted_conversions": PARTS,
             "weighted_revenue": MICROS}
_HIGHEST_BID = 10**12
"""Micros: above it a bid counts as this one where powers are summed, which then have room in 64 bits."""
_BIDS = ("max_cpc", "first_page_bid")
_SMALL = ("quality_score", "expected_ctr", "ad_relevance", "landing_page")
_CODES = (*_SMALL, "bid_strategy")
# A value with its day before it, in one number, so that the largest one is the latest (and of several on a
# day, such as those of its hours, the highest). No bid comes near 2**50 micros.
_ROOM = {**dict.fromkeys(_BIDS, 2**50), **dict.fromkeys(_CODES, 2**31)}

Arrays = dict[str, Any]


def keyword_table(kept: KeptRows, weights: DayWeights) -> KeywordTable:
    """Keywords of keyword reports and settings; what settings tell stands above what reports tell."""
    listing = kept.listing()
    size = len(listing)
    arrays = _empty(size)
    columns = {**_sums(kept), **_latest(kept, ReportKind.KEYWORDS)}
    for where, found in _by_range(kept, ReportKind.KEYWORDS, columns, size, day_table(kept, weights)):
        _put(arrays, where, found)
    for where, found in _by_range(kept, ReportKind.SETTINGS, _latest(kept, ReportKind.SETTINGS), size):
        _put(arrays, where, found)
    strategies = np.array(kept.codes["bid_strategy"].texts, dtype=object)
    arrays["bid_strategy"] = strategies[arrays["bid_strategy"]]
    recent = RecentBids(*(arrays.pop(f"recent_{name}") for name in ("bid", "rows", "cost")))
    earlier = _earlier_quality(kept, arrays.pop("quality_day"))
    return KeywordTable(
        **_names(listing), **arrays, earlier_quality_score=earlier,
        platform_id=_platform_ids(kept, listing), recent=recent if recent.rows.any() else None,
    )


def _names(listing: Listing) -> Arrays:
    """Campaigns, ad groups and keywords; only those of the list."""
    used, ad_group = np.unique(listing.ad_group, return_inverse=True)
    ranks, campaign = np.unique(listing.ad_group_campaign[used], return_inverse=True)
    of_group = campaign.astype(np.int32)
    return {
        "campaigns": tuple(listing.campaigns[k] for k in ranks),
        "ad_groups": tuple(listing.ad_groups.take(pa.array(used)).to_pylist()),
        "ad_group_campaign": of_group, "campaign": of_group[ad_group], "ad_group": ad_group.astype(np.int32),
        "keyword": listing.keyword.to_numpy(zero_copy_only=False), "match_type": listing.match_type,
    }


def _empty(size: int) -> Arrays:
    """The table's columns when nothing is known."""
    arrays: Arrays = {name: np.zeros(size, dtype=np.int64) for name in COUNTS if name != "conversions"}
    arrays |= {name: np.zeros(size) for name in ("conversions", *_WEIGHTED)}
    arrays |= {name: np.full(size, UNKNOWN_MONEY, dtype=np.int64) for name in _BIDS}
    arrays |= {name: np.zeros(size, dtype=np.int8) for name in _SMALL}
    arrays["bid_strategy"] = np.zeros(size, dtype=np.int32)
    arrays["quality_day"] = np.full(size, -1, dtype=np.int32)
    arrays["impression_share"] = np.full(size, np.nan)
    arrays |= {name: np.zeros(size, dtype=np.int64) for name in ("recent_cost", "recent_rows")}
    arrays["recent_bid"] = np.full(size, np.nan)
    return arrays


def _put(arrays: Arrays, where: Ints, found: Arrays) -> None:
    """Put grouped columns in their places, in their own units; what is not known leaves a place as it is."""
    for name, values in found.items():
        if name in _WEIGHTED:
            arrays[name][where] = unweighted(values, _WEIGHTED[name])
        elif name == "conversions":
            arrays[name][where] = values / PARTS
        elif name in _ROOM:
            known = values >= 0
            arrays[name][where[known]] = values[known] % _ROOM[name]
            if name == "quality_score":
                arrays["quality_day"][where[known]] = values[known] // _ROOM[name]
        elif name == "recent_bid":
            arrays[name][where] = values ** (1 / RECENT_POWER)
        elif name == "impression_share":
            arrays[name][where[values >= 0]] = values[values >= 0]
        else:
            arrays[name][where] = values


def _by_range(
    kept: KeptRows, kind: ReportKind, columns: dict[str, str], size: int, days: Any = None
) -> Iterator[tuple[Ints, Arrays]]:
    """Rows of the keyword table and their grouped columns; none for keywords without a row."""
    if not columns or not kept.has(kind):
        return
    named = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    tables = {} if days is None else {"days": days}
    joined = "" if days is None else "JOIN days USING (day) "
    for low in range(0, size, RANGE):
        found = kept.database.columns(
            f"SELECT position, {named} FROM {table_of(kind)} JOIN {POSITIONS} USING (entry) {joined}"
            f"WHERE position BETWEEN {low} AND {low + RANGE - 1} GROUP BY position", **tables,
        )
        yield found.pop("position"), found


def _sums(kept: KeptRows) -> dict[str, str]:
    """SQL of the sums by name."""
    columns = {name: total(name) for name in COUNTS}
    columns |= {name: weighted(kept, name) for name in _WEIGHTED}
    if kept.has(ReportKind.KEYWORDS, "impression_share"):
        told = f"FILTER (WHERE day >= {kept.days - SHARE_DAYS} AND impression_share IS NOT NULL)"
        parts = f"(sum(impression_share::HUGEINT * impressions) {told})::DOUBLE"
        whole = f"nullif(sum(impressions) {told}, 0)::DOUBLE"
        columns["impression_share"] = f"coalesce({parts} / {whole} / {PARTS}, -1)"
    if kept.has(ReportKind.KEYWORDS, "max_cpc"):
        told = f"FILTER (WHERE {recent_bid(kept)})"
        power = f"round(pow(least(max_cpc, {_HIGHEST_BID}), {RECENT_POWER}))::BIGINT"
        columns["recent_rows"] = f"count(*) {told}"
        columns["recent_cost"] = f"coalesce(sum(cost) {told}, 0)::BIGINT"
        columns["recent_bid"] = (
            f"coalesce((sum({power}) {told})::DOUBLE / nullif(count(*) {told}, 0), 'NaN'::DOUBLE)"
        )
    return columns


def _latest(kept: KeptRows, kind: ReportKind) -> dict[str, str]:
    """SQL of the latest value that is known, with its day, by name; -1 where none is."""
    columns = {}
    for name, room in _ROOM.items():
        if kept.has(kind, name):
            known = f"{name} IS NOT NULL" if name in _BIDS else f"{name} > 0"
            value = f"day::BIGINT * {room} + least({name}::BIGINT, {room - 1})"
            columns[name] = f"max(CASE WHEN {known} THEN {value} ELSE -1 END)"
    return columns


def _earlier_quality(kept: KeptRows, day: Codes) -> Small:
    """The score on the last day before ``day`` that tells one; 0 where there is none."""
    earlier = np.full(len(day), -1, dtype=np.int64)
    limits = pa.table({"position": np.arange(len(day), dtype=np.int32), "score_day": day})
    for kind in (ReportKind.KEYWORDS, ReportKind.SETTINGS):
        if kept.has(kind, "quality_score"):
            before = kept.database.columns(
                "SELECT position, max(day::BIGINT * 16 + quality_score) AS score "
                f"FROM {table_of(kind)} JOIN {POSITIONS} USING (entry) JOIN limits USING (position) "
                "WHERE quality_score > 0 AND day < score_day GROUP BY position", limits=limits,
            )
            where = before["position"]
            earlier[where] = np.maximum(earlier[where], before["score"])
    return np.where(earlier >= 0, earlier % 16, 0).astype(np.int8)


def _platform_ids(kept: KeptRows, listing: Listing) -> Texts | None:
    """Each keyword's id: that of its settings, else of its latest row, else none ("")."""
    told = pc.not_equal(listing.platform_id, "").to_numpy(zero_copy_only=False)
    if not told.any():
        return None
    ids = np.full(len(listing), "", dtype=object)
    entry, position = listing.entry[told], listing.entry_position[told]
    newest = [kept.newest(kind)[entry] for kind in (ReportKind.SETTINGS, ReportKind.KEYWORDS)]
    texts = np.asarray(listing.platform_id.to_numpy(zero_copy_only=False), dtype=object)[told]
    # Entries of a keyword stand in the order of their ids, which decides where nothing else does.
    order = np.lexsort((np.arange(len(entry)), newest[1], newest[0]))
    ids[position[order]] = texts[order]
    return ids
