"""Competitors: what they bid by nature, and how they react to their own spend."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Bools, Floats, Ints
from bidder.money import MICROS
from bidder.worlds.keywords import Keywords
from bidder.worlds.random import COMPETITORS, generator
from bidder.worlds.spec_channels import Display, Retargeting, Search
from bidder.worlds.spec_market import Competitor, DisplayCompetitor, SearchCompetitor

QUALITY_SPREAD = 1.5


class Rivals:
    """K competitors of one channel and the state of their money; it changes as the world goes on.

    Attributes
    ----------
    names : tuple of str
    log_bid : ndarray of float64, shape (K, J)
        Log of the median bid in micros for each keyword (or campaign) at multiplier 1.
    quality : ndarray of float64, shape (K, J)
        Quality score 1 to 10; 1 in display.
    spread, takes_part, insight : ndarray of float64, shape (K,)
    budget : ndarray of int64, shape (K,)
        Micros for an ordinary day.
    balance : ndarray of int64, shape (K,)
        What is left of today's budget (a little below 0 when the last click was dear).
    multiplier : ndarray of float64, shape (K,)
        Today's factor on the bids.
    """

    def __init__(self, specs: Sequence[Competitor], log_bid: Floats, quality: Floats) -> None:
        kinds = [c for c in specs for _ in range(c.count)]
        self.names = _names(specs)
        self.log_bid = log_bid
        self.quality = quality
        self.spread = np.array([c.spread for c in kinds])
        self.takes_part = np.array([c.takes_part for c in kinds])
        self.insight = np.array([c.insight for c in kinds])
        self.budget = np.array([max(round(c.daily_budget * MICROS), 1) for c in kinds], dtype=np.int64)
        self._speed = np.array([c.pacing.speed for c in kinds])
        self._lowest = np.array([c.pacing.lowest for c in kinds])
        self._highest = np.array([c.pacing.highest for c in kinds])
        self._lift_bid = np.array([c.promotion.bid for c in kinds])
        self._lift_budget = np.array([c.promotion.budget for c in kinds])
        self.today = self.budget.copy()
        self.balance = self.budget.copy()
        self.multiplier = np.ones(len(kinds))

    def __len__(self) -> int:
        return len(self.names)

    def new_day(self, peak: bool) -> None:
        """Give every competitor its budget, and let it start afresh."""
        lifted = np.maximum(np.rint(self.budget * self._lift_budget), 1).astype(np.int64)
        self.today = lifted if peak else self.budget.copy()
        self.balance[:] = self.today
        self.multiplier[:] = 1.0

    def log_factor(self, price: float, peak: bool) -> Floats:
        """Log of what multiplies each competitor's bids now, shape (K,)."""
        lift = self._lift_bid if peak else 1.0
        factor: Floats = np.log(self.multiplier * price * lift)
        return factor

    def factors(self, rng: np.random.Generator, tilt: Floats) -> NDArray[np.float32]:
        """What multiplies each usual bid in n auctions, shape (n, K); -1 where it takes no part.

        ``tilt`` (n,) is the log of how much likelier than usual the impression is to be clicked.
        """
        shape = (len(tilt), len(self))
        factor = rng.standard_normal(shape, dtype=np.float32)
        factor *= self.spread.astype(np.float32)
        factor += np.multiply.outer(tilt, self.insight).astype(np.float32)
        np.exp(factor, out=factor)
        factor[rng.random(shape, dtype=np.float32) >= self.takes_part.astype(np.float32)] = -1
        return factor

    def react(self, share_by_now: float) -> None:
        """Set the multipliers after an hour.

        Proportional control in the logarithm: multiplier = exp(speed (planned - spent) / budget), with
        ``planned`` the budget times the share of the day's traffic by now. Whoever's budget is too small
        for its bids thus begins the day strong and weakens, until it spends as planned.
        """
        spent = (self.today - self.balance) / self.today
        wanted = np.exp(self._speed * (share_by_now - spent))
        np.clip(wanted, self._lowest, self._highest, out=self.multiplier)

    @property
    def spent(self) -> Ints:
        """Micros spent today, shape (K,)."""
        spent: Ints = self.today - self.balance
        return spent

    @property
    def active(self) -> Bools:
        """Who has money left, shape (K,)."""
        left: Bools = self.balance > 0
        return left


def _names(specs: Sequence[Competitor]) -> tuple[str, ...]:
    return tuple(c.name if c.count == 1 else f"{c.name} {n + 1}" for c in specs for n in range(c.count))


def search_rivals(spec: Search, keywords: Keywords, seed: int, channel: int) -> Rivals:
    """Competitors of a search channel: bids in proportion to what a click is worth to us."""
    rng = generator(seed, COMPETITORS, channel)
    kinds: list[SearchCompetitor] = [c for c in spec.competitors for _ in range(c.count)]
    shape = (len(kinds), len(keywords))
    worth = np.log(keywords.cvr.mean(axis=1) * keywords.order_value * MICROS)
    taste = np.array([c.taste for c in kinds])[:, None] * rng.standard_normal(shape)
    share = np.log([c.value_share for c in kinds])[:, None]
    mean = np.array([c.quality for c in kinds])[:, None]
    quality = np.clip(np.rint(mean + QUALITY_SPREAD * rng.standard_normal(shape)), 1.0, 10.0)
    return Rivals(spec.competitors, worth + share + taste, quality)


def display_rivals(spec: Display | Retargeting, campaigns: int, seed: int, channel: int) -> Rivals:
    """Competitors of a display channel: bids for an impression around their usual CPM."""
    rng = generator(seed, COMPETITORS, channel)
    kinds: list[DisplayCompetitor] = [c for c in spec.competitors for _ in range(c.count)]
    shape = (len(kinds), campaigns)
    taste = np.array([c.taste for c in kinds])[:, None] * rng.standard_normal(shape)
    usual = np.log([c.cpm / 1000 * MICROS for c in kinds])[:, None]
    return Rivals(spec.competitors, usual + taste, np.ones(shape))
