"""From an account's reports to the arrays of a night."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from bidder.errors import InputError, LockedError, Problem
from bidder.jobs.bids.config import LoadedBids
from bidder.jobs.memory import give_back
from bidder.jobs.progress import Progress, Silent
from bidder.keywords.spec_reports import ReportKind

if TYPE_CHECKING:
    from bidder.arrays import Codes
    from bidder.files.platform_reports.opening import ReportFacts
    from bidder.files.platform_reports.store import ReportStore
    from bidder.keywords.data import (
        AccountDays,
        AdTable,
        DayWeights,
        HourTable,
        KeywordTable,
        LandscapePoints,
        SegmentTable,
        TermTable,
    )
    from bidder.keywords.result import ClickValue


@dataclass(frozen=True)
class AccountData:
    """What an account's reports say, up to the last day of data; values are estimated.

    Attributes
    ----------
    keywords : KeywordTable
    classes : tuple of str
    keyword_class : ndarray of int32, shape (J,)
    days : AccountDays
        ``value_clicks`` is filled in.
    weights : DayWeights
        Of the same days.
    value : ClickValue
    facts : tuple of ReportFacts
        How each file was read.
    input_hash : str
        Of the files' contents, 64 hexadecimal digits.
    """

    keywords: KeywordTable
    classes: tuple[str, ...]
    keyword_class: Codes
    days: AccountDays
    weights: DayWeights
    value: ClickValue
    hours: HourTable | None
    segments: tuple[SegmentTable, ...]
    landscape: LandscapePoints | None
    terms: TermTable | None
    ads: AdTable | None
    facts: tuple[ReportFacts, ...]
    input_hash: str


def read_account(loaded: LoadedBids, last: date, progress: Progress | None = None) -> AccountData:
    """Read every report, check that the data of the last day is complete, and value the clicks.

    Raises
    ------
    InputError
        With everything that is wrong with the reports.
    LockedError
        When the last day, or other days of the window, are missing; says which.
    """
    watch = progress or Silent()
    with opened(loaded, last, watch) as (store, facts):
        days = store.days()
        check_complete(loaded, days, last)
        watch.stage("valuing clicks")
        data = _valued(loaded, store, days, last, facts)
    give_back()
    return data


@contextmanager
def opened(
    loaded: LoadedBids, last: date, watch: Progress
) -> Iterator[tuple[ReportStore, tuple[ReportFacts, ...]]]:
    """Every report of the config, read into a store."""
    from bidder.files.platform_reports.opening import open_reports
    from bidder.files.platform_reports.store import ReportStore

    spec = loaded.spec
    first = last - timedelta(days=spec.data.window_days - 1)
    reports = open_reports(spec.reports, loaded.folder, spec.account.currency, until=last)
    if all(report.kind is not ReportKind.KEYWORDS for report in reports):
        found = ", ".join(sorted({str(report.kind) for report in reports}))
        message = f"none of the reports is about keywords, but about {found}"
        problem = Problem(message, "a report of keywords by day", ("reports",))
        raise InputError(loaded.document.locate(problem))
    watch.stage("reading reports", len(reports))
    with ReportStore(first, last) as store:
        for report in reports:
            store.add(report)
            watch.step()
        yield store, tuple(report.facts for report in reports)


def check_complete(loaded: LoadedBids, days: AccountDays, last: date) -> None:
    """Raise :class:`LockedError` with what is missing, where the data is late or has gaps."""
    present = [date.fromordinal(int(d)) for d in days.day[days.present]]
    if not present or present[-1] < last:
        until = f"the last day they hold is {present[-1]}" if present else "they hold no day of the window"
        raise LockedError(f"the reports do not hold {last} yet: {until}")
    within = days.day >= present[0].toordinal()
    gaps = [date.fromordinal(int(d)).isoformat() for d in days.day[within & ~days.present]]
    if len(gaps) > loaded.spec.data.missing_days:
        named = ", ".join(gaps[:20]) + (f" and {len(gaps) - 20} more" if len(gaps) > 20 else "")
        allowed = loaded.spec.data.missing_days
        raise LockedError(
            f"the reports have no row for {named}: {len(gaps)} of the days between the first and the last "
            f"one, and data.missing_days allows {allowed}"
        )


def _valued(
    loaded: LoadedBids, store: ReportStore, days: AccountDays, last: date, facts: tuple[ReportFacts, ...]
) -> AccountData:
    from bidder.keywords.terms.classes import classify
    from bidder.keywords.value.click_value import click_value
    from bidder.keywords.value.maturity import fit_maturity
    from bidder.keywords.value.weights import day_weights

    spec = loaded.spec
    maturity = fit_maturity(store.lags(last), spec.value.maturity)
    weights = day_weights(int(days.day[0]), int(days.day[-1]), spec.value, maturity)
    table = store.keywords(weights)
    keyword_class, classes = classify(table, spec.classes)
    value = click_value(table, keyword_class, spec.value, count_conversions=spec.target.cpa is not None)
    days = store.with_values(days, table, value.value)
    told = (store.segments(kind, weights) for kind in ("device", "audience"))
    return AccountData(
        table, classes, keyword_class, days, weights, value, store.hours(weights, spec.holidays),
        tuple(one for one in told if one is not None), store.landscape(table), store.terms(), store.ads(),
        facts, store.input_hash(),
    )
