"""Questions over several runs: recorded reference bids, and what humans have set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from bidder.ledger.bulk import read_rows, without_collector
from bidder.ledger.records import KeywordKey, Took
from bidder.ledger.rows import read_texts
from bidder.ledger.runs import OUT
from bidder.ledger.schema import CHANGE, EFFECT, RUN, STEP

_NAMES = ("campaign", "ad_group", "keyword", "match_type")


@without_collector()
def references(connection: Connection, account: str, data_date: date) -> dict[KeywordKey, int]:
    """See :meth:`bidder.ledger.ledger.Ledger.references`."""
    query = select(RUN.c.id).where(
        RUN.c.account == account, RUN.c.data_date == data_date.isoformat(), RUN.c.state.in_(OUT)
    )
    found: dict[KeywordKey, int] = {}
    for run in connection.execute(query).scalars().all():
        for keys, (old,) in _keywords(connection, run, "old_bid"):
            found.update(zip(keys, old, strict=True))
    return found


@without_collector()
def edits(connection: Connection, account: str, since: date, until: date) -> dict[KeywordKey, date]:
    """See :meth:`bidder.ledger.ledger.Ledger.edits`."""
    query = (
        select(RUN.c.id, RUN.c.data_date)
        .join(STEP, (STEP.c.run == RUN.c.id) & (STEP.c.state == "confirmed"))
        .where(RUN.c.account == account)
        .where(RUN.c.data_date.between(since.isoformat(), until.isoformat()))
        .order_by(RUN.c.data_date)
    )
    found: dict[KeywordKey, date] = {}
    for run, day in connection.execute(query).all():
        found.update(dict.fromkeys(_edited(connection, run), date.fromisoformat(day)))
    return found


def _edited(connection: Connection, run: int) -> list[KeywordKey]:
    """Keywords of a run whose bid a human has set."""
    query = (
        select(*(CHANGE.c[name] for name in _NAMES))
        .join(EFFECT, (EFFECT.c.run == CHANGE.c.run) & (EFFECT.c.n == CHANGE.c.n))
        .where(EFFECT.c.run == run, EFFECT.c.took == Took.EDITED.value)
        .order_by(EFFECT.c.n)
    )
    rows = connection.execute(query).all()
    texts = read_texts(connection, run) if rows else []
    return [(texts[c], texts[g], keyword, texts[match]) for c, g, keyword, match in rows]


def _keywords(
    connection: Connection, run: int, *more: str
) -> Iterator[tuple[Iterator[KeywordKey], list[tuple[Any, ...]]]]:
    """Keywords of chunks of a run's changes, and the columns ``more`` of them."""
    texts = read_texts(connection, run)
    for campaign, ad_group, keyword, match_type, *rest in read_rows(
        connection, CHANGE, run, [*_NAMES, *more]
    ):
        names = ([texts[code] for code in codes] for codes in (campaign, ad_group))
        yield zip(*names, keyword, [texts[code] for code in match_type], strict=True), rest
