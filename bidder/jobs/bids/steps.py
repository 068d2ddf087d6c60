"""The steps after a proposal: approve, export, confirm, roll back. Each can be repeated safely."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bidder.errors import GuardrailError, LockedError
from bidder.files.atomic import write_folder
from bidder.jobs.bids.keyword_rows import find_keywords
from bidder.jobs.bids.runs import RunFolder, ledger_place
from bidder.jobs.bids.sheets import change_sheets, rollback_sheets
from bidder.ledger.records import Effects, RunState, Took

if TYPE_CHECKING:
    from collections.abc import Callable

    from bidder.keywords.data import KeywordTable
    from bidder.ledger.ledger import Ledger
    from bidder.ledger.records import Changes, Run, RunKey, Schedules

    Maker = Callable[[str, str, Changes, Schedules, Schedules | None], dict[str, bytes]]


LATEST = 20
"""Runs among which one is looked for that was approved and not exported."""
_TOOK = list(Took)


@dataclass(frozen=True)
class StepOutcome:
    """What a step came to.

    Attributes
    ----------
    run : Run
        As the ledger has it now.
    folder : Path or None
        Where sheets were written.
    files : tuple of str
    counts : dict of str to int
        Of a confirmation: how many bids took effect, and so on.
    """

    run: Run
    folder: Path | None = None
    files: tuple[str, ...] = ()
    counts: dict[str, int] | None = None


def user() -> str:
    """Who is at work."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a user database
        return "unknown"


def now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)


@contextmanager
def locked_ledger(run: RunFolder) -> Iterator[Ledger]:
    """The ledger of a run, with its account locked."""
    from bidder.ledger.ledger import open_ledger

    url, folder = ledger_place(run)
    with open_ledger(url, folder) as ledger, ledger.lock(run.key.account):
        yield ledger


def approve(run: RunFolder, ledger: Ledger, who: str) -> Run:
    """Enter the run into the ledger and approve it.

    Raises
    ------
    GuardrailError
        When an account-wide check has stopped the run.
    LockedError
        When another run of the same night is approved already, or one of a later night is in force.
    """
    record(run, ledger, who)
    if run.summary["status"] == "stopped":
        raise GuardrailError(stop_message(run))
    _refuse_behind_later(ledger, run.key)
    return ledger.move(run.key.run_id, RunState.APPROVED, now=now(), who=who)


def record(run: RunFolder, ledger: Ledger, who: str, changes: Changes | None = None) -> Run:
    """Enter the run into the ledger as planned, or as stopped; ``changes`` are read where not given."""
    there = ledger.find(run.key)
    if there is not None:
        return there
    state = RunState.STOPPED if run.summary["status"] == "stopped" else RunState.PLANNED
    changes = run.changes() if changes is None else changes
    return ledger.record(run.key, state, run.summary, changes, run.schedules(), now=now(), who=who)


def stop_message(run: RunFolder) -> str:
    """Which checks have stopped a run, a line each."""
    failed = [check for check in run.summary["checks"] if not check["passed"]]
    lines = [f"  {check['name']}: {check['message']}" for check in failed]
    return "\n".join([f"{run.key.run_id} was stopped, nothing is exported:", *lines])


def export(
    run: RunFolder, ledger: Ledger, who: str, sheets: Mapping[str, str] | None = None
) -> StepOutcome:
    """Write the change sheets, then enter it into the ledger.

    A run that is exported already gets the same sheets again. They are made from what the ledger says, or
    taken from the run folder where their hashes are given.
    """
    there = ledger.run(run.key.run_id)
    if there.state not in (RunState.APPROVED, RunState.EXPORTED):
        raise LockedError(f"{there.run_id} is {there.state}: only an approved run can be exported")
    if there.state is RunState.APPROVED:
        _refuse_behind_later(ledger, run.key)
    files = run.read(sheets) if sheets is not None else None
    if files is None:
        files = _sheets(there, ledger, change_sheets)
    _write(run.export, files)
    moved = ledger.move(there.run_id, RunState.EXPORTED, now=now(), who=who)
    return StepOutcome(moved, run.export, tuple(sorted(files)))


