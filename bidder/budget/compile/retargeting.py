"""Retargeting: impressions are limited by the audience that the other campaigns bring."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.accounts import Pool
from bidder.budget.check import states_visits
from bidder.budget.compile.draft import Draft, Tag
from bidder.budget.compile.grid import Grid
from bidder.budget.compile.sums import Span, cell_sums
from bidder.budget.problem import Linear, Side, Unit
from bidder.budget.spec_campaign import Campaign, PerClick, PerMille, Retargeting

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_PER_MILLE = 1000.0


def audiences(draft: Draft) -> tuple[Pool, ...]:
    """Add the audience limit of every retargeting campaign, and return their pools."""
    grid = draft.model.grid
    pools = []
    for number, campaign in enumerate(grid.campaigns):
        if campaign.retargeting is not None:
            pool = _pool(grid, number, campaign.retargeting)
            _limit(draft, number, pool)
            pools.append(pool)
    return tuple(pools)


def _pool(grid: Grid, number: int, audience: Retargeting) -> Pool:
    """Visitors of the window who have not bought, on an average day of each period.

    A visitor brought by a campaign has bought if the visit is one of its conversions, whenever
    these arrive.
    """
    window = sparse.csr_array(grid.horizon.window_weights(audience.window_days))
    per_spend, per_effect, constant = _not_buying(grid, sources(grid, number))
    before = grid.horizon.window_weights(audience.window_days, before=1)
    organic = audience.organic_visits * audience.window_days
    visiting: Floats = np.asarray(window @ constant)
    people = visiting + organic + audience.visits_before * before
    campaign = grid.campaigns[number]
    cpm = audience.cpm if audience.cpm is not None else _cpm(campaign)
    return Pool(
        grid.names[number], window @ per_spend, window @ per_effect, people,
        grid.cells_of(number, np.arange(grid.shape[1])),
        _PER_MILLE / (cpm * grid.price[number]),
        audience.daily_frequency_cap * audience.match_rate * grid.days.astype(np.float64),
    )


def _cpm(campaign: Campaign) -> float:
    assert isinstance(campaign.buying, PerMille)
    return campaign.buying.price


def click_price(campaign: Campaign) -> float | None:
    """Cost per click from which a campaign's visits follow, currency units; None if it is not stated."""
    if campaign.visits is not None:
        return campaign.visits.cpc
    return campaign.buying.price if isinstance(campaign.buying, PerClick) else None


def sources(grid: Grid, number: int) -> Integers:
    """Campaigns whose visitors a retargeting campaign can reach: those named, or all that state visits."""
    audience = grid.campaigns[number].retargeting
    assert audience is not None
    wanted = grid.names if audience.sources is None else audience.sources
    return np.array([
        k for k, name in enumerate(grid.names)
        if k != number and name in wanted and states_visits(grid.campaigns[k])
    ], dtype=np.int64)


def _not_buying(grid: Grid, campaigns: Integers) -> tuple[sparse.csr_array, sparse.csr_array, Floats]:
    """Visitors who do not buy, per period: per unit of spend and effect (T, n), and from the past (T,)."""
    count, periods = grid.shape
    spend, effect = np.zeros((count, periods)), np.zeros((count, periods))
    for number in campaigns:
        price = click_price(grid.campaigns[number])
        if price is not None:
            spend[number] = 1.0 / (price * grid.price[number])
            effect[number] = -1.0
        else:
            visits = grid.campaigns[number].visits
            assert visits is not None and visits.cvr is not None
            # No more visitors can buy than come, however high the season lifts the rate.
            effect[number] = np.maximum(1.0 / (visits.cvr * grid.conversion[number]) - 1.0, 0.0)
    span = Span(np.arange(periods), each=True)
    constant = np.zeros(periods)
    constant[: grid.past] = (effect[:, : grid.past] * grid.actual_conversions).sum(axis=0)
    effect[:, : grid.past] = 0.0
    everyone = [grid.everyone]
    return cell_sums(grid, everyone, span, spend), cell_sums(grid, everyone, span, effect), constant


def _limit(draft: Draft, number: int, pool: Pool) -> None:
    """``impressions - impressions_per_person * people <= 0`` in each period still to come."""
    model, grid = draft.model, draft.model.grid
    ahead = grid.ahead
    if not len(ahead):
        return
    reach = sparse.diags_array(pool.impressions_per_person[ahead])
    shown = np.zeros(grid.shape)
    shown[number] = pool.impressions_per_spend
    impressions = cell_sums(grid, [np.array([number])], Span(ahead, each=True), shown)
    rows = draft.rows(
        Linear(
            sparse.csr_array(impressions - reach @ pool.spend[ahead]),
            sparse.csr_array(-(reach @ pool.effect[ahead])),
            sparse.csr_array((len(ahead), model.extras)),
            -pool.impressions_per_person[ahead] * pool.constant[ahead],
        ),
        high=0.0,
    )
    tag = Tag(
        [f"{pool.campaign} audience"] * len(ahead), [grid.whens[t] for t in ahead],
        [f"campaign {pool.campaign}"] * len(ahead), "retargeting", Unit.IMPRESSIONS,
        (*grid.path(number), "retargeting"),
    )
    draft.limit(tag, 0.0, Side.MAX, rows, Side.MAX)
