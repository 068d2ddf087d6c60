"""Values of a million keywords, beside shrinkage down the same levels in plain pandas."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize_scalar

from bidder.keywords.quality.quality import quality_factor, shrunk_quality
from bidder.keywords.spec_bidding import QualityPolicy, ValueSpec
from bidder.keywords.value.click_value import click_value
from bidder.keywords.value.condense import Cells
from bidder.keywords.value.likelihood import beta_binomial, gamma_gamma

sys.path.append(str(Path(__file__).parents[1] / "keywords"))

from value_accounts import sparse_account

KEYWORDS = 1_000_000
GROUP, SEGMENT = ["ad_group", "match_type", "kind"], ["campaign", "match_type", "kind"]


def likeliest(likelihood, units, count, total):
    """Strength by likelihood of every unit, the parent's mean taken for known."""
    units = units[(units[count] > 0) & ((units[total] > 0) | (count == "clicks"))]
    columns = (units[name].to_numpy() for name in (count, total, "mean"))
    cells = Cells(*columns, np.zeros(len(units)), np.ones(len(units)))
    found = minimize_scalar(lambda x: -likelihood(cells, np.exp(x)), bounds=(-2, 15), method="bounded")
    return np.exp(found.x)


def with_pandas(frame):
    """Shrink two ratios down the same levels, each with a strength by maximum likelihood."""
    ratios = []
    for count, total, likelihood in (
        ("clicks", "conversions", beta_binomial),
        ("conversions", "revenue", lambda cells, k: gamma_gamma(cells, k, 4.0)),
    ):
        mean = pd.Series(frame[total].sum() / frame[count].sum(), frame.index)
        for level in (SEGMENT, GROUP, None):
            if level is None:
                units = frame[[count, total]].assign(mean=mean)
                sums = units
            else:
                sums = frame.groupby(level)[[count, total]].transform("sum")
                each = {count: "sum", total: "sum", "mean": "first"}
                units = frame.assign(mean=mean).groupby(level).agg(each)
            k = likeliest(likelihood, units, count, total)
            mean = (sums[total] + k * mean) / (sums[count] + k)
        ratios.append(mean)
    return ratios[0] * ratios[1]


@pytest.mark.parametrize("volume", [(0.25, 2.8), (2.0, 1.6)], ids=["sparse", "busy"])
def test_million_keywords(volume, record):
    account = sparse_account(0, KEYWORDS, KEYWORDS // 10, 2_000, volume=volume[0], spread=volume[1])
    table = account.table
    frame = pd.DataFrame(
        {
            "campaign": table.campaign, "ad_group": table.ad_group, "match_type": table.match_type,
            "kind": account.keyword_class, "clicks": table.matured_clicks,
            "conversions": table.weighted_conversions, "revenue": table.weighted_revenue,
        }
    )  # fmt: skip
    ours, theirs = [], []
    for _ in range(4):  # the first one warms up; in turns, so that a busy machine slows both
        begun = time.perf_counter()
        found = click_value(table, account.keyword_class, ValueSpec())
        ours.append(time.perf_counter() - begun)
        begun = time.perf_counter()
        plain = with_pandas(frame)
        theirs.append(time.perf_counter() - begun)
    value, searches = account.cvr * account.order_value, account.volume
    error = [
        np.sqrt(searches @ (guess - value) ** 2 / searches.sum()) / (searches @ value / searches.sum())
        for guess in (found.value, plain)
    ]
    none = (table.conversions == 0).mean()
    record(
        f"value of a click, {KEYWORDS:,} keywords, {none:.0%} without a conversion: time (plain pandas)",
        f"{median(ours[1:]):.2f} s ({median(theirs[1:]):.2f} s)", "1.5 s",
    )  # fmt: skip
    record("its error by click, share of the mean value (plain pandas)", f"{error[0]:.1%} ({error[1]:.1%})")


def test_quality(record):
    account = sparse_account(0, KEYWORDS, KEYWORDS // 10, 2_000)
    begun = time.perf_counter()
    shrunk_quality(account.table)
    quality_factor(account.table, QualityPolicy())
    record(f"quality of {KEYWORDS:,} keywords", f"{time.perf_counter() - begun:.2f} s")
