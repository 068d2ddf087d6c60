"""Forecast errors on held-out periods, and the forecast to beat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ForecastError:
    """Error of a forecast.

    Attributes
    ----------
    mape : float or None
        Mean of |actual - forecast| / |actual| over periods whose actual is not 0 (0.1 = 10%); None
        when there is none.
    nrmse : float or None
        Root mean squared error divided by the mean of |actual|; None when that mean is 0.
    """

    mape: float | None
    nrmse: float | None


def forecast_error(actual: Floats, forecast: Floats) -> ForecastError:
    """Error of a forecast, both of shape (T,) and in the same unit."""
    miss, size = actual - forecast, np.abs(actual)
    some = size > 0
    if not some.any():
        return ForecastError(None, None)
    return ForecastError(
        float(np.mean(np.abs(miss[some]) / size[some])),
        float(np.sqrt(np.mean(miss**2)) / size.mean()),
    )


def seasonal_naive(result: Floats, first: int, lag: int) -> Floats | None:
    """The result ``lag`` periods earlier, for every period from ``first`` on.

    Returns None when the history before ``first`` is shorter than the lag.
    """
    if first < lag:
        return None
    earlier: Floats = result[first - lag : len(result) - lag]
    return earlier


@dataclass(frozen=True)
class Holdout:
    """How well the model foresaw periods it had not seen.

    Attributes
    ----------
    first : int
        Number of the first held-out period.
    actual, forecast : ndarray, shape (held out,)
        Result and the model's forecast of it, in the unit of the result.
    naive : ndarray or None
        Result one season earlier; None when the history is too short.
    without : ndarray, shape (held out,)
        Forecast from trend, season and controls alone, fitted to the same rows.
    error, naive_error, without_error : ForecastError
    """

    first: int
    actual: Floats
    forecast: Floats
    naive: Floats | None
    without: Floats
    error: ForecastError
    naive_error: ForecastError | None
    without_error: ForecastError

    @property
    def better(self) -> bool | None:
        """Whether the model beats seasonal-naive on both measures; None when not comparable."""
        return None if self.naive_error is None else _beats(self.error, self.naive_error)

    @property
    def campaigns_help(self) -> bool | None:
        """Whether the model beats the forecast without campaigns on both measures."""
        return _beats(self.error, self.without_error)


def _beats(ours: ForecastError, theirs: ForecastError) -> bool | None:
    if ours.nrmse is None or theirs.nrmse is None or ours.mape is None or theirs.mape is None:
        return None
    return ours.nrmse < theirs.nrmse and ours.mape < theirs.mape
