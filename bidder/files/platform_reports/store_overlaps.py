"""Rows that two reports both hold, so that summing them would count them twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations_with_replacement

from bidder.errors import Place, Problem
from bidder.files.platform_reports.store_database import Database
from bidder.files.platform_reports.store_listing import ENTRIES, PLACES, POSITIONS
from bidder.files.platform_reports.store_rows import table_of
from bidder.keywords.spec_reports import ReportKind

KEY_COLUMNS = (
    "hour", "device", "audience", "campaign", "ad_group", "keyword", "match_type", "search_term", "bid",
    "lag_days",
)
"""Besides the date, what tells one row of a report from another."""
_SEGMENTS = {"device", "audience"}
_MOST = 20
"""Pairs of files that are named."""


@dataclass
class Source:
    """A report that has been added.

    Attributes
    ----------
    file : str
    kind : ReportKind
    key : frozenset of str
        Which of :data:`KEY_COLUMNS` it has.
    days : set of int
        Its days in the window, counted from the first.
    dated : bool
        Whether it has dates; without them its rows are of the last day.
    """

    file: str
    kind: ReportKind
    key: frozenset[str] = frozenset()
    days: set[int] = field(default_factory=set)
    dated: bool = False


def overlaps(database: Database, sources: Sequence[Source], first: date) -> list[Problem]:
    """One problem for each two reports of a kind that hold the same row.

    Rows are the same when they agree in all of the key columns that both reports have: a report by day and
    one by day and device hold the same clicks. Reports by device and reports by audience may stand side by
    side, and so may the same text of an ad.
    """
    problems: list[Problem] = []
    for kind in ReportKind:
        if kind is not ReportKind.ADS:
            problems += _overlaps_of(database, kind, sources, first)
    return problems


def _overlaps_of(
    database: Database, kind: ReportKind, sources: Sequence[Source], first: date
) -> Iterator[Problem]:
    numbers = [k for k, source in enumerate(sources) if source.kind is kind]
    seen: set[int] = set()
    shared: set[int] = set()
    for number in numbers:
        shared |= seen & sources[number].days
        seen |= sources[number].days
    if not shared:
        return
    shapes = sorted({sources[k].key for k in numbers}, key=sorted)
    by = "day, campaign" if all("campaign" in key for key in shapes) else "day"
    database.run(f"CREATE OR REPLACE TEMP TABLE shared AS {_several(kind, shared, by)}")
    for one, other in combinations_with_replacement(shapes, 2):
        if kind is ReportKind.SEGMENTS and not one & other & _SEGMENTS:
            continue
        mine = [k for k in numbers if sources[k].key == one]
        others = [k for k in numbers if sources[k].key == other]
        rows = database.table(_pairs(kind, by, one & other, mine, others))
        for row in rows.to_pylist():
            yield _problem(database, sources, row, first)


def _several(kind: ReportKind, days: set[int], by: str) -> str:
    """Query for the days, or days and campaigns, that stand in several reports: few of many, as a rule."""
    named = ", ".join(map(str, sorted(days)))
    return (
        f"SELECT {by} FROM {table_of(kind)} JOIN {POSITIONS} USING (entry) "
        f"WHERE day IN ({named}) GROUP BY {by} HAVING min(source) < max(source)"
    )


def _pairs(kind: ReportKind, by: str, key: frozenset[str], mine: list[int], others: list[int]) -> str:
    """Query for pairs of reports, the number of rows both hold, and one of them."""
    columns = ", ".join(["r.day", *(_expression(name, key) for name in sorted(key))])
    both = ", ".join(map(str, sorted({*mine, *others})))
    own = ", ".join(map(str, mine))
    if mine == others:
        first, second = "min(source)", "max(source)"
    else:
        first = f"min(source) FILTER (WHERE source IN ({own}))"
        second = f"min(source) FILTER (WHERE source NOT IN ({own}))"
    inner = (
        f"SELECT {first} AS a, {second} AS b, min(r.day::BIGINT * 4294967296 + p.keyword) AS example "
        f"FROM {table_of(kind)} r JOIN {POSITIONS} p USING (entry) "
        f"SEMI JOIN shared USING ({by}) WHERE source IN ({both}) GROUP BY {columns}"
    )
    return (
        f"SELECT least(a, b) AS a, greatest(a, b) AS b, count(*) AS rows, min(example) AS example "
        f"FROM ({inner}) WHERE a <> b GROUP BY ALL ORDER BY ALL LIMIT {_MOST}"
    )


def _expression(name: str, key: frozenset[str]) -> str:
    """SQL of a key column of a row ``r`` whose entry is ``p``."""
    whole = {"campaign", "ad_group", "keyword", "match_type"}
    if name == "keyword" and whole <= key:
        return "p.keyword"  # which stands for all four of them; else texts have to tell
    if name == "campaign":
        return "p.campaign"
    if name == "ad_group":
        return "p.place"
    if name in ("keyword", "match_type"):
        return f"(SELECT e.{name} FROM {ENTRIES} e WHERE e.number = r.entry)"
    return f"r.{name}"


def _problem(database: Database, sources: Sequence[Source], row: dict[str, int], first: date) -> Problem:
    day, keyword = divmod(row["example"], 2**32)
    named = database.table(
        f"SELECT min(l.campaign) AS campaign, min(l.ad_group) AS ad_group, min(e.keyword) AS keyword "
        f"FROM {POSITIONS} p JOIN {ENTRIES} e ON e.number = p.entry JOIN {PLACES} l ON l.number = e.place "
        f"WHERE p.keyword = {keyword}"
    ).to_pylist()[0]
    about = ", ".join(f"{name.replace('_', ' ')} {text!r}" for name, text in named.items() if text)
    one, other = sources[row["a"]], sources[row["b"]]
    when = f"{first + timedelta(days=day)}, " if one.dated or other.dated else ""
    why = "which one stands is not told" if one.kind is ReportKind.SETTINGS else "they would be counted twice"
    message = f"{row['rows']:,} of its rows stand in {one.file} too, such as {when}{about}: {why}"
    return Problem(message, "each row in one report", place=Place(other.file))
