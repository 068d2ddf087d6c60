"""The reports of a played market as an advertiser would download them on the evening of a day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bidder.files.tables import format_table
from bidder.jobs.generate_reports import (
    HOUR_COLUMNS,
    KEYWORD_COLUMNS,
    LAG_COLUMNS,
    Row,
    day_lag_rows,
    keyword_day_rows,
    one_hour_rows,
)

if TYPE_CHECKING:
    from bidder.worlds.played import PlayedWorld

COLUMNS = {
    "keyword_report.csv": KEYWORD_COLUMNS, "hour_report.csv": HOUR_COLUMNS, "search_lag.csv": LAG_COLUMNS,
}
"""The reports and their columns, those of a generated world."""


class PlayedReports:
    """Reports in a folder, written anew every evening; days of which nothing new is known are kept as text.

    Every keyword has a row on every day, also without impressions: its bid is in force all the same.
    """

    def __init__(self, world: PlayedWorld, folder: Path) -> None:
        self._world = world
        self._folder = folder
        self._known: dict[int, tuple[int, list[str]]] = {}

    def write(self, last: int) -> None:
        """Write what is known at the end of the day ``last``."""
        for day in range(last + 1):
            sales = int((self._world.results[day].sales.reported < self._world.known_by(last)).sum())
            if self._known.get(day, (-1, []))[0] != sales:
                self._known[day] = (sales, self._texts(day, last))
        for k, (name, columns) in enumerate(COLUMNS.items()):
            days = [self._known[day][1][k] for day in range(last + 1)]
            text = format_table(columns, ()) + "".join(days)
            (self._folder / name).write_text(text, encoding="utf-8")

    def _texts(self, day: int, last: int) -> list[str]:
        rows = (keyword_rows, hour_rows, lag_rows)
        texts = []
        for columns, make in zip(COLUMNS.values(), rows, strict=True):
            text = format_table(columns, make(self._world, day, last))
            texts.append(text.partition("\n")[2])
        return texts


def keyword_rows(world: PlayedWorld, day: int, last: int) -> Iterator[Row]:
    """Rows of keyword_report.csv about a day, as known at the end of the day ``last``."""
    result, words = world.results[day], world.keywords
    counts = result.by_keyword(world.known_by(last))
    return keyword_day_rows(words, result.date, np.arange(len(words)), counts, result.bids)


def hour_rows(world: PlayedWorld, day: int, last: int) -> Iterator[Row]:
    """The same of hour_report.csv."""
    result, hours = world.results[day], world.hours
    counts = result.by_hour(world.known_by(last))
    for hour, row in zip(hours.hour[hours.day == day].tolist(), counts, strict=True):
        yield from one_hour_rows(world.keywords.campaigns, result.date, hour, row)


def lag_rows(world: PlayedWorld, day: int, last: int) -> Iterator[Row]:
    """The same of search_lag.csv: days between the dates of click and report."""
    result, campaigns = world.results[day], world.keywords.campaigns
    known = result.sales.reported < world.known_by(last)
    waited = world.day_of(result.sales.reported[known]) - day
    lag = np.zeros((len(campaigns), last - day + 1), dtype=np.int64)
    np.add.at(lag, (result.campaign[result.sales.keyword[known]], waited), 1)
    return day_lag_rows(world.channel, campaigns, result.date, lag)
