"""``bidder bids propose``: from reports to a run folder, and nothing outside of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bidder.files.atomic import OutputFolder
from bidder.files.tables import format_table
from bidder.jobs.bids.config import LoadedBids, load_bids
from bidder.jobs.bids.goal import make_goal
from bidder.jobs.bids.night import Memory, expected_hours, make_night, remember
from bidder.jobs.bids.output import (
    BIDS_FILE,
    CONFIG_FILE,
    REPORT_FILE,
    RUN_FILE,
    SCHEDULE_COLUMNS,
    SCHEDULE_FILE,
    SEGMENT_COLUMNS,
    SEGMENTS_FILE,
    SUMMARY_FILE,
    Identity,
    bids_table,
    changes_of,
    json_bytes,
    run_document,
    schedule_rows,
    schedules,
    sha256,
    summary_of,
    with_standing,
)
from bidder.jobs.bids.places import Places
from bidder.jobs.bids.reading import AccountData, read_account
from bidder.jobs.bids.runs import written_before
from bidder.jobs.bids.sheets import change_sheets
from bidder.jobs.bids.suggestions import Suggestions, suggest
from bidder.jobs.memory import give_back
from bidder.jobs.outputs import slug
from bidder.jobs.progress import Progress, Silent
from bidder.keywords.propose import propose
from bidder.ledger.records import Changes, RunKey

if TYPE_CHECKING:
    from bidder.keywords.result import Proposal

Lang = Literal["en", "zh"]


@dataclass(frozen=True)
class Written:
    """What stands in a run folder, for steps that follow at once and would else read it back.

    Attributes
    ----------
    changes : Changes
        The changed bids.
    sheets : dict of str to str
        SHA-256 of the change sheets by file name.
    """

    changes: Changes
    sheets: dict[str, str]


@dataclass(frozen=True)
class ProposeOutcome:
    """A night's proposal and where it went.

    Attributes
    ----------
    loaded : LoadedBids
    key : RunKey
    proposal : Proposal
    data : AccountData
    summary : dict
        What summary.json says.
    folder : Path
    files : tuple of str
    notes : tuple of str
        What the user should know.
    """

    loaded: LoadedBids
    key: RunKey
    proposal: Proposal
    data: AccountData
    summary: dict[str, Any]
    folder: Path
    files: tuple[str, ...]
    notes: tuple[str, ...]


def run_propose(
    config: str | Path,
    last: date,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    lang: Lang = "en",
    report: bool = True,
    progress: Progress | None = None,
) -> ProposeOutcome:
    """Propose the bids for the day after ``last`` and write the run folder.

    Parameters
    ----------
    config : path
        The job's YAML.
    last : date
        Last day of data used.
    out : path, optional
        The run folder; by default ``runs/``, the job's name, and the run id.
    overrides : sequence of str
        ``key.sub=value`` settings.

    Raises
    ------
    InputError
        With every problem of the config or the reports.
    LockedError
        When the data of the day is late or incomplete.
    """
    from bidder.ledger.ledger import open_ledger

    loaded = load_bids(config, overrides)
    with open_ledger(loaded.spec.ledger, loaded.folder, read_only=True) as ledger:
        memory = remember(ledger, loaded, last)
    data = read_account(loaded, last, progress)
    return propose_read(loaded, data, memory, last, out, lang=lang, report=report, progress=progress)


def propose_read(
    loaded: LoadedBids,
    data: AccountData,
    memory: Memory,
    last: date,
    out: str | Path | None = None,
    *,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress | None = None,
) -> ProposeOutcome:
    """The same for reports that are read, with what the ledger remembers."""
    return propose_and_keep(loaded, data, memory, last, out, lang, report, progress or Silent())[0]


def propose_and_keep(
    loaded: LoadedBids, data: AccountData, memory: Memory, last: date, out: str | Path | None, lang: Lang,
    report: bool, watch: Progress,
) -> tuple[ProposeOutcome, Written]:
    """The same, with what was written."""
    watch.stage("setting bids")
    night = make_night(loaded, data, memory, last)
    proposal = propose(
        night, data.value, data.weights, make_goal(loaded, last + timedelta(days=1)), loaded.spec,
        before=memory.alpha, expected_hours=expected_hours(loaded, last),
    )
    give_back()
    key = RunKey(loaded.spec.account.name, last, loaded.config_hash, _input_hash(loaded, data, memory))
    folder = Path(out) if out is not None else Path("runs") / slug(loaded.spec.name) / key.run_id
    account = loaded.spec.account
    summary = summary_of(proposal, Identity(loaded.spec.name, key, account.currency, account.platform), data)
    suggestions = suggest(loaded, data, proposal)
    page = _report(loaded, key, proposal, data, memory, suggestions, lang, watch) if report else None
    watch.stage("writing")
    give_back()
    files, written = _write(loaded, key, proposal, memory, summary, suggestions, page, folder)
    notes = (*proposal.notes, *suggestions.notes)
    return ProposeOutcome(loaded, key, proposal, data, summary, folder, files, notes), written


def _input_hash(loaded: LoadedBids, data: AccountData, memory: Memory) -> str:
    parts = [data.input_hash, memory.hashed()]
    if loaded.spec.target.plan is not None:
        parts.append(hashlib.sha256((loaded.folder / loaded.spec.target.plan).read_bytes()).hexdigest())
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


def _write(
    loaded: LoadedBids, key: RunKey, proposal: Proposal, memory: Memory, summary: dict[str, Any],
    suggestions: Suggestions, page: str | None, folder: Path,
) -> tuple[tuple[str, ...], Written]:
    """Write the run folder, summary.json last; returns the names."""
    account, weeks = loaded.spec.account, with_standing(schedules(proposal), memory.schedules)
    with OutputFolder(folder, last=SUMMARY_FILE) as out:
        checked = {BIDS_FILE: out.at_once(BIDS_FILE, bids_table(proposal, account.currency))}
        changes = changes_of(proposal)
        made = change_sheets(account.platform, account.currency, changes, weeks, memory.schedules)
        sheets = {name: out.at_once(name, [made.pop(name)]) for name in sorted(made)}
        files = {SCHEDULE_FILE: format_table(SCHEDULE_COLUMNS, schedule_rows(weeks)).encode()}
        if weeks.segments:
            files[SEGMENTS_FILE] = format_table(SEGMENT_COLUMNS, weeks.segments).encode()
        checked |= {name: sha256(content) for name, content in files.items()}
        files |= {**suggestions.files, CONFIG_FILE: json_bytes(loaded.settings)}
        if page is not None:
            files[REPORT_FILE] = page.encode("utf-8", "backslashreplace")
        written = {*checked, *sheets, *files}
        said = run_document(key, Places.of(loaded).seen_from(folder), checked, written)
        files |= {RUN_FILE: json_bytes(said), SUMMARY_FILE: json_bytes(summary)}
        for name in written_before(folder) - written - {RUN_FILE, SUMMARY_FILE}:
            (folder / name).unlink(missing_ok=True)
        for name, content in files.items():
            out.bytes(name, content)
    return (*sorted({*written, RUN_FILE}), SUMMARY_FILE), Written(changes, sheets)


def _report(
    loaded: LoadedBids, key: RunKey, proposal: Proposal, data: AccountData, memory: Memory,
    suggestions: Suggestions, lang: Lang, watch: Progress,
) -> str:
    from bidder.jobs.bids.page import page_of
    from bidder.reports.bids import render_bids

    watch.stage("drawing the report")
    return render_bids(proposal, page_of(loaded, key, proposal, data, memory, suggestions), lang)
