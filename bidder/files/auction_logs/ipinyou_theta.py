"""The reader ``ipinyou_theta``: ``click price pctr``, separated by spaces, in the order of time.

Campaigns of the iPinYou contest as they were prepared for bidding experiments (Cai et al., "Real-Time
Bidding by Reinforcement Learning in Display Advertising", WSDM 2017). There are no times; prices are
market prices in the contest's CPM unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from bidder.auctions.log import LogInfo
from bidder.files.auction_logs.cells import clean, rule
from bidder.files.auction_logs.reading import Batch, Frame, Reading
from bidder.files.auction_logs.text_tables import Layout, TextTable

COLUMNS = ("click", "market_price", "pctr")
HEADERS = {"click": "click", "market_price": "price", "pctr": "pctr"}
BASE = LogInfo((), unit="CPM unit", per_currency=None, price_for=1000, timed=False)
"""Unit of the contest's prices."""


def campaign_of(file: str) -> str:
    """The number with which a file's name begins, else ``log``.

    >>> campaign_of("data/2997.test.theta.txt"), campaign_of("test.txt")
    ('2997', 'log')
    """
    number = re.match(r"[0-9]+", Path(file).name)
    return number.group() if number else "log"


def with_campaign(batch: Batch, reading: Reading, unit: str) -> Frame:
    """The good rows of a batch, all of the campaign that the file is named after."""
    frame = clean(batch, [rule(name, unit) for name in COLUMNS], reading)
    codes = pa.array(np.zeros(len(frame), np.int32))
    campaign = pa.DictionaryArray.from_arrays(codes, pa.array([campaign_of(frame.file)]))
    return Frame(frame.file, frame.rows, {**frame.columns, "campaign": campaign})


@dataclass(frozen=True)
class ThetaReader:
    """Files of rows ``click price pctr``.

    Attributes
    ----------
    files : tuple of str
    base : LogInfo
        Unit and currency.
    """

    files: tuple[str, ...]
    base: LogInfo = BASE

    @property
    def info(self) -> LogInfo:
        """Unit and currency."""
        return self.base

    def frames(self, reading: Reading) -> Iterator[Frame]:
        """The good rows, file by file."""
        layout = Layout(tuple(HEADERS.values()), " ", quote=False, header_rows=0)
        share = 1 / len(self.files)
        for number, file in enumerate(self.files):
            for batch in TextTable(file, layout, HEADERS).batches(reading, number * share, share):
                yield with_campaign(batch, reading, self.base.unit)

    def notes(self) -> tuple[str, ...]:
        """That there are no times."""
        return ("the log has no times: rows are taken to be in the order of time",)
