"""Rows of runs: finding them, adding them, moving them on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from bidder.errors import InputError, LockedError, Problem, one_of
from bidder.ledger.records import MOVES, Run, RunKey, RunState
from bidder.ledger.schema import IN_FORCE, RUN, STEP

LEAST_DIGITS = 6
_PREFIX = re.compile(rf"[0-9a-f]{{{LEAST_DIGITS},12}}")
_DATE = len("2026-10-14-")


@dataclass(frozen=True)
class Row:
    """A run and its number in the tables.

    ``changed`` is how many bids it changes.
    """

    number: int
    changed: int
    run: Run


def moment(now: datetime) -> str:
    """A moment as it is kept: UTC, microseconds, always of one length."""
    if now.tzinfo is None:
        raise ValueError("a moment without time zone")
    return now.astimezone(UTC).isoformat(timespec="microseconds")


def rows_of(connection: Connection, query: Select[Any]) -> list[Row]:
    """The runs that a query on bidder_run finds, in its order."""
    found = connection.execute(query).mappings().all()
    steps: dict[int, list[tuple[RunState, datetime, str]]] = {row["id"]: [] for row in found}
    asked = select(STEP).where(STEP.c.run.in_(steps)).order_by(STEP.c.moment)
    for number, state, at, who in connection.execute(asked):
        steps[number].append((RunState(state), datetime.fromisoformat(at), who))
    return [_row(row, steps[row["id"]]) for row in found]


def _row(row: Any, steps: Sequence[tuple[RunState, datetime, str]]) -> Row:
    key = RunKey(row["account"], date.fromisoformat(row["data_date"]), row["config_hash"], row["input_hash"])
    entered = {state for moves in MOVES.values() for state in moves}
    first = next(at for state, at, _ in steps if state not in entered)
    moved = {state: at for state, at, _ in steps if state in entered}
    who = {state: name for state, _, name in steps}
    run = Run(key, RunState(row["state"]), first, json.loads(row["summary"]), moved, who)
    return Row(row["id"], row["changed"], run)


def by_key(connection: Connection, key: RunKey) -> Row | None:
    """The run with this key."""
    found = rows_of(connection, select(RUN).where(*_same(key)))
    return found[0] if found else None


def _same(key: RunKey) -> Iterable[Any]:
    yield RUN.c.account == key.account
    yield RUN.c.data_date == key.data_date.isoformat()
    yield RUN.c.config_hash == key.config_hash
    yield RUN.c.input_hash == key.input_hash


def by_id(connection: Connection, given: str, *, to_change: bool = False) -> Row:
    """The one run with this id, or whose hexadecimal digits begin like this.

    Raises
    ------
    InputError
        When there is none, or more than one.
    """
    wanted = given.strip().lower()
    if _PREFIX.fullmatch(wanted):
        query = select(RUN).where(func.substr(RUN.c.run_id, _DATE + 1, len(wanted)) == wanted)
    else:
        query = select(RUN).where(RUN.c.run_id == wanted)
    found = rows_of(connection, query.order_by(RUN.c.run_id).with_for_update() if to_change else query)
    if len(found) == 1:
        return found[0]
    if found:
        ids = [row.run.run_id for row in found]
        raise InputError(Problem(f"{given[:100]!r} fits {len(ids)} runs", one_of(ids), ("run",)))
    newest = select(RUN.c.run_id).order_by(RUN.c.data_date.desc(), RUN.c.id.desc()).limit(20)
    ids = list(connection.execute(newest).scalars())
    expected = one_of(ids, wanted) if ids else "a run in the ledger, which is empty"
    raise InputError(Problem(f"no run {given[:100]!r} in the ledger", expected, ("run",)))


def in_force(account: str, before: date) -> Select[Any]:
    """Query of the newest run before a data date whose bids are out and were not rolled back."""
    return (
        select(RUN)
        .where(RUN.c.account == account, RUN.c.data_date < before.isoformat(), RUN.c.state.in_(OUT))
        .order_by(RUN.c.data_date.desc())
        .limit(1)
    )


OUT = (RunState.EXPORTED.value, RunState.CONFIRMED.value)


def add_run(
    connection: Connection, key: RunKey, state: RunState, summary: str, changed: int, now: str, who: str
) -> int:
    """Add a run and its first step; its number."""
    values = {
        "run_id": key.run_id, "account": key.account, "data_date": key.data_date.isoformat(),
        "config_hash": key.config_hash, "input_hash": key.input_hash, "state": state.value,
        "changed": changed, "summary": summary,
    }
    number: int = connection.execute(insert(RUN).values(values).returning(RUN.c.id)).scalar_one()
    _add_step(connection, number, state, now, who)
    return number


def move(connection: Connection, row: Row, to: RunState, now: str, who: str) -> None:
    """Move a run on.

    Raises
    ------
    LockedError
        When it may not move there, or another run of its account and data date is in force.
    """
    run = row.run
    if to not in MOVES[run.state]:
        allowed = one_of(sorted(MOVES[run.state])) if MOVES[run.state] else "nothing"
        raise LockedError(
            f"run {run.run_id} is {_said(run.state)} and cannot become {_said(to)}; allowed: {allowed}"
        )
    if to is RunState.APPROVED:
        _refuse_second(connection, row)
    moved = update(RUN).where(RUN.c.id == row.number, RUN.c.state == run.state.value).values(state=to.value)
    if connection.execute(moved).rowcount != 1:
        raise LockedError(f"run {run.run_id} was moved by another process at the same moment")
    _add_step(connection, row.number, to, now, who)


def _refuse_second(connection: Connection, row: Row) -> None:
    key = row.run.key
    others = select(RUN.c.run_id, RUN.c.state).where(
        RUN.c.account == key.account, RUN.c.data_date == key.data_date.isoformat(),
        RUN.c.state.in_(IN_FORCE), RUN.c.id != row.number,
    )
    for run_id, state in connection.execute(others):
        raise LockedError(
            f"run {row.run.run_id} cannot be approved: run {run_id} of the same account and data date is "
            f"{_said(RunState(state))}; roll that one back first"
        )


def _said(state: RunState) -> str:
    return state.value.replace("_", " ")


def _add_step(connection: Connection, number: int, state: RunState, now: str, who: str) -> None:
    connection.execute(insert(STEP).values(run=number, state=state.value, moment=now, who=who))
