"""Compiled loops; nothing here is imported before a replay begins, because numba takes time to load."""
