"""Replays beside a bare loop over the same columns, in the same run.

Times are the processor's, of one thread: others on the machine make them no longer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numba
import numpy as np
import pytest

from bidder.auctions.log import AuctionLog, LogInfo
from bidder.auctions.replay import Replay
from bidder.auctions.rules import Episodes, Rules
from bidder.auctions.strategies.base import Market
from bidder.auctions.strategies.registry import params_model, strategy_class
from bidder.auctions.worth import Objective

DAYS = 7
DAY_US = 86_400_000_000
START = 20_767 * DAY_US
MAX_BID = 300
PLENTY = 10**15


@numba.njit
def bare_loop(multiplier, pctr, price, click, max_bid, budget):
    """One setting and a budget that never ends, nothing else: what has to be done at the least."""
    cost = impressions = clicks = 0
    for i in range(len(price)):
        bid = min(int(multiplier * pctr[i]), max_bid, budget - cost)
        if bid >= price[i]:
            impressions += 1
            cost += price[i]
            clicks += click[i]
    return impressions, clicks, cost


def market_of(n: int) -> AuctionLog:
    """A week of auctions with log-normal prices."""
    rng = np.random.default_rng(0)
    ts = START + np.sort(rng.integers(0, DAYS * DAY_US, n))
    pctr = rng.beta(2, 400, n)
    info = LogInfo(("c",), rows=n, first_ts=START, last_ts=START + DAYS * DAY_US - 1)
    return AuctionLog(
        info, ts, np.zeros(n, np.int32), rng.lognormal(4, 0.7, n).astype(np.int64), pctr=pctr,
        click=(rng.random(n) < pctr).astype(np.uint8),
    )


def replay_of(log: AuctionLog, kind: str, settings: int, budget: int, **params: object) -> Replay:
    """A replay by days with a look every 15 minutes."""
    model = params_model(kind)
    mine = [
        model(name="x", kind=kind, **{k: float(v[s]) if np.ndim(v) else v for k, v in params.items()})
        for s in range(settings)
    ]
    episodes = Episodes(days=1, tick_us=15 * 60 * 1_000_000)
    budgets = np.full(settings, budget)
    market = Market(log.info, Rules(max_bid=MAX_BID), episodes, budgets, np.ones(settings, np.int64), 96)
    return Replay(strategy_class(kind), mine, market, Objective.CLICKS, bounds=False)


def played(*args, **params):
    """Processor seconds and results of one replay; making it is part of it."""
    begun = time.process_time()
    replay = replay_of(*args, **params)
    replay.feed(args[0])
    results = replay.finish()
    return time.process_time() - begun, results


def bare(log: AuctionLog, multiplier: float) -> float:
    begun = time.process_time()
    bare_loop(multiplier, log.pctr, log.market_price, log.click, MAX_BID, PLENTY)
    return time.process_time() - begun


def in_turns(rounds, *calls):
    """Median time of each call, in turns, so that a busy machine slows all of them."""
    for call in calls:
        call()  # compiles
    times = [[call() for call in calls] for _ in range(rounds)]
    return [median(column) for column in zip(*times, strict=True)]


def test_one_paced_replay(record):
    n = 10_000_000
    log = market_of(n)
    budget = n * 8 // DAYS
    loop, ours, still = in_turns(
        5,
        lambda: bare(log, 1e4),
        lambda: played(log, "pid", 1, budget, value_per_click=20_000.0)[0],
        lambda: played(log, "max_cpc", 1, budget, value_per_click=8_000.0)[0],
    )
    record(
        "one replay of 1e7 auctions paced by PID, share of a bare loop's speed (unpaced)",
        f"{loop / ours:.2f} ({loop / still:.2f}); {n / ours:.3g} and {n / loop:.3g} auctions/s", ">= 0.4",
    )


@pytest.mark.parametrize("settings", [64, 10_000])
@pytest.mark.parametrize("binding", [False, True])
def test_sweep_of_multipliers(settings, binding, record):
    n = 10_000_000
    log = market_of(n)
    budget = n * 8 // DAYS if binding else PLENTY
    values = np.random.default_rng(1).permutation(np.linspace(2_000, 30_000, settings))
    loop, ours = in_turns(
        3,
        lambda: bare(log, 1e4),
        lambda: played(log, "max_cpc", settings, budget, value_per_click=values)[0],
    )
    record(
        f"sweep of {settings:,} multipliers, budgets {'bind' if binding else 'do not bind'}: "
        "times faster than looping the bare loop",
        f"{loop * settings / ours:.0f}; {n * settings / ours:.2g} scenario-auctions/s",
        ">= 10" if settings == 64 else ">= 100",
    )


@pytest.mark.parametrize("n", [1_000_000, 10_000_000, 100_000_000])
def test_growth(n, benchmark, record):
    """Time and peak memory in a process of its own."""
    found = benchmark.pedantic(_in_own_process, (n,), rounds=1)
    record(
        f"{n:,} auctions paced by PID: time, per 1e6, peak memory over that before, share of the columns",
        f"{found['seconds']:.2f} s, {1e9 * found['seconds'] / n:.1f} ms, {found['extra'] / 2**20:.0f} MB, "
        f"{1 + found['extra'] / found['columns']:.2f} times in all",
        "linear, at most 3 times",
    )


def _in_own_process(n: int) -> dict[str, float]:
    answer = subprocess.run(
        [sys.executable, __file__, str(n)], check=True, capture_output=True, text=True,
        cwd=Path(__file__).parent, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def _main() -> None:
    from bench_worker import _megabytes

    n = int(sys.argv[1])
    played(market_of(1_000), "pid", 1, 1_000, value_per_click=20_000.0)
    log = market_of(n)
    # Making the log takes more memory than it has afterwards: start counting the peak anew.
    Path("/proc/self/clear_refs").write_text("5")
    before = _megabytes()
    seconds, _ = played(log, "pid", 1, n * 8 // DAYS, value_per_click=20_000.0)
    extra = max(_megabytes() - before, 0.0) * 2**20
    print(json.dumps({"seconds": seconds, "extra": extra, "columns": log.memory}))


if __name__ == "__main__":
    _main()
