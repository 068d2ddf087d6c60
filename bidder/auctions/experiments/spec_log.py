"""What ``log:`` may say in an experiment: which file, in which format, in which unit."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bidder.auctions.log import COLUMNS
from bidder.quantities import Spec

Reader = Literal[
    "ipinyou_theta", "ipinyou_validation", "ipinyou_raw", "auctionnet", "bat", "csv", "parquet"
]
_PATH = Annotated[str, Field(min_length=1, max_length=1000)]
_NAME = Annotated[str, Field(min_length=1, max_length=200)]


class LogSpec(Spec):
    """Where the auctions come from."""

    reader: Reader
    """ipinyou_theta: rows `click price pctr`. ipinyou_validation: the same in numbered episodes.
    ipinyou_raw: the contest's impression, click, conversion and bid logs. auctionnet: the 18-column
    trajectory CSV. bat: counts by campaign, hour and price bin (no auctions). csv, parquet: the columns
    of an auction log, under their own names or those in `columns`."""
    path: _PATH
    """File, folder, or pattern such as "logs/*.csv", relative to this file's folder."""
    columns: dict[_NAME, _NAME] | None = None
    """With csv and parquet: header of a column by its name here, such as {market_price: price_micros}."""
    unit: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    """Name of the money unit in which prices are written, such as "CPM unit"; by default the reader's, for
    csv and parquet micros (millionths of the currency)."""
    per_currency: Annotated[int, Field(ge=1, le=10**12)] | None = None
    """How many of the money unit make one unit of the currency, such as 1000000 for micros."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    """ISO 4217 code, such as CNY."""
    price_for: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """For how many impressions a price stands: 1, or 1000 when prices are CPMs; by default the reader's."""
    censored: bool = False
    """Whether the market price is known for won auctions alone; the others have it empty, and our bid in
    the column lost_bid."""
    unknown_prices: Literal["lost", "drawn"] = "lost"
    """In a censored log, what becomes of auctions whose price is not known: lost at any bid; or drawn, with
    the experiment's first seed, from the campaign's estimated distribution above the bid that lost (needs
    outcomes: drawn)."""
    bids: _PATH | None = None
    """With csv and parquet: second table with the competing bids: auction, bidder, bid (in the money
    unit), quality (optional)."""
    visits: _PATH | None = None
    """Table of visits to the shop: user, ts (microseconds UTC); tells the last visit before each auction."""
    campaigns: Annotated[list[_NAME], Field(min_length=1)] | None = None
    """Only these campaigns; by default all of them."""
    world: _PATH | None = None
    """YAML of a world from which the log is generated when `path` is not there yet."""

    @model_validator(mode="after")
    def _fits_the_reader(self) -> Self:
        tables = self.reader in ("csv", "parquet")
        for name in ("columns", "bids"):
            if getattr(self, name) is not None and not tables:
                raise ValueError(f"{name} is for the readers csv and parquet, not for {self.reader}")
        if self.visits is not None and self.reader not in ("csv", "parquet", "ipinyou_raw"):
            raise ValueError(f"visits needs users, which a log of {self.reader} does not have")
        unknown = [name for name in self.columns or {} if name not in COLUMNS]
        if unknown:
            raise ValueError(f"columns: no column {unknown[0]!r} in a log; one of {', '.join(COLUMNS)}")
        return self
