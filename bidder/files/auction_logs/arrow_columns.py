"""Auction logs as Arrow tables, with the columns that other tools expect.

Codes become text, unknown becomes null, ``value`` is in currency units and ``conversion_delay`` in
seconds. One column is added: ``competing_bids``, the number of an auction's rows in the bids table.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bidder.arrays import Bools
from bidder.auctions.log import COLUMNS, AuctionLog, CompetingBids, LogInfo

COUNT = "competing_bids"
"""Column with the number of rows in the bids table."""

MILLION = 1_000_000
_TEXT = ("campaign", "channel", "keyword", "placement")
_SCALED = ("value", "conversion_delay")
_UNKNOWN: dict[str, int] = {"market_price": -1, "last_visit": -1, "lost_bid": -1, "user": 0}
_NULLABLE = {*_TEXT, *_UNKNOWN, "quality"}
_TYPES: dict[str, Any] = {
    "ts": pa.int64(), "campaign": pa.dictionary(pa.int32(), pa.string()), "market_price": pa.int64(),
    "auction": pa.int64(), "channel": pa.dictionary(pa.int32(), pa.string()),
    "keyword": pa.dictionary(pa.int32(), pa.string()), "placement": pa.dictionary(pa.int32(), pa.string()),
    "user": pa.uint64(), "floor": pa.int64(), "pctr": pa.float64(), "pcvr": pa.float64(),
    "quality": pa.float64(), "click": pa.uint8(), "conversion": pa.uint8(), "value": pa.float64(),
    "conversion_delay": pa.float64(), "last_visit": pa.int64(), "lost_bid": pa.int64(),
}
_BIDS = pa.schema([
    pa.field(name, kind, nullable=False)
    for name, kind in (
        ("auction", pa.int64()), ("bidder", pa.int32()), ("bid", pa.int64()), ("quality", pa.float64())
    )
])
_NUMPY: dict[str, Any] = {
    "user": np.uint64, "click": np.uint8, "conversion": np.uint8,
    **dict.fromkeys(("pctr", "pcvr", "quality"), np.float64),
}


def names_of(info: LogInfo, column: str) -> tuple[str, ...]:
    """The names behind the codes of a text column."""
    return info.campaigns if column == "campaign" else dict(info.words).get(column, ())


def to_arrow(log: AuctionLog) -> tuple[Any, Any | None]:
    """A log as an Arrow table, and its competing bids as another one (None without them)."""
    arrays = {name: _array(log, name) for name in COLUMNS if getattr(log, name) is not None}
    # A column that is never empty is faster to read when the file says so.
    fields = [pa.field(name, _TYPES[name], nullable=name in _NULLABLE) for name in arrays]
    if log.bids is not None:
        arrays[COUNT] = pa.array(np.diff(log.bids.offsets).astype(np.int32))
        fields.append(pa.field(COUNT, pa.int32(), nullable=False))
    table = pa.Table.from_arrays(list(arrays.values()), schema=pa.schema(fields))
    return table, None if log.bids is None else _bids_table(log, log.bids)


def _array(log: AuctionLog, name: str) -> Any:
    column = getattr(log, name)
    if name in _TEXT:
        missing = column < 0
        codes = pa.array(column, mask=missing if missing.any() else None)
        return pa.DictionaryArray.from_arrays(codes, pa.array(names_of(log.info, name), pa.string()))
    if name in _SCALED:
        column = column / MILLION
    if name in _UNKNOWN:
        missing = column == _UNKNOWN[name]
    elif name == "quality":
        missing = np.isnan(column)
    else:
        return pa.array(column, _TYPES[name])
    return pa.array(column, _TYPES[name], mask=missing if missing.any() else None)


def _bids_table(log: AuctionLog, bids: CompetingBids) -> Any:
    numbers = log.auction if log.auction is not None else log.first_row + np.arange(len(log))
    auction = np.repeat(numbers, np.diff(bids.offsets))
    return pa.Table.from_arrays(
        [pa.array(auction), pa.array(bids.bidder), pa.array(bids.bid), pa.array(bids.quality)], schema=_BIDS
    )


def from_arrow(table: Any, bids: Any | None, info: LogInfo, first_row: int) -> AuctionLog:
    """The log that :func:`to_arrow` made into tables; columns that are no part of a log are left out."""
    columns = {name: _column(table, name, info) for name in COLUMNS if name in table.column_names}
    competing = None if bids is None else _competing(bids, _numbers(table, COUNT, 0, np.int64))
    return AuctionLog(info=info, **columns, bids=competing, first_row=first_row)


def selected(log: AuctionLog, keep: Bools) -> AuctionLog:
    """The auctions where ``keep`` is true, with their competing bids; ``first_row`` stays as it is."""
    changes: dict[str, Any] = {
        name: getattr(log, name)[keep] for name in COLUMNS if getattr(log, name) is not None
    }
    if log.bids is not None:
        counts = np.diff(log.bids.offsets)
        mine = np.repeat(keep, counts)
        offsets = np.concatenate([[0], np.cumsum(counts[keep])]).astype(np.int64)
        changes["bids"] = CompetingBids(
            offsets, log.bids.bidder[mine], log.bids.bid[mine], log.bids.quality[mine]
        )
    return replace(log, **changes)


def _column(table: Any, name: str, info: LogInfo) -> NDArray[Any]:
    if name in _TEXT:
        return _codes(table.column(name), names_of(info, name))
    if name in _SCALED:
        scaled = _numbers(table, name, 0.0, np.float64) * MILLION
        whole: NDArray[np.int64] = np.rint(scaled).astype(np.int64)
        return whole
    unknown = np.nan if name == "quality" else _UNKNOWN.get(name, 0)
    return _numbers(table, name, unknown, _NUMPY.get(name, np.int64))


def _numbers(table: Any, name: str, unknown: float, kind: Any) -> NDArray[Any]:
    parts = [_plain(chunk, unknown).astype(kind, copy=False) for chunk in table.column(name).chunks]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _plain(chunk: Any, unknown: float) -> NDArray[Any]:
    """Numbers of a chunk, straight from its buffers, with ``unknown`` where there is none.

    Arrow's own ``to_numpy`` imports pandas, which would be most of the time that a small replay takes to
    start.
    """
    kind = np.dtype(chunk.type.to_pandas_dtype())
    if not len(chunk):
        return np.empty(0, kind)
    known, data = chunk.buffers()
    values = np.frombuffer(data, kind, len(chunk), chunk.offset * kind.itemsize)
    if not chunk.null_count:
        return values
    bits = np.unpackbits(np.frombuffer(known, np.uint8), bitorder="little")
    return np.where(bits[chunk.offset : chunk.offset + len(chunk)], values, kind.type(unknown))


def _codes(chunked: Any, names: tuple[str, ...]) -> NDArray[np.int32]:
    """Codes into ``names``: every chunk has a dictionary of its own."""
    places, parts = {name: code for code, name in enumerate(names)}, []
    for chunk in chunked.chunks:
        encoded = chunk if pa.types.is_dictionary(chunk.type) else chunk.dictionary_encode()
        words = encoded.dictionary.to_pylist()
        lookup = np.array([*(places.get(word, -1) for word in words), -1], dtype=np.int32)
        parts.append(lookup[_plain(encoded.indices, -1)])
    return np.concatenate(parts) if parts else np.empty(0, np.int32)


def _competing(bids: Any, counts: NDArray[np.int64]) -> CompetingBids:
    return CompetingBids(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        _numbers(bids, "bidder", -1, np.int32), _numbers(bids, "bid", 0, np.int64),
        _numbers(bids, "quality", 1.0, np.float64),
    )
