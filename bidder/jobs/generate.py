"""From a world's description to its folder: auction logs, reports, history and, apart, the truth."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidder.errors import InputError, Place, Problem
from bidder.files.growing import GrowingFolder
from bidder.files.tables import write_table
from bidder.files.yaml_reader import read_document
from bidder.jobs.progress import Progress, Silent
from bidder.worlds.spec import WorldSpec

if TYPE_CHECKING:
    from bidder.worlds.world import Made, World

SCHEMA_VERSION = 1
"""Version of what a world's folder holds and of how it is drawn; part of its hash."""
SUMMARY_FILE = "world.json"
VISITS_FILE = "visits.parquet"
PARTITION_ROWS = 500_000
SEARCH_REPORTS = frozenset({
    "keyword_report.csv", "hour_report.csv", "search_lag.csv", "search_terms.csv", "device_report.csv",
})
"""Reports of worlds with a search channel; a folder without one of them is of an earlier version."""


@dataclass(frozen=True)
class GenerateOutcome:
    """A world that has been written.

    Attributes
    ----------
    spec : WorldSpec
    folder : Path
    summary : dict
        What world.json says.
    """

    spec: WorldSpec
    folder: Path
    summary: dict[str, Any]


def run_generate(
    config: str | Path,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    seed: int | None = None,
    progress: Progress | None = None,
) -> GenerateOutcome:
    """Make a world and write it; an earlier world in the same folder is replaced.

    Parameters
    ----------
    config : path
        YAML of :class:`~bidder.worlds.spec.WorldSpec`.
    out : path, optional
        Folder of the world; by default ``runs/worlds/`` and its name.
    overrides : sequence of str
        ``key.sub=value`` settings over what the YAML says.
    seed : int, optional
        Seed in place of the YAML's.
    progress : Progress, optional
        Who watches.

    Raises
    ------
    InputError
        With every problem of the YAML, or when the folder holds something else or cannot be written.
    """
    spec = _read(config, overrides, seed)
    folder = Path(out) if out is not None else _default_folder(spec)
    summary = _generate(spec, folder, progress or Silent(), replace=lambda: True)
    return GenerateOutcome(spec, folder, summary)


def ensure_world(world_yaml: Path, folder: Path, progress: Progress | None = None) -> None:
    """Make a world unless this very world is already there.

    Two processes may do so at once: each makes the world apart, and the first to finish gives it its
    name.

    Parameters
    ----------
    world_yaml : Path
        YAML of :class:`~bidder.worlds.spec.WorldSpec`.
    folder : Path
        Folder of the world; a world of another description in it is replaced.
    progress : Progress, optional
        Who watches.

    Raises
    ------
    InputError
        As :func:`run_generate`.
    """
    spec = _read(world_yaml, (), None)
    if not _is_there(spec, folder):
        _generate(spec, folder, progress or Silent(), replace=lambda: not _is_there(spec, folder))


def world_hash(spec: WorldSpec) -> str:
    """What the world is made of, seed included: 64 hexadecimal digits."""
    text = f"{SCHEMA_VERSION}\n{spec.model_dump_json()}"
    return hashlib.sha256(text.encode()).hexdigest()


def _read(config: str | Path, overrides: Sequence[str], seed: int | None) -> WorldSpec:
    chosen = () if seed is None else (f"seed={seed}",)
    spec, _ = read_document(config, WorldSpec, (*overrides, *chosen))
    return spec


def _default_folder(spec: WorldSpec) -> Path:
    from bidder.jobs.outputs import slug

    return Path("runs") / "worlds" / slug(spec.name)


def _is_there(spec: WorldSpec, folder: Path) -> bool:
    """Whether the finished world of a description is in a folder, with all of its files."""
    try:
        document = json.loads((folder / SUMMARY_FILE).read_text(encoding="utf-8"))
        searching = any(channel.kind == "search" for channel in spec.channels.values())
        named = {str(name) for name in document["files"]} | (SEARCH_REPORTS if searching else set())
        whole = all((folder / name).is_file() for name in named)
        return whole and document["hash"] == world_hash(spec)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _generate(
    spec: WorldSpec, folder: Path, watch: Progress, replace: Callable[[], bool]
) -> dict[str, Any]:
    """Make the world in a hidden folder, which then takes the name if ``replace`` still says so."""
    _check_target(folder)
    growing = GrowingFolder(folder)
    try:
        growing.make()
        (growing.path / "truth").mkdir()
        summary = _write_world(spec, growing.path, watch)
        growing.take_the_name(replace)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise InputError(Problem(message, place=Place(str(folder)))) from None
    finally:
        growing.close()
    return summary


