"""The logs that an experiment names: opened, looked through, divided, and told from others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidder.errors import InputError, Problem
from bidder.jobs.replay_config import LoadedExperiment, check_log, raise_all
from bidder.jobs.replay_parts import ALL, Part, Survey, divide, survey, whole
from bidder.jobs.replay_store import digest, fingerprint
from bidder.jobs.replay_work import Bench

if TYPE_CHECKING:
    from bidder.auctions.log import LogSource
    from bidder.auctions.result import Drift
    from bidder.auctions.spec_log import LogSpec
    from bidder.auctions.spec_resolve import LogFacts, Units


@dataclass(frozen=True)
class Logs:
    """An experiment's logs.

    Attributes
    ----------
    facts : LogFacts
        Of the whole log.
    units : Units
    bench : Bench
        The parts of the log, and what may be learned before each.
    notes : tuple of str
        What the reader of the results must know.
    inputs : list
        Hashes of the files' contents, for resuming; large files also by their time.
    content : str
        One hash of the contents alone.
    """

    facts: LogFacts
    units: Units
    bench: Bench
    notes: tuple[str, ...]
    inputs: list[Any]
    content: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parts, in order of time."""
        return tuple(self.bench.parts)

    @property
    def last(self) -> str:
        """Name of the part that is reported."""
        return self.names[-1]


def open_logs(loaded: LoadedExperiment, skip_bad_rows: bool) -> Logs:
    """Open the log, and the one to learn from, and check every setting against them.

    Raises
    ------
    InputError
        With every problem of the logs, else of the settings, each at its place.
    """
    from bidder.auctions.spec_resolve import Units
    from bidder.files.auction_logs import open_log

    spec, folder = loaded.spec, loaded.folder
    specs = [s for s in (spec.log, spec.training) if s is not None]
    opened: list[tuple[LogSource, tuple[str, ...]]] = []
    problems: list[Problem] = []
    for log, name in zip(specs, ("log", "training"), strict=False):
        try:
            one = open_log(log, folder, skip_bad_rows)
        except InputError as error:
            problems += error.problems
            continue
        if one.source is None:
            expected = "a log of auctions; counts are no auctions"
            problems.append(Problem(f"{log.reader} holds counts", expected, (name, "reader")))
        else:
            opened.append((one.source, one.notes))
    raise_all((loaded.document.locate(p) for p in problems), loaded.document.file)
    seen = survey(opened[0][0])
    units = Units(spec.money == "currency", seen.facts.info)
    check_log(loaded, seen.facts, units)
    notes = [*opened[0][1], *(f"training: {note}" for _, told in opened[1:] for note in told)]
    bench = _bench(loaded, [source for source, _ in opened], seen)
    files = [path for log in specs for path in log_files(log, folder)]
    return Logs(
        seen.facts, units, bench, tuple(notes),
        [fingerprint(files, folder, times=True), skip_bad_rows, [s.model_dump(mode="json") for s in specs]],
        digest(fingerprint(files, folder, times=False)),
    )


def _bench(loaded: LoadedExperiment, sources: Sequence[LogSource], seen: Survey) -> Bench:
    spec = loaded.spec
    if not seen.rows:
        raise _placed(loaded, "log", "the log has no auctions", "at least one")
    try:
        parts = (
            divide(sources[0], seen, spec.split, spec.episodes.time_zone)
            if spec.split
            else {ALL: whole(sources[0], seen)}
        )
    except ValueError as error:
        raise _placed(loaded, "split", str(error), "at least one auction in each part") from None
    learned: dict[str, Part] = {}
    if len(sources) > 1:
        before = survey(sources[1])
        if not before.rows:
            raise _placed(loaded, "training", "the log has no auctions", "at least one")
        learned = dict.fromkeys(parts, whole(sources[1], before))
    elif spec.split:
        # Train is played with what it teaches itself: it is there to choose by, not to report.
        learned = dict.fromkeys(parts, parts["train"])
    return Bench(parts, learned)


def _placed(loaded: LoadedExperiment, key: str, message: str, expected: str) -> InputError:
    return InputError(loaded.document.locate(Problem(message, expected, (key,))))


def log_files(spec: LogSpec, folder: Path) -> list[Path]:
    """The files that a log is made of; of a folder, all that is in it."""
    from bidder.files.auction_logs.opening import find_files

    if (folder / spec.path).is_dir():
        found = [folder / spec.path]
    else:
        found = [Path(name) for name in find_files(spec.path, folder, spec.reader)]
    for name in (spec.bids, spec.visits):
        if name is not None:
            found += map(Path, find_files(name, folder, "csv"))
    return found


def drift_and_prices(logs: Logs, win_on_tie: bool) -> tuple[Any, tuple[Drift, ...]]:
    """Market prices of the last part, and how it differs from the earlier ones."""
    from bidder.jobs.replay_parts import watch_parts

    bench = logs.bench
    before = bench.learned.get(logs.last) if len(bench.parts) == 1 else None
    parts = {"training": before, **bench.parts} if before is not None else dict(bench.parts)
    return watch_parts(parts, win_on_tie)  # type: ignore[arg-type]
