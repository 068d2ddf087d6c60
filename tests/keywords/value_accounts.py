"""Accounts made up for the tests of values and quality: with a hierarchy, sparse, and with known truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Codes, Floats
from bidder.keywords.data import KeywordTable


def keyword_table(
    clicks, conversions, revenue=None, *, ad_group=None, campaign_of=None, match_type=None, weight=1.0,
    maturity=1.0, **columns,
) -> KeywordTable:  # fmt: skip
    """A table in which every click has the same weight and maturity; ad groups by default all the same."""
    n = len(clicks)
    clicks, conversions = np.asarray(clicks, np.int64), np.asarray(conversions, float)
    revenue = 100.0 * conversions if revenue is None else np.asarray(revenue, float)
    ad_group = np.zeros(n, np.int32) if ad_group is None else np.asarray(ad_group, np.int32)
    if campaign_of is None:
        campaign_of = np.zeros(int(ad_group.max(initial=0)) + 1)
    campaign_of = np.asarray(campaign_of, np.int32)
    zeros, unknown = np.zeros(n, np.int64), np.zeros(n, np.int8)
    given = {
        "campaigns": tuple(f"c{k}" for k in range(int(campaign_of.max(initial=0)) + 1)),
        "ad_groups": tuple(f"g{k}" for k in range(len(campaign_of))),
        "ad_group_campaign": campaign_of,
        "keyword": np.array([f"k{k}" for k in range(n)], dtype=object),
        "match_type": unknown if match_type is None else np.asarray(match_type, np.int8),
        "campaign": campaign_of[ad_group], "ad_group": ad_group,
        "impressions": clicks * 20, "clicks": clicks, "cost": zeros,
        "revenue": np.rint(revenue * 1e6).astype(np.int64), "conversions": conversions,
        "weighted_clicks": weight * clicks, "matured_clicks": weight * maturity * clicks,
        "weighted_conversions": weight * conversions, "weighted_revenue": weight * revenue,
        "max_cpc": zeros - 1, "first_page_bid": zeros - 1, "quality_score": unknown,
        "earlier_quality_score": unknown, "expected_ctr": unknown, "ad_relevance": unknown,
        "landing_page": unknown, "impression_share": np.full(n, np.nan),
        "bid_strategy": np.full(n, "", dtype=object),
    }  # fmt: skip
    return KeywordTable(**(given | columns))


@dataclass(frozen=True)
class Account:
    """An account whose every rate is known."""

    table: KeywordTable
    keyword_class: Codes
    cvr: Floats
    order_value: Floats
    volume: Floats
    """Expected clicks of a keyword in the window."""


def _around(rng, mean, strength):
    return rng.beta(strength * mean, strength * (1 - mean))


def sparse_account(
    seed: int, keywords: int = 4_508, groups: int = 450, campaigns: int = 25, *, volume: float = 0.25,
    spread: float = 2.8, rate: float = 0.035, strengths=(100.0, 150.0, 200.0), order=(4.0, 25.0, 25.0),
) -> Account:  # fmt: skip
    """Of 4,508 keywords 92% have no conversion and a few have most clicks, as in a real account.

    Conversion rates are beta distributed around those of the keyword's ad group, match type and class,
    those around the campaign's, those around ``rate``, with ``strengths`` from the keyword upwards. Mean
    orders are likewise gamma distributed, with shapes ``order[1:]``, around 200; orders themselves have
    shape ``order[0]``. Clicks are Poisson around a log-normal volume with median ``volume``.
    """
    rng = np.random.default_rng(seed)
    campaign_of = np.sort(rng.integers(0, campaigns, groups)).astype(np.int32)
    ad_group = np.sort(rng.integers(0, groups, keywords)).astype(np.int32)
    match, kind = rng.integers(1, 4, keywords), rng.integers(0, 3, groups)[ad_group]
    _, group = np.unique((ad_group * 4 + match) * 3 + kind, return_inverse=True)
    _, segment = np.unique((campaign_of[ad_group] * 4 + match) * 3 + kind, return_inverse=True)
    by_segment = _around(rng, np.full(segment.max() + 1, rate), strengths[2])
    of_group = np.zeros(group.max() + 1, int)
    of_group[group] = segment
    by_group = _around(rng, by_segment[of_group], strengths[1])
    cvr = np.clip(_around(rng, by_group[group], strengths[0]), 1e-6, 0.9)
    worth = 200 * (rng.gamma(order[2], 1 / order[2], segment.max() + 1))[segment]
    worth *= rng.gamma(order[1], 1 / order[1], keywords)
    expected = rng.lognormal(np.log(volume), spread, keywords)
    clicks = rng.poisson(expected)
    conversions = rng.binomial(clicks, cvr)
    revenue = np.zeros(keywords)
    some = conversions > 0
    revenue[some] = rng.gamma(order[0] * conversions[some]) * worth[some] / order[0]
    table = keyword_table(
        clicks, conversions, revenue, ad_group=ad_group, campaign_of=campaign_of, match_type=match
    )
    return Account(table, kind.astype(np.int32), cvr, worth, expected)
