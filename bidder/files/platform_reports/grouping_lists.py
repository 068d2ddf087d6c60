"""Search terms, bid landscapes, lags of conversions, and texts of ads."""

from __future__ import annotations

from typing import Any

import numpy as np

from bidder.arrays import Ints, Texts
from bidder.files.platform_reports.grouping import total
from bidder.files.platform_reports.store_kept import KeptRows
from bidder.files.platform_reports.store_listing import ENTRIES, PLACES, POSITIONS
from bidder.files.platform_reports.store_rows import COUNTS, PARTS, table_of
from bidder.keywords.data import AdTable, KeywordTable, LagTable, LandscapePoints, TermTable
from bidder.keywords.spec_reports import ReportKind
from bidder.money import MICROS


def term_table(kept: KeptRows) -> TermTable | None:
    """Search terms by ad group; of several keywords that matched, the one with the most clicks is named."""
    kept.listing()
    if not kept.has(ReportKind.TERMS):
        return None
    sums = ", ".join(f"{total(name)} AS {name}" for name in COUNTS)
    found = kept.database.table(
        f"WITH each AS (SELECT place, search_term, keyword, {sums} FROM {table_of(ReportKind.TERMS)} t "
        f"JOIN {ENTRIES} e ON e.number = t.entry GROUP BY place, search_term, keyword) "
        f"SELECT campaign, ad_group, search_term, {sums}, "
        "first(keyword ORDER BY clicks DESC, impressions DESC, keyword) AS keyword "
        f"FROM each JOIN {PLACES} l ON l.number = each.place GROUP BY campaign, ad_group, search_term "
        "ORDER BY campaign, ad_group, search_term"
    )
    columns: dict[str, Any] = {name: found.column(name).to_numpy() for name in found.column_names}
    columns["conversions"] = columns["conversions"] / PARTS
    return TermTable(term=columns.pop("search_term"), **columns)


def ad_table(kept: KeptRows) -> AdTable | None:
    """Each text of an ad once, in the order of campaign, ad group, place and text."""
    kept.listing()
    if not kept.has(ReportKind.ADS):
        return None
    names = ("campaign", "ad_group", "place", "text")
    found = kept.database.table(
        f"SELECT DISTINCT l.campaign, l.ad_group, a.place, a.text FROM {table_of(ReportKind.ADS)} a "
        f"JOIN {ENTRIES} e ON e.number = a.entry JOIN {PLACES} l ON l.number = e.place ORDER BY ALL"
    )
    return AdTable(*(_texts(found.column(name)) for name in names))


def lag_table(kept: KeptRows, last: int) -> LagTable | None:
    """Conversions by age of the click's day on ``last`` (an ordinal) and lag; what came later is left out."""
    kept.listing()
    if not kept.has(ReportKind.LAGS):
        return None
    end = last - kept.first
    found = kept.database.columns(
        f"SELECT {end} - day AS age, lag_days AS lag, {total('conversions')} AS conversions "
        f"FROM {table_of(ReportKind.LAGS)} WHERE lag_days BETWEEN 0 AND {end} - day "
        "GROUP BY age, lag ORDER BY age, lag"
    )
    age, lag = found["age"].astype(np.int64), found["lag"].astype(np.int64)
    return LagTable(age, lag, found["conversions"] / PARTS)


def landscape_points(kept: KeptRows, table: KeywordTable) -> LandscapePoints | None:
    """Bid simulator points of the table's keywords; of several days, those of the keyword's last one."""
    if len(kept.listing()) != len(table):
        raise ValueError(f"a table of {len(table)} keywords is not this store's")
    if not kept.has(ReportKind.LANDSCAPE):
        return None
    rows = table_of(ReportKind.LANDSCAPE)
    found = kept.database.columns(
        f"WITH told AS (SELECT * FROM {rows} JOIN {POSITIONS} USING (entry) "
        "WHERE position >= 0 AND bid IS NOT NULL), "
        "newest AS (SELECT position, max(day) AS day FROM told GROUP BY position) "
        "SELECT position::BIGINT AS position, bid, max(clicks) AS clicks, max(coalesce(cost, 0)) AS cost, "
        "max(coalesce(revenue, -1)) AS revenue FROM told JOIN newest USING (position, day) "
        "GROUP BY position, bid ORDER BY position, bid"
    )
    revenue: Ints = found["revenue"]
    return LandscapePoints(
        found["position"], found["bid"], found["clicks"], found["cost"] / MICROS,
        np.where(revenue >= 0, revenue / MICROS, np.nan),
    )


def _texts(column: Any) -> Texts:
    texts: Texts = column.to_numpy()
    return texts
