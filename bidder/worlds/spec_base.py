"""Number types shared by the world's specification."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from bidder.quantities import Spec

Name = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[^\s=+\-@/\\.][^\r\n/\\]*$")]
"""A name that can stand in a table and in a file name."""
Spread = Annotated[float, Field(ge=0, le=1.5)]
"""Standard deviation of a logarithm."""
Amount = Annotated[float, Field(gt=0, le=1e6)]
"""Currency units."""
Profile = Annotated[list[Annotated[float, Field(ge=0, le=1e3)]], Field(min_length=24, max_length=24)]
"""24 weights, one for each hour of the local day from midnight."""
Week = Annotated[list[Annotated[float, Field(ge=0, le=1e3)]], Field(min_length=7, max_length=7)]
"""Seven weights, Monday first."""

__all__ = ["Amount", "Name", "Profile", "Spec", "Spread", "Week"]
