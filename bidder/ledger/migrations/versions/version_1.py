"""Runs, their steps, changed bids, schedules and effects."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None
branch_labels = None
depends_on = None

VIEW = """
CREATE VIEW bidder_bid AS
SELECT r.run_id, r.account, r.data_date, r.state, campaign.content AS campaign, ad_group.content AS ad_group,
       c.keyword, match_type.content AS match_type, c.platform_id, c.old_bid, c.new_bid,
       reason.content AS reason, bound_by.content AS bound_by, c.clicks, c.value_per_click, e.took, e.found
FROM bidder_change c
JOIN bidder_run r ON r.id = c.run
JOIN bidder_text campaign ON campaign.run = c.run AND campaign.n = c.campaign
JOIN bidder_text ad_group ON ad_group.run = c.run AND ad_group.n = c.ad_group
JOIN bidder_text match_type ON match_type.run = c.run AND match_type.n = c.match_type
JOIN bidder_text reason ON reason.run = c.run AND reason.n = c.reason
JOIN bidder_text bound_by ON bound_by.run = c.run AND bound_by.n = c.bound_by
LEFT JOIN bidder_effect e ON e.run = c.run AND e.n = c.n
"""
"""For people who look into the database: one row per changed bid, spelled out."""


def upgrade() -> None:
    _runs()
    _rows("bidder_text", sa.Column("content", sa.Text, nullable=False))
    _rows(
        "bidder_change",
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("campaign", "ad_group")),
        sa.Column("keyword", sa.Text, nullable=False),
        sa.Column("match_type", sa.Integer, nullable=False),
        sa.Column("platform_id", sa.Text, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("old_bid", "new_bid")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("reason", "bound_by")),
        sa.Column("clicks", sa.BigInteger, nullable=False),
        sa.Column("value_per_click", sa.Double),
    )
    _rows(
        "bidder_effect",
        sa.Column("took", sa.Text, nullable=False),
        sa.Column("found", sa.BigInteger, nullable=False),
    )
    _rows(
        "bidder_block",
        sa.Column("campaign", sa.Text, nullable=False),
        *(sa.Column(n, sa.SmallInteger, nullable=False) for n in ("weekday", "start_minute", "end_minute")),
        sa.Column("modifier", sa.Double, nullable=False),
    )
    _rows(
        "bidder_segment",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("kind", "campaign", "segment")),
        sa.Column("modifier", sa.Double, nullable=False),
    )
    op.execute(VIEW)


def _runs() -> None:
    texts = ("account", "data_date", "config_hash", "input_hash", "state")
    op.create_table(
        "bidder_run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("run_id", sa.Text, nullable=False, unique=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in texts),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.UniqueConstraint("account", "data_date", "config_hash", "input_hash", name="bidder_run_key"),
    )
    in_force = sa.text("state IN ('approved', 'exported', 'confirmed')")
    op.create_index(
        "bidder_run_in_force", "bidder_run", ["account", "data_date"], unique=True,
        sqlite_where=in_force, postgresql_where=in_force,
    )
    op.create_table(
        "bidder_step",
        sa.Column("run", sa.Integer, sa.ForeignKey("bidder_run.id"), primary_key=True, autoincrement=False),
        sa.Column("state", sa.Text, primary_key=True),
        sa.Column("moment", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
    )


def _rows(name: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        sa.Column("run", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        *columns,
        sqlite_with_rowid=False,
    )
