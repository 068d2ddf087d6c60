"""Seeded synthetic markets with known truth, for trying everything out."""
