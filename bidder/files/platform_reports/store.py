"""From the rows of an account's reports to the arrays that a night is computed from.

The rows are kept as whole numbers in a database on disk, and every sum is one of whole numbers: money in
micros, conversions in millionths, weights of days in units of 2**-20. So sums are exact, and the same
whatever the number of threads and the order in which rows come.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from bidder.arrays import Floats
from bidder.files.platform_reports.grouping_days import account_days, valued_days
from bidder.files.platform_reports.grouping_hours import hour_table, segment_table
from bidder.files.platform_reports.grouping_keywords import keyword_table
from bidder.files.platform_reports.grouping_lists import ad_table, lag_table, landscape_points, term_table
from bidder.files.platform_reports.store_database import Database
from bidder.files.platform_reports.store_kept import KeptRows
from bidder.keywords.data import (
    AccountDays,
    AdTable,
    DayWeights,
    HourTable,
    KeywordTable,
    LagTable,
    LandscapePoints,
    SegmentTable,
    TermTable,
)

if TYPE_CHECKING:
    from bidder.files.platform_reports.opening import OpenReport


class ReportStore:
    """The reports of an account, kept on disk and grouped when asked for.

    Parameters
    ----------
    first, last : date
        Window; rows of other days are left out.
    memory_limit_mb : int
        MiB that the database may hold in memory; what is more goes to disk.
    threads : int
        Threads that work at a question; the answer is the same for any number.
    folder : Path, optional
        Where the database's temporary folder is made.

    Raises
    ------
    InputError
        From :meth:`add` for what is wrong in a report. The first question after reports were added raises
        one when two of them hold the same row, and any question when a sum is larger than can be counted
        or when there is no room for temporary files.

    Examples
    --------
    >>> with ReportStore(first, last) as store:  # doctest: +SKIP
    ...     for report in open_reports(sources, folder, "CNY"):
    ...         store.add(report)
    ...     days = store.days()
    """

    def __init__(
        self, first: date, last: date, *, memory_limit_mb: int = 512, threads: int = 2,
        folder: Path | None = None,
    ) -> None:
        if last < first:
            raise ValueError(f"the window ends on {last}, before it begins on {first}")
        self.first, self.last = first, last
        self._hashes: list[str] = []
        self._database = Database(memory_limit_mb, threads, folder)
        self._kept = KeptRows(self._database, first, last)

    def __enter__(self) -> ReportStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the rows away."""
        self._database.close()

    @property
    def left_out(self) -> dict[str, int]:
        """Rows outside the window by file, where there are any."""
        return dict(self._kept.seen.left_out)

    def add(self, report: OpenReport) -> None:
        """Read a report to its end and keep its rows; none of them when it turns out to be wrong.

        Raises
        ------
        InputError
            With everything that is wrong in the report.
        """
        self._kept.add(report)
        self._hashes.append(report.facts.sha256)

    def input_hash(self) -> str:
        """SHA-256 over those of the files' contents, whatever their order; 64 hexadecimal digits."""
        return hashlib.sha256("\n".join(sorted(self._hashes)).encode()).hexdigest()

    @property
    def present_dates(self) -> tuple[date, ...]:
        """Dates of the window of which the reports that :meth:`days` counts hold a row."""
        days = self.days()
        return tuple(date.fromordinal(int(day)) for day in days.day[days.present])

    @property
    def last_day_present(self) -> date | None:
        """The last of :attr:`present_dates`; None where there is none."""
        present = self.present_dates
        return present[-1] if present else None

    def days(self) -> AccountDays:
        """The account on every day of the window.

        Counted from keyword reports; where there are none from hour reports, and else from reports of
        segments. ``bid_level`` is NaN and ``value_clicks`` 0 (see :meth:`with_values`).
        """
        return account_days(self._kept)

    def with_values(self, days: AccountDays, table: KeywordTable, value: Floats) -> AccountDays:
        """The days with ``value_clicks``, ``bid_level`` and ``moves``.

        Parameters
        ----------
        days : AccountDays
            Of this store.
        table : KeywordTable
            Of this store; its clicks and cost are what keywords are weighted by.
        value : ndarray of float64, shape (J,)
            Value of a click on each keyword of :meth:`keywords`, currency units, at least 0.
        """
        return valued_days(self._kept, days, table, value)

    def keywords(self, weights: DayWeights) -> KeywordTable:
        """Keywords of keyword reports and settings.

        What a keyword was told to be (bid, quality, strategy, id) is what was told of it last; settings
        stand above reports. A keyword of settings alone has counts of 0.

        Parameters
        ----------
        weights : DayWeights
            Taken in whole units of 2**-20; days that it lacks have weight 0.
        """
        return keyword_table(self._kept, weights)

    def hours(self, weights: DayWeights, holidays: Collection[date] = ()) -> HourTable | None:
        """Campaigns by hour of the week; None where no report tells hours.

        For a campaign on a day hour reports count; where there are none reports of segments by hour, and
        else keyword reports by hour. An hour that the clocks double counts with both its rows.

        Parameters
        ----------
        weights : DayWeights
        holidays : collection of date
            Dates that count as Sundays.
        """
        return hour_table(self._kept, weights, holidays)

    def segments(self, kind: Literal["device", "audience"], weights: DayWeights) -> SegmentTable | None:
        """Campaigns by device or audience; None where no report tells them apart.

        For a campaign on a day reports of segments count; where there are none hour reports that tell
        segments, and else keyword reports that do. Rows that name no segment are left out.
        """
        return segment_table(self._kept, kind, weights)

    def landscape(self, table: KeywordTable) -> LandscapePoints | None:
        """Bid simulator points of keywords; None where there are no such reports.

        Of several days, those of a keyword's last one count; points of keywords that the table does not
        have are left out.

        Parameters
        ----------
        table : KeywordTable
            Of this store.
        """
        return landscape_points(self._kept, table)

    def lags(self, last: date) -> LagTable | None:
        """Conversions by age on a date and by lag; None where there are no such reports."""
        return lag_table(self._kept, last.toordinal())

    def terms(self) -> TermTable | None:
        """Search terms by ad group; None where there are no such reports.

        Where several keywords matched a term, the one with the most clicks is named.
        """
        return term_table(self._kept)

    def ads(self) -> AdTable | None:
        """Each text of an ad once, in the order of the columns; None where there are no such reports."""
        return ad_table(self._kept)
