"""One round's linear program as arrays, and the same program through PuLP."""

from __future__ import annotations

from bench_instances import growing, seconds_of

from bidder.budget.region import Envelope, Region
from bidder.budget.segments import Frame, breakpoints
from bidder.budget.solvers.highs import Highs
from bidder.budget.solvers.pulp_door import _build
from bidder.budget.successive import SEGMENTS, first_look


def test_matrix(benchmark, record):
    problem = growing(10_000)
    envelope = Envelope.of(Region.whole(problem.cells))
    x = first_look(problem, envelope.region)
    frame = Frame.of(problem, SEGMENTS, x)

    def arrays():
        points = breakpoints(envelope, x, 0 * x + 1.0, x)
        return frame.program(envelope, points).lp

    program = benchmark.pedantic(arrays, rounds=5, warmup_rounds=1)
    ours = seconds_of(arrays, 5)
    handed = seconds_of(lambda: Highs._model(program), 5)
    theirs = seconds_of(lambda: _build(program), 3)
    record(
        f"one round's program, {program.columns:,} segments: times faster than PuLP",
        f"{theirs / ours:.0f}; with the hand-over to HiGHS {theirs / (ours + handed):.0f}"
        f" ({1e3 * ours:.0f} + {1e3 * handed:.0f} ms and {theirs:.2f} s)",
        ">= 20",
    )
