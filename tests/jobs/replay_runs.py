"""Small logs and experiments for tests of the replay job."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np

from bidder.jobs.replay import ReplayOutcome, run_replay

DAY = 86_400_000_000
START = 1_792_454_400_000_000  # 2026-10-20 00:00 UTC

EXPERIMENT = """\
name: small
log: {reader: csv, path: log.csv, unit: fen, per_currency: 100, currency: CNY}
bids: {max: 300}
episodes: {auctions: 100, budget: [1500, 4000]}
strategies:
  - {name: flat, kind: constant, bid: 40}
  - {name: lin, kind: linear, base_bid: [20, 40, 80], average_ctr: 0.1}
seed: 7
"""
"""Two strategies, two budgets, one swept field."""

NAMES = ("ts", "campaign", "market_price", "pctr", "click", "user")


def write_log(
    folder: Path, rows: int = 1000, seed: int = 1, days: int = 10, name: str = "log.csv", noise_from: int = 0
) -> Path:
    """Write a timed log; from row ``noise_from`` on it is another one."""
    columns = _columns(rows, seed, days)
    if noise_from:
        for column, other in zip(columns, _columns(rows, seed + 1, days), strict=True):
            column[noise_from:] = other[noise_from:]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(NAMES)
    ts, price, pctr, click, user = (column.tolist() for column in columns)
    writer.writerows((ts[i], "feed", price[i], pctr[i], click[i], user[i]) for i in range(rows))
    path = folder / name
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def _columns(rows: int, seed: int, days: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    ts = START + np.sort(np.arange(rows) * (days * DAY // rows))
    price = np.floor(rng.gamma(2.0, 25.0, rows)).astype(np.int64)
    pctr = np.round(rng.beta(2, 18, rows), 6)
    click = (rng.random(rows) < pctr).astype(np.int64)
    return [ts, price, pctr, click, rng.integers(1, 50, rows)]


def experiment(folder: Path, *replacements: tuple[str, str], log: bool = True) -> Path:
    """Write the experiment, with parts of its text replaced, and its log."""
    text = EXPERIMENT
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    if log:
        write_log(folder)
    return path


def run(config: Path, out: str = "out", **options: object) -> ReplayOutcome:
    """Run an experiment beside its config, without a report."""
    return run_replay(config, config.parent / out, report=False, **options)  # type: ignore[arg-type]


def table(path: Path) -> list[dict[str, str]]:
    """A CSV file's rows."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
