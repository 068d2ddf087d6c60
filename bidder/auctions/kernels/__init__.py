"""Compiled loops; nothing here is imported before a replay begins, because numba takes time to load."""

from __future__ import annotations

from pathlib import Path


def compiled() -> bool:
    """Whether the main loop has been compiled before, so that a run need not wait for it."""
    from bidder.auctions.kernels import single

    source = Path(single.__file__).stat().st_mtime
    cache = Path(single.replay_single.stats.cache_path)
    return any(file.stat().st_mtime >= source for file in cache.glob("single.replay_single-*.nbi"))
