"""What every kernel counts for a setting: one row of int64, these fields in this order."""

from __future__ import annotations

BALANCE, STOPPED, ENTERED, IMPRESSIONS, CLICKS, CONVERSIONS, COST, VALUE, WORTH = range(9)
"""Columns of the state: what is left of the budget (log's unit), whether bidding has stopped for the
episode (0 or 1), and the counts of the episode as in :data:`bidder.auctions.result.COUNTED`."""

FIELDS = 9
