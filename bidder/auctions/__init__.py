"""Replay past auctions under any strategy, rule and budget: arrays in, arrays out."""
