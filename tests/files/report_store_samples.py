"""Reports made in memory, and what comes of them by plain Python, one row after the other."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pyarrow as pa

from bidder.files.platform_reports.canonical import schema_of
from bidder.keywords.data import DayWeights, MatchType
from bidder.keywords.spec_reports import ReportKind

FIRST, LAST = date(2026, 10, 19), date(2026, 11, 1)
"""Two weeks from a Monday on."""
DAYS = (LAST - FIRST).days + 1
UNITS, MICROS, PARTS = 2**20, 10**6, 10**6
COUNTS = ("impressions", "clicks", "cost", "revenue", "conversions")
NULL = {"max_cpc": None, "first_page_bid": None, "impression_share": None, "revenue": None, "hour": -1}
TEXTS = (
    "campaign", "ad_group", "keyword", "search_term", "device", "audience", "bid_strategy", "platform_id",
    "place", "text",
)


@dataclass
class Rows:
    """A report whose rows are at hand, read in batches of a few rows."""

    file: str
    kind: ReportKind
    columns: tuple[str, ...]
    rows: list[dict]
    batch: int = 3

    def batches(self):
        schema = schema_of(self.kind, self.columns)
        table = pa.Table.from_pylist([{c: row[c] for c in self.columns} for row in self.rows], schema=schema)
        yield from table.to_batches(max_chunksize=self.batch)

    @property
    def facts(self):
        return SimpleNamespace(sha256=f"sha of {self.file}")


def report(file, kind, rows, *, batch=3):
    """A report with the columns of its rows; rows are dictionaries."""
    columns = tuple(dict.fromkeys(name for row in rows for name in row))
    return Rows(file, kind, columns, rows, batch)


def weights_of(weight, maturity):
    ordinals = np.arange(FIRST.toordinal(), LAST.toordinal() + 1)
    return DayWeights(ordinals, np.asarray(weight, float), np.asarray(maturity, float))


def even(maturity=1.0):
    return weights_of(np.ones(DAYS), np.full(DAYS, maturity))


def get(row, name):
    absent = "" if name in TEXTS else NULL.get(name, 0)
    return row.get(name, absent)


def inside(rows):
    return [row for row in rows if FIRST <= row.get("date", LAST) <= LAST]


def key_of(row):
    name = MatchType(get(row, "match_type")).name
    return get(row, "campaign"), get(row, "ad_group"), get(row, "keyword"), name


def units(weights, day):
    """Weight and weight x maturity in whole units."""
    k = day.toordinal() - FIRST.toordinal()
    return round(weights.weight[k] * UNITS), round(weights.weight[k] * weights.maturity[k] * UNITS)


def whole(row, name):
    """A count as it is kept."""
    value = get(row, name) or 0
    return round(value * PARTS) if name == "conversions" else value


def latest(rows, name, before=None):
    """The value that is told last (the highest of the day), and its day."""
    known = [
        (row.get("date", LAST), get(row, name)) for row in rows
        if get(row, name) and (before is None or row.get("date", LAST) < before)
    ]
    return max(known, default=(None, None))


def keyword_reference(keyword_rows, setting_rows, weights):
    """Every field of the keyword table, as a dictionary for each keyword in order."""
    rows, settings = inside(keyword_rows), inside(setting_rows)
    by_key, by_setting = defaultdict(list), defaultdict(list)
    for row in rows:
        by_key[key_of(row)].append(row)
    for row in settings:
        by_setting[key_of(row)].append(row)
    return {
        key: _keyword(by_key[key], by_setting[key], weights) for key in sorted({*by_key, *by_setting})
    }


def _keyword(rows, settings, weights):
    found = {name: sum(whole(row, name) for row in rows) for name in COUNTS}
    found["conversions"] /= PARTS
    for name, column, which, unit in (
        ("weighted_clicks", "clicks", 0, 1), ("matured_clicks", "clicks", 1, 1),
        ("weighted_conversions", "conversions", 0, PARTS), ("weighted_revenue", "revenue", 0, MICROS),
    ):
        total = sum(whole(row, column) * units(weights, row["date"])[which] for row in rows)
        found[name] = total / (UNITS * unit)
    told = {}
    for name in ("max_cpc", "first_page_bid", "quality_score", "expected_ctr", "ad_relevance", "landing_page",
                 "bid_strategy", "platform_id"):
        day, value = latest(settings, name)
        if value is None:
            day, value = latest(rows, name)
        told[name] = day
        nothing = -1 if name in ("max_cpc", "first_page_bid") else "" if name in TEXTS else 0
        found[name] = nothing if value is None else value
    score_day = told["quality_score"]
    found["earlier_quality_score"] = 0
    if score_day is not None:
        found["earlier_quality_score"] = latest([*rows, *settings], "quality_score", score_day)[1] or 0
    week = [r for r in rows if r["date"] > LAST - timedelta(7) and get(r, "impression_share") is not None]
    shown = sum(get(r, "impressions") for r in week)
    parts = sum(round(r["impression_share"] * PARTS) * get(r, "impressions") for r in week)
    found["impression_share"] = parts / shown / PARTS if shown else float("nan")
    return found


def day_reference(rows):
    """Counts by day of the window, and whether there is a row."""
    found = []
    for k in range(DAYS):
        today = [row for row in rows if row["date"] == FIRST + timedelta(k)]
        sums = {name: sum(whole(row, name) for row in today) for name in COUNTS}
        found.append({**sums, "conversions": sums["conversions"] / PARTS, "present": bool(today)})
    return found


def part_reference(rows, part_of, weights):
    """Sums by campaign and part of rows, each once."""
    sums = defaultdict(lambda: defaultdict(int))
    for row in inside(rows):
        weight, matured = units(weights, row["date"])
        cell = sums[get(row, "campaign"), part_of(row)]
        cell["raw_clicks"] += get(row, "clicks")
        cell["clicks"] += get(row, "clicks") * matured
        for name in ("conversions", "cost", "revenue"):
            cell[name] += whole(row, name) * weight
    return {
        key: {"raw_clicks": cell["raw_clicks"], "clicks": cell["clicks"] / UNITS,
              **{name: cell[name] / (UNITS * MICROS) for name in ("conversions", "cost", "revenue")}}
        for key, cell in sums.items()
    }


def same(one, other):
    """Whether two results hold the very same bytes."""
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b, err_msg=field.name)
        elif is_dataclass(a):
            same(a, b)
        else:
            assert a == b, field.name
