"""Adding up what settings do: by part of an episode, by episode, and in total."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Ints
from bidder.auctions.kernels.state import (
    CLICKS,
    CONVERSIONS,
    COST,
    ENTERED,
    FIELDS,
    IMPRESSIONS,
    VALUE,
    WORTH,
)
from bidder.auctions.result import COUNTED, STEPS

_FIELD = {
    "entered": ENTERED, "impressions": IMPRESSIONS, "clicks": CLICKS, "conversions": CONVERSIONS,
    "cost": COST, "value": VALUE, "worth": WORTH,
}  # fmt: skip
_ORDER = np.array([_FIELD[name] for name in COUNTED[1:]])
"""Fields of a kernel's state in the order of COUNTED, which begins with the auctions."""


class Tally:
    """Counts of S settings over one campaign.

    With more than ``most`` episodes, neighbours are added up two by two, so that memory stays bounded.
    """

    def __init__(self, settings: int, most: int) -> None:
        self.settings, self._most = settings, max(most, 2)
        self.course: Ints = np.zeros((settings, STEPS, len(COUNTED)), dtype=np.int64)
        self._open: Ints = np.zeros((settings, STEPS, len(COUNTED)), dtype=np.int64)
        self._groups: list[Ints] = []
        self._group_size, self._in_group = 1, 0
        self._sum: Ints = np.zeros((FIELDS, settings), dtype=np.int64)
        self.auctions_closed = 0
        self.budget: Ints = np.zeros(settings, dtype=np.int64)

    def add(self, step: int, auctions: int, gained: Ints) -> None:
        """Count a stretch of the open episode; ``gained`` has shape (S, FIELDS)."""
        part = self._open[:, step]
        part[:, 0] += auctions
        part[:, 1:] += gained[:, _ORDER]

    def close(self, keep: bool, budget: Ints) -> None:
        """End the open episode, which had this budget; without ``keep`` forget it."""
        if keep:
            self.budget += budget
            total = self._open.sum(axis=1)
            self.course += self._open
            self._sum[_ORDER] += total[:, 1:].T
            self.auctions_closed += int(total[0, 0])
            self._append(total)
        self._open[:] = 0

    def closed(self, conversions: Ints, value: Ints) -> Ints:
        """Sums over the episodes that have ended, shape (FIELDS, S), with what has been reported."""
        sums = self._sum.copy()
        sums[CONVERSIONS], sums[VALUE] = conversions, value
        return sums

    def _append(self, total: Ints) -> None:
        if self._in_group == 0:
            self._groups.append(total)
        else:
            self._groups[-1] += total
        self._in_group = (self._in_group + 1) % self._group_size
        if len(self._groups) > self._most and self._in_group == 0:
            pairs = [self._groups[k : k + 2] for k in range(0, len(self._groups), 2)]
            self._groups = [pair[0] + pair[1] if len(pair) == 2 else pair[0] for pair in pairs]
            self._in_group = self._group_size if len(pairs[-1]) == 1 else 0
            self._group_size *= 2

    @property
    def episodes(self) -> Ints:
        """Counts by episode (or group of neighbours), shape (E, S, len(COUNTED))."""
        if not self._groups:
            return np.zeros((0, self.settings, len(COUNTED)), dtype=np.int64)
        return np.stack(self._groups)
