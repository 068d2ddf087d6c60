"""Grouping of report rows beside the same work in plain pandas, each in a process of its own.

Rows are made as they are asked for, and the time that takes is not counted. ``BIDDER_BENCH_HOURLY_ROWS`` sets
the number of hourly rows, for instance::

    BIDDER_BENCH_HOURLY_ROWS=100000000 python -m pytest tests/benchmarks/test_bench_reports.py -k hourly

which pandas is not asked to do: beyond 20 million rows it would need more memory than many machines have.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.files.platform_reports.canonical import schema_of
from bidder.files.platform_reports.store import ReportStore
from bidder.keywords.data import DayWeights
from bidder.keywords.spec_reports import ReportKind

HOURLY_ROWS = int(os.environ.get("BIDDER_BENCH_HOURLY_ROWS", 5_000_000))
PANDAS_ROWS = 20_000_000
BATCH = 65_536
FIRST = date(2026, 8, 1)
KEY = ["campaign", "ad_group", "keyword", "match_type"]
COUNTS = ["impressions", "clicks", "cost", "revenue", "conversions"]
TOLD = ("max_cpc", "quality_score", "expected_ctr", "ad_relevance", "landing_page", "bid_strategy")


class Made:
    """A keyword report whose rows are made when they are read: all keywords of a day (or of an hour), then
    those of the next."""

    kind = ReportKind.KEYWORDS
    file = "made"
    facts = SimpleNamespace(sha256="")

    def __init__(self, rows: int, keywords: int, hourly: bool) -> None:
        self.rows, self.keywords, self.hourly = rows, keywords, hourly
        self.days = -(-rows // (keywords * (24 if hourly else 1)))
        columns = ["date", *KEY, *COUNTS, *(["hour"] if hourly else TOLD)]
        self.schema = schema_of(self.kind, columns)
        self.seconds = 0.0
        """Spent on making rows."""

    def batches(self) -> Iterator[Any]:
        rng = np.random.default_rng(0)
        for low in range(0, self.rows, BATCH):
            begun = time.perf_counter()
            batch = self._batch(np.arange(low, min(low + BATCH, self.rows)), rng)
            self.seconds += time.perf_counter() - begun
            yield batch

    def _batch(self, row: Any, rng: np.random.Generator) -> Any:
        turn, place = np.divmod(row, self.keywords)
        keyword = place * 7919 % self.keywords
        day, hour = np.divmod(turn, 24) if self.hourly else (turn, turn)
        n = len(row)
        clicks = rng.integers(0, 30, n)
        columns = {
            "date": np.datetime64(FIRST) + day, "hour": hour, "campaign": _words("campaign", keyword // 2000),
            "ad_group": _words("ad group", keyword // 20),
            "keyword": _words("a keyword of some words", keyword), "match_type": 1 + keyword % 3,
            "bid_strategy": pa.repeat("Manual CPC", n),
            "impressions": clicks * 20, "clicks": clicks, "cost": clicks * rng.integers(100_000, 900_000, n),
            "revenue": clicks * 1_000_000, "conversions": (clicks > 25).astype(float),
            "max_cpc": 1_000_000 + keyword, "quality_score": keyword % 11,
            **dict.fromkeys(("expected_ctr", "ad_relevance", "landing_page"), keyword % 4),
        }
        arrays = [pa.array(columns[field.name]).cast(field.type) for field in self.schema]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    @property
    def weights(self) -> DayWeights:
        day = np.arange(FIRST.toordinal(), FIRST.toordinal() + self.days)
        return DayWeights(day, 0.5 ** ((day[-1] - day) / 45), np.full(self.days, 0.8))


def _words(text: str, numbers: Any) -> Any:
    digits = pc.utf8_lpad(pa.array(numbers).cast(pa.string()), 8, padding="0")
    return pc.binary_join_element_wise(text, digits, " ")


def by_store(made: Made) -> int:
    """Days, keywords and, for hourly rows, hours of the week; the number of keywords."""
    with ReportStore(FIRST, FIRST + timedelta(made.days - 1)) as store:
        store.add(made)  # type: ignore[arg-type]
        days = store.days()
        table = store.keywords(made.weights)
        store.with_values(days, table, np.ones(len(table)))
        hours = store.hours(made.weights)
    assert (hours is not None) == made.hourly
    assert int(table.clicks.sum()) == int(days.clicks.sum())
    return len(table)


def by_pandas(made: Made) -> int:
    """The same sums; what is told last stands by a sorted ``last``."""
    frame = pa.Table.from_batches(made.batches()).to_pandas()
    day = pd_days(frame)
    weight = made.weights.weight[day]
    frame["weighted_clicks"] = frame["clicks"] * weight
    frame["matured_clicks"] = frame["weighted_clicks"] * 0.8
    frame["weighted_conversions"] = frame["conversions"] * weight
    frame["weighted_revenue"] = frame["revenue"] * weight
    weighted = ["weighted_clicks", "matured_clicks", "weighted_conversions", "weighted_revenue"]
    how = dict.fromkeys([*COUNTS, *weighted], "sum") | ({} if made.hourly else dict.fromkeys(TOLD, "last"))
    table = frame.groupby(KEY).agg(how)
    frame.groupby(day)[COUNTS].sum()
    frame.groupby(day)["clicks"].sum()  # times values
    if made.hourly:
        slot = (day + FIRST.weekday()) % 7 * 24 + frame["hour"].to_numpy()
        frame.groupby(["campaign", slot])[["clicks", "cost", *weighted]].sum()
    return len(table)


def pd_days(frame: Any) -> Any:
    """Day of each row, from the first."""
    import pandas as pd

    day = pd.to_datetime(frame["date"]).to_numpy().astype("datetime64[D]")
    return (day - np.datetime64(FIRST)).astype(int)


def in_own_process(how: str, rows: int, keywords: int, hourly: bool) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, __file__, how, str(rows), str(keywords), str(int(hourly))],
        check=True, capture_output=True, text=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def _said(found: dict[str, Any]) -> str:
    return f"{found['seconds']:.1f} s, {found['megabytes']:.0f} MB of which {found['before']:.0f} before"


def test_a_million_keywords_of_a_day(record):
    ours, theirs = (in_own_process(how, 1_000_000, 1_000_000, False) for how in ("store", "pandas"))
    assert ours["keywords"] == theirs["keywords"] == 1_000_000
    record(
        "1e6 keyword rows of one day added and grouped: time and peak memory of the process (pandas)",
        f"{_said(ours)} ({_said(theirs)})", "about 4 s, below 700 MB",
    )


def test_hourly_rows_of_keywords(record):
    ours = in_own_process("store", HOURLY_ROWS, 50_000, True)
    beside = "not run"
    if HOURLY_ROWS <= PANDAS_ROWS:
        theirs = in_own_process("pandas", HOURLY_ROWS, 50_000, True)
        assert ours["keywords"] == theirs["keywords"]
        beside = _said(theirs)
    record(
        f"{HOURLY_ROWS:,} hourly rows of 50,000 keywords: time and peak memory of the process (pandas)",
        f"{_said(ours)} ({beside})", "memory that does not grow with the rows",
    )


def _peak_megabytes() -> float:
    import resource

    status = Path("/proc/self/status")
    if status.exists():  # getrusage would also count the process that this one was forked from
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main() -> None:
    how, rows, keywords, hourly = sys.argv[1], *map(int, sys.argv[2:])
    made = Made(rows, keywords, bool(hourly))
    next(made.batches())
    before = _peak_megabytes()
    made.seconds, begun = 0.0, time.perf_counter()
    found = {"store": by_store, "pandas": by_pandas}[how](made)
    seconds = time.perf_counter() - begun - made.seconds
    print(json.dumps({
        "keywords": found, "seconds": seconds, "megabytes": _peak_megabytes(), "before": before,
    }))


if __name__ == "__main__":
    _main()
