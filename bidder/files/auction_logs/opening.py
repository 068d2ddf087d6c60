"""One door to all readers."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bidder.auctions.experiments.spec_log import LogSpec
from bidder.auctions.landscapes.histogram import PriceHistogram
from bidder.auctions.log import LogInfo, LogSource
from bidder.errors import InputError, Place, Problem
from bidder.files.auction_logs import ipinyou_theta, manifest
from bidder.files.auction_logs.auctionnet import AuctionNetReader
from bidder.files.auction_logs.bat import read_histogram
from bidder.files.auction_logs.extras import Extras
from bidder.files.auction_logs.ipinyou_raw import RawReader
from bidder.files.auction_logs.ipinyou_theta import ThetaReader
from bidder.files.auction_logs.ipinyou_validation import ValidationReader
from bidder.files.auction_logs.parquet import ParquetSource
from bidder.files.auction_logs.reading import LogReader, Reading, Watch
from bidder.files.auction_logs.scanned import open_scanned
from bidder.files.auction_logs.table_log import TableReader

CENSORED = "the log is censored: the market price is known for won auctions alone"

EARLY_TS = 100_000_000_000_000
EARLY = "all times lie before 1973: is ts in seconds or milliseconds? It counts microseconds since 1970 UTC"


@dataclass(frozen=True)
class OpenedLog:
    """A log that is ready to be read.

    Attributes
    ----------
    source : LogSource or None
        The auctions; None for counts.
    skipped : int
        Bad rows that were dropped.
    notes : tuple of str
        What whoever reads results must know.
    histogram : PriceHistogram or None
        The counts, with the reader ``bat``.
    """

    source: LogSource | None
    skipped: int = 0
    notes: tuple[str, ...] = ()
    histogram: PriceHistogram | None = None


def open_log(
    spec: LogSpec, folder: Path = Path(), skip_bad_rows: bool = False, watch: Watch | None = None
) -> OpenedLog:
    """Open a log, after having read all of it once unless it is a Parquet log of our own.

    Parameters
    ----------
    spec : LogSpec
    folder : path
        Where relative paths begin; by default the current folder.
    skip_bad_rows : bool
        Whether bad rows are dropped and counted instead of refused.
    watch : callable, optional
        Told which part of the files has been read, 0 to 1.

    Raises
    ------
    InputError
        When files are missing or cannot be read, with every bad row (the first 20 of each file one by
        one), or when no auctions are left.
    """
    files = find_files(spec.path, folder, spec.reader)
    reading = Reading(skip_bad_rows, watch)
    campaigns = None if spec.campaigns is None else tuple(spec.campaigns)
    if spec.reader == "bat":
        histogram = read_histogram(files, reading, spec.currency, campaigns)
        return OpenedLog(None, reading.bad, reading.notes(), histogram)
    extras = Extras(
        campaigns, () if spec.bids is None else find_files(spec.bids, folder, "csv"),
        () if spec.visits is None else find_files(spec.visits, folder, "csv"),
    )
    if spec.reader == "parquet" and Path(files[0]).name == manifest.NAME:
        return _open_own(Path(files[0]).parent, spec, extras)
    reader = _reader(spec, files)
    source = open_scanned(reader, reading, extras, spec.path)
    censored = (CENSORED,) if source.info.censored else ()
    early = (EARLY,) if spec.reader in ("csv", "parquet") and (source.info.last_ts or 0) < EARLY_TS else ()
    return OpenedLog(source, reading.bad, (*censored, *early, *reader.notes(), *reading.notes()))


def _open_own(folder: Path, spec: LogSpec, extras: Extras) -> OpenedLog:
    source = ParquetSource.open(folder)
    source = replace(source, info=_base(spec, source.info))
    for name in ("bids", "columns"):
        if getattr(spec, name) is not None:
            message = f"{name} cannot be given for a log that bidder has written"
            raise InputError(Problem(message, f"no {name}: the log has its own", place=Place(str(folder))))
    if not source.rows:
        raise InputError(Problem("the log holds no auctions", "at least one", place=Place(str(folder))))
    reading = Reading()
    extras.load(reading)
    reading.close()
    return OpenedLog(source.with_extras(extras), 0, source.notes)


def _reader(spec: LogSpec, files: tuple[str, ...]) -> LogReader:
    if spec.reader == "auctionnet":
        return AuctionNetReader(files, _base(spec, LogInfo(())))
    if spec.reader in ("csv", "parquet"):
        return TableReader.open(files, spec.columns, _base(spec, LogInfo(())))
    base = _base(spec, ipinyou_theta.BASE)
    prepared: dict[str, Callable[[tuple[str, ...], LogInfo], LogReader]] = {
        "ipinyou_theta": ThetaReader, "ipinyou_validation": ValidationReader, "ipinyou_raw": RawReader.open,
    }
    return prepared[spec.reader](files, base)


def _base(spec: LogSpec, base: LogInfo) -> LogInfo:
    """The reader's unit, or the one that the spec declares."""
    changes: dict[str, object] = {"censored": spec.censored or base.censored}
    if spec.currency is not None:
        changes["currency"] = spec.currency
    if spec.unit is not None and spec.unit != base.unit:
        changes |= {"unit": spec.unit, "per_currency": None}
    if spec.per_currency is not None:
        changes["per_currency"] = spec.per_currency
    if spec.price_for is not None:
        changes["price_for"] = spec.price_for
    return replace(base, **changes)  # type: ignore[arg-type]


