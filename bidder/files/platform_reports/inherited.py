"""What keywords of a bulk file take over from their campaign and ad group.

Campaigns, ad groups and keywords are records of one file there. The bid strategy stands in the record of
the campaign alone, and a keyword without a bid of its own has the default bid of its ad group.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.files.platform_reports.columns import texts
from bidder.files.platform_reports.numbers import Reading, number_of
from bidder.files.platform_reports.raw import RawBatch

COLUMNS = ("record", "campaign", "ad_group", "keyword", "max_cpc", "bid_strategy")
"""Columns that are looked at."""


@dataclass
class Inherited:
    """Bid strategies by campaign and default bids (micros) by campaign and ad group."""

    strategies: dict[str, str] = field(default_factory=dict)
    bids: dict[tuple[str, str], int] = field(default_factory=dict)

    def learn(self, batches: Iterable[RawBatch], unknown: frozenset[str], how: Reading, scale: int) -> None:
        """Collect from the rows that are no keywords."""
        for raw in batches:
            names = [name for name in COLUMNS[1:] if name in raw.columns]
            bare = texts(raw.columns["keyword"], unknown)[0]
            mask = pc.equal(pc.binary_length(bare), 0)
            columns = [texts(raw.columns[n], unknown)[0].filter(mask).to_pylist() for n in names]
            for cells in zip(*columns, strict=True):
                self._note(dict(zip(names, cells, strict=True)), how, scale)

    def _note(self, row: dict[str, str], how: Reading, scale: int) -> None:
        campaign, group = row.get("campaign", ""), row.get("ad_group", "")
        if campaign and not group and row.get("bid_strategy"):
            self.strategies.setdefault(campaign, row["bid_strategy"])
        bid = number_of(row.get("max_cpc", ""), how) if campaign and group else None
        if bid is not None and 0 < bid * scale < 2**62:
            self.bids.setdefault((campaign, group), round(bid * scale))

    def fill(self, arrays: dict[str, Any]) -> None:
        """Give the keywords what they do not have of their own."""
        if "bid_strategy" in arrays and self.strategies:
            encoded = arrays["campaign"].dictionary_encode()
            names = [self.strategies.get(name, "") for name in encoded.dictionary.to_pylist()]
            theirs = pa.array(names, pa.string()).take(encoded.indices)
            own = arrays["bid_strategy"]
            arrays["bid_strategy"] = pc.if_else(pc.equal(own, ""), theirs, own)
        bids = arrays.get("max_cpc")
        if self.bids and isinstance(bids, pa.Array) and bids.null_count and "ad_group" in arrays:
            arrays["max_cpc"] = self._bids(bids, arrays["campaign"], arrays["ad_group"])

    def _bids(self, bids: Any, campaigns: Any, groups: Any) -> Any:
        lacking = np.flatnonzero(bids.is_null().to_numpy(zero_copy_only=False))
        filled = bids.to_pylist()
        for place in lacking.tolist():
            filled[place] = self.bids.get((str(campaigns[place]), str(groups[place])))
        return pa.array(filled, pa.int64())
