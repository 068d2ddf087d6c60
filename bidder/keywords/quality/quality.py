"""Quality scores: the score to expect where none is reported, and what scores do to bids."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bidder.arrays import Codes, Floats
from bidder.keywords.data import Component, KeywordTable
from bidder.keywords.spec_bidding import QualityPolicy

LOWEST, HIGHEST = 1.0, 10.0
NEUTRAL = 5.5
"""Expected in an account without a single known score: the middle of the scale."""
PARENT = 2.0
"""Known scores that the mean of the level above is worth."""
POINTS = {"expected_ctr": 3.5, "ad_relevance": 2.0, "landing_page": 3.5}
"""Points of an above-average component. A score is 1 + the points of its components: the
weights 39%, 22% and 39% that Adalysis found in reported scores (adalysis.com/quality-score)."""
TOLD = np.array([np.nan, 0.0, 0.5, 1.0])
"""Share of its points that a component gets, by :class:`bidder.keywords.data.Component`."""


def _shrunk_mean(scores: Floats, known: Floats, unit: Codes, size: int, above: Floats) -> Floats:
    count, total = np.bincount(unit, known, size), np.bincount(unit, scores * known, size)
    mean: Floats = (total + PARENT * above) / (count + PARENT)
    return mean


def _group_mean(table: KeywordTable) -> Floats:
    """Mean known score of each keyword's ad group, shrunk to its campaign's, shrunk to the account's."""
    scores, known = table.quality_score.astype(np.float64), (table.quality_score > 0).astype(np.float64)
    account = float(scores.sum() / known.sum()) if known.any() else NEUTRAL
    campaigns, groups = len(table.campaigns), len(table.ad_groups)
    above = np.full(campaigns, account)
    by_campaign = _shrunk_mean(scores, known, table.campaign, campaigns, above)
    by_group = _shrunk_mean(scores, known, table.ad_group, groups, by_campaign[table.ad_group_campaign])
    return by_group[table.ad_group]


def shrunk_quality(table: KeywordTable) -> Floats:
    """The quality to expect of each keyword; nothing is written into the table.

    A known score is itself. An unknown one is 1 + the points of its components (see :data:`POINTS`), where
    a component that is unknown too has the share of its points that the score of the keyword's group has
    of the scale: with no component known that is the mean of the group. The ad group's mean is shrunk
    to its campaign's and that to the account's, each worth :data:`PARENT` known scores.

    Returns
    -------
    ndarray of float64, shape (J,), between 1 and 10.
    """
    share = (_group_mean(table) - LOWEST) / (HIGHEST - LOWEST)
    expected = np.full(len(table), LOWEST)
    for name, points in POINTS.items():
        component = getattr(table, name)
        expected += points * np.where(component == Component.UNKNOWN, share, TOLD[component])
    return np.where(table.quality_score > 0, table.quality_score, np.clip(expected, LOWEST, HIGHEST))


def _by_score(multipliers: Mapping[int, float]) -> Floats:
    """The planner's factor for scores 1 to 10; of two equally near scores the lower one's."""
    named = sorted(multipliers)
    nearest = [min(named, key=lambda name: abs(name - score)) for score in range(1, int(HIGHEST) + 1)]
    return np.array([multipliers[name] for name in nearest])


def _anything_known(table: KeywordTable) -> bool:
    """Whether the account tells a single score or component."""
    told = (table.quality_score, *(getattr(table, name) for name in POINTS))
    return any(bool((column > 0).any()) for column in told)


def quality_factor(table: KeywordTable, policy: QualityPolicy) -> Floats:
    """Factor that quality puts on the wanted bid of each keyword.

    Rank is bid x quality, so the price of a rank is proportional to 1 / quality, and a bid that held a
    position at the earlier score holds it now when multiplied by earlier / now (Varian 2007, *Position
    auctions*, with advertiser effects); where either score is unknown the factor is 1.

    A planner's table takes the place of that. Where a score is unknown it is read at the score to expect
    (:func:`shrunk_quality`), linearly between the whole scores around it; in an account that tells neither a
    score nor a component the factor is 1.

    Returns
    -------
    ndarray of float64, shape (J,), above 0.
    """
    now, earlier = table.quality_score, table.earlier_quality_score
    if policy.multipliers:
        if not _anything_known(table):
            return np.ones(len(table))
        factors = _by_score(policy.multipliers)
        return np.interp(shrunk_quality(table), np.arange(LOWEST, HIGHEST + 1), factors)
    if not policy.hold_position:
        return np.ones(len(table))
    both = (now > 0) & (earlier > 0)
    return np.where(both, earlier, 1) / np.where(both, now, 1)
