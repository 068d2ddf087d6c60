"""Benchmarks: run with ``python -m pytest tests/benchmarks``; they assert no times.

The figures of a run are printed at its end as one Markdown table.
"""

from __future__ import annotations

import os

# Before numpy is imported: one thread for everybody who is compared.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

from collections.abc import Callable  # noqa: E402

import pytest  # noqa: E402

Record = Callable[[str, str, str], None]

_FIGURES: list[tuple[str, str, str]] = []


@pytest.fixture
def record() -> Record:
    """Put a figure into the table: what was measured, the result, and what is wanted of it."""

    def put(what: str, result: str, wanted: str = "") -> None:
        _FIGURES.append((what, result, wanted))

    return put


def pytest_xdist_auto_num_workers() -> int:
    """All in this process: nothing may run beside what is measured."""
    return 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _FIGURES:
        return
    table = [("measured", "result", "wanted"), *_FIGURES]
    widths = [max(len(row[k]) for row in table) for k in range(3)]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in table
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    terminalreporter.section("figures")
    for line in lines:
        terminalreporter.write_line(line)
