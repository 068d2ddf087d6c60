"""Write a weekly shop history whose true response curves are known, to try ``bidder fit`` on.

    python simulations/make_history.py history.csv
    bidder fit history.csv --config configs/fit-weekly.yaml --out runs/fit

Four campaigns with bursts of spend; revenue = level + trend + season + price index + promotion weeks
+ sum of Hill curves of carried-over spend, times lognormal noise. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

START = date(2022, 1, 3)
BURN_IN = 26  # weeks before the file begins, so that carryover does not start from nothing
LEVEL = 900_000.0


@dataclass(frozen=True)
class Truth:
    """A campaign's true curve (CNY per week) and how its spend behaves."""

    ceiling: float
    half_spend: float
    slope: float
    retention: float
    usual_spend: float
    active_share: float


TRUTH = {
    "search": Truth(420_000.0, 45_000.0, 1.0, 0.1, 50_000.0, 1.0),
    "feed": Truth(380_000.0, 40_000.0, 1.4, 0.3, 40_000.0, 0.8),
    "kol": Truth(160_000.0, 15_000.0, 1.0, 0.6, 15_000.0, 0.6),
    "retargeting": Truth(90_000.0, 8_000.0, 0.8, 0.0, 8_000.0, 0.9),
}
PROMOTIONS = {"618": (6, 18), "double11": (11, 11)}


@dataclass(frozen=True)
class Sample:
    """A generated history: one row per week, and what each campaign truly brought."""

    starts: list[date]
    revenue: NDArray[np.float64]
    spend: dict[str, NDArray[np.float64]]
    effect: dict[str, NDArray[np.float64]]
    price_index: NDArray[np.float64]
    promotion: list[str]


def carried(spend: NDArray[np.float64], retention: float, periods: int = 13) -> NDArray[np.float64]:
    """Spend spread over the weeks that follow it, with geometric weights summing to 1."""
    weights = retention ** np.arange(periods)
    return np.convolve(spend, weights / weights.sum())[: len(spend)]


def hill(spend: NDArray[np.float64], truth: Truth) -> NDArray[np.float64]:
    """Revenue per week at steady spend."""
    power = spend**truth.slope
    return truth.ceiling * power / (truth.half_spend**truth.slope + power)


def generate(weeks: int = 156, seed: int = 1, noise: float = 0.03) -> Sample:
    """A history of ``weeks`` weeks; ``noise`` is the standard deviation of log revenue."""
    rng = np.random.default_rng(seed)
    starts = [START + timedelta(weeks=k) for k in range(weeks)]
    spend, effect = {}, {}
    for name, truth in TRUTH.items():
        raw = truth.usual_spend * rng.lognormal(0.0, 0.7, weeks + BURN_IN)
        raw = np.round(raw * (rng.random(weeks + BURN_IN) < truth.active_share), 2)
        spend[name] = raw[BURN_IN:]
        effect[name] = hill(carried(raw, truth.retention), truth)[BURN_IN:]
    angle = 2 * np.pi * np.array([d.timetuple().tm_yday for d in starts]) / 365.25
    season = 80_000.0 * np.sin(angle - 1.0) + 40_000.0 * np.cos(2 * angle)
    price_index = np.round(100 * (1 + 0.05 * rng.standard_normal(weeks)), 1)
    promotion = [_promotion(d) for d in starts]
    lift = np.array([{"": 0.0, "618": 300_000.0, "double11": 500_000.0}[p] for p in promotion])
    base = LEVEL + 1_500.0 * np.arange(weeks) + season - 6_000.0 * (price_index - 100) + lift
    mean = base + sum(effect.values())
    revenue = np.round(mean * rng.lognormal(-(noise**2) / 2, noise, weeks), 2)
    return Sample(starts, revenue, spend, effect, price_index, promotion)


def _promotion(start: date) -> str:
    for name, (month, day) in PROMOTIONS.items():
        if start <= date(start.year, month, day) < start + timedelta(weeks=1):
            return name
    return ""


def write(sample: Sample, path: Path) -> None:
    """Write the columns a shop would have; the truth stays out."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        names = list(sample.spend)
        table.writerow(["week", "revenue", *(f"{n}_spend" for n in names), "price_index", "promotion"])
        for k, start in enumerate(sample.starts):
            spends = [sample.spend[n][k] for n in names]
            table.writerow([start, sample.revenue[k], *spends, sample.price_index[k], sample.promotion[k]])


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a weekly shop history with known response curves.")
    parser.add_argument("path", type=Path, help="CSV file to write")
    parser.add_argument("--weeks", type=int, default=156)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--noise", type=float, default=0.03, help="standard deviation of log revenue")
    options = parser.parse_args()
    write(generate(options.weeks, options.seed, options.noise), options.path)


if __name__ == "__main__":
    main()
