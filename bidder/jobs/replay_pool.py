"""Where batches run: in this process, in several, or on a Dask cluster. The results are the same."""

from __future__ import annotations

import os
import pickle
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bidder.errors import BidderError, InputError, Place, Problem
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


class WorkerLostError(BidderError):
    """A worker process has gone."""


LOST = (
    "a worker process has gone: killed, or out of memory; what is finished is kept, so run the same command "
    "again, with fewer workers where memory is short"
)


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


def check_address(cluster: str | None) -> None:
    """Raise :class:`InputError` when the address of a cluster cannot be one."""
    if cluster is not None and not re.fullmatch(r"(tcp|tls|ws|wss|ucx)://.+:[0-9]+", cluster):
        raise InputError(Problem("is no address", "tcp://host:port of a scheduler", place=_place(cluster)))


def _place(cluster: str) -> Place:
    return Place(f"--cluster {cluster}")


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
    from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, as_completed
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
    except BrokenExecutor:
        raise WorkerLostError(LOST) from None
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
    work: Sequence[tuple[int, Batch]], bench: Bench, address: str, watch: Progress, folder: Path
) -> Done:
    """Run batches on a Dask cluster, partition by partition of the log.

    Each batch is a chain: what it has counted so far goes from partition to partition, as bytes, so that
    a task that the scheduler runs again begins from the same state. The workers must see the log's
    files under the same paths; strategies from modules of the user's own (such as those beside the
    experiment, in ``folder``) travel with their code.

    Raises
    ------
    InputError
        When ``distributed`` is not installed, the cluster cannot be reached, or a strategy cannot be
        pickled.
    """
    client, as_completed = _client(address)
    with client:
        home = client.scatter(bench, broadcast=True)
        futures = {}
        for number, batch in work:
            part, order = bench.parts[batch.first.part], _order(batch, folder)
            if isinstance(part, Part):
                state = client.submit(_start, home, order, pure=False)
                for partition in part.partitions():
                    state = client.submit(_feed, state, partition, pure=False)
                futures[client.submit(_finish, state, pure=False)] = number
            else:
                futures[client.submit(_whole, home, order, pure=False)] = number
        for future in as_completed(list(futures), loop=client.loop):
            watch.step()
            yield futures[future], future.result()


def _client(address: str) -> tuple[Any, Any]:
    try:
        from distributed import Client, as_completed
    except ImportError:
        expected = "the extra [distributed]: python -m pip install 'bidder[distributed]'"
        problem = Problem("needs the package distributed", expected, place=Place("--cluster"))
        raise InputError(problem) from None
    try:
        return Client(address, timeout=PATIENCE, set_as_default=False), as_completed
    except (OSError, ValueError, TimeoutError) as error:
        said = " ".join(str(error).split())[:200]
        expected = "tcp://host:port of a scheduler that runs"
        problem = Problem(f"cannot be reached: {said}", expected, place=_place(address))
        raise InputError(problem) from None


def _order(batch: Batch, folder: Path) -> bytes:
    """A batch with the class of its strategy."""
    from bidder.auctions.strategies.registry import strategy_class
    from bidder.jobs.replay_modules import packed
    from bidder.jobs.replay_work import HINDSIGHT

    kind = batch.first.kind
    return packed((batch, None if kind == HINDSIGHT else strategy_class(kind)), kind, folder)


def _whole(bench: Bench, order: bytes) -> list[SettingResult]:
    batch, strategy = pickle.loads(order)
    return bench.run(batch, strategy=strategy)


def _start(bench: Bench, order: bytes) -> bytes:
    from bidder.jobs.replay_work import told

    batch, strategy = pickle.loads(order)
    with told(batch):
        return _state(batch, bench.start(batch, strategy))


def _feed(state: bytes, partition: Part) -> bytes:
    from bidder.jobs.replay_work import told

    batch, replay = pickle.loads(state)
    with told(batch):
        for piece in partition.pieces():
            replay.feed(piece)
    return _state(batch, replay)


def _state(batch: Batch, replay: Any) -> bytes:
    """What a batch has counted so far, to be handed to the next partition."""
    import cloudpickle

    try:
        state: bytes = cloudpickle.dumps((batch, replay))
    except Exception as error:  # whatever a user's own strategy holds
        name = batch.first.params.name if batch.first.params else batch.first.kind
        said = f"strategy {name!r} cannot be pickled ({type(error).__name__}: {error})"
        expected = "a strategy that can go from partition to partition, or a run without --cluster"
        raise InputError(Problem(" ".join(said.split()), expected)) from error
    return state


def _finish(state: bytes) -> list[SettingResult]:
    from bidder.jobs.replay_work import finish, told

    batch, replay = pickle.loads(state)
    with told(batch):
        return finish(replay)

