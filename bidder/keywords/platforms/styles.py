"""Modifiers as text, the way each interface writes them, and back.

All of it is decimal arithmetic: 1.2 is written as 120, never as 119.99999999999999.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from bidder.keywords.platforms.profile import ModifierStyle

_SCALE = {
    ModifierStyle.MULTIPLIER: Decimal(1),
    ModifierStyle.AT_PERCENT: Decimal(100),
    ModifierStyle.PERCENT: Decimal(100),
    ModifierStyle.PERCENT_CHANGE: Decimal(100),
    ModifierStyle.PERMILLE: Decimal(1000),
}
_MOST_DIGITS = 9


def write_modifier(modifier: float, style: ModifierStyle) -> str:
    """A modifier as text; whole steps of a profile come out without a decimal point or noise.

    >>> [write_modifier(1.2, style) for style in ModifierStyle]
    ['1.2', '@120%', '120', '20', '1200']
    """
    exact = round(Decimal(repr(float(modifier))), _MOST_DIGITS)
    number = exact * _SCALE[style] - (100 if style is ModifierStyle.PERCENT_CHANGE else 0)
    text = format(number.normalize() + 0, "f")
    return f"@{text}%" if style is ModifierStyle.AT_PERCENT else text


def read_modifier(text: str, style: ModifierStyle) -> float:
    """The modifier that a text stands for; the float nearest to it.

    Raises
    ------
    ValueError
        For a text that is not of the style.

    >>> read_modifier("@120%", ModifierStyle.AT_PERCENT), read_modifier("-10", ModifierStyle.PERCENT_CHANGE)
    (1.2, 0.9)
    """
    body = text
    if style is ModifierStyle.AT_PERCENT:
        if not (text.startswith("@") and text.endswith("%")):
            raise ValueError(f"{text!r} is not written like @120%")
        body = text[1:-1]
    try:
        number = Decimal(body)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a modifier written as {style.value}") from None
    if style is ModifierStyle.PERCENT_CHANGE:
        number += 100
    if not number.is_finite() or number <= 0:
        raise ValueError(f"{text!r} is not a modifier above 0")
    return float(number / _SCALE[style])
