"""Numbers and dates as a reader of each language expects them."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bidder.money import format_money, minor_digits

Lang = Literal["en", "zh"]

NOTHING = "–"

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Controls that would reorder the text after them (U+202A..E, U+2066..9); letters that are written
# from right to left are left alone.
_REORDERING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)], "")


def clean(text: object) -> str:
    """Text that is safe to encode and to set: no lone surrogates, control or reordering characters."""
    valid = str(text).encode("utf-8", "replace").decode("utf-8").translate(_REORDERING)
    if valid.isprintable():
        return valid
    return "".join(
        c if unicodedata.category(c) != "Cc" or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in valid
    )


def _rounded(value: float, digits: int) -> float:
    return round(value, digits) + 0.0  # no "-0"


@dataclass(frozen=True)
class Numbers:
    """Formats of one language and currency; everything that is not a number becomes a dash."""

    lang: Lang
    currency: str

    def money(self, value: float) -> str:
        """With thousands and minor digits: ``1,234.50``."""
        if not math.isfinite(value):
            return NOTHING
        return format_money(_rounded(value, minor_digits(self.currency)), self.currency)

    def with_unit(self, amount: str) -> str:
        """An amount with its currency: ``CNY 1,234`` or ``1,234 元``."""
        if self.lang == "zh":
            return f"{amount} 元" if self.currency == "CNY" else f"{amount} {self.currency}"
        return f"{self.currency} {amount}"

    def sum(self, value: float) -> str:
        """Money in running text, without minor digits from 1,000 upwards."""
        return self.with_unit(self.short_money(value))

    def short_money(self, value: float) -> str:
        """Money without its currency and, from 1,000 upwards, without minor digits."""
        if not math.isfinite(value):
            return NOTHING
        return f"{_rounded(value, 0):,.0f}" if abs(value) >= 1000 else self.money(value)

    def headline(self, value: float) -> str:
        """Money in a headline: ``CNY 12,345,678`` or ``1,234.6 万元``."""
        if not math.isfinite(value):
            return NOTHING
        if self.lang == "zh" and abs(value) >= 1e5:
            size, name = (1e8, "亿") if abs(value) >= 1e8 else (1e4, "万")
            unit = "元" if self.currency == "CNY" else f" {self.currency}"
            return f"{value / size:,.{2 if size == 1e8 else 1}f} {name}{unit}"
        return self.sum(value)

    def count(self, value: float) -> str:
        """Conversions, people, impressions: one decimal below 100."""
        if not math.isfinite(value):
            return NOTHING
        digits = 0 if abs(value) >= 100 or float(value).is_integer() else 1
        return f"{_rounded(value, digits):,.{digits}f}"

    def ratio(self, value: float) -> str:
        """ROAS and prices: two decimals, more when small."""
        if not math.isfinite(value):
            return NOTHING
        small = 0 < abs(value) < 0.1
        return (
            f"{value:.2g}"
            if small and abs(value) >= 1e-4
            else (f"{value:.1e}" if small else f"{_rounded(value, 2):,.2f}")
        )

    def percent(self, value: float, digits: int = 1) -> str:
        """A fraction in percent."""
        if not math.isfinite(value):
            return NOTHING
        rounded = _rounded(100 * value, digits)
        return "100%" if rounded == 100 else f"{rounded:,.{digits}f}%"

    def gap(self, value: float) -> str:
        """A certified gap in percent, rounded up to one significant digit; never "0%"."""
        if not math.isfinite(value):
            return NOTHING
        percent = max(100 * value, 1e-7)
        power = math.floor(math.log10(percent) + 1e-12)
        digit = math.ceil(percent / 10.0**power - 1e-9)
        if digit == 10:
            digit, power = 1, power + 1
        return f"{digit * 10**power:,d}%" if power >= 0 else f"{digit * 10.0**power:.{-power}f}%"

    def day(self, iso: str, year: bool = False) -> str:
        """A date: ``20 Oct 2026`` or ``2026年10月20日``; other text is returned as it is."""
        try:
            d = date.fromisoformat(iso)
        except ValueError:
            return clean(iso)
        if self.lang == "zh":
            return (f"{d.year}年" if year else "") + f"{d.month}月{d.day}日"
        return f"{d.day} {_MONTHS[d.month - 1]}" + (f" {d.year}" if year else "")

    def axis(self) -> str:
        """Vega expression for the labels of an axis of large numbers: 1.2M, or 120万."""
        value = "datum.value"
        if self.lang == "zh":
            return (
                f"abs({value}) >= 1e8 ? format({value} / 1e8, ',~r') + '亿' : "
                f"abs({value}) >= 1e4 ? format({value} / 1e4, ',~r') + '万' : format({value}, ',~r')"
            )
        return f"abs({value}) < 1 ? format({value}, '~r') : replace(format({value}, '~s'), 'G', 'B')"

    def time_axis(self, months: bool) -> str:
        """Vega expression for the labels of an axis of ISO dates."""
        pattern = (
            ("%Y年%-m月" if months else "%-m/%-d") if self.lang == "zh" else ("%b %Y" if months else "%-d %b")
        )
        return f"utcFormat(utcParse(datum.label, '%Y-%m-%d'), '{pattern}')"
