"""A large account for the nightly job: a canonical report in CSV, and the config that reads it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

LAST = date(2026, 10, 12)
PER_GROUP, PER_CAMPAIGN = 20, 2_000
SHOWN = 0.3
"""Share of the keywords of which a report of an earlier day has a row."""
CONFIG = """\
name: million
account: {name: shop, currency: CNY, time_zone: Asia/Shanghai, platform: google_ads}
reports: [{path: "reports/*.csv"}]
target: {roas: 4.0}
guardrails:
  bid: {min: 0.05, max: 20}
  stop: {changed_share: null, spend_change: null}
"""
_WHOSE = ("女士", "男士", "儿童", "学生", "大码", "情侣", "孕妇", "中老年")
_HOW = ("夏季", "秋冬", "纯棉", "真皮", "防水", "轻薄", "新款", "复古", "韩版", "宽松")
_WHAT = ("连衣裙", "运动鞋", "羽绒服", "双肩包", "牛仔裤", "手提包", "衬衫", "帆布鞋", "毛衣", "保温杯")


def make_account(folder: Path, keywords: int, earlier: int = 0) -> Path:
    """Write a report of all keywords on one day, and sparser ones of some days before; path of the config."""
    (folder / "reports").mkdir(parents=True, exist_ok=True)
    config = folder / "million.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    rng = np.random.default_rng(keywords)
    account = _Account(keywords, rng)
    for age in range(earlier, -1, -1):
        day = LAST - timedelta(days=age)
        rows = np.flatnonzero(rng.random(keywords) < SHOWN) if age else np.arange(keywords)
        with (folder / "reports" / f"{day}.csv").open("wb") as stream:
            pa_csv.write_csv(account.rows(day, rows, rng), stream, pa_csv.WriteOptions(quoting_style="none"))
    return config


def next_report(folder: Path, last: date) -> None:
    """Write the report of the day after ``last``: the bids that the sheet of that night has set."""
    import csv

    day = last + timedelta(days=1)
    (sheet,) = folder.glob(f"exports/{last}-*/*google_ads_editor.csv")
    with sheet.open(encoding="utf-16", newline="") as stream:
        rows = csv.DictReader(stream, delimiter="\t")
        bids = {row["Keyword"]: row["Max CPC"] for row in rows if row["Keyword"]}
    with (
        (folder / "reports" / f"{last}.csv").open(encoding="utf-8", newline="") as before,
        (folder / "reports" / f"{day}.csv").open("w", encoding="utf-8", newline="") as after,
    ):
        header, *lines = csv.reader(before)
        keyword, bid = header.index("keyword"), header.index("max_cpc")
        writer = csv.writer(after, lineterminator="\n")
        writer.writerow(header)
        for line in lines:
            line[0], line[bid] = str(day), bids.get(line[keyword], line[bid])
            writer.writerow(line)


class _Account:
    """Clicks are Poisson around log-normal volumes: few keywords have most of them, nine in ten no order."""

    def __init__(self, keywords: int, rng: np.random.Generator) -> None:
        number = np.arange(keywords)
        self.volume = rng.lognormal(np.log(0.25), 2.0, keywords)
        self.rate = np.clip(rng.beta(2.0, 60.0, keywords), 1e-4, 0.5)
        self.fen = np.clip(np.rint(rng.lognormal(np.log(120), 0.6, keywords)), 5, 2_000).astype(np.int64)
        self.quality = rng.integers(0, 11, keywords)
        self.names = {
            "campaign": _numbered("计划", number // PER_CAMPAIGN, 4),
            "ad_group": _numbered("单元", number // PER_GROUP, 6),
            "keyword": _joined(_word(_WHOSE, number), _word(_HOW, number // 8), _word(_WHAT, number // 80),
                               _numbered("", number, 7)),
            "match_type": _word(("exact", "phrase", "broad"), number),
        }

    def rows(self, day: date, rows: Any, rng: np.random.Generator) -> Any:
        """The report of a day."""
        clicks = rng.poisson(self.volume[rows])
        orders = rng.binomial(clicks, self.rate[rows])
        cost = (clicks * self.fen[rows] * 0.8).astype(np.int64)
        revenue = np.rint(orders * rng.lognormal(np.log(20_000), 0.4, len(rows))).astype(np.int64)
        score = pa.array(self.quality[rows])
        return pa.table({
            "date": pa.repeat(day.isoformat(), len(rows)),
            **{name: column.take(pa.array(rows)) for name, column in self.names.items()},
            "impressions": clicks * 15 + rng.integers(0, 20, len(rows)), "clicks": clicks,
            "cost": _money(cost), "conversions": orders, "revenue": _money(revenue),
            "max_cpc": _money(self.fen[rows]),
            "quality_score": pc.if_else(pc.equal(score, 0), "", pc.cast(score, pa.string())),
        })  # fmt: skip


def _word(words: tuple[str, ...], number: Any) -> Any:
    return pa.array(words).take(pa.array(number % len(words)))


def _numbered(word: str, number: Any, digits: int) -> Any:
    return _joined(word, pc.utf8_lpad(pc.cast(pa.array(number), pa.string()), digits, padding="0"))


def _joined(*parts: Any) -> Any:
    return pc.binary_join_element_wise(*parts, "")


def _money(fen: Any) -> Any:
    text = pc.utf8_lpad(pc.cast(pa.array(fen), pa.string()), 3, padding="0")
    return _joined(pc.utf8_slice_codeunits(text, 0, -2), ".", pc.utf8_slice_codeunits(text, -2))
