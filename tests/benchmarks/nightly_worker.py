"""One job in a process of its own; prints the CPU seconds and peak memory that it took as JSON.

``nightly_worker.py pandas`` is the night in plain pandas, any other words are those of the command line.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

TARGET = 4.0


def with_pandas() -> None:
    """Read, sum, shrink conversion rates to their campaign's, bid, compare; a table, a sheet, a database."""
    import sqlite3

    import numpy as np
    import pandas as pd

    key = ["campaign", "ad_group", "keyword", "match_type"]
    counts = ["impressions", "clicks", "cost", "conversions", "revenue"]
    frame = pd.concat(pd.read_csv(file) for file in sorted(Path("reports").glob("*.csv")))
    how = dict.fromkeys(counts, "sum") | {"max_cpc": "last", "quality_score": "last"}
    table = frame.groupby(key).agg(how).reset_index()
    campaigns = table.groupby("campaign")[["clicks", "conversions"]].transform("sum")
    mean = campaigns["conversions"] / campaigns["clicks"]
    table["cvr"] = (table["conversions"] + 50 * mean) / (table["clicks"] + 50)
    order_value = table["revenue"].sum() / table["conversions"].sum()
    table["value_per_click"] = (table["cvr"] * order_value).round(6)
    old = table["max_cpc"]
    wanted = (table["value_per_click"] / TARGET).clip(old * 0.7, old * 1.2).clip(0.05, 20)
    table["new_max_cpc"] = np.floor(wanted * 100) / 100
    table["reason"] = np.where(table["new_max_cpc"] == old, "", "value")
    changed = table[table["new_max_cpc"] != old]
    Path("pandas").mkdir(exist_ok=True)
    table.to_csv("pandas/bids.csv", index=False)
    sheet = changed[[*key, "new_max_cpc"]]
    sheet.to_csv("pandas/sheet.csv", index=False, sep="\t", encoding="utf-16", lineterminator="\r\n")
    Path("pandas/ledger.db").unlink(missing_ok=True)
    with sqlite3.connect("pandas/ledger.db") as database:
        changed.to_sql("changes", database, index=False)


def with_bidder(words: list[str]) -> None:
    """The command line."""
    from bidder.cli.main import run

    code = run(words)
    if code:
        sys.exit(code)


def _megabytes() -> float:
    """Peak memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage would also count the process that this one was forked from
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:] == ["pandas"]:
        with_pandas()
    else:
        with_bidder(sys.argv[1:])
    print(json.dumps({"cpu": time.process_time(), "megabytes": _megabytes()}))
