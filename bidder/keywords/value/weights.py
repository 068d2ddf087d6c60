"""How much each day of a window tells about tonight."""

from __future__ import annotations

from math import exp

import numpy as np

from bidder.arrays import Floats
from bidder.keywords.data import DayWeights, KeywordTable
from bidder.keywords.spec_bidding import ValueSpec

LEAST_MATURITY = 0.01
"""A day of which less has been reported is taken for this, so that nothing is divided by zero."""


def day_weights(first: int, last: int, spec: ValueSpec, maturity: Floats) -> DayWeights:
    """Weight and maturity of the days from ``first`` to ``last``.

    The weight is ``2 ** (-age / half life)`` times the weights of all entries of ``spec.days`` that name
    the day.

    Parameters
    ----------
    first, last : int
        Ordinals, both included; ages are counted from ``last``.
    spec : ValueSpec
    maturity : ndarray of float64, shape (M,), M at least 1
        Share reported by age in days; older days take the last one. No less than
        :data:`LEAST_MATURITY` is used.
    """
    day = np.arange(first, last + 1, dtype=np.int64)
    age = last - day
    weight = np.exp2(-age / spec.half_life_days)
    for entry in spec.days:
        named = np.isin(day, [each.toordinal() for each in entry.dates])
        weight = np.where(named, weight * entry.weight, weight)
    reported = np.clip(maturity[np.minimum(age, len(maturity) - 1)], LEAST_MATURITY, 1.0)
    return DayWeights(day, weight, reported)


def clicks_behind(table: KeywordTable) -> float:
    """How many plain clicks tell as much as one weighted click, between 1 and 2.

    A sum with weights w of n clicks is as uncertain as a plain count of ``sum(w n)**2 / sum(w**2 n)``
    clicks (Kish 1965, *Survey Sampling*, the effective sample size), which is more than ``sum(w n)``: taken
    for clicks, weighted ones would seem to scatter too little. Only ``sum(w n)`` and ``sum(n)`` are known.
    Where weights fall from 1 to x at a constant rate and clicks come evenly, their ratio is
    ``(1 - x) / log(1 / x)`` and the answer is ``2 / (1 + x)``; so x is taken from the former. Days that
    are left out make it a little too high.
    """
    clicks, weighted = float(table.clicks.sum()), float(table.weighted_clicks.sum())
    if clicks <= 0 or weighted <= 0 or weighted >= clicks:
        return 1.0
    low, high = 0.0, 60.0  # of log(1 / x)
    for _ in range(60):
        middle = (low + high) / 2
        if (1 - exp(-middle)) / middle > weighted / clicks:
            low = middle
        else:
            high = middle
    return 2 / (1 + exp(-high))
