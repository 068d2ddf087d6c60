"""Asking a strategy, and refusing what cannot be a bid."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from bidder.arrays import Bools, Floats, Ints, fixed
from bidder.auctions.log import AuctionLog
from bidder.auctions.strategies.base import Control, Requests, Strategy, View
from bidder.errors import BidderError, ExitCode

_COLUMNS = tuple(f.name for f in fields(Requests) if f.name != "info")
AHEAD = 2_000_000
"""Most base bids asked for at once."""
CHECKS = 4
"""Blocks in which a foreign strategy is asked twice, to see that it does not look ahead."""


class StrategyError(BidderError):
    """A strategy failed, or answered with what cannot be a bid.

    Attributes
    ----------
    strategy : str
    setting : int or None
        Position of the setting in the batch, where one alone is to blame.
    """

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, message: str, strategy: str, setting: int | None = None) -> None:
        super().__init__(message)
        self.strategy, self.setting = strategy, setting

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.strategy, self.setting)


def requests_of_block(log: AuctionLog, rows: Ints) -> Requests:
    """What is known of a block's auctions before bidding."""
    columns: dict[str, Any] = {name: getattr(log, name) for name in _COLUMNS if name != "row"}
    return Requests(info=log.info, row=rows, **columns)


def _part(requests: Requests, start: int, stop: int) -> Requests:
    """Some of the requests; nobody can write through them into the log."""
    columns: dict[str, Any] = {
        name: column[start:stop] for name in _COLUMNS if (column := getattr(requests, name)) is not None
    }
    for column in columns.values():
        column.flags.writeable = False
    return Requests(info=requests.info, **columns)


class Asked:
    """A strategy with its last decision, and with every answer looked at."""

    def __init__(self, strategy: Strategy) -> None:
        self.strategy = strategy
        self.settings = strategy.market.settings
        self.paced = strategy.paced
        self.control = Control(np.ones(self.settings))
        self._own = type(strategy).__module__.startswith("bidder.")
        self._checks = 0 if self._own else CHECKS
        self._requests: Requests | None = None
        self._ahead: tuple[int, int, Floats] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_requests": None, "_ahead": None}

    def open(self, requests: Requests) -> None:
        """The next block of auctions."""
        self._requests, self._ahead = requests, None

    def decide(self, view: View, start: int) -> None:
        """Ask for the control of the tick that begins with the block's auction ``start``."""
        where = f"{self._auctions(start, start)} (tick {view.tick} of episode {view.episode})"
        try:
            control = self.strategy.control(view)
            multiplier = np.asarray(control.multiplier, dtype=np.float64)
            enter = control.participation
            enter = None if enter is None else np.asarray(enter, dtype=np.float64)
        except (Exception, SystemExit) as error:
            raise self._failed(error, where) from error
        self._check(multiplier, np.isfinite(multiplier) & (multiplier >= 0), "multiplier", where)
        if enter is not None:
            self._check(enter, (enter >= 0) & (enter <= 1), "participation", where)
        self.control = Control(multiplier, enter)

    def base(self, start: int, stop: int) -> Floats:
        """Base bids of the block's auctions ``start`` to ``stop``, always of one layout (C, not to be
        written to), because kernels are compiled for each."""
        assert self._requests is not None
        if not self.strategy.steady:
            return self._ask(start, stop)
        if self._ahead is None or not self._ahead[0] <= start <= stop <= self._ahead[1]:
            first = self._ask(start, min(start + 1, stop))
            wide = AHEAD if first.ndim == 1 else max(AHEAD // self.settings, stop - start)
            end = max(min(start + wide, len(self._requests)), stop)
            self._ahead = (start, end, self._ask(start, end))
        begins, _, bids = self._ahead
        return fixed(np.ascontiguousarray(bids[..., start - begins : stop - begins]))

    def _ask(self, start: int, stop: int) -> Floats:
        assert self._requests is not None
        requests = _part(self._requests, start, stop)
        bids = self._answer(requests, start, stop)
        if bids.shape not in ((stop - start,), (self.settings, stop - start)):
            expected = f"({stop - start},) or ({self.settings}, {stop - start})"
            said = f"base bids have shape {bids.shape}; expected {expected}"
            raise self._error(said, self._auctions(start, stop))
        if bids.size and not (bids.min() >= 0 and bids.max() < np.inf):
            self._bad_bid(bids, start)
        if self._checks and stop - start > 1:
            self._look_behind(requests, bids, start, stop)
        return fixed(np.ascontiguousarray(bids))

    def _answer(self, requests: Requests, start: int, stop: int) -> Floats:
        try:
            bids = np.asarray(self.strategy.base(requests))
            if bids.dtype.kind == "c":
                raise TypeError("base bids are complex numbers")
            return bids.astype(np.float64, copy=False)
        except (Exception, SystemExit) as error:
            raise self._failed(error, self._auctions(start, stop)) from error

    def _look_behind(self, requests: Requests, bids: Floats, start: int, stop: int) -> None:
        """Each half of the auctions must be bid on alike when the other half is not there."""
        self._checks -= 1
        middle = (stop - start) // 2
        for first, last, gone in ((0, middle, "later"), (middle, stop - start, "earlier")):
            again = self._answer(_part(requests, first, last), start + first, start + last)
            if not np.array_equal(again, bids[..., first:last]):
                expected = "expected each to follow from its own auction"
                message = f"bids change when {gone} auctions are taken away; {expected}"
                raise self._error(message, self._auctions(start + first, start + last))

    def _bad_bid(self, bids: Floats, start: int) -> None:
        bad = np.argwhere(~((np.atleast_2d(bids) >= 0) & (np.atleast_2d(bids) < np.inf)))[0]
        setting = int(bad[0]) if bids.ndim == 2 else None
        value = np.atleast_2d(bids)[bad[0], bad[1]]
        where = self._auctions(start + int(bad[1]), start + int(bad[1]) + 1)
        raise self._error(f"base bid {value:g}; expected a finite number of at least 0", where, setting)

    def _check(self, values: Floats, good: Bools, what: str, where: str) -> None:
        if values.shape != (self.settings,):
            raise self._error(f"{what} has shape {values.shape}; expected ({self.settings},)", where)
        if not good.all():
            setting = int(np.flatnonzero(~good)[0])
            expected = "a finite number of at least 0" if what == "multiplier" else "a number from 0 to 1"
            raise self._error(f"{what} {values[setting]:g}; expected {expected}", where, setting)

    def _auctions(self, start: int, stop: int) -> str:
        assert self._requests is not None
        rows = self._requests.row
        if not len(rows):
            return "before any auction"
        last_known = len(rows) - 1
        first, last = int(rows[min(start, last_known)]), int(rows[min(max(stop - 1, start), last_known)])
        return f"auction {first:,}" if first == last else f"auctions {first:,} to {last:,}"

    def _failed(self, error: BaseException, where: str) -> BaseException:
        if self._own and isinstance(error, BidderError):
            return error
        plain = self._own and isinstance(error, ValueError)
        said = str(error) if plain else f"{type(error).__name__}: {error}"
        return self._error(said, where, 0 if self.settings == 1 else None)

    def _error(self, said: str, where: str, setting: int | None = None) -> StrategyError:
        name = self.strategy.params[setting or 0].name
        return StrategyError(f"strategy {name!r}, {where}: {said}", name, setting)