def finish_approved(ledger: Ledger, account: str, night: date, root: Path, who: str) -> Run | None:
    """Export the run of a night that an earlier start of ``who`` has approved and could not export.

    It is exported as it was recorded, whatever the reports say by now: another one of the same night could
    not be approved beside it.

    Parameters
    ----------
    root : Path
        Folder of all exports.
    """
    for run in ledger.history(account, LATEST):
        approved = run.key.data_date == night and run.state is RunState.APPROVED
        if approved and run.who[RunState.APPROVED] == who and _later_export(ledger, run.key) is None:
            _write(root / run.run_id, _sheets(run, ledger, change_sheets))
            return ledger.move(run.run_id, RunState.EXPORTED, now=now(), who=who)
    return None


def _sheets(run: Run, ledger: Ledger, make: Maker) -> dict[str, bytes]:
    """Sheets of what the ledger says of a run."""
    before = ledger.schedule_in_force(run.key.account, run.key.data_date)
    said, run_id = run.summary, run.run_id
    return make(said["platform"], said["currency"], ledger.changes(run_id), ledger.schedules(run_id), before)


def _write(folder: Path, files: dict[str, bytes]) -> None:
    if files:  # the lock of the account keeps everybody else out of the folder
        write_folder(folder, files)


def roll_back(run: RunFolder, ledger: Ledger, who: str) -> StepOutcome:
    """Write the sheets that restore every bid and the schedule before, then enter it into the ledger.

    A run that is approved and has no sheets yet is just withdrawn.

    Raises
    ------
    LockedError
        When the run is not approved, or a later one is: that one has to be rolled back first.
    """
    there = ledger.run(run.key.run_id)
    allowed = (RunState.APPROVED, RunState.EXPORTED, RunState.CONFIRMED, RunState.ROLLED_BACK)
    if there.state not in allowed:
        raise LockedError(f"{there.run_id} is {there.state}: nothing of it is in force")
    later = _later_export(ledger, there.key)
    if later is not None:
        raise LockedError(f"{later.run_id} was exported after it: roll that one back first")
    # Sheets that a killed export has left may have been taken for exported ones.
    if there.state is RunState.APPROVED and not run.export.exists():
        return StepOutcome(ledger.move(there.run_id, RunState.ROLLED_BACK, now=now(), who=who))
    files = _sheets(there, ledger, rollback_sheets)
    _write(run.export, files)
    moved = ledger.move(there.run_id, RunState.ROLLED_BACK, now=now(), who=who)
    return StepOutcome(moved, run.export, tuple(sorted(files)))


def _refuse_behind_later(ledger: Ledger, key: RunKey) -> None:
    """Bids of an earlier night never go over those of a later one, which could not be restored then."""
    later = _later_export(ledger, key)
    if later is not None:
        raise LockedError(f"{key.run_id} comes too late: {later.run_id} of a later night is in force")


def _later_export(ledger: Ledger, key: RunKey) -> Run | None:
    later = ledger.last_exported(key.account, date.max)
    return later if later is not None and later.key.data_date > key.data_date else None


def confirm(run_id: str, ledger: Ledger, table: KeywordTable, who: str) -> StepOutcome:
    """Compare an exported run with the bids that a later report shows."""
    changes = ledger.changes(run_id)
    effects = compare(changes, table)
    moved = ledger.confirm(run_id, effects, now=now(), who=who)
    return StepOutcome(moved, counts=tally(effects))


def tally(effects: Effects) -> dict[str, int]:
    """How many bids took effect, were not applied, edited or missing."""
    return {took.value: int(np.sum(effects.took == took.value)) for took in Took}


def compare(changes: Changes, table: KeywordTable) -> Effects:
    """What became of every changed bid."""
    where = find_keywords(table, changes.campaign, changes.ad_group, changes.keyword, changes.match_type)
    found = np.full(len(where), -1, dtype=np.int64)
    found[where >= 0] = table.max_cpc[where[where >= 0]]
    took = np.select(
        [found < 0, found == changes.new, found == changes.old],
        [_TOOK.index(Took.MISSING), _TOOK.index(Took.EFFECT), _TOOK.index(Took.NOT_APPLIED)],
        _TOOK.index(Took.EDITED),
    )
    return Effects(np.array([one.value for one in _TOOK], dtype=object)[took], found)
