"""What a fit hands back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidder.budget.fitting.errors import ForecastError, Holdout

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """The 5% and 95% quantiles of the refits."""

    low: float
    high: float

    @property
    def shown_low(self) -> float:
        """The low end for a reader: 0 when next to the high end it is nothing."""
        return self.low if self.low > 0.002 * self.high else 0.0


@dataclass(frozen=True)
class CampaignFit:
    """One campaign's curve and what it says about the history.

    Attributes
    ----------
    name : str
    ceiling : float
        Result per period (revenue or conversions) that no spend exceeds; 0 when no effect was found.
    half_spend : float
        Currency units per period at which half of the ceiling is reached.
    slope : float
        Unitless; above 1 the curve is S-shaped.
    retention : float
        Unitless share of the effect that waits for the next period.
    carryover_periods : int
        Length of the tail, the period of the spend included.
    spread : float
        Standard deviation of the log effect, within [0.02, 2].
    spend : float
        Currency units over the history.
    active_periods : int
        Periods with spend.
    effect : float
        Contribution to the result over the history.
    share : float
        Effect divided by the history's result.
    return_on_spend : float
        Effect per currency unit spent (ROAS when the result is revenue).
    marginal_return : float
        Effect of the next currency unit a period at the average spend of periods with spend, once
        the carryover has arrived.
    intervals : dict of str to Interval
        For ceiling, half_spend, slope, retention, effect and return_on_spend.
    vif : float
        Variance inflation factor of the saturated, carried-over spend, given everything else.
    distinct : bool
        Whether the effect's 5% quantile lies clearly above 0.
    separable_ratio : float
        Effect over the history when the curve is applied to each period's spend before the carryover,
        as a plan does, divided by ``effect``, where it is applied after. 1 at steady spend; below 1
        where spend comes in bursts and returns fall.
    last_spend : tuple of float
        Spend of the last ``carryover_periods - 1`` periods, oldest first, currency units.
    """

    name: str
    ceiling: float
    half_spend: float
    slope: float
    retention: float
    carryover_periods: int
    spread: float
    spend: float
    active_periods: int
    effect: float
    share: float
    return_on_spend: float
    marginal_return: float
    intervals: dict[str, Interval]
    vif: float
    distinct: bool
    separable_ratio: float
    last_spend: tuple[float, ...]

    def hill(self, spend: Floats) -> Floats:
        """Result per period at steady spend (currency units per period), same shape."""
        x = np.maximum(spend, 0.0) ** self.slope
        value: Floats = self.ceiling * x / (self.half_spend**self.slope + x)
        return value


@dataclass(frozen=True)
class Decomposition:
    """The fitted result split into its parts; all in the unit of the result.

    ``trend + season + controls + campaigns.sum(axis=1) == fitted`` up to rounding.

    Attributes
    ----------
    actual, fitted, trend, season, controls : ndarray, shape (T,)
    campaigns : ndarray, shape (T, C)
    """

    actual: Floats
    fitted: Floats
    trend: Floats
    season: Floats
    controls: Floats
    campaigns: Floats


@dataclass(frozen=True)
class Quality:
    """How the fit stands.

    Attributes
    ----------
    r_squared : float
        Share of the result's variance that the fitted values explain, on the rows fitted to.
    error : ForecastError
        Error on the rows fitted to.
    noise : float
        Standard deviation of what is left, in the unit of the result.
    autocorrelation : float
        Correlation of neighbouring residuals.
    agreement : float
        Share of the starts that ended at the best optimum.
    starts : int
    effective_parameters : float
        Parameters the data had to pay for.
    """

    r_squared: float
    error: ForecastError
    noise: float
    autocorrelation: float
    agreement: float
    starts: int
    effective_parameters: float


@dataclass(frozen=True)
class Finding:
    """A plain sentence about what the history cannot tell.

    Attributes
    ----------
    code : str
        Stable name of the kind of finding.
    campaigns : tuple of str
        Campaigns concerned; empty when it concerns the whole fit.
    text : str
    """

    code: str
    campaigns: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class FitResult:
    """Curves, their quality and their limits.

    Attributes
    ----------
    campaigns : tuple of CampaignFit
    coefficients : dict of str to float
        Of the base, in the unit of the result per column unit (numbers among the controls are
        centred and divided by their standard deviation).
    decomposition : Decomposition
    holdout : Holdout
    quality : Quality
    correlation : ndarray, shape (C, C)
        Between the campaigns' saturated, carried-over spend, with the base taken out.
    effect_correlation : ndarray, shape (C, C)
        Between the campaigns' effects over the refits; near -1 means that only the sum is known.
    warnings : tuple of Finding
    notes : tuple of Finding
    """

    campaigns: tuple[CampaignFit, ...]
    coefficients: dict[str, float]
    decomposition: Decomposition
    holdout: Holdout
    quality: Quality
    correlation: Floats
    effect_correlation: Floats
    warnings: tuple[Finding, ...]
    notes: tuple[Finding, ...]
