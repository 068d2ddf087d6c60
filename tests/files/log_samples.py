"""Small auction logs in every format that is read."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bidder.auctions.experiments.spec_log import LogSpec
from bidder.auctions.log import COLUMNS, AuctionLog, LogSource

ROOT = Path(__file__).resolve().parents[2]
IPINYOU = Path(os.environ.get("BIDDER_DATA", ROOT.parent / "shared" / "data")) / "ipinyou"

needs_ipinyou = pytest.mark.skipif(
    not IPINYOU.is_dir(), reason="the iPinYou logs are not here (set BIDDER_DATA to their folder)"
)


def whole(source: LogSource) -> AuctionLog:
    """All pieces as one log."""
    from bidder.files.auction_logs.scanned import joined

    return joined(list(source.pieces()))


def same(one: AuctionLog, other: AuctionLog) -> None:
    """Both have the same columns, bit for bit, and the same competing bids."""
    for name in COLUMNS:
        a, b = getattr(one, name), getattr(other, name)
        assert (a is None) == (b is None), name
        if a is not None:
            assert a.dtype == b.dtype, name
            np.testing.assert_array_equal(a, b, err_msg=name)
    assert (one.bids is None) == (other.bids is None)
    if one.bids is not None and other.bids is not None:
        for name in ("offsets", "bidder", "bid", "quality"):
            np.testing.assert_array_equal(getattr(one.bids, name), getattr(other.bids, name), err_msg=name)


def theta(rows: int = 40, seed: int = 1) -> str:
    rng = np.random.default_rng(seed)
    return "".join(
        f"{int(rng.random() < 0.2)} {rng.integers(0, 301)} {rng.random() / 100!r}\n" for _ in range(rows)
    )


def validation(episodes: int = 3, size: int = 10) -> str:
    rows = theta(episodes * size, 2).replace(" ", "\t").splitlines(keepends=True)
    parts = [f"5608\t{size}\n"]
    for k in range(episodes):
        parts += [f"{k + 1}\n", *rows[k * size : (k + 1) * size]]
    return "".join(parts)


def table(rows: int = 40) -> str:
    """A CSV with every column of a log."""
    rng = np.random.default_rng(3)
    lines = [
        "ts,campaign,market_price,auction,channel,keyword,placement,user,floor,pctr,pcvr,quality,click,"
        "conversion,value,conversion_delay"
    ]
    for i in range(rows):
        keyword = ["red shoes", "礼盒", '"a, ""b"""', ""][rng.integers(4)]
        user = ["", "17", "anna@x", "18446744073709551615"][rng.integers(4)]
        quality = "" if rng.random() < 0.2 else f"{rng.uniform(1, 10):.3f}"
        lines.append(
            f"{1_700_000_000_000_000 + i // 2},c{rng.integers(3)},{rng.integers(0, 10**7)},{100 - i},search,"
            f"{keyword},top,{user},{rng.integers(0, 99)},{rng.random():.6f},{rng.random():.6f},{quality},"
            f"{rng.integers(2)},0,{rng.uniform(0, 300):.2f},{rng.uniform(0, 1e5):.3f}"
        )
    return "\n".join(lines) + "\n"


def bids(rows: int = 40) -> str:
    """Competing bids for :func:`table`, in no order."""
    rng = np.random.default_rng(4)
    lines = [
        f"{100 - i},rival {rng.integers(5)},{rng.integers(0, 10**7)},{rng.uniform(1, 10):.2f}"
        for i in range(rows)
        for _ in range(rng.integers(4))
    ]
    rng.shuffle(lines)
    return "\n".join(["auction,bidder,bid,quality", *lines]) + "\n"


AUCTIONNET = (
    "deliveryPeriodIndex,advertiserNumber,advertiserCategoryIndex,budget,CPAConstraint,timeStepIndex,"
    "remainingBudget,pvIndex,pValue,pValueSigma,bid,xi,adSlot,cost,isExposed,conversionAction,"
    "leastWinningCost,isEnd"
)


