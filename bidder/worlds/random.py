"""Random numbers keyed by what they are for.

Each block of a world has a generator of its own, made from the world's seed and the block's number, so
that a block's numbers depend on nothing but these (Salmon, Moraes, Dror and Shaw, "Parallel random
numbers: as easy as 1, 2, 3", SC 2011).
"""

from __future__ import annotations

import numpy as np

from bidder.arrays import Floats

KEYWORDS, COMPETITORS, POLICY, VISITORS, BLOCK, TERMS, DEVICES = range(7)
"""First part of a key: what the numbers are for."""


def generator(seed: int, *key: int) -> np.random.Generator:
    """Philox generator for one purpose of a world."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))


def unit_lognormal(rng: np.random.Generator, spread: float, size: int | tuple[int, ...]) -> Floats:
    """Lognormal numbers with mean 1 and ``spread`` as the standard deviation of the logarithm."""
    out: Floats = np.exp(spread * rng.standard_normal(size) - spread**2 / 2)
    return out
