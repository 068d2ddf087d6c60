"""How a stretch of auctions is played for S settings: against one price, against ranked bids, by a table.

A player gets a block of a campaign's auctions, turns it into what its kernel reads, and plays it
segment by segment. It keeps what reaches from one block to the next: who has been shown how often today,
and what competitors have spent.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Bytes, Codes, Floats, Ints
from bidder.auctions.engine import columns as convert
from bidder.auctions.engine.clock import Segment
from bidder.auctions.kernels.binned import Ladder, ladder, replay_binned
from bidder.auctions.kernels.single import replay_single
from bidder.auctions.log import AuctionLog, CompetingBids
from bidder.auctions.rules import Outcomes, Payment, Pricing
from bidder.auctions.strategies.base import Control, Market, Strategy
from bidder.auctions.strategies.value_table import TableStrategy, ValueTable
from bidder.auctions.winning import least_asked, least_payment
from bidder.auctions.worth import Objective, worth

if TYPE_CHECKING:
    from bidder.auctions.landscapes.hindsight import HindsightBounds

_NONE = np.zeros(0, dtype=np.int64)
FEW = 8
"""Fewer settings than this are quicker one by one than in bins."""


class Player(ABC):
    """Plays blocks of one campaign.

    Attributes
    ----------
    special : ndarray of int64
        Positions of the block's auctions whose impression may bring a conversion.
    paid : ndarray of int64
        Values of those conversions.
    """

    special: Ints
    paid: Ints

    def __init__(self, market: Market, objective: Objective) -> None:
        self.market, self.objective = market, objective
        self._people = convert.People()
        self._shown: NDArray[np.uint16] = np.zeros((market.settings, 0), dtype=np.uint16)
        self._day: int | None = None

    @abstractmethod
    def open(self, log: AuctionLog, rows: Ints) -> None:
        """Take the next block; ``rows`` are the numbers of its auctions in the whole log."""

    @abstractmethod
    def play(self, segment: Segment, base: Floats, control: Control, won: Bytes, state: Ints) -> None:
        """Play a segment of the block.

        Parameters
        ----------
        base : ndarray of float64, shape (n,) or (S, n)
            Base bids of the segment's auctions.
        won : ndarray of uint8, shape (len(special), S) or (0, S)
        state : ndarray of int64, shape (S, FIELDS)
            Changed here.
        """

    @abstractmethod
    def bound(self, segment: Segment, bounds: HindsightBounds) -> None:
        """Hand what the segment's auctions would have cost and brought to the bounds."""

    def new_tick(self, segment: Segment, first: bool) -> None:  # noqa: B027  (most players need not know)
        """A tick begins, which may be the first of an episode."""

    def _persons(self, log: AuctionLog, segment: Segment) -> Codes:
        """Codes of users for the frequency cap, which counts anew every day."""
        if segment.day != self._day:
            self._day, self._people = segment.day, convert.People()
            self._shown = np.zeros((self.market.settings, 0), dtype=np.uint16)
        codes = self._people.codes(log.part(segment.start, segment.stop))
        missing = len(self._people) - self._shown.shape[1]
        if missing > 0:
            more = np.zeros((self.market.settings, max(missing, self._shown.shape[1])), dtype=np.uint16)
            self._shown = np.concatenate([self._shown, more], axis=1)
        return codes


