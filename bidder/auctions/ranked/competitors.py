"""Competitors: drawn where the log knows only the market price, and with budgets to which they react."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.auctions.draws import COMPETITOR, uniforms
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import AuctionLog, CompetingBids
from bidder.auctions.ranked.ranking import MAX_COMPETITORS, allocate_all, ranked_bids, slot_millionths
from bidder.auctions.rules import Pricing, Rules
from bidder.errors import InputError, Problem


def fitted_competitors(
    market_price: Ints, bidders: int, prices: PriceDistribution, seed: int, rows: Ints
) -> CompetingBids:
    """Bidders whose highest bid is the market price.

    If the highest of n independent bids has the distribution F, each of them has F^(1/n) (order
    statistics: David and Nagaraja, "Order Statistics", 2003, section 2.1). Given the highest, the others
    are independent draws from the same distribution cut off there: with u uniform in [0, 1), the lowest
    price p with F(p) >= u^n F(highest). All have quality 1, and so must we: a market price says nothing of
    ranks. Each competitor is as likely as any other to be the highest.

    Parameters
    ----------
    market_price : ndarray of int64, shape (n,)
        In the log's unit.
    bidders : int
        In each auction, at least 1.
    prices : PriceDistribution
        Of the market price.
    seed : int
    rows : ndarray of int64, shape (n,)
        Rows in the whole log: the bids of an auction depend on its row, seed and market price alone.

    Raises
    ------
    InputError
        Where a market price is not known, or the number of bidders is out of range.
    """
    _check(market_price, bidders, rows)
    n = len(rows)
    bid = np.empty((n, bidders), dtype=np.int64)
    bid[:, 0] = market_price
    known = np.concatenate([[0.0], prices.cdf])[np.searchsorted(prices.price, market_price, side="right")]
    for k in range(1, bidders):
        draw = uniforms(seed, COMPETITOR, rows * MAX_COMPETITORS + k)
        place = np.searchsorted(prices.cdf, draw**bidders * known)
        bid[:, k] = np.minimum(prices.price[np.minimum(place, len(prices.price) - 1)], market_price)
    first = (uniforms(seed, COMPETITOR, rows * MAX_COMPETITORS) * bidders).astype(np.int64)
    bidder = (np.arange(bidders) + first[:, None]) % bidders
    order = np.argsort(-bid, axis=1, kind="stable")
    return CompetingBids(
        np.arange(n + 1, dtype=np.int64) * bidders,
        np.take_along_axis(bidder, order, axis=1).astype(np.int32).ravel(),
        np.take_along_axis(bid, order, axis=1).ravel(),
        np.ones(n * bidders),
    )


def _check(market_price: Ints, bidders: int, rows: Ints) -> None:
    problems = []
    if not 1 <= bidders < MAX_COMPETITORS:
        problems.append(Problem(f"{bidders} competitors", f"1 to {MAX_COMPETITORS - 1}"))
    unknown = rows[market_price < 0]
    if len(unknown):
        message = f"the market price is not known in {len(unknown)} auctions, first in row {unknown[0]}"
        problems.append(Problem(message, "a market price in every auction to draw competitors from"))
    if problems:
        raise InputError(problems)


def needed_budgets(log: AuctionLog, rules: Rules, competitors: int) -> Ints:
    """What each competitor would spend in these auctions if it met only the other competitors.

    Expected spend, rounded up: where clicks are paid, price x pctr (1 without that column) x the slot's
    click rate relative to the first.

    Parameters
    ----------
    log : AuctionLog
        With competing bids.
    rules : Rules
    competitors : int
        K; codes of competitors are below it.

    Returns
    -------
    ndarray of int64, shape (K,)
        In the log's unit.

    Raises
    ------
    InputError
        As :func:`bidder.auctions.ranked.ranking.ranked_bids`.
    """
    if log.bids is None:
        return np.zeros(competitors, dtype=np.int64)
    bids, slots = ranked_bids(log.bids, rules.squashing), slot_millionths(rules.slots)
    slot, price = allocate_all(
        bids.offsets, bids.bid, bids.weight, slots, rules.payment, rules.reserve, log.floor
    )
    cost = price.astype(np.float64)
    if rules.pricing is Pricing.CLICK:
        cost *= slots[slot] / slots[0]
        if log.pctr is not None:
            cost *= np.repeat(log.pctr, np.diff(bids.offsets))
    spend = np.bincount(bids.bidder, weights=cost, minlength=competitors)
    whole: Ints = np.ceil(spend).astype(np.int64)
    return whole


class Competitors:
    """Competitors with budgets who look at what they have spent, in S settings of a replay.

    At every tick a competitor compares its spend x in the tick with y, the tick's even share of what was
    left of the budget for what was left of its time, and multiplies all its bids by
    exp(step (1 - min(x / y, 2))), within bounds: it bids less where the budget would end early and more
    where it would be left over. The rule of raising or lowering all bids by a
    small factor is from Borgs, Chayes, Etesami, Immorlica, Jain and Mahdian, "Dynamics of bid
    optimization in online advertisement auctions", WWW 2007, section 3; the exponential step in proportion
    to the deviation is mirror descent with entropy (Balseiro, Lu and Mirrokni, "The best of many worlds:
    dual mirror descent for online allocation problems", Operations Research 2023, section 3). Who has
    spent the budget stays away until the next one; within one tick it may be overspent.

    Parameters
    ----------
    budget : ndarray of int64, shape (K,)
        For each episode (or day) in the log's unit.
    settings : int
        S.
    step : float
        Largest change of the logarithm of a multiplier in one tick.
    lowest, highest : float
        Bounds of the multiplier of the logged bids.
    """

    def __init__(
        self, budget: Ints, settings: int, step: float = 0.1, lowest: float = 0.1, highest: float = 2.0
    ) -> None:
        self.budget = np.asarray(budget, dtype=np.int64)
        self.step, self.lowest, self.highest = step, lowest, highest
        self._multiplier = np.ones((settings, len(budget)))
        self._spent = np.zeros((settings, len(budget)), dtype=np.int64)
        self._elapsed = 0.0

    @property
    def multipliers(self) -> Floats:
        """Factors on the logged bids in the coming tick, shape (S, K); 0 for those who stay away."""
        return np.where(self._spent < self.budget, self._multiplier, 0.0)

    @property
    def spent(self) -> Ints:
        """Spend since the budget began, shape (S, K), in the log's unit."""
        return self._spent.copy()

    def begin(self) -> None:
        """A new episode (or day): every budget is whole again; what has been learnt about bids stays."""
        self._spent[:] = 0
        self._elapsed = 0.0

    def update(self, spend: Ints, elapsed: float) -> None:
        """Take in a tick.

        Parameters
        ----------
        spend : ndarray of int64, shape (S, K)
            Spend in the tick alone.
        elapsed : float
            Share of the budget's time that has passed at the end of the tick, in [0, 1].
        """
        time = (elapsed - self._elapsed) / (1.0 - self._elapsed) if self._elapsed < elapsed else 0.0
        share = (self.budget - self._spent) * time
        ratio = np.divide(spend, share, out=np.ones(spend.shape), where=share > 0)
        changed = self._multiplier * np.exp(self.step * (1.0 - np.minimum(ratio, 2.0)))
        self._multiplier = np.clip(changed, self.lowest, self.highest)
        self._spent += spend
        self._elapsed = max(elapsed, self._elapsed)
