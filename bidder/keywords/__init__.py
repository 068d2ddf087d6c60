"""Nightly keyword bids: value of a click, quality, time slots, bids, guardrails; arrays in, arrays out."""
