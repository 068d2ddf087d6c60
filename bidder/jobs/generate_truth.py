"""What is true of a generated world, and what no advertiser would ever be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bidder.files.tables import write_table
from bidder.jobs.generate_reports import money, search_channels
from bidder.jobs.generate_splits import DEVICE_TRUTH_COLUMNS, TERM_TRUTH_COLUMNS, device_truth, term_truth

if TYPE_CHECKING:
    from bidder.arrays import Floats
    from bidder.worlds.channel import Channel
    from bidder.worlds.world import World

Row = Sequence[object]
MEASURES = ("impressions", "clicks", "spend", "conversions", "revenue")
"""Of a response curve, all expectations; money in currency units."""
AGES = (1 / 24, 2 / 24, 4 / 24, 8 / 24, 0.5, *range(1, 91))
"""Ages of a click in days at which its maturity is written."""


def write_truth(world: World, folder: Path) -> tuple[str, ...]:
    """Write every table of the truth into a folder that is there; returns their names."""
    tables: dict[str, tuple[Sequence[str], Iterator[Row]]] = {
        "keywords.csv": (
            ("channel", "campaign", "keyword", "match_type", "share", "ctr", "cvr", "order_value", "quality"),
            _keywords(world),
        ),
        "campaigns.csv": (("channel", "campaign", "ctr", "cvr", "order_value"), _campaigns(world)),
        "cvr_by_slot.csv": (("channel", "campaign", "keyword", *_slot_names()), _cvr_by_slot(world)),
        "response_curves.csv": (("channel", "campaign", "level", *MEASURES), _response(world)),
        "response_by_day.csv": (("date", "channel", "campaign", "level", *MEASURES), _response_by_day(world)),
        "maturity.csv": (("channel", "days", "reported"), _maturity(world)),
        "hours.csv": (("ts", "date", "hour", "phase", "traffic", "price", "conversion"), _hours(world)),
        "our_level.csv": (("date", "channel", "level"), _levels(world)),
        "competitors.csv": (
            ("channel", "bidder", "name", "daily_budget", "takes_part", "spread", "insight"), _rivals(world),
        ),
        "competitor_bids.csv": (
            ("channel", "bidder", "campaign", "keyword", "median_bid", "quality_score"), _rival_bids(world),
        ),
        "competitors_by_hour.csv": (
            ("date", "hour", "channel", "bidder", "multiplier", "spent_today"), _rivals_by_hour(world),
        ),
        "organic_orders.csv": (("date", "conversions", "revenue"), _organic(world)),
    }
    if search_channels(world):
        tables["search_terms.csv"] = (TERM_TRUTH_COLUMNS, term_truth(world))
        tables["devices.csv"] = (DEVICE_TRUTH_COLUMNS, device_truth())
    for name, (columns, rows) in tables.items():
        write_table(folder / name, columns, rows)
    return tuple(tables)


def _keywords(world: World) -> Iterator[Row]:
    for channel in search_channels(world):
        words, cvr = channel.keywords, channel.keywords.cvr.mean(axis=1)
        for j in range(len(words)):
            yield (
                channel.place.name, words.campaigns[words.campaign[j]], words.name[j], words.match_type[j],
                words.share[j], words.ctr[j], cvr[j], words.order_value[j], int(words.quality[j]),
            )


def _campaigns(world: World) -> Iterator[Row]:
    from bidder.worlds.channel_display import ImpressionChannel

    for name, channel in world.channels.items():
        if isinstance(channel, ImpressionChannel):
            for c, campaign in enumerate(channel.campaigns):
                yield (name, campaign, channel.ctr[c], channel.cvr[c].mean(), channel.value[c])


def _slot_names() -> list[str]:
    from bidder.calendar import Weekday

    return [f"{day.value} {hour:02d}" for day in Weekday for hour in range(24)]


def _cvr_by_slot(world: World) -> Iterator[Row]:
    """True conversion probability of a click in each hour of the week, at conversion index 1."""
    from bidder.worlds.channel_display import ImpressionChannel

    for name, channel in world.channels.items():
        if isinstance(channel, ImpressionChannel):
            for c, campaign in enumerate(channel.campaigns):
                yield (name, campaign, "", *channel.cvr[c])
    for searching in search_channels(world):
        words = searching.keywords
        for j in range(len(words)):
            campaign = words.campaigns[words.campaign[j]]
            yield (searching.place.name, campaign, words.name[j], *words.cvr[j].tolist())


def _curve(values: Floats, channel: Channel) -> Iterator[Row]:
    """Campaign, level and measures; ``values`` has shape (C, L, 5), money in micros."""
    for c, campaign in enumerate(channel.campaigns):
        for k, level in enumerate(channel.levels):
            impressions, clicks, cost, conversions, revenue = values[c, k].tolist()
            yield (campaign, level, impressions, clicks, cost / 1e6, conversions, revenue / 1e6)


def _response(world: World) -> Iterator[Row]:
    """A mean day of each campaign when our bids are multiplied, against the competitors' bids as made."""
    for name, channel in world.channels.items():
        for row in _curve(channel.tally.response.mean(axis=0), channel):
            yield (name, *row)


