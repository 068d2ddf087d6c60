"""From what an experiment's YAML says to the rules and episodes that a replay runs by."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from bidder.auctions.experiments.spec import VariedSpec
from bidder.auctions.experiments.spec_parts import MOST, CompetitorsSpec, EpisodesSpec, TickSpec
from bidder.auctions.log import LogInfo
from bidder.auctions.rules import Episodes, Rivals, Rules
from bidder.auctions.strategies.base import StrategyParams

DEFAULT_TICK_US = 15 * 60 * 1_000_000
"""Microseconds between two looks at a timed log."""
EPISODE_TICKS = 24
"""Looks in an episode that is counted in auctions."""
DAY_US = 86_400_000_000
UNKNOWN_ROWS = 24_000
"""Auctions that a log without times and without a known length is taken to have, to divide it in ticks."""


@dataclass(frozen=True)
class LogFacts:
    """What must be known of a log before settings can be checked.

    Attributes
    ----------
    info : LogInfo
    columns : frozenset of str
        The columns it has; ``bids`` for a table of competing bids.
    """

    info: LogInfo
    columns: frozenset[str]


@dataclass(frozen=True)
class Units:
    """Turns amounts of the YAML into whole units of the log.

    Attributes
    ----------
    in_currency : bool
        Whether amounts are currency units rather than the log's unit.
    info : LogInfo
    """

    in_currency: bool
    info: LogInfo

    @property
    def name(self) -> str:
        """What amounts are written in."""
        return (self.info.currency or "currency units") if self.in_currency else self.info.unit

    @property
    def price_factor(self) -> int:
        """Units of the log in one unit of a bid or price as it is written."""
        return (self.info.per_currency or 1) if self.in_currency else 1

    @property
    def budget_factor(self) -> int:
        """Units of the log in one unit of a budget as it is written: a price may stand for 1,000
        impressions, and then what they cost together is counted a thousand times too."""
        return self.price_factor * (self.info.price_for if self.in_currency else 1)

    def exact(self, amount: float, factor: int) -> int | None:
        """A whole number of units, from the decimal text of the amount; None when it is not one."""
        scaled = Decimal(repr(amount)) * factor
        whole = scaled.to_integral_value()
        return int(whole) if whole == scaled and abs(whole) <= MOST else None

    def price(self, amount: float) -> int:
        """A bid or price in the log's unit.

        Raises
        ------
        ValueError
            When it is no whole number of units.
        """
        return self._whole(amount, self.price_factor)

    def budget(self, amount: float) -> int:
        """A budget in the log's unit; raises as :meth:`price`."""
        return self._whole(amount, self.budget_factor)

    def _whole(self, amount: float, factor: int) -> int:
        whole = self.exact(amount, factor)
        if whole is None:
            raise ValueError(f"{amount!r} is no whole number of the log's unit")
        return whole


def in_units(params: StrategyParams, units: Units) -> StrategyParams:
    """A strategy's parameters with all amounts in the log's unit.

    Amounts are the fields whose description says "in the log's unit". Those that speak of a bid count as
    bids do; the others (what a click is worth or may cost) as budgets do.
    """
    if not units.in_currency:
        return params
    changes: dict[str, float] = {}
    for name, info in type(params).model_fields.items():
        text, amount = info.description or "", getattr(params, name)
        if "in the log's unit" in text and isinstance(amount, int | float):
            factor = units.price_factor if "bid" in text.lower() else units.budget_factor
            changes[name] = float(Decimal(repr(amount)) * factor)
    return params.model_copy(update=changes) if changes else params


def rules(spec: VariedSpec, units: Units) -> Rules:
    """The rules of one setting; raises ``ValueError`` as :meth:`Units.price`."""
    auction, cap, window = spec.auction, spec.frequency_cap, spec.retargeting
    return Rules(
        payment=auction.payment,
        pricing=auction.pricing,
        win_on_tie=auction.win_on_tie,
        integer=spec.bids.integer,
        max_bid=None if spec.bids.max is None else units.price(spec.bids.max),
        reserve=units.price(auction.reserve),
        over_budget=spec.over_budget,
        slots=tuple(auction.slots),
        squashing=auction.squashing,
        outcomes=spec.outcomes,
        frequency_cap=cap.per_day if cap else None,
        retargeting_days=window.window_days if window else None,
        rivals=_rivals(auction.competitors, units),
    )


def _rivals(given: CompetitorsSpec, units: Units) -> Rivals:
    fitted = given.bidders if given.source == "fitted" else None
    budgets = tuple(units.budget(amount) for amount in given.each)
    every = budgets * (fitted if fitted and len(budgets) == 1 else 1)
    return Rivals(fitted, given.react, (every,) if every else ())


def episodes(spec: VariedSpec, info: LogInfo) -> Episodes:
    """How the log is cut into episodes and ticks."""
    given = spec.episodes
    start, end = given.moments
    tick_auctions, tick_us = _tick(spec.tick, given, info)
    return Episodes(
        auctions=given.auctions,
        days=given.days if given.period == "day" else None,
        time_zone=given.time_zone,
        last=given.last,
        start=start,
        end=end,
        tick_auctions=tick_auctions,
        tick_us=tick_us,
    )


def _tick(tick: TickSpec | None, given: EpisodesSpec, info: LogInfo) -> tuple[int | None, int | None]:
    if tick is not None:
        return tick.auctions, None if tick.minutes is None else max(round(tick.minutes * 60_000_000), 1)
    if given.auctions is not None:
        return math.ceil(given.auctions / EPISODE_TICKS), None
    if info.timed:
        return None, DEFAULT_TICK_US
    return math.ceil((info.rows or UNKNOWN_ROWS) / EPISODE_TICKS), None


def ticks(cut: Episodes, info: LogInfo) -> int:
    """About how many ticks an episode has, at least 1."""
    if cut.tick_auctions is not None:
        return max(math.ceil(_auctions(cut, info) / cut.tick_auctions), 1)
    assert cut.tick_us is not None
    if cut.auctions is not None:
        share = cut.auctions / max(info.rows or cut.auctions, 1)
        return max(math.ceil(share * _span(cut, info) / cut.tick_us), 1)
    length = cut.days * DAY_US if cut.days is not None else _span(cut, info)
    return max(math.ceil(length / cut.tick_us), 1)


def _auctions(cut: Episodes, info: LogInfo) -> float:
    if cut.auctions is not None:
        return cut.auctions
    rows = info.rows or UNKNOWN_ROWS
    if cut.days is None:
        return rows
    return rows * min(cut.days * DAY_US / max(_span(cut, info), 1), 1.0)


def _span(cut: Episodes, info: LogInfo) -> int:
    first = cut.start if cut.start is not None else info.first_ts
    last = cut.end if cut.end is not None else info.last_ts
    return max(last - first, 1) if first is not None and last is not None else DAY_US
