"""How a replay works inside: time, blocks of auctions, strategies asked, counts kept."""
