"""``bidder bids nightly``: everything of one night, for cron; and ``backfill`` for nights that are over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidder.errors import LockedError
from bidder.jobs.bids.config import LoadedBids, load_bids
from bidder.jobs.bids.log import JsonLog
from bidder.jobs.bids.night import remember
from bidder.jobs.bids.propose import Lang, ProposeOutcome, propose_and_keep
from bidder.jobs.bids.reading import read_account
from bidder.jobs.bids.runs import open_run
from bidder.jobs.bids.steps import StepOutcome, approve, confirm, export, finish_approved, now, record
from bidder.jobs.memory import give_back
from bidder.jobs.outputs import slug
from bidder.jobs.progress import Progress, Silent
from bidder.ledger.records import RunState

if TYPE_CHECKING:
    from bidder.keywords.data import KeywordTable
    from bidder.ledger.ledger import Ledger
    from bidder.ledger.records import Run

WHO = "nightly"


@dataclass(frozen=True)
class NightOutcome:
    """What a night came to.

    Attributes
    ----------
    proposed : ProposeOutcome
    run : Run
        As the ledger has it.
    confirmed : Run or None
        The earlier run whose effects were read from tonight's report.
    counts : dict of str to int
        Of that confirmation.
    export : StepOutcome or None
        None where nothing was exported.
    """

    proposed: ProposeOutcome
    run: Run
    confirmed: Run | None
    counts: dict[str, int]
    export: StepOutcome | None


def run_nightly(
    config: str | Path,
    last: date,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    auto_approve: bool = False,
    lang: Lang = "en",
    report: bool = True,
    log_json: str | Path | None = None,
    progress: Progress | None = None,
) -> NightOutcome:
    """Confirm the night before, propose, enter into the ledger; approve and export where that is allowed.

    Running it again for the same night finds the same run, and finishes what an interrupted one has begun.

    Parameters
    ----------
    config : path
    last : date
        Last day of data used.
    out : path, optional
        The run folder.
    auto_approve : bool
        Whether a run that no account-wide check has stopped is approved and exported at once.

    Raises
    ------
    InputError
        With every problem of the config or the reports.
    LockedError
        When another start is at work, or the data is late or incomplete.
    """
    from bidder.ledger.ledger import open_ledger

    with JsonLog(log_json) as log:
        log.event("started", config=str(config), data_date=last, auto_approve=auto_approve)
        loaded = load_bids(config, overrides)
        with (
            open_ledger(loaded.spec.ledger, loaded.folder) as ledger,
            ledger.lock(loaded.spec.account.name),
        ):
            return _night(loaded, ledger, last, out, auto_approve, lang, report, log, progress or Silent())


def _night(
    loaded: LoadedBids, ledger: Ledger, last: date, out: str | Path | None, auto_approve: bool, lang: Lang,
    report: bool, log: JsonLog, watch: Progress,
) -> NightOutcome:
    data = read_account(loaded, last, watch)
    confirmed, counts = confirm_before(loaded, ledger, last, data.keywords)
    if confirmed is not None:
        log.event("confirmed", confirmed=confirmed.run_id, **counts)
    if auto_approve:
        root = loaded.folder / loaded.spec.export.folder
        left = finish_approved(ledger, loaded.spec.account.name, last, root, WHO)
        if left is not None:
            log.event("finished earlier run", earlier=left.run_id)
    memory = remember(ledger, loaded, last)
    proposed, written = propose_and_keep(loaded, data, memory, last, out, lang, report, watch)
    log.run_id = proposed.key.run_id
    summary = proposed.summary
    log.event("proposed", status=summary["status"], changed=summary["changed"], folder=str(proposed.folder))
    folder = open_run(proposed.folder, check=False)
    # What an earlier start has recorded is exported as it was recorded.
    sheets = written.sheets if ledger.find(folder.key) is None else None
    run = record(folder, ledger, WHO, written.changes)
    del written  # large
    exported = None
    if run.state is RunState.STOPPED:
        log.event("stopped", checks=[c["name"] for c in summary["checks"] if not c["passed"]])
    elif auto_approve and run.state in (RunState.PLANNED, RunState.APPROVED, RunState.EXPORTED):
        watch.stage("exporting")
        run = approve(folder, ledger, WHO) if run.state is RunState.PLANNED else run
        exported = export(folder, ledger, WHO, sheets)
        run = exported.run
        log.event("exported", folder=str(exported.folder), files=exported.files)
    log.event("finished", state=run.state.value)
    return NightOutcome(proposed, run, confirmed, counts, exported)


def confirm_before(
    loaded: LoadedBids, ledger: Ledger, last: date, table: KeywordTable
) -> tuple[Run | None, dict[str, int]]:
    """Confirm the last exported run with the bids that the reports of the night show."""
    run = ledger.last_exported(loaded.spec.account.name, last)
    if run is None or run.state is not RunState.EXPORTED or not (table.max_cpc >= 0).any():
        return None, {}
    done = confirm(run.run_id, ledger, table, WHO)
    give_back()
    return done.run, done.counts or {}


def run_backfill(
    config: str | Path,
    first: date,
    last: date,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    lang: Lang = "en",
    report: bool = False,
    progress: Progress | None = None,
    told: Callable[[date, str], None] = lambda day, said: None,
) -> tuple[dict[str, Any], ...]:
    """Compute the nights of past days and enter them into the ledger; nothing is ever exported.

    Days whose data is incomplete are passed over and told of. Returns what summary.json says of the others.
    """
    from bidder.ledger.ledger import open_ledger

    loaded, summaries = load_bids(config, overrides), []
    watch = progress or Silent()
    root = Path(out) if out is not None else Path("runs") / slug(loaded.spec.name) / "backfill"
    with open_ledger(loaded.spec.ledger, loaded.folder) as ledger, ledger.lock(loaded.spec.account.name):
        for number in range(first.toordinal(), last.toordinal() + 1):
            day = date.fromordinal(number)
            try:
                memory = remember(ledger, loaded, day)
                target = root / day.isoformat()
                data = read_account(loaded, day, watch)
                done, written = propose_and_keep(
                    loaded, data, memory, day, target, lang, report, watch
                )
            except LockedError as error:
                told(day, str(error))
                continue
            folder = open_run(done.folder, check=False)
            if ledger.find(folder.key) is None:
                ledger.record(
                    folder.key, RunState.BACKFILLED, folder.summary, written.changes, folder.schedules(),
                    now=now(), who="backfill",
                )
            summaries.append(done.summary)
            told(day, f"{done.summary['changed']} of {done.summary['keywords']} bids would change")
    return tuple(summaries)
