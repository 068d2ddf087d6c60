"""What keywords were found with, and on which devices: known counts handed out by chance.

The auctions of a world know neither search terms nor devices. Both are drawn afterwards, so that they add
up to what the keywords and campaigns brought.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.worlds.keywords import Keywords
from bidder.worlds.random import TERMS, generator
from bidder.worlds.tally import CLICKS, CONVERSIONS, COST, COUNTS, IMPRESSIONS, REVENUE

BUYING = ("推荐", "多少钱", "包邮", "新款", "正品", "哪里买", "打折", "旗舰店")
"""What people add who may buy."""
BROWSING = ("图片", "简笔画", "二手", "怎么洗", "维修", "壁纸", "手工教程", "招聘")
"""What people add who never buy."""
_MATCHED = {"exact": (0.9, 1, 0), "phrase": (0.5, 3, 1), "broad": (0.3, 3, 2)}
"""By match type: share of the keyword itself, number of terms by buyers, number by others."""
DEVICES = ("mobile", "desktop", "tablet")
DEVICE_SHARE = np.array([0.72, 0.22, 0.06])
"""Share of clicks."""
DEVICE_CVR = np.array([1.0, 1.25, 0.7])
"""Conversion rate relative to mobile."""


@dataclass(frozen=True)
class Terms:
    """Search terms of J keywords, T at most for each (shares of 0 fill up).

    Attributes
    ----------
    suffix : ndarray of str objects, shape (J, T)
        What stands behind the keyword.
    share : ndarray of float64, shape (J, T)
        Of the keyword's clicks.
    buys : ndarray of bool, shape (J, T)
        Whether the term's clicks ever convert.
    """

    suffix: np.ndarray
    share: Floats
    buys: np.ndarray


def make_terms(keywords: Keywords, seed: int, channel: int) -> Terms:
    """Draw the search terms of a channel's keywords (number ``channel`` in its world)."""
    rng = generator(seed, TERMS, channel)
    most = 1 + max(buying + browsing for _, buying, browsing in _MATCHED.values())
    shape = (len(keywords), most)
    suffix, share, buys = np.full(shape, "", dtype=object), np.zeros(shape), np.ones(shape, dtype=np.bool_)
    for j, match in enumerate(keywords.match_type):
        itself, buying, browsing = _MATCHED[match]
        count = buying + browsing
        share[j, 0] = itself
        share[j, 1 : count + 1] = (1 - itself) * rng.dirichlet(np.full(count, 3.0))
        suffix[j, 1 : buying + 1] = rng.choice(BUYING, buying, replace=False)
        suffix[j, buying + 1 : count + 1] = rng.choice(BROWSING, browsing, replace=False)
        buys[j, buying + 1 : count + 1] = False
    return Terms(suffix, share, buys)


def split(counts: Ints, share: Floats, sale_share: Floats, rng: np.random.Generator) -> Ints:
    """Hand out counts to parts, so that they add up exactly.

    Conversions are handed out by ``sale_share``, the other clicks and then the other impressions by
    ``share``; cost follows the clicks, and revenue the conversions.

    Parameters
    ----------
    counts : ndarray of int64, shape (N, 5)
        Impressions, clicks, cost, conversions, revenue; money in micros.
    share, sale_share : ndarray of float64, shape (N, T)
        Each row adds up to 1.
    rng : Generator

    Returns
    -------
    ndarray of int64, shape (N, T, 5)
    """
    parts = np.zeros((len(counts), share.shape[1], COUNTS), dtype=np.int64)
    sales = rng.multinomial(counts[:, CONVERSIONS], sale_share)
    clicks = sales + rng.multinomial(counts[:, CLICKS] - counts[:, CONVERSIONS], share)
    parts[:, :, CONVERSIONS], parts[:, :, CLICKS] = sales, clicks
    parts[:, :, IMPRESSIONS] = clicks + rng.multinomial(counts[:, IMPRESSIONS] - counts[:, CLICKS], share)
    parts[:, :, COST] = _in_proportion(counts[:, COST], clicks)
    parts[:, :, REVENUE] = _in_proportion(counts[:, REVENUE], sales)
    return parts


def _in_proportion(total: Ints, weight: Ints) -> Ints:
    """Whole parts of totals (N,), in proportion to weights (N, T); the heaviest part takes the rest."""
    part: Ints = total[:, None] // np.maximum(weight.sum(axis=1), 1)[:, None] * weight
    part[np.arange(len(part)), weight.argmax(axis=1)] += total - part.sum(axis=1)
    return part


def device_shares(rows: int) -> tuple[Floats, Floats]:
    """Shares of clicks and of conversions by device, each of shape (rows, 3)."""
    sales = DEVICE_SHARE * DEVICE_CVR
    share, sale_share = (np.tile(s / s.sum(), (rows, 1)) for s in (DEVICE_SHARE, sales))
    return share, sale_share
