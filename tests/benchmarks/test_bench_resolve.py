"""A changed limit: from the old solution, and from nothing."""

from __future__ import annotations

import numpy as np
import pytest
from bench_instances import seconds_of, with_limit, year

from bidder.budget.solve import solve

CHANGES = {
    "budget + 1%": (0, 1.01), "budget + 5%": (0, 1.05), "budget - 10%": (0, 0.9),
    "one week's cap - 10%": (4, 0.9), "one campaign's cap - 10%": (60, 0.9),
}


@pytest.fixture(scope="module")
def solved():
    problem = year(50, 52)
    return problem, solve(problem)


@pytest.mark.parametrize("change", CHANGES)
def test_changed_limit(change, solved, benchmark, record):
    problem, before = solved
    changed = with_limit(problem, *CHANGES[change])
    warm = benchmark.pedantic(lambda: solve(changed, start=before), rounds=3, warmup_rounds=1)
    cold = solve(changed)
    pairs = np.array([
        (seconds_of(lambda: solve(changed), 1), seconds_of(lambda: solve(changed, start=before), 1))
        for _ in range(5)
    ])
    anew, again = 1e3 * np.median(pairs, axis=0)
    record(
        f"50 x 52, {change}: times faster than solved anew",
        f"{np.median(pairs[:, 0] / pairs[:, 1]):.1f} ({again:.0f} ms and {anew:.0f} ms)", ">= 3",
    )
    assert abs(warm.objective - cold.objective) <= 2e-6 * abs(cold.objective)
