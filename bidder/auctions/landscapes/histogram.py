"""Aggregated landscapes: counts by campaign, hour and price bin, where no single auction is known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bidder.arrays import Codes, Floats, Ints

if TYPE_CHECKING:
    from bidder.auctions.landscapes.bid_landscape import BidLandscape

BIN_RATIO = 1.2
"""Bin k stands for a price of 1.2^k currency units."""


@dataclass(frozen=True)
class PriceHistogram:
    """What is won additionally when the bid rises into a price bin.

    Rows are sorted by campaign, hour and bin; every column has shape (n,).

    Attributes
    ----------
    campaigns : tuple of str
        Names behind the codes.
    campaign : ndarray of int32
    hour : ndarray of int64
        Beginning of the hour, microseconds since 1970 UTC.
    price_bin : ndarray of int64
    price : ndarray of float64
        Price of the bin, currency units.
    impressions, clicks : ndarray of float64
        Expected numbers, so that they need not be whole.
    cost : ndarray of float64
        Currency units.
    currency : str or None
        ISO 4217 code.
    """

    campaigns: tuple[str, ...]
    campaign: Codes
    hour: Ints
    price_bin: Ints
    price: Floats
    impressions: Floats
    clicks: Floats
    cost: Floats
    currency: str | None = None

    def __len__(self) -> int:
        return len(self.campaign)

    def only(self, campaigns: tuple[str, ...]) -> PriceHistogram:
        """The rows of some of the campaigns, all of which are there."""
        codes = [self.campaigns.index(name) for name in campaigns]
        lookup = np.full(len(self.campaigns), -1, dtype=np.int32)
        lookup[codes] = np.arange(len(codes))
        rows = np.flatnonzero(lookup[self.campaign] >= 0)
        rows = rows[np.argsort(lookup[self.campaign[rows]], kind="stable")]
        columns = ("hour", "price_bin", "price", "impressions", "clicks", "cost")
        chosen = {name: getattr(self, name)[rows] for name in columns}
        return replace(self, campaigns=campaigns, campaign=lookup[self.campaign[rows]], **chosen)

    def landscape(self, campaign: str, hours: tuple[int, int] | None = None) -> BidLandscape:
        """What a bid (in currency units) would have brought; its worth is clicks.

        Parameters
        ----------
        campaign : str
        hours : (int, int), optional
            First and last beginning of an hour, microseconds UTC; by default all of them.

        Returns
        -------
        BidLandscape
            With ``multiplier`` the bid and ``cost`` in currency units, summed over the hours.
        """
        from bidder.auctions.landscapes.bid_landscape import BidLandscape
        from bidder.keywords.bids.hull import concave_hull

        rows = self.campaign == self.campaigns.index(campaign)
        if hours is not None:
            rows &= (self.hour >= hours[0]) & (self.hour <= hours[1])
        price, place = np.unique(self.price[rows], return_inverse=True)

        def total(column: Floats) -> Floats:
            return np.concatenate([[0.0], np.cumsum(np.bincount(place, column[rows], len(price)))])

        impressions, clicks, cost = map(total, (self.impressions, self.clicks, self.cost))
        multiplier = np.concatenate([[0.0], price])
        return BidLandscape(multiplier, impressions, clicks, cost, clicks, concave_hull(cost, clicks))
