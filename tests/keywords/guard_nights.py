"""Nights and specs for the tests of guardrails, with only what a guardrail looks at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from value_accounts import keyword_table

from bidder.keywords.data import AccountDays, Night
from bidder.keywords.platforms import PROFILES, PlatformProfile
from bidder.keywords.spec import BidsSpec


def profile(step=10_000, low=10_000, high=1_000_000_000, automated=("smart",)) -> PlatformProfile:
    return replace(
        PROFILES["generic"], bid_step_micros=step, min_bid_micros=low, max_bid_micros=high,
        automated=frozenset(automated),
    )  # fmt: skip


def spec(named=(), **rules) -> BidsSpec:
    return BidsSpec(
        name="nightly",
        account={"name": "a", "currency": "CNY", "time_zone": "Asia/Shanghai", "platform": "generic"},
        reports=[{"path": "x.csv"}], target={"roas": 4.0}, classes=[{"name": c} for c in named],
        guardrails={"bid": {"min": 0.05, "max": 20}} | rules,
    )  # fmt: skip


def no_days() -> AccountDays:
    none = np.zeros(0, dtype=np.int64)
    return AccountDays(none, none > 0, none, none, none, none, none * 1.0, none * 1.0, none * 1.0)


def night(
    reference, first_page=None, clicks=None, edited=None, strategy=None, keyword_class=None,
    classes=("other",), **columns,
) -> Night:  # fmt: skip
    n = len(reference)
    table = keyword_table(
        np.full(n, 100) if clicks is None else clicks, np.zeros(n),
        first_page_bid=np.full(n, -1) if first_page is None else np.asarray(first_page, np.int64),
        bid_strategy=np.array([""] * n if strategy is None else strategy, dtype=object), **columns,
    )  # fmt: skip
    return Night(
        739_000, table, no_days(), np.asarray(reference, np.int64),
        np.full(n, -1, np.int64) if edited is None else np.asarray(edited, np.int64),
        np.zeros(n, np.int32) if keyword_class is None else np.asarray(keyword_class, np.int32), classes,
    )  # fmt: skip
