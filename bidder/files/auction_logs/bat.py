"""The reader ``bat``: counts by campaign, hour and price bin, such as those of the BAT benchmark.

Either with the columns ``campaign, hour, price_bin, impressions, clicks, cost`` or with those of the
benchmark's own files (github.com/avito-tech/bat-autobidding-benchmark), where bin k stands for a price of
1.2^k for a click.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bidder.auctions.landscapes.histogram import BIN_RATIO, PriceHistogram
from bidder.auctions.log import MICROSECOND
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.cells import Rule, clean
from bidder.files.auction_logs.extras import check_campaigns
from bidder.files.auction_logs.reading import Frame, Reading
from bidder.files.auction_logs.tables import batches, columns_of, header_of

OWN = {name: name for name in ("campaign", "hour", "price_bin", "impressions", "clicks", "cost")}
BENCHMARK = {
    "campaign": "campaign_id", "hour": "period", "price_bin": "contact_price_bin",
    "impressions": "AuctionVisibilitySurplus", "clicks": "AuctionClicksSurplus",
    "cost": "AuctionWinBidSurplus",
}
_COUNT = "a number of at least 0"
RULES = (
    Rule("campaign", "text", "a name of up to 200 characters"),
    Rule("hour", "whole", "a whole number of seconds since 1970 UTC", high=32_503_679_999),
    Rule("price_bin", "whole", "the whole number of a price bin, -200 to 200", low=-200, high=200),
    Rule("impressions", "number", _COUNT),
    Rule("clicks", "number", _COUNT),
    Rule("cost", "number", f"{_COUNT} (currency units)"),
)


def read_histogram(
    files: tuple[str, ...], reading: Reading, currency: str | None, campaigns: tuple[str, ...] | None
) -> PriceHistogram:
    """Read counts.

    Raises
    ------
    InputError
        When columns are missing, rows are bad, or nothing is there.
    """
    frames: list[Frame] = []
    share = 1 / len(files)
    for number, file in enumerate(files):
        header = header_of(file)
        wanted = BENCHMARK if BENCHMARK["campaign"] in header and "campaign" not in header else OWN
        columns_of(file, wanted, list(wanted))
        frames += [clean(b, RULES, reading) for b in batches(file, wanted, reading, number * share, share)]
    reading.close()
    if not sum(map(len, frames)):
        raise InputError(Problem("the file holds no counts", "at least one row", place=Place(files[0])))
    return _histogram(frames, currency, campaigns)


def _histogram(
    frames: list[Frame], currency: str | None, campaigns: tuple[str, ...] | None
) -> PriceHistogram:
    import pyarrow as pa

    chunked = pa.chunked_array([f.columns["campaign"] for f in frames])
    encoded = chunked.unify_dictionaries().combine_chunks()
    names = sorted(set(encoded.drop_null().dictionary_decode().to_pylist()))
    check_campaigns(campaigns, names, frames[0].file)
    lookup = {name: code for code, name in enumerate(names)}
    codes = np.array([lookup.get(n, -1) for n in encoded.dictionary.to_pylist()], np.int32)
    campaign = codes[encoded.indices.to_numpy()]

    def column(name: str) -> Any:
        return np.concatenate([f.columns[name] for f in frames])

    hour, price_bin = column("hour"), column("price_bin")
    order = np.lexsort((price_bin, hour, campaign))
    histogram = PriceHistogram(
        tuple(names), campaign[order], hour[order] * MICROSECOND, price_bin[order],
        BIN_RATIO ** price_bin[order].astype(np.float64), column("impressions")[order],
        column("clicks")[order], column("cost")[order], currency,
    )
    return histogram if campaigns is None else histogram.only(campaigns)
