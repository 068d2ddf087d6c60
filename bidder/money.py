"""Minor units and micros: money is an integer wherever it is counted.

Plans and curves work in currency units (floats) because they are estimates; what is paid, capped or
reported is an integer number of the currency's minor unit (ISO 4217).
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

import numpy as np
from numpy.typing import NDArray

MICROS = 1_000_000
"""Micros in one currency unit."""

# ISO 4217 exponents that differ from 2.
_EXPONENTS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX"), 0),
    **dict.fromkeys(("UYI", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def minor_digits(currency: str) -> int:
    """Decimal digits of a currency's minor unit: 2 for CNY, 0 for JPY, 3 for KWD.

    >>> minor_digits("CNY"), minor_digits("JPY")
    (2, 0)
    """
    return _EXPONENTS.get(currency.upper(), 2)


def minor_per_unit(currency: str) -> int:
    """Minor units in one currency unit: 100 fen in a yuan."""
    return int(10 ** minor_digits(currency))


def _scaled(amount: float, currency: str) -> Decimal:
    # repr is the shortest text that reads back as the same float: what the planner typed.
    return Decimal(repr(float(amount))) * minor_per_unit(currency)


def to_minor(amount: float, currency: str) -> int:
    """Nearest whole number of minor units (ties to even), from the decimal text of ``amount``.

    >>> to_minor(1234.565, "CNY")
    123456
    """
    return int(_scaled(amount, currency).to_integral_value(ROUND_HALF_EVEN))


def floor_minor(amount: float, currency: str) -> int:
    """Largest whole number of minor units not above ``amount`` (for an upper limit)."""
    return int(_scaled(amount, currency).to_integral_value(ROUND_FLOOR))


def ceil_minor(amount: float, currency: str) -> int:
    """Smallest whole number of minor units not below ``amount`` (for a lower limit)."""
    return int(_scaled(amount, currency).to_integral_value(ROUND_CEILING))


def from_minor(minor: NDArray[np.int64], currency: str) -> NDArray[np.float64]:
    """Currency units from minor units, correctly rounded."""
    return np.asarray(minor, dtype=np.float64) / minor_per_unit(currency)


def format_money(amount: float, currency: str) -> str:
    """Thousands separated, minor digits shown: ``1,234.50``."""
    return f"{amount:,.{minor_digits(currency)}f}"