def auctionnet(period: int = 7) -> str:
    """Two steps of five auctions for three advertisers, one advertiser behind the other."""
    rng = np.random.default_rng(period)
    lines = [AUCTIONNET]
    for advertiser in (0, 2, 10):
        lines += [
            f"{period},{advertiser},3,2900.0,100.0,{pv // 5},2900.0,{pv},{rng.random() / 1000!r},1e-05,"
            f"0.5,1,1,0.25,1,{int(rng.random() < 0.3)},{rng.random() / 10!r},{int(pv == 9)}"
            for pv in range(10)
        ]
    return "\n".join(lines) + "\n"


def raw_row(
    bid: str, time: str, *, bid_log: bool = False, pay: int = 77, price: int = 300, user: str = "u1",
    floor: int = 5, season: int = 2, advertiser: str = "1458", kind: int = 1,
) -> str:
    """A row of the contest's logs; the first season has neither advertiser nor tags."""
    common = [user, "Mozilla/5.0 \"x", "1.2.3.*", "80", "85", "2", "dom", "url", "null"]
    slot = ["slot-1", "300", "250", "2", "1", str(floor), "creative", str(price)]
    cells = [bid, time, *common, *slot] if bid_log else [
        bid, time, str(kind), *common, *slot, str(pay), "keypage"
    ]
    return "\t".join(cells if season == 1 else [*cells, advertiser, "10063,10006"]) + "\n"


def raw(folder: Path, season: int = 2) -> None:
    """Two days of logs: four impressions, five bids, two clicks, two conversions."""
    day1, day2 = "20130612", "20130613"
    rows = {
        f"imp.{day1}": [("b2", f"{day1}000102865", 20), ("b1", f"{day1}000002865", 10)],
        f"imp.{day2}": [("b3", f"{day2}000001000", 30), ("b4", f"{day2}120000000", 40)],
        f"clk.{day1}": [("b2", f"{day1}000112865", 20)],
        f"clk.{day2}": [("b4", f"{day2}120005000", 40)],
        f"conv.{day2}": [("b2", f"{day2}000102865", 20), ("b3", f"{day2}010000000", 30)],
    }
    for name, found in rows.items():
        text = "".join(raw_row(b, t, pay=p, season=season) for b, t, p in found)
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")


def raw_bids(folder: Path, season: int = 2) -> None:
    """Bids for :func:`raw`: of its impressions, and three that were lost."""
    day1, day2 = "20130612", "20130613"
    one = [("b1", f"{day1}000002000"), ("x1", f"{day1}000003000"), ("b2", f"{day1}000102000")]
    # The bid of b3 was logged a day before its impression.
    one += [("x2", f"{day1}000104000"), ("b3", f"{day1}235959900")]
    for day, found in ((day1, one), (day2, [("x3", f"{day2}110000000")])):
        text = "".join(raw_row(b, t, bid_log=True, price=227, season=season) for b, t in found)
        (folder / f"bid.{day}.txt").write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Sample:
    """Files of one format, and how to open them."""

    files: dict[str, str]
    spec: dict[str, Any]

    def write(self, folder: Path) -> LogSpec:
        for name, text in self.files.items():
            (folder / name).write_bytes(text.encode("utf-8"))
        return LogSpec.model_validate(self.spec)


SAMPLES = {
    "theta": Sample({"2997.theta.txt": theta()}, {"reader": "ipinyou_theta", "path": "2997.theta.txt"}),
    "validation": Sample(
        {"1458.validation.txt": validation()}, {"reader": "ipinyou_validation", "path": "1458.validation.txt"}
    ),
    "csv": Sample({"log.csv": table()}, {"reader": "csv", "path": "log.csv", "currency": "CNY"}),
    "csv with bids": Sample(
        {"log.csv": table(), "bids.csv": bids()}, {"reader": "csv", "path": "log.csv", "bids": "bids.csv"}
    ),
    "auctionnet": Sample(
        {"period-7.csv": auctionnet(7), "period-13.csv": auctionnet(13)},
        {"reader": "auctionnet", "path": "period-*.csv"},
    ),
}
