"""Small keyword tables for tests."""

from __future__ import annotations

from typing import Any

import numpy as np

from bidder.keywords.data import AccountDays, KeywordTable, Night
from bidder.keywords.result import ClickValue


def keyword_table(n: int, **columns: Any) -> KeywordTable:
    """n keywords k0, k1, ... in two campaigns with an ad group each; columns as given."""
    campaign = (np.arange(n) >= n // 2).astype(np.int32)
    zeros, none = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int8)
    usual: dict[str, Any] = {
        "campaigns": ("a", "b"), "ad_groups": ("g", "g"),
        "ad_group_campaign": np.array([0, 1], dtype=np.int32),
        "keyword": np.array([f"k{j}" for j in range(n)], dtype=object), "match_type": none + 1,
        "campaign": campaign, "ad_group": campaign, "impressions": zeros, "clicks": zeros, "cost": zeros,
        "revenue": zeros, "conversions": np.zeros(n), "weighted_clicks": np.zeros(n),
        "matured_clicks": np.zeros(n), "weighted_conversions": np.zeros(n), "weighted_revenue": np.zeros(n),
        "max_cpc": zeros - 1, "first_page_bid": zeros - 1, "quality_score": none,
        "earlier_quality_score": none, "expected_ctr": none, "ad_relevance": none, "landing_page": none,
        "impression_share": np.full(n, np.nan), "bid_strategy": np.full(n, "", dtype=object),
    }
    return KeywordTable(**{**usual, **columns})


def click_values(cvr: np.ndarray, strength: float = 100.0, worth: float = 200.0) -> ClickValue:
    """Values with the same strength and order value everywhere."""
    ones = np.ones(len(cvr))
    return ClickValue(cvr, strength * ones, cvr, worth * ones, worth * cvr, {})


def account_days(n: int = 30, clicks: int = 500) -> AccountDays:
    """Days that are all alike."""
    day, ones = np.arange(739_000, 739_000 + n), np.ones(n, dtype=np.int64)
    return AccountDays(
        day, ones.astype(bool), ones * clicks * 20, ones * clicks, ones * clicks * 10**6,
        ones * clicks * 4 * 10**6, ones * clicks / 50, ones * clicks * 1.0, ones * clicks * 4.0,
    )


def night(table: KeywordTable, **fields: Any) -> Night:
    """A night with nothing else to say."""
    usual: dict[str, Any] = {
        "day": 739_029, "keywords": table, "days": account_days(), "reference_bid": table.max_cpc.copy(),
        "edited_days_ago": np.full(len(table), -1), "keyword_class": np.zeros(len(table), dtype=np.int32),
        "classes": ("other",),
    }
    return Night(**{**usual, **fields})
