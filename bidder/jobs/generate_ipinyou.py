"""A display channel once more in the shape of the iPinYou benchmark (Zhang, Yuan, Wang and Shen,
"Real-time bidding benchmarking with iPinYou dataset", 2014): rows of click, price and predicted CTR, and
the totals of the time before them."""

from __future__ import annotations

import json
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

import numpy as np

from bidder.money import MICROS

if TYPE_CHECKING:
    from bidder.arrays import Ints
    from bidder.auctions.log import AuctionLog
    from bidder.worlds.spec import IpinyouShape
    from bidder.worlds.world import World

LOG_FILE, INFO_FILE = "display.theta.txt", "info.json"


class IpinyouWriter:
    """Writes ``display.theta.txt`` while the world is made, and ``info.json`` at its end.

    >>> with IpinyouWriter(folder, shape, world) as out:  # doctest: +SKIP
    ...     out.write(log)
    """

    def __init__(self, folder: Path, shape: IpinyouShape, world: World) -> None:
        self._folder = folder
        self._shape = shape
        first, end = int(world.hours.start[0]), world.hours.end
        self._split = first + round((end - first) * shape.train_share)
        self._counts = np.zeros(shape.highest_price + 1, dtype=np.int64)
        self._totals = {part: np.zeros(3, dtype=np.int64) for part in ("train", "test")}
        self._file: IO[str] | None = None

    def __enter__(self) -> IpinyouWriter:
        self._file = (self._folder / LOG_FILE).open("w", encoding="ascii", newline="\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._file is not None
        self._file.close()
        if error is None:
            (self._folder / INFO_FILE).write_text(json.dumps(self._info(), indent=1) + "\n", encoding="ascii")

    def write(self, log: AuctionLog) -> None:
        """Add auctions, which follow those before."""
        assert self._file is not None and log.click is not None and log.pctr is not None
        price = self._price(log.market_price)
        split = int(np.searchsorted(log.ts, self._split))
        self._counts += np.bincount(price[:split], minlength=len(self._counts))
        for part, rows in (("train", slice(None, split)), ("test", slice(split, None))):
            clicks = int(log.click[rows].sum())
            self._totals[part] += (len(price[rows]), clicks, int(price[rows].sum()))
        columns = (log.click[split:].tolist(), price[split:].tolist(), log.pctr[split:].tolist())
        self._file.writelines(f"{c} {p} {q!r}\n" for c, p, q in zip(*columns, strict=True))

    def _price(self, micros: Ints) -> Ints:
        """Whole CPM units that win, from micros for one impression."""
        units = -(-micros * 1000 * self._shape.units_per_currency // MICROS)
        price: Ints = np.minimum(units, self._shape.highest_price)
        return price

    def _info(self) -> dict[str, object]:
        info: dict[str, object] = {}
        for part, totals in self._totals.items():
            for name, total in zip(("imp", "clk", "cost"), totals.tolist(), strict=True):
                info[f"{name}_{part}"] = total
        info["price_counter_train"] = self._counts.tolist()
        return info
