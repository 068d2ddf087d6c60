"""Auctions in which bids are ranked against competing bids: weights, limits, competitors."""