def _response_by_day(world: World) -> Iterator[Row]:
    for name, channel in world.channels.items():
        for day, date in enumerate(world.hours.dates):
            for row in _curve(channel.tally.response[day], channel):
                yield (date.isoformat(), name, *row)


def _maturity(world: World) -> Iterator[Row]:
    import numpy as np

    from bidder.worlds.draws import reported_share
    from bidder.worlds.hours import DAY

    elapsed = np.rint(np.array(AGES) * DAY).astype(np.int64)
    for name, channel in world.channels.items():
        for age, share in zip(AGES, reported_share(channel.spec.delay, elapsed), strict=True):
            yield (name, float(age), share)


def _hours(world: World) -> Iterator[Row]:
    hours = world.hours
    for h in range(len(hours)):
        day = hours.day[h]
        yield (
            int(hours.start[h]), hours.dates[day].isoformat(), int(hours.hour[h]), hours.phase[day],
            hours.traffic[h], hours.price[h], hours.conversion[h],
        )


def _levels(world: World) -> Iterator[Row]:
    for name, channel in world.channels.items():
        for date, level in zip(world.hours.dates, channel.level_by_day, strict=True):
            yield (date.isoformat(), name, level)


def _rivals(world: World) -> Iterator[Row]:
    for name, channel in world.channels.items():
        rivals = channel.rivals
        for k, rival in enumerate(rivals.names):
            yield (
                name, k, rival, money(rivals.budget[k]), rivals.takes_part[k], rivals.spread[k],
                rivals.insight[k],
            )


def _rival_bids(world: World) -> Iterator[Row]:
    """Median bids at multiplier 1, for a click in search and for an impression elsewhere."""
    import numpy as np

    searching = {channel.place.name: channel for channel in search_channels(world)}
    for name, channel in world.channels.items():
        median, quality = np.exp(channel.rivals.log_bid) / 1e6, channel.rivals.quality
        words = searching[name].keywords if name in searching else None
        for j in range(median.shape[1]):
            campaign = channel.campaigns[words.campaign[j] if words else j]
            for k in range(median.shape[0]):
                yield (name, k, campaign, words.name[j] if words else "", median[k, j], quality[k, j])


def _rivals_by_hour(world: World) -> Iterator[Row]:
    hours = world.hours
    for name, channel in world.channels.items():
        tally = channel.tally
        for h in range(len(hours)):
            date, hour = hours.dates[hours.day[h]].isoformat(), int(hours.hour[h])
            for k in range(len(channel.rivals)):
                spent = money(tally.rival_spend[h, k])
                yield (date, hour, name, k, tally.rival_multiplier[h, k], spent)


def _organic(world: World) -> Iterator[Row]:
    for date, (conversions, revenue) in zip(world.hours.dates, world.visitors.orders.tolist(), strict=True):
        yield (date.isoformat(), conversions, money(revenue))