class SinglePlayer(Player):
    """Every auction has one price to beat."""

    def __init__(self, market: Market, objective: Objective) -> None:
        super().__init__(market, objective)
        rules = market.rules
        self._money = convert.money(rules)
        self._binned = (
            rules.payment is Payment.SECOND_PRICE and rules.pricing is Pricing.IMPRESSION
            and rules.frequency_cap is None and market.settings >= FEW
        )
        self._ladder: tuple[bytes, Ladder] | None = None
        self._ones: Floats = np.ones(market.settings)

    def open(self, log: AuctionLog, rows: Ints) -> None:
        """See :meth:`Player.open`."""
        rules = self.market.rules
        self._log = log
        seed, counted = int(self.market.seed[0]), rules.frequency_cap is not None
        self._columns = convert.columns(log, rules, self.objective, rows, seed, counted)
        self.special, self.paid = self._columns.special, self._columns.paid

    def play(self, segment: Segment, base: Floats, control: Control, won: Bytes, state: Ints) -> None:
        """See :meth:`Player.play`."""
        start, stop = segment.start, segment.stop
        if self.market.rules.frequency_cap is not None:
            self._columns.person[start:stop] = self._persons(self._log, segment)
        common = (self.market.seed, self._money, self._shown, won, state)
        if self._binned and base.ndim == 1 and control.participation is None:
            steps = self._steps(control.multiplier)
            replay_binned(start, stop, self._columns, base, start, steps, *common)
        else:
            enter = self._ones if control.participation is None else control.participation
            mine = base[None] if base.ndim == 1 else base
            replay_single(start, stop, self._columns, mine, start, control.multiplier, enter, *common)

    def bound(self, segment: Segment, bounds: HindsightBounds) -> None:
        """See :meth:`Player.bound`."""
        rules, stretch = self.market.rules, slice(segment.start, segment.stop)
        cost = least_payment(self._log.part(segment.start, segment.stop), rules)
        if rules.pricing is Pricing.CLICK:
            known = self._log.pctr is not None
            rate = self._log.pctr[stretch] if known else (self._columns.click[stretch] > 0)  # type: ignore[index]
            cost = expected_cost(cost, np.asarray(rate, dtype=np.float64))
        bounds.add(cost, self._columns.worth[stretch])

    def _steps(self, multiplier: Floats) -> Ladder:
        key = multiplier.tobytes()
        if self._ladder is None or self._ladder[0] != key:
            self._ladder = (key, ladder(multiplier))
        return self._ladder[1]


class TablePlayer(SinglePlayer):
    """The bid follows from the balance and the auctions left, by a table of values."""

    def __init__(self, market: Market, objective: Objective, strategy: TableStrategy) -> None:
        super().__init__(market, objective)
        self._table: ValueTable = strategy.table()
        size = market.episodes.auctions
        assert size is not None
        self._size, self._within = size, 0

    def play(self, segment: Segment, base: Floats, control: Control, won: Bytes, state: Ints) -> None:
        """See :meth:`Player.play`."""
        from bidder.auctions.kernels.table import replay_table

        table = self._table
        replay_table(
            segment.start, segment.stop, self._columns, np.atleast_2d(base), self._size - self._within,
            table.values, table.which, table.step, table.most, self._money, won, state,
        )
        self._within += segment.stop - segment.start

    def new_tick(self, segment: Segment, first: bool) -> None:
        """Count down from the episode's length again."""
        if first:
            self._within = 0


