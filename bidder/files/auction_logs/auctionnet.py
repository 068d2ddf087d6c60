"""The reader ``auctionnet``: the 18-column trajectory CSV of AuctionNet and its bidding contest.

Su et al., "AuctionNet: A Novel Benchmark for Decision-Making in Large-Scale Games", NeurIPS 2024. Every
row is one advertiser in one auction; each advertiser becomes a campaign. A delivery period is a day of 48
time steps. ``leastWinningCost`` is the market price, ``pValue`` the probability of a conversion when the
ad is shown. The data knows no clicks: every ad that is shown counts as clicked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bidder.auctions.log import MICROSECOND, LogInfo
from bidder.files.auction_logs.cells import Rule, clean
from bidder.files.auction_logs.reading import Frame, Reading
from bidder.files.auction_logs.tables import batches, columns_of

STEPS = 48
STEP = 1800 * MICROSECOND
PERIOD_AUCTIONS = 10**9
"""An auction's number is its period times this plus its pvIndex."""
MICROS = LogInfo(())
RULES = (
    Rule("deliveryPeriodIndex", "whole", "the number of a delivery period", high=100_000),
    Rule("advertiserNumber", "text", "the number of an advertiser"),
    Rule("timeStepIndex", "whole", f"the number of a time step, 0 to {STEPS - 1}", high=STEPS - 1),
    Rule("pvIndex", "whole", "the number of an auction", high=PERIOD_AUCTIONS - 1),
    Rule("pValue", "number", "a probability from 0 to 1", high=1),
    Rule("leastWinningCost", "scaled", "a price of at least 0 (currency units)", high=1e7),
    Rule("conversionAction", "flag", "0 or 1", high=1),
)
_NAMES = {rule.name: rule.name for rule in RULES}


@dataclass(frozen=True)
class AuctionNetReader:
    """Files of whole delivery periods; each is sorted by time in memory.

    Attributes
    ----------
    files : tuple of str
    base : LogInfo
        Unit and currency.
    """

    files: tuple[str, ...]
    base: LogInfo = MICROS

    @property
    def info(self) -> LogInfo:
        """Unit and currency."""
        return self.base

    def frames(self, reading: Reading) -> Iterator[Frame]:
        """The good rows, file by file, sorted by time, auction and advertiser."""
        share = 1 / len(self.files)
        for number, file in enumerate(self.files):
            columns_of(file, _NAMES, list(_NAMES))
            parts = [
                clean(batch, RULES, reading)
                for batch in batches(file, _NAMES, reading, number * share, share)
            ]
            if parts:
                yield _log_rows(file, parts)

    def notes(self) -> tuple[str, ...]:
        """What the format leaves open."""
        return (
            "the log knows no clicks: every ad shown counts as clicked, pValue is its conversion rate",
            "prices are rounded to millionths of the currency",
        )


def _log_rows(file: str, parts: Sequence[Frame]) -> Frame:
    """The rows of a file as those of a log, in the order of time."""

    def column(name: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.concatenate([part.columns[name] for part in parts])

    period, step, auction = column("deliveryPeriodIndex"), column("timeStepIndex"), column("pvIndex")
    chunked = pa.chunked_array([part.columns["advertiserNumber"] for part in parts])
    advertiser = chunked.unify_dictionaries().combine_chunks()
    names = np.array(advertiser.dictionary.to_pylist())
    # Numbers in the order of numbers, whatever the file's order is.
    rank = np.argsort(np.argsort(np.array([name.zfill(20) for name in names]))) if len(names) else names
    codes = advertiser.indices.to_numpy()
    order = np.lexsort((rank[codes], auction, step, period))
    count = len(order)
    columns = {
        "ts": (period * STEPS + step)[order] * STEP,
        "campaign": advertiser.take(pa.array(order)),
        "market_price": column("leastWinningCost")[order],
        "auction": (period * PERIOD_AUCTIONS + auction)[order],
        "pctr": np.ones(count), "pcvr": column("pValue")[order],
        "click": np.ones(count, np.uint8), "conversion": column("conversionAction")[order],
    }
    return Frame(file, np.concatenate([part.rows for part in parts])[order], columns)
