"""From spend and effect to what a planner reads: conversions by the period they arrive in, revenue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pool:
    """The audience of one retargeting campaign, per period.

    ``people`` gives the pool (visitors in the window who have not bought) as rows over spend and
    effect plus a constant, T rows; impressions are ``impressions_per_spend * spend`` and at most
    ``impressions_per_person * people``.
    """

    campaign: str
    spend: sparse.csr_array
    effect: sparse.csr_array
    constant: Floats
    cells: NDArray[np.int64]
    impressions_per_spend: Floats
    impressions_per_person: Floats

    def people(self, x: Floats, y: Floats) -> Floats:
        """People in the pool, shape (periods,)."""
        size: Floats = self.spend @ x + self.effect @ y + self.constant
        return size


@dataclass(frozen=True)
class Scenarios:
    """Draws of the uncertain effects: factors by campaign x period cell, mean 1 over the draws.

    ``factors`` has shape (draws, n) or, without period factors, (draws, campaigns) to be spread.
    """

    factors: Floats
    level: float


@dataclass(frozen=True)
class Accounts:
    """How effects turn into results; n cells, campaign-major.

    Attributes
    ----------
    campaigns : tuple of str
        Full names, ``channel/campaign``.
    arrival : csr array, shape (n, n)
        Conversions arriving in a cell's period from the effects y of the same campaign's cells.
    arrival_constant : float array, shape (n,)
        Conversions arriving from spend before the horizon, or measured in past periods.
    after_end : float array, shape (n,)
        Share of each cell's effect arriving after the horizon; counted in totals if ``count_after_end``.
    after_constant : float array, shape (campaigns,)
        Conversions arriving after the horizon from spend already past.
    lost : csr array, shape (n, k)
        Conversions lost for want of stock in each cell's period, from the extras.
    order_value, margin, new_customer_share, lifetime_multiplier : float arrays, shape (campaigns,)
    pools : tuple of Pool
    scenarios : Scenarios or None
    past_periods : int
        Periods locked at actual spend.
    old_spend : float array, shape (n,), or None
        Spend of the earlier plan, when re-planning.
    """

    campaigns: tuple[str, ...]
    arrival: sparse.csr_array
    arrival_constant: Floats
    after_end: Floats
    after_constant: Floats
    count_after_end: bool
    lost: sparse.csr_array
    order_value: Floats
    margin: Floats
    new_customer_share: Floats
    lifetime_multiplier: Floats
    pools: tuple[Pool, ...]
    scenarios: Scenarios | None = None
    past_periods: int = 0
    old_spend: Floats | None = None
