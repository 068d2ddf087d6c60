"""The smallest market that a strategy can be played in: a plain loop over ticks and auctions."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bidder.auctions.draws import PARTICIPATION, uniform
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import AuctionLog, LogInfo
from bidder.auctions.rules import Episodes, Payment, Pricing, Rules
from bidder.auctions.strategies.base import Counts, Market, Strategy, Training, View
from bidder.auctions.strategies.registry import params_model, strategy_class
from bidder.auctions.strategies.valuation import requests_of

HOUR = 3_600_000_000
DAY = 24 * HOUR
BY_HOUR = np.array([6.0, 4, 2, 1, 1, 1, 2, 4, 6, 8, 9, 9, 10, 9, 8, 8, 8, 9, 10, 12, 14, 14, 12, 9])
"""Traffic of the hours of a day: quiet nights, busy evenings."""


def make_log(
    n: int, seed: int = 1, days: int = 1, by_hour: Any = None, price: float = 60.0, ctr: float = 0.01,
    cvr: float = 0.1, first_day: int = 20_000,
    slope: float = 0.3,
) -> AuctionLog:
    """Auctions with log-normal prices that rise with pctr^slope."""
    draw = np.random.default_rng(seed)
    pctr = np.minimum(ctr * np.exp(0.7 * draw.standard_normal(n) - 0.245), 0.9)
    pcvr = np.minimum(cvr * np.exp(0.5 * draw.standard_normal(n) - 0.125), 0.9)
    market = price * np.exp(0.6 * draw.standard_normal(n) - 0.18) * (pctr / ctr) ** slope
    weights = np.ones(24) if by_hour is None else np.asarray(by_hour, dtype=float)
    hours = draw.choice(24 * days, size=n, p=np.tile(weights, days) / weights.sum() / days)
    ts = np.sort(first_day * DAY + hours * HOUR + draw.integers(0, HOUR, n))
    return AuctionLog(
        info=LogInfo(("c",), rows=n, first_ts=first_day * DAY, last_ts=(first_day + days) * DAY - 1),
        ts=ts, campaign=np.zeros(n, dtype=np.int32), market_price=np.rint(market).astype(np.int64),
        pctr=pctr, pcvr=pcvr, click=(draw.random(n) < pctr).astype(np.uint8),
        conversion=(draw.random(n) < pcvr).astype(np.uint8),
    )


def training_of(log: AuctionLog, episodes: float = 1.0) -> Training:
    counts = np.bincount(log.market_price) if log.market_price.max() < 10**7 else np.ones(1, dtype=np.int64)
    return Training(log, 1.0, episodes, PriceDistribution.of_counts(counts))


@dataclass
class Course:
    """What was played: per look the state before it, and the totals of every episode."""

    elapsed: list[float] = field(default_factory=list)
    spent: list[np.ndarray] = field(default_factory=list)
    multiplier: list[np.ndarray] = field(default_factory=list)
    participation: list[np.ndarray | None] = field(default_factory=list)
    totals: list[dict[str, np.ndarray]] = field(default_factory=list)
    wins: list[np.ndarray] = field(default_factory=list)

    def total(self, name: str) -> np.ndarray:
        return np.sum([t[name] for t in self.totals], axis=0)


def build(
    kinds: Sequence[dict[str, Any]], budget: Sequence[int] | int, episodes: Episodes, info: LogInfo,
    ticks: int, rules: Rules | None = None, training: Training | None = None,
    seeds: Sequence[int] | None = None,
) -> Strategy:
    """A strategy from what the YAML would say of each of its settings."""
    kind = kinds[0]["kind"]
    model = params_model(kind)
    params = [model(**{"name": f"s{k}", **said}) for k, said in enumerate(kinds)]
    budgets = np.broadcast_to(np.asarray(budget, dtype=np.int64), (len(params),)).copy()
    market = Market(
        info=info, rules=rules or Rules(integer=False), episodes=episodes, budget=budgets,
        seed=np.asarray(seeds if seeds is not None else [7] * len(params), dtype=np.int64),
        ticks=ticks, training=training,
    )
    return strategy_class(kind)(params, market)


def play(
    strategy: Strategy, log: AuctionLog, ticks: int = 200, by_time: bool = False, episodes: int = 1,
    pickle_at: int | None = None, spy: Callable[[View], None] | None = None, budget: np.ndarray | None = None,
) -> Course:
    """Play the log in equal episodes of so many ticks; bids above the balance are clipped to it."""
    edges = _edges(log, ticks * episodes, by_time)
    course, S = Course(), strategy.market.settings
    limits = strategy.market.budget if budget is None else budget
    before = _nothing(S)
    for episode in range(episodes):
        so_far, last = _nothing(S), _nothing(S)
        for tick in range(ticks):
            at = episode * ticks + tick
            view = View(
                tick=tick, episode=episode, campaign="c", now=_now(log, edges, at, ticks * episodes, by_time),
                elapsed=tick / ticks, tick_share=1 / ticks, budget=limits, balance=limits - so_far.cost,
                last=last, so_far=so_far, before=before,
            )
            if spy:
                spy(view)
            if pickle_at == at:
                strategy = pickle.loads(pickle.dumps(strategy))
            last = _tick(strategy, log, int(edges[at]), int(edges[at + 1]), view, course)
            so_far = _plus(so_far, last)
        before = _plus(before, so_far)
        course.totals.append({name: getattr(so_far, name) for name in _NAMES})
    return course


def _edges(log: AuctionLog, parts: int, by_time: bool) -> np.ndarray:
    if not by_time:
        return np.arange(parts + 1) * len(log) // parts
    first, last = log.info.first_ts or 0, (log.info.last_ts or 0) + 1
    return np.searchsorted(log.ts, first + (last - first) * np.arange(parts + 1) // parts)


def _now(log: AuctionLog, edges: np.ndarray, at: int, parts: int, by_time: bool) -> int:
    if not by_time:
        return int(log.ts[min(edges[at], len(log) - 1)])
    first, last = log.info.first_ts or 0, (log.info.last_ts or 0) + 1
    return first + (last - first) * at // parts


def _tick(strategy: Strategy, log: AuctionLog, start: int, stop: int, view: View, course: Course) -> Counts:
    control = strategy.control(view)
    part = log.part(start, stop)
    base = np.atleast_2d(strategy.base(requests_of(part)))
    S = strategy.market.settings
    course.elapsed.append(view.episode + view.elapsed)
    course.spent.append(view.so_far.cost.copy())
    course.multiplier.append(np.array(control.multiplier))
    course.participation.append(None if control.participation is None else np.array(control.participation))
    counts = {name: np.zeros(S, dtype=np.int64) for name in _NAMES}
    won = np.zeros((S, len(part)), dtype=bool)
    for s in range(S):
        bids = control.multiplier[s] * (base[s] if len(base) > 1 else base[0])
        enter = None if control.participation is None else control.participation[s]
        won[s] = _one(strategy, part, bids, enter, s, int(view.balance[s]), counts)
    course.wins.append(won)
    return Counts(auctions=len(part), **counts)


def _one(strategy, part, bids, enter, s, balance, counts):  # type: ignore[no-untyped-def]
    rules, won = strategy.market.rules, np.zeros(len(part), dtype=bool)
    assert np.isfinite(bids).all() and (bids >= 0).all()
    bids = np.floor(bids) if rules.integer else bids
    bids = bids if rules.max_bid is None else np.minimum(bids, rules.max_bid)
    enough = np.flatnonzero(bids >= part.market_price)
    seed = int(strategy.market.seed[s])
    for i in enough.tolist():
        if enter is not None and uniform(seed, PARTICIPATION, part.first_row + i) >= enter:
            continue
        bid, price = min(bids[i], balance), int(part.market_price[i])
        if bid < price:
            continue
        won[i] = True
        pays = int(bid) if rules.payment is Payment.FIRST_PRICE else price
        pays = pays if rules.pricing is Pricing.IMPRESSION or part.click[i] else 0
        balance -= pays
        counts["cost"][s] += pays
        counts["impressions"][s] += 1
        counts["clicks"][s] += part.click[i]
        counts["conversions"][s] += part.click[i] & part.conversion[i]
    counts["entered"][s] += len(part)
    return won


_NAMES = ("entered", "impressions", "clicks", "cost", "conversions", "value")


def _nothing(S: int) -> Counts:
    return Counts(auctions=0, **{name: np.zeros(S, dtype=np.int64) for name in _NAMES})


def _plus(a: Counts, b: Counts) -> Counts:
    summed = {name: getattr(a, name) + getattr(b, name) for name in _NAMES}
    return replace(a, auctions=a.auctions + b.auctions, **summed)
