"""From parameters to predictions and back: residuals of the model and their exact Jacobian.

The model of a period's result is::

    y_t = z_t . beta + sum over campaigns c of ceiling_c * hill(adstock_t(spend_c, retention_c))
    hill(a) = a^slope / (half_spend^slope + a^slope)

The base ``z . beta`` (trend, season, controls) is linear and free of the other parameters, so it is
projected out exactly (Golub and Pereyra 1973): for any curves, the best beta is a least-squares
solution and what is left to explain is orthogonal to the base.

Every campaign has four parameters: ceiling (in units of the average result, at least 0), retention,
log half_spend, log slope. Each carries a normal prior as one more residual row, so the minimum is
the mode of the posterior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from bidder.budget.fitting import adstock
from bidder.budget.fitting.spec import FitSpec

Floats = NDArray[np.float64]

CEILING, RETENTION, LOG_HALF, LOG_SLOPE = range(4)
PER_CAMPAIGN = 4
LEAST_RETENTION = 1e-3  # at exactly 0 the derivative of a slope below 1 is infinite


@dataclass(frozen=True)
class Shapes:
    """Saturated, carried-over spend and its derivatives by the shape parameters; all (C, T)."""

    value: Floats
    by_retention: Floats
    by_log_half: Floats
    by_log_slope: Floats


def shapes(lags: Floats, parameters: Floats) -> Shapes:
    """Hill curve of adstocked spend for every campaign, with exact derivatives.

    Parameters
    ----------
    lags : ndarray, shape (C, T, K)
        From :func:`bidder.budget.fitting.adstock.lags`.
    parameters : ndarray, shape (C, 4)
        Ceiling (not used), retention, log half_spend, log slope.
    """
    share, share_slope = adstock.weights(parameters[:, RETENTION], lags.shape[2])
    stock = np.matmul(lags, share[:, :, None])[:, :, 0]
    stock_slope = np.matmul(lags, share_slope[:, :, None])[:, :, 0]
    some = stock > 0
    held = np.where(some, stock, 1.0)
    slope = np.exp(parameters[:, LOG_SLOPE])[:, None]
    exponent = slope * (np.log(held) - parameters[:, LOG_HALF][:, None])
    value = np.where(some, expit(exponent), 0.0)
    steep = value * (1.0 - value)
    return Shapes(value, steep * slope * stock_slope / held, -steep * slope, steep * exponent)


@dataclass(frozen=True)
class Priors:
    """Normal priors and hard bounds of the parameters; all of shape (C, 4)."""

    centre: Floats
    spread: Floats
    low: Floats
    high: Floats


def priors(spend: Floats, spec: FitSpec) -> Priors:
    """Priors and bounds from a campaign's spend, shape (T, C), and the specification."""
    count = spend.shape[1]
    active = np.maximum((spend > 0).sum(axis=0), 1)
    usual = np.maximum(spend.sum(axis=0) / active, 1e-9)
    highest = np.maximum(spend.max(axis=0), usual)
    prior, shape, carry = spec.prior, spec.shape, spec.carryover

    def table(*columns: Floats | float) -> Floats:
        return np.stack([np.broadcast_to(np.asarray(v, np.float64), count) for v in columns], axis=1)

    low = table(0.0, LEAST_RETENTION, np.log(shape.half_spend[0] * usual), np.log(shape.slope[0]))
    high = table(np.inf, carry.max_retention, np.log(shape.half_spend[1] * highest), np.log(shape.slope[1]))
    high[:, LOG_HALF] = np.maximum(high[:, LOG_HALF], low[:, LOG_HALF] + 0.1)
    centre = np.clip(table(0.0, prior.retention, np.log(usual), np.log(prior.slope)), low, high)
    spread = table(prior.ceiling, prior.retention_spread, prior.half_spend_spread, prior.slope_spread)
    return Priors(centre, spread, low, high)


@dataclass(frozen=True)
class Model:
    """A history ready to be fitted, in units of its average result.

    Attributes
    ----------
    result : ndarray, shape (T,)
        Result divided by ``scale``.
    scale : float
        Average absolute result.
    base : ndarray, shape (T, P)
    basis : ndarray, shape (T, rank)
        Orthonormal basis of the base.
    lags : ndarray, shape (C, T, K)
    priors : Priors
    noise : float
        Standard deviation of the residuals in units of ``scale``; weighs the data against the priors.
    """

    result: Floats
    scale: float
    base: Floats
    basis: Floats
    lags: Floats
    priors: Priors
    noise: float = 0.1

    @property
    def campaigns(self) -> int:
        """Number of campaigns C."""
        return len(self.lags)

    def without_base(self, values: Floats) -> Floats:
        """What of (T,) or (T, n) is orthogonal to the base."""
        return values - self.basis @ (self.basis.T @ values)

    def residuals(self, flat: Floats) -> Floats:
        """Weighted residuals, shape (T + 4 C,): data, then priors."""
        parameters = flat.reshape(-1, PER_CAMPAIGN)
        explained = parameters[:, CEILING] @ shapes(self.lags, parameters).value
        data = self.without_base(self.result - explained) / self.noise
        prior = (parameters - self.priors.centre) / self.priors.spread
        return np.concatenate([data, prior.ravel()])

    def jacobian(self, flat: Floats) -> Floats:
        """Derivative of :meth:`residuals`, shape (T + 4 C, 4 C)."""
        parameters = flat.reshape(-1, PER_CAMPAIGN)
        shape = shapes(self.lags, parameters)
        ceiling = parameters[:, CEILING][:, None]
        columns = np.stack(
            [
                shape.value,
                ceiling * shape.by_retention,
                ceiling * shape.by_log_half,
                ceiling * shape.by_log_slope,
            ],
            axis=1,
        ).reshape(len(flat), -1)
        data = -self.without_base(columns.T) / self.noise
        return np.concatenate([data, np.diag(1.0 / self.priors.spread.ravel())])

    def coefficients(self, parameters: Floats) -> Floats:
        """Best base coefficients for given curves, shape (P,); least norm where they are not unique."""
        explained = parameters[:, CEILING] @ shapes(self.lags, parameters).value
        found, *_ = np.linalg.lstsq(self.base, self.result - explained, rcond=1e-10)
        return np.asarray(found, dtype=np.float64)


def build(result: Floats, base: Floats, lags: Floats, limits: Priors) -> Model:
    """A model of some rows of a history.

    Parameters
    ----------
    result : ndarray, shape (T,)
    base : ndarray, shape (T, P)
    lags : ndarray, shape (C, T, K)
    limits : Priors
    """
    scale = float(np.abs(result).mean()) or 1.0
    left, sizes, _ = np.linalg.svd(base, full_matrices=False)
    basis = left[:, sizes > 1e-10 * sizes[0]]
    return Model(result / scale, scale, base, basis, lags, limits)
