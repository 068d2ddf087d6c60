"""Processes killed anywhere: nothing torn, and the next start ends as if nothing had happened."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep

import numpy as np
import pytest
from bids_interrupted import KINDS, Case, compiled_shim, make_case
from bids_nursery import Nursery

BEFORE, AFTER, HALF = -1, -2, -3
"""Kinds of death at a call: before it, after it, or after half of what was to be written."""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    return compiled_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory, shim: Path | None) -> Iterator[Nursery]:
    made = Nursery(tmp_path_factory.mktemp("nursery"), shim)
    yield made
    made.close()


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery, shim: Path | None) -> dict[str, Case]:
    home = tmp_path_factory.mktemp("crash")
    return {kind: make_case(kind, nursery, home, shim is not None) for kind in KINDS}


def kill_after(case: Case, seconds: float, name: str) -> bool:
    """Whether the process was still at work."""
    with case.copy(name) as folder:
        started = case.start(folder)
        sleep(seconds)
        started.kill()
        code = started.wait()
        assert code in (0, -signal.SIGKILL), started.stderr
        case.check_interrupted(folder)
    return code != 0


def kill_at(case: Case, call: int, kind: int) -> None:
    with case.copy(f"{call}{kind}") as folder:
        started = case.start(folder, (call, kind))
        assert started.wait() == -signal.SIGKILL, started.stderr
        case.check_interrupted(folder)


def kills(case: Case, count: int, seed: int) -> int:
    """Kill at moments spread over the time that the command takes; how many came in time."""
    moments = (np.arange(count) + np.random.default_rng(seed).random(count)) / count * case.seconds
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(kill_after, case, s, f"kill-{i}") for i, s in enumerate(moments)]
        return sum(one.result() for one in done)


@pytest.mark.parametrize(
    ("kind", "count"),
    [("first", 3), ("second", 5), ("approve", 1), ("export", 1), ("confirm", 1), ("rollback", 1)],
)
def test_a_killed_process_leaves_nothing_torn(cases: dict[str, Case], kind: str, count: int) -> None:
    in_time = kills(cases[kind], count, 1)
    assert in_time or count == 1  # a single one may come too late, where everything else was slow before


@pytest.mark.parametrize("kind", KINDS)
def test_a_process_that_dies_at_a_write(cases: dict[str, Case], shim: Path | None, kind: str) -> None:
    case = cases[kind]
    if shim is None:
        pytest.skip("no gcc to build the shim with")
    for share, death in ((0.6, HALF), (0.95, AFTER)):
        kill_at(case, max(1, int(case.calls * share)), death)


MANY = {"first": 100, "second": 200, "approve": 20, "export": 20, "confirm": 20, "rollback": 20}


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "count"), [(kind, count // 4) for kind, count in MANY.items()])
def test_killed_at_many_moments(cases: dict[str, Case], kind: str, count: int) -> None:
    assert kills(cases[kind], count, 3) >= count // 4


@pytest.mark.exhaustive
@pytest.mark.parametrize(("kind", "count"), MANY.items())
def test_killed_at_hundreds_of_moments(cases: dict[str, Case], kind: str, count: int) -> None:
    assert kills(cases[kind], count, 2) >= count // 4


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_death_at_every_write(cases: dict[str, Case], shim: Path | None, kind: str) -> None:
    case = cases[kind]
    if shim is None:
        pytest.skip("no gcc to build the shim with")
    assert case.calls > 10
    with ThreadPoolExecutor(2) as pool:
        calls = range(1, case.calls + 1)
        for done in [pool.submit(kill_at, case, call, (BEFORE, AFTER, HALF)[call % 3]) for call in calls]:
            done.result()
