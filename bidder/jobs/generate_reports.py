"""What the advertiser of a generated world gets to see: reports, lags, history, and a config to fit it.

Reports are as of the end of the world: conversions stand with the day of their click, and those that
have not been reported by then are missing. The history counts them on the day of their report.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bidder.money import MICROS

if TYPE_CHECKING:
    from bidder.arrays import Ints
    from bidder.worlds.channel import Channel
    from bidder.worlds.channel_search import SearchChannel
    from bidder.worlds.keywords import Keywords
    from bidder.worlds.world import World

Row = Sequence[object]
REPORT_COLUMNS = (
    "date", "campaign", "ad_group", "keyword", "match_type", "impressions", "clicks", "cost", "conversions",
    "revenue",
)
KEYWORD_COLUMNS = (
    *REPORT_COLUMNS, "max_cpc", "quality_score", "expected_ctr", "ad_relevance", "landing_page",
    "bid_strategy",
)
HOUR_COLUMNS = ("date", "hour", *REPORT_COLUMNS[1:])
CAMPAIGN_COLUMNS = (
    "date", "channel", "campaign", "impressions", "clicks", "cost", "conversions", "revenue",
)
LAG_COLUMNS = ("date", "channel", "campaign", "lag_days", "conversions")


def money(micros: int) -> str:
    """Micros as an exact amount of currency units, with at least two decimals.

    >>> money(12_345_678), money(2_500_000), money(-10)
    ('12.345678', '2.50', '-0.00001')
    """
    sign, rest = ("-", -int(micros)) if micros < 0 else ("", int(micros))
    whole, part = divmod(rest, MICROS)
    decimals = f"{part:06d}".rstrip("0").ljust(2, "0")
    return f"{sign}{whole}.{decimals}"


def search_channels(world: World) -> list[SearchChannel]:
    """The keyword channels of a world."""
    from bidder.worlds.channel_search import SearchChannel

    return [channel for channel in world.channels.values() if isinstance(channel, SearchChannel)]


def counts_of(row: Sequence[int]) -> tuple[object, ...]:
    """Impressions, clicks, cost, conversions and revenue as they are written."""
    impressions, clicks, cost, conversions, revenue = (int(x) for x in row)
    return impressions, clicks, money(cost), conversions, money(revenue)


def keyword_rows(world: World) -> Iterator[Row]:
    """One row for each keyword and day with impressions."""
    for channel in search_channels(world):
        for day, shown, counts in channel.tally.keyword_days():
            bids = channel.max_cpc(float(channel.level_by_day[day]))
            yield from keyword_day_rows(channel.keywords, world.hours.dates[day], shown, counts, bids)


def keyword_day_rows(words: Keywords, date: dt.date, shown: Ints, counts: Ints, bids: Ints) -> Iterator[Row]:
    """Rows of a day for some keywords, (n,); ``counts`` (n, 5) are theirs, ``bids`` (J,) everybody's."""
    from bidder.worlds.keywords import COMPONENTS

    parts = (words.expected_ctr, words.ad_relevance, words.landing_page)
    for j, row in zip(shown.tolist(), counts.tolist(), strict=True):
        yield (
            date.isoformat(), words.campaigns[words.campaign[j]], words.ad_group[j], words.name[j],
            words.match_type[j], *counts_of(row), money(bids[j]), int(words.quality[j]),
            *(COMPONENTS[part[j]] for part in parts), "manual_cpc",
        )


def hour_rows(world: World) -> Iterator[Row]:
    """One row for each search campaign and hour with impressions; ad group and keyword are empty."""
    hours = world.hours
    for channel in search_channels(world):
        for h in range(len(hours)):
            date, hour = hours.dates[hours.day[h]], int(hours.hour[h])
            yield from one_hour_rows(channel.campaigns, date, hour, channel.tally.by_hour[h])


def one_hour_rows(campaigns: Sequence[str], date: dt.date, hour: int, counts: Ints) -> Iterator[Row]:
    """Rows of an hour for campaigns with impressions; ``counts`` has shape (C, 5)."""
    for campaign, row in zip(campaigns, counts.tolist(), strict=True):
        if row[0]:
            yield (date.isoformat(), hour, campaign, "", "", "", *counts_of(row))


def campaign_rows(world: World) -> Iterator[Row]:
    """One row for each campaign of any channel and day."""
    import numpy as np

    days = np.arange(len(world.hours.dates))
    first = np.searchsorted(world.hours.day, days)
    for name, channel in world.channels.items():
        by_day = np.add.reduceat(channel.tally.by_hour, first, axis=0)
        for day in days:
            for campaign, row in zip(channel.campaigns, by_day[day].tolist(), strict=True):
                yield (world.hours.dates[day].isoformat(), name, campaign, *counts_of(row))


def lag_rows(world: World) -> Iterator[Row]:
    """Reported conversions by the day of the click and the whole days (24 hours) until the report."""
    for channel in world.channels.values():
        for date, lag in zip(world.hours.dates, channel.tally.lag, strict=True):
            yield from day_lag_rows(channel.place.name, channel.campaigns, date, lag)


def search_lag_rows(world: World) -> Iterator[Row]:
    """The same of search channels, with the days between the dates of click and report.

    A report of the evening knows the conversions whose days are at most the age of the click's date.
    """
    for channel in search_channels(world):
        for date, lag in zip(world.hours.dates, channel.tally.nights, strict=True):
            yield from day_lag_rows(channel.place.name, channel.campaigns, date, lag)


def day_lag_rows(channel: str, campaigns: Sequence[str], date: dt.date, lag: Ints) -> Iterator[Row]:
    """Rows of a day of clicks; ``lag`` (C, most + 1) counts conversions by days until the report."""
    for campaign, waited in zip(*lag.nonzero(), strict=True):
        yield (date.isoformat(), channel, campaigns[campaign], int(waited), int(lag[campaign, waited]))


def history_table(world: World) -> tuple[tuple[str, ...], list[Row]]:
    """Spend of each channel, and all orders by the day on which they are known; one row a day."""
    channels: list[Channel] = list(world.channels.values())
    columns = ("date", "promotion", *(f"{name}_spend" for name in world.channels), "conversions", "revenue")
    spend = [channel.tally.spend_by_day for channel in channels]
    known = world.visitors.orders + sum(channel.tally.report_day for channel in channels)
    rows: list[Row] = []
    for day, date in enumerate(world.hours.dates):
        conversions, revenue = (int(x) for x in known[day])
        paid = [money(s[day]) for s in spend]
        rows.append((date.isoformat(), world.hours.phase[day] or "none", *paid, conversions, money(revenue)))
    return columns, rows


def fit_config(world: World) -> str:
    """A config with which ``bidder fit`` reads the history."""
    lines = [
        "# Response curves from this world's history:",
        "#   bidder fit history.csv --config fit.yaml --out fit",
        f"name: {json.dumps(world.spec.name, ensure_ascii=False)}",
        "date: {column: date}",
        "period: day",
        f"currency: {world.spec.currency}",
        "result: {column: revenue, unit: revenue}",
        "campaigns:",
    ]
    for name in world.channels:
        spend = json.dumps(f"{name}_spend", ensure_ascii=False)
        lines.append(f"  {json.dumps(name, ensure_ascii=False)}: {{spend: {spend}}}")
    if len(set(world.hours.phase)) > 1:
        lines += ["controls:", "  - {column: promotion, kind: category, none: none}"]
    lines += ["trend: {kind: linear}", "season: {harmonics: 0, weekdays: true}", "holdout: 0.2"]
    return "\n".join(lines) + "\n"
