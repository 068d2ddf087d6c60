"""Small random logs and a strategy for testing the replay."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np

from bidder.auctions.log import AuctionLog, CompetingBids, LogInfo
from bidder.auctions.strategies.base import Control, Strategy, StrategyParams

HOUR = 3_600_000_000
START = 1_794_300_000_000_000


class FactorParams(StrategyParams):
    kind: str = "factor"
    factor: float
    enter: float = 1.0
    swing: float = 0.0


class Factor(Strategy):
    """factor * pctr, swinging from tick to tick."""

    Params = FactorParams
    paced: ClassVar[bool] = True
    steady: ClassVar[bool] = True

    def base(self, requests):
        return requests.pctr

    def control(self, view):
        enter = self.column("enter")
        return Control(
            self.column("factor") * (1 + self.column("swing") * (view.tick % 3)),
            None if (enter == 1).all() else enter,
        )


class FactorEach(Factor):
    """The same with base bids of each setting."""

    def base(self, requests):
        return self.column("factor")[:, None] * requests.pctr

    def control(self, view):
        control = super().control(view)
        return Control(control.multiplier / self.column("factor"), control.participation)


def random_log(rng: np.random.Generator, n: int, campaigns: int = 1, prices: int = 40) -> AuctionLog:
    """A log with every column, many ties and zero prices, over about four days."""
    ts = START + np.sort(rng.integers(0, 4 * 24 * HOUR, n))
    click = (rng.random(n) < 0.3).astype(np.uint8)
    info = LogInfo(
        tuple(f"c{k}" for k in range(campaigns)), rows=n, first_ts=int(ts[0]) if n else 0,
        last_ts=int(ts[-1]) if n else 0, words=(("keyword", tuple(f"k{k}" for k in range(12))),),
    )
    return AuctionLog(
        info=info, ts=ts, keyword=np.arange(n, dtype=np.int32) * 7 % 12,
        campaign=rng.integers(0, campaigns, n).astype(np.int32),
        market_price=rng.integers(0, prices, n), user=rng.integers(0, max(n // 6, 2), n).astype(np.uint64),
        floor=rng.integers(0, prices // 3, n), pctr=rng.random(n) * 0.1, pcvr=rng.random(n) * 0.5,
        click=click, conversion=click & (rng.random(n) < 0.4).astype(np.uint8),
        value=rng.integers(0, 10**9, n), conversion_delay=rng.integers(0, 30 * HOUR, n),
        last_visit=np.where(rng.random(n) < 0.2, -1, ts - rng.integers(0, 60 * HOUR, n)),
    )


def with_rivals(log: AuctionLog, rng: np.random.Generator, most: int = 4) -> AuctionLog:
    """Up to ``most`` competitors in each auction, the highest of them at the market price."""
    number = rng.integers(1, most + 1, len(log))
    bids, names = [], []
    for i, k in enumerate(number):
        others = rng.integers(0, int(log.market_price[i]) + 1, k - 1)
        bids += sorted([int(log.market_price[i]), *others.tolist()], reverse=True)
        names += rng.permutation(most)[:k].tolist()
    offsets = np.concatenate([[0], np.cumsum(number)]).astype(np.int64)
    table = CompetingBids(
        offsets, np.array(names, dtype=np.int32), np.array(bids, dtype=np.int64), np.ones(len(bids))
    )
    return replace(log, bids=table)


def noise_after(log: AuctionLog, t: int, rng: np.random.Generator) -> AuctionLog:
    """The same log with everything from row ``t`` on, but the times, drawn anew."""
    other = random_log(rng, len(log), len(log.info.campaigns))
    columns = ("market_price", "user", "floor", "pctr", "pcvr", "click", "conversion", "value")
    mixed = {name: np.concatenate([getattr(log, name)[:t], getattr(other, name)[t:]]) for name in columns}
    if log.bids is None:
        return replace(log, **mixed)
    first, last = log.bids.part(0, t), with_rivals(other, rng).bids.part(t, len(log))
    table = CompetingBids(
        np.concatenate([first.offsets, first.offsets[-1] + last.offsets[1:]]),
        *(np.concatenate([getattr(first, n), getattr(last, n)]) for n in ("bidder", "bid", "quality")),
    )
    return replace(log, bids=table, **mixed)
