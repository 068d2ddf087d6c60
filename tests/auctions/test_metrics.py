"""Figures computed from counts: known values, units, and None where there is nothing to divide by."""

from __future__ import annotations

import numpy as np
import pytest

from bidder.auctions import metrics as m
from bidder.auctions.log import LogInfo
from bidder.auctions.result import COUNTED, STEPS, Setting, SettingResult

CPM_LOG = LogInfo(("2997",), unit="CPM unit", per_currency=100, currency="CNY", price_for=1000)
MICROS = LogInfo(("a",), currency="CNY")


def result(bound: int | None = None, **counts: int) -> SettingResult:
    totals = np.array([counts.get(name, 0) for name in COUNTED], dtype=np.int64)
    return SettingResult(totals, np.stack([totals, 0 * totals]), np.zeros((STEPS, len(COUNTED)), np.int64),
                         bound)


def test_a_log_of_prices_per_mille_counts_money_once() -> None:
    got = m.metrics(
        result(auctions=156_063, impressions=40_395, clicks=80, cost=306_637),
        Setting("mdp", "ss_mdp", 1969, 7), CPM_LOG,
    )
    assert got["win_rate"] == 40_395 / 156_063
    assert got["cpm"] == pytest.approx(7.591, abs=1e-3)
    assert got["cpc"] == pytest.approx(3.833, abs=1e-3)
    assert got["cpm"] == pytest.approx(1000 * got["ctr"] * got["cpc"])
    assert got["budget_total"] == 2 * 1969
    assert m.money_amount(306_637, CPM_LOG) == pytest.approx(3.06637)
    assert m.unit_amount(got["cpc"], CPM_LOG) * 80 == pytest.approx(3.06637)


def test_micros_and_value_meet_in_the_currency() -> None:
    got = m.metrics(
        result(bound=4_000_000_000, auctions=10, impressions=5, clicks=2, conversions=1, cost=2_000_000,
               value=6_000_000, worth=3_000_000_000),
        Setting("a", "constant", 1_000_000, 0), MICROS,
    )
    assert got == {
        "win_rate": 0.5, "ctr": 0.4, "cvr": 0.5, "cpm": 400_000_000.0, "cpc": 1_000_000.0,
        "cpa": 2_000_000.0, "roas": 3.0, "budget_total": 2_000_000, "spent_share": 1.0,
        "bound_share": 0.75, "regret": 0.25,
    }
    assert (m.worth_units(3_000_000_000), m.value_amount(6_000_000)) == (3.0, 6.0)


def test_what_has_no_meaning_is_none() -> None:
    nothing = m.metrics(result(), Setting("a", "constant", 0, 0), LogInfo(("a",), per_currency=None))
    assert nothing.pop("budget_total") == 0
    assert set(nothing.values()) == {None}
    assert m.money_amount(1, LogInfo(("a",), per_currency=None)) is None
    assert m.regret(0, 0) is None


def test_sums_beyond_a_float_are_divided_exactly() -> None:
    assert m.ratio((1 << 62) + 1, 1 << 62) == 1.0
    assert m.cpm(9_007_199_254_740_993, 1) == 9_007_199_254_740_993_000.0


def test_a_noted_budget_goes_before_the_product() -> None:
    noted = SettingResult(np.zeros(8, np.int64), np.zeros((3, 8), np.int64), np.zeros((24, 8), np.int64),
                          None, {"budget_total": 250})
    assert m.whole_budget(noted, Setting("a", "constant", 100, 0)) == 250
