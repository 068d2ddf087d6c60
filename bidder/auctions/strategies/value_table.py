"""Strategies whose bid depends on the balance and the number of auctions left in every auction."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import Field

from bidder.arrays import Floats, Ints
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.strategies.base import EARLIER, Market, Requests, Strategy, StrategyParams
from bidder.quantities import Rate

MAX_CELLS = 250_000_000
"""Most numbers in all tables of a strategy (2 GB)."""


class TableParams(StrategyParams):
    """What both dynamic programs know: the average click rate and the prices."""

    average_ctr: Rate
    """Average click rate of the training data, clicks per impression."""
    price_histogram: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=2)] | None = None
    """Training auctions by market price 0, 1, 2, ... steps; by default counted in the training log. The
    highest bid is one less than the number of counts."""
    step: Annotated[int, Field(ge=1)] = 1
    """Units of the log's money in one step of the table; prices and budget count in whole steps."""


@dataclass(frozen=True)
class ValueTable:
    """Values for the bidding rule.

    Attributes
    ----------
    values : ndarray of float64, shape (T, N + 1, B + 1)
        Expected clicks with n auctions and b steps of budget left.
    which : ndarray of int64, shape (S,)
        Table of each setting.
    step : ndarray of int64, shape (S,)
        Units of money in a step.
    most : ndarray of int64, shape (S,)
        Highest bid, in steps.
    """

    values: Floats
    which: Ints
    step: Ints
    most: Ints


class TableStrategy(Strategy):
    """Base of the dynamic programs."""

    Params: ClassVar[type[StrategyParams]] = TableParams
    paced: ClassVar[bool] = False
    steady: ClassVar[bool] = True

    def __init__(self, params: Sequence[Any], market: Market) -> None:
        super().__init__(params, market)
        self._made: ValueTable | None = None

    def table(self) -> ValueTable:
        """The values of all settings; settings that differ in their budget alone share a table.

        Raises
        ------
        ValueError
            When the tables would be too large, or there are no prices to learn from.
        """
        if self._made is None:
            self._made = self._build()
        return self._made

    def __getstate__(self) -> dict[str, Any]:
        """Without the table: it is quicker made anew than sent to another process."""
        return {**self.__dict__, "_made": None}

    def _build(self) -> ValueTable:
        from bidder.auctions.kernels.table import value_function

        size = self.market.episodes.auctions
        if size is None:
            raise ValueError("needs episodes counted in auctions")
        step = np.array([p.step for p in self.params], dtype=np.int64)
        width = int((self.market.budget // step).max())
        keys = [(p.average_ctr, p.step, tuple(p.price_histogram or ())) for p in self.params]
        distinct = list(dict.fromkeys(keys))
        if len(distinct) * (size + 1) * (width + 1) > MAX_CELLS:
            raise ValueError(
                f"a table of {size:,} auctions x {width:,} steps of budget is too large; expected a larger "
                f"step than {int(step.min())}, or a smaller budget"
            )
        pdfs = [self._pdf(self.params[keys.index(key)]) for key in distinct]
        values = [value_function(size, width, pdf, key[0]) for key, pdf in zip(distinct, pdfs, strict=True)]
        which = np.array([distinct.index(key) for key in keys], dtype=np.int64)
        most = np.array([len(pdfs[k]) - 1 for k in which], dtype=np.int64)
        return ValueTable(np.stack(values), which, step, most)

    def _pdf(self, params: TableParams) -> Floats:
        """Probability of each market price in steps, smoothed by one count a price (Laplace)."""
        if params.price_histogram is not None:
            counts = np.asarray(params.price_histogram, dtype=np.float64)
        elif self.market.training is not None:
            training = self.market.training
            counts = _counts(training.prices, params.step) * training.weight * len(training.log)
        else:
            raise ValueError(f"needs price_histogram, or {EARLIER} to count prices in")
        pdf: Floats = (counts + 1.0) / (counts.sum() + len(counts))
        return pdf

    @abstractmethod
    def base(self, requests: Requests) -> Floats:
        """Expected clicks of each auction, shape (n,) or (S, n)."""


def _counts(prices: PriceDistribution, step: int) -> Floats:
    """Share of auctions whose price lies in each step (rounded up to whole steps), up to 99.9%."""
    last = int(np.searchsorted(prices.cdf, 0.999 * prices.cdf[-1]))
    top = int(-(-prices.price[last] // step))
    if top >= MAX_CELLS:
        raise ValueError(f"{top:,} prices in steps of {step:,} are too many; expected a larger step")
    known = prices.win_probability(np.arange(top + 1, dtype=np.float64) * step)
    share: Floats = np.diff(known, prepend=0.0)
    return share
