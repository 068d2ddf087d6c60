"""Settings of all tests."""

import os
import re
from pathlib import Path

# The processes that tests run in share the cores, so each of them computes with one thread.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
# Processes that compile the same function at once may mix up its files: each keeps its own.
if _worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["NUMBA_CACHE_DIR"] = str(Path(__file__).parents[1] / ".pytest_cache" / "numba" / _worker)

# Without it data are printed as wide as they are; tests that want a terminal say how wide it is.
os.environ.pop("COLUMNS", None)

import pytest  # noqa: E402
from hypothesis import settings  # noqa: E402

# The same examples every time, so that a change is never blamed for luck; HYPOTHESIS_PROFILE=explore
# looks at new ones.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_xdist_auto_num_workers() -> int:
    """A process for each core, up to four: beyond that they mostly compile the same functions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 4) if cores > 1 else 0


COMPILING = re.compile(r"tests/(auctions|worlds)/|tests/(jobs|cli)/test_(replay|convert|generate)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs compiled functions comes first, and so in one process: another one would compile again."""
    items.sort(key=lambda item: not COMPILING.search(item.nodeid))
