"""Start-up of the command line beside the bare interpreter."""

from __future__ import annotations

import subprocess
import sys

from bench_instances import seconds_of


def test_help(benchmark, record):
    def run(*arguments):
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)

    benchmark.pedantic(run, ("-m", "bidder", "--help"), rounds=5, warmup_rounds=1)
    ours = seconds_of(lambda: run("-m", "bidder", "--help"), 9)
    bare = seconds_of(lambda: run("-c", "pass"), 9)
    record("bidder --help above the bare interpreter", _seconds(ours, bare), "within 0.3 s")


def _seconds(ours, bare):
    return f"{ours - bare:.2f} s ({ours:.2f} and {bare:.2f} s)"
