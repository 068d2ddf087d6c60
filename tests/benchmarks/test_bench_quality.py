"""Quality and speed beside scipy's SLSQP: Hill curves, one budget."""

from __future__ import annotations

import numpy as np
import pytest
from bench_instances import SEEDS, dual_optimum, one_budget, seconds_of, slsqp, slsqp_many

from bidder.budget.solve import solve


@pytest.mark.parametrize("n", [5, 10, 50])
@pytest.mark.parametrize("kind", ["concave", "S-shaped", "mixed"])
def test_every_seed(kind, n, benchmark, record):
    problems = [one_budget(n, seed, kind) for seed in SEEDS]
    benchmark.pedantic(lambda: [solve(problem) for problem in problems], rounds=1)
    ours, rivals, mine, theirs = [], [], [], []
    for problem in problems:
        found, rival = solve(problem), slsqp(problem)
        if kind == "concave":
            best = dual_optimum(problem)
        else:
            close = solve(problem, gap=1e-9)
            best = min(max(close.objective, slsqp_many(problem)), close.bound)
        assert problem.rows.spend @ found.x <= problem.row_high * (1 + 1e-6)
        ours.append(found.objective / best)
        rivals.append(rival.value / best)
        mine.append(seconds_of(lambda problem=problem: solve(problem)))
        theirs.append(rival.seconds)
    reference = "dual optimum" if kind == "concave" else "best known"
    record(
        f"{kind}, N = {n}: value / {reference}, worst and median of {len(ours)}",
        f"{np.min(ours):.7f}, {np.median(ours):.7f} (SLSQP {np.min(rivals):.4f}, {np.median(rivals):.4f})",
        ">= 0.99999" if kind == "concave" else ">= 0.999 every time",
    )
    record(
        f"{kind}, N = {n}: median time",
        f"{1e3 * np.median(mine):.0f} ms, slowest {1e3 * np.max(mine):.0f} ms"
        f" (SLSQP {1e3 * np.median(theirs):.0f} ms)",
        "within 100 ms" if n == 50 else "",
    )
    if n == 50:
        plain = [slsqp(problem, gradient=False).seconds for problem in problems[:5]]
        record(
            f"{kind}, N = {n}: times faster than SLSQP with its gradient, and without",
            f"{np.median(theirs) / np.median(mine):.1f}, {np.median(plain) / np.median(mine):.1f}",
        )
    assert np.min(ours) >= (0.99999 if kind == "concave" else 0.999)


@pytest.mark.parametrize("kind", ["concave", "S-shaped", "mixed"])
def test_many_campaigns(kind, benchmark, record):
    problem = one_budget(500, 0, kind)
    found = benchmark.pedantic(lambda: solve(problem), rounds=3, warmup_rounds=1)
    mine = seconds_of(lambda: solve(problem), 5)
    rival = slsqp(problem)
    record(f"{kind}, N = 500: SLSQP's value / ours", f"{rival.value / found.objective:.7f}")
    record(
        f"{kind}, N = 500: times faster than SLSQP",
        f"{rival.seconds / mine:.0f} ({1e3 * mine:.0f} ms and {rival.seconds:.1f} s)", ">= 30",
    )


@pytest.mark.parametrize("kind", ["concave", "S-shaped", "mixed"])
def test_very_many_campaigns(kind, benchmark, record):
    problem = one_budget(5000, 0, kind)
    found = benchmark.pedantic(lambda: solve(problem), rounds=3, warmup_rounds=1)
    best = dual_optimum(problem) if kind == "concave" else found.bound
    record(
        f"{kind}, N = 5,000: value / upper bound, time (SLSQP left out: its time grows with N^3)",
        f"{found.objective / best:.7f}, {seconds_of(lambda: solve(problem)):.2f} s", "within 4 s",
    )
