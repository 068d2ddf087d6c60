"""Runs to put into ledgers, and what to hold against what comes out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bidder.ledger.ledger import Ledger, open_ledger
from bidder.ledger.records import Changes, Effects, Run, RunKey, RunState, ScheduleRow, Schedules, Took

DAY = date(2026, 10, 14)
NOW = datetime(2026, 10, 15, 4, 0, 0, 123456, tzinfo=UTC)
SCHEDULES = Schedules(
    (ScheduleRow("brand", 0, 0, 1439, 1.2), ScheduleRow("搜索", 6, 15, 1440, 0.1 + 0.2)),
    (("device", "brand", "mobile", 1 / 3),),
)


def texts(values: Sequence[Any]) -> Any:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def make_changes(n: int, shift: int = 0) -> Changes:
    j = np.arange(shift, shift + n)
    rows = j.tolist()
    return Changes(
        texts([f"campaign {i // 7}" for i in rows]), texts([f"组 {i // 3}" for i in rows]),
        texts([f"=key'word\n\"{i}\" 🎁\\" for i in rows]),
        texts([("exact", "", "broad")[i % 3] for i in rows]),
        texts(["" if i % 2 else f"1~{i}" for i in rows]), j * 10_000 + 500_000, j * 10_000 + 600_001,
        texts([("value", "explore")[i % 2] for i in rows]), texts([("", "max_raise")[i % 2] for i in rows]),
        j * 3, (j + 1) / 7,
    )


def make_effects(n: int) -> Effects:
    kinds = list(Took)
    took = [kinds[i % 4] for i in range(n)]
    found = [-1 if t is Took.MISSING else 10**12 + i for i, t in enumerate(took)]
    return Effects(texts(took), np.array(found, dtype=np.int64))


def key_of(day: date = DAY, account: str = "shop", inputs: str = "b") -> RunKey:
    return RunKey(account, day, "a" * 64, inputs)


def record(
    ledger: Ledger, key: RunKey, *to: RunState, n: int = 5, state: RunState = RunState.PLANNED, shift: int = 0
) -> Run:
    """A run that is recorded and moved on."""
    run = ledger.record(
        key, state, {"alpha": {"ordinary": 0.1}}, make_changes(n, shift), SCHEDULES, now=NOW, who="me"
    )
    for i, one in enumerate(to, 1):
        run = ledger.move(run.run_id, one, now=NOW + timedelta(seconds=i), who="you")
    return run


def fields(record: Any) -> dict[str, Any]:
    """Arrays as lists with their types, for comparison."""
    return {
        f.name: (getattr(record, f.name).dtype, getattr(record, f.name).tolist())
        for f in dataclasses.fields(record)
    }


def opened(url: str, **how: bool) -> Ledger:
    return open_ledger(url, Path("/nowhere"), **how)
