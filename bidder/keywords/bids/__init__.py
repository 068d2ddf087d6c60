"""From values to bids: the multiplier of the account, bid simulators, exploration, positions."""
