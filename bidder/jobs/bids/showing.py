"""What a run changes, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidder.errors import LockedError
from bidder.files.tables import unguard
from bidder.jobs.bids.config import load_bids
from bidder.jobs.bids.output import BIDS_COLUMNS, BIDS_FILE
from bidder.jobs.bids.runs import RunFolder, read_columns
from bidder.money import MICROS

if TYPE_CHECKING:
    from bidder.ledger.records import Run

TEXTS = ("campaign", "ad_group", "keyword", "match_type", "reason", "bound_by")
NUMBERS = ("value_per_click", "conversions", "cvr", "order_value")
BIDS = {name: name.removesuffix("_max_cpc") for name in BIDS_COLUMNS if name.endswith("_max_cpc")}


@dataclass(frozen=True)
class Shown:
    """Rows of bids.csv as plain data; money in micros, the value of a click in currency units."""

    records: list[dict[str, Any]]


def look(run: RunFolder, top: int, keyword: str | None) -> Shown:
    """The biggest movers by relative change times clicks, or every keyword that contains a text."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    table = read_columns(run.path / BIDS_FILE)
    if keyword is not None:
        return Shown(_records(table.filter(pc.match_substring(table["keyword"], keyword, ignore_case=True))))
    table = table.filter(pc.not_equal(table["old_max_cpc"], table["new_max_cpc"]))
    old, new = (pc.cast(table[name], pa.float64()).to_numpy() for name in ("old_max_cpc", "new_max_cpc"))
    clicks = pc.cast(table["clicks"], pa.float64()).to_numpy()
    moved = np.abs(np.log(new / old)) * (clicks + 1)
    order = np.argsort(-moved, kind="stable")[:top]
    return Shown(_records(table.take(pa.array(order))))


def _records(table: Any) -> list[dict[str, Any]]:
    out = []
    for row in table.to_pylist():
        record: dict[str, Any] = {name: unguard(row[name]) for name in TEXTS}
        record |= {name: float(row[name]) for name in NUMBERS}
        record |= {ours: _micros(row[name]) for name, ours in BIDS.items()}
        out.append({**record, "clicks": int(row["clicks"])})
    return out


def _micros(text: str) -> int | None:
    from decimal import Decimal

    return int(Decimal(text) * MICROS) if text else None


def nights(config: str | Path, limit: int, overrides: Sequence[str] = ()) -> list[Run]:
    """The runs of an account in its ledger, newest first.

    Raises
    ------
    LockedError
        When there are none yet.
    """
    from bidder.ledger.ledger import open_ledger

    loaded = load_bids(config, overrides)
    with open_ledger(loaded.spec.ledger, loaded.folder, read_only=True) as ledger:
        runs = ledger.history(loaded.spec.account.name, limit)
    if not runs:
        raise LockedError(f"the ledger has no night of {loaded.spec.account.name} yet")
    return runs
