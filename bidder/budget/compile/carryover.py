"""Effects over time: which share of a spend's conversions arrives in which period.

With weights ``w_0, w_1, ...`` (summing to 1) the conversions delivered in period t are
``sum_s w_(t-s) y_s`` plus what earlier spend still brings (adstock, Broadbent 1979).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.compile.grid import Grid
from bidder.budget.spec_campaign import Campaign, GeometricCarryover

Floats = NDArray[np.float64]

_RATIO_LIMIT = 10.0
"""Past results further than this from the curve say that the curve is wrong, not how far to scale it."""


@dataclass(frozen=True)
class Carried:
    """Arrival of effects; fields as in :class:`bidder.budget.accounts.Accounts`."""

    arrival: sparse.csr_array
    arrival_constant: Floats
    after_end: Floats
    after_constant: Floats


def weights_of(campaign: Campaign) -> Floats:
    """Share of an effect arriving 0, 1, 2, ... periods after the spend, summing to 1."""
    carryover = campaign.carryover
    if carryover is None:
        return np.ones(1)
    if isinstance(carryover, GeometricCarryover):
        raw = np.power(carryover.retention, np.arange(carryover.periods, dtype=np.float64))
    else:
        raw = np.asarray(carryover.weights, dtype=np.float64)
    normal: Floats = raw / raw.sum()
    return normal


def carry(grid: Grid) -> Carried:
    """Arrival of the effects to plan, and constants for spend that is already past."""
    count, periods = grid.shape
    weights = [weights_of(c) for c in grid.campaigns]
    table = np.zeros((count, max(map(len, weights))))
    for campaign, own in enumerate(weights):
        table[campaign, : len(own)] = own
    constant, after = np.zeros((count, periods)), np.zeros(count)
    for campaign in range(count):
        constant[campaign], after[campaign] = _past_results(grid, campaign, weights[campaign])
    return Carried(_arrival(grid, table), constant.ravel(), _after_end(table, periods), after)


def _arrival(grid: Grid, table: Floats) -> sparse.csr_array:
    count, periods = grid.shape
    rows, columns, data = [], [], []
    first = np.arange(count)[:, None] * periods
    for lag in range(min(table.shape[1], periods - grid.past)):
        # Effects of past periods are measured results, not variables: their columns stay empty.
        source = np.arange(grid.past, periods - lag)
        some = table[:, lag] > 0
        rows.append((first[some] + source + lag).ravel())
        columns.append((first[some] + source).ravel())
        data.append(np.repeat(table[some, lag], len(source)))
    if not data:
        return sparse.csr_array((grid.size, grid.size))
    where = (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array((np.concatenate(data), where), shape=(grid.size, grid.size))


def _after_end(table: Floats, periods: int) -> Floats:
    # Summed from the tail, so that an effect that ends in time leaves exactly 0.
    tails = np.zeros((table.shape[0], periods + table.shape[1] + 1))
    tails[:, : table.shape[1]] = np.cumsum(table[:, ::-1], axis=1)[:, ::-1]
    remaining = periods - np.arange(periods)
    share: Floats = np.minimum(tails[:, remaining], 1.0).ravel()
    return share


def _past_results(grid: Grid, campaign: int, weights: Floats) -> tuple[Floats, float]:
    """Arrivals of one campaign, per period and after the end, from spend before now.

    In past periods these are the measured conversions. Tails into the future follow the curve,
    scaled by how far the measured past was from the modelled past.
    """
    periods, past = grid.shape[1], grid.past
    modelled = _modelled(grid, campaign, weights)
    arriving = modelled[:periods].copy()
    ratio = 1.0
    if past:
        actual = grid.actual_conversions[campaign]
        expected = modelled[:past].sum()
        if expected > 0:
            ratio = float(np.clip(actual.sum() / expected, 0.0, _RATIO_LIMIT))
        arriving = arriving * ratio
        arriving[:past] = actual
    return arriving, float(modelled[periods:].sum()) * ratio


def _modelled(grid: Grid, campaign: int, weights: Floats) -> Floats:
    """Delivered effect of spend before the horizon and in past periods, from the first period on."""
    before = np.asarray(grid.campaigns[campaign].carry_in, dtype=np.float64)
    spend = np.concatenate([before, grid.actual_spend[campaign]])
    arriving = np.zeros(grid.shape[1] + len(weights))
    if not len(spend):
        return arriving
    scale_in, scale_out = (s[campaign, : grid.past] for s in grid.scales())
    # No season is known before the horizon: index 1.
    ones = np.ones(len(before))
    curve = grid.base.take(np.full(len(spend), campaign, dtype=np.int64))
    effect = curve.scaled(np.concatenate([ones, scale_in]), np.concatenate([ones, scale_out])).value(spend)
    delivered = np.convolve(effect, weights)[len(before):]
    arriving[: len(delivered)] = delivered
    return arriving
