"""What change sheets say, whatever platform they are for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Ints, Texts


class SheetBlock(NamedTuple):
    """A block of a campaign's schedule: weekday 0 is Monday, minutes from midnight, ``end`` up to 1440."""

    campaign: str
    weekday: int
    start: int
    end: int
    modifier: float


class SheetSegment(NamedTuple):
    """A modifier; ``kind`` is "device" or "audience"."""

    kind: str
    campaign: str
    segment: str
    modifier: float


@dataclass(frozen=True)
class SheetBids:
    """Bids of n keywords.

    Attributes
    ----------
    campaign, ad_group, keyword : ndarray of str objects, shape (n,)
    match_type : ndarray of str objects, shape (n,)
        "exact", "phrase", "broad" or "".
    platform_id : ndarray of str objects, shape (n,)
        The platform's own id of the keyword, "" where unknown.
    bid : ndarray of int64, shape (n,)
        Micros.
    """

    campaign: Texts
    ad_group: Texts
    keyword: Texts
    match_type: Texts
    platform_id: Texts
    bid: Ints

    def __len__(self) -> int:
        return len(self.bid)

    @classmethod
    def of(cls, rows: Sequence[tuple[str, str, str, str, str, int]]) -> SheetBids:
        """From rows of campaign, ad group, keyword, match type, platform id and bid."""
        campaign, group, keyword, match, number = (
            np.array([row[k] for row in rows], dtype=np.object_) for k in range(5)
        )
        bid = np.array([row[5] for row in rows], dtype=np.int64)
        return cls(campaign, group, keyword, match, number, bid)

    def rows(self) -> Iterator[tuple[str, str, str, str, str, int]]:
        """The same, row by row."""
        columns: tuple[NDArray[Any], ...] = (
            self.campaign, self.ad_group, self.keyword, self.match_type, self.platform_id, self.bid,
        )  # fmt: skip
        return zip(*(column.tolist() for column in columns), strict=True)

    def part(self, rows: slice) -> SheetBids:
        """Some of them."""
        return SheetBids(
            self.campaign[rows], self.ad_group[rows], self.keyword[rows], self.match_type[rows],
            self.platform_id[rows], self.bid[rows],
        )  # fmt: skip


@dataclass(frozen=True)
class ChangeSheet:
    """Everything that sheets of one run say."""

    bids: SheetBids
    blocks: tuple[SheetBlock, ...] = field(default=())
    segments: tuple[SheetSegment, ...] = field(default=())

    @property
    def empty(self) -> bool:
        """Whether there is nothing to say."""
        return not (len(self.bids) or self.blocks or self.segments)


def weeks(blocks: tuple[SheetBlock, ...]) -> dict[str, list[SheetBlock]]:
    """Blocks by campaign, in the order of campaigns and times."""
    found: dict[str, list[SheetBlock]] = {}
    for block in blocks:
        found.setdefault(block.campaign, []).append(block)
    return {name: sorted(found[name], key=lambda b: (b.weekday, b.start)) for name in found}
