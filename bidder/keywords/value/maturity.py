"""Which share of a click's conversions has been reported after so many days."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bidder.arrays import Floats
from bidder.errors import InputError, Problem
from bidder.keywords.data import LagTable

LEAST_AT_RISK = 20.0
"""A lag tells something where at least so many conversions could have shown it."""
COMPLETE = 1 - 1e-6
"""A share from which on nothing is outstanding."""


def fit_maturity(lags: LagTable | None, given: Sequence[float] | None) -> Floats:
    """Cumulative share of conversions reported 0, 1, 2, ... days after the day of the click.

    Conversions of young clicks are only seen when their lag is short (right truncation). In reversed time
    the share of lag d among conversions with a lag of at most d, called the reverse hazard g(d), is
    estimated without bias from clicks that are at least d days old; then ``F(d) = product over s > d of
    (1 - g(s))`` (Kalbfleisch & Lawless 1989, *JASA* 84; Lawless 1994, *Canadian Journal of Statistics*
    22). The share is that of conversions within the longest lag that the data can tell:
    what comes even later is not known of. Lags with fewer than :data:`LEAST_AT_RISK` conversions at risk
    are left out (g = 0), as one late conversion of the oldest day alone would otherwise mean that
    nothing is ever reported early.

    Parameters
    ----------
    lags : LagTable or None
        Rows whose lag is not between 0 and the age are left out.
    given : sequence of float or None
        Used as it is, in place of a fit.

    Returns
    -------
    ndarray of float64, shape (M,)
        Never falling; a fitted one ends at 1, and without lags it is ``[1.0]``.

    Raises
    ------
    InputError
        When a given share is below the one before it, or all are 0.
    """
    if given is not None:
        return _checked(np.asarray(given, dtype=np.float64))
    if lags is None:
        return np.ones(1)
    counted = (lags.lag >= 0) & (lags.lag <= lags.age) & (lags.conversions > 0)
    age, lag, conversions = lags.age[counted], lags.lag[counted], lags.conversions[counted]
    days = int(lag.max(initial=0)) + 1
    by_lag = np.bincount(lag, conversions, days)
    too_young = np.bincount(np.minimum(age, days), conversions, days + 1)[:days]
    # lag <= d and age >= d: of those with lag <= d, all whose age is not below d
    at_risk = np.cumsum(by_lag) - (np.cumsum(too_young) - too_young)
    hazard = np.where(at_risk >= LEAST_AT_RISK, by_lag / np.maximum(at_risk, LEAST_AT_RISK), 0.0)
    kept = np.append(np.cumprod(1 - np.minimum(hazard, 1.0)[:0:-1])[::-1], 1.0)
    curve = kept[: int(np.argmax(kept >= COMPLETE)) + 1]
    curve[-1] = 1.0
    return curve


def _checked(given: Floats) -> Floats:
    path = ("value", "maturity")
    falls = np.flatnonzero(np.diff(given) < 0) + 1
    problems = [
        Problem(
            f"the share falls from {given[k - 1]:g} to {given[k]:g}",
            "shares that never fall",
            (*path, int(k)),
        )
        for k in falls
    ]
    if not given.any():
        problems.append(Problem("no share is above 0", "a share above 0", path))
    if problems:
        raise InputError(problems)
    return given
