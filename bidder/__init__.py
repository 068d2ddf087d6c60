"""Plan ad budgets, set keyword bids and replay auctions."""

from __future__ import annotations

__version__ = "0.1.0"
