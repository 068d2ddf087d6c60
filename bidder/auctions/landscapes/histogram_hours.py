"""The hours of a campaign in an aggregated log, and what a bid buys in one of them.

Money is counted in micros of the currency, and impressions and clicks, which are expected numbers, in
millionths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.auctions.kernels.state import BALANCE, CLICKS, COST, ENTERED, IMPRESSIONS, STOPPED
from bidder.auctions.landscapes.histogram import PriceHistogram
from bidder.auctions.landscapes.shares import share_down, share_up
from bidder.auctions.log import LogInfo
from bidder.auctions.rules import OverBudget, Payment, Pricing, Rules
from bidder.auctions.strategies.base import Requests

MILLION = 1_000_000
_MOST = 2**53
BOUGHT = (IMPRESSIONS, CLICKS, COST)
"""What is bought, as fields of the state; rows of :attr:`Hours.sums` in this order."""


class FirstRate(NamedTuple):
    """Click rate that is believed of a campaign before anything is known of it.

    ``weight`` is how many impressions the belief counts for.
    """

    pctr: float = 0.01
    weight: float = 100.0


@dataclass(frozen=True)
class Hours:
    """The hours of one campaign.

    Attributes
    ----------
    ts : ndarray of int64, shape (H,)
        When each begins, microseconds UTC.
    edges : ndarray of int64, shape (H + 1,)
        Hour h has the rows ``edges[h]`` to ``edges[h + 1]``.
    price : ndarray of int64, shape (n,)
        Rising within each hour, micros.
    sums : ndarray of int64, shape (3, n + 1)
        Totals over all rows before each one, in the order of BOUGHT.
    """

    ts: Ints
    edges: Ints
    price: Ints
    sums: Ints

    @classmethod
    def of(cls, histogram: PriceHistogram, code: int) -> Hours:
        """The hours of the campaign with this code."""
        first, last = (int(edge) for edge in np.searchsorted(histogram.campaign, [code, code + 1]))
        rows = slice(first, last)
        columns = (histogram.impressions, histogram.clicks, histogram.cost)
        sums = np.zeros((len(BOUGHT), last - first + 1), dtype=np.int64)
        np.cumsum([_millionths(column[rows]) for column in columns], axis=1, out=sums[:, 1:])
        ts = histogram.hour[rows]
        new = np.flatnonzero(np.diff(ts, prepend=ts[:1] - 1)).astype(np.int64)
        return cls(ts[new], np.append(new, len(ts)), _millionths(histogram.price[rows]), sums)

    @property
    def on_offer(self) -> Ints:
        """All that each hour had to offer, shape (3, H)."""
        return np.diff(self.sums[:, self.edges], axis=1)

    def levels(self, hour: int, rules: Rules) -> tuple[Ints, Ints]:
        """Cost and clicks of a bid of each price of the hour, shape (prices,) each."""
        start, stop = self.edges[hour], self.edges[hour + 1]
        bought = self.sums[:, start + 1 : stop + 1] - self.sums[:, start, None]
        if rules.payment is Payment.FIRST_PRICE:
            bought[2] = _paid(np.maximum(self.price[start:stop], rules.reserve), bought, rules)
        return bought[2], bought[1]

    def requests(self, info: LogInfo, first: FirstRate) -> Requests:
        """One request for each hour, with the click rate of the hours before it."""
        impressions, clicks, _ = (np.cumsum(self.on_offer, axis=1) - self.on_offer) / MILLION
        pctr = (clicks + first.weight * first.pctr) / (impressions + first.weight)
        return Requests(info, self.ts, np.arange(len(self.ts), dtype=np.int64), pctr=np.minimum(pctr, 1.0))


def buy(hours: Hours, hour: int, bids: Floats, enter: Floats | None, rules: Rules, state: Ints) -> None:
    """Buy in one hour for S settings.

    Parameters
    ----------
    bids : ndarray of float64, shape (S,)
        Micros.
    enter : ndarray of float64, shape (S,), optional
        Share of the hour that is entered at all.
    state : ndarray of int64, shape (S, FIELDS)
        Is brought up to date, but for the worth.
    """
    start, stop = hours.edges[hour], hours.edges[hour + 1]
    price, balance = hours.price[start:stop], state[:, BALANCE].copy()
    bids = _cut(bids, state, rules)
    reached = start + np.searchsorted(price, bids, side="right" if rules.win_on_tie else "left")
    bought = hours.sums[:, np.where(bids >= rules.reserve, reached, start)] - hours.sums[:, start, None]
    if rules.payment is Payment.FIRST_PRICE:
        bought[2] = _paid(np.maximum(bids, 0.0).astype(np.int64), bought, rules)
    entered = np.where(bids > 0, hours.on_offer[0, hour], 0)
    if enter is not None:
        entered = np.floor(entered * enter).astype(np.int64)
        bought[:2] = np.floor(bought[:2] * enter)
        bought[2] = np.ceil(bought[2] * enter)
    dear = bought[2] > balance
    bought[:2, dear] = share_down(bought[:2, dear], balance[dear], bought[2, dear])
    bought[2, dear] = balance[dear]
    state[:, BOUGHT] += bought.T
    state[:, ENTERED] += entered
    state[:, BALANCE] -= bought[2]


def _cut(bids: Floats, state: Ints, rules: Rules) -> Floats:
    """Bids cut to the rules; -1 where there is none."""
    balance, stopped = state[:, BALANCE], state[:, STOPPED]
    bids = np.floor(bids) if rules.integer else bids
    bids = bids if rules.max_bid is None else np.minimum(bids, rules.max_bid)
    if rules.over_budget is OverBudget.CLIP_BID:
        return np.minimum(bids, balance)
    if rules.over_budget is OverBudget.STOP:
        stopped |= bids > balance
    return np.where((bids > balance) | (stopped > 0), -1.0, bids)


def _paid(bids: Ints, bought: Ints, rules: Rules) -> Ints:
    """First price: the bid for every impression, or for every click, in whole micros."""
    times = bought[1] if rules.pricing is Pricing.CLICK else bought[0]
    # No amount may exceed 2^53; such a bid costs more than any balance.
    most = _MOST // np.maximum(times // MILLION, 1)
    return share_up(times, np.minimum(bids, most), np.full(1, MILLION))


def _millionths(column: Floats) -> Ints:
    whole: Ints = np.rint(column * MILLION).astype(np.int64)
    return whole
