"""How time and memory grow with the number of cells."""

from __future__ import annotations

import pytest
from bench_worker import in_own_process


@pytest.mark.parametrize("cells", [100, 1_000, 10_000, 100_000])
def test_growth(cells, benchmark, record):
    found = benchmark.pedantic(in_own_process, ("growing", "newton", cells), rounds=1)
    record(
        f"{cells:,} cells, {found['rows']:,} rows: time, per 1,000 cells, peak memory (before solving)",
        f"{found['seconds']:.3f} s, {1e6 * found['seconds'] / cells:.1f} ms, "
        f"{found['megabytes']:.0f} MB ({found['megabytes_before']:.0f} MB)",
        "close to linear",
    )
