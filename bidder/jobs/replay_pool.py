"""Where batches run: in this process, in several, or on a Dask cluster. The results are the same."""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from bidder.errors import InputError, Problem
from bidder.jobs.progress import Progress
from bidder.jobs.replay_parts import Part

if TYPE_CHECKING:
    from bidder.auctions.result import SettingResult
    from bidder.jobs.replay_work import Batch, Bench

    Done = Iterator[tuple[int, list[SettingResult]]]

VARIABLE = "BIDDER_WORKERS"
MOST_WORKERS = 1024
PATIENCE = "10s"
"""How long to wait for a cluster."""


def worker_count(given: int | None) -> int:
    """Number of worker processes: as given, else by the environment, else 1.

    Raises
    ------
    InputError
        When it is no whole number from 1 to 1,024.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if given is None and not text:
        return 1
    name = "--workers" if given is not None else VARIABLE
    with suppress(ValueError):
        count = given if given is not None else int(text)
        if 1 <= count <= MOST_WORKERS:
            return count
    said = f"{name}: found {given if given is not None else text!r}"
    raise InputError(Problem(said, f"a whole number from 1 to {MOST_WORKERS:,}"))


def needs_compiling() -> bool:
    """Whether the replay's loops are not compiled yet, which takes the first run some time."""
    from bidder.auctions.kernels import compiled

    return not compiled()


def run_here(work: Sequence[tuple[int, Batch]], bench: Bench, watch: Progress) -> Done:
    """Run batches one after the other; yields each one's number and results."""
    for number, batch in work:
        yield number, bench.run(batch, watch.step)


def run_in_processes(
    work: Sequence[tuple[int, Batch]], bench: Bench, workers: int, watch: Progress
) -> Done:
    """Run batches in worker processes; yields them as they are done."""
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_all_start_methods, get_context

    # A forked copy of a process with threads may hang; a fresh one cannot.
    context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    count = min(workers, len(work))
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_prepare, initargs=(bench, sys.path))
    try:
        futures = {pool.submit(_run, batch): number for number, batch in work}
        for future in as_completed(futures):
            watch.step()
            yield futures[future], future.result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_BENCH: Bench | None = None


def _prepare(bench: Bench, path: list[str]) -> None:
    global _BENCH
    _BENCH = bench
    sys.path[:] = path  # a user's own strategies are found where the main process finds them
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> NoReturn:
    """End this process when the main one is gone, even if it was killed."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _run(batch: Batch) -> list[SettingResult]:
    assert _BENCH is not None
    return _BENCH.run(batch)


def run_on_cluster(
    work: Sequence[tuple[int, Batch]], bench: Bench, address: str, watch: Progress
) -> Done:
    """Run batches on a Dask cluster, partition by partition of the log.

    Each batch is a chain: what it has counted so far goes from partition to partition, as bytes, so that
    a task that the scheduler runs again begins from the same state. The workers must see the log's
    files under the same paths.

    Raises
    ------
    InputError
        When ``distributed`` is not installed or the cluster cannot be reached.
    """
    client, as_completed = _client(address)
    with client:
        home = client.scatter(bench, broadcast=True)
        futures = {}
        for number, batch in work:
            part = bench.parts[batch.first.part]
            if isinstance(part, Part):
                state = client.submit(_start, home, batch, pure=False)
                for partition in part.partitions():
                    state = client.submit(_feed, state, partition, pure=False)
                futures[client.submit(_finish, state, pure=False)] = number
            else:
                futures[client.submit(_whole, home, batch, pure=False)] = number
        for future in as_completed(list(futures), loop=client.loop):
            watch.step()
            yield futures[future], future.result()


def _client(address: str) -> tuple[Any, Any]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        expected = "the extra [distributed]: python -m pip install 'bidder[distributed]'"
        raise InputError(Problem("--cluster needs the package distributed", expected)) from None
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False), as_completed
    except (OSError, ValueError, TimeoutError) as error:
        said = " ".join(str(error).split())[:200]
        problem = Problem(f"--cluster {address}: cannot be reached: {said}", "tcp://host:port of a scheduler")
        raise InputError(problem) from None


def _whole(bench: Bench, batch: Batch) -> list[SettingResult]:
    return bench.run(batch)


def _start(bench: Bench, batch: Batch) -> bytes:
    from bidder.jobs.replay_work import told

    with told(batch):
        return pickle.dumps((batch, bench.start(batch)))


def _feed(state: bytes, partition: Part) -> bytes:
    from bidder.jobs.replay_work import told

    batch, replay = pickle.loads(state)
    with told(batch):
        for piece in partition.pieces():
            replay.feed(piece)
    return pickle.dumps((batch, replay))


def _finish(state: bytes) -> list[SettingResult]:
    from bidder.jobs.replay_work import finish, told

    batch, replay = pickle.loads(state)
    with told(batch):
        return finish(replay)

