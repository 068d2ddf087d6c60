"""From a log in any format to a folder of Parquet files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from bidder.auctions.experiments.spec_log import LogSpec
from bidder.errors import InputError, Place, Problem, one_of
from bidder.jobs.progress import Progress, Silent

if TYPE_CHECKING:
    from bidder.auctions.log import LogInfo, LogSource
    from bidder.files.auction_logs import OpenedLog
    from bidder.files.auction_logs.manifest import Manifest

SCHEMA_VERSION = 1
STEPS = 100
"""Steps of the progress bar."""

_READERS = {".csv": "csv", ".tsv": "csv", ".parquet": "parquet", ".pq": "parquet"}


@dataclass(frozen=True)
class ConvertOutcome:
    """A log that has been written.

    Attributes
    ----------
    folder : Path
    info : LogInfo
        Names, unit, number of auctions and their times.
    partitions : int
        Parquet files with auctions.
    competing_bids : int or None
        Rows of the bids table; None without one.
    skipped : int
        Bad rows that were left out.
    notes : tuple of str
        What whoever reads results must know.
    """

    folder: Path
    info: LogInfo
    partitions: int
    competing_bids: int | None
    skipped: int
    notes: tuple[str, ...]

    @property
    def document(self) -> dict[str, Any]:
        """As plain data for ``--json``."""
        info = self.info
        times = (info.first_ts, info.last_ts) if info.timed else (None, None)
        return {
            "schema_version": SCHEMA_VERSION, "folder": str(self.folder), "auctions": info.rows,
            "campaigns": list(info.campaigns), "first": utc(times[0]), "last": utc(times[1]),
            "unit": info.unit, "per_currency": info.per_currency, "currency": info.currency,
            "price_for": info.price_for, "censored": info.censored, "partitions": self.partitions,
            "competing_bids": self.competing_bids, "skipped": self.skipped, "notes": list(self.notes),
        }


def utc(ts: int | None) -> str | None:
    """Microseconds as text.

    >>> utc(1_371_000_000_000_000)
    '2013-06-12T01:20:00Z'
    """
    if ts is None:
        return None
    return datetime.fromtimestamp(ts // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def run_convert(
    log: str | Path,
    out: str | Path,
    *,
    options: Mapping[str, Any] | None = None,
    overrides: Sequence[str] = (),
    skip_bad_rows: bool = False,
    progress: Progress | None = None,
) -> ConvertOutcome:
    """Write a log as Parquet, partition by partition; an earlier log in the folder is replaced.

    Parameters
    ----------
    log : path
        The log (file, folder or pattern), or the YAML of an experiment whose ``log:`` is taken.
    out : path
        Folder for the Parquet files.
    options : mapping, optional
        What :class:`~bidder.auctions.experiments.spec_log.LogSpec` may say, for a log given by itself.
    overrides : sequence of str
        ``key.sub=value`` settings over what the YAML says.
    skip_bad_rows : bool
        Whether bad rows are left out and counted.
    progress : Progress, optional
        Who watches.

    Raises
    ------
    InputError
        With every problem of the options or the YAML, else of the log; or when the folder holds
        something else.
    """
    from bidder.files.auction_logs import open_log
    from bidder.files.auction_logs.parquet_writer import ParquetLogWriter

    watch = progress or Silent()
    ParquetLogWriter(out, _nothing())  # refuses a wrong folder before the log is read
    spec, folder = _spec(str(log), dict(options or {}), overrides, watch)
    bar = _Bar(watch, "reading")
    opened = open_log(spec, folder, skip_bad_rows, bar.to)
    source = _auctions(opened, spec)
    bar = _Bar(watch, "writing")
    with ParquetLogWriter(out, source.info, notes=opened.notes) as parquet:
        written = 0
        for piece in source.pieces():
            parquet.write(piece)
            written += len(piece)
            bar.to(written / max(source.info.rows or 1, 1))
    return _outcome(Path(out), parquet.manifest, opened)


def _nothing() -> LogInfo:
    from bidder.auctions.log import LogInfo

    return LogInfo(())


def _auctions(opened: OpenedLog, spec: LogSpec) -> LogSource:
    if opened.source is None:
        message = f"a file of the reader {spec.reader} holds counts, not auctions"
        raise InputError(Problem(message, "a log of auctions", place=Place(spec.path)))
    return opened.source


def _outcome(folder: Path, manifest: Manifest, opened: OpenedLog) -> ConvertOutcome:
    bids = sum(part.bids for part in manifest.parts) if manifest.has_bids else None
    return ConvertOutcome(
        folder, manifest.info, len(manifest.parts), bids, opened.skipped, opened.notes
    )


class _Bar:
    """Steps of a progress bar from a share of the work."""

    def __init__(self, watch: Progress, stage: str) -> None:
        self._watch, self._done = watch, 0
        watch.stage(stage, STEPS)

    def to(self, share: float) -> None:
        while self._done < min(int(share * STEPS), STEPS):
            self._watch.step()
            self._done += 1


class _Experiment(BaseModel):
    """The part of an experiment that is needed here."""

    model_config = ConfigDict(extra="ignore", use_attribute_docstrings=True)

    log: LogSpec
    """The log of past auctions."""


def _spec(
    log: str, options: dict[str, Any], overrides: Sequence[str], watch: Progress
) -> tuple[LogSpec, Path]:
    given = {name: value for name, value in options.items() if value not in (None, (), {})}
    if Path(log).suffix.lower() not in (".yaml", ".yml"):
        if overrides:
            message = "--set is for the YAML of an experiment"
            raise InputError(Problem(message, "the options of bidder convert", place=Place(log)))
        return _from_options(log, given), Path()
    if given:
        message = f"{', '.join(map(_option, given))} cannot be given with an experiment"
        raise InputError(Problem(message, "--set log.key=value", place=Place(log)))
    from bidder.files.yaml_reader import read_document
    from bidder.jobs.replay_worlds import make_worlds

    experiment, document = read_document(log, _Experiment, tuple(overrides))
    make_worlds(document, watch)
    return experiment.log, Path(log).parent


def _from_options(log: str, given: dict[str, Any]) -> LogSpec:
    from bidder.auctions.experiments.spec_log import Reader

    readers = Reader.__args__  # type: ignore[attr-defined]
    name = re.sub(r"\.(gz|bz2)$", "", log.lower())
    reader = given.setdefault("reader", _READERS.get(Path(name).suffix))
    if reader not in readers:
        message = f"unknown reader {reader!r}" if reader else "the format of the log is not given"
        raise InputError(Problem(message, one_of(readers, reader or ""), place=Place("--reader")))
    try:
        return LogSpec.model_validate({**given, "path": log})
    except ValidationError as error:
        from bidder.files.explain import explain
        from bidder.files.yaml_reader import Document

        found = explain(error, LogSpec, Document(log, given))
        raise InputError([_placed(problem, log) for problem in found]) from None


def _placed(problem: Problem, log: str) -> Problem:
    name = str(problem.path[0]) if problem.path else ""
    where = log if name in ("", "path") else _option(name)
    return Problem(problem.message, problem.expected, place=Place(where))


def _option(name: str) -> str:
    return "--campaign" if name == "campaigns" else f"--{name.replace('_', '-')}"
