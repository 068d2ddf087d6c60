"""From an experiment's YAML to its table of results, end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bidder.errors import InputError, Place, Problem
from bidder.jobs.progress import Progress, Silent

if TYPE_CHECKING:
    from bidder.auctions.engine.calls import StrategyError
    from bidder.auctions.experiments.spec_resolve import Units
    from bidder.auctions.result import ExperimentResult
    from bidder.jobs.replay_config import LoadedExperiment
    from bidder.jobs.replay_logs import Logs
    from bidder.jobs.replay_play import Played, Players

Lang = Literal["en", "zh"]


@dataclass(frozen=True)
class ReplayOutcome:
    """A replay with what it was made from and where it went.

    Attributes
    ----------
    result : ExperimentResult
    units : Units
        What money is shown in.
    measure : str
        What strategies are compared by.
    summary : dict
        What summary.json says.
    folder : Path
    files : tuple of str
    notes : tuple of str
        What the reader of the results must know.
    """

    result: ExperimentResult
    units: Units
    measure: str
    summary: dict[str, Any]
    folder: Path
    files: tuple[str, ...]
    notes: tuple[str, ...]


def run_replay(
    config: str | Path,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    workers: int | None = None,
    cluster: str | None = None,
    skip_bad_rows: bool = False,
    report: bool = True,
    lang: Lang = "en",
    resume: bool = True,
    progress: Progress | None = None,
) -> ReplayOutcome:
    """Replay a log under every setting of an experiment.

    Writes results.csv, comparisons.csv, tuning.csv (where parameters are tuned), config.json,
    report.html and summary.json.
    Finished batches of settings are kept in ``.settings`` below ``out``: a run that was interrupted goes
    on there, one that is repeated has nothing to do, and one that was changed does what is new.

    Parameters
    ----------
    config : path
        The experiment's YAML.
    out : path, optional
        Folder for the files; by default ``runs/`` and the experiment's name.
    overrides : sequence of str
        ``key.sub=value`` settings over what the YAML says.
    workers : int, optional
        Number of processes; by default the environment's ``BIDDER_WORKERS``, else 1. Results do not
        depend on it.
    cluster : str, optional
        Address of a Dask scheduler, ``tcp://host:port``, on whose workers to run instead.
    skip_bad_rows : bool
        Leave out bad rows of the log, and count them, rather than refuse it.
    report : bool
        Whether to write a report.
    lang : "en" or "zh"
        Language of the report.
    resume : bool
        Whether to use what an earlier run has finished; if not, it is thrown away.
    progress : Progress, optional

    Raises
    ------
    InputError
        With every problem of the config, the logs and the settings, or an output that cannot be written.
    LockedError
        When another run is writing to the folder.
    StrategyError
        When a strategy fails; names the strategy, the setting and the auction.
    """
    from bidder.jobs.replay_config import load_experiment
    from bidder.jobs.replay_logs import check_unchanged, open_logs
    from bidder.jobs.replay_modules import importable
    from bidder.jobs.replay_pool import check_address, worker_count
    from bidder.jobs.replay_store import Store, locked

    watch, count = progress or Silent(), worker_count(workers)
    check_address(cluster)
    with importable(Path(config).parent):
        loaded = load_experiment(config, overrides, watch)
        watch.stage("reading the log")
        logs = open_logs(loaded, skip_bad_rows)
        folder = _folder(out, loaded)
        with locked(folder):
            from bidder.jobs.replay_play import Players

            store = Store(folder)
            if not resume:
                store.clear()
            played = _played(Players(loaded, logs, store, count, cluster, watch))
            try:
                check_unchanged(loaded, logs)
            except InputError:
                store.clear()  # nobody knows which of the logs was played
                raise
            watch.stage("comparing")
            outcome = _written(loaded, logs, played, folder, lang if report else None, watch)
            store.prune()
    return outcome


def _played(players: Players) -> Played:
    """Every setting, played; what only that could find is told at its place in the YAML."""
    from bidder.auctions.engine.calls import StrategyError
    from bidder.jobs.replay_play import play_all

    try:
        return play_all(players)
    except InputError as error:
        raise InputError(map(players.loaded.document.locate, error.problems)) from error
    except StrategyError as error:
        raise _placed(error, players.loaded) from error.__cause__


def _placed(error: StrategyError, loaded: LoadedExperiment) -> StrategyError:
    """The error with the place of its strategy in the YAML."""
    from bidder.auctions.engine.calls import StrategyError

    names = [entry.get("name") for entry in loaded.spec.strategies]
    place = loaded.document.place(("strategies", names.index(error.strategy)))
    return StrategyError(f"{place}: {error}", error.strategy, error.setting)


def _folder(out: str | Path | None, loaded: LoadedExperiment) -> Path:
    from bidder.jobs.outputs import slug

    folder = Path(out) if out is not None else Path("runs") / slug(loaded.spec.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = Problem(f"cannot be written: {error.strerror or error}", place=Place(str(folder)))
        raise InputError(problem) from None
    return folder


def _written(
    loaded: LoadedExperiment, logs: Logs, played: Played, folder: Path, lang: Lang | None, watch: Progress
) -> ReplayOutcome:
    from bidder.jobs import replay_output as output
    from bidder.jobs.outputs import json_text
    from bidder.jobs.replay_result import gather, summary_of

    result, measure = gather(loaded, logs, played)
    tables = {
        output.RESULTS_FILE: output.result_rows(result, logs.units),
        output.COMPARISONS_FILE: output.comparison_rows(result, logs.units),
    }
    if played.candidates:
        tables[output.TUNING_FILE] = output.tuning_rows(played.candidates, logs.units)
    texts = {output.CONFIG_FILE: json_text(loaded.document.data)}
    if lang is not None:
        from bidder.reports.replay import render_replay

        watch.stage("drawing the report")
        texts[output.REPORT_FILE] = render_replay(result, lang)
    watch.stage("writing")
    summary = summary_of(loaded, logs, result, measure)
    files = output.write_replay(folder, tables, texts, summary)
    return ReplayOutcome(result, logs.units, measure, summary, folder, files, result.notes)
