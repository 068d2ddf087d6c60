"""How sure the difference between two settings is: both played the same episodes.

Intervals are bootstrap intervals of the mean over episodes, bias-corrected and accelerated (BCa; Efron
and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 14; for a mean the acceleration has the
closed form of their section 14.3). All settings share the same resampled sets of episodes, which makes
one matrix product of thousands of intervals; :func:`scipy.stats.bootstrap` would draw for each anew.

The test is the paired permutation test of the mean (random signs; Fisher 1935): unlike Wilcoxon's it
tests the very difference that is reported, needs no approximation when few episodes differ, and neither
drops zeros nor ranks ties, of which counts of clicks are full. It goes through all signs when there are
at most 16,384 of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from bidder.arrays import Floats
from bidder.auctions.result import COUNTED, Comparison, SettingResult

FEWEST = 6
"""With fewer episodes there is no interval: all differences in one direction would still have p > 0.05."""
MEASURES = ("impressions", "clicks", "conversions", "cost", "value", "worth")
"""What has an interval."""
MOST_PAIRS = 2000
"""Most comparisons in one experiment."""
_EXACT = 14
_SIGNS = 9999
_COLUMNS = 256
Item = TypeVar("Item")


def totals(
    results: Sequence[SettingResult], draws: int, level: float, seed: int
) -> list[dict[str, tuple[float, float]]]:
    """Interval of every setting's total of each of :data:`MEASURES`, by resampling its episodes.

    Parameters
    ----------
    results : sequence of SettingResult
    draws : int
        Resampled sets of episodes.
    level : float
        Probability of the intervals.
    seed : int

    Returns
    -------
    list of dict
        As long as ``results``; empty for a result with fewer than :data:`FEWEST` episodes.
    """
    found: list[dict[str, tuple[float, float]]] = [{} for _ in results]
    columns = [COUNTED.index(name) for name in MEASURES]
    for length, some in _by_length(results):
        if length < FEWEST:
            continue
        weights = resamples(length, draws, seed)
        for chunk in _chunks(some, max(_COLUMNS // len(MEASURES), 1)):
            data = np.concatenate([results[k].episodes[:, columns] for k in chunk], axis=1).astype(np.float64)
            low, high = (bound * length for bound in bca(data, weights, level))
            for i, k in enumerate(chunk):
                span = range(i * len(columns), (i + 1) * len(columns))
                ends = zip(MEASURES, span, strict=True)
                found[k] = {name: (float(low[j]), float(high[j])) for name, j in ends}
    return found


def resamples(length: int, draws: int, seed: int) -> Floats:
    """How often each episode is in each resampled set, shape (draws, length)."""
    rng = np.random.default_rng([seed, length])
    chance = np.full(length, 1.0 / length)
    counted: Floats = rng.multinomial(length, chance, size=draws).astype(np.float64)
    return counted


def bca(data: Floats, weights: Floats, level: float) -> tuple[Floats, Floats]:
    """Interval of the mean of every column.

    Parameters
    ----------
    data : ndarray of float64, shape (E, P)
        Whole numbers, so that their sums are exact in any order.
    weights : ndarray of float64, shape (draws, E)
        From :func:`resamples`.
    level : float

    Returns
    -------
    tuple of ndarray, shape (P,)
        Lower and upper ends.
    """
    from scipy.special import ndtr, ndtri

    length, draws = len(data), len(weights)
    drawn = np.sort(weights @ data, axis=0) / length
    mean = data.sum(axis=0) / length
    below = ((drawn < mean).sum(axis=0) + (drawn <= mean).sum(axis=0)) / (2 * draws)
    bias = ndtri(np.clip(below, 0.5 / draws, 1 - 0.5 / draws))
    away = data - mean
    spread = (away**2).sum(axis=0)
    steep = (away**3).sum(axis=0) / (6 * np.where(spread > 0, spread, 1.0) ** 1.5)
    ends = []
    for share in ((1 - level) / 2, (1 + level) / 2):
        z = bias + ndtri(share)
        place = ndtr(bias + z / (1 - steep * z)) * (draws - 1)
        ends.append(np.where(spread > 0, _between_rows(drawn, place), mean))
    return ends[0], ends[1]


def _between_rows(rows: Floats, place: Floats) -> Floats:
    lower = np.clip(np.floor(place), 0, len(rows) - 1).astype(np.int64)
    upper = np.minimum(lower + 1, len(rows) - 1)
    column = np.arange(rows.shape[1])
    share = place - lower
    value: Floats = rows[lower, column] * (1 - share) + rows[upper, column] * share
    return value


def signs(length: int, seed: int) -> tuple[Floats, bool]:
    """Signs of the permutation test, shape (R, length), and whether these are all there are."""
    if length <= _EXACT:
        number = np.arange(2**length)[:, None]
        return np.where(number >> np.arange(length) & 1, -1.0, 1.0), True
    rng = np.random.default_rng([seed, length, 1])
    return np.where(rng.random((_SIGNS, length)) < 0.5, -1.0, 1.0), False


def p_values(data: Floats, flips: Floats, exact: bool) -> Floats:
    """Two-sided p-value of every column's mean being 0, shape (P,).

    Parameters
    ----------
    data : ndarray of float64, shape (E, P)
        Differences.
    flips, exact
        From :func:`signs`.
    """
    seen = np.abs(data.sum(axis=0))
    # The same sum in another order may differ in its last digits.
    least = seen * (1 - 1e-12)
    as_far = (np.abs(flips @ data) >= least).sum(axis=0)
    share: Floats = as_far / len(flips) if exact else (as_far + 1) / (len(flips) + 1)
    return share


def holm(p: Sequence[float]) -> list[float]:
    """P-values adjusted for how many there are (Holm, "A simple sequentially rejective multiple test
    procedure", 1979); those that are NaN do not count."""
    order = sorted((k for k, value in enumerate(p) if value == value), key=lambda k: p[k])
    adjusted, highest = [float("nan")] * len(p), 0.0
    for place, k in enumerate(order):
        highest = max(highest, min((len(order) - place) * p[k], 1.0))
        adjusted[k] = highest
    return adjusted


def compare(
    settings: Sequence[tuple[int, int]],
    results: Sequence[SettingResult],
    measure: str,
    draws: int,
    level: float,
    seed: int,
) -> list[Comparison]:
    """Every pair, episode by episode.

    Parameters
    ----------
    settings : sequence of (int, int)
        From :func:`~bidder.auctions.experiments.finalists.pairs`; pairs whose numbers of episodes differ
        are left out.
    results : sequence of SettingResult
    measure : str
        One of :data:`~bidder.auctions.result.COUNTED`.
    draws, level, seed
        As for :func:`totals`.
    """
    column = COUNTED.index(measure)
    found: dict[tuple[int, int], Comparison] = {}
    matched = [p for p in settings if len(results[p[0]].episodes) == len(results[p[1]].episodes)]
    for length in dict.fromkeys(len(results[first].episodes) for first, _ in matched):
        some = [p for p in matched if len(results[p[0]].episodes) == length]
        usable = length >= FEWEST
        weights = resamples(length, draws, seed) if usable else None
        flips = signs(length, seed) if usable else None
        for chunk in _chunks(some, _COLUMNS):
            gaps = [results[a].episodes[:, column] - results[b].episodes[:, column] for a, b in chunk]
            data: Floats = np.stack(gaps, axis=1).astype(np.float64)
            low = high = p = np.full(len(chunk), np.nan)
            if weights is not None and flips is not None:
                low, high = bca(data, weights, level)
                p = p_values(data, *flips)
            mean = data.mean(axis=0) if length else np.full(len(chunk), np.nan)
            for i, pair in enumerate(chunk):
                ends = float(low[i]), float(high[i])
                found[pair] = Comparison(*pair, measure, length, float(mean[i]), *ends, float(p[i]), level)
    ordered = [found[p] for p in matched]
    adjusted = holm([c.p_value for c in ordered])
    return [replace(c, p_adjusted=a) for c, a in zip(ordered, adjusted, strict=True)]


def _by_length(results: Sequence[SettingResult]) -> Iterator[tuple[int, list[int]]]:
    groups: dict[int, list[int]] = {}
    for k, result in enumerate(results):
        groups.setdefault(len(result.episodes), []).append(k)
    yield from groups.items()


def _chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