def _check_target(folder: Path) -> None:
    """Refuse to replace anything but a world."""
    try:
        found = {path.name for path in folder.iterdir()} if folder.exists() else set()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(f"cannot be written: {reason}", place=Place(str(folder)))) from None
    if found and SUMMARY_FILE not in found:
        message, expected = "the folder holds other files, which would be lost", "a new or empty folder"
        raise InputError(Problem(message, expected, place=Place(str(folder))))


def _write_world(spec: WorldSpec, folder: Path, watch: Progress) -> dict[str, Any]:
    watch.stage("preparing (compiles on the first run)")
    from bidder.worlds.world import World

    world = World(spec)
    visits = _write_logs(world, folder, watch)
    watch.stage("writing reports")
    _write_reports(world, folder)
    files = sorted(str(p.relative_to(folder).as_posix()) for p in folder.rglob("*") if p.is_file())
    summary = _summary(world, visits, [*files, SUMMARY_FILE])
    text = json.dumps(summary, indent=2, ensure_ascii=False) + "\n"
    (folder / SUMMARY_FILE).write_text(text, encoding="utf-8")
    return summary


def _write_logs(world: World, folder: Path, watch: Progress) -> int:
    """Make the world and write its auctions and visits; returns the number of visits."""
    from bidder.files.auction_logs.parquet_writer import ParquetLogWriter
    from bidder.jobs.generate_ipinyou import IpinyouWriter
    from bidder.jobs.generate_visits import VisitsWriter

    with ExitStack() as stack:
        logs = {
            name: stack.enter_context(ParquetLogWriter(folder / name, channel.info, PARTITION_ROWS))
            for name, channel in world.channels.items()
        }
        visits = stack.enter_context(VisitsWriter(folder / VISITS_FILE))
        shape = world.spec.ipinyou
        text = stack.enter_context(IpinyouWriter(folder, shape, world)) if shape else None
        visits.write(world.before())
        for made in _watched(world, watch):
            for name, log in made.logs.items():
                logs[name].write(log)
            visits.write(made.visits)
            if text is not None and shape is not None:
                text.write(made.logs[shape.channel])
    return visits.rows


def _watched(world: World, watch: Progress) -> Iterator[Made]:
    watch.stage("generating", world.blocks)
    for made in world.run():
        yield made
        watch.step()


def _write_reports(world: World, folder: Path) -> None:
    from bidder.jobs import generate_reports as reports
    from bidder.jobs import generate_splits as splits
    from bidder.jobs.generate_truth import write_truth

    if reports.search_channels(world):
        write_table(folder / "keyword_report.csv", reports.KEYWORD_COLUMNS, reports.keyword_rows(world))
        write_table(folder / "hour_report.csv", reports.HOUR_COLUMNS, reports.hour_rows(world))
        write_table(folder / "search_lag.csv", reports.LAG_COLUMNS, reports.search_lag_rows(world))
        write_table(folder / "search_terms.csv", splits.TERM_COLUMNS, splits.term_rows(world))
        write_table(folder / "device_report.csv", splits.DEVICE_COLUMNS, splits.device_rows(world))
    write_table(folder / "campaign_report.csv", reports.CAMPAIGN_COLUMNS, reports.campaign_rows(world))
    write_table(folder / "conversion_lag.csv", reports.LAG_COLUMNS, reports.lag_rows(world))
    write_table(folder / "history.csv", *reports.history_table(world))
    (folder / "fit.yaml").write_text(reports.fit_config(world), encoding="utf-8")
    write_truth(world, folder / "truth")
    described = world.spec.model_dump_json(indent=2) + "\n"
    (folder / "truth" / "world.json").write_text(described, encoding="utf-8")


def _summary(world: World, visits: int, files: list[str]) -> dict[str, Any]:
    from bidder.worlds.tally import CLICKS, CONVERSIONS, COST, IMPRESSIONS, REVENUE

    channels: dict[str, Any] = {}
    for name, channel in world.channels.items():
        total = channel.tally.by_hour.sum(axis=(0, 1)).tolist()
        channels[name] = {
            "kind": channel.spec.kind, "campaigns": list(channel.campaigns),
            "auctions": channel.tally.auctions, "impressions": total[IMPRESSIONS], "clicks": total[CLICKS],
            "cost_micros": total[COST], "conversions": total[CONVERSIONS], "revenue_micros": total[REVENUE],
        }
    orders, revenue = world.visitors.orders.sum(axis=0).tolist()
    return {
        "schema_version": SCHEMA_VERSION, "name": world.spec.name, "hash": world_hash(world.spec),
        "seed": world.seed, "currency": world.spec.currency, "time_zone": world.spec.calendar.time_zone,
        "first_day": world.hours.dates[0].isoformat(), "last_day": world.hours.dates[-1].isoformat(),
        "auctions": sum(c["auctions"] for c in channels.values()), "channels": channels, "visits": visits,
        "organic": {"conversions": orders, "revenue_micros": revenue}, "files": files,
    }
