"""Search terms, and words that advertising law forbids."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bidder.quantities import PositiveMoney, Spec


class TermSpec(Spec):
    """Suggestions for a human; nothing of it is exported."""

    significance: Annotated[float, Field(gt=0, lt=1)] = 0.01
    """Chance at which spend without conversion counts as more than bad luck."""
    least_cost: PositiveMoney | None = None
    """Spend from which a term is looked at; by default the target cost of one conversion."""
    least_conversions: Annotated[int, Field(ge=1, le=1000)] = 2
    """Conversions from which a term is proposed as a keyword."""
    most: Annotated[int, Field(ge=1, le=100_000)] = 500
    """Most suggestions of each kind."""
    screen: bool = True
    """Whether keywords and ads are screened for the absolute terms of China's Advertising Law, Art. 9."""
    exempt: Annotated[list[str], Field(max_length=10_000)] = Field(default=[])
    """Texts that are allowed as they stand, such as a registered brand that contains such a term."""