_ENDINGS = {
    "csv": (".csv", ".tsv", ".txt", ".parquet", ".pq"), "parquet": (".parquet", ".pq"),
    "ipinyou_theta": (".txt",), "ipinyou_validation": (".txt",), "ipinyou_raw": (".txt", ".tsv", ".log"),
    "auctionnet": (".csv", ".parquet", ".pq"), "bat": (".csv", ".tsv", ".parquet", ".pq"),
}


def find_files(path: str, folder: Path, reader: str) -> tuple[str, ...]:
    """The files that a path means: itself, all in a folder, or those that a pattern fits.

    Files come in the order of the numbers in their names (period-7 before period-13). A Parquet log of
    our own is known by its ``_log.json``.

    Raises
    ------
    InputError
        When there are none.
    """
    whole = folder / path
    try:
        if whole.is_dir():
            found = _inside(whole, reader)
        elif whole.exists():
            found = [whole]
        else:
            names = glob.glob(str(whole), recursive=True)  # noqa: PTH207 (Path.glob knows no absolute patterns)
            found = [Path(name) for name in names if Path(name).is_file()]
    except (OSError, ValueError, re.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(f"cannot be read: {reason}", place=Place(str(whole)))) from None
    if not found:
        message, expected = "cannot be read: no such file or folder", ""
        if whole.is_dir():
            message, expected = f"no file for the reader {reader} in the folder", "at least one"
        elif glob.has_magic(path):
            message, expected = "no file fits", "at least one"
        raise InputError(Problem(message, expected, place=Place(str(whole))))
    return tuple(map(str, sorted(found, key=_natural)))


def _inside(folder: Path, reader: str) -> list[Path]:
    if reader == "parquet" and (folder / manifest.NAME).exists():
        return [folder / manifest.NAME]
    files = [p for p in folder.rglob("*") if p.is_file() and not p.name.startswith((".", "_"))]
    return [p for p in files if _bare(p).suffix.lower() in _ENDINGS[reader]]


def _bare(path: Path) -> Path:
    """Without the ending of a packed file."""
    return path.with_suffix("") if path.suffix.lower() in (".gz", ".bz2") else path


def _natural(path: Path) -> list[tuple[int, str]]:
    """Sorts numbers in names as numbers."""
    parts = re.split(r"([0-9]+)", str(path))
    return [(int(p), "") if p.isdigit() and p.isascii() else (-1, p) for p in parts]
