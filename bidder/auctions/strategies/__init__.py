"""Bidding strategies, one file each; :mod:`~bidder.auctions.strategies.registry` finds them by kind."""
