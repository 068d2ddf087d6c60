"""Number types with units, and the base of everything that a YAML file may say."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

HUGE = 1e13
"""No amount of money, clicks or conversions may exceed this (it keeps sums exact)."""


class Spec(BaseModel):
    """Base of everything a YAML may say: unknown keys refused, values not changed afterwards."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True,
        populate_by_name=True, strict=False,
    )


Money = Annotated[float, Field(ge=0, le=HUGE)]
PositiveMoney = Annotated[float, Field(gt=0, le=HUGE)]
Count = Annotated[float, Field(ge=0, le=HUGE)]
PositiveCount = Annotated[float, Field(gt=0, le=HUGE)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(gt=0, le=1)]
Percent = Annotated[float, Field(ge=0, le=10_000)]
Ratio = Annotated[float, Field(ge=0, le=1e9)]
Index = Annotated[float, Field(gt=0, le=1e4)]
