"""Solve one problem in a process of its own and print time, rounds and peak memory as JSON."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def in_own_process(kind: str, method: str, *sizes: int) -> dict[str, Any]:
    """Run this file for one problem; ``method`` is ``newton`` or, for linear programs alone, ``rounds``."""
    here = Path(__file__)
    answer = subprocess.run(
        [sys.executable, str(here), kind, method, *map(str, sizes)],
        check=True, capture_output=True, text=True, cwd=here.parent,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def _megabytes() -> float:
    """Peak memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():
        # getrusage would also count the process that this one was forked from.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main() -> None:
    import bench_instances

    from bidder.budget.solve import solve
    from bidder.budget.solvers.highs import Highs

    kind, method, *sizes = sys.argv[1:]
    door = Highs(newton=method == "newton")
    solve(bench_instances.growing(100), door)
    problem = getattr(bench_instances, kind)(*map(int, sizes))
    before = _megabytes()
    start = time.perf_counter()
    found = solve(problem, door)
    print(json.dumps({
        "seconds": time.perf_counter() - start,
        "gap": found.gap,
        "rounds": len(found.rounds),
        "rows": len(problem.rows),
        "cells": len(problem.cells),
        "megabytes": _megabytes(),
        "megabytes_before": before,
    }))


if __name__ == "__main__":
    _main()
