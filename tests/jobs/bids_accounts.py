"""A small account whose reports are written by formula, and the job that reads them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

LAST = date(2026, 10, 12)
COLUMNS = (
    "date", "campaign", "ad_group", "keyword", "match_type", "impressions", "clicks", "cost", "conversions",
    "revenue", "max_cpc", "quality_score", "bid_strategy",
)
HOUR_COLUMNS = ("date", "hour", "campaign", "impressions", "clicks", "cost", "conversions", "revenue")
CONFIG = """\
name: night
account: {name: shop, currency: CNY, time_zone: Asia/Shanghai, platform: google_ads}
reports: [{path: "reports/*.csv"}]
target: {roas: 4.0}
guardrails:
  bid: {min: 0.05, max: 20}
  stop: {changed_share: null}
"""


@dataclass
class Account:
    """Keywords of two campaigns; ``bids`` in fen are what the reports show from now on."""

    folder: Path
    keywords: int = 12
    days: int = 40
    seed: int = 1
    last: date = LAST
    bids: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "reports").mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "night.yaml"
        if not self.config.exists():
            self.config.write_text(CONFIG, encoding="utf-8")

    @property
    def names(self) -> list[tuple[str, str, str, str]]:
        """Campaign, ad group, keyword and match type."""
        campaigns, matches = ("shoes", "连衣裙"), ("exact", "phrase", "broad")
        return [
            (campaigns[j % 2], f"group {j % 3}", f"keyword {j:03d}", matches[j % 3])
            for j in range(self.keywords)
        ]

    def write(self, hours: bool = True) -> Account:
        """Write the reports anew, up to the last day."""
        rows, by_hour = [], []
        dates = [self.last - timedelta(days=k) for k in range(self.days)][::-1]
        for day in dates:
            draw = np.random.default_rng((self.seed, day.toordinal()))
            for j, name in enumerate(self.names):
                bid = self.bids.get(j, 100 + 10 * (j % 7)) if day == self.last else 100 + 10 * (j % 7)
                clicks = int(draw.poisson(6 + 3 * (j % 5)))
                orders = int(draw.binomial(clicks, 0.02 + 0.01 * (j % 4)))
                cost = f"{clicks * bid * 0.8 / 100:.2f}"
                rows.append((
                    day.isoformat(), *name, clicks * 15, clicks, cost, orders, f"{orders * 200:.2f}",
                    f"{bid / 100:.2f}", 1 + j % 10, "manual_cpc",
                ))
            for campaign in ("shoes", "连衣裙"):
                for hour in range(24):
                    clicks = int(draw.poisson(2))
                    counts = (clicks * 15 + 1, clicks, f"{clicks:.2f}", 0, "0.00")
                    by_hour.append((day.isoformat(), hour, campaign, *counts))
        self._save("keywords.csv", COLUMNS, rows)
        if hours:
            self._save("hours.csv", HOUR_COLUMNS, by_hour)
        return self

    def _save(self, name: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        with (self.folder / "reports" / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows(rows)

    def next_day(self, bids: dict[int, int] | None = None) -> Account:
        """A day later, with these bids in force (fen by keyword)."""
        later = Account(self.folder, self.keywords, self.days, self.seed, self.last + timedelta(days=1))
        later.bids = {**self.bids, **(bids or {})}
        return later.write()

    def set(self, text: str, by: str) -> Account:
        """Change the config."""
        said = self.config.read_text(encoding="utf-8")
        assert text in said
        self.config.write_text(said.replace(text, by), encoding="utf-8")
        return self


def bids_of(folder: Path) -> dict[tuple[str, ...], dict[str, str]]:
    """bids.csv by keyword."""
    with (folder / "bids.csv").open(encoding="utf-8", newline="") as stream:
        return {
            (r["campaign"], r["ad_group"], r["keyword"], r["match_type"]): r for r in csv.DictReader(stream)
        }


def all_files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its relative path."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
