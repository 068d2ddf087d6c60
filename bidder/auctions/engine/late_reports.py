"""Conversions that are reported late: a strategy sees only what has been reported by now."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Bytes, Ints


class LateReports:
    """Conversions of S settings on their way.

    Attributes
    ----------
    conversions, value : ndarray of int64, shape (2, S)
        What has been reported by the last :meth:`until`: of earlier episodes, and of this one.
    """

    def __init__(self, settings: int) -> None:
        self.conversions = np.zeros((2, settings), dtype=np.int64)
        self.value = np.zeros((2, settings), dtype=np.int64)
        self._due = np.zeros(0, dtype=np.int64)
        self._paid = np.zeros(0, dtype=np.int64)
        self._current = np.zeros(0, dtype=np.bool_)
        self._won = np.zeros((0, settings), dtype=np.uint8)

    def add(self, due: Ints, paid: Ints, won: Bytes) -> None:
        """Conversions of this episode: when they are reported, their value, and who won, (C, S)."""
        order = np.argsort(np.concatenate([self._due, due]), kind="stable")
        self._due = np.concatenate([self._due, due])[order]
        self._paid = np.concatenate([self._paid, paid])[order]
        self._current = np.concatenate([self._current, np.ones(len(due), dtype=np.bool_)])[order]
        self._won = np.concatenate([self._won, won])[order]

    def until(self, now: int) -> None:
        """Take in what is reported by ``now`` (strictly before the auctions that come now)."""
        done = int(np.searchsorted(self._due, now, side="right"))
        if not done:
            return
        for current in (0, 1):
            mine = np.flatnonzero(self._current[:done] == bool(current))
            self.conversions[current] += self._won[mine].sum(axis=0, dtype=np.int64)
            self.value[current] += self._paid[mine] @ self._won[mine].astype(np.int64)
        self._due, self._paid = self._due[done:], self._paid[done:]
        self._current, self._won = self._current[done:], self._won[done:]

    def close_episode(self) -> None:
        """From now on, what was this episode's belongs to the earlier ones."""
        for totals in (self.conversions, self.value):
            totals[0] += totals[1]
            totals[1] = 0
        self._current[:] = False
