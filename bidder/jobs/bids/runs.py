"""Run folders: finding one, and reading back what was proposed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from bidder.errors import InputError, LockedError, Place, Problem
from bidder.files.tables import unguard
from bidder.jobs.bids.output import (
    BIDS_FILE,
    RUN_FILE,
    SCHEDULE_FILE,
    SCHEMA_VERSION,
    SEGMENTS_FILE,
    SUMMARY_FILE,
    sha256,
)
from bidder.jobs.bids.places import SQLITE
from bidder.ledger.records import Changes, RunKey, ScheduleRow, Schedules
from bidder.money import MICROS

LEAST_PREFIX = 6
"""Fewest characters by which a run is found."""


@dataclass(frozen=True)
class RunFolder:
    """A run folder that is whole and unchanged.

    Attributes
    ----------
    path : Path
    document : dict
        What run.json says.
    summary : dict
        What summary.json says.
    """

    path: Path
    document: dict[str, Any]
    summary: dict[str, Any]

    @property
    def key(self) -> RunKey:
        """Which run it is."""
        said = self.document
        day = date.fromisoformat(said["data_date"])
        return RunKey(said["account"], day, said["config_hash"], said["input_hash"])

    @property
    def ledger(self) -> str:
        """URL of the ledger; a SQLite path seen from the run folder."""
        return str(self.document["ledger"])

    @property
    def config(self) -> Path:
        """The config it was made from."""
        return self.path / str(self.document["config"])

    @property
    def export(self) -> Path:
        """Where sheets of this run go."""
        folder = Path(os.path.normpath(self.path / str(self.document["export"])))
        return folder / self.key.run_id

    def changes(self) -> Changes:
        """The changed bids."""
        return read_changes(self.path / BIDS_FILE)

    def read(self, hashes: Mapping[str, str]) -> dict[str, bytes] | None:
        """Files of the folder, or None where one of them has another hash now."""
        try:
            files = {name: (self.path / name).read_bytes() for name in hashes}
        except OSError:
            return None
        same = all(sha256(content) == hashes[name] for name, content in files.items())
        return files if same else None

    def schedules(self) -> Schedules:
        """The schedule and the segment modifiers."""
        return read_schedules(self.path, SEGMENTS_FILE in self.document["files"])


def find_run(run: str, root: Path | None = None) -> RunFolder:
    """A run by its folder, or by (the beginning of) its id among the folders below ``runs/``.

    Raises
    ------
    InputError
        When there is no such run, more than one, or its files have been changed.
    LockedError
        When the run has not been finished.
    """
    path = Path(run)
    if not (path / RUN_FILE).exists():
        path = _by_id(run, root or Path("runs"))
    return open_run(path)


def _by_id(run: str, root: Path) -> Path:
    found = [p.parent for p in root.glob(f"*/*/{RUN_FILE}")] if len(run) >= LEAST_PREFIX else []
    fits = sorted(p for p in found if p.name.startswith(run) or p.name[len("2026-01-01-") :].startswith(run))
    if len(fits) == 1:
        return fits[0]
    if fits:
        named = ", ".join(str(p) for p in fits[:10])
        raise InputError(Problem(f"{run!r} fits more than one run: {named}", "one of them"))
    expected = f"a run folder, or an id of at least {LEAST_PREFIX} characters below {root}/"
    raise InputError(Problem(f"no run {run!r}", expected))


def open_run(path: Path, *, check: bool = True) -> RunFolder:
    """Read a run folder, and check that its files are those that were written.

    Without ``check`` they are taken for that, as by the job that has just written them.
    """
    document = _json(path / RUN_FILE)
    if document.get("schema_version") != SCHEMA_VERSION:
        message = f"is of version {document.get('schema_version')}"
        raise InputError(Problem(message, f"version {SCHEMA_VERSION}", place=Place(str(path / RUN_FILE))))
    if not (path / SUMMARY_FILE).exists():
        raise LockedError(f"{path}: the run is not finished (no {SUMMARY_FILE}): propose it again")
    changed = _changed(path, document["files"]) if check else []
    if changed:
        raise InputError(changed)
    return RunFolder(path, document, _json(path / SUMMARY_FILE))


def _changed(path: Path, hashes: Mapping[str, str]) -> list[Problem]:
    changed = []
    for name, digest in hashes.items():
        try:
            with (path / name).open("rb") as stream:
                same = hashlib.file_digest(stream, "sha256").hexdigest() == digest
        except OSError:
            same = False
        if not same:
            changed.append(Problem("is not what was proposed", "the file as written: propose again",
                                   place=Place(str(path / name))))
    return changed


def written_before(folder: Path) -> set[str]:
    """Names of the files that an earlier run has written into a folder."""
    try:
        names = _json(folder / RUN_FILE)["written"]
    except (InputError, KeyError):
        return set()
    return {str(name) for name in names if Path(str(name)).name == str(name)}


def _json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not JSON"
        raise InputError(Problem(f"cannot be read: {reason}", place=Place(str(path)))) from None
    if not isinstance(document, dict):
        raise InputError(Problem("is not a run", place=Place(str(path))))
    return document


def read_changes(path: Path) -> Changes:
    """The changed rows of a bids.csv."""
    import pyarrow as pa
    import pyarrow.compute as pc

    table = read_columns(path)
    table = table.filter(pc.not_equal(table["old_max_cpc"], table["new_max_cpc"]))

    def texts(name: str) -> np.ndarray:
        return np.array([unguard(cell) for cell in table[name].to_pylist()], dtype=object)

    def micros(name: str) -> np.ndarray:
        amounts = pc.cast(table[name], pa.decimal128(19, 6))
        whole = pc.cast(pc.multiply(amounts, pa.scalar(MICROS, pa.decimal128(8, 0))), pa.int64())
        out: np.ndarray = whole.to_numpy()
        return out

    return Changes(
        texts("campaign"), texts("ad_group"), texts("keyword"), texts("match_type"), texts("platform_id"),
        micros("old_max_cpc"), micros("new_max_cpc"), texts("reason"), texts("bound_by"),
        pc.cast(table["clicks"], pa.int64()).to_numpy(),
        pc.cast(table["value_per_click"], pa.float64()).to_numpy(),
    )


def read_columns(path: Path) -> Any:
    """A table of a run folder with every cell as text."""
    import pyarrow as pa
    import pyarrow.csv as pa_csv

    with path.open("rb") as stream:
        header = stream.readline().decode().strip().split(",")
    options = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False
    )
    return pa_csv.read_csv(
        path, parse_options=pa_csv.ParseOptions(newlines_in_values=True), convert_options=options
    )


def read_schedules(folder: Path, with_segments: bool) -> Schedules:
    """Schedule and segment modifiers from a run folder."""
    from bidder.calendar import Weekday
    from bidder.files.tables import read_table
    from bidder.jobs.bids.output import SCHEDULE_COLUMNS, SEGMENT_COLUMNS

    def minutes(text: str) -> int:
        hour, _, minute = text.partition(":")
        return int(hour) * 60 + int(minute)

    blocks = tuple(
        ScheduleRow(
            row.cells["campaign"], Weekday(row.cells["weekday"]).number, minutes(row.cells["start"]),
            minutes(row.cells["end"]), float(row.cells["modifier"]),
        )
        for row in read_table(folder / SCHEDULE_FILE, SCHEDULE_COLUMNS).rows
    )
    segments: tuple[tuple[str, str, str, float], ...] = ()
    if with_segments:
        rows = read_table(folder / SEGMENTS_FILE, SEGMENT_COLUMNS).rows
        cells = ([row.cells[name] for name in SEGMENT_COLUMNS] for row in rows)
        segments = tuple((kind, campaign, segment, float(m)) for kind, campaign, segment, m in cells)
    return Schedules(blocks, segments)


def ledger_place(run: RunFolder) -> tuple[str, Path]:
    """URL of the ledger and the folder it is seen from."""
    url = run.ledger
    return url, run.path if url.startswith(SQLITE) else Path()
