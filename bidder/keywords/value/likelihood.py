"""How probable counts are, given a parent's mean and the strength of shrinkage to it."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from bidder.arrays import Floats
from bidder.keywords.value.condense import Cells

HIGHEST_RATE = 0.999
"""Mean conversions per click are taken for no more than this by the beta distribution."""


def _spread(cells: Cells, strength: float) -> Floats:
    """Strength with which a unit is tied to what its siblings tell of the parent."""
    tied: Floats = 1 / (1 / strength + cells.doubt)
    return tied


def beta_binomial(cells: Cells, strength: float, noise: float = 1.0) -> float:
    """Logarithm of the beta-binomial likelihood, without the terms that no parameter moves.

    ``conversions ~ Binomial(clicks, p)``, ``p ~ Beta(k m, k (1 - m))`` (Minka 2000, *Estimating a
    Dirichlet distribution*, for two categories). Counts may be fractions; more conversions than clicks
    count as one for every click.

    Parameters
    ----------
    cells : Cells
        Clicks and conversions.
    strength : float
        k, clicks.
    noise : float
        Clicks behind a weighted click, see :func:`bidder.keywords.value.weights.clicks_behind`.
    """
    k, mean = _spread(cells, strength) * noise, np.minimum(cells.mean, HIGHEST_RATE)
    hits = cells.total * noise
    misses = np.maximum(cells.count * noise - hits, 0)
    a, b = k * mean, k * (1 - mean)
    each = gammaln(a + hits) - gammaln(a) + gammaln(b + misses) - gammaln(b)
    each += gammaln(k) - gammaln(k + hits + misses)
    return float(cells.weight @ each)


def gamma_gamma(cells: Cells, strength: float, shape: float, noise: float = 1.0) -> float:
    """Logarithm of the gamma-gamma likelihood, without the terms that no parameter moves.

    Orders of a unit are gamma distributed with a common shape s, and their rate is gamma distributed with
    shape ``q = 1 + s k`` around the parent's mean m (Fader & Hardie 2013, *The Gamma-Gamma Model of
    Monetary Value*, with p = s and gamma = k m). The mean order expected of a unit is then
    ``(revenue + k m) / (conversions + k)``.

    Parameters
    ----------
    cells : Cells
        Conversions and revenue, both above 0.
    strength : float
        k, conversions.
    shape : float
        s; the coefficient of variation of a unit's orders is ``1 / sqrt(s)``.
    noise : float
        Conversions behind a weighted conversion.
    """
    k = _spread(cells, strength)
    own, q = shape * noise * cells.count, 1 + shape * noise * k
    ratio = cells.total / (k * cells.mean)
    each = gammaln(own + q) - gammaln(own) - gammaln(q) + own * np.log(ratio) - (own + q) * np.log1p(ratio)
    return float(cells.weight @ each)
