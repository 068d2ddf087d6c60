"""The readers ``csv`` and ``parquet``: the columns of a log under their own names or others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bidder.auctions.log import COLUMNS, LogInfo
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs.cells import clean, rule
from bidder.files.auction_logs.reading import Frame, Reading
from bidder.files.auction_logs.tables import batches, columns_of, without_zone

REQUIRED = ("ts", "campaign", "market_price")


@dataclass(frozen=True)
class TableReader:
    """Tables with a header, one behind the other.

    Attributes
    ----------
    files : tuple of str
    columns : dict
        Header by the name of a log's column.
    base : LogInfo
        Unit and currency.
    """

    files: tuple[str, ...]
    columns: dict[str, str]
    base: LogInfo

    @classmethod
    def open(cls, files: tuple[str, ...], given: dict[str, str] | None, base: LogInfo) -> TableReader:
        """Find the columns.

        Raises
        ------
        InputError
            When a column that a log must have, or that was named, is missing, or the files differ.
        """
        wanted = {name: name for name in COLUMNS} | (given or {})
        required = [*REQUIRED, *(["lost_bid"] if base.censored else []), *(given or {})]
        columns = columns_of(files[0], wanted, list(dict.fromkeys(required)))
        for file in files[1:]:
            others = columns_of(file, wanted, list(columns))
            more = [title for name, title in others.items() if name not in columns]
            if more:
                message = f"column {more[0]!r} is not in {files[0]}"
                raise InputError(Problem(message, "the same columns in all files", place=Place(file, row=1)))
        return cls(files, columns, base)

    @property
    def info(self) -> LogInfo:
        """Unit and currency."""
        return self.base

    def frames(self, reading: Reading) -> Iterator[Frame]:
        """The good rows, file by file."""
        rules = [rule(name, self.base.unit, self.base.censored) for name in self.columns]
        share = 1 / len(self.files)
        for number, file in enumerate(self.files):
            for batch in batches(file, self.columns, reading, number * share, share):
                yield clean(batch, rules, reading)

    def notes(self) -> tuple[str, ...]:
        """What the table does not say."""
        naive = {name for file in self.files for name in without_zone(file, list(self.columns.values()))}
        return tuple(f"{name} has no time zone: taken as UTC" for name in sorted(naive))
