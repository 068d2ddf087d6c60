"""``bidder bids``: the nightly bid job, step by step or in one go."""

from __future__ import annotations

import click

from bidder.cli.lazy import LazyGroup

COMMANDS: dict[str, tuple[str, str]] = {
    "nightly": ("bidder.cli.bids_nightly:nightly", "All of a night, for cron."),
    "propose": ("bidder.cli.bids_steps:propose", "New bids and schedules, in a run folder only."),
    "show": ("bidder.cli.bids_show:show", "What a run changes, and why."),
    "approve": ("bidder.cli.bids_steps:approve", "Enter a run into the ledger and approve it."),
    "export": ("bidder.cli.bids_steps:export", "Write the change sheets of an approved run."),
    "confirm": ("bidder.cli.bids_steps:confirm", "Compare a later report with what was exported."),
    "rollback": ("bidder.cli.bids_steps:rollback", "Write the sheets that restore every bid."),
    "history": ("bidder.cli.bids_show:history", "The nights so far."),
    "backfill": ("bidder.cli.bids_nightly:backfill", "Compute past nights; never exports."),
    "rehearse": ("bidder.cli.bids_rehearse:rehearse", "Play nights on a synthetic market."),
}
"""Steps: where the code is, and the line in the overview."""


@click.command(cls=LazyGroup, table=COMMANDS)
def command() -> None:
    """Keyword bids and time-slot modifiers, every night.

    \b
    propose -> show -> approve -> export -> confirm (or rollback)
    nightly does all of it.

    RUN is a run folder, or the beginning of a run's id among the folders below runs/.
    """
