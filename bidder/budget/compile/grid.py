"""Campaigns x periods: numbering, seasonal indices and the curve of every cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bidder import errors
from bidder.budget.actuals import Actuals
from bidder.budget.curves import CurveBank, Shape, bank
from bidder.budget.spec import PlanSpec
from bidder.budget.spec_campaign import (
    Campaign,
    Commission,
    FittedCurve,
    HillCurve,
    LogCurve,
    PiecewiseCurve,
    PowerCurve,
    Season,
)
from bidder.budget.spec_limits import Metric
from bidder.calendar import Horizon

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FURTHEST = 1e8
"""No product of seasonal indices goes further from 1 than this; it keeps every scale finite."""


@dataclass(frozen=True)
class Grid:
    """The plan's campaigns and periods; C campaigns, T periods, cell = campaign * T + period.

    Attributes
    ----------
    names : tuple of str
        ``channel/campaign``, in the order written.
    channel : int array, shape (C,)
        Number of each campaign's channel.
    past : int
        Periods locked at actual spend, from the first.
    actual_spend, actual_conversions : float arrays, shape (C, past)
    traffic, price, conversion : float arrays, shape (C, T)
        Seasonal indices, means over each period's days.
    base : CurveBank
        Curve of each campaign at index 1.
    days : int array, shape (T,)
    whens : tuple of str
        ISO first day of each period.
    """

    spec: PlanSpec
    horizon: Horizon
    names: tuple[str, ...]
    campaigns: tuple[Campaign, ...]
    channels: tuple[str, ...]
    channel: Integers
    past: int
    actual_spend: Floats
    actual_conversions: Floats
    traffic: Floats
    price: Floats
    conversion: Floats
    base: CurveBank
    days: Integers
    whens: tuple[str, ...]

    @property
    def shape(self) -> tuple[int, int]:
        """(campaigns, periods)."""
        return len(self.names), len(self.whens)

    @property
    def size(self) -> int:
        """Number of cells."""
        return len(self.names) * len(self.whens)

    @property
    def ahead(self) -> Integers:
        """Numbers of the periods still to plan."""
        return np.arange(self.past, len(self.whens))

    @property
    def everyone(self) -> Integers:
        """Numbers of all campaigns."""
        return np.arange(len(self.names))

    @property
    def commission(self) -> Floats:
        """Spend per conversion of commission campaigns (rate * order value), 0 elsewhere, shape (C,)."""
        return np.array([
            c.buying.rate * c.order_value if isinstance(c.buying, Commission) else 0.0 for c in self.campaigns
        ])

    def cells_of(self, campaign: int, periods: Integers) -> Integers:
        """Cell numbers of one campaign in some periods."""
        return campaign * len(self.whens) + periods

    def path(self, campaign: int) -> errors.Path:
        """Where a campaign stands in the YAML."""
        channel = self.channels[self.channel[campaign]]
        return ("channels", channel, "campaigns", self.names[campaign][len(channel) + 1:])

    def worth(self, metric: Metric) -> Floats:
        """Value of one conversion, spend not taken off, shape (C,): currency units or a count."""
        return np.array([_WORTH[metric](c) for c in self.campaigns], dtype=np.float64)

    def scales(self) -> tuple[Floats, Floats]:
        """``scale_in`` and ``scale_out`` of every cell's curve, each of shape (C, T).

        ``p d`` and ``v d``; commission is paid per sale, so its spend moves with ``v d`` too and
        keeps spend = rate * revenue at every index.
        """
        out = self.conversion * self.traffic
        paid_per_sale = (self.commission > 0)[:, None]
        return np.where(paid_per_sale, out, self.price * self.traffic), out

    def curves(self) -> CurveBank:
        """Curve of every cell; without effect where the period is past (it was measured)."""
        count, periods = self.shape
        scale_in, scale_out = self.scales()
        scale_out = scale_out.copy()
        scale_out[:, : self.past] = 0.0
        each = self.base.take(np.repeat(np.arange(count), periods))
        return each.scaled(scale_in.ravel(), scale_out.ravel())


_WORTH: dict[Metric, Callable[[Campaign], float]] = {
    Metric.REVENUE: lambda c: c.order_value,
    Metric.PROFIT: lambda c: c.margin * c.order_value,
    Metric.CONVERSIONS: lambda c: 1.0,
    Metric.NEW_CUSTOMERS: lambda c: c.new_customer_share,
    Metric.LIFETIME_VALUE: lambda c: c.order_value * c.lifetime_multiplier,
}


def build_grid(spec: PlanSpec, actuals: Actuals | None) -> Grid:
    """Number the campaigns and periods and work out every seasonal index.

    Raises
    ------
    InputError
        When a curve is still a reference to a file of fitted curves.
    """
    named = spec.campaigns()
    names, campaigns = tuple(named), tuple(named.values())
    channels = tuple(spec.channels)
    owner = [k for k, channel in enumerate(spec.channels.values()) for _ in channel.campaigns]
    horizon = spec.horizon.resolve()
    indices = _indices(spec, horizon)
    nothing = np.zeros((len(names), 0))
    spend, conversions = (actuals.spend, actuals.conversions) if actuals else (nothing, nothing)
    if spend.shape != conversions.shape or spend.shape[0] != len(names) or spend.shape[1] > len(horizon):
        raise ValueError(f"actuals of shape {spend.shape} do not fit {len(names)} campaigns x {len(horizon)}")
    return Grid(
        spec, horizon, names, campaigns, channels, np.array(owner, dtype=np.int64), spend.shape[1],
        np.asarray(spend, dtype=np.float64), np.asarray(conversions, dtype=np.float64),
        indices[:, 0], indices[:, 1], indices[:, 2], _base_curves(spec), horizon.days,
        tuple(d.isoformat() for d in horizon.starts),
    )


def _indices(spec: PlanSpec, horizon: Horizon) -> Floats:
    """Traffic, price and conversion index per campaign and period, shape (C, 3, T)."""
    dates = horizon.dates
    plan = _daily(spec.seasonality, dates)
    found = []
    for channel in spec.channels.values():
        shared = plan * _daily(channel.seasonality, dates)
        shared_means = _means(horizon, shared)
        for campaign in channel.campaigns.values():
            own = campaign.seasonality
            found.append(_means(horizon, shared * _daily(own, dates)) if own else shared_means)
    return np.array(found)


def _daily(seasons: Sequence[Season], dates: Sequence[date]) -> Floats:
    """Product of all matching entries on each day, shape (3, days)."""
    product = np.ones((3, len(dates)))
    for season in seasons:
        mask = season.days.covers(dates)
        product[:, mask] *= np.array([[season.traffic], [season.price], [season.conversion]])
        product = np.clip(product, 1.0 / _FURTHEST, _FURTHEST)
    return product


def _means(horizon: Horizon, daily: Floats) -> Floats:
    return np.array([horizon.average(row) for row in np.clip(daily, 1.0 / _FURTHEST, _FURTHEST)])


def _base_curves(spec: PlanSpec) -> CurveBank:
    shapes: list[tuple[Shape, float, float, float]] = []
    points: list[tuple[Floats, Floats]] = []
    problems = errors.Problems()
    for channel, owner in spec.channels.items():
        for name, campaign in owner.campaigns.items():
            curve = _as_piecewise(campaign) if isinstance(campaign.buying, Commission) else campaign.curve
            if isinstance(curve, FittedCurve):
                path = ("channels", channel, "campaigns", name, "curve")
                problems.add(path, "the fitted curve has not been read", "a curve with kind")
            elif isinstance(curve, PiecewiseCurve):
                xs, ys = np.array(curve.points).T
                shapes.append((Shape.PIECEWISE, float(len(points)), 0.0, 0.0))
                points.append((xs.copy(), ys.copy()))
            else:
                shapes.append(_smooth(curve))
    problems.raise_if_any()
    return bank(shapes, points)


def _as_piecewise(campaign: Campaign) -> PiecewiseCurve:
    assert isinstance(campaign.buying, Commission)
    sales = campaign.buying.max_conversions
    most = campaign.buying.rate * campaign.order_value * sales
    # Not validated again: the product of two allowed amounts may pass the bound on a typed amount.
    return PiecewiseCurve.model_construct(kind="piecewise", points=[(0.0, 0.0), (most, sales)])


def _smooth(curve: HillCurve | LogCurve | PowerCurve | None) -> tuple[Shape, float, float, float]:
    if isinstance(curve, HillCurve):
        return Shape.HILL, curve.ceiling, curve.half_spend, curve.slope
    if isinstance(curve, LogCurve):
        return Shape.LOG, curve.scale, curve.spend_scale, 0.0
    assert isinstance(curve, PowerCurve)
    return Shape.POWER, curve.coefficient, 1.0, curve.exponent
