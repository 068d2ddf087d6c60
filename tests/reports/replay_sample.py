"""Believable results of replays, built by hand from a seed: a full one and the awkward ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import LogInfo
from bidder.auctions.result import (
    COUNTED,
    STEPS,
    Comparison,
    Drift,
    ExperimentResult,
    Setting,
    SettingResult,
    Tuned,
)
from bidder.auctions.rules import Episodes, OverBudget, Payment, Pricing, Rules
from bidder.auctions.worth import Objective

STRATEGIES = {"mcpc": (62.0, 0.0034, 4.0), "lin": (41.0, 0.0039, 2.0), "ortb": (36.0, 0.0042, 1.2),
              "rlb": (33.0, 0.0043, 0.2), "pid": (38.0, 0.0040, 0.0)}
"""Price paid on average at half budget, click rate, and how much too early the money is spent."""
BUDGETS = (1_969, 3_938, 7_877, 15_755, 31_510)
CPM_LOG = LogInfo(("2997",), unit="CPM unit", per_currency=100, currency="CNY", price_for=1000, timed=False,
                  rows=60_000)
NASTY = '</script><script>document.title="pwned"</script><img src=x onerror="document.title=1">“双十一”🎉'


def sample_result(
    strategies: dict[str, tuple[float, float, float]] | None = None,
    budgets: tuple[int, ...] = BUDGETS,
    episodes: int = 60,
    params: tuple[float, ...] = (),
    seeds: tuple[int, ...] = (7,),
    **changes: Any,
) -> ExperimentResult:
    """Strategies x budgets (x values of ``base_bid`` x seeds) over the same episodes."""
    strategies = strategies or STRATEGIES
    settings, results = [], []
    for name, nature in strategies.items():
        for budget in budgets:
            for value in params or (None,):
                for seed in seeds:
                    swept = () if value is None else (("base_bid", value),)
                    settings.append(Setting(name, name[:8], budget, seed, swept))
                    results.append(_play(nature, budget, episodes, value, seed))
    result = ExperimentResult(
        "ipinyou-2997", CPM_LOG, Rules(max_bid=300), Episodes(auctions=1000, tick_auctions=10),
        Objective.CLICKS, False, tuple(settings), tuple(results), _compare(settings, results), _tuned(),
        _drift(), market_prices(), ("12 bad rows were left out.",), tuple(map(_interval, results)),
    )
    return replace(result, **changes)


def market_prices(censored: bool = False) -> PriceDistribution:
    """A long-tailed market."""
    price = np.arange(1, 301, dtype=np.int64)
    density = np.exp(-0.5 * ((np.log(price) - np.log(60)) / 0.8) ** 2) / price
    return PriceDistribution(price, 0.985 * density.cumsum() / density.sum(), censored,
                             "kaplan_meier" if censored else "counted")


def world_result(names: tuple[str, ...] = ("search", "feed")) -> ExperimentResult:
    """In currency, by day, paid by click in a ranked auction, for revenue, with every rule set."""
    info = LogInfo(names, currency="CNY", rows=86_400, first_ts=1_793_000_000_000_000,
                   last_ts=1_793_000_000_000_000 + 29 * 86_400_000_000)
    rules = Rules(Payment.GSP, Pricing.CLICK, False, False, 5_000_000, 100_000, OverBudget.STOP,
                  (1.0, 0.6, 0.35), frequency_cap=7, retargeting_days=30)
    base = sample_result(budgets=(40_000_000,), episodes=30)
    scaled = tuple(_rescaled(r, 800) for r in base.results)
    return replace(
        base, name="keywords", info=info, rules=rules, objective=Objective.VALUE, in_currency=True,
        episodes=Episodes(days=1, time_zone="Asia/Shanghai", tick_us=3_600_000_000), results=scaled,
        comparisons=_compare(list(base.settings), list(scaled), "value"),
        interval=tuple(map(_interval, scaled)),
        prices=replace(market_prices(), price=market_prices().price * 20_000), notes=(),
    )


def parts_result() -> ExperimentResult:
    """Trained on the earlier part, tested on the later one, over a swept parameter and seeds."""
    base = sample_result(params=(4.0, 8.0, 16.0, 32.0, 64.0), budgets=(3_938,), seeds=(1, 2))
    settings = tuple(replace(s, part=part) for part in ("train", "test") for s in base.settings)
    return replace(base, settings=settings, results=base.results * 2, interval=base.interval * 2,
                   comparisons=())


def many_result(settings: int = 10_000) -> ExperimentResult:
    """A sweep of thousands of settings."""
    names = {f"strategy {k}": (30.0 + k, 0.004, k / 5) for k in range(20)}
    values = tuple(float(v) for v in range(1, settings // 100 + 1))
    return sample_result(names, BUDGETS, 10, values)


def quiet_result() -> ExperimentResult:
    """Nobody ever clicked, and nothing could be expected of it."""
    return sample_result({"lin": (40.0, 0.0, 0.0), "mcpc": (50.0, 0.0, 1.0)})


def poor_result() -> ExperimentResult:
    """No budget at all: nothing was bought."""
    base = sample_result(budgets=(0,))
    return replace(base, comparisons=tuple(replace(c, p_value=float("nan")) for c in base.comparisons))


def censored_result() -> ExperimentResult:
    """Only the prices of won auctions are known, so no bound either."""
    base = sample_result()
    return replace(
        base, info=replace(base.info, censored=True), prices=market_prices(True), notes=(),
        results=tuple(replace(r, bound=None) for r in base.results),
    )


def single_result() -> ExperimentResult:
    """One strategy, one budget, one episode."""
    return sample_result({"lin": (40.0, 0.004, 0.0)}, (3_938,), 1, comparisons=(), tuned=(), drift=(),
                         prices=None, notes=(), interval=())


def renamed_result(*names: str) -> ExperimentResult:
    """The full one under other names, wherever a user's text can stand."""
    base = sample_result()
    known = dict(zip(STRATEGIES, [*names, *list(STRATEGIES)[len(names):]], strict=False))
    name = names[0]
    settings = tuple(
        replace(s, strategy=known[s.strategy], kind=name, swept=((name, name),)) for s in base.settings
    )
    return replace(
        base, name=name, settings=settings, notes=(name,), info=replace(base.info, unit=name),
        tuned=tuple(replace(t, strategy=name, chosen=((name, name),)) for t in base.tuned),
        drift=tuple(replace(d, column=name, parts=(name, name + "2")) for d in base.drift),
    )


