"""The ledger's tables as the program uses them; :mod:`bidder.ledger.migrations` is what makes them.

Names carry the prefix ``bidder_``, since a team's database may hold other things too. Texts that repeat in
a run are kept once per run and stand as numbers in its rows. Dates and moments are ISO text, moments in
UTC, so that both databases give back the same.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = "1"
"""Version of the tables that this program works with."""

VERSION_TABLE = "bidder_version"

IN_FORCE = ("approved", "exported", "confirmed")
"""States that only one run of an account and data date may be in."""

METADATA = MetaData()


def _run() -> Column[int]:
    # No foreign key: PostgreSQL looks one up for each row, which takes longer than all the rest.
    return Column("run", Integer, primary_key=True, autoincrement=False)


def _number() -> Column[int]:
    return Column("n", Integer, primary_key=True, autoincrement=False)


RUN = Table(
    "bidder_run",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("run_id", Text, nullable=False, unique=True),
    Column("account", Text, nullable=False),
    Column("data_date", Text, nullable=False),
    Column("config_hash", Text, nullable=False),
    Column("input_hash", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("summary", Text, nullable=False),
    UniqueConstraint("account", "data_date", "config_hash", "input_hash", name="bidder_run_key"),
)
_in_force = RUN.c.state.in_(IN_FORCE)
Index(
    "bidder_run_in_force", RUN.c.account, RUN.c.data_date, unique=True,
    sqlite_where=_in_force, postgresql_where=_in_force,
)

STEP = Table(
    "bidder_step",
    METADATA,
    Column("run", Integer, ForeignKey("bidder_run.id"), primary_key=True, autoincrement=False),
    Column("state", Text, primary_key=True),
    Column("moment", Text, nullable=False),
    Column("who", Text, nullable=False),
)
"""Every state that a run has reached, its first one too."""

TEXT = Table(
    "bidder_text", METADATA, _run(), _number(), Column("content", Text, nullable=False),
    sqlite_with_rowid=False,
)

CHANGE = Table(
    "bidder_change",
    METADATA,
    _run(),
    _number(),
    Column("campaign", Integer, nullable=False),
    Column("ad_group", Integer, nullable=False),
    Column("keyword", Text, nullable=False),
    Column("match_type", Integer, nullable=False),
    Column("platform_id", Text, nullable=False),
    Column("old_bid", BigInteger, nullable=False),
    Column("new_bid", BigInteger, nullable=False),
    Column("reason", Integer, nullable=False),
    Column("bound_by", Integer, nullable=False),
    Column("clicks", BigInteger, nullable=False),
    Column("value_per_click", Double),
    sqlite_with_rowid=False,
)
"""Changed bids; campaign, ad_group, match_type, reason and bound_by are numbers of bidder_text."""

EFFECT = Table(
    "bidder_effect",
    METADATA,
    _run(),
    _number(),
    Column("took", Text, nullable=False),
    Column("found", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What became of each changed bid; added as a run is confirmed, since what was recorded stays as it is."""

BLOCK = Table(
    "bidder_block",
    METADATA,
    _run(),
    _number(),
    Column("campaign", Text, nullable=False),
    Column("weekday", SmallInteger, nullable=False),
    Column("start_minute", SmallInteger, nullable=False),
    Column("end_minute", SmallInteger, nullable=False),
    Column("modifier", Double, nullable=False),
    sqlite_with_rowid=False,
)

SEGMENT = Table(
    "bidder_segment",
    METADATA,
    _run(),
    _number(),
    Column("kind", Text, nullable=False),
    Column("campaign", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("modifier", Double, nullable=False),
    sqlite_with_rowid=False,
)
