"""Bids of ten million keywords in each of 24 slots: time and memory, beside plain numpy and pandas."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bidder.keywords.platforms import PROFILES
from bidder.keywords.slots.slot_bids import slot_bids

KEYWORDS, FEWER, CAMPAIGNS = 10_000_000, 1_000_000, 1_000
PROFILE = PROFILES["zhitongche"]
LIMITS = (10_000, PROFILE.min_bid_micros, PROFILE.max_bid_micros)


def account(keywords):
    rng = np.random.default_rng(1)
    bid = rng.integers(50_000, 20_000_000, keywords)
    campaign = np.sort(rng.integers(0, CAMPAIGNS, keywords, dtype=np.int32))
    return bid, campaign, np.rint(rng.uniform(0.3, 2.5, (CAMPAIGNS, 24)) * 100) / 100


def with_numpy(bid, campaign, modifier):
    step, low, high = LIMITS
    steps = np.ceil((bid / step)[:, None] * modifier[campaign] - 0.5 - 1e-9)
    return np.clip(steps, -(-low // step), high // step).astype(np.int32)


def with_pandas(bid, campaign, modifier):
    import pandas as pd

    step, low, high = LIMITS
    keywords = pd.DataFrame({"keyword": np.arange(len(bid)), "campaign": campaign, "bid": bid})
    hours = pd.DataFrame(modifier).rename_axis("campaign").reset_index()
    hours = hours.melt("campaign", var_name="hour", value_name="modifier")
    rows = keywords.merge(hours, on="campaign")
    rows["steps"] = np.ceil(rows["bid"] / step * rows["modifier"] - 0.5 - 1e-9)
    rows["steps"] = rows["steps"].clip(-(-low // step), high // step).astype("int32")
    return rows.pivot_table(index="keyword", columns="hour", values="steps").to_numpy().astype(np.int32)


def seconds(call):
    begun = time.perf_counter()
    result = call()
    return time.perf_counter() - begun, result


def _main() -> None:
    from bench_worker import _megabytes

    slot_bids(*account(10), *LIMITS)
    told = account(KEYWORDS)
    before = _megabytes()
    took, _ = seconds(lambda: slot_bids(*told, *LIMITS))
    print(json.dumps({"seconds": took, "megabytes": _megabytes(), "before": before}))


def test_ten_million_keywords(record):
    answer = subprocess.run(
        [sys.executable, __file__], check=True, capture_output=True, text=True, cwd=Path(__file__).parent
    )
    found = json.loads(answer.stdout)
    what = f"bids of {KEYWORDS:,} keywords in 24 slots"
    record(f"{what}: seconds", f"{found['seconds']:.2f}", "10")
    record(f"{what}: peak memory, MB", f"{found['megabytes']:.0f}", "1500")


@pytest.mark.parametrize(("name", "way", "keywords"), [
    ("numpy", with_numpy, FEWER), ("pandas", with_pandas, FEWER // 5),
])  # fmt: skip
def test_beside_plain_array_work(name, way, keywords, record):
    told = account(keywords)
    slot_bids(*told, *LIMITS)
    plain, theirs = seconds(lambda: way(*told))
    ours, mine = seconds(lambda: slot_bids(*told, *LIMITS))
    assert (theirs == mine).all()
    record(
        f"bids of {keywords:,} keywords in 24 slots: seconds (plain {name})",
        f"{ours:.3f} ({plain:.2f}; {plain / ours:.0f} times)",
    )


if __name__ == "__main__":
    _main()
