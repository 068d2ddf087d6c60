"""The logs that an experiment names: opened, looked through, divided, and told from others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidder.errors import InputError, Place, Problem
from bidder.jobs.replay_config import LoadedExperiment, check_log, raise_all
from bidder.jobs.replay_parts import (
    ALL,
    CountsPart,
    Part,
    Survey,
    divide,
    survey,
    told_unknown,
    whole,
    with_drawn_prices,
)
from bidder.jobs.replay_store import digest, fingerprint
from bidder.jobs.replay_work import Bench

if TYPE_CHECKING:
    from bidder.auctions.experiments.spec_log import LogSpec
    from bidder.auctions.experiments.spec_resolve import LogFacts, Units
    from bidder.auctions.result import Drift
    from bidder.files.auction_logs import OpenedLog


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
    from bidder.auctions.experiments.spec_resolve import Units
    from bidder.files.auction_logs import open_log

    spec, folder = loaded.spec, loaded.folder
    specs = [s for s in (spec.log, spec.training) if s is not None]
    opened: list[OpenedLog] = []
    problems: list[Problem] = []
    for log, name in zip(specs, ("log", "training"), strict=False):
        try:
            one = open_log(log, folder, skip_bad_rows)
        except InputError as error:
            problems += [_about(p, log, name, folder) for p in error.problems]
            continue
        if one.source is None and (name == "training" or spec.split is not None):
            expected = "a log of auctions for training and split"
            problems.append(Problem(f"{log.reader} holds counts", expected, (name, "reader")))
        opened.append(one)
    raise_all((loaded.document.locate(p) for p in problems), loaded.document.file)
    seen = _seen(opened[0])
    units = Units(spec.money == "currency", seen.facts.info)
    check_log(loaded, seen.facts, units)
    bench = _bench(loaded, opened, seen)
    notes = [*_notes(opened[0], bench), *(f"training: {note}" for one in opened[1:] for note in one.notes)]
    files = _files(loaded)
    return Logs(
        seen.facts, units, bench, tuple(notes),
        [
            fingerprint(files, folder, times=True), skip_bad_rows, [s.model_dump(mode="json") for s in specs],
            loaded.shared[0].seed if spec.log.unknown_prices == "drawn" else None,
        ],
        digest(fingerprint(files, folder, times=False)),
    )


def check_unchanged(loaded: LoadedExperiment, logs: Logs) -> None:
    """Raise :class:`InputError` when somebody has written to the logs since they were opened."""
    if fingerprint(_files(loaded), loaded.folder, times=True) != logs.inputs[0]:
        expected = "a log that nobody writes to, or a copy of it"
        raise _placed(loaded, "log", "the log has changed while it was replayed", expected)


def _files(loaded: LoadedExperiment) -> list[Path]:
    specs = [s for s in (loaded.spec.log, loaded.spec.training) if s is not None]
    return [path for log in specs for path in log_files(log, loaded.folder)]


def _about(problem: Problem, spec: LogSpec, name: str, folder: Path) -> Problem:
    """A file that is not there is a matter of the YAML that names it."""
    place = problem.place
    if place is None:
        return problem if problem.path else replace(problem, path=(name,))
    for key in ("path", "bids", "visits"):
        named = getattr(spec, key)
        missing = problem.message.startswith(("cannot be read", "no file"))
        if missing and named is not None and place == Place(str(folder / named)):
            return Problem(f"{place.file}: {problem.message}", problem.expected, (name, key))
    return problem


def _seen(opened: OpenedLog) -> Survey:
    if opened.source is not None:
        return survey(opened.source)
    from bidder.auctions.engine.histogram_replay import histogram_info
    from bidder.auctions.experiments.spec_resolve import LogFacts

    assert opened.histogram is not None
    info, columns = histogram_info(opened.histogram), ("ts", "campaign", "market_price", "pctr", "click")
    return Survey(LogFacts(info, frozenset(columns)), len(opened.histogram))


def _bench(loaded: LoadedExperiment, opened: Sequence[OpenedLog], seen: Survey) -> Bench:
    spec, histogram = loaded.spec, opened[0].histogram
    if not seen.rows:
        raise _placed(loaded, "log", "the log has no auctions", "at least one")
    if histogram is not None:
        return Bench({ALL: CountsPart(histogram, seen.facts.info)})
    sources = [one.source for one in opened if one.source is not None]
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
    return Bench({name: _played(loaded, part) for name, part in parts.items()}, learned)


def _played(loaded: LoadedExperiment, part: Part) -> Part:
    """A part as it is played."""
    if loaded.spec.log.unknown_prices == "lost":
        return part
    first = loaded.shared[0]
    return with_drawn_prices(part, first.seed, first.auction.win_on_tie)


def _notes(opened: OpenedLog, bench: Bench) -> list[str]:
    """What must be known of the log; of a censored one, what its unknown prices mean."""
    from bidder.files.auction_logs.opening import CENSORED

    part = list(bench.parts.values())[-1]
    if not part.info.censored or isinstance(part, CountsPart):
        return list(opened.notes)
    return [CENSORED, told_unknown(part), *(note for note in opened.notes if note != CENSORED)]


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
    if isinstance(bench.parts[logs.last], CountsPart):
        return None, ()
    before = bench.learned.get(logs.last) if len(bench.parts) == 1 else None
    known = {name: part.logged for name, part in bench.parts.items() if isinstance(part, Part)}
    parts = {"training": before, **known} if before is not None else known
    return watch_parts(parts, win_on_tie)
