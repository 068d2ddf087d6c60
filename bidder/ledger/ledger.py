"""The ledger: what every night proposed, what became of it, and who did what when."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Connection, select

from bidder.errors import InputError, Place, Problem
from bidder.ledger import rows, runs, standing
from bidder.ledger.database import Database, OpenDatabase
from bidder.ledger.failures import told
from bidder.ledger.locks import file_lock, session_lock
from bidder.ledger.places import PostgresPlace, SqlitePlace, place_of
from bidder.ledger.reading import EmptyLedger, ReadOnly, SqliteReader
from bidder.ledger.records import Changes, Effects, KeywordKey, Run, RunKey, RunState, Schedules
from bidder.ledger.schema import RUN, VERSION
from bidder.ledger.upgrade import bring_up_to_date, is_current, version_of

FIRST_STATES = (RunState.PLANNED, RunState.STOPPED, RunState.BACKFILLED)
"""States that a run may be recorded in."""


def open_ledger(url: str, folder: Path, *, read_only: bool = False) -> Ledger:
    """Open a ledger; made, or brought up to date, unless it is only read.

    Parameters
    ----------
    url : str
        ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``.
    folder : Path
        What a relative SQLite path is seen from.
    read_only : bool
        Change nothing, and put no file anywhere; a ledger that is not there is empty.

    Raises
    ------
    InputError
        When the URL says nothing that can be used, the database cannot be reached, read or written, or a
        newer program has written it.
    LockedError
        When another process keeps it locked for long.
    """
    place = place_of(url, folder)
    if read_only:
        return Ledger(_reader(place), place)
    database = OpenDatabase(place)
    try:
        bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Ledger(database, place)


def _reader(place: SqlitePlace | PostgresPlace) -> Database:
    with told(place):
        if isinstance(place, SqlitePlace) and not place.file.exists():
            return ReadOnly(EmptyLedger())
    database = ReadOnly(SqliteReader(place) if isinstance(place, SqlitePlace) else OpenDatabase(place))
    version = database.read(version_of)
    if version is None:
        database.close()
        return ReadOnly(EmptyLedger())
    if not is_current(version, place):
        message = f"its tables still have version {version}"
        expected = f"version {VERSION}, which the next run that writes to it brings"
        raise InputError(Problem(message, expected, place=Place(str(place))))
    return database


class Ledger:
    """Runs of all accounts, their changed bids and schedules; a context manager.

    Every method is one transaction. Failures of the database are :class:`InputError`, waiting in vain for
    another process :class:`LockedError`; nothing is half done then.
    """

    def __init__(self, database: Database, place: SqlitePlace | PostgresPlace) -> None:
        self._database = database
        self._place = place

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def run(self, run_id: str) -> Run:
        """The run with this id, or with these first digits (6 or more) of what follows the date in it.

        Raises
        ------
        InputError
            When there is none, or more than one.
        """
        return self._database.read(lambda c: runs.by_id(c, run_id).run)

    def find(self, key: RunKey) -> Run | None:
        """The run with this key."""
        row = self._database.read(lambda c: runs.by_key(c, key))
        return row.run if row else None

    def history(self, account: str | None = None, limit: int = 30) -> list[Run]:
        """Runs of one account or all, newest data date first, and of one date the last recorded first."""
        query = select(RUN).order_by(RUN.c.data_date.desc(), RUN.c.id.desc()).limit(limit)
        if account is not None:
            query = query.where(RUN.c.account == account)
        return self._database.read(lambda c: [row.run for row in runs.rows_of(c, query)])

    def record(
        self, key: RunKey, state: RunState, summary: dict[str, Any], changes: Changes, schedules: Schedules,
        *, now: datetime, who: str,
    ) -> Run:
        """Add a run that is PLANNED, STOPPED or BACKFILLED.

        A run with this key that is there already is given back as it is, and nothing is written.

        Raises
        ------
        InputError
            When a text cannot be kept.
        """
        if state not in FIRST_STATES:
            raise ValueError(f"a run is not recorded as {state.value}")
        text, at = json.dumps(summary, ensure_ascii=False), runs.moment(now)
        rows.check_texts([key.account, key.config_hash, key.input_hash, who, text], "text")

        def work(connection: Connection) -> Run:
            there = runs.by_key(connection, key)
            if there is None:
                number = runs.add_run(connection, key, state, text, len(changes), at, who)
                rows.add_changes(connection, number, changes)
                rows.add_schedules(connection, number, schedules)
                there = runs.by_id(connection, key.run_id)
            return there.run

        return self._database.write(work)

    def move(self, run_id: str, to: RunState, *, now: datetime, who: str) -> Run:
        """Move a run to a state; one that is in it already stays as it is.

        Raises
        ------
        LockedError
            When it may not move there from where it is (see :data:`~bidder.ledger.records.MOVES`), or is to
            be approved while another run of its account and data date is approved, exported or confirmed.
        InputError
            When there is no such run.
        """
        at = runs.moment(now)
        rows.check_texts([who], "name")

        def work(connection: Connection) -> Run:
            row = runs.by_id(connection, run_id, to_change=True)
            if row.run.state is not to:
                runs.move(connection, row, to, at, who)
            return runs.by_id(connection, row.run.run_id).run

        return self._database.write(work)

    def confirm(self, run_id: str, effects: Effects, *, now: datetime, who: str) -> Run:
        """Keep what became of each changed bid of an exported run, and move it to CONFIRMED.

        A run that is confirmed already stays as it is, its effects too.

        Raises
        ------
        LockedError
            When the run is not exported.
        InputError
            When there is no such run.
        """
        at = runs.moment(now)
        rows.check_texts([who], "name")

        def work(connection: Connection) -> Run:
            row = runs.by_id(connection, run_id, to_change=True)
            if row.run.state is RunState.CONFIRMED:
                return row.run
            runs.move(connection, row, RunState.CONFIRMED, at, who)
            if not len(effects.took) == len(effects.found) == row.changed:
                raise ValueError(f"{row.changed} changed bids, but effects of {len(effects.took)}")
            rows.add_effects(connection, row.number, effects)
            return runs.by_id(connection, row.run.run_id).run

        return self._database.write(work)

    def changes(self, run_id: str) -> Changes:
        """The changed bids of a run, as they were recorded; :class:`InputError` when there is no such run."""

        def work(connection: Connection) -> Changes:
            row = runs.by_id(connection, run_id)
            return rows.read_changes(connection, row.number, row.changed)

        return self._database.read(work)

    def schedules(self, run_id: str) -> Schedules:
        """Schedule and segment modifiers of a run; :class:`InputError` when there is no such run."""
        return self._database.read(
            lambda c: rows.read_schedules(c, runs.by_id(c, run_id).number)
        )

    def effects(self, run_id: str) -> Effects | None:
        """What became of the run's changed bids; None as long as :meth:`confirm` has not been told."""

        def work(connection: Connection) -> Effects | None:
            row = runs.by_id(connection, run_id)
            if RunState.CONFIRMED not in row.run.moved:
                return None
            return rows.read_effects(connection, row.number, row.changed)

        return self._database.read(work)

    def references(self, account: str, data_date: date) -> dict[KeywordKey, int]:
        """Old bids, micros, of keywords that an exported or confirmed run of this data date has changed.

        A second run of the same date measures from these, so that it changes nothing. A run that was
        rolled back is not looked at.
        """
        return self._database.read(lambda c: standing.references(c, account, data_date))

    def edits(self, account: str, since: date, until: date) -> dict[KeywordKey, date]:
        """Keywords whose bid a human has set, and the last data date of a run that found so.

        Looked at are runs with a data date from ``since`` to ``until``, both included.
        """
        return self._database.read(lambda c: standing.edits(c, account, since, until))

    def last_exported(self, account: str, before: date) -> Run | None:
        """The newest run with an earlier data date that is exported or confirmed, and not rolled back."""
        found = self._database.read(lambda c: runs.rows_of(c, runs.in_force(account, before)))
        return found[0].run if found else None

    def schedule_in_force(self, account: str, before: date) -> Schedules | None:
        """What :meth:`last_exported` has exported; None where there is no such run."""

        def work(connection: Connection) -> Schedules | None:
            found = runs.rows_of(connection, runs.in_force(account, before))
            return rows.read_schedules(connection, found[0].number) if found else None

        return self._database.read(work)

    def lock(self, account: str) -> AbstractContextManager[None]:
        """Hold the account, so that two starts make one run; a process that ends in any way lets go of it.

        Raises
        ------
        LockedError
            At once when the account is held, with the holder's name where it is known.
        """
        if not isinstance(self._database, OpenDatabase):
            raise RuntimeError("the ledger is open for reading only")
        if isinstance(self._place, SqlitePlace):
            return file_lock(self._place.file, account)
        return session_lock(self._database, account)
