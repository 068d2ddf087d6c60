"""Relative conversion rates of cells, layer by layer, each shrunk to the one above.

A layer puts cells into groups (all Mondays, all nights of one campaign, ...). The conversions y of a group
are taken for Poisson with mean E x r: E is what the layers so far expect of its clicks, and r is gamma
distributed with mean 1 and strength k. Then ``(y + k) / (E + k)`` is what is expected of r, and k is the
most likely one of the negative binomial that y follows (gamma-Poisson empirical Bayes: Robbins 1956; Fader
& Hardie 2005, *A note on the gamma-Poisson model*). Where groups differ no more than chance explains, k is
as high as it gets and the layer changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

from bidder.arrays import Floats, Ints
from bidder.keywords.value.strengths import most_likely

STRENGTHS = (1.0, 1e7)
"""Lowest and highest strength k, conversions."""
_ENOUGH = 100_000
"""Of more groups than this every second, third, ... is looked at for the strength."""


def layered(clicks: Floats, conversions: Floats, layers: Sequence[Ints]) -> Floats:
    """Relative conversion rates, mean 1 weighted by clicks in each row.

    Parameters
    ----------
    clicks, conversions : ndarray of float64, shape (C, K)
        Of C campaigns and K cells (hours of the week, devices, ...).
    layers : sequence of ndarrays of int64, shape (C, K)
        Group of each cell, from the coarsest layer to the finest.

    Returns
    -------
    ndarray of float64, shape (C, K)
        All 1 in rows without clicks or conversions.
    """
    total = clicks.sum(axis=1, keepdims=True)
    rate = np.divide(conversions.sum(axis=1, keepdims=True), total, out=np.zeros_like(total), where=total > 0)
    effect = np.ones_like(clicks)
    for groups in layers:
        flat = groups.ravel()
        expected: Floats = np.bincount(flat, (clicks * rate * effect).ravel()).astype(np.float64)
        found: Floats = np.bincount(flat, conversions.ravel()).astype(np.float64)
        effect *= _ratio(found, expected)[groups]
    mean = np.divide((clicks * effect).sum(axis=1, keepdims=True), total, out=np.ones_like(total),
                     where=total > 0)  # fmt: skip
    shrunk: Floats = np.where(rate > 0, effect / mean, 1.0)
    return shrunk


def _ratio(found: Floats, expected: Floats) -> Floats:
    """What is expected of each group's ratio, shrunk to 1."""
    told = np.flatnonzero(expected > 0)
    if not len(told):
        return np.ones_like(expected)
    sample = told[:: -(-len(told) // _ENOUGH)]
    y, mean = found[sample], expected[sample]
    strength = most_likely(lambda k: _likelihood(y, mean, k), *STRENGTHS)
    ratio: Floats = (found + strength) / (expected + strength)
    return ratio


def _likelihood(y: Floats, mean: Floats, k: float) -> float:
    """Logarithm of the negative binomial likelihood, without the terms that k does not move."""
    each = gammaln(y + k) - gammaln(k) - k * np.log1p(mean / k) - y * np.log(k + mean)
    return float(each.sum())
