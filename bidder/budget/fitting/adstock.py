"""Normalised geometric adstock (Broadbent 1979): spend spread over the periods that follow it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def weights(retention: Floats, periods: int) -> tuple[Floats, Floats]:
    """Weights of the periods that follow, and their derivative by the retention.

    ``w_k = r^k / (1 + r + ... + r^(periods - 1))``, so that steady spend x gives adstock x.

    Parameters
    ----------
    retention : ndarray, shape (C,)
        Unitless, in [0, 1).
    periods : int
        Length of the tail K, the period of the spend included.

    Returns
    -------
    weights, slope : ndarray, shape (C, K)
    """
    lag = np.arange(periods, dtype=np.float64)
    powers = retention[:, None] ** lag
    slopes = lag * retention[:, None] ** np.maximum(lag - 1.0, 0.0)
    total = powers.sum(axis=1, keepdims=True)
    share = powers / total
    return share, (slopes - share * slopes.sum(axis=1, keepdims=True)) / total


def lags(spend: Floats, periods: int) -> Floats:
    """Spend of each period and of the ``periods - 1`` before it.

    What was spent before the history began is not known; it is taken to be the average of the first
    ``periods`` periods.

    Parameters
    ----------
    spend : ndarray, shape (T, C)
        Currency units per period.

    Returns
    -------
    ndarray, shape (C, T, periods)
        Element (c, t, k) is campaign c's spend in period t - k.
    """
    rows = len(spend)
    before = np.repeat(spend[:periods].mean(axis=0, keepdims=True), periods - 1, axis=0)
    known = np.concatenate([before, spend])
    return np.stack([known[periods - 1 - k : periods - 1 - k + rows].T for k in range(periods)], axis=2)
