"""Uncertain effects: seeded draws, and the CVaR of the objective as linear rows.

The CVaR at level a of outcomes ``z_k`` is the largest ``eta - sum_k s_k / ((1 - a) N)`` with
``s_k >= eta - z_k`` and ``s_k >= 0`` (Rockafellar and Uryasev 2000).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.accounts import Scenarios
from bidder.budget.compile.draft import Draft
from bidder.budget.compile.grid import Grid
from bidder.budget.compile.objective import Value
from bidder.budget.problem import Linear, RiskRows
from bidder.budget.spec import Risk, RiskObjective

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RiskPart:
    """What risk adds: the objective with it, its rows, and bounds of its columns (eta, shortfalls)."""

    value: Value
    rows: RiskRows
    low: Floats
    high: Floats


def tail_weight(risk: Risk | None) -> float:
    """Weight of the CVaR in the objective; the mean has the rest."""
    if risk is None or risk.objective is RiskObjective.MEAN:
        return 0.0
    return 1.0 if risk.objective is RiskObjective.CVAR else risk.weight


def risk_columns(risk: Risk | None) -> int:
    """Number of extra columns: eta and one shortfall per draw."""
    return risk.draws + 1 if risk is not None and tail_weight(risk) > 0 else 0


def draw(grid: Grid) -> Scenarios | None:
    """Lognormal factors of the effects; None without a risk section.

    The log factor is ``spread_campaign z + spread_channel z' + spread_period z''`` with standard
    normals from a Philox generator: first z by draw and campaign, then z' by draw and channel, then
    z'' by draw and period, in the order written in the plan; all are drawn, used or not. Each
    campaign's (or cell's) factors are divided by their mean, so that the mean over the draws is 1.
    """
    risk = grid.spec.risk
    if risk is None:
        return None
    count, periods = grid.shape
    random = np.random.Generator(np.random.Philox(risk.seed))
    own = random.standard_normal((risk.draws, count))
    shared = random.standard_normal((risk.draws, len(grid.channels)))
    spreads = np.array([risk.campaigns.get(name, risk.spread) for name in grid.names])
    channels = np.array([risk.channels.get(name, 0.0) for name in grid.channels])
    logs = own * spreads + (shared * channels)[:, grid.channel]
    if risk.periods > 0:
        seasons = random.standard_normal((risk.draws, periods)) * risk.periods
        logs = (logs[:, :, None] + seasons[:, None, :]).reshape(risk.draws, -1)
    factors = np.exp(logs)
    factors /= factors.mean(axis=0)
    return Scenarios(factors, risk.level)


def by_cell(factors: Floats, grid: Grid) -> Floats:
    """Factors spread over cells, shape (draws, n)."""
    if factors.shape[1] == grid.size:
        return factors
    return np.repeat(factors, grid.shape[1], axis=1)


def outcome_effects(value: Value, factors: Floats, grid: Grid) -> Floats:
    """Coefficient of each effect in each draw's outcome, shape (draws, n).

    Commission is paid on the sales that come, so its spend moves with the factor: to the planned
    spend comes ``(factor - 1) * rate * revenue``. The mean over the draws is the objective.
    """
    spread = by_cell(factors, grid)
    commission = np.repeat(grid.commission, grid.shape[1])
    effects: Floats = value.effect * spread + value.spend * commission * (spread - 1.0)
    return effects


def add_risk(
    draft: Draft, value: Value, scenarios: Scenarios, first: int,
    high: Floats, most: Floats, extra_high: Floats,
) -> RiskPart:
    """Add a row ``outcome_k - eta + shortfall_k >= 0`` per draw and put the CVaR into the objective.

    Parameters
    ----------
    first : int
        Number of the column eta; the shortfalls follow it.
    high, most : float arrays, shape (n,)
        Most spend and most effect of each cell.
    extra_high : float array
        Upper bounds of the extra columns before ``first``.
    """
    grid, risk = draft.model.grid, draft.model.grid.spec.risk
    assert risk is not None
    effects, draws = outcome_effects(value, scenarios.factors, grid), risk.draws
    columns = np.arange(first, first + draws + 1)
    extra = np.zeros((draws, draft.model.extras))
    extra[:, :first] = value.extra[:first]
    extra[:, first] = -1.0
    extra[np.arange(draws), columns[1:]] = 1.0
    spend = sparse.csr_array(np.broadcast_to(value.spend, (draws, grid.size)))
    rows = Linear(spend, sparse.csr_array(effects), sparse.csr_array(extra), np.full(draws, value.constant))
    numbers = draft.rows(rows, low=0.0)
    low_end, high_end = _range(grid, value, effects, high, most, extra_high)
    weight = tail_weight(risk)
    cap = weight / ((1.0 - risk.level) * draws)
    return RiskPart(
        _mixed(value, weight, cap, columns), RiskRows(numbers, columns, weight, cap),
        np.concatenate([[low_end], np.zeros(draws)]),
        np.concatenate([[high_end], np.full(draws, high_end - low_end)]),
    )


def _mixed(value: Value, weight: float, cap: float, columns: NDArray[np.int64]) -> Value:
    rest = 1.0 - weight
    extra = value.extra * rest
    extra[columns[0]] = weight
    extra[columns[1:]] = -cap
    return Value(value.spend * rest, value.effect * rest, extra, value.constant * rest, value.sense)


def _range(
    grid: Grid, value: Value, effects: Floats, high: Floats, most: Floats, extra_high: Floats
) -> tuple[float, float]:
    """An interval that holds every draw's outcome of every plan."""
    total = high.sum()
    if grid.spec.budget.total is not None:
        total = min(total, grid.spec.budget.total)
    losses = np.minimum(value.extra[: len(extra_high)], 0.0) @ extra_high
    gains = np.maximum(value.extra[: len(extra_high)], 0.0) @ extra_high
    worst = (np.minimum(effects, 0.0) @ most).min() + min(value.spend.min(), 0.0) * total + losses
    best = (np.maximum(effects, 0.0) @ most).max() + gains
    # A little wider, so that neither end is ever in the way.
    slack = 1.0 + 1e-6 * (best - worst)
    return float(worst + value.constant - slack), float(best + value.constant + slack)
