"""Minor units: exact from the decimal text, whatever the currency."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.money import (
    ceil_minor,
    floor_minor,
    format_money,
    from_minor,
    minor_digits,
    minor_per_unit,
    to_minor,
)

CURRENCIES = st.sampled_from(["CNY", "JPY", "KWD", "CLF", "eur"])
AMOUNTS = st.floats(0, 1e13, allow_nan=False)


@given(AMOUNTS, CURRENCIES)
def test_floor_and_ceiling_enclose_the_typed_amount(amount: float, currency: str) -> None:
    exact = Fraction(repr(amount)) * minor_per_unit(currency)
    assert floor_minor(amount, currency) == floor(exact)
    assert ceil_minor(amount, currency) == ceil(exact)
    assert abs(to_minor(amount, currency) - exact) <= Fraction(1, 2)


@given(st.integers(0, 10**13), CURRENCIES)
def test_minor_units_survive_the_way_there_and_back(minor: int, currency: str) -> None:
    amount = float(from_minor(np.array([minor]), currency)[0])
    assert (
        to_minor(amount, currency) == floor_minor(amount, currency) == ceil_minor(amount, currency) == minor
    )


@pytest.mark.parametrize(
    "amount, currency, want",
    [
        (0.29, "CNY", 29),
        (1.005, "CNY", 100),
        (1.015, "CNY", 102),
        (2.675, "CNY", 268),
        (1234.5, "JPY", 1234),
        (0.1 + 0.2, "CNY", 30),
        (1e12, "CNY", 10**14),
        (0.0005, "KWD", 0),
        (0.0015, "KWD", 2),
        (1e-9, "CNY", 0),
    ],
)
def test_to_minor_rounds_half_to_even(amount: float, currency: str, want: int) -> None:
    assert to_minor(amount, currency) == want


def test_a_limit_typed_in_minor_units_is_not_lost() -> None:
    for cents in range(10_000):
        assert floor_minor(cents / 100, "CNY") == cents
        assert ceil_minor(cents / 100, "CNY") == cents


def test_digits_and_format() -> None:
    assert [minor_digits(c) for c in ("CNY", "USD", "JPY", "KRW", "KWD", "CLF", "jpy")] == [
        2,
        2,
        0,
        0,
        3,
        4,
        0,
    ]
    assert format_money(1234567.5, "CNY") == "1,234,567.50"
    assert format_money(1234567.5, "JPY") == "1,234,568"
    assert format_money(-0.5, "KWD") == "-0.500"
