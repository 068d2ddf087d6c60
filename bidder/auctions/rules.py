"""The rules of a replay, all explicit: who wins, what is paid, what happens when money runs out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Payment(StrEnum):
    """What the winner pays."""

    SECOND_PRICE = "second_price"
    FIRST_PRICE = "first_price"
    GSP = "gsp"
    VCG = "vcg"


class Pricing(StrEnum):
    """When it is paid: for each impression, or for each click."""

    IMPRESSION = "impression"
    CLICK = "click"


class OverBudget(StrEnum):
    """What happens to a bid above the balance.

    clip_bid: the bid is lowered to the balance. skip: the auction is left out. stop: no bids any more
    until the next budget.
    """

    CLIP_BID = "clip_bid"
    SKIP = "skip"
    STOP = "stop"


class LastEpisode(StrEnum):
    """What happens to a last episode with fewer auctions than the others.

    keep: it has the whole budget. drop: it is left out. prorate: its budget is in proportion to its
    auctions (rounded down).
    """

    KEEP = "keep"
    DROP = "drop"
    PRORATE = "prorate"


class Outcomes(StrEnum):
    """Where clicks and conversions of an impression come from.

    logged: what the log says of the auction (in a lower slot a logged click is kept with the slot's
    relative click rate). drawn: at random with pctr (times the slot's rate) and pcvr, from the
    auction's own stream.
    """

    LOGGED = "logged"
    DRAWN = "drawn"


@dataclass(frozen=True)
class Rivals:
    """Who bids against us in ranked auctions.

    Attributes
    ----------
    fitted : int or None
        So many bidders are drawn for each auction, the highest of them at the market price; None: the
        log's table of competing bids.
    react : bool
        Whether they change their bids as they spend their own budgets.
    budgets : tuple of tuple of int
        With ``react``: for each campaign (or once for all of them) the budget of each competitor, by its
        code, for an episode of that campaign, in the log's unit.
    """

    fitted: int | None = None
    react: bool = False
    budgets: tuple[tuple[int, ...], ...] = ()

    def of_campaign(self, code: int) -> Rivals:
        """As one campaign meets them."""
        return replace(self, budgets=self.budgets[code : code + 1]) if len(self.budgets) > 1 else self


@dataclass(frozen=True)
class Rules:
    """The rules of the auction and of the bidder's own money.

    Attributes
    ----------
    payment : Payment
    pricing : Pricing
    win_on_tie : bool
        Whether a bid equal to the market price wins.
    integer : bool
        Whether bids are cut to whole units (towards zero) before they are compared.
    max_bid : int or None
        Highest bid, in units.
    reserve : int
        Lowest bid that can win, in units; the log's own floor counts too.
    over_budget : OverBudget
    slots : tuple of float
        Click rate of each slot relative to the first, falling; ``(1.0,)`` for a single slot.
    squashing : float
        Exponent on the quality in rank = bid x quality^squashing; 0 ranks by the bid alone.
    outcomes : Outcomes
    frequency_cap : int or None
        Most impressions for one user on one day.
    retargeting_days : float or None
        A user may be shown only within so many days of a visit.
    rivals : Rivals
    """

    payment: Payment = Payment.SECOND_PRICE
    pricing: Pricing = Pricing.IMPRESSION
    win_on_tie: bool = True
    integer: bool = True
    max_bid: int | None = None
    reserve: int = 0
    over_budget: OverBudget = OverBudget.CLIP_BID
    slots: tuple[float, ...] = (1.0,)
    squashing: float = 1.0
    outcomes: Outcomes = Outcomes.LOGGED
    frequency_cap: int | None = None
    retargeting_days: float | None = None
    rivals: Rivals = Rivals()

    @property
    def ranked(self) -> bool:
        """Whether bids are ranked against competing bids (GSP, VCG), not compared with one price."""
        return self.payment in (Payment.GSP, Payment.VCG)


@dataclass(frozen=True)
class Episodes:
    """How a campaign's auctions are cut into episodes, each with a budget of its own.

    Exactly one of ``auctions`` and ``days`` is set, or neither: then the whole campaign is one episode.

    Attributes
    ----------
    auctions : int or None
        Auctions of the campaign in each episode.
    days : int or None
        Calendar days of each episode, in ``time_zone``.
    time_zone : str
        IANA name.
    last : LastEpisode
    start, end : int or None
        With one episode: when the campaign begins and ends (what a planner knows beforehand),
        microseconds UTC; by default the log's first and last time stamp.
    tick_auctions : int or None
        Auctions between two looks of a strategy at its results.
    tick_us : int or None
        Microseconds between two looks; exactly one of the two is set.
    """

    auctions: int | None = None
    days: int | None = None
    time_zone: str = "UTC"
    last: LastEpisode = LastEpisode.KEEP
    start: int | None = None
    end: int | None = None
    tick_auctions: int | None = None
    tick_us: int | None = None
