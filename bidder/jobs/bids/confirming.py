"""Reading the bids in force out of a later report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bidder.errors import LockedError
from bidder.jobs.bids.config import load_bids
from bidder.jobs.bids.reading import read_account
from bidder.jobs.bids.runs import RunFolder
from bidder.keywords.spec_reports import ReportSource

if TYPE_CHECKING:
    from bidder.keywords.data import KeywordTable


def bids_in_force(run: RunFolder, reports: Sequence[str | Path], day: date | None) -> KeywordTable:
    """The keywords with their bids after a run.

    Parameters
    ----------
    run : RunFolder
    reports : sequence of path
        Files to read in place of the config's reports.
    day : date or None
        Day whose bids are looked at; by default the day after the run's data.

    Raises
    ------
    LockedError
        When the report holds no bid of that day.
    """
    loaded = load_bids(run.config)
    if reports:
        sources = [ReportSource(path=str(Path(path).resolve())) for path in reports]
        loaded = loaded.with_reports(sources)
    last = day or run.key.data_date + timedelta(days=1)
    table = read_account(loaded, last).keywords
    if not (table.max_cpc >= 0).any():
        raise LockedError(f"the report holds no bid on {last}")
    return table