def _play(
    nature: tuple[float, float, float], budget: int, episodes: int, value: float | None, seed: int
) -> SettingResult:
    price, rate, haste = nature
    rng = np.random.default_rng([episodes, budget, int(1000 * price), int(100 * (value or 0)), seed])
    mood = np.random.default_rng(episodes).normal(0, 0.1, episodes)  # of the episode, the same for all
    if value is not None:
        price *= 0.5 + value / 20
        rate *= np.exp(-0.1 * np.log(value / 14) ** 2)
    price *= (1 + budget / 8_000) ** 0.4
    steps = np.exp(-haste * np.arange(STEPS) / STEPS)
    steps /= steps.sum()
    table = np.zeros((episodes, STEPS, len(COUNTED)), dtype=np.int64)
    spend = np.minimum(budget, 45_000) * np.clip(rng.normal(0.93, 0.03, episodes), 0, 1)
    auctions = np.full(STEPS, 1000 // STEPS) + (np.arange(STEPS) < 1000 % STEPS)
    shown = np.minimum(rng.poisson(spend[:, None] * steps / price * np.exp(mood)[:, None]), auctions)
    before = shown.cumsum(axis=1) - shown
    shown = np.clip(int(budget / (price * 0.9)) - before, 0, shown)  # until the money is gone
    clicks = rng.binomial(shown, min(rate * 4, 1.0))
    bought = rng.binomial(clicks, 0.08)
    columns = {
        "auctions": auctions, "entered": auctions, "impressions": shown, "clicks": clicks,
        "conversions": bought, "cost": np.floor(shown * price * 0.9), "value": bought * 200_000_000,
        "worth": np.floor(shown * rate * 4e9),
    }
    for name, column in columns.items():
        table[:, :, COUNTED.index(name)] = column
    totals = table.sum(axis=(0, 1))
    bound = int(totals[COUNTED.index("worth")] * (1.05 + 0.02 * haste))
    return SettingResult(totals, table.sum(axis=1), table.sum(axis=0), bound)


def _rescaled(result: SettingResult, factor: int) -> SettingResult:
    by = np.array([factor if name == "cost" else 1 for name in COUNTED], dtype=np.int64)
    episodes, course = result.episodes * by, result.course * by
    return replace(result, totals=result.totals * by, episodes=episodes, course=course)


def _interval(result: SettingResult) -> dict[str, tuple[float, float]]:
    count = len(result.episodes)
    wide = 1.96 * result.episodes.std(axis=0) * np.sqrt(count)
    return {
        name: (float(result.totals[k] - wide[k]), float(result.totals[k] + wide[k]))
        for k, name in enumerate(COUNTED)
    }


def _compare(
    settings: list[Setting], results: list[SettingResult], measure: str = "clicks"
) -> tuple[Comparison, ...]:
    found = []
    column = COUNTED.index(measure)
    for budget in sorted({s.budget for s in settings}):
        mine = [k for k, s in enumerate(settings) if s.budget == budget]
        best = max(mine, key=lambda k: results[k].totals[column])
        others: dict[str, int] = {}
        for k in sorted(mine, key=lambda k: -results[k].totals[column]):
            others.setdefault(settings[k].strategy, k)
        del others[settings[best].strategy]
        for other in list(others.values())[:8]:
            gap = results[best].episodes[:, column] - results[other].episodes[:, column]
            error = max(gap.std() / np.sqrt(len(gap)), 1e-12)
            p = float(2 * np.exp(-0.717 * abs(gap.mean() / error) - 0.416 * (gap.mean() / error) ** 2) / 2)
            low, high = gap.mean() - 1.96 * error, gap.mean() + 1.96 * error
            found.append(Comparison(best, other, measure, len(gap), float(gap.mean()), low, high, p))
    return tuple(found)


def _tuned() -> tuple[Tuned, ...]:
    return (
        Tuned("lin", (("base_bid", 14.0),), 3.1, 2.9, 2.8, 2.9, "clicks"),
        Tuned("pid", (("gain", 0.4), ("base_bid", 20.0)), 2.7, None, 1.9, 2.6, "clicks"),
    )


def _drift() -> tuple[Drift, ...]:
    return (
        Drift("market_price", ("train", "test"), (63.02, 78.4), 0.21),
        Drift("pctr", ("train", "test"), (0.00442, 0.00436), 0.04),
        Drift("click", ("train", "test"), (0.0044, 0.0035), 0.31),
    )
