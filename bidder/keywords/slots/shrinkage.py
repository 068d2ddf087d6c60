"""Relative conversion rates of cells, layer by layer, each shrunk to the one above.

A layer puts cells into groups (all Mondays, all nights of one campaign, ...). The conversions y of a group
are taken for Poisson with mean E x r: E is what the layers so far expect of its clicks, and r is gamma
distributed with mean 1 and strength k, so that y is negative binomial and ``(y + k) / (E + k)`` is expected
of r (gamma-Poisson empirical Bayes: Robbins 1956; Fader & Hardie 2005, *A note on the gamma-Poisson model*).

The strength comes from the data, but it is not the single most likely one: with a few dozen conversions that
is a finite one half of the time by chance alone, and a curve made with it is worse than none. Estimates are
averaged over strengths instead, each weighted by how likely it makes the data and by what is usual: a spread
``1 / sqrt(k)`` between groups of a few tenths at most, often none at all (:data:`USUAL_SPREAD`,
:data:`NO_SPREAD`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

from bidder.arrays import Floats, Ints

USUAL_SPREAD = 0.15
"""Mean of the exponential distribution of spreads before the data are seen."""
NO_SPREAD = 0.3
"""How probable it is before the data are seen that the groups of a layer do not differ at all."""
_SPREADS = np.geomspace(0.02, 1.0, 16)
_ENOUGH = 100_000
"""Of more groups than this every second, third, ... is looked at for the strength."""


def layered(clicks: Floats, conversions: Floats, layers: Sequence[Ints]) -> Floats:
    """Relative conversion rates, mean 1 weighted by clicks in each row.

    Parameters
    ----------
    clicks, conversions : ndarray of float64, shape (C, K)
        Of C campaigns and K cells (hours of the week, devices, ...).
    layers : sequence of ndarrays of int64, shape (C, K)
        Group of each cell, from the coarsest layer to the finest. One with the groups of an earlier one adds
        nothing, and is left out.

    Returns
    -------
    ndarray of float64, shape (C, K)
        All 1 in rows without clicks or conversions.
    """
    total = clicks.sum(axis=1, keepdims=True)
    rate = np.divide(conversions.sum(axis=1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
    effect = np.ones_like(clicks)
    for number, groups in enumerate(layers):
        if any(np.array_equal(groups, earlier) for earlier in layers[:number]):
            continue
        flat = groups.ravel()
        expected: Floats = np.bincount(flat, (clicks * rate * effect).ravel()).astype(np.float64)
        found: Floats = np.bincount(flat, conversions.ravel()).astype(np.float64)
        effect *= _ratio(found, expected)[groups]
    mean = np.divide((clicks * effect).sum(axis=1, keepdims=True), total, out=np.ones_like(total),
                     where=total > 0)  # fmt: skip
    shrunk: Floats = np.where(rate > 0, effect / mean, 1.0)
    return shrunk


def _ratio(found: Floats, expected: Floats) -> Floats:
    """What is expected of each group's ratio, over all strengths; 1 without any spread."""
    told = np.flatnonzero(expected > 0)
    ratio = np.ones_like(expected)
    if len(told) < 2:
        return ratio
    every = -(-len(told) // _ENOUGH)
    weights = _weights(found[told[::every]], expected[told[::every]], every)
    ratio *= weights[0]
    for weight, spread in zip(weights[1:], _SPREADS, strict=True):
        ratio += weight * (found + spread**-2) / (expected + spread**-2)
    return ratio


def _weights(y: Floats, mean: Floats, times: int) -> Floats:
    """How probable no spread and each of the spreads are, given what groups have shown."""
    usual = _SPREADS * np.exp(-_SPREADS / USUAL_SPREAD)  # a geometric grid: density times spread
    prior = np.array([NO_SPREAD, *((1 - NO_SPREAD) * usual / usual.sum())])
    heights = [float((y * np.log(mean) - mean).sum())]
    heights += [_likelihood(y, mean, float(spread) ** -2) for spread in _SPREADS]
    log = np.log(prior) + np.array(heights) * times
    weight = np.exp(log - log.max())
    shares: Floats = weight / weight.sum()
    return shares


def _likelihood(y: Floats, mean: Floats, k: float) -> float:
    """Logarithm of the negative binomial likelihood, without the terms that k does not move."""
    # Written so that no mean is divided by: expected counts can be as small as numbers get.
    each = gammaln(y + k) - gammaln(k) - (k + y) * np.log1p(mean / k) + y * (np.log(mean) - np.log(k))
    return float(each.sum())
