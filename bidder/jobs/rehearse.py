"""``bidder bids rehearse``: the nightly job against a market that answers, before it meets a real one.

Propose, play, report, night after night: the job reads reports that know only what has been reported by
then, and its bids are played hour by hour against competitors that react. Beside it the same days are
played with the bids of the beginning, and with those of an oracle.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

from bidder.errors import InputError, Problem
from bidder.files.atomic import OutputFolder
from bidder.files.yaml_reader import read_document
from bidder.jobs.bids.config import LoadedBids, load_bids
from bidder.jobs.progress import Progress, Silent
from bidder.jobs.rehearse_output import COLUMNS, FILE, REPORT_FILE, SUMMARY_FILE, rows_of, summary_of
from bidder.reports.rehearsal_data import PlayedNight, Rehearsal
from bidder.worlds.spec import WorldSpec
from bidder.worlds.spec_channels import Search

if TYPE_CHECKING:
    from bidder.jobs.rehearse_policies import Decision, Policy, Scaled
    from bidder.worlds.played import PlayedWorld
    from bidder.worlds.played_day import DayResult

Lang = Literal["en", "zh"]
HISTORY = 40
"""Days that nobody touches the bids, before the first night."""
PolicyMaker = Callable[[LoadedBids, "PlayedWorld", Path], "Policy"]


@dataclass(frozen=True)
class RehearseOutcome:
    """A rehearsal and where it went.

    Attributes
    ----------
    rehearsal : Rehearsal
    summary : dict
        What summary.json says.
    folder : Path
    files : tuple of str
    """

    rehearsal: Rehearsal
    summary: dict[str, Any]
    folder: Path
    files: tuple[str, ...]


def run_rehearse(
    config: str | Path,
    world: str | Path,
    out: str | Path | None = None,
    *,
    nights: int = 30,
    history: int = HISTORY,
    seed: int | None = None,
    overrides: Sequence[str] = (),
    lang: Lang = "en",
    report: bool = True,
    policy: PolicyMaker | None = None,
    progress: Progress | None = None,
) -> RehearseOutcome:
    """Play nights and write rehearsal.csv, summary.json and report.html.

    Parameters
    ----------
    config : path
        The bid job's YAML; its reports and its ledger are not touched.
    world : path
        YAML of :class:`~bidder.worlds.spec.WorldSpec`; its first search channel is played.
    out : path, optional
        By default ``runs/rehearsals/`` and the job's name.
    nights, history : int
        Nights to play, and days of history before them.
    seed : int, optional
        Seed of the world in place of the YAML's.
    overrides : sequence of str
        ``key.sub=value`` settings of the job's config.
    policy : callable, optional
        Who sets the bids in place of the job, for experiments.

    Raises
    ------
    InputError
        With every problem of the two files, or when they do not fit together.
    """
    watch = progress or Silent()
    loaded = load_bids(config, overrides)
    spec, _ = read_document(world, WorldSpec)
    _check(loaded, spec, history + nights)
    rehearsal = rehearse(loaded, spec, nights, history, seed, policy, watch)
    folder = Path(out) if out is not None else _default_folder(loaded)
    summary = summary_of(rehearsal)
    page = _page(rehearsal, lang, watch) if report else None
    with OutputFolder(folder, last=SUMMARY_FILE) as files:
        files.table(FILE, COLUMNS, rows_of(rehearsal))
        if page is not None:
            files.text(REPORT_FILE, page)
        files.text(SUMMARY_FILE, _json(summary))
    if page is None:
        (folder / REPORT_FILE).unlink(missing_ok=True)
    written = (FILE, *([REPORT_FILE] if page is not None else []), SUMMARY_FILE)
    return RehearseOutcome(rehearsal, summary, folder, written)


def _default_folder(loaded: LoadedBids) -> Path:
    from bidder.jobs.outputs import slug

    return Path("runs") / "rehearsals" / slug(loaded.spec.name)


def _json(summary: dict[str, Any]) -> str:
    from bidder.jobs.outputs import json_text

    return json_text(summary)


def _page(rehearsal: Rehearsal, lang: Lang, watch: Progress) -> str:
    from bidder.reports.rehearsal import render_rehearsal

    watch.stage("drawing the report")
    return render_rehearsal(rehearsal, lang)


def _check(loaded: LoadedBids, world: WorldSpec, days: int) -> None:
    """Raise :class:`InputError` where job and world do not fit together."""
    account, calendar = loaded.spec.account, world.calendar
    found = []
    if not any(isinstance(channel, Search) for channel in world.channels.values()):
        found.append(Problem(f"the world {world.name!r} has no search channel", "a world to buy clicks in"))
    if account.currency != world.currency:
        found.append(Problem(
            f"the account's currency is {account.currency}", f"{world.currency}, that of the world",
            ("account", "currency"),
        ))
    if account.time_zone != calendar.time_zone:
        found.append(Problem(
            f"the account's time zone is {account.time_zone}", f"{calendar.time_zone}, that of the world",
            ("account", "time_zone"),
        ))
    if loaded.spec.target.roas is None:
        found.append(Problem("a rehearsal needs a target ROAS", "roas", ("target",)))
    if days > calendar.days:
        found.append(Problem(
            f"history and nights take {days} days", f"at most {calendar.days}, which the world has"
        ))
    if found:
        raise InputError([loaded.document.locate(one) if one.path else one for one in found])


def rehearse(
    loaded: LoadedBids, spec: WorldSpec, nights: int, history: int, seed: int | None,
    policy: PolicyMaker | None, watch: Progress,
) -> Rehearsal:
    """Play history and nights; nothing is left behind."""
    from bidder.jobs.rehearse_policies import JobPolicy, as_begun, oracle
    from bidder.worlds.played import PlayedWorld

    watch.stage("playing the history (compiles on the first run)")
    world = PlayedWorld(spec, seed)
    own = world.keywords.max_cpc
    for day in range(history):
        world.play_day(day, own)
    target = loaded.spec.target.roas
    assert target is not None
    beside = oracle(world, target), as_begun(world, target)
    watch.stage("playing nights", nights)
    played = []
    with TemporaryDirectory(prefix="bidder-rehearsal-") as folder:
        bidder = (policy or JobPolicy)(loaded, world, Path(folder))
        for day in range(history, history + nights):
            decision = bidder.decide(day - 1)
            result = world.play_day(day, decision.bids, decision.schedule)
            played.append(_night(world, decision, result, *beside))
            watch.step()
    return Rehearsal(
        loaded.spec.name, spec.name, world.seed, spec.currency, target, len(own), history, tuple(played)
    )


def _night(
    world: PlayedWorld, decision: Decision, result: DayResult, best: Scaled, alike: Scaled
) -> PlayedNight:
    """A night's row: what the loop came to, and the others on the same day."""
    from bidder.jobs.rehearse_policies import measured, within

    day, budget = result.day, decision.budget
    fixed = world.try_day(day, world.keywords.max_cpc).expected
    spent, brought = measured(result)
    oracle = best.night(day, budget)
    return PlayedNight(
        result.date, world.hours.phase[day], decision.alpha, decision.in_force, decision.bound_by, budget,
        decision.changed, decision.stopped, decision.forecast, result.expected, within(fixed, budget),
        alike.night(day, budget), oracle, best.factor, spent, brought,
    )
