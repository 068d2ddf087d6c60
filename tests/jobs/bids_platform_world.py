"""An account as its platform has it: bids, weeks and modifiers, which change sheets and humans change."""

from __future__ import annotations

import copy
import csv
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from bids_accounts import LAST

from bidder.files.change_sheets import read_change_sheets
from bidder.jobs.bids.sheets import BY_HAND_FILE

Key = tuple[str, str, str, str]
QUARTERS = 7 * 96
MICROS = 1_000_000
CONFIG = """\
name: night
account: {{name: shop, currency: CNY, time_zone: Asia/Shanghai, platform: {platform}}}
reports: [{{path: "reports/*.csv"}}]
target: {{roas: 3.0}}
guardrails:
  bid: {{min: 0.1, max: 20}}
  stop: {{changed_share: null, spend_change: null, jump_sigmas: null, zero_conversions: null}}
"""


@dataclass
class World:
    """The platform's side of an account, and the reports that it gives out.

    ``bids`` are micros, -1 where a keyword has none of its own; ``weeks`` hold a modifier for each quarter
    of an hour, ``segments`` one by kind, campaign and segment. What is not there is 1.
    """

    folder: Path
    platform: str
    seed: int
    bids: dict[Key, int] = field(default_factory=dict)
    weeks: dict[str, list[float]] = field(default_factory=dict)
    segments: dict[tuple[str, str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        draw = np.random.default_rng(self.seed)
        for j in range(int(draw.integers(6, 14))):
            campaign, match = ("鞋", "dress", "bag")[j % 3], ("exact", "phrase", "broad")[j % 3]
            key = (campaign, f"group {j % 2}", f"{'=' if j == 4 else ''}word {j}", match)
            known = j < 3 or draw.random() < 0.9
            self.bids[key] = int(draw.integers(10, 400)) * 10_000 if known else -1
        (self.folder / "reports").mkdir(parents=True)
        config = CONFIG.format(platform=self.platform)
        (self.folder / "night.yaml").write_text(config, encoding="utf-8")

    @property
    def campaigns(self) -> list[str]:
        return sorted({key[0] for key in self.bids})

    def state(self) -> tuple[dict[Key, int], dict[str, list[float]], dict[tuple[str, str, str], float]]:
        """Everything that can be changed, with what is 1 left out."""
        weeks = {name: week for name, week in self.weeks.items() if set(week) != {1.0}}
        segments = {name: modifier for name, modifier in self.segments.items() if modifier != 1.0}
        return copy.deepcopy((self.bids, weeks, segments))

    def apply(self, files: dict[str, bytes]) -> set[Key]:
        """Upload sheets, and set by hand what they leave to that; the keywords whose bids were set."""
        by_hand = {name: content for name, content in files.items() if name.endswith(BY_HAND_FILE)}
        sheet = read_change_sheets(self.platform, {name: files[name] for name in {*files} - {*by_hand}})
        rest = read_change_sheets("generic", by_hand)
        touched = set()
        for *key, _, bid in (*sheet.bids.rows(), *rest.bids.rows()):
            name = (key[0], key[1], key[2], key[3])
            assert name in self.bids
            self.bids[name] = bid
            touched.add(name)
        for campaign in {block.campaign for block in sheet.blocks}:
            week = [0.0] * QUARTERS  # an hour that is not listed does not serve
            for block in (one for one in sheet.blocks if one.campaign == campaign):
                first, last = (block.weekday * 96 + minute // 15 for minute in (block.start, block.end))
                week[first:last] = [block.modifier] * (last - first)
            assert 0.0 not in week
            self.weeks[campaign] = week
        for one in sheet.segments:
            self.segments[one.kind, one.campaign, one.segment] = one.modifier
        return touched

    def write(self, last: date, campaigns: list[str], days: int = 24) -> None:
        """The reports of a night: keywords with the bids of the last day, hours and devices."""
        dates = [last - timedelta(days=k) for k in range(days)][::-1]
        words, hours, devices = [], [], []
        for day in dates:
            draw = np.random.default_rng((self.seed, day.toordinal()))
            for key, bid in self.bids.items():
                clicks, rate = int(draw.poisson(30)), 0.02 + 0.005 * (hash_of(key) % 7)
                orders = int(draw.binomial(clicks, rate))
                if key[0] in campaigns:
                    known = f"{bid / MICROS:.2f}" if bid >= 0 else ""
                    counts = (clicks * 9, clicks, f"{clicks * 0.7:.2f}", orders, orders * 90)
                    words.append((day, *key, *counts, known))
            for name in self.campaigns:
                # The best hours move from week to week, so that schedules do too.
                best = (hash_of((name,)) + day.toordinal() // 5) % 24
                for hour in range(24):
                    clicks = int(draw.poisson(20))
                    rate = 0.15 if (hour - best) % 24 < 5 else 0.02
                    row = _counts(clicks, int(draw.binomial(clicks, rate)))
                    if name in campaigns:
                        hours.append((day, hour, name, *row))
                for device, rate in (("mobile", 0.03), ("desktop", 0.09)):
                    clicks = int(draw.poisson(200))
                    row = _counts(clicks, int(draw.binomial(clicks, rate)))
                    if name in campaigns:
                        devices.append((day, device, name, *row))
        counts = ("impressions", "clicks", "cost", "conversions", "revenue")
        keyword = ("campaign", "ad_group", "keyword", "match_type")
        self._save("words.csv", ("date", *keyword, *counts, "max_cpc"), words)
        self._save("hours.csv", ("date", "hour", "campaign", *counts), hours)
        self._save("devices.csv", ("date", "device", "campaign", *counts), devices)

    def _save(self, name: str, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
        with (self.folder / "reports" / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([header, *rows])


def hash_of(texts: tuple[str, ...]) -> int:
    """The same in every process."""
    return sum(map(ord, "".join(texts)))


def _counts(clicks: int, orders: int) -> tuple[int, int, str, int, int]:
    return clicks * 9, clicks, f"{clicks * 0.7:.2f}", orders, orders * 90


def night_of(number: int) -> date:
    """Last day of data of a night."""
    return LAST + timedelta(days=number)
