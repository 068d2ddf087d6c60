"""Whole years with every kind of limit, to a certified gap of 1e-6."""

from __future__ import annotations

import pytest
from bench_worker import in_own_process


@pytest.mark.parametrize(("campaigns", "periods", "wanted"), [(50, 52, 2), (200, 52, 10), (100, 365, 60)])
@pytest.mark.parametrize("method", ["newton", "rounds"])
def test_year(method, campaigns, periods, wanted, benchmark, record):
    found = benchmark.pedantic(in_own_process, ("year", method, campaigns, periods), rounds=1)
    by = "" if method == "newton" else ", by linear programs alone"
    record(
        f"{campaigns} x {periods}, {found['rows']:,} rows{by}: time, gap, rounds, peak memory",
        f"{found['seconds']:.2f} s, {found['gap']:.0e}, {found['rounds']}, {found['megabytes']:.0f} MB",
        f"within {wanted} s",
    )
    assert found["gap"] <= 1e-6
