"""Labels in both languages, and numbers as each language writes them."""

from __future__ import annotations

import math
import string

import pytest

from bidder.reports.labels import LABELS, Labels
from bidder.reports.numbers import NOTHING, Numbers, clean
from bidder.reports.plan_situations import tail_mean

EN, ZH = Numbers("en", "CNY"), Numbers("zh", "CNY")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", LABELS)
def test_every_label_speaks_both_languages_about_the_same_values(key: str) -> None:
    en, zh = LABELS[key]
    assert en.strip()
    assert zh.strip()
    assert _fields(en) == _fields(zh)


def test_labels_of_every_shared_vocabulary_word_exist() -> None:
    from bidder.budget.problem import Unit
    from bidder.budget.spec_limits import Metric
    from bidder.calendar import Period
    from bidder.reports.plan_limits import _UNITS

    assert {str(u) for u in Unit} == set(_UNITS)
    wanted = [str(m) for m in Metric] + [str(p) for p in Period] + [f"periods_{p}" for p in Period]
    wanted += [label for label, _ in _UNITS.values()]
    kinds = ["spend", "share", "roas", "cpa", "outcome", "cash", "ramp", "lock", "stock", "retargeting"]
    kinds += ["budget", "lots", "replan"]
    assert all(Labels("zh").has(key) for key in [*wanted, *(f"kind_{k}" for k in kinds)])


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.2e-6, "0.0002%"), (1e-8, "0.000001%"), (0.0, "0.0000001%"), (0.25, "30%"), (9.6e-9, "0.000001%"),
     (math.nan, NOTHING), (1.0, "100%")],
)
def test_a_gap_is_rounded_up_and_never_zero(value: float, text: str) -> None:
    assert EN.gap(value) == text


def test_money_by_language() -> None:
    assert (EN.money(1234.5), EN.sum(1234.5), EN.sum(999.5)) == ("1,234.50", "CNY 1,234", "CNY 999.50")
    assert (ZH.headline(2_985_000), ZH.headline(123_456_789), ZH.sum(99.5)) == (
        "298.5 万元", "1.23 亿元", "99.50 元"
    )
    assert Numbers("zh", "USD").headline(2_985_000) == "298.5 万 USD"
    assert Numbers("en", "JPY").money(1234.4) == "1,234"
    assert (EN.money(-0.001), EN.money(math.inf), EN.percent(1.0)) == ("0.00", NOTHING, "100%")
    assert (EN.day("2026-11-01"), ZH.day("2026-11-01", year=True), EN.day("later")) == (
        "1 Nov", "2026年11月1日", "later"
    )


def test_clean_text_can_always_be_written() -> None:
    assert clean("a\ud800b\x00c\u202ed\n").encode("utf-8") == "a?b\ufffdcd\n".encode()
    assert clean("双十一 שלום 🎉") == "双十一 שלום 🎉"


def test_tail_mean_weighs_the_draw_on_the_edge() -> None:
    import numpy as np

    draws = np.array([4.0, 1.0, 3.0, 2.0])
    assert tail_mean(draws, 0.5) == pytest.approx(1.5)
    assert tail_mean(draws, 0.625) == pytest.approx((1 + 0.5 * 2) / 1.5)
    assert tail_mean(draws, 0.5, high_is_bad=True) == pytest.approx(3.5)
