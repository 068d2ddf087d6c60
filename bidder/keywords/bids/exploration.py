"""Trying keywords of which little is known, by a draw of their value (Thompson sampling).

A draw from the posterior of the conversion rate now and then bids a little higher on keywords that may be
better than they look, and learns from it; the more is known, the nearer the draw is to the estimate
(Thompson, Biometrika 1933; Chapelle and Li, "An empirical evaluation of Thompson sampling", NIPS 2011).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Floats
from bidder.keywords.bids.elasticity import PRIOR
from bidder.keywords.data import KeywordTable
from bidder.keywords.result import ClickValue
from bidder.keywords.spec_bidding import Exploration

HIGHEST_LEVEL = 10.0
"""Most that draws are raised: with next to nothing known, bounds leave no mean of 1."""
MANY = 100_000
"""Draws from which on a second thread is worth while."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_TO_UNIT = 1.0 / (1 << 53)


def explored_factor(
    value: ClickValue, table: KeywordTable, spec: Exploration, seed: int, day: int
) -> Floats:
    """Factor on the value of each keyword, shape (J,); 1 for those of which enough is known.

    Parameters
    ----------
    value : ClickValue
        The conversion rate's posterior is taken as Beta(p s, (1 - p) s) with the estimate p and the clicks s
        that it is worth.
    table : KeywordTable
    spec : Exploration
        Keywords with fewer clicks than ``spec.clicks``, or never shown, are drawn for; the factor is kept
        between 1 / (1 + ``spec.bound``) and 1 + ``spec.bound``, and draws are raised so far that this
        leaves their mean at 1.
    seed, day : int
        The draw of a keyword follows from these and from its campaign, ad group, text and match type alone:
        neither from other keywords nor from the order of rows.
    """
    factor = np.ones(len(table))
    rows = np.flatnonzero((table.clicks < spec.clicks) | (table.impressions == 0))
    if not len(rows):
        return factor
    chance, strength = value.cvr[rows], value.cvr_strength[rows]
    drawn = _beta(chance * strength, (1 - chance) * strength, _uniform(table, rows, seed, day))
    ratio = np.where(chance > 0, drawn / np.where(chance > 0, chance, 1), 1.0)
    level = _level(chance * strength, spec.bound)
    factor[rows] = np.clip(level * ratio, 1 / (1 + spec.bound), 1 + spec.bound)
    return factor


def _beta(a: Floats, b: Floats, chance: Floats) -> Floats:
    """Quantiles of beta distributions, shape (n,); very many are found on two threads, one by one alike."""
    from scipy.special import betaincinv

    if len(a) < MANY:
        return np.asarray(betaincinv(a, b, chance))
    halves = (np.array_split(column, 2) for column in (a, b, chance))
    with ThreadPoolExecutor(2) as pool:
        return np.concatenate(list(pool.map(betaincinv, *halves)))


def _level(conversions: Floats, bound: float) -> Floats:
    """What draws are multiplied by, so that cutting them at the bounds leaves a mean of 1, shape (n,).

    The draws are skewed: more of them lie below their mean than above it, and cutting off the long tail
    takes more than cutting off the short one. As conversion rates are small, the ratio of a draw to its mean
    is about gamma distributed, with as many conversions as its shape; the level is found by bisection for
    a grid of shapes and interpolated.
    """
    from scipy.special import gammaincinv

    shapes = np.geomspace(1e-2, 1e4, 61)
    quantiles = (np.arange(400) + 0.5) / 400
    ratio = gammaincinv(shapes[:, None], quantiles) / shapes[:, None]
    low, high = np.zeros(len(shapes)), np.full(len(shapes), np.log(HIGHEST_LEVEL))
    for _ in range(30):
        middle = (low + high) / 2
        mean = np.clip(np.exp(middle)[:, None] * ratio, 1 / (1 + bound), 1 + bound).mean(axis=1)
        low, high = np.where(mean < 1, middle, low), np.where(mean < 1, high, middle)
    level: Floats = np.exp(np.interp(np.log(np.maximum(conversions, 1e-300)), np.log(shapes), low))
    return level


def limit_spend(factor: Floats, expected_spend: Floats, share: float) -> Floats:
    """Factors drawn towards 1 so far that they add at most a share to the expected spend, shape (J,).

    Spend is taken to rise by :data:`~bidder.keywords.bids.elasticity.PRIOR` per cent for each per cent of
    bid; only raises count, so that cuts elsewhere do not pay for more than is allowed.

    Parameters
    ----------
    expected_spend : ndarray of float64, shape (J,)
        Of a day at the bids in force.
    """
    added = float(expected_spend @ (np.maximum(factor, 1) ** PRIOR.up - 1))
    allowed = share * float(expected_spend.sum())
    if added <= allowed:
        return factor
    limited: Floats = np.where(factor > 1, 1 + (factor - 1) * (allowed / added), factor)
    return limited


def _uniform(table: KeywordTable, rows: NDArray[np.intp], seed: int, day: int) -> Floats:
    """A number in (0, 1) for each row, by SplitMix64's output function over the keyword's identity."""
    from pandas.util import hash_array

    names = (np.array(texts, dtype=object) for texts in (table.campaigns, table.ad_groups))
    campaigns, groups = map(hash_array, names)
    key = hash_array(table.keyword[rows], categorize=False)
    with np.errstate(over="ignore"):
        for part in (campaigns[table.campaign[rows]], groups[table.ad_group[rows]],
                     table.match_type[rows].astype(np.uint64)):
            key = _mix(key * _GOLDEN + part)
        night = np.array([seed, day], dtype=np.uint64)
        key = _mix(key + _mix(night[:1] * _GOLDEN + night[1:]))
    return ((key >> np.uint64(11)).astype(np.float64) + 0.5) * _TO_UNIT


def _mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
