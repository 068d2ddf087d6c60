"""What a click is worth in each hour of the week, relative to the campaign's average click."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.keywords.data import HOURS_OF_WEEK, HourTable
from bidder.keywords.slots.shrinkage import layered
from bidder.keywords.spec_slots import SlotSpec


def _layers(campaigns: int) -> list[Ints]:
    """Account by weekday, by hour, by cell; then the same in each campaign; shape (C, 168) each."""
    cell = np.tile(np.arange(HOURS_OF_WEEK), (campaigns, 1))
    row = np.arange(campaigns)[:, None]
    weekday, hour = cell // 24, cell % 24
    account = [weekday, hour, cell]
    own = [row * 7 + weekday, row * 24 + hour, row * HOURS_OF_WEEK + cell]
    return account + own


def hour_effects(hours: HourTable, spec: SlotSpec) -> tuple[Floats, dict[str, str]]:
    """Relative value of a click in each hour of the week.

    Conversion rates by hour, with the orders' value taken for the same at all hours of a campaign (revenue
    by hour is several times noisier than conversions). Cells are shrunk to weekday x campaign and
    hour x campaign, these to the account's curve, and that to a flat one, see
    :mod:`bidder.keywords.slots.shrinkage`. Weighted conversions are taken for counts, which is on the
    careful side.

    Parameters
    ----------
    hours : HourTable
    spec : SlotSpec

    Returns
    -------
    effect : ndarray of float64, shape (C, 168)
        Mean 1 in each campaign, weighted by clicks; all 1 in flat campaigns.
    flat : dict of str to str
        Flat campaigns and why.
    """
    effect = layered(hours.clicks, hours.conversions, _layers(len(hours.campaigns)))
    clicks, sold = hours.raw_clicks.sum(axis=1), hours.conversions.sum(axis=1)
    flat: dict[str, str] = {}
    for c, campaign in enumerate(hours.campaigns):
        if clicks[c] < spec.least_clicks:
            flat[campaign] = (
                f"{int(clicks[c]):,} clicks: below {spec.least_clicks:,.0f} a curve by hour is no better "
                "than a flat week"
            )
        elif sold[c] <= 0:
            flat[campaign] = f"no conversion in {int(clicks[c]):,} clicks"
        else:
            continue
        effect[c] = 1.0
    return effect, flat
