"""Search terms and devices of a world's search channels: what the advertiser sees, and the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from bidder.jobs.generate_reports import counts_of, search_channels

if TYPE_CHECKING:
    from bidder.worlds.world import World

Row = Sequence[object]
COUNT_COLUMNS = ("impressions", "clicks", "cost", "conversions", "revenue")
TERM_COLUMNS = ("date", "campaign", "ad_group", "keyword", "search_term", *COUNT_COLUMNS)
DEVICE_COLUMNS = ("date", "campaign", "device", *COUNT_COLUMNS)
TERM_TRUTH_COLUMNS = ("channel", "campaign", "keyword", "search_term", "share", "converts")
DEVICE_TRUTH_COLUMNS = ("device", "share", "relative_cvr")


def term_rows(world: World) -> Iterator[Row]:
    """One row for each search term, keyword and day with a click."""
    from bidder.worlds.random import TERMS, generator
    from bidder.worlds.splits import make_terms, split
    from bidder.worlds.tally import CLICKS

    for channel in search_channels(world):
        words, number = channel.keywords, channel.place.number
        terms = make_terms(words, world.seed, number)
        sales = terms.share * terms.buys
        sales /= sales.sum(axis=1, keepdims=True)
        for day, shown, counts in channel.tally.keyword_days():
            date = world.hours.dates[day].isoformat()
            rng = generator(world.seed, TERMS, number, day)
            parts = split(counts, terms.share[shown], sales[shown], rng)
            for row, term in zip(*parts[:, :, CLICKS].nonzero(), strict=True):
                j = shown[row]
                yield (
                    date, words.campaigns[words.campaign[j]], words.ad_group[j], words.name[j],
                    words.name[j] + terms.suffix[j, term], *counts_of(parts[row, term].tolist()),
                )


def device_rows(world: World) -> Iterator[Row]:
    """One row for each search campaign, device and day with impressions."""
    import numpy as np

    from bidder.worlds.random import DEVICES, generator
    from bidder.worlds.splits import DEVICES as NAMES
    from bidder.worlds.splits import device_shares, split

    first = np.searchsorted(world.hours.day, np.arange(len(world.hours.dates)))
    for channel in search_channels(world):
        by_day = np.add.reduceat(channel.tally.by_hour, first, axis=0)
        for day, date in enumerate(world.hours.dates):
            rng = generator(world.seed, DEVICES, channel.place.number, day)
            parts = split(by_day[day], *device_shares(len(channel.campaigns)), rng)
            for campaign, of_campaign in zip(channel.campaigns, parts, strict=True):
                for device, row in zip(NAMES, of_campaign.tolist(), strict=True):
                    if row[0]:
                        yield (date.isoformat(), campaign, device, *counts_of(row))


def term_truth(world: World) -> Iterator[Row]:
    """Every search term that a keyword may be found with, its share of the clicks, and whether it sells."""
    from bidder.worlds.splits import make_terms

    for channel in search_channels(world):
        words = channel.keywords
        terms = make_terms(words, world.seed, channel.place.number)
        for j, term in zip(*terms.share.nonzero(), strict=True):
            yield (
                channel.place.name, words.campaigns[words.campaign[j]], words.name[j],
                words.name[j] + terms.suffix[j, term], terms.share[j, term], int(terms.buys[j, term]),
            )


def device_truth() -> Iterator[Row]:
    """Share of clicks and relative conversion rate of each device."""
    from bidder.worlds.splits import DEVICE_CVR, DEVICE_SHARE, DEVICES

    yield from zip(DEVICES, DEVICE_SHARE.tolist(), DEVICE_CVR.tolist(), strict=True)
