"""Modifiers by hour of the week and by device."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from bidder.quantities import Spec

Modifier = Annotated[float, Field(gt=0, le=10)]


class SlotSpec(Spec):
    """How modifiers are made."""

    enabled: bool = True
    """Whether a schedule other than flat may come out."""
    least_clicks: Annotated[float, Field(ge=0, le=1e9)] = 2000
    """Below this many clicks a campaign's week stays flat."""
    blocks: Annotated[int, Field(ge=1, le=96)] | None = None
    """Most blocks in a day; by default what the platform takes."""
    least_block_minutes: Annotated[int, Field(ge=15, le=1440)] = 60
    """Shortest block."""
    min: Modifier | None = None
    """Lowest modifier of an hour; by default the platform's."""
    max: Modifier | None = None
    """Highest modifier of an hour; by default the platform's."""
    product_min: Modifier = 0.3
    """Lowest product of all modifiers on a bid."""
    product_max: Modifier = 3.0
    """Highest product of all modifiers on a bid."""
    max_change: Annotated[float, Field(gt=0, le=10)] = 0.25
    """Most that a modifier moves in one night."""
    devices: bool = True
    """Whether devices get modifiers, when the reports tell them apart."""
    audiences: bool = True
    """Whether audiences get premiums, when the reports tell them apart."""

    @model_validator(mode="after")
    def _ordered(self) -> SlotSpec:
        if self.product_min > 1 or self.product_max < 1:
            raise ValueError("product_min must be at most 1 and product_max at least 1")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min {self.min:g} is above max {self.max:g}")
        return self