class RankedPlayer(Player):
    """Bids are ranked against competing bids."""

    def __init__(self, market: Market, objective: Objective) -> None:
        from bidder.auctions.ranked.competitors import Competitors
        from bidder.auctions.ranked.ranking import ranked_rules, slot_millionths

        super().__init__(market, objective)
        self._rules = ranked_rules(market.rules)
        self._slots = slot_millionths(market.rules.slots)
        rivals = market.rules.rivals
        budgets = np.array(rivals.budgets[0] if rivals.budgets else (), dtype=np.int64)
        self._competitors = Competitors(budgets, market.settings) if rivals.react else None
        known = len(budgets) if rivals.react else 0
        self._factors: Floats = np.ones((market.settings, known))
        self._spend: Ints = np.zeros((market.settings, known), dtype=np.int64)

    def open(self, log: AuctionLog, rows: Ints) -> None:
        """See :meth:`Player.open`."""
        from bidder.auctions.kernels.slots import RankedColumns
        from bidder.auctions.ranked.ranking import check_ranks, quality_weights, ranked_bids

        rules = self.market.rules
        self._log = log
        bids = self._bids(log, rows)
        highest = 1.0 if self._competitors is None else self._competitors.highest
        self._rivals = ranked_bids(bids, rules.squashing, highest)
        quality = None if rules.rivals.fitted is not None else log.quality
        if quality is None:
            quality = np.full(len(log), np.nan)
        drawn = rules.outcomes is Outcomes.DRAWN
        conversion = _NONE if log.conversion is None else log.conversion
        may = np.arange(len(log)) if drawn and log.pcvr is not None else np.flatnonzero(conversion)
        self.special = may.astype(np.int64)
        self.paid = np.zeros(len(may), dtype=np.int64) if log.value is None else log.value[may]
        index = np.full(len(log), -1, dtype=np.int64)
        index[may] = np.arange(len(may))
        allowed = convert.allowed(log, rules)
        ours = quality_weights(quality, rules.squashing)
        check_ranks(least_asked(log, rules), ours)
        self._columns = RankedColumns(
            row=rows,
            ours=ours,
            floor=_NONE if log.floor is None else log.floor,
            pctr=np.zeros(0) if log.pctr is None else log.pctr,
            pcvr=np.zeros(0) if log.pcvr is None else log.pcvr,
            click=np.zeros(0, np.uint8) if log.click is None else log.click,
            conversion=np.zeros(0, np.uint8) if log.conversion is None else log.conversion,
            value=_NONE if log.value is None else log.value,
            worth=worth(log, self.objective),
            person=np.full(len(log), -1, dtype=np.int32),
            allowed=np.zeros(0, np.uint8) if allowed is None else allowed.astype(np.uint8),
            special=index,
        )

    def play(self, segment: Segment, base: Floats, control: Control, won: Bytes, state: Ints) -> None:
        """See :meth:`Player.play`."""
        from bidder.auctions.kernels.slots import replay_ranked

        start, stop, settings = segment.start, segment.stop, self.market.settings
        if self.market.rules.frequency_cap is not None:
            self._columns.person[start:stop] = self._persons(self._log, segment)
        columns = self._columns if len(won) else self._columns._replace(special=_NONE)
        enter = np.ones(settings) if control.participation is None else control.participation
        replay_ranked(
            start, stop, columns, self._rivals, np.atleast_2d(base), control.multiplier, enter,
            self.market.seed, self._rules, self._slots, np.arange(settings), self._factors, self._spend,
            self._shown, won, state,
        )

    def _bids(self, log: AuctionLog, rows: Ints) -> CompetingBids:
        """Competing bids of the block, from the log or drawn."""
        from bidder.auctions.ranked.competitors import fitted_competitors

        fitted, prices = self.market.rules.rivals.fitted, self.market.prices
        if fitted is None:
            if log.bids is None:
                raise ValueError("ranked auctions need the table of competing bids, or fitted competitors")
            return log.bids
        if prices is None:
            raise ValueError("competitors can be fitted only to known market prices")
        return fitted_competitors(log.market_price, fitted, prices, int(self.market.seed[0]), rows)

    def new_tick(self, segment: Segment, first: bool) -> None:
        """Competitors look at what they have spent."""
        if self._competitors is None:
            return
        if first:
            self._competitors.begin()
        else:
            self._competitors.update(self._spend, segment.elapsed)
        self._factors, self._spend = self._competitors.multipliers, np.zeros_like(self._spend)

    def bound(self, segment: Segment, bounds: HindsightBounds) -> None:
        """See :meth:`Player.bound`; what competitors would have done otherwise, nobody knows."""
        from bidder.auctions.kernels.offers import slot_offers

        if self._competitors is not None:
            bounds.add(np.full(1, -1, dtype=np.int64), np.zeros(1, dtype=np.int64))
            return
        shape = (segment.stop - segment.start, len(self._slots))
        cost, gain = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
        columns = self._columns
        slot_offers(
            segment.start, segment.stop, columns, self._rivals, self._rules, self._slots, cost, gain
        )
        if self._rules.per_click:
            stretch = slice(segment.start, segment.stop)
            rate = columns.pctr[stretch] if len(columns.pctr) else (columns.click[stretch] > 0).astype(float)
            cost = expected_cost(cost, rate[:, None] * (self._slots / self._slots[0]))
        bounds.add_slots(cost, gain)


def expected_cost(price: Ints, rate: Floats) -> Ints:
    """What an auction is expected to cost where only clicks are paid, rounded down; -1 stays -1."""
    cost: Ints = np.where(price > 0, np.floor(price * rate), price).astype(np.int64)
    return cost


def player(market: Market, objective: Objective, strategy: Strategy) -> Player:
    """The player for these rules and this strategy.

    Raises
    ------
    ValueError
        When a table strategy is to play where it cannot.
    """
    if isinstance(strategy, TableStrategy):
        if market.rules.ranked or market.rules.frequency_cap or market.episodes.auctions is None:
            raise ValueError("needs episodes counted in auctions, one price to beat and no frequency cap")
        return TablePlayer(market, objective, strategy)
    return market_player(market, objective)


def market_player(market: Market, objective: Objective) -> Player:
    """The player for these rules, whatever the strategy."""
    return RankedPlayer(market, objective) if market.rules.ranked else SinglePlayer(market, objective)
